"""Routes that the shipped analyses do not use, each from figures made up here."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from metasyn.analysis.explain.routes import effect_sums
from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, Route
from metasyn.evidence.model import Cohort, PValue, ReportedResult
from metasyn.values import Interval
from tests.analysis.explain.test_explain_arithmetic import check_line

HR = get_measure("HR")


def row(statistic: str, value: float | None = None, *, pair: bool = True, arm: str = "a", **more: object):  # type: ignore[no-untyped-def]
    given = {
        "result_id": f"{statistic}-{arm}",
        "study_id": "s",
        "cohort_id": arm,
        "comparator_id": "b" if pair and arm == "a" else "a" if pair else "",
        "outcome": "os",
        "statistic": statistic,
        "source_id": "x",
        "locator": "p. 1",
        "as_printed": str(value),
        "value": value,
    }
    return ReportedResult(**{**given, **more})  # type: ignore[arg-type]


def effect(name: str, yi: float, sei: float, **more: object) -> Effect:
    route = Route(name=name, grade=1, formula="")  # type: ignore[arg-type]
    return Effect(label="S", yi=yi, vi=sei**2, route=route, cohort_id="a", comparator_id="b", **more)  # type: ignore[arg-type]


Z_TWO = stats.norm.ppf(1 - 0.03 / 2)
Z95 = stats.norm.ppf(0.975)
Z_ONE = stats.norm.ppf(1 - 0.03)
V = 40 * 50 / 90
SHARES = 90 * 100 * 110 / 210**2
ARM_1, ARM_2 = {"pair": False, "arm": "a"}, {"pair": False, "arm": "b"}
EVENTS = (row("events", 40, **ARM_1, events=40), row("events", 50, **ARM_2, events=50))
P = row("p", 0.03, p=PValue(value=0.03, sided="two"), p_decimals=2)


def cumulative(s1: float, n1: float, s2: float, n2: float) -> float:
    return math.sqrt(sum((1 - s) / (n * s * math.log(s) ** 2) for s, n in ((s1, n1), (s2, n2))))


CASES = {
    "one-sided p": (
        "ratio and p",
        (row("HR", 0.7, decimals=2, p=PValue(value=0.03, sided="one")),),
        (math.log(0.7), -math.log(0.7) / Z_ONE),
    ),
    "printed se": ("ratio and standard error", (row("HR", 0.7, se=0.2),), (math.log(0.7), 0.2)),
    "O-E": ("O-E and V", (row("O-E", -12.0), row("V", 40.0)), (-0.3, math.sqrt(1 / 40))),
    "O and E": (
        "O and E",
        (*EVENTS, row("E", 45.5, **ARM_1), row("E", 44.5, **ARM_2)),
        (math.log((40 / 45.5) / (50 / 44.5)), math.sqrt(1 / 45.5 + 1 / 44.5)),
    ),
    "chi-square": (
        "chi-square and V",
        (row("chi-square", 3.6), row("V", 40.0)),
        (-math.sqrt(3.6 / 40), math.sqrt(1 / 40)),
    ),
    "z and V": (
        "chi-square and V",
        (row("z", -2.1), row("V", 40.0)),
        (-2.1 / math.sqrt(40), math.sqrt(1 / 40)),
    ),
    "z and events": (
        "chi-square and events",
        (row("z", 2.1), *EVENTS),
        (-2.1 / math.sqrt(V), 1 / math.sqrt(V)),
    ),
    "z and allocation": (
        "chi-square, all events and allocation",
        (row("z", 2.1), row("events", 90.0), row("n", 100, **ARM_1, n=100), row("n", 110, **ARM_2, n=110)),
        (2.1 / math.sqrt(SHARES), 1 / math.sqrt(SHARES)),
    ),
    "O-E and z": ("O-E and chi-square", (row("O-E", -12.0), row("z", 1.9)), (-(1.9**2) / 12, 1.9 / 12)),
    "p and V": ("p and V", (P, row("V", 40.0)), (-Z_TWO / math.sqrt(40), math.sqrt(1 / 40))),
    "O-E and p": ("O-E and p", (P, row("O-E", -12.0)), (Z_TWO**2 / -12, Z_TWO / 12)),
    "ratio and events": ("ratio and events", (row("HR", 0.7), *EVENTS), (math.log(0.7), 1 / math.sqrt(V))),
    "ratio, all events and those of one group": (
        "ratio and events",
        (row("HR", 0.7), row("events", 90.0, events=90), row("events", 40, **ARM_1, events=40)),
        (math.log(0.7), 1 / math.sqrt(V)),
    ),
    "medians with all events beside a ratio": (
        "medians and events",
        (
            row("HR", 0.7, events=90),
            row("median", 6.0, unit="months", **ARM_1),
            row("median", 5.0, unit="months", **ARM_2, events=50),
        ),
        (math.log(5 / 6), math.sqrt(1 / 40 + 1 / 50)),
    ),
    "survival and standard error": (
        "survival and standard error",
        (
            row("survival", 60, **ARM_1, unit="percent", se=5.0),
            row("survival", 45, **ARM_2, unit="percent", se=4.5),
        ),
        (
            math.log(math.log(0.6) / math.log(0.45)),
            math.hypot(0.05 / (0.6 * math.log(0.6)), 0.045 / (0.45 * math.log(0.45))),
        ),
    ),
    "p and events": ("p and events", (P, *EVENTS), (Z_TWO / math.sqrt(V), 1 / math.sqrt(V))),
    "allocation": (
        "p, all events and allocation",
        (P, row("events", 90.0), row("n", 100, **ARM_1, n=100), row("n", 110, **ARM_2, n=110)),
        (-Z_TWO / math.sqrt(SHARES), 1 / math.sqrt(SHARES)),
    ),
    "ratio and V": ("ratio and V", (row("HR", 0.7), row("V", 40.0)), (math.log(0.7), math.sqrt(1 / 40))),
    "O-E and chi-square": (
        "O-E and chi-square",
        (row("O-E", -12.0), row("chi-square", 3.6)),
        (-3.6 / 12, math.sqrt(3.6) / 12),
    ),
    "ratio and allocation": (
        "ratio, all events and allocation",
        (row("HR", 0.7), row("events", 90.0), row("n", 100, **ARM_1, n=100), row("n", 110, **ARM_2, n=110)),
        (math.log(0.7), 1 / math.sqrt(SHARES)),
    ),
    "chi-square and allocation": (
        "chi-square, all events and allocation",
        (
            row("chi-square", 3.6),
            row("events", 90.0),
            row("n", 1, **ARM_1, n=100),
            row("n", 1, **ARM_2, n=110),
        ),
        (-math.sqrt(3.6 / SHARES), 1 / math.sqrt(SHARES)),
    ),
    "survival with intervals of two kinds": (
        "survival and interval",
        (
            row("survival", 60, **ARM_1, unit="percent", ci=Interval(50, 70)),
            row("survival", 45, **ARM_2, unit="percent", ci=Interval(36, 55)),
        ),
        (
            math.log(math.log(0.6) / math.log(0.45)),
            math.hypot(
                0.2 / (2 * Z95) / (0.6 * math.log(0.6)), math.log(55 / 36) / (2 * Z95) / math.log(0.45)
            ),
        ),
    ),
    "medians in two units": (
        "medians and events",
        (
            row("median", 6.0, unit="months", **ARM_1, events=40),
            row("median", 20.0, unit="weeks", **ARM_2, events=50),
        ),
        (math.log(20 * 7 / 30.4375 / 6), math.sqrt(1 / 40 + 1 / 50)),
    ),
    "survival": (
        "survival and n",
        (row("survival", 0.6, **ARM_1, n=100), row("survival", 0.45, **ARM_2, n=110)),
        (math.log(math.log(0.6) / math.log(0.45)), cumulative(0.6, 100, 0.45, 110)),
    ),
    "survival in percent": (
        "survival and n",
        (row("percent", 60, **ARM_1, n=100, unit="percent"), row("percent", 45, **ARM_2, n=110)),
        (math.log(math.log(0.6) / math.log(0.45)), cumulative(0.6, 100, 0.45, 110)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_route_shows_the_arithmetic_that_was_done(case: str) -> None:
    name, rows, (yi, sei) = CASES[case]
    lines = effect_sums(effect(name, yi, sei), HR, rows)
    assert [line.name for line in lines][-2:] == ["y", "se"], case
    assert (lines[-2].value, lines[-1].value) == pytest.approx((yi, sei), rel=1e-9)
    for line in lines:
        check_line(line)


def test_a_difference_of_events_is_shown_as_one() -> None:
    _, rows, (yi, sei) = CASES["ratio, all events and those of one group"]
    line = effect_sums(effect("ratio and events", yi, sei), HR, rows)[0]
    assert (line.numbers, line.value) == ("40 × (90 − 40)/(40 + (90 − 40))", pytest.approx(40 * 50 / 90))


def test_an_inverted_contrast_says_so_in_its_line() -> None:
    printed = row("HR", 1.25, arm="b", decimals=2, ci=Interval(1.0, 1.5625), ci_decimals=2)
    sei = (math.log(1.5625) - math.log(1.0)) / (2 * stats.norm.ppf(0.975))
    lines = effect_sums(effect("ratio and interval", -math.log(1.25), sei, inverted=True), HR, (printed,))
    assert str(lines[0]) == "y = −ln R = −ln 1.25 = −0.22314  (the source states it the other way round)"


def test_arithmetic_that_was_not_done_is_not_shown() -> None:
    printed = row("HR", 0.7, ci=Interval(0.5, 0.98))
    assert effect_sums(effect("ratio and interval", math.log(0.7), 0.3), HR, (printed,)) == ()
    assert effect_sums(effect("ratio and interval", math.log(0.7), 0.3), HR, ()) == ()


def test_of_several_p_values_the_one_that_was_used_is_shown() -> None:
    printed = (row("HR", 0.7, p=PValue(value=0.2, sided="two")), P)
    sei = -math.log(0.7) / Z_TWO
    assert effect_sums(effect("ratio and p", math.log(0.7), sei), HR, printed)[0].numbers == "Φ⁻¹(1 − 0.03/2)"


def test_participants_come_from_the_table_of_cohorts_where_no_row_has_them() -> None:
    rows = (row("median", 6.0, **ARM_1), row("median", 5.0, **ARM_2))
    cohorts = {i: Cohort(cohort_id=i, study_id="s", label=i, n=n) for i, n in (("a", 80), ("b", 60))}
    sei = math.sqrt(1 / 40 + 1 / 30)
    lines = effect_sums(
        effect("medians and assumed events", math.log(5 / 6), sei),
        HR,
        rows,
        cohorts=cohorts,
        event_fraction=0.5,
    )
    assert lines[0].numbers == "0.5 × 80"


@pytest.mark.parametrize(
    "code",
    ["RR", "OR", "RD", "AS", "PETO", "OR2DL", "OR2DN", "PHI", "YUQ", "YUY", "PLO", "PLN", "PAS", "PR", "PFT"],
)
@pytest.mark.parametrize("events", [(7, 9), (0, 4)])
def test_counts_of_every_measure(code: str, events: tuple[int, int]) -> None:
    from metasyn.effects.compute import effect_sizes

    measure, (first, second) = get_measure(code), events  # type: ignore[arg-type]
    if measure.n_groups == 2:
        made = effect_sizes(code, events_1=[first], n_1=[30], events_2=[second], n_2=[41])  # type: ignore[arg-type]
        counts = Counts(events_1=first, n_1=30, events_2=second, n_2=41)
    else:
        made = effect_sizes(code, events=[first], n=[30])  # type: ignore[arg-type]
        counts = Counts(events_1=first, n_1=30)
    yi, sei = float(made.yi[0]), math.sqrt(made.vi[0])
    if sei == 0:
        pytest.skip("a variance of zero is no standard error")
    lines = effect_sums(effect("events", yi, sei, counts=counts), measure, ())
    assert (lines[-2].value, lines[-1].value) == pytest.approx((yi, sei), rel=1e-9)
    for line in lines:
        check_line(line)


@pytest.mark.parametrize("value", [2.1, -2.1])
def test_a_printed_z_is_called_z_and_stands_in_the_formula(value: float) -> None:
    from metasyn.analysis.explain.effects import Setting, effect_explanation
    from metasyn.analysis.explain.figures import Archive
    from metasyn.effects.model import RowRef

    rows = (row("z", value, decimals=1), *EVENTS)
    archive = Archive(None)
    archive.rows = {one.result_id: one for one in rows}
    archive.about = lambda result_id: ""  # type: ignore[method-assign]
    refs = tuple(
        RowRef(result_id=i, source_id="x", citation="c", locator="p. 1", as_printed="") for i in archive.rows
    )
    made = effect("chi-square and events", -2.1 / math.sqrt(V), 1 / math.sqrt(V), rows=refs)
    found = effect_explanation(made, HR, Setting(archive=archive, level=0.95))
    facts, text = dict(found.facts), " ".join(str(line) for line in found.sums)
    assert "log-rank z and the events of each group" in facts["Route"]
    assert "z: z statistic as printed" in facts["Symbols"]
    assert "chi-square" not in facts["Route"] + facts["Symbols"]
    assert f"|{'−' if value < 0 else ''}2.1|/√" in text
    assert found.sums[-2].value == pytest.approx(-2.1 / math.sqrt(V))
