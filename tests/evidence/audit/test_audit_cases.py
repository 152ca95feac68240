"""The published record: defects that must be found, controls that must stay silent; no special-casing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from metasyn.evidence.audit import CODES, audit_table

CASES = Path(__file__).parent / "cases"
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(case: str) -> list[Row]:
    return [
        {k: v for k, v in row.items() if k != "case_id"} for row in read("rows.csv") if row["case_id"] == case
    ]


@pytest.mark.parametrize("case", read("cases.csv"), ids=lambda case: case["case_id"])
def test_case(case: Row) -> None:
    found = audit_table(rows_of(case["case_id"]))
    severities = [finding.severity for finding in found if finding.code == case["code"]]
    match case["expected"]:
        case "error":
            assert "error" in severities
        case "flag":
            assert severities
        case "note":
            assert severities == ["note"]
            assert len(found) == 1
        case "silent":
            assert found == ()
        case other:
            pytest.fail(f"unknown expectation {other}")


def test_the_cases_are_complete() -> None:
    cases = read("cases.csv")
    assert len(cases) == 57
    assert all(case["citation"] and case["place"] for case in cases)
    assert {case["code"] for case in cases} - {""} <= CODES.keys()
    assert {row["case_id"] for row in read("rows.csv")} == {case["case_id"] for case in cases}


# The same contradictions with only the plainest columns, as another person might write them down.
PLAIN = [
    ("percent_not_k_over_n", [{"label": "response", "n": 19, "percent": "13.5"}]),
    ("percent_not_k_over_n", [{"label": "response", "events": "9 (13.0%)", "n": "74"}]),
    (
        "swapped_group_sizes",
        [
            {"label": "one, yes", "n": "12", "percent": "9.5", "total": "92"},
            {"label": "one, no", "percent": "23.9", "total": "92"},
            {"label": "two, yes", "n": "21", "percent": "0", "total": "114"},
            {"label": "two, no", "percent": "13.7", "total": "114"},
        ],
    ),
    (
        "swapped_group_sizes",
        [
            {"label": "treatment", "events": "41", "n": "133", "percent": "15.2"},
            {"label": "control", "events": "9", "n": "269", "percent": "6.8"},
        ],
    ),
    (
        "subgroups_do_not_sum",
        [
            {"label": "a", "n": "53", "percent": "30"},
            {"label": "b", "n": "116", "percent": "29"},
            {"label": "both", "n": "169", "percent": "31"},
        ],
    ),
    ("p_incompatible_with_ci", [{"estimate": ".62", "CI": "0.47-0.80", "level": "95%", "P value": "<.0001"}]),
    ("p_incompatible_with_ci", [{"HR": "0.62 (0.47 to 0.80)", "p": "P = .03"}]),
    (
        "mixed_ci_methods",
        [
            {"label": "a", "events": "8/41", "ci_low": "8.8", "ci_high": "34.9"},
            {"label": "b", "events": "13/40", "ci_low": "20.1", "ci_high": "48.0"},
        ],
    ),
    (
        "differential_exclusion",
        [{"label": "a", "n": "269", "total": "269"}, {"label": "b", "n": "114", "total": "133"}],
    ),
    (
        "p_incompatible_with_counts",
        [{"label": "a", "events": "41", "n": "269", "events2": "9", "n2": "133", "p": "0.15"}],
    ),
    (
        "k_mismatch",
        [{"label": f"studies {a}", "n": n, "total": "10"} for a, n in (("with", 8), ("without", 3))],
    ),
]


@pytest.mark.parametrize(("code", "rows"), PLAIN)
def test_plainly_written(code: str, rows: list[dict[str, object]]) -> None:
    assert code in {finding.code for finding in audit_table(rows)}
