"""Survival at a time point, effective numbers of participants, medians as outcomes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.proportions import (
    arcsine_proportion,
    clopper_pearson,
    log_proportion,
    logit_proportion,
    raw_proportion,
)
from metasyn.effects.survival.effective_n import (
    effective_n,
    effective_n_at_risk,
    proportion_interval,
    se_from_interval,
)
from metasyn.effects.survival.individual import kaplan_meier
from metasyn.effects.survival.median_outcome import log_median, log_median_and_events, log_median_one_bound
from metasyn.effects.survival.timepoint import (
    cumulative_hazard,
    cumulative_hazard_from_interval,
    cumulative_hazard_from_se,
    proportion_and_n,
    survival_and_n,
    survival_ratio,
)
from metasyn.errors import OptionError
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionInterval, choices

Z95 = 1.959963984540054
METHODS = choices(ProportionInterval)
shares = st.floats(0.02, 0.98)


def test_hazard_ratio_by_hand() -> None:
    # Survival 1/4 against 1/2 is twice the cumulative hazard.
    yi, vi = survival_and_n(0.25, 80, 0.5, 100)  # type: ignore[misc]
    assert yi == pytest.approx(math.log(2))
    want = 0.75 / (80 * 0.25 * math.log(0.25) ** 2) + 0.5 / (100 * 0.5 * math.log(0.5) ** 2)
    assert vi == pytest.approx(want)


@given(hazard=st.floats(0.05, 3), ratio=st.floats(0.2, 5))
def test_proportional_hazards_give_the_ratio_at_any_time(hazard: float, ratio: float) -> None:
    yi, _ = survival_and_n(math.exp(-hazard * ratio), 50, math.exp(-hazard), 50)  # type: ignore[misc]
    assert yi == pytest.approx(math.log(ratio), abs=1e-9)


def test_delta_method_against_simulation() -> None:
    """The variance of ln(-ln S) of a binomial share, to 3 % of a simulated one."""
    draws = np.random.default_rng(7).binomial(400, 0.4, 200_000) / 400
    _, v = cumulative_hazard(0.4, 400)  # type: ignore[misc]
    assert np.log(-np.log(draws)).var() == pytest.approx(v, rel=0.03)


def test_three_forms_of_one_variance() -> None:
    se = math.sqrt(0.6 * 0.4 / 120)
    y, v = cumulative_hazard(0.6, 120)  # type: ignore[misc]
    assert cumulative_hazard_from_se(0.6, se) == pytest.approx((y, v))
    ends = sorted(math.exp(-math.exp(y + side * Z95 * math.sqrt(v))) for side in (-1, 1))
    assert cumulative_hazard_from_interval(0.6, Interval(*ends)) == pytest.approx((y, v))


@given(
    p=shares, n=st.floats(5, 2000), level=st.sampled_from([0.9, 0.95, 0.99]), method=st.sampled_from(METHODS)
)
def test_effective_n_gives_back_the_n_of_an_interval(p: float, n: float, level: float, method: str) -> None:
    interval = proportion_interval(p, n, method=method, level=level)  # type: ignore[arg-type]
    found = effective_n(p, interval, method=method)  # type: ignore[arg-type]
    if isinstance(found, NotEstimable):  # the interval passes 0 or 1, where software cuts it
        assert not (interval.low > 0 and interval.high < 1)
    else:
        assert found == pytest.approx(n, rel=1e-6)


def test_effective_n_of_counts() -> None:
    interval = clopper_pearson(0, 25)
    assert effective_n(0.0, interval, method="clopper-pearson") == pytest.approx(25, rel=1e-9)
    interval = clopper_pearson(7, 25)
    assert effective_n(7 / 25, interval, method="clopper-pearson") == pytest.approx(25, rel=1e-9)


def test_effective_n_without_censoring_is_the_number_at_the_start() -> None:
    curve = kaplan_meier(np.arange(1.0, 41.0), np.ones(40))
    survival, se = curve.survival[9], curve.se[9]
    assert survival * (1 - survival) / se**2 == pytest.approx(40)
    assert effective_n_at_risk(survival, 30) == pytest.approx(40)


def test_number_at_risk_is_on_the_safe_side_of_greenwood() -> None:
    rng = np.random.default_rng(3)
    event, censored = rng.exponential(10, 300), rng.uniform(0, 20, 300)
    times = np.minimum(event, censored)
    curve = kaplan_meier(times, event <= censored)
    survival = float(curve.at(8.0))
    se = curve.se[np.searchsorted(curve.times, 8.0, side="right") - 1]
    found = effective_n_at_risk(survival, float((times >= 8.0).sum()))
    assert found < survival * (1 - survival) / se**2 < 300  # type: ignore[operator]


@pytest.mark.parametrize(
    ("measure", "formula"),
    [
        ("PLO", logit_proportion),
        ("PLN", log_proportion),
        ("PAS", arcsine_proportion),
        ("PR", raw_proportion),
    ],
)
def test_a_proportion_of_whole_counts_is_the_effect_of_the_counts(measure: str, formula: object) -> None:
    yi, vi = formula([12], [40])  # type: ignore[operator]
    assert proportion_and_n(0.3, 40, measure=measure) == pytest.approx((yi[0], vi[0]))  # type: ignore[arg-type]


def test_log_medians_by_hand() -> None:
    both = Interval(math.exp(2 - Z95 * 0.1), math.exp(2 + Z95 * 0.1))
    assert log_median(math.exp(2), both) == pytest.approx((2.0, 0.01))
    assert log_median_one_bound(math.exp(2), both.low) == pytest.approx((2.0, 0.01))
    assert log_median_one_bound(math.exp(2), both.high) == pytest.approx((2.0, 0.01))
    assert log_median_and_events(math.exp(2), 50) == pytest.approx((2.0, 0.02))


@given(median=st.floats(1, 60), spread=st.floats(1.05, 3), factor=st.floats(0.05, 40))
def test_a_change_of_unit_shifts_a_log_median(median: float, spread: float, factor: float) -> None:
    yi, vi = log_median(median, Interval(median / spread, median * spread))  # type: ignore[misc]
    there = Interval(factor * median / spread, factor * median * spread)
    assert log_median(factor * median, there) == pytest.approx((yi + math.log(factor), vi), abs=1e-9)


@pytest.mark.parametrize(
    ("refused", "word"),
    [
        (survival_and_n(1.0, 10, 0.5, 10), "survival of 1"),
        (survival_and_n(0.5, 10, 0.0, 10), "survival of 0"),
        (survival_and_n(0.5, 0, 0.5, 10), "participants"),
        (cumulative_hazard_from_se(0.5, 0.0), "standard error"),
        (cumulative_hazard_from_interval(0.5, Interval(0.0, 0.8)), "0 or 1"),
        (survival_ratio((0.0, 1.0), NotEstimable("gone")), "gone"),
        (effective_n(0.5, Interval(0.6, 0.8)), "does not lie in its interval"),
        (effective_n(0.5, Interval(0.5, 0.5)), "no width"),
        (effective_n(0.9, Interval(0.7, 1.0)), "bound of 1"),
        (effective_n(0.9, Interval(0.7, 1.0), method="plain"), "was cut"),
        (effective_n(0.1, Interval(0.0, 0.3), method="logit"), "no logarithm"),
        (effective_n(0.5, Interval(0.0, 1.0), method="wilson"), "no number of participants"),
        (effective_n_at_risk(0.0, 3), "nobody is left"),
        (proportion_and_n(0.0, 30), "no standard error"),
        (proportion_and_n(1.2, 30), "between 0 and 1"),
        (log_median(math.inf, Interval(3, math.inf)), "not reached"),
        (log_median(9, Interval(3, math.inf)), "upper bound"),
        (log_median(9, Interval(0, 12)), "positive number"),
        (log_median_one_bound(9, 9), "equals its bound"),
        (log_median_one_bound(9, math.inf), "not reached"),
        (log_median_and_events(9, 0), "without events"),
    ],
)
def test_timepoint_refusals_have_reasons(refused: object, word: str) -> None:
    assert isinstance(refused, NotEstimable)
    assert word in refused.reason


def test_options_are_checked() -> None:
    with pytest.raises(OptionError, match="method must be one of"):
        effective_n(0.5, Interval(0.4, 0.6), method="greenwood")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="without a standard error"):
        se_from_interval(0.5, Interval(0.4, 0.6), method="wilson")
    with pytest.raises(OptionError, match="measure must be one of"):
        proportion_and_n(0.5, 10, measure="OR")  # type: ignore[arg-type]
