"""The ranges that rounding allows, by brute force: every figure moved through its own rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects import hazard_ratio
from metasyn.effects.rounding import whole_number_counts
from metasyn.effects.survival import hazard_ranges, logrank, timepoint
from metasyn.effects.survival.effective_n import effective_n
from metasyn.effects.survival.median_outcome import log_median
from metasyn.effects.survival.printed_range import EffectRange, Range, effect_range, p_range
from metasyn.effects.survival.proportion_ranges import (
    count_range,
    proportion_and_interval_range,
    proportion_and_n_range,
    table_range,
)
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import Interval, NotEstimable

Route = Callable[..., object]
Ranged = Callable[..., EffectRange]


def two_sided(z: float) -> PValue:
    """The p value of a statistic, so that routes from p can be walked by z."""
    return PValue(value=math.erfc(z / math.sqrt(2)), sided="two")


def medians_with_bounds(m1: float, m2: float, l1: float, u1: float, l2: float, u2: float) -> object:
    return hazard_ratio.medians_and_intervals(m1, m2, Interval(l1, u1, 0.9), Interval(l2, u2))


def medians_with_bounds_range(
    m1: Range, m2: Range, l1: Range, u1: Range, l2: Range, u2: Range
) -> EffectRange:
    return hazard_ranges.medians_and_intervals_range(m1, m2, (l1, u1), (l2, u2), levels=(0.9, 0.95))


def survival_with_se(s1: float, e1: float, s2: float, e2: float) -> object:
    first = timepoint.cumulative_hazard_from_se(s1, e1)
    return timepoint.survival_ratio(first, timepoint.cumulative_hazard_from_se(s2, e2))


def survival_with_bounds(s1: float, s2: float, l1: float, u1: float, l2: float, u2: float) -> object:
    first = timepoint.cumulative_hazard_from_interval(s1, Interval(l1, u1))
    return timepoint.survival_ratio(first, timepoint.cumulative_hazard_from_interval(s2, Interval(l2, u2)))


def survival_with_bounds_range(
    s1: Range, s2: Range, l1: Range, u1: Range, l2: Range, u2: Range
) -> EffectRange:
    return hazard_ranges.survival_and_intervals_range(s1, s2, (l1, u1), (l2, u2))


def ratio_route(r: float, low: float, high: float) -> object:
    return hazard_ratio.ratio_and_interval(r, Interval(low, high))


P2 = Range.printed
# Name, route, its range, figures as they might be printed.
CASES: list[tuple[str, Route, Ranged, Sequence[Range]]] = [
    (
        "interval",
        ratio_route,
        hazard_ranges.ratio_and_interval_range,
        [P2(0.62, 2), P2(0.45, 2), P2(0.85, 2)],
    ),
    ("1 decimal", ratio_route, hazard_ranges.ratio_and_interval_range, [P2(0.9, 1), P2(0.8, 1), P2(1.0, 1)]),
    (
        "p",
        lambda r, z: hazard_ratio.ratio_and_p(r, two_sided(z)),
        hazard_ranges.ratio_and_p_range,
        [P2(0.7, 1), Range(1.9, 2.2)],
    ),
    ("V", logrank.ratio_and_v, hazard_ranges.ratio_and_v_range, [P2(0.97, 2), P2(23, 0)]),
    ("O-E and V", hazard_ratio.o_minus_e_and_v, hazard_ranges.o_minus_e_and_v_range, [P2(-0.2, 0), P2(9, 0)]),
    (
        "O-E and V, away",
        hazard_ratio.o_minus_e_and_v,
        hazard_ranges.o_minus_e_and_v_range,
        [P2(7, 0), P2(9, 0)],
    ),
    (
        "O-E and p",
        lambda oe, z: logrank.o_minus_e_and_p(oe, two_sided(z)),
        hazard_ranges.o_minus_e_and_p_range,
        [P2(-6.2, 1), Range(1.5, 2.5)],
    ),
    (
        "O and E",
        logrank.observed_and_expected,
        hazard_ranges.observed_and_expected_range,
        [Range.exact(40), P2(49.7, 1), Range.exact(60), P2(50, 0)],
    ),
    (
        "p and V",
        lambda z, v: logrank.p_and_v(two_sided(z), v, fewer_events_in="cohort"),
        lambda z, v: hazard_ranges.statistic_and_v_range(z, v, fewer_events_in="cohort"),
        [Range(1.2, 1.4), P2(12, 0)],
    ),
    (
        "chi-square and V",
        lambda z, v: logrank.chi_square_and_v(z * z, v, fewer_events_in="comparator"),
        lambda z, v: hazard_ranges.statistic_and_v_range(z, v, fewer_events_in="comparator"),
        [Range(1.2, 1.4), P2(12, 0)],
    ),
    (
        "medians and p",
        lambda m1, m2, z: hazard_ratio.medians_and_p(m1, m2, two_sided(z)),
        hazard_ranges.medians_and_p_range,
        [P2(21, 0), P2(33, 0), Range(2.0, 2.2)],
    ),
    (
        "close medians and p",
        lambda m1, m2, z: hazard_ratio.medians_and_p(m1, m2, two_sided(z)),
        hazard_ranges.medians_and_p_range,
        [P2(9, 0), P2(9, 0), Range(0.4, 0.6)],
    ),
    (
        "medians and events",
        hazard_ratio.medians_and_events,
        hazard_ranges.medians_and_events_range,
        [P2(12, 0), P2(9, 0), Range.exact(80), Range(95, 99)],
    ),
    (
        "medians and intervals",
        medians_with_bounds,
        medians_with_bounds_range,
        [P2(11, 0), P2(10.1, 1), P2(9, 0), P2(14, 0), P2(7, 0), P2(17, 0)],
    ),
    (
        "survival and n",
        timepoint.survival_and_n,
        hazard_ranges.survival_and_n_range,
        [P2(0.2, 1), Range.exact(60), P2(0.5, 1), Range(40, 44)],
    ),
    (
        "survival and se",
        survival_with_se,
        hazard_ranges.survival_and_se_range,
        [P2(0.4, 1), P2(0.05, 2), P2(0.6, 1), P2(0.04, 2)],
    ),
    (
        "survival and intervals",
        survival_with_bounds,
        survival_with_bounds_range,
        [P2(0.5, 2), P2(0.62, 2), P2(0.4, 1), P2(0.6, 1), P2(0.51, 2), P2(0.7, 1)],
    ),
    (
        "log median",
        lambda m, low, high: log_median(m, Interval(low, high)),
        hazard_ranges.log_median_range,
        [P2(11, 0), P2(9, 0), P2(14, 0)],
    ),
]


def walked(route: Route, figures: Sequence[Range], *places: int) -> list[tuple[float, float]]:
    """The route at every point of a grid over the ranges; points where it is not defined are passed over."""
    if len(places) == 1:
        places = places * len(figures)
    axes = [np.unique(np.linspace(r.low, r.high, k)).tolist() for r, k in zip(figures, places, strict=True)]
    found = [route(*point) for point in product(*axes)]
    return [(f[0], math.sqrt(f[1])) for f in found if not isinstance(f, NotEstimable)]  # type: ignore[index]


@pytest.mark.parametrize(("name", "route", "ranged", "figures"), CASES, ids=[case[0] for case in CASES])
def test_range_holds_every_value_and_is_reached(
    name: str, route: Route, ranged: Ranged, figures: Sequence[Range]
) -> None:
    free = sum(r.low < r.high for r in figures)
    found = ranged(*figures)
    values = walked(route, figures, {1: 501, 2: 61, 3: 21, 4: 9}.get(free, 4))
    for got, want in zip(zip(*values, strict=True), (found.yi, found.sei), strict=True):
        slack = 1e-9 * (1 + abs(want.low) + abs(want.high))
        assert want.low - slack <= min(got)
        assert max(got) <= want.high + slack
        # The grid holds the ends; a turning point may lie between two of its places.
        width = want.high - want.low
        assert max(got) >= want.high - 0.04 * width - slack
        assert min(got) <= want.low + 0.04 * width + slack


@pytest.mark.parametrize(("name", "route", "ranged", "figures"), CASES, ids=[case[0] for case in CASES])
def test_range_of_exact_figures_is_the_route_itself(
    name: str, route: Route, ranged: Ranged, figures: Sequence[Range]
) -> None:
    middle = [r.low + (0.2 + 0.11 * i) * (r.high - r.low) for i, r in enumerate(figures)]
    yi, vi = route(*middle)  # type: ignore[misc]
    found = ranged(*(Range.exact(x) for x in middle))
    assert (found.yi.low, found.sei.low) == pytest.approx((yi, math.sqrt(vi)), rel=1e-9)
    assert (found.yi.high, found.sei.high) == pytest.approx((yi, math.sqrt(vi)), rel=1e-9)
    assert found.weight_factor == pytest.approx(1)


@pytest.mark.parametrize("measure", ["PLO", "PLN", "PAS", "PR"])
@pytest.mark.parametrize("proportion", [0.1, 0.2, 0.4, 0.5, 0.9])
def test_range_of_a_proportion_with_n(proportion: float, measure: str) -> None:
    figures = [Range.printed(proportion, 1), Range.exact(37)]
    found = proportion_and_n_range(*figures, measure=measure)  # type: ignore[arg-type]
    values = walked(lambda p, n: timepoint.proportion_and_n(p, n, measure=measure), figures, 501)  # type: ignore[arg-type]
    for got, want in zip(zip(*values, strict=True), (found.yi, found.sei), strict=True):
        assert (min(got), max(got)) == pytest.approx((want.low, want.high), rel=1e-4)


@pytest.mark.parametrize("measure", ["PLO", "PLN", "PAS", "PR"])
@pytest.mark.parametrize("method", ["plain", "log", "log-log", "logit"])
@pytest.mark.parametrize("proportion", [0.2, 0.4, 0.5])
def test_range_of_a_proportion_with_its_interval(proportion: float, method: str, measure: str) -> None:
    figures = [Range.printed(proportion, 1), Range.printed(0.14, 2), Range.printed(0.6, 1)]

    def route(p: float, low: float, high: float) -> object:
        n = effective_n(p, Interval(low, high), method=method)  # type: ignore[arg-type]
        return n if isinstance(n, NotEstimable) else timepoint.proportion_and_n(p, n, measure=measure)  # type: ignore[arg-type]

    found = proportion_and_interval_range(*figures, method=method, measure=measure)  # type: ignore[arg-type]
    values = walked(route, figures, 41, 4, 4)
    assert len(values) > 500
    got = [s for _, s in values]
    assert found.sei.low - 1e-9 <= min(got) <= found.sei.low * 1.01
    assert found.sei.high * 0.99 <= max(got) <= found.sei.high + 1e-9


def test_counts_behind_a_percentage() -> None:
    counts = whole_number_counts("15", None, 117)
    assert counts == (17, 18)
    found = count_range(counts, 117)
    assert (found.yi.low, found.yi.high) == pytest.approx((math.log(17 / 100), math.log(18 / 99)))
    assert (found.sei.low, found.sei.high) == pytest.approx(
        (math.sqrt(1 / 18 + 1 / 99), math.sqrt(1 / 17 + 1 / 100))
    )
    zero = count_range((0,), 10)
    assert zero.yi.low == pytest.approx(math.log(0.5 / 10.5))
    with pytest.raises(OptionError, match="counts must lie"):
        count_range((), 10)


def test_tables_behind_two_percentages() -> None:
    # 15% of 117 is 17 or 18; 6% of 31 is 2 alone.
    counts = whole_number_counts("15", None, 117), whole_number_counts("6", None, 31)
    assert counts == ((17, 18), (2,))
    found = table_range(counts[0], 117, counts[1], 31, measure="OR")
    odds = [math.log(k / (117 - k) / (2 / 29)) for k in (17, 18)]
    assert (found.yi.low, found.yi.high) == pytest.approx(tuple(odds))
    spread = [math.sqrt(1 / k + 1 / (117 - k) + 1 / 2 + 1 / 29) for k in (18, 17)]
    assert (found.sei.low, found.sei.high) == pytest.approx(tuple(spread))
    assert table_range((0, 1), 40, (0,), 40, measure="RR", zero_cells="none").yi.high == math.inf
    for bad in ({"measure": "HR"}, {"measure": "RR", "counts_2": ()}):
        with pytest.raises(OptionError):
            table_range(**{"counts_1": (3,), "n_1": 9, "counts_2": (4,), "n_2": 9, **bad})  # type: ignore[arg-type]


def test_the_turning_point_of_a_survival_variance() -> None:
    s = hazard_ranges.FLATTEST_SURVIVAL
    assert math.log(s) + 2 * (1 - s) == pytest.approx(0, abs=1e-14)


def test_weight_factors_of_known_figures() -> None:
    """How much rounding alone may change a weight: three hazard ratios as they are printed."""

    def factor(ratio: float, low: float, high: float, decimals: int) -> float:
        figures = (Range.printed(x, decimals) for x in (ratio, low, high))
        return hazard_ranges.ratio_and_interval_range(*figures).weight_factor

    assert round(factor(0.62, 0.45, 0.85, 2), 2) == 1.11
    assert round(factor(1.02, 1.00, 1.05, 2), 2) == 2.25
    assert round(factor(0.9, 0.8, 1.0, 1), 1) == 9.2


def test_where_rounding_leaves_no_bound() -> None:
    zero_bound = hazard_ranges.ratio_and_interval_range(
        Range.printed(0.04, 2), Range.printed(0.00, 2), Range.printed(0.5, 1)
    )
    assert zero_bound.sei.high == math.inf
    ratio_of_one = hazard_ranges.ratio_and_p_range(Range.printed(1.0, 1), Range(0.0, 0.1))
    assert ratio_of_one.sei == Range(0.0, math.inf)
    touching = hazard_ranges.ratio_and_interval_range(
        Range.printed(1.0, 1), Range.printed(1.0, 1), Range.printed(1.0, 1)
    )
    assert touching.sei.low == 0
    assert touching.weight_factor == math.inf
    about_zero = hazard_ranges.o_minus_e_and_p_range(Range.printed(0.0, 1), Range(1.0, 2.0))
    assert about_zero.yi == Range(-math.inf, math.inf)


@given(value=st.integers(-99999, 99999), decimals=st.integers(0, 5))
def test_printed_figures(value: int, decimals: int) -> None:
    figure = value / 10**decimals
    found = Range.printed(figure, decimals)
    assert figure in found
    assert found.high - found.low == pytest.approx(10.0**-decimals)
    for end in (found.low, found.high):
        assert abs(round(end * 2 * 10**decimals) - 2 * value) == 1


def test_more_decimals_than_stated_count() -> None:
    assert Range.printed(0.625, 2) == Range.printed(0.625, 3)


def test_p_values() -> None:
    z = p_range(PValue(value=0.04, sided="two"), 2)
    assert isinstance(z, Range)
    assert two_sided(z.low).value == pytest.approx(0.045)
    assert two_sided(z.high).value == pytest.approx(0.035)
    one = p_range(PValue(value=0.02, sided="one"), 2)
    assert isinstance(one, Range)
    assert two_sided(one.low).value == pytest.approx(0.05)
    assert p_range(PValue(value=0.05, relation=">"), 2) == Range(0.0, two_sided_z(0.05))
    assert p_range(PValue(value=0.0, sided="two"), 3).high == math.inf  # type: ignore[union-attr]
    assert p_range(PValue(value=1.0, sided="two"), 2).low == 0.0  # type: ignore[union-attr]
    assert isinstance(p_range(PValue(value=None, relation="ns"), 2), NotEstimable)


def two_sided_z(p: float) -> float:
    z = hazard_ratio.p_statistic(PValue(value=p, sided="two"))
    assert isinstance(z, float)
    return z


def test_a_vertex_that_is_undetermined_leaves_everything_open() -> None:
    found = effect_range(lambda a: (math.nan, math.nan), [Range(0, 1)])
    assert found == EffectRange(yi=Range(-math.inf, math.inf), sei=Range(0.0, math.inf))
    with pytest.raises(OptionError, match="ordered"):
        Range(1.0, 0.0)
    with pytest.raises(OptionError, match="without a standard error"):
        proportion_and_interval_range(Range(0, 1), Range(0, 1), Range(0, 1), method="wilson")
