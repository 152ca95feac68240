"""Changed rows as causes: what belongs together, what is none, and how each is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metasyn.changes.hybrid import blend
from metasyn.changes.row_causes import ORDER, row_causes
from metasyn.evidence.model import Cohort, Curve, OutcomeDefinition, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import CellEdit, EditKind, RowEdit


def result(name: str, study: str, cohort: str, comparator: str = "", value: float = 1.0) -> ReportedResult:
    return ReportedResult(
        result_id=name, study_id=study, cohort_id=cohort, comparator_id=comparator, outcome="pain",
        statistic="HR", value=value, source_id="s", locator="", as_printed="",
    )  # fmt: skip


def evidence(cohorts: dict[str, str], results: tuple[ReportedResult, ...], **curves: Curve) -> Evidence:
    """Tables with these cohorts (id -> study) and results."""
    return Evidence(
        sources={"s": Source(source_id="s", kind="article", citation="c")},
        studies={name: Study(study_id=name, label=name, design="randomised") for name in cohorts.values()},
        cohorts={name: Cohort(cohort_id=name, study_id=study, label=name) for name, study in cohorts.items()},
        outcomes={"pain": OutcomeDefinition(outcome="pain", label="pain", kind="time-to-event")},
        results=results,
        curves=curves,
    )


def edit(key: str, kind: EditKind = "corrected", **cells: tuple[str, str]) -> RowEdit:
    return RowEdit(
        key=key,
        kind=kind,
        cells=tuple(CellEdit(column=name, old=old, new=new) for name, (old, new) in cells.items()),
    )


TWO = {"A.1": "A", "A.2": "A", "B.1": "B", "B.2": "B"}
ONE = {"A.1": "A", "A.2": "A"}
A, B = result("RA", "A", "A.1", "A.2"), result("RB", "B", "B.1", "B.2")
LONG = "a" * 50


def told(old: Evidence, new: Evidence, *edits: RowEdit) -> list[tuple[str, str, str, int]]:
    return [(c.id, c.kind, c.title, len(c.rows)) for c in row_causes(edits, old, new)]


def test_a_study_that_went_takes_its_cohorts_and_results_with_it() -> None:
    edits = [edit(key, "removed") for key in ("study:B", "cohort:B.1", "cohort:B.2", "RB")]
    found = told(evidence(TWO, (A, B)), evidence(ONE, (A,)), *edits)
    assert found == [("study:B", "removed", "study B removed with its result", 4)]


def test_cohorts_that_one_row_compares_came_together() -> None:
    more = {**ONE, "A.3": "A", "A.4": "A"}
    rows = (A, result("R3", "A", "A.3", "A.4"), result("R4", "A", "A.3"))
    edits = [edit(key, "added") for key in ("cohort:A.3", "cohort:A.4", "R3", "R4")]
    found = told(evidence(ONE, (A,)), evidence(more, rows), *edits)
    assert found == [("cohort:A.3", "added", "cohorts A.3, A.4 added with their 2 results", 4)]


def test_two_new_studies_are_two_causes_and_one_without_a_result_is_none() -> None:
    old = evidence({}, ())
    new = evidence({**TWO, "C.1": "C"}, (A, B))
    keys = (
        "study:A",
        "study:B",
        "study:C",
        "cohort:A.1",
        "cohort:A.2",
        "cohort:B.1",
        "cohort:B.2",
        "cohort:C.1",
    )
    edits = [edit(key, "added") for key in (*keys, "RA", "RB")]
    assert [cause[0] for cause in told(old, new, *edits)] == ["study:A", "study:B"]


def test_a_renamed_cohort_goes_with_the_rows_that_name_it() -> None:
    renamed = {"A.1": "A", "A.9": "A"}
    edits = [
        edit("cohort:A.9", "added"),
        edit("cohort:A.2", "removed"),
        edit("RA", comparator_id=("A.2", "A.9")),
    ]
    found = told(evidence(ONE, (A,)), evidence(renamed, (replace(A, comparator_id="A.9"),)), *edits)
    assert found == [
        ("cohort:A.9", "corrected", "cohort A.9 added and cohort A.2 removed with their result", 3)
    ]


def test_a_cohort_that_moves_to_another_study_takes_its_rows_along() -> None:
    moved = {**TWO, "A.2": "B"}
    row = result("R2", "A", "A.2")
    edits = [edit("cohort:A.2", study_id=("A", "B")), edit("R2", study_id=("A", "B"))]
    found = told(evidence(TWO, (A, row)), evidence(moved, (A, replace(row, study_id="B"))), *edits)
    assert found == [
        ("row:cohort:A.2", "corrected", "cohorts.csv row A.2: study_id A → B, with its result", 2)
    ]


def test_a_curve_belongs_to_its_row_and_alone_is_a_cause() -> None:
    points = Curve(result_id="RA", times=(0.0, 1.0), survival=(1.0, 0.5))
    other = replace(points, survival=(1.0, 0.6))
    old, new = evidence(ONE, (A,), RA=points), evidence(ONE, (replace(A, value=2.0),), RA=other)
    both = told(old, new, edit("RA", value=("1", "2")), edit("curve:RA"))
    assert both == [("row:RA", "corrected", "results.csv row RA: value 1 → 2", 2)]
    alone = told(old, evidence(ONE, (A,), RA=other), edit("curve:RA"))
    assert alone == [("row:curve:RA", "corrected", "curves.csv curve RA corrected", 1)]
    mixed = blend(old, new, [edit("RA"), edit("curve:RA")], "pain")
    assert mixed.evidence(()).curves["RA"] is points
    assert mixed.evidence({"curve:RA", "RA"}).curves["RA"] is other
    gone = blend(old, evidence(ONE, (A,)), [edit("curve:RA", "removed")], "pain")
    assert (dict(gone.evidence({"curve:RA"}).curves), dict(gone.evidence(()).curves)) == ({}, {"RA": points})


@pytest.mark.parametrize("key", ["source:s", "ongoing:N1", "outcome:new"])
def test_what_only_supports_others_is_no_cause(key: str) -> None:
    both = evidence(ONE, (A,))
    for kind in ("added", "removed") if key == "outcome:new" else ("added", "corrected", "removed"):
        assert row_causes([edit(key, kind, label=("a", "b"))], both, both) == ()  # type: ignore[arg-type]


def test_an_outcome_that_is_defined_otherwise_is_a_cause() -> None:
    both = evidence(ONE, (A,))
    found = told(both, both, edit("outcome:pain", better=("", "lower")))
    assert found == [("row:outcome:pain", "corrected", "outcomes.csv row pain: better empty → lower", 1)]


def test_long_cells_are_cut_and_many_counted() -> None:
    both = evidence(ONE, (A,))
    cells = {
        "value": ("", "2"),
        "unit": (LONG, "days"),
        "n": ("5", ""),
        "events": ("1", "2"),
        "note": ("x", "y"),
    }
    (cause,) = row_causes([edit("RA", **cells)], both, both)
    assert (
        cause.title == f"results.csv row RA: value empty → 2; unit {'a' * 39}… → days; n 5 → empty and 1 more"
    )


def test_rows_in_another_order_are_a_cause_and_new_ones_are_not() -> None:
    one, other = evidence(TWO, (A, B)), evidence(TWO, (B, A))
    assert told(one, other) == [(ORDER, "corrected", "the rows of the tables stand in another order", 0)]
    more = result("RC", "B", "B.1")
    assert told(one, evidence(TWO, (more, A, B)), edit("RC", "added")) == [
        ("row:RC", "added", "results.csv row RC added", 1)
    ]
    mixed = blend(one, evidence(TWO, (more, B, A)), [edit("RC", "added")], "pain")
    assert [row.result_id for row in mixed.evidence(()).results] == ["RA", "RB"]
    assert [row.result_id for row in mixed.evidence({"RC"}).results] == ["RC", "RA", "RB"]
    assert [row.result_id for row in mixed.evidence({"RC", ORDER}).results] == ["RC", "RB", "RA"]
