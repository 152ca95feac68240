"""The audit of a data folder: the same checks, rows named by their ids, answers by the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence import read_evidence
from metasyn.evidence.audit import audit_evidence, audit_table, read_plain_table
from metasyn.evidence.audit.from_evidence import evidence_entries


def test_figures_keep_their_digits(folder: Any) -> None:
    folder.edit("results", "HR1", {"as_printed": "0.62 (0.47-0.80)"})
    entry = next(e for e in evidence_entries(read_evidence(folder.write()), {}) if e.row == "HR1")
    assert [str(x) for x in (entry.estimate, entry.ci_low, entry.ci_high, entry.p)] == [
        "0.62",
        "0.47",
        "0.80",
        "<0.001",
    ]


def test_a_marked_row_answers_for_itself(folder: Any) -> None:
    # RR1 of the fixture is 0.3 (0.5-0.7), marked unusable; 8/17 = 47.06 is right.
    found = audit_evidence(read_evidence(folder.write()))
    assert [(f.code, f.rows, f.open) for f in found] == [("point_outside_ci", ("RR1",), False)]
    assert "outside its interval" in found[0].accepted


def test_a_wrong_percentage_is_found_and_can_be_answered(folder: Any) -> None:
    folder.edit("results", "PCT1", {"value": "42.1"})
    evidence = read_evidence(folder.write())
    found = [f for f in audit_evidence(evidence) if f.open and f.severity == "error"]
    assert [(f.code, f.rows) for f in found] == [("percent_not_k_over_n", ("PCT1",))]
    answered = audit_evidence(evidence, {"PCT1": "percent_not_k_over_n: two were not evaluable"})
    assert [f.accepted for f in answered if f.code == found[0].code] == ["two were not evaluable"]
    other = audit_evidence(evidence, {"PCT1": "wrong_level: misprint"})
    assert [f.open for f in other if f.code == found[0].code] == [True]


def test_p_values_are_joined_with_the_counts_of_their_groups(folder: Any) -> None:
    # P1 compares 94/200 with placebo, of which nothing is told; 75/200 would give p = .055, not .034.
    row = {**folder.row("results", "EV2"), "result_id": "EV3", "cohort_id": "ALDER.placebo"}
    folder.tables["results"].append({**row, "value": "75", "events": "75"})
    found = {f.code: f for f in audit_evidence(read_evidence(folder.write()))}
    assert found["p_incompatible_with_counts"].rows[0] == "P1"
    folder.edit("results", "EV3", {"value": "73", "events": "73"})
    assert "p_incompatible_with_counts" not in {f.code for f in audit_evidence(read_evidence(folder.write()))}


def test_two_studies_with_one_registration(folder: Any) -> None:
    for study in ("ALDER", "BIRCH"):
        folder.edit("studies", study, {"registry_id": "NCT00000001"})
    assert "overlapping_cohorts" in {f.code for f in audit_evidence(read_evidence(folder.write()))}


def test_uneven_exclusion_from_a_randomised_comparison(folder: Any) -> None:
    for number, (cohort, n) in enumerate((("ALDER.active", 200), ("ALDER.placebo", 160))):
        cells = {"events": "20", "value": "20", "n": str(n)}
        folder.tables["results"].append(
            {**folder.row("results", "EV2"), "result_id": f"S{number}", "cohort_id": cohort, **cells}
        )
    assert "differential_exclusion" in {f.code for f in audit_evidence(read_evidence(folder.write()))}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_plain_file(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "trials.csv"
    rows = [["label", "n", "percent"], ["response", "19", "13.5"], ["", "", ""], ["other", "19", "52.6"]]
    path.write_text("\ufeff" + "\n".join(separator.join(row) for row in rows), encoding="utf-8")
    found = audit_table(read_plain_table(path))
    assert [(f.code, f.rows) for f in found] == [("percent_not_k_over_n", ("1",))]


@pytest.mark.parametrize("text", ["", "a,b\n1,2,3\n", 'a,b\n"1,2\n', None])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "trials.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"trials\.csv"):
        read_plain_table(path)


def test_a_group_and_its_part_are_a_dependence_group(folder: Any) -> None:
    def proposed() -> list[Any]:
        found = audit_evidence(read_evidence(folder.write()))
        return [one for one in found if one.code == "dependence_group"]

    assert proposed() == []
    row = folder.row("results", "PCT2")
    folder.tables["results"].append({**row, "result_id": "ALL1", "cohort_id": "ALDER.all", "n": "400"})
    (note,) = proposed()
    assert (note.severity, set(note.rows)) == ("note", {"EV2", "ALL1"})
    assert note.computed == {"cohorts": ["ALDER.all", "ALDER.active"], "outcomes": ["controlled"]}
    assert "is part of" in note.message
    # An unusable figure, or another outcome of the whole, ties nothing.
    folder.edit("results", "ALL1", {"status": "unusable", "status_reason": "a misprint"})
    assert proposed() == []


def test_sizes_of_groups_are_no_results_that_depend_on_each_other(folder: Any) -> None:
    row = {**folder.row("results", "EV2"), "statistic": "n", "value": "200", "events": "", "n": "200"}
    for name, cohort in (("N8", "ALDER.active"), ("N9", "ALDER.all")):
        folder.tables["results"].append({**row, "result_id": name, "cohort_id": cohort})
    codes = {one.code for one in audit_evidence(read_evidence(folder.write()))}
    assert "dependence_group" not in codes
