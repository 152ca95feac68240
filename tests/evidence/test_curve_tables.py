"""Points of digitised curves: reading them, what is refused, and that a change of a point is seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence import Curve, digests, read_evidence
from metasyn.evidence.intake.compare import compare_extractions
from metasyn.evidence.intake.read import read_intake
from metasyn.workspace.extraction.export import export_tables
from metasyn.workspace.extraction.intake import import_tables

if TYPE_CHECKING:
    from conftest import EvidenceFolder


def refusal(path: Path) -> tuple[str, str, str]:
    """Code, place and message of the one problem."""
    with pytest.raises(EvidenceError) as caught:
        read_evidence(path)
    (finding,) = caught.value.findings
    return finding.code, finding.where, finding.message


def test_points_are_read(folder: EvidenceFolder) -> None:
    curve = read_evidence(folder.with_curves().write()).curves["KM1"]
    assert curve == Curve(
        result_id="KM1",
        times=(1.5, 6.0, 6.0, 12.0),
        survival=(0.96, 0.91, 0.885, 0.80),
        risk_times=(0.0, 6.0, 12.0),
        at_risk=(200, 180, 121),
    )


def test_the_tables_may_be_missing(folder: EvidenceFolder) -> None:
    assert dict(read_evidence(folder.write()).curves) == {}


@pytest.mark.parametrize(
    ("table", "row", "cells", "code", "words"),
    [
        ("curves", 0, {"result_id": "KM2"}, "unknown-result", "'KM2' is not an id of results.csv"),
        ("curves", 0, {"result_id": "HR1"}, "not-a-curve", "'HR1' is a row about HR"),
        ("curves", 3, {"time": "5"}, "time-not-increasing", "5 comes after 6 of line 4"),
        ("curves", 0, {"time": "-1"}, "time-not-positive", "a time must be a number from 0 on"),
        ("curves", 3, {"survival": "80"}, "survival-outside-0-1", "write 0.8 for 80%"),
        ("curves", 0, {"survival": "1.2"}, "survival-outside-0-1", "a little too high is written 1"),
        ("curves", 0, {"survival": "1.6"}, "survival-outside-0-1", "write 0.016 for 1.6%"),
        ("curves", 3, {"survival": "NE"}, "survival-outside-0-1", "NE: survival must be a proportion"),
        ("at_risk", 1, {"time": "0"}, "time-not-increasing", "0 comes after 0 of line 2"),
        ("at_risk", 2, {"at_risk": "181"}, "at-risk-rises", "181 are at risk after 180"),
        ("at_risk", 2, {"at_risk": "12.5"}, "count-not-whole", "12.5"),
    ],
)
def test_what_is_refused(
    folder: EvidenceFolder, table: str, row: int, cells: dict[str, str], code: str, words: str
) -> None:
    folder.with_curves().tables[table][row].update(cells)
    found, where, message = refusal(folder.write())
    assert found == code
    assert where.startswith(f"data/{table}.csv line {row + 2}, column {next(iter(cells))}")
    assert words in message


def test_the_times_of_a_curve_need_a_unit(folder: EvidenceFolder) -> None:
    folder.with_curves().edit("results", "KM1", {"unit": ""})
    assert refusal(folder.write())[0] == "curve-unit"


def test_a_change_of_a_point_changes_the_digest_of_its_curve_only(new_folder) -> None:
    first, second = new_folder().with_curves(), new_folder().with_curves()
    second.tables["curves"][2]["survival"] = "0.884"
    before, after = (digests(read_evidence(folder.write())) for folder in (first, second))
    assert {key for key in before if before[key] != after[key]} == {"curve:KM1"}


def test_through_a_workbook_and_back(folder: EvidenceFolder, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    data = folder.with_curves().write()
    book = tmp_path / "tables.xlsx"
    export_tables(data, book)
    assert openpyxl.load_workbook(book)["at_risk"]["C3"].value == "180"
    again = tmp_path / "again"
    import_tables(read_intake(book), again)
    assert read_evidence(again).curves == read_evidence(data).curves


def test_an_import_names_the_point_that_differs(new_folder) -> None:
    ours, theirs = new_folder().with_curves(), new_folder().with_curves()
    theirs.tables["at_risk"][1]["at_risk"] = "179"
    result = import_tables(read_intake(theirs.write()), ours.write())
    (change,) = result.changes
    assert [(c.key, c.column, c.old, c.new) for c in change.changed] == [("KM1 #2", "at_risk", "180", "179")]


def test_two_readings_are_compared_point_by_point(new_folder) -> None:
    ours, theirs = new_folder().with_curves(), new_folder().with_curves()
    theirs.tables["curves"][3]["survival"] = "0.81"
    theirs.tables["curves"].append({"result_id": "KM1", "time": "18", "survival": "0.7"})
    found = compare_extractions(read_intake(ours.write()), read_intake(theirs.write()))
    assert [(d.table, d.key, d.column, d.first, d.second, d.kind) for d in found.disagreements] == [
        ("curves", "KM1", "survival", "0.80", "0.81", "value"),
        ("curves", "KM1", "", "", "KM1", "only second"),
    ]
