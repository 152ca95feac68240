"""Prediction intervals and predictive probabilities: formulas, the bootstrap against its definition."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from scipy.stats import chi2, kstest
from scipy.stats import t as student

from metasyn.errors import OptionError
from metasyn.numerics.additive import prepare
from metasyn.synthesis import pool
from metasyn.synthesis.mean import MeanFit, fit_mean, prediction_interval
from metasyn.synthesis.mean.bootstrap import DRAWS, bootstrap_predictions, tau2_draws
from metasyn.synthesis.threshold import ThresholdProbability, probability_beyond
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import PiMethod

Y = np.array([-0.9, -0.1, -0.5, -1.4, -0.3, 0.2])
V = np.array([0.1, 0.05, 0.2, 0.1, 0.02, 0.3])
FIT = fit_mean(Y, V, 0.2, tau2_method="REML")
CLOSED: tuple[PiMethod, ...] = tuple(m for m in get_args(PiMethod) if m not in ("bootstrap", "none"))


def bounds(fit: MeanFit, method: PiMethod, **options: Any) -> tuple[float, float]:
    found = prediction_interval(fit, method, **{"level": 0.95, **options})
    assert isinstance(found, Interval)
    return found.low, found.high


@pytest.mark.parametrize(
    ("method", "df", "factor"),
    [
        ("t(k-1)", 5, 1.0),
        ("t(k-2)", 4, 1.0),
        ("normal", math.inf, 1.0),
        ("hartung-knapp", 5, FIT.q),
        ("hartung-knapp(k-2)", 4, FIT.q),
    ],
)
def test_closed_forms_are_their_formulas(method: PiMethod, df: float, factor: float) -> None:
    quantile = student.ppf(0.95, df) if df < math.inf else 1.6448536269514722
    half = quantile * math.sqrt(factor * FIT.variance + FIT.tau2)
    assert bounds(FIT, method, level=0.9) == pytest.approx(
        (FIT.estimate - half, FIT.estimate + half), rel=1e-12
    )


def test_the_floor_of_the_mean_is_kept_in_the_prediction_interval() -> None:
    alike = fit_mean(np.array([0.50, 0.51, 0.52, 0.50]), np.array([0.1, 0.2, 0.3, 0.1]), 0.0)
    assert alike.q < 1
    for knapp, plain in (("hartung-knapp", "t(k-1)"), ("hartung-knapp(k-2)", "t(k-2)")):
        floored = bounds(alike, knapp, ci_method="hartung-knapp-adhoc")  # type: ignore[arg-type]
        assert floored == pytest.approx(bounds(alike, plain))  # type: ignore[arg-type]
        assert bounds(alike, knapp)[0] > floored[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("method", get_args(PiMethod))
def test_two_studies_have_none(method: PiMethod) -> None:
    fit = fit_mean(Y[:2], V[:2], 0.2, tau2_method="REML")
    found = prediction_interval(fit, method, level=0.95)
    assert isinstance(found, NotEstimable)
    assert ("three" in found.reason) or method == "none"


def test_an_unknown_method_is_an_error() -> None:
    with pytest.raises(OptionError, match="pi_method"):
        prediction_interval(FIT, "t(k-3)", level=0.95)  # type: ignore[arg-type]


def test_draws_of_tau2_follow_the_confidence_distribution() -> None:
    """With one variance, Q is (1 + t/v) chi-square: H(t) = P(chi2_{k-1} >= Q / (1 + t/v))."""
    y, v = np.array([0.0, 1.0, 2.5, 4.0]), 0.5
    q = float(((y - y.mean()) ** 2).sum()) / v
    problem = prepare(y, np.full(4, v))
    tau2 = tau2_draws(problem, np.random.default_rng(1), 20_000) * problem.unit
    # inside (0, inf) the distribution is continuous; the mass at 0 is H(0)
    assert np.mean(tau2 == 0) == pytest.approx(chi2.sf(q, 3), abs=0.004)
    uniform = chi2.sf(q / (1 + tau2[tau2 > 0] / v), 3)
    assert kstest(uniform, "uniform", args=(chi2.sf(q, 3), chi2.cdf(q, 3))).pvalue > 0.01


def test_draws_of_tau2_for_unequal_variances_follow_simulated_q() -> None:
    """H(t) = P(Q_t >= Q), with Q_t from simulated data."""
    rng, w = np.random.default_rng(5), 1 / V
    q = float((w * (Y - np.average(Y, weights=w)) ** 2).sum())
    problem = prepare(Y, V)
    tau2 = tau2_draws(problem, np.random.default_rng(1), 40_000) * problem.unit
    for t in (0.0, 0.05, 0.3, 1.0):
        e = rng.standard_normal((40_000, 6)) * np.sqrt(V + t)
        simulated = (w * (e - (e @ w / w.sum())[:, None]) ** 2).sum(axis=1)
        assert np.mean(tau2 <= t) == pytest.approx(np.mean(simulated >= q), abs=0.012)


def test_predictions_are_a_mean_a_new_effect_and_the_error_of_the_mean() -> None:
    """With one variance and the mean and Hartung-Knapp error free of tau2: drawn here by inverting H."""
    y, v = np.array([0.0, 1.0, 2.5, 4.0]), 0.5
    q = float(((y - y.mean()) ** 2).sum()) / v
    drawn = bootstrap_predictions(fit_mean(y, np.full(4, v), 0.0), seed=3)
    rng = np.random.default_rng(99)
    h = rng.uniform(size=DRAWS)
    tau2 = np.maximum(0.0, v * (q / chi2.isf(h, 3) - 1))
    error = math.sqrt(q * v / 3 / 4) * rng.standard_t(3, DRAWS)
    direct = y.mean() + np.sqrt(tau2) * rng.standard_normal(DRAWS) - error
    assert kstest(drawn, direct).pvalue > 0.01


def test_the_bootstrap_is_reproducible_scale_free_and_wider_than_the_normal() -> None:
    first = bounds(FIT, "bootstrap")
    assert bounds(FIT, "bootstrap") == first
    assert bounds(FIT, "bootstrap", seed=2) != first
    for size in (1e-8, 1e8):
        scaled = bounds(fit_mean(Y * size, V * size**2, 0.2 * size**2), "bootstrap")
        assert scaled == pytest.approx(np.array(first) * size, rel=1e-10)
    normal = bounds(FIT, "normal")
    assert first[0] < normal[0]
    assert first[1] > normal[1]


@pytest.mark.parametrize(
    "fit",
    [
        fit_mean(Y, V, 0.2, tau2_method="fixed by the user"),
        fit_mean(Y, V, 0.2, weights=np.ones(6)),
        FIT.sharing(q=1.0, df=9),
    ],
)
def test_the_bootstrap_and_kenward_roger_say_why_they_are_not_defined(fit: MeanFit) -> None:
    methods: tuple[PiMethod, ...] = ("bootstrap", "kenward-roger", "kenward-roger(df-1)")
    for method in methods:
        assert isinstance(prediction_interval(fit, method, level=0.95), NotEstimable)


@pytest.mark.parametrize(("name", "value"), [("draws", 10), ("draws", 1e4), ("seed", -1), ("seed", True)])
def test_bad_numbers_of_the_bootstrap(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=name):
        bootstrap_predictions(FIT, **{name: value})


@pytest.mark.parametrize("method", [*CLOSED, "bootstrap"])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_bound_of_the_interval_is_exceeded_with_half_the_rest(method: PiMethod, level: float) -> None:
    low, high = bounds(FIT, method, level=level)
    for bound, side in ((low, "below"), (high, "above")):
        found = probability_beyond(FIT, bound, pi_method=method)
        assert isinstance(found, ThresholdProbability)
        exact = method != "bootstrap"
        assert getattr(found, side) == pytest.approx((1 - level) / 2, rel=1e-10 if exact else 1e-3)
        assert found.below + found.above == pytest.approx(1, rel=1e-15)


def test_probabilities_keep_their_digits_far_out() -> None:
    found = probability_beyond(FIT, 10.0, pi_method="normal")
    assert isinstance(found, ThresholdProbability)
    assert 0 < found.above < 1e-90
    mirrored = probability_beyond(fit_mean(-Y, V, 0.2), -10.0, pi_method="normal")
    assert isinstance(mirrored, ThresholdProbability)
    assert mirrored.below == found.above


def test_a_result_knows_its_method_and_its_natural_scale() -> None:
    result = pool(yi=Y, vi=V, measure="HR", pi_method="t(k-2)")
    found = probability_beyond(result, 0.8, natural=True)
    assert isinstance(found, ThresholdProbability)
    assert found.pi_method == "t(k-2)"
    assert found == probability_beyond(result, math.log(0.8))
    assert found.to_dict()["below"] == found.below


def test_no_distribution_no_probability() -> None:
    common = pool(yi=Y, vi=V, model="common-effect")
    assert isinstance(probability_beyond(common, 0.0), NotEstimable)
    assert isinstance(probability_beyond(fit_mean(Y[:2], V[:2], 0.1), 0.0), NotEstimable)
    same = fit_mean(np.full(4, 0.3), np.full(4, 0.1), 0.0)
    assert isinstance(probability_beyond(same, 0.0, pi_method="hartung-knapp"), NotEstimable)


@pytest.mark.parametrize("threshold", [math.nan, math.inf, "0", None, True])
def test_a_threshold_is_a_finite_number(threshold: Any) -> None:
    with pytest.raises(OptionError, match="threshold"):
        probability_beyond(FIT, threshold)


def test_a_threshold_must_exist_on_the_natural_scale() -> None:
    result = pool(yi=Y, vi=V, measure="HR")
    with pytest.raises(OptionError, match="natural scale of 'HR'"):
        probability_beyond(result, -1.0, natural=True)
    with pytest.raises(OptionError, match="natural=True"):
        probability_beyond(FIT, 0.8, natural=True)
    with pytest.raises(OptionError, match="pi_method"):
        probability_beyond(FIT, 0.8, pi_method="no")  # type: ignore[arg-type]
