"""The profile likelihood interval against brute force over mean and tau2, and against base R."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from metasyn.numerics.tails import chi2_quantile, chi2_upper_p
from metasyn.synthesis.mean import Inference, fit_mean, infer
from metasyn.values import Interval, NotEstimable

REFERENCE = Path(__file__).parents[2] / "reference" / "intervals.json"
# Two precise effects apart from the others: two maxima in tau2, both accepted, the means between not.
SPLIT = (np.array([-1.01, -0.28, 0.24, -0.04]), np.array([0.0931, 0.4846, 21.5017, 0.0003]), 0.5)


def interval(y: Any, v: Any, level: float = 0.95, null: float | None = 0.0) -> Inference:
    return infer(fit_mean(y, v, 0.0), "profile-likelihood", level=level, null=null)


def log_likelihood(y: Any, v: Any, mean: float, t: Any) -> Any:
    t = np.asarray(t)[..., None]
    return -0.5 * (np.log(v + t) + (y - mean) ** 2 / (v + t)).sum(axis=-1)


def highest_at(y: Any, v: Any, mean: float) -> float:
    """max over tau2 of the likelihood at one mean: a fine grid, then scipy's minimiser around its best."""
    top = 10 * (v.max() + ((y - mean) ** 2).max())
    grid = np.concatenate([[0.0], np.geomspace(v.min() * 1e-6, top, 4000)])
    values = log_likelihood(y, v, mean, grid)
    best = int(values.argmax())
    around = (grid[max(0, best - 1)], grid[min(grid.size - 1, best + 1)])
    found = minimize_scalar(
        lambda t: -float(log_likelihood(y, v, mean, t)), bounds=around, options={"xatol": 1e-12 * around[1]}
    )
    return max(float(values[best]), -float(found.fun))


def data_sets() -> list[tuple[Any, Any]]:
    rng = np.random.default_rng(11)
    sets = []
    for k, spread, between in [(2, 0.5, 1), (3, 1, 0), (4, 2, 1), (5, 3, 5), (8, 1, 0.1), (12, 2, 3)] * 2:
        v = np.exp(rng.normal(0, spread, k))
        sets.append((rng.normal(0, between, k) + rng.normal(0, 1, k) * np.sqrt(v), v))
    return sets


@pytest.mark.parametrize(("y", "v"), [*data_sets(), SPLIT[:2]])
def test_at_both_ends_the_likelihood_ratio_is_the_quantile(y: Any, v: Any) -> None:
    found = interval(y, v)
    assert isinstance(found.ci, Interval)
    drops = [highest_at(y, v, found.estimate) - highest_at(y, v, x) for x in (found.ci.low, found.ci.high)]
    assert 2 * np.array(drops) == pytest.approx(np.full(2, chi2_quantile(0.05, 1)), rel=1e-9)


@pytest.mark.parametrize(("y", "v"), data_sets())
def test_no_mean_outside_is_accepted_and_none_beats_the_estimate(y: Any, v: Any) -> None:
    found = interval(y, v)
    assert isinstance(found.ci, Interval)
    width = found.ci.high - found.ci.low
    peak, half = highest_at(y, v, found.estimate), chi2_quantile(0.05, 1) / 2
    for step in (1e-6, 0.1, 0.5, 2.0):
        for x in (found.ci.low - step * width, found.ci.high + step * width):
            assert peak - highest_at(y, v, x) > half
    for x in np.linspace(found.ci.low, found.ci.high, 15)[1:-1]:
        assert highest_at(y, v, float(x)) <= peak + 1e-12


def test_two_ranges_of_accepted_means_are_enclosed_and_the_note_says_so() -> None:
    y, v, level = SPLIT
    found = interval(y, v, level)
    assert isinstance(found.ci, Interval)
    assert "not one interval" in found.note
    grid = np.linspace(found.ci.low, found.ci.high, 200)[1:-1]
    peak = highest_at(y, v, found.estimate)
    accepted = [2 * (peak - highest_at(y, v, float(x))) <= chi2_quantile(1 - level, 1) for x in grid]
    assert accepted[0]
    assert accepted[-1]
    assert not all(accepted)


@pytest.mark.parametrize(("y", "v"), data_sets())
def test_the_test_is_the_likelihood_ratio_and_agrees_with_the_interval(y: Any, v: Any) -> None:
    found = interval(y, v)
    ratio = 2 * (highest_at(y, v, found.estimate) - highest_at(y, v, 0.0))
    assert found.statistic == pytest.approx(math.copysign(math.sqrt(max(ratio, 0)), found.estimate), abs=1e-6)
    assert found.pvalue == pytest.approx(chi2_upper_p(ratio, 1), rel=1e-6)
    assert isinstance(found.ci, Interval)
    for bound in (found.ci.low, found.ci.high):
        assert interval(y, v, null=bound).pvalue == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize("level", ["0.95", "0.8"])
def test_agrees_with_nested_maximisation_in_base_r(level: str) -> None:
    for name, one in json.loads(REFERENCE.read_text(encoding="utf-8"))["sets"].items():
        found = interval(np.array(one["yi"]), np.array(one["vi"]), float(level))
        assert isinstance(found.ci, Interval)
        want = one["profile"][level]
        assert [found.ci.low, found.ci.high] == pytest.approx(want["ci"], rel=1e-10, abs=1e-12), name
        assert isinstance(found.statistic, float)
        assert found.statistic**2 == pytest.approx(want["likelihood_ratio"], rel=1e-10, abs=1e-10), name


def test_a_fixed_tau2_makes_it_the_wald_interval() -> None:
    y, v = data_sets()[3]
    fit = fit_mean(y, v, 0.3, tau2_method="fixed by the user")
    found = infer(fit, "profile-likelihood", level=0.9, null=0.0)
    wald = infer(fit, "wald", level=0.9, null=0.0)
    assert (found.ci, found.pvalue) == (wald.ci, wald.pvalue)
    assert "fixed" in found.note


def test_equal_variances_have_a_closed_form() -> None:
    """With one variance s and tau2 > 0 at the bound, k log(1 + (mu - m)^2 / S) is the quantile."""
    y = np.array([0.0, 3.0, 7.0, 11.0, 30.0])
    found = interval(y, np.full(5, 0.5))
    assert isinstance(found.ci, Interval)
    mean_square = float(((y - y.mean()) ** 2).mean())
    half = math.sqrt(mean_square * math.expm1(chi2_quantile(0.05, 1) / 5))
    assert [found.ci.low, found.ci.high] == pytest.approx([y.mean() - half, y.mean() + half], rel=1e-13)
    assert found.se == pytest.approx(math.sqrt(mean_square / 5), rel=1e-12)


def test_heterogeneity_beyond_rounding_of_the_variances() -> None:
    """tau2 is 1e18 times a variance: the closed form for equal variances holds to rounding."""
    y = np.array([0.0, 3.0, 7.0, 11.0, 30.0]) * 1e9
    found = interval(y, np.array([0.5, 0.1, 1.0, 3.0, 0.5]))
    assert isinstance(found.ci, Interval)
    half = math.sqrt(float(((y - y.mean()) ** 2).mean()) * math.expm1(chi2_quantile(0.05, 1) / 5))
    assert [found.ci.low, found.ci.high] == pytest.approx([y.mean() - half, y.mean() + half], rel=1e-13)


def test_no_null_no_test() -> None:
    y, v = data_sets()[0]
    assert isinstance(interval(y, v, null=None).pvalue, NotEstimable)
