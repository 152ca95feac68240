"""Figures of a data folder against the text that their row copies from the source."""

from __future__ import annotations

import pytest

from metasyn.evidence.audit import AuditFinding
from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.printed_text_checks import figures_stand_in_text
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.values import Interval

Bounds = tuple[float, float]


def found(
    text: str,
    value: float | None = None,
    ci: Bounds | None = None,
    p: float | None = None,
    counts: tuple[int | None, int | None] = (None, None),
    unit: str = "",
    derived: bool = False,
) -> tuple[AuditFinding, ...]:
    row = ReportedResult(
        result_id="r",
        study_id="s",
        cohort_id="c",
        outcome="o",
        statistic="percent" if unit == "percent" else "HR",
        source_id="x",
        locator="p. 3",
        as_printed=text,
        value=value,
        ci=Interval(low=ci[0], high=ci[1], level=0.95) if ci else None,
        p=PValue(value=p) if p is not None else None,
        events=counts[0],
        n=counts[1],
        unit=unit,
        derived=derived,
    )
    return tuple(figures_stand_in_text([row], [Entry(row="r")]))


SLIPS = [
    ("58.1%", {"value": 51.9, "unit": "percent"}, ["value 51.9 -> 58.1"]),
    ("32 weeks", {"value": 3.2, "unit": "weeks"}, ["value 3.2 -> 32"]),
    (
        "0.71 (90% CI 0.55-0.92)",
        {"value": 0.17, "ci": (0.15, 0.2)},
        ["value 0.17 -> 0.71", "ci_low 0.15 -> 0.55", "ci_high 0.2 -> 0.92"],
    ),
    ("0·71 (0·55–0·92)", {"value": 0.71, "ci": (0.55, 0.29)[::-1]}, ["ci_low 0.29 -> 0.92"]),
    ("HR 62", {"value": 0.62}, ["value 0.62 -> 62"]),
    ("72% (52-70)", {"value": 62.0, "ci": (52.0, 70.0), "unit": "percent"}, ["value 62 -> 72"]),
    ("60 of 160", {"counts": (6, 160)}, ["events 6 -> 60"]),
    ("31 of the 124 patients", {"value": 52.0, "unit": "percent"}, ["value 52 -> 31"]),
    ("2 years", {"value": 12.0, "unit": "months"}, ["value 12 -> 2"]),
    ("60/160 (37.5%)", {"value": 37.5, "counts": (66, 160), "unit": "percent"}, ["events 66 -> 60"]),
]


@pytest.mark.parametrize(("text", "figures", "repairs"), SLIPS, ids=[text for text, *_ in SLIPS])
def test_a_slip_beside_the_printed_text_is_an_error(text: str, figures: dict, repairs: list[str]) -> None:  # type: ignore[type-arg]
    (one,) = found(text, **figures)
    assert (one.code, one.severity) == ("not_as_printed", "error")
    assert [str(repair) for repair in one.repairs][: len(repairs)] == repairs
    assert found(text, **figures, derived=True) == ()


DOUBTS = [
    ("HR 0.62, P = .015", {"value": 0.62, "p": 0.15}),
    ("a 38% reduction", {"value": 0.62}),
    ("8 PR + 7 CR", {"value": 15.0}),
    ("60 of 160", {"counts": (60, 106)}),
    ("8%", {"counts": (13, 124), "unit": "percent"}),
]


@pytest.mark.parametrize(("text", "figures"), DOUBTS, ids=[text for text, _ in DOUBTS])
def test_what_may_be_arithmetic_or_stand_elsewhere_is_a_warning(text: str, figures: dict) -> None:  # type: ignore[type-arg]
    assert [one.severity for one in found(text, **figures)] == ["warning"]


ALIKE = [
    ("0·71 (95% CI 0·55–0·92; p=0·04)", {"value": 0.71, "ci": (0.55, 0.92), "p": 0.04}),
    ("0,71 (0,55-0,92)", {"value": 0.71, "ci": (0.55, 0.92)}),
    ("0.80 (0.60-1.00)", {"value": 0.8, "ci": (0.6, 1.0)}),
    ("0.716", {"value": 0.72}),
    ("nine patients (15%)", {"value": 15.0, "counts": (9, 60), "unit": "percent"}),
    ("12 of 45 patients", {"value": 26.7, "counts": (12, 45), "unit": "percent"}),
    ("one third", {"value": 33.3, "unit": "percent"}),
    ("a response rate of 0.35", {"value": 35.0, "unit": "percent"}),
    ("log HR -0.478 (SE 0.2)", {"value": 0.62}),
    ("HR 0.62", {"value": 0.62, "ci": (0.5, 0.8), "p": 0.03}),
    ("3.5 v 1.9 months, HR 0.62", {"value": 1.9, "unit": "months"}),
    ("1,402 patients", {"value": 1402.0, "counts": (None, 1402)}),
    ("1.53 \u00d7 10\u207b\u2074", {"p": 0.000153}),
    ("Twenty-six of 50 (52 percent)", {"value": 52.0, "counts": (26, 50), "unit": "percent"}),
    ("4\u00bd months", {"value": 4.5, "unit": "months"}),
    ("6\u00bd", {"value": 6.5, "unit": "months"}),
    ("6 1/2 months", {"value": 6.5, "unit": "months"}),
    ("\u00bd year", {"value": 6.0, "unit": "months"}),
    ("1 year (0.5-2)", {"value": 12.0, "ci": (6.0, 24.0), "unit": "months"}),
    ("31 of the 124 patients", {"value": 25.0, "unit": "percent"}),
    ("31 among 124", {"value": 25.0, "unit": "percent"}),
    ("124 patients, 31 with", {"value": 25.0, "unit": "percent"}),
    ("31 patients", {"value": 25.0, "counts": (None, 124), "unit": "percent"}),
    ("66 of the 120 patients", {"value": 55.0, "counts": (66, 120), "unit": "percent"}),
    ("66 of the 120 patients", {"counts": (66, 120)}),
    ("31 of 124 died", {"value": 75.0, "unit": "percent"}),
    ("8%", {"counts": (10, 124), "unit": "percent"}),
    ("8%", {"value": 8.06, "counts": (10, 124), "unit": "percent"}),
    ("none of 124", {"value": 0.0, "counts": (0, 124), "unit": "percent"}),
    ("no serious events in 12 weeks", {"value": 0.0, "unit": "percent"}),
    ("Fig 1", {}),
    ("see text", {"value": 0.62}),
]


@pytest.mark.parametrize(("text", "figures"), ALIKE, ids=[text for text, _ in ALIKE])
def test_what_is_printed_in_another_way_is_no_finding(text: str, figures: dict) -> None:  # type: ignore[type-arg]
    assert found(text, **figures) == ()
