"""One mutation per rule: the code, the place, the value and the rule are told, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence import read_evidence
from metasyn.values import Finding

if TYPE_CHECKING:
    from conftest import EvidenceFolder


def findings(folder: EvidenceFolder) -> tuple[Finding, ...]:
    with pytest.raises(EvidenceError) as caught:
        read_evidence(folder.write())
    return caught.value.findings


def case(table: str, row: str, cells: dict[str, str], column: str, code: str, *words: str):
    return pytest.param(
        table, row, cells, column, code, words, id=f"{code}-{table}-{column}-{'-'.join(cells.values())[:20]}"
    )


def hr(cells: dict[str, str], column: str, code: str, *words: str):
    return case("results", "HR1", cells, column, code, *words)


CASES = [
    # ids
    hr({"study_id": "ELM"}, "study_id", "unknown-study", "'ELM'", "studies.csv"),
    hr({"cohort_id": "ALDER.x"}, "cohort_id", "unknown-cohort", "'ALDER.x'", "cohorts.csv"),
    hr({"cohort_id": "alder.active"}, "cohort_id", "unknown-cohort", "Did you mean 'ALDER.active'?"),
    hr({"cohort_id": "ALDER. active"}, "cohort_id", "unknown-cohort", "Did you mean 'ALDER.active'?"),
    hr({"comparator_id": "nobody"}, "comparator_id", "unknown-comparator", "'nobody'"),
    hr({"source_id": "alder_report"}, "source_id", "unknown-source", "Did you mean 'alder-report'?"),
    hr({"outcome": "Stroke"}, "outcome", "unknown-outcome", "Did you mean 'stroke'?"),
    case("results", "EV2", {"derived_from": "N1;PCT9"}, "derived_from", "unknown-derived-from", "'PCT9'"),
    case(
        "cohorts", "BIRCH.all", {"part_of": "BIRCH"}, "part_of", "unknown-part-of", "'BIRCH'", "cohorts.csv"
    ),
    case("ongoing", "NCT00000001", {"source_id": "x"}, "source_id", "unknown-source", "'x'", "sources.csv"),
    case(
        "cohorts",
        "ALDER.placebo",
        {"cohort_id": "ALDER.active"},
        "cohort_id",
        "duplicate-id",
        "line 3",
        "unique",
    ),
    case("results", "N1", {"result_id": "HR1"}, "result_id", "duplicate-id", "'HR1'", "line 2"),
    case("studies", "BIRCH", {"study_id": "ALDER"}, "study_id", "duplicate-id", "'ALDER'"),
    case("sources", "birch-abstract", {"source_id": "alder-report"}, "source_id", "duplicate-id"),
    case("outcomes", "prior drugs", {"outcome": "stroke"}, "outcome", "duplicate-id", "'stroke'"),
    hr({"result_id": "HR1;b"}, "result_id", "malformed-id", "'HR1;b'"),
    hr({"result_id": "study:b"}, "result_id", "malformed-id", "'study:b'"),
    case("results", "EV2", {"derived_from": "PCT2;"}, "derived_from", "malformed-id", "'PCT2;'"),
    case("results", "EV2", {"derived_from": "PCT2;PCT2"}, "derived_from", "duplicate-id", "twice"),
    # what belongs together
    hr(
        {"cohort_id": "BIRCH.all"},
        "cohort_id",
        "cohort-of-another-study",
        "'BIRCH.all'",
        "'BIRCH'",
        "'ALDER'",
    ),
    hr({"comparator_id": "BIRCH.all"}, "comparator_id", "comparator-of-another-study", "'BIRCH.all'"),
    hr({"comparator_id": "ALDER.active"}, "comparator_id", "comparator-is-cohort", "two cohorts"),
    case(
        "cohorts", "ALDER.all", {"part_of": "ALDER.all"}, "part_of", "part-of-cycle", "ALDER.all → ALDER.all"
    ),
    case("cohorts", "ALDER.all", {"part_of": "ALDER.active"}, "part_of", "part-of-cycle", "→"),
    case("results", "EV2", {"derived_from": "EV2"}, "derived_from", "derived-from-cycle", "EV2 → EV2"),
    # intervals
    hr(
        {"ci_low": "0.65"},
        "ci_low",
        "interval-excludes-estimate",
        "0.65 is above the estimate 0.62: an interval must contain its estimate",
    ),
    hr({"ci_high": "0.61"}, "ci_high", "interval-excludes-estimate", "0.61 is below the estimate 0.62"),
    case("results", "MED1", {"ci_low": "12"}, "ci_low", "interval-excludes-estimate", "12 is above", "11.0"),
    hr({"ci_low": "0.9"}, "ci_low", "interval-reversed", "0.9 is above ci_high 0.80"),
    hr({"ci_low": ""}, "ci_low", "interval-one-bound", "0.80", "NE"),
    hr({"ci_high": ""}, "ci_high", "interval-one-bound", "0.47"),
    hr({"ci_level": ""}, "ci_level", "level-missing", "0.95"),
    hr({"ci_level": "95"}, "ci_level", "level-outside-0-1", "'95'", "write 0.95 for 95%"),
    hr({"ci_level": "0"}, "ci_level", "level-outside-0-1", "'0'", "between 0 and 1"),
    hr({"ci_level": "1"}, "ci_level", "level-outside-0-1", "'1'"),
    hr({"ci_level": "-0.95"}, "ci_level", "level-outside-0-1", "'-0.95'"),
    hr({"ci_level": "95%"}, "ci_level", "not-a-number", "'95%'"),
    hr({"ci_low": "", "ci_high": ""}, "ci_low", "level-without-interval", "0.95"),
    case("results", "MED1", {"ci_level": ""}, "ci_level", "level-missing", "proportion"),
    # figures
    hr({"value": "", "ci_low": "", "ci_high": "", "ci_level": ""}, "value", "value-missing", "HR", "NE"),
    case("results", "EV1", {"value": "", "events": ""}, "value", "value-missing", "events"),
    case("results", "PCT2", {"value": ""}, "value", "value-missing", "percent"),
    hr({"ci_low": "0"}, "ci_low", "ratio-not-positive", "0: a ratio (HR) must be above 0"),
    hr({"ci_low": "-0.48"}, "ci_low", "ratio-not-positive", "above 0; a logarithm? write the ratio itself"),
    hr({"ci_low": "-0.5"}, "ci_low", "ratio-not-positive", "-0.5"),
    hr({"value": "-0.62", "ci_low": "NE", "ci_high": "NE"}, "value", "ratio-not-positive", "-0.62", "HR"),
    hr(
        {"statistic": "OR", "value": "0", "ci_low": "NE", "ci_high": "NE"},
        "value",
        "ratio-not-positive",
        "(OR)",
    ),
    hr({"statistic": "RR", "ci_low": "0.0"}, "ci_low", "ratio-not-positive", "0.0", "(RR)"),
    case(
        "results", "PCT2", {"value": "100.1"}, "value", "percent-outside-0-100", "100.1", "between 0 and 100"
    ),
    case("results", "PCT2", {"value": "-1"}, "value", "percent-outside-0-100", "-1"),
    case(
        "results",
        "PCT2",
        {"ci_low": "40", "ci_high": "103", "ci_level": "0.95"},
        "ci_high",
        "percent-outside-0-100",
        "103",
    ),
    case("results", "PCT1", {"events": "18"}, "events", "events-exceed-n", "18 is above n = 17"),
    case("results", "EV1", {"events": "9"}, "value", "value-count-disagree", "8", "9", "events"),
    case("results", "N1", {"n": "402"}, "value", "value-count-disagree", "400", "402"),
    case("results", "N1", {"value": "400.5", "n": ""}, "value", "count-not-whole", "400.5"),
    case("results", "EV1", {"value": "-8", "events": ""}, "value", "negative-count", "-8"),
    case("results", "PCT2", {"n": "-200"}, "n", "negative-count", "-200", "negative"),
    case("results", "PCT2", {"n": "200.0"}, "n", "count-not-whole", "200.0", "whole number"),
    case("results", "PCT2", {"n": "0"}, "n", "n-is-zero", "at least one"),
    case("results", "PCT2", {"n": "many"}, "n", "not-a-number", "'many'", "whole number"),
    case("results", "PCT2", {"n": "1,200"}, "n", "not-a-number", "'1,200'"),
    case("results", "PCT2", {"n": "NE"}, "n", "not-a-number", "'NE'", "empty"),
    case("results", "PCT2", {"n": "9" * 5000}, "n", "not-a-number", "whole number"),
    case("cohorts", "BIRCH.all", {"n": "17.5"}, "n", "count-not-whole", "17.5"),
    case("ongoing", "NCT00000001", {"n": "about 90"}, "n", "not-a-number", "'about 90'"),
    hr({"value": "abc"}, "value", "not-a-number", "'abc' is not a number"),
    hr({"value": "0,62"}, "value", "not-a-number", "'0,62'", "did you mean 0.62?"),
    hr({"value": "0·62"}, "value", "not-a-number", "did you mean 0.62?"),
    hr({"value": "not reached"}, "value", "not-a-number", "'not reached'", "NE"),
    hr({"value": "٠.٦٢"}, "value", "not-a-number", "decimal digits"),
    hr({"value": "1_0"}, "value", "not-a-number", "'1_0'"),
    hr({"value": "nan"}, "value", "not-finite", "'nan'", "finite"),
    hr({"ci_high": "inf"}, "ci_high", "not-finite", "'inf'"),
    hr({"ci_high": "9" * 400}, "ci_high", "not-finite", "finite"),
    hr({"ci_level": "NaN"}, "ci_level", "not-finite", "'NaN'"),
    case("results", "PCT2", {"n": "Infinity"}, "n", "not-finite", "'Infinity'"),
    # p values
    hr({"p": "1.2"}, "p", "p-outside-0-1", "1.2", "between 0 and 1"),
    hr({"p": "-0.1"}, "p", "p-unreadable", "'-0.1'", "<0.001"),
    hr({"p": "p=0.03"}, "p", "p-unreadable", "'p=0.03'"),
    hr({"p": "n.s."}, "p", "p-unreadable", "'n.s.'", "ns"),
    hr({"p": "nan"}, "p", "not-finite", "'nan'"),
    hr({"p_sided": ""}, "p_sided", "p-without-side", "<0.001", "not stated"),
    hr({"p": ""}, "p", "side-without-p", "'one'"),
    case("results", "P1", {"p": "", "p_sided": ""}, "p", "p-missing", "statistic is p"),
    # vocabularies
    hr({"statistic": "hr"}, "statistic", "unknown-word", "'hr'", "Did you mean 'HR'?"),
    case("results", "MED1", {"unit": "month"}, "unit", "unknown-word", "'month'", "Did you mean 'months'?"),
    hr({"p_sided": "1"}, "p_sided", "unknown-word", "'1'", "'one', 'two', 'not stated'"),
    hr({"status": "unuseable"}, "status", "unknown-word", "Did you mean"),
    hr({"derived": "No"}, "derived", "unknown-word", "Did you mean 'no'?"),
    case(
        "studies", "ALDER", {"design": "randomized"}, "design", "unknown-word", "Did you mean 'randomised'?"
    ),
    case("outcomes", "stroke", {"kind": "survival"}, "kind", "unknown-word", "'survival'", "'time-to-event'"),
    case("outcomes", "stroke", {"better": "less"}, "better", "unknown-word", "'less'", "'lower', 'higher'"),
    case("sources", "alder-report", {"year": "15"}, "year", "year-unreadable", "'15'", "four digits"),
    # units
    case("results", "MED1", {"unit": ""}, "unit", "median-unit", "''", "months"),
    case("results", "MED1", {"unit": "patients"}, "unit", "median-unit", "'patients'", "months"),
    case("results", "MED2", {"unit": ""}, "unit", "median-unit", "''"),
    case("results", "PCT1", {"unit": ""}, "unit", "percent-unit", "percent"),
    case("results", "PCT1", {"unit": "patients"}, "unit", "percent-unit", "'patients'"),
    # provenance
    hr({"derived": "yes"}, "derivation", "derivation-missing", "derived is yes"),
    hr({"derivation": "by eye"}, "derivation", "derivation-of-printed", "'by eye'"),
    hr({"derived_from": "N1"}, "derived_from", "derivation-of-printed", "'N1'"),
    hr({"status": "unusable"}, "status_reason", "reason-missing", "say why"),
    hr({"status_reason": "misprint"}, "status_reason", "reason-on-usable", "'misprint'"),
    hr({"as_printed": ""}, "as_printed", "required-cell-empty", "exactly as printed"),
    *(
        hr({column: ""}, column, "required-cell-empty", column)
        for column in ("result_id", "study_id", "cohort_id", "outcome", "statistic", "source_id", "locator")
    ),
    case("studies", "BIRCH", {"label": " "}, "label", "required-cell-empty", "label"),
    case("studies", "BIRCH", {"design": ""}, "design", "required-cell-empty", "design"),
    case("ongoing", "NCT00000001", {"title": ""}, "title", "required-cell-empty", "title"),
]


@pytest.mark.parametrize(("table", "row", "cells", "column", "code", "words"), CASES)
def test_one_broken_rule_is_one_finding(
    folder: EvidenceFolder,
    table: str,
    row: str,
    cells: dict[str, str],
    column: str,
    code: str,
    words: tuple[str, ...],
) -> None:
    line = folder.line(table, row)
    folder.edit(table, row, cells)
    found = [f for f in findings(folder) if not _follows(f, code)]
    assert [f.code for f in found] == [code], [str(f) for f in found]
    assert found[0].where == f"data/{folder.file(table).name} line {line}, column {column}"
    for word in words:
        assert word in found[0].message
    assert len(found[0].message) < 300


def _follows(finding: Finding, code: str) -> bool:
    """Whether a finding only follows from an id that the mutation took away."""
    taken_away = code in ("duplicate-id", "malformed-id", "required-cell-empty")
    return taken_away and finding.code.startswith("unknown-") and finding.code != "unknown-word"


def test_a_range_is_not_an_interval(folder: EvidenceFolder) -> None:
    folder.edit("results", "RNG1", {"ci_low": "1.4", "ci_high": "4.1"})
    found = findings(folder)
    line = folder.line("results", "RNG1")
    assert [(f.code, f.where) for f in found] == [
        ("range-as-interval", f"data/results.csv line {line}, column {column}")
        for column in ("ci_low", "ci_high")
    ]


def test_episodes_may_outnumber_participants(folder: EvidenceFolder) -> None:
    folder.edit("results", "EV1", {"value": "29", "events": "29", "unit": "episodes"})
    assert read_evidence(folder.write())


def test_a_longer_cycle_is_told_once(folder: EvidenceFolder) -> None:
    folder.edit("cohorts", "ALDER.all", {"part_of": "ALDER.placebo"})
    folder.edit("cohorts", "ALDER.placebo", {"part_of": "ALDER.active"})
    (finding,) = findings(folder)
    assert finding.message.startswith("ALDER.all → ALDER.placebo → ALDER.active → ALDER.all")


def test_lines_are_physical_lines_of_the_beginning_of_the_row(folder: EvidenceFolder) -> None:
    folder.edit("results", "HR1", {"note": "first\nsecond\r\nthird"})
    folder.edit("results", "MED1", {"ci_low": "12", "note": "more\n"})
    folder.edit("results", "PCT1", {"value": "x"})
    assert [f.where for f in findings(folder)] == [
        "data/results.csv line 5, column ci_low",
        "data/results.csv line 7, column value",
    ]


def test_everything_is_reported_in_one_pass_in_reading_order(folder: EvidenceFolder) -> None:
    folder.edit("sources", "birch-abstract", {"year": "2018b"})
    folder.edit("studies", "BIRCH", {"design": "cross-over"})
    folder.edit("cohorts", "BIRCH.all", {"part_of": "BIRCH.everyone", "n": "-1"})
    folder.edit("outcomes", "stroke", {"better": "less"})
    folder.edit(
        "results", "HR1", {"ci_low": "0.85", "ci_high": "0.95", "ci_level": "95", "source_id": "gone"}
    )
    folder.edit("results", "PCT1", {"value": "147.1", "events": "18"})
    folder.edit("results", "EV2", {"derived_from": "PCT2;PCT3", "derivation": ""})
    folder.edit("ongoing", "NCT00000001", {"locator": ""})
    with pytest.raises(EvidenceError) as caught:
        read_evidence(folder.write())
    assert [(f.code, f.where.removeprefix("data/")) for f in caught.value.findings] == [
        ("year-unreadable", "sources.csv line 3, column year"),
        ("unknown-word", "studies.csv line 3, column design"),
        ("negative-count", "cohorts.csv line 5, column n"),
        ("unknown-part-of", "cohorts.csv line 5, column part_of"),
        ("unknown-word", "outcomes.csv line 2, column better"),
        ("interval-excludes-estimate", "results.csv line 2, column ci_low"),
        ("level-outside-0-1", "results.csv line 2, column ci_level"),
        ("unknown-source", "results.csv line 2, column source_id"),
        ("percent-outside-0-100", "results.csv line 4, column value"),
        ("events-exceed-n", "results.csv line 4, column events"),
        ("derivation-missing", "results.csv line 9, column derivation"),
        ("unknown-derived-from", "results.csv line 9, column derived_from"),
        ("required-cell-empty", "ongoing_trials.csv line 2, column locator"),
    ]
    text = str(caught.value)
    assert text.startswith("13 problems in the evidence tables:\n")
    assert (
        "data/results.csv line 2, column ci_low: 0.85 is above the estimate 0.62: "
        "an interval must contain its estimate" in text
    )


@pytest.mark.slow
def test_suggestions_for_unknown_ids_are_bounded() -> None:
    from metasyn.evidence.problems import NearIds

    near = NearIds(f"trial-{number:06d}" for number in range(50_000))
    told = [near.to(f"trial-{number:06d}x") for number in range(0, 50_000, 10)]
    assert told[0] == " Did you mean 'trial-000000'?"
    assert near.to("trial-000010x") == " Did you mean 'trial-000010'?"
    assert sum(map(bool, told)) == 200
