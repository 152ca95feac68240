"""Correlations: unbiasedness by integration over the distribution of r, special cases, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.effects.correlations import (
    coefficient_alpha,
    correlation,
    fisher_z,
    partial_correlation,
    semipartial_correlation,
    unbiased_correlation,
)
from metasyn.errors import OptionError


def distribution_of_r(rho: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of r of n bivariate normal pairs with their probabilities (Hotelling's integral)."""
    z = np.linspace(-9, 9, 1201)
    r = np.tanh(z)
    w = np.linspace(0, 40, 2001)
    inner = (np.cosh(w)[:, None] - rho * r[None, :]) ** -(n - 1.0)
    inner[0] /= 2
    weight = (1 - r**2) ** ((n - 4) / 2) * inner.sum(axis=0) * (1 - r**2)
    return r, weight / weight.sum()


@pytest.mark.parametrize(("rho", "n"), [(0.5, 6), (-0.7, 9), (0.2, 15)])
def test_ucor_and_its_variance_are_unbiased(rho: float, n: int) -> None:
    r, weight = distribution_of_r(rho, n)
    yi, vi = unbiased_correlation(r[1:-1], n, vtype="UB")
    weight = weight[1:-1] / weight[1:-1].sum()
    mean = (weight * yi).sum()
    assert mean == pytest.approx(rho, abs=1e-6)
    assert (weight * r[1:-1]).sum() != pytest.approx(rho, abs=1e-3)
    assert (weight * vi).sum() == pytest.approx((weight * yi**2).sum() - mean**2, rel=1e-5)


def test_by_hand() -> None:
    yi, vi = correlation([0.6], [17])
    assert (yi[0], vi[0]) == (0.6, pytest.approx(0.64**2 / 16))
    z, vz = fisher_z([0.6], [28])
    assert z[0] == pytest.approx(0.5 * math.log(1.6 / 0.4))
    assert vz[0] == 0.04
    averaged = correlation([0.2, 0.5], [10, 30], vtype="AV")[1]
    np.testing.assert_allclose(averaged, (1 - 0.425**2) ** 2 / np.array([9, 29]))
    a, va = coefficient_alpha([0.8], [5], [52])
    assert (a[0], va[0]) == (0.8, pytest.approx(2 * 5 * 0.04 / (4 * 50)))


def test_one_predictor_is_a_plain_correlation() -> None:
    """With one predictor both versions are r, because t = r sqrt(n-2) / sqrt(1-r^2)."""
    r, n = 0.4, 30
    t = r * math.sqrt(n - 2) / math.sqrt(1 - r**2)
    partial = partial_correlation([t], [n], [1])
    assert partial[0][0] == pytest.approx(r)
    assert partial[1][0] == pytest.approx(correlation([r], [n])[1][0])
    semipartial = semipartial_correlation([t], [n], [1], [r**2])
    assert semipartial[0][0] == pytest.approx(r)


def test_signs_and_sizes() -> None:
    r = np.array([-0.9, -0.3, 0.0, 0.3, 0.9])
    for formula in (correlation, unbiased_correlation, fisher_z):
        yi, vi = formula(r, 20)
        np.testing.assert_allclose(yi, -yi[::-1], atol=1e-15)
        np.testing.assert_allclose(vi, vi[::-1])
    # The correction moves away from zero, less so in large samples.
    small, large = unbiased_correlation(0.5, [8, 10**6])[0]
    assert 0.5 < large < 0.5 + 1e-6 < small


def test_too_few_is_undefined() -> None:
    assert np.isnan(unbiased_correlation([0.2], [4])).all()
    assert np.isfinite(unbiased_correlation([0.2], [5])).all()
    assert np.isnan(fisher_z([0.2], [3])).all()
    assert np.isnan(partial_correlation([2.0], [5], [4])).all()
    assert np.isnan(semipartial_correlation([2.0], [5], [4], [0.3])).all()
    assert np.isnan(coefficient_alpha([0.5], [4], [2])).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation([0.1, 1.0], [9, 9]), "row 2: r is 1; a correlation must lie between -1 and 1"),
        (lambda: fisher_z([-1.5], [9]), "r is -1.5"),
        (lambda: correlation([0.1], [1]), "n is 1; the number of participants must be at least 2"),
        (lambda: correlation([0.1], [9], vtype="UB"), "vtype must be one of 'LS', 'AV'"),
        (lambda: partial_correlation([1], [9], [1.5]), "the number of predictors must be a whole number"),
        (lambda: partial_correlation([1], [9], [0]), "the number of predictors must be at least 1"),
        (lambda: semipartial_correlation([1], [9], [1], [1.0]), "R2 must be at least 0 and below 1"),
        (lambda: coefficient_alpha([1.2], [4], [20]), "coefficient alpha must not exceed 1"),
        (lambda: coefficient_alpha([0.2], [1], [20]), "the number of items must be at least 2"),
    ],
)
def test_bad_figures(call, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        call()
