"""Limits and ticks."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.effects.measure import get_measure
from metasyn.plots import forest_layout
from metasyn.plots.axis import choose_axis, linear_ticks, log_ticks
from metasyn.plots.model import Axis
from metasyn.synthesis import pool
from metasyn.values import Interval

HR, RD, PLO = get_measure("HR"), get_measure("RD"), get_measure("PLO")


def log_axis(core: list[float], *intervals: tuple[float, float]) -> Axis:
    return choose_axis(HR, core=core, intervals=[Interval(*i) for i in intervals], label="x")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.2, 5, (0.25, 0.5, 1, 2, 4)),
        (0.11, 20, (0.2, 0.5, 1, 2, 5, 10, 20)),
        (0.07, 7, (0.1, 0.2, 0.5, 1, 2, 5)),
        (0.02, 60, (0.03, 0.1, 0.3, 1, 3, 10, 30)),
        (0.001, 1000, (0.001, 0.01, 0.1, 1, 10, 100, 1000)),
        (0.45, 1.6, (0.5, 0.75, 1, 1.5)),
        (0.9, 1.12, (0.9, 0.95, 1, 1.05, 1.1)),
    ],
)
def test_log_ticks(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert log_ticks(low, high) == expected


def test_ticks_of_a_huge_range_keep_one() -> None:
    found = log_ticks(1e-9, 1e9)
    assert 1.0 in found
    assert len(found) <= 7


def test_linear_ticks_are_multiples_without_dust() -> None:
    assert linear_ticks(-0.13, 0.32) == (-0.1, 0.0, 0.1, 0.2, 0.3)
    assert linear_ticks(-3.2, 11) == (-2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0)


def test_two_ordinary_studies_are_shown_whole() -> None:
    axis = log_axis([0.62, 0.90], (0.47, 0.80), (0.55, 1.47))
    assert axis.low < 0.47
    assert axis.high > 1.47
    assert axis.contains(1.0)


def test_a_very_wide_interval_is_clipped_and_does_not_squeeze_the_others() -> None:
    axis = log_axis([0.8, 0.7, 1.1], (0.6, 1.05), (0.5, 0.98), (0.001, 900))
    assert axis.clips(Interval(0.001, 900)) == (True, True)
    assert axis.clips(Interval(0.6, 1.05)) == (False, False)
    assert axis.fraction(1.05) - axis.fraction(0.6) > 0.1


def test_infinite_bounds_count_as_clipped_and_leave_limits_finite() -> None:
    axis = log_axis([0.8], (0.0, math.inf))
    assert math.isfinite(axis.high)
    assert axis.low > 0
    assert axis.clips(Interval(0.0, math.inf)) == (True, True)


def test_nothing_finite_still_gives_an_axis() -> None:
    axis = log_axis([math.inf, math.nan], (0.0, math.inf))
    assert 0 < axis.low < 1 < axis.high < math.inf


def test_identical_values_give_an_axis_of_some_length() -> None:
    axis = choose_axis(get_measure("GEN"), core=[0.0, 0.0], intervals=[], label="x")
    assert axis.low < 0 < axis.high
    assert len(axis.ticks) >= 3


@pytest.mark.parametrize(
    ("core", "interval", "low", "high", "labels"),
    [
        ([0.0, 0.1], (0.0, 0.41), 0.0, 0.5, ["0", "10", "20", "30", "40", "50"]),
        ([0.02], (0.01, 0.04), 0.0, 0.05, ["0", "1", "2", "3", "4", "5"]),
        ([1.0, 0.2], (0.29, 1.0), 0.0, 1.0, ["0", "20", "40", "60", "80", "100"]),
        ([0.9], (0.82, 0.97), 0.8, 1.0, ["80", "85", "90", "95", "100"]),
        ([1.0], (1.0, 1.0), 0.95, 1.0, ["95", "96", "97", "98", "99", "100"]),
    ],
)
def test_percent_axis_ends_on_ticks(
    core: list[float], interval: tuple[float, float], low: float, high: float, labels: list[str]
) -> None:
    axis = choose_axis(PLO, core=core, intervals=[Interval(*interval)], label="x")
    assert (axis.low, axis.high) == (low, high)
    assert [tick.label for tick in axis.ticks] == labels
    assert axis.null is None


def test_the_null_value_is_visible() -> None:
    assert log_axis([0.1, 0.2], (0.05, 0.4)).contains(1.0)
    axis = choose_axis(RD, core=[0.3], intervals=[Interval(0.2, 0.4)], label="x")
    assert axis.contains(0.0)


ratios = st.floats(-4, 4).map(math.exp)


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(st.lists(st.tuples(ratios, st.floats(0.01, 4)), min_size=1, max_size=12))
def test_every_estimate_is_visible_and_every_axis_is_readable(studies: list[tuple[float, float]]) -> None:
    intervals = [(x * math.exp(-half), x * math.exp(half)) for x, half in studies]
    axis = log_axis([x for x, _ in studies], *intervals)
    values = [tick.value for tick in axis.ticks]
    assert all(axis.contains(x) for x, _ in studies)
    assert all(axis.contains(value) for value in values)
    assert values == sorted(set(values))
    assert 3 <= len(values) <= 7
    positions = [axis.fraction(value) for value in values]
    assert min(b - a for a, b in pairwise(positions)) > 0.055


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(st.floats(-50, 50), st.floats(0.001, 80))
def test_linear_axes_are_readable(middle: float, half: float) -> None:
    interval = Interval(middle - half, middle + half)
    axis = choose_axis(RD, core=[middle], intervals=[interval], label="x")
    assert axis.clips(interval) == (False, False)
    assert 4 <= len(axis.ticks) <= 7


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("measure", ["MD", "MN"])
def test_a_linear_axis_shows_values_of_any_size(measure: str, unit: float) -> None:
    """Estimates 420 to 600, in units, of standard error 20 to 50: all lie on the axis."""
    yi = [420.0 * unit, 510.0 * unit, 380.0 * unit, 600.0 * unit]
    sei = [30.0 * unit, 40.0 * unit, 50.0 * unit, 20.0 * unit]
    axis = forest_layout(pool(yi=yi, sei=sei, measure=measure)).axis
    assert axis.low < (380 - 1.95 * 50) * unit
    assert axis.high > (600 + 1.95 * 20) * unit
    assert axis.high - axis.low < 1000 * unit
    assert len(axis.ticks) >= 4
