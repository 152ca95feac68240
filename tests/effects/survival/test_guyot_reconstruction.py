"""Individual times from curves: exact where the curve says all, close where it does not, never silent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from metasyn.effects.survival.cox import cox_hazard_ratio
from metasyn.effects.survival.guyot import Reconstruction, reconstruct
from metasyn.effects.survival.individual import kaplan_meier
from metasyn.effects.survival.kaplan_meier import digitised_curve
from metasyn.effects.survival.risk_table import risk_table
from metasyn.errors import OptionError

Array = NDArray[np.float64]
seeds = st.integers(0, 10**6)


def group(seed: int, n: int = 80, censored: bool = True, rate: float = 0.08) -> tuple[Array, Array]:
    """Times of one group, in months with one decimal."""
    rng = np.random.default_rng(seed)
    event = rng.exponential(1 / rate, n)
    out = rng.uniform(6, 36, n) if censored else np.full(n, np.inf)
    return np.ceil(10 * np.minimum(event, out)) / 10, (event <= out).astype(float)


def counted(times: Array, at: Array) -> list[int]:
    return [int((times >= t).sum()) for t in at]


def steps(times: Array, events: Array) -> tuple[Array, Array]:
    """The whole curve: its foot at every event, its end."""
    curve = kaplan_meier(times, events)
    at = np.unique(np.append(curve.times, curve.last))
    return at, curve.at(at)


def codes(found: Reconstruction) -> set[str]:
    return {finding.code for finding in found.findings}


@pytest.mark.parametrize("seed", range(5))
def test_without_censoring_the_times_come_back_as_they_were(seed: int) -> None:
    times, events = group(seed, censored=False)
    found = reconstruct(*steps(times, events), risk_times=[0, 6], at_risk=counted(times, np.array([0, 6])))
    assert found.times.tolist() == pytest.approx(np.sort(times).tolist())
    assert found.events.all()
    assert found.findings == ()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=seeds, every=st.sampled_from([3.0, 6.0, 12.0]), n=st.integers(20, 200))
def test_a_curve_read_exactly_is_met(seed: int, every: float, n: int) -> None:
    times, events = group(seed, n)
    at = np.arange(0, times.max(), every)
    found = reconstruct(*steps(times, events), risk_times=at, at_risk=counted(times, at))
    assert found.n == n
    assert found.at_risk == found.at_risk_printed == tuple(counted(found.times, at))
    assert abs(found.n_events - events.sum()) <= 2 + 0.06 * n
    # One step of the last few at risk is as close as whole participants get.
    assert found.largest_gap <= 0.02 or "curve-not-met" in codes(found)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=seeds, factor=st.floats(0.03, 40))
def test_order_of_points_and_unit_of_time_do_not_matter(seed: int, factor: float) -> None:
    times, events = group(seed)
    at, survival = steps(times, events)
    risk = np.arange(0, times.max(), 6.0)
    numbers = counted(times, risk)
    found = reconstruct(at, survival, risk_times=risk, at_risk=numbers)
    mixed = np.random.default_rng(seed).permutation(at.size)
    again = reconstruct(at[mixed] * factor, survival[mixed], risk_times=risk * factor, at_risk=numbers)
    assert again.times == pytest.approx(found.times * factor)
    assert again.events.tolist() == found.events.tolist()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=seeds)
def test_noise_of_reading_is_repaired_and_reported(seed: int) -> None:
    times, events = group(seed, 150)
    at = np.linspace(0.5, times.max(), 60)
    noise = np.random.default_rng(seed).normal(0, 0.004, 60)
    risk = np.arange(0, times.max(), 6.0)
    read = kaplan_meier(times, events).at(at) + noise
    found = reconstruct(at, read, risk_times=risk, at_risk=counted(times, risk))
    assert found.n == 150
    assert found.curve.moved > 0
    assert "curve-rises" in codes(found)
    assert (np.diff(found.curve.survival) <= 0).all()
    misses = [abs(a - b) for a, b in zip(found.at_risk, found.at_risk_printed, strict=True)]
    assert max(misses) <= max(1, 0.02 * 150)


def test_a_total_of_events_is_met_or_said_not_to_be() -> None:
    times, events = group(4, 120)
    at, survival = steps(times, events)
    total = int(events.sum())
    met = reconstruct(at, survival, risk_times=[0], at_risk=[120], total_events=total)
    assert abs(met.n_events - total) <= 1
    assert "no-censoring-assumed" not in codes(met)
    unmet = reconstruct(at, survival, risk_times=[0], at_risk=[120], total_events=3)
    assert unmet.n_events > 3
    assert f"{unmet.n_events} events reconstructed, 3 printed" in [f.message for f in unmet.findings]


def test_with_n_alone_nobody_is_censored_before_the_end() -> None:
    times, events = group(4, 120)
    at, survival = steps(times, events)
    found = reconstruct(at, survival, risk_times=[0], at_risk=[120])
    assert "no-censoring-assumed" in codes(found)
    assert set(found.times[found.events == 0].tolist()) <= {at[-1]}
    assert found.n_events == pytest.approx(120 * (1 - survival[-1]), abs=1)


def test_the_numbers_of_another_group_are_noticed() -> None:
    times, events = group(1, 200, rate=0.2)
    better = group(2, 200, rate=0.04)[0]
    risk = np.array([0.0, 6.0, 12.0])
    found = reconstruct(*steps(times, events), risk_times=risk, at_risk=counted(better, risk))
    assert "at-risk-impossible" in codes(found)
    assert found.n == 200


def test_hazard_ratio_of_reconstructed_groups() -> None:
    groups = [group(21, 200, rate=0.05), group(22, 200, rate=0.1)]
    rebuilt = []
    for times, events in groups:
        at = np.linspace(0, times.max(), 81)[1:]
        risk = np.arange(0, times.max(), 6.0)
        read = np.round(kaplan_meier(times, events).at(at), 3)
        found = reconstruct(at, read, risk_times=risk, at_risk=counted(times, risk))
        rebuilt += [found.times, found.events]
    want = cox_hazard_ratio(*groups[0], *groups[1])
    got = cox_hazard_ratio(*rebuilt)
    assert got == pytest.approx(want, abs=0.03)


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_correction_is_the_nearest_falling_curve(values: list[float]) -> None:
    """The min-max formula of isotonic regression, by brute force."""
    k = len(values)
    curve = digitised_curve(range(1, k + 1), values)

    def mean(a: int, b: int) -> float:
        return sum(values[a : b + 1]) / (b - a + 1)

    want = [min(max(mean(a, b) for b in range(i, k)) for a in range(i + 1)) for i in range(k)]
    assert curve.survival.tolist() == pytest.approx([1.0, *want], abs=1e-12)
    assert curve.largest_move == pytest.approx(max(abs(w - v) for w, v in zip(want, values, strict=True)))


def test_points_at_one_time_are_one_drop() -> None:
    curve = digitised_curve([0, 0, 3, 3, 3], [1.0, 0.98, 0.7, 0.9, 0.8])
    assert curve.times.tolist() == [0, 3]
    assert curve.survival.tolist() == [1.0, 0.7]
    assert curve.moved == 0
    assert (curve.at(2.99), curve.at(3.0)) == (1.0, 0.7)


def test_points_outside_the_axes() -> None:
    curve = digitised_curve([-0.01, 5], [1.004, -0.002])
    assert (curve.times.tolist(), curve.survival.tolist()) == ([0, 5], [1, 0])
    assert [f.code for f in curve.findings] == ["curve-outside-its-axes"]


def test_risk_tables() -> None:
    assert risk_table([0, 6, 12, 18], [90, None, 20, 0], end=15).times == (0, 12)  # type: ignore[list-item]
    longer = risk_table([0, 6, 12], [90, 40, 20], end=10.0)
    assert (longer.end, longer.findings[0].code) == (12.0, "curve-ends-early")
    found = reconstruct([4, 10], [0.8, 0.5], risk_times=[0, 6, 12], at_risk=[50, 35, 20])
    assert found.at_risk == (50, 35, 20)


@pytest.mark.parametrize(
    ("times", "survival", "risk_times", "at_risk", "total", "word"),
    [
        ([1, 2], [90, 62], [0], [9], None, "Write 0.62 for 62%"),
        ([1, 2], [0.9, -0.2], [0], [9], None, "between 0 and 1; got -0.2"),
        ([1, 2], [0.9], [0], [9], None, "equal length"),
        ([], [], [0], [9], None, "not empty"),
        ([1, math.nan], [0.9, 0.8], [0], [9], None, "finite"),
        ([-3, 2], [0.9, 0.8], [0], [9], None, "not be negative"),
        ([0, 0], [1, 1], [0], [9], None, "after 0"),
        ([1, 2], [0.9, 0.8], [1], [9], None, "begin at 0"),
        ([1, 2], [0.9, 0.8], [0], [0], None, "begin at 0"),
        ([1, 2], [0.9, 0.8], [0, 1], [9], None, "equal length"),
        ([1, 2], [0.9, 0.8], [0, 1], [9, 10], None, "must not rise; got 9 at time 0 and 10 at time 1"),
        ([1, 2], [0.9, 0.8], [0, 1, 1], [9, 8, 7], None, "ascend"),
        ([1, 2], [0.9, 0.8], [0, 1], [9, 8.5], None, "whole numbers"),
        ([1, 2], [0.9, 0.8], [0], [9], 10, "must not exceed the 9"),
        ([1, 2], [0.9, 0.8], [0], [9], 2.5, "total_events must be a whole number"),
    ],
)
def test_what_cannot_be_read_is_named(
    times: list[float],
    survival: list[float],
    risk_times: list[float],
    at_risk: list[float],
    total: int | None,
    word: str,
) -> None:
    with pytest.raises(OptionError) as error:
        reconstruct(times, survival, risk_times=risk_times, at_risk=at_risk, total_events=total)
    assert word in str(error.value)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    points=st.lists(st.tuples(st.floats(0, 50), st.floats(0, 1)), min_size=1, max_size=15).filter(
        lambda found: max(t for t, _ in found) > 0.01
    ),
    numbers=st.lists(st.integers(0, 60), min_size=1, max_size=6).filter(lambda found: max(found) > 0),
    total=st.none() | st.integers(0, 60),
)
def test_any_curve_with_any_table_gives_as_many_as_started(
    points: list[tuple[float, float]], numbers: list[int], total: int | None
) -> None:
    falling = sorted(numbers, reverse=True)
    found = reconstruct(
        [t for t, _ in points],
        [s for _, s in points],
        risk_times=[10 * i for i in range(len(falling))],
        at_risk=falling,
        total_events=None if total is None else min(total, falling[0]),
    )
    assert found.n == falling[0]
    assert np.isfinite(found.times).all()
    assert (found.times >= 0).all()
    assert set(found.events.tolist()) <= {0.0, 1.0}
    off = [a != b for a, b in zip(found.at_risk, found.at_risk_printed, strict=True)]
    worst = max(abs(a - b) for a, b in zip(found.at_risk, found.at_risk_printed, strict=True))
    assert not any(off) or worst <= max(1, 0.02 * found.n) or "at-risk-impossible" in codes(found)


def test_a_wrong_total_does_not_bend_the_end_of_the_curve() -> None:
    times, events = group(8, 150)
    risk = np.arange(0, times.max(), 6.0)
    numbers = counted(times, risk)
    free = reconstruct(*steps(times, events), risk_times=risk, at_risk=numbers)
    held = reconstruct(*steps(times, events), risk_times=risk, at_risk=numbers, total_events=60)
    assert held.largest_gap <= max(0.01, free.largest_gap) + 1e-12
    assert "events-differ" in codes(held)
