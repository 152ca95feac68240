"""What is found in the reported figures: told with its rows, and open only where nobody has decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.audit import audit
from metasyn.analysis.result import AnalysisResult, FigureFinding
from metasyn.analysis.run import run_analysis
from metasyn.evidence.model import Cohort, OutcomeDefinition, PValue, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval

DECLARED = Analysis(
    title="Drug against placebo",
    question="Does it help?",
    contrast=({"arm": "drug"}, {"arm": "placebo"}),
    outcomes=[Outcome("death", measure="HR")],
)


def row(name: str, value: float, low: float, high: float, **more: object) -> ReportedResult:
    given = {
        "result_id": name,
        "study_id": "ax",
        "cohort_id": "ax.drug",
        "comparator_id": "ax.placebo",
        "outcome": "death",
        "statistic": "HR",
        "value": value,
        "ci": Interval(low, high),
        "decimals": 2,
        "source_id": "paper",
        "locator": "p. 1",
        "as_printed": f"{value:.2f}",
    }
    return ReportedResult(**{**given, **more})  # type: ignore[arg-type]


def found(*rows: ReportedResult) -> tuple[FigureFinding, ...]:
    arms = ("drug", "placebo")
    evidence = Evidence(
        sources={
            name: Source(source_id=name, kind="article", citation=f"{name} 2020")
            for name in ("paper", "review")
        },
        studies={"ax": Study(study_id="ax", label="Ax 2020", design="randomised")},
        cohorts={
            f"ax.{arm}": Cohort(cohort_id=f"ax.{arm}", study_id="ax", label=arm, attributes={"arm": arm})
            for arm in arms
        },
        outcomes={"death": OutcomeDefinition(outcome="death", label="death", kind="time-to-event")},
        results=rows,
    )
    return run_analysis(DECLARED, evidence, "ax").audit


def test_two_sources_that_differ_wait_for_a_decision_where_only_table_order_decided() -> None:
    (one,) = found(row("a", 0.72, 0.55, 0.94), row("b", 0.78, 0.60, 1.01, source_id="review"))
    assert (one.finding.code, one.finding.severity) == ("cross_source_conflict", "warning")
    assert one.rows == ("a", "b")
    assert one.is_open
    assert "0.72 (paper 2020, p. 1), but 0.78 (review 2020, p. 1)" in one.finding.message
    assert one.finding.where == "Ax 2020"


def test_a_difference_is_answered_where_the_rule_of_choice_prefers_one() -> None:
    three_digits = row("b", 0.781, 0.602, 1.013, source_id="review", decimals=3, as_printed="0.781")
    (one,) = found(row("a", 0.72, 0.55, 0.94), three_digits)
    assert (one.is_open, one.answer) == (False, "0.781 is used")


def test_rounding_is_no_difference() -> None:
    printed = "0.722 (0.552-0.944)"
    three_digits = row("b", 0.722, 0.552, 0.944, source_id="review", decimals=3, as_printed=printed)
    assert found(row("a", 0.72, 0.55, 0.94), three_digits) == ()


def test_unusable_figures_are_told_with_their_reason() -> None:
    bad = row("b", 0.30, 0.10, 0.20, status="unusable", status_reason="the interval excludes it")
    (one,) = found(row("a", 0.72, 0.55, 0.94), bad)
    assert one.finding.code == "unusable-figure"
    assert one.finding.message == "the interval excludes it"
    assert (one.rows, one.answer) == (("b",), "left out")


def test_an_estimate_off_the_centre_of_its_interval_is_told() -> None:
    (one,) = found(row("a", 0.62, 0.55, 0.94))
    assert (one.finding.code, one.finding.severity, one.rows) == ("asymmetric_ci", "warning", ("a",))


def test_nothing_found_is_nothing() -> None:
    assert found(row("a", 0.72, 0.55, 0.94)) == ()


CLEAR = ("taken-from-elsewhere", "converted")
MONTHS = {"statistic": "median", "unit": "months", "ci": None, "decimals": 1}


def codes(*rows: ReportedResult) -> dict[str, str]:
    """Code of every remark by its message, of two groups of 100."""
    evidence = arms_of(*rows)
    times = replace(evidence.outcomes["death"], kind="time-to-event")
    result = run_analysis(DECLARED, replace(evidence, outcomes={"death": times}), "ax")
    return {one.finding.message: one.finding.code for one in result.audit}


def test_a_clear_figure_from_elsewhere_or_converted_is_not_called_a_reading() -> None:
    arms = {"cohort_id": "ax.low", "comparator_id": "ax.placebo", "ci": None}
    p = {**arms, "statistic": "p", "decimals": None}
    total = row("o", 90, 0, 1, **arms, statistic="events", events=90, as_printed="90 in all")
    one = row("e", 40, 0, 1, **{**arms, "comparator_id": ""}, statistic="events", events=40, as_printed="40")
    sided = row("p", 0.02, 0, 1, **p, p=PValue(value=0.02, sided="one"), test="log-rank", as_printed="p 0.02")
    found = codes(sided, total, one)
    assert found["one-sided p = 0.02 doubled"] == "converted"
    assert found["50 events of placebo by subtraction: 90 of both groups, 40 of low"] == "converted"
    elsewhere = [message for message, code in found.items() if code == "taken-from-elsewhere"]
    assert elsewhere == ["direction of p 0.02 taken from the shares with the event, 40/100 and 50/100"]
    assert "reading" not in found.values()


@pytest.mark.parametrize(("ratio", "code"), [(0.4167, "converted"), (0.4, "reading")])
def test_a_table_from_its_margins_is_unclear_only_if_others_fit(ratio: float, code: str) -> None:
    arms = {"cohort_id": "ax.low", "comparator_id": "ax.placebo", "ci": None}
    total = row("o", 34, 0, 1, **arms, statistic="events", events=34, as_printed="34 in all")
    digits = 4 if code == "converted" else 1
    printed = row("r", ratio, 0, 1, **arms, statistic="RR", decimals=digits, as_printed=f"{ratio}")
    audited = of_contrasts(arms_of(total, printed)).audit
    (one,) = [one.finding for one in audited if "recovered from the margins" in one.finding.message]
    assert "10/100 of low and 24/100 of placebo" in one.message
    assert one.code == code


def test_only_what_is_unclear_is_a_reading() -> None:
    arms = {"cohort_id": "ax.low", "comparator_id": "ax.placebo", "ci": None}
    p = PValue(value=0.02)
    found = codes(row("a", 0.72, 0.55, 0.94, **arms, p=p, as_printed="0.72, p 0.02"))
    assert found["p = 0.02: one- or two-sided is not stated, taken as two-sided"] == "reading"


def test_a_size_from_the_table_of_cohorts_is_from_elsewhere_and_a_median_is_converted() -> None:
    first = row("a", 4.5, 0, 1, **{**MONTHS, "cohort_id": "ax.low", "comparator_id": ""})
    weeks = {"unit": "weeks", "cohort_id": "ax.placebo", "comparator_id": ""}
    second = row("b", 13.0, 0, 1, **{**MONTHS, **weeks})
    assumed = replace(DECLARED, outcomes=[Outcome("death", measure="HR", event_fraction=0.5)])
    evidence = arms_of(first, second)
    times = replace(evidence.outcomes["death"], kind="time-to-event")
    audited = run_analysis(assumed, replace(evidence, outcomes={"death": times}), "ax").audit
    found = {one.finding.message: one.finding for one in audited}
    assert found["n = 100 of low taken from the table of cohorts"].code == "taken-from-elsewhere"
    assert found["median of 13 weeks converted to 2.99 months"].code == "converted"
    assert {one.severity for one in found.values() if one.code in CLEAR} == {"note"}


def test_recovered_figures_and_direction(tiny_project: Path) -> None:
    from metasyn.evidence import read_evidence

    evidence = read_evidence(tiny_project / "data")
    analysis = Analysis(
        title="Tea",
        question="Does it help?",
        contrast=({"drink": "tea"}, {"drink": "water"}),
        outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],
    )
    result = run_analysis(analysis, evidence, "tea")
    assert result.audit == audit(evidence, result.outcomes)
    rows = {r.result_id: r for r in evidence.results}
    for one in result.audit:
        assert one.rows
        if one.finding.code == "recovered-figure":
            assert all(rows[name].derivation in one.finding.message for name in one.rows)
        assert not one.is_open


def arms_of(*rows: ReportedResult) -> Evidence:
    """Two doses against one placebo."""
    arms = {"low": "drug", "high": "drug", "placebo": "placebo"}
    return Evidence(
        sources={
            name: Source(source_id=name, kind="article", citation=f"{name} 2020")
            for name in ("paper", "review")
        },
        studies={"ax": Study(study_id="ax", label="Ax 2020", design="randomised")},
        cohorts={
            f"ax.{name}": Cohort(
                cohort_id=f"ax.{name}", study_id="ax", label=name, n=100, attributes={"arm": arm}
            )
            for name, arm in arms.items()
        },
        outcomes={"death": OutcomeDefinition(outcome="death", label="death", kind="binary")},
        results=rows,
    )


def disagreements(found: tuple[FigureFinding, ...]) -> list[FigureFinding]:
    both = ("sources-disagree", "cross_source_conflict")
    return [one for one in found if one.finding.code in both and ", but " in one.finding.message]


def of_contrasts(evidence: Evidence) -> AnalysisResult:
    return run_analysis(replace(DECLARED, outcomes=[Outcome("death", measure="RR")]), evidence, "ax")


def of_doses(*rows: ReportedResult) -> list[FigureFinding]:
    analysis = Analysis(
        title="x", question="?", outcomes=[Outcome("death", measure="PLO")], cohorts={"arm": "drug"}
    )
    return disagreements(run_analysis(analysis, arms_of(*rows), "ax").audit)


def percent(name: str, cohort: str, value: float, **more: object) -> ReportedResult:
    given = {"cohort_id": cohort, "comparator_id": "", "statistic": "percent", "ci": None, "decimals": 0}
    return row(name, value, 0, 1, **{**given, "n": 100, "as_printed": f"{value:g}%", **more})


def test_a_figure_of_a_shared_group_bears_on_both_comparisons() -> None:
    evidence = arms_of(
        percent("a", "ax.low", 10),
        percent("c", "ax.placebo", 20),
        percent("d", "ax.placebo", 25, source_id="review"),
    )
    part = of_contrasts(evidence).outcomes[0]
    (low,) = part.effects.effects
    high = replace(low, label="Ax 2020, high", cohort_id="ax.high")
    both = replace(part, effects=replace(part.effects, effects=(low, high)))
    (one,) = disagreements(audit(evidence, [both]))
    assert one.rows == ("c", "d")
    assert one.finding.where == "Ax 2020; Ax 2020, high"


def test_a_contrast_is_no_disagreement_of_a_single_cohort() -> None:
    arms = (percent("a", "ax.low", 10), percent("b", "ax.high", 12))
    contrast = {"cohort_id": "ax.low", "comparator_id": "ax.placebo", "statistic": "RR"}
    other = (row("c", 0.5, 0.3, 0.8, **contrast), row("d", 0.9, 0.6, 1.4, source_id="review", **contrast))
    assert of_doses(*arms, *other) == []
    twice = percent("e", "ax.high", 15, source_id="review")
    assert [one.rows for one in of_doses(*arms, *other, twice)] == [("b", "e")]


def test_another_contrast_of_the_same_cohort_is_not_this_one() -> None:
    asked = {"cohort_id": "ax.low", "comparator_id": "ax.placebo", "statistic": "RR"}
    doses = {**asked, "comparator_id": "ax.high"}
    rows = (
        row("a", 0.7, 0.5, 0.98, **asked),
        row("b", 0.5, 0.3, 0.83, **doses),
        row("c", 0.9, 0.6, 1.35, source_id="review", **doses),
    )
    assert disagreements(of_contrasts(arms_of(*rows)).audit) == []


def test_the_other_direction_is_compared_as_well() -> None:
    turned = {"cohort_id": "ax.placebo", "comparator_id": "ax.drug"}
    rows = (
        row("a", 0.72, 0.55, 0.94),
        row("b", 1.39, 1.06, 1.82, **turned),
        row("c", 1.2, 0.9, 1.6, source_id="review", **turned),
    )
    assert [one.rows for one in disagreements(found(*rows))] == [("b", "c")]


def counted(name: str, cohort: str, events: int, n: int, printed: float, **more: object) -> ReportedResult:
    figures = {"events": events, "n": n, "unit": "percent", "as_printed": f"{events} ({printed:g}%)"}
    return percent(name, cohort, printed, **{**figures, "decimals": 1, **more})


def test_a_finding_of_the_audit_is_open_with_its_repairs() -> None:
    rows = (counted("a", "ax.low", 12, 90, 18.3), counted("b", "ax.placebo", 20, 100, 20.0))
    first = of_contrasts(arms_of(*rows)).audit[0]
    assert (first.finding.code, first.finding.severity) == ("percent_not_k_over_n", "error")
    assert first.is_open
    assert first.finding.where == "Ax 2020: low, death"
    assert "12/90 = 13.33%, not 18.3%" in first.finding.message
    assert [(r.row, r.column, r.printed, r.instead) for r in first.repairs[:1]] == [
        ("a", "percent", "18.3", "13.3")
    ]


def test_an_answer_in_the_data_is_told_and_stands_behind_what_is_open() -> None:
    answer = {"accepted_because": "percent_not_k_over_n: weighted by centre"}
    rows = (
        counted("a", "ax.low", 12, 90, 18.3, **answer),
        counted("b", "ax.placebo", 20, 100, 20.0),
        counted("c", "ax.placebo", 20, 100, 25.0, source_id="review"),
    )
    told = of_contrasts(arms_of(*rows)).audit
    (answered,) = [one for one in told if one.rows == ("a",)]
    assert (answered.is_open, answered.answer) == (False, "weighted by centre")
    places = [one.is_open for one in told]
    assert places == sorted(places, reverse=True)
    assert places[0]


def test_what_is_elsewhere_in_the_tables_is_not_told() -> None:
    rows = (
        counted("a", "ax.low", 10, 100, 10.0),
        counted("b", "ax.placebo", 20, 100, 20.0),
        counted("c", "ax.high", 12, 100, 18.3),
    )
    assert [one for one in of_contrasts(arms_of(*rows)).audit if "c" in one.rows]
    evidence = arms_of(*rows)
    others = {
        **evidence.cohorts,
        "ax.high": replace(evidence.cohorts["ax.high"], attributes={"arm": "other drug"}),
    }
    told = of_contrasts(replace(evidence, cohorts=others)).audit
    assert [one for one in told if "c" in one.rows] == []


def test_a_disagreement_is_told_once_with_the_answer_of_the_data() -> None:
    rows = [row("a", 0.72, 0.55, 0.94), row("b", 0.78, 0.60, 1.01, source_id="review")]
    (one,) = found(*rows)
    assert one.is_open
    rows[1] = replace(rows[1], accepted_because="cross_source_conflict: the review takes a later cut")
    (one,) = found(*rows)
    assert one.finding.code == "cross_source_conflict"
    assert (one.is_open, one.answer) == (False, "the review takes a later cut")


def test_groups_and_sources_have_names_in_a_finding() -> None:
    rows = (
        counted("a", "ax.low", 12, 100, 12.0, definition="first look"),
        counted("b", "ax.low", 15, 100, 15.0, definition="second look", source_id="review"),
        counted("c", "ax.placebo", 20, 100, 20.0),
    )
    told = [one for one in of_contrasts(arms_of(*rows)).audit if one.finding.code == "cross_source_conflict"]
    assert told
    for one in told:
        assert "paper 2020" in one.finding.message
        assert "review 2020" in one.finding.message
