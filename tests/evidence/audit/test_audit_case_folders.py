"""The acceptance cases once more, as data folders: the same codes through the same checks."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from metasyn.evidence import read_evidence
from metasyn.evidence.audit import audit_evidence

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from case_folders import write_folder  # noqa: E402

Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (HERE / "cases" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = read("cases.csv")
ROWS = read("rows.csv")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case_id"])
def test_case_as_a_folder(case: Row, tmp_path: Path) -> None:
    rows = [row for row in ROWS if row["case_id"] == case["case_id"]]
    found = audit_evidence(read_evidence(write_folder(rows, tmp_path / "data")))
    severities = [finding.severity for finding in found if finding.code == case["code"]]
    match case["expected"]:
        case "error":
            assert "error" in severities
        case "flag":
            assert severities
        case "note":
            assert severities == ["note"]
            assert not [finding for finding in found if finding.severity == "error"]
        case "silent":
            assert not [finding for finding in found if finding.severity != "note"]
        case other:
            pytest.fail(f"unknown expectation {other}")
