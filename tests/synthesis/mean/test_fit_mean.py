"""The weighted mean: the user's weights against their formula, and its special cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.mean import fit_mean

YI = np.array([-0.9, -0.1, -0.5, -1.4])
VI = np.array([0.1, 0.05, 0.2, 0.1])


def test_user_weights_by_their_formula() -> None:
    a = np.array([1.0, 2.0, 3.0, 0.5])
    fit = fit_mean(YI, VI, 0.3, weights=a)
    assert fit.user_weights
    assert fit.estimate == pytest.approx((a * YI).sum() / a.sum(), rel=1e-14)
    assert fit.variance == pytest.approx((a**2 * (VI + 0.3)).sum() / a.sum() ** 2, rel=1e-14)
    assert fit.weights == pytest.approx(a / a.sum(), rel=1e-14)
    # the Hartung-Knapp factor stays that of the inverse-variance fit
    assert fit.q == fit_mean(YI, VI, 0.3).q
    assert (fit.k, fit.df, fit.tau2) == (4, 3, 0.3)


def test_inverse_variance_weights_given_by_hand_change_nothing() -> None:
    plain = fit_mean(YI, VI, 0.3)
    given = fit_mean(YI, VI, 0.3, weights=7 / (VI + 0.3))
    assert not plain.user_weights
    assert given.estimate == pytest.approx(plain.estimate, rel=1e-14)
    assert given.variance == pytest.approx(plain.variance, rel=1e-14)


def test_no_weights_beat_inverse_variances() -> None:
    """Gauss-Markov: any other weights have a larger variance."""
    rng = np.random.default_rng(3)
    best = fit_mean(YI, VI, 0.2).variance
    for _ in range(50):
        assert fit_mean(YI, VI, 0.2, weights=rng.uniform(0, 1, 4)).variance > best


@pytest.mark.parametrize("size", [1e-300, 1e-8, 1e8, 1e300])
def test_only_proportions_of_weights_matter(size: float) -> None:
    a = np.array([1.0, 2.0, 3.0, 0.0])
    one, other = fit_mean(YI, VI, 0.1, weights=a), fit_mean(YI, VI, 0.1, weights=a * size)
    assert other.estimate == pytest.approx(one.estimate, rel=1e-13)
    assert other.variance == pytest.approx(one.variance, rel=1e-13)
    assert other.weights[3] == 0


def test_a_single_weight_is_that_effect() -> None:
    fit = fit_mean(YI, VI, 0.1, weights=np.array([0.0, 0.0, 5.0, 0.0]))
    assert (fit.estimate, fit.variance) == (-0.5, pytest.approx(0.3))


def test_pool_uses_the_weights_for_the_mean_and_not_for_q() -> None:
    plain = pool(yi=YI, vi=VI, ci_method="wald")
    result = pool(yi=YI, vi=VI, ci_method="wald", weights=[1, 2, 3, 0.5])
    tau2 = plain.heterogeneity.tau2.value  # type: ignore[union-attr]
    fit = fit_mean(YI, VI, tau2, weights=np.array([1, 2, 3, 0.5]))
    assert (result.estimate, result.se) == (fit.estimate, math.sqrt(fit.variance))
    assert result.heterogeneity == plain.heterogeneity


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1], r"shape \(4,\)"),
        ([1, 1, math.nan, 1], "weight 3 is nan"),
        ([1, 1, -2, 1], "weight 3 is -2.0"),
        ([0, 0, 0, 0], "all be zero"),
        ([1, 1, "x", 1], "numbers only"),
    ],
)
def test_bad_weights_are_named(weights: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fit_mean(YI, VI, 0.1, weights=weights)
