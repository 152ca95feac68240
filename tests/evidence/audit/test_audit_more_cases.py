"""Tables as strangers write them: each defect is found with its code, no control raises an alarm.

The figures of the files were computed apart from metasyn (scipy's beta, chi-square and Fisher's tests; Wald
intervals by hand). Each block is `## id expectation code`, then a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from metasyn.evidence.audit import CODES, audit_table, read_plain_table

CASES = Path(__file__).parent / "cases"


def blocks(name: str) -> Iterator[tuple[list[str], str]]:
    """The words of each heading, and the table below it."""
    for block in (CASES / name).read_text(encoding="utf-8").split("## ")[1:]:
        heading, _, table = block.partition("\n")
        yield heading.split(), table.strip() + "\n"


DEFECTS = list(blocks("more_defects.txt"))
CONTROLS = list(blocks("more_controls.txt"))


@pytest.mark.parametrize(("heading", "table"), DEFECTS, ids=[heading[0] for heading, _ in DEFECTS])
def test_defect(heading: list[str], table: str, tmp_path: Path) -> None:
    _, expected, code = heading
    path = tmp_path / "table.csv"
    path.write_text(table, encoding="utf-8")
    severities = [found.severity for found in audit_table(read_plain_table(path)) if found.code == code]
    match expected:
        case "error":
            assert "error" in severities
        case "flag":
            assert severities
        case "note":
            assert severities == ["note"]
        case other:
            pytest.fail(f"unknown expectation {other}")


@pytest.mark.parametrize(("heading", "table"), CONTROLS, ids=[heading[0] for heading, _ in CONTROLS])
def test_control(heading: list[str], table: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(table, encoding="utf-8")
    assert [str(found) for found in audit_table(read_plain_table(path)) if found.severity != "note"] == []


def test_the_cases_are_many_and_of_known_kinds() -> None:
    assert len(DEFECTS) >= 120
    assert len(CONTROLS) >= 120
    codes = {heading[2] for heading, _ in DEFECTS}
    assert codes <= CODES.keys()
    # Plain tables have no text beside their figures, and no table of groups.
    assert CODES.keys() - codes <= {"stale_answer", "not_as_printed", "dependence_group"}
