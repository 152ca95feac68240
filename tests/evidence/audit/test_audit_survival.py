"""Shares over time, numbers at risk, curves and totals beside the figures of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metasyn.evidence.audit import AuditFinding, audit_evidence
from metasyn.evidence.model import Cohort, Curve, OutcomeDefinition, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval

PAIR = {"comparator_id": "s.placebo"}


def row(name: str, statistic: Any, value: float | None, **more: Any) -> ReportedResult:
    told = {"cohort_id": "s.drug", "outcome": "relapse", "source_id": "paper", "locator": "p. 1", **more}
    text = "" if value is None else f"{value:g}"
    return ReportedResult(
        result_id=name, study_id="s", statistic=statistic, value=value, as_printed=text, **told
    )


def hazard(value: float, low: float, high: float) -> ReportedResult:
    return row("hr", "HR", value, ci=Interval(low=low, high=high, level=0.95), decimals=2, **PAIR)


def alive(name: str, value: float, months: int, cohort: str = "s.drug") -> ReportedResult:
    return row(name, "survival", value, unit="percent", timepoint=f"{months} months", cohort_id=cohort)


def found(
    *rows: ReportedResult, sizes: tuple[int, int] = (100, 100), curves: Mapping[str, Curve] | None = None
) -> list[AuditFinding]:
    evidence = Evidence(
        sources={"paper": Source(source_id="paper", kind="article", citation="Paper 2020")},
        studies={"s": Study(study_id="s", label="S", design="randomised")},
        cohorts={
            f"s.{name}": Cohort(cohort_id=f"s.{name}", study_id="s", label=f"the {name}", n=n)
            for name, n in zip(("drug", "placebo"), sizes, strict=True)
        },
        outcomes={
            "relapse": OutcomeDefinition(outcome="relapse", label="relapse", kind="time-to-event"),
            "control": OutcomeDefinition(outcome="control", label="control", kind="proportion"),
        },
        results=rows,
        curves=curves or {},
    )
    return [one for one in audit_evidence(evidence) if one.code != "not_as_printed"]


def test_a_hazard_ratio_against_survival_of_its_groups() -> None:
    shares = (alive("a", 42, 12), alive("b", 58, 12, "s.placebo"))
    (one,) = found(hazard(0.60, 0.43, 0.84), *shares)
    assert (one.code, one.severity, one.rows) == ("direction_flip", "warning", ("hr", "a", "b"))
    assert "favours the drug" in one.message
    # 1/0.60, 1/0.84, 1/0.43
    assert [repair.instead for repair in one.repairs] == ["1.67, 1.19, 2.33"]
    assert found(hazard(1.67, 1.19, 2.33), *shares) == []
    crossing = (*shares, alive("c", 80, 6), alive("d", 70, 6, "s.placebo"))
    assert found(hazard(0.60, 0.43, 0.84), *crossing) == []


def test_a_hazard_ratio_against_its_curves() -> None:
    curves = {
        name: Curve(result_id=name, times=(0.0, 4.0, 8.0, 12.0), survival=survival)
        for name, survival in (("a", (1.0, 0.9, 0.8, 0.75)), ("b", (1.0, 0.7, 0.5, 0.4)))
    }
    rows = (row("a", "curve", None), row("b", "curve", None, cohort_id="s.placebo"))
    (one,) = found(hazard(1.50, 1.10, 2.05), *rows, curves=curves)
    assert (one.code, one.rows) == ("direction_flip", ("hr", "a", "b"))
    # Steps: (4 + 4 * 0.9 + 4 * 0.8) / 12 and (4 + 4 * 0.7 + 4 * 0.5) / 12.
    assert "0.9 v 0.7333" in one.message
    assert found(hazard(0.67, 0.49, 0.91), *rows, curves=curves) == []


def test_a_share_without_the_event_does_not_rise() -> None:
    (one,) = found(alive("a", 62, 6), alive("b", 71, 12))
    assert (one.code, one.severity, one.rows) == ("nested_outcomes", "error", ("a", "b"))
    assert found(alive("a", 71, 6), alive("b", 62, 12)) == []
    assert found(alive("a", 62, 6), alive("b", 71, 12, "s.placebo")) == []


def test_nobody_is_at_risk_after_the_event() -> None:
    at = {"timepoint": "12 months"}
    (one,) = found(alive("a", 62, 12), row("k", "at risk", 90, **at))
    assert (one.code, one.severity, one.rows) == ("count_mismatch", "error", ("k", "a"))
    assert found(alive("a", 62, 12), row("k", "at risk", 40, **at)) == []


def test_events_of_both_groups_together_are_their_sum() -> None:
    arms = (row("a", "events", 60, events=60), row("b", "events", 40, events=40, cohort_id="s.placebo"))
    (one,) = found(row("t", "events", 90, events=90, **PAIR), *arms)
    assert (one.code, one.severity) == ("subgroups_do_not_sum", "warning")
    assert [repair.instead for repair in one.repairs] == ["100"]
    (less,) = found(row("t", "events", 9, events=9, **PAIR), arms[1])
    assert less.severity == "error"
    assert found(row("t", "events", 100, events=100, **PAIR), *arms) == []
    assert found(row("t", "events", 90, events=90, **PAIR), arms[0]) == []


def share(name: str, n: int, cohort: str = "s.drug") -> ReportedResult:
    return row(name, "percent", 50.0, n=n, unit="percent", outcome="control", cohort_id=cohort)


def test_a_figure_about_more_participants_than_the_group_has() -> None:
    (one,) = found(share("a", 132), sizes=(120, 100))
    assert (one.code, one.severity) == ("n_conflict", "warning")
    assert found(share("a", 118), sizes=(120, 100)) == []


def test_percentages_show_who_was_left_out() -> None:
    (one,) = found(share("a", 150), share("b", 100, "s.placebo"), sizes=(200, 100))
    assert (one.code, one.severity) == ("differential_exclusion", "warning")
    assert found(share("a", 196), share("b", 98, "s.placebo"), sizes=(200, 100)) == []


def test_episodes_are_told_even_if_they_are_few() -> None:
    few = row("a", "events", 31, events=31, n=100, unit="episodes", outcome="control")
    assert [(one.code, one.severity) for one in found(few)] == [("unit_of_analysis", "note")]
