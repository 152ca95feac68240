"""The distribution of a residual sum of squares against closed forms and dense arithmetic."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import chdtr, chdtri

from metasyn.errors import NotEstimableError
from metasyn.numerics.quadratic_forms import lower_probability, residual_form


def dense(a: np.ndarray, X: np.ndarray) -> np.ndarray:
    A = np.diag(a)
    return A - A @ X @ np.linalg.inv(X.T @ A @ X) @ X.T @ A


def positive_eigenvalues(a: np.ndarray, X: np.ndarray, s: np.ndarray) -> np.ndarray:
    root = np.sqrt(s)
    return np.linalg.eigvalsh(root[:, None] * dense(a, X) * root)[X.shape[1] :]


@pytest.mark.parametrize("df", [1, 2, 3, 10, 100, 3000])
@pytest.mark.parametrize("probability", [1e-30, 1e-8, 0.025, 0.5, 0.975, 1 - 1e-6])
def test_equal_weights_give_the_chi_square_distribution(df: int, probability: float) -> None:
    form = residual_form(np.full(df + 1, 7.0), None)
    q = float(chdtri(df, 1 - probability)) if probability > 1e-12 else df * 10 ** (-60 / df)
    assert lower_probability(form, np.full(df + 1, 2.0), 2 * q) == pytest.approx(chdtr(df, q), rel=2e-12)


@pytest.mark.parametrize("seed", range(12))
def test_pairs_of_equal_eigenvalues_have_a_closed_form(seed: int) -> None:
    """Two copies of the same rows, each with its own mean: a sum of exponential variables."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 7))
    a, s = 10 ** rng.uniform(-3, 0, k), 10 ** rng.uniform(-3, 3, k)
    weights = positive_eigenvalues(a / a.max(), np.ones((k, 1)), s)
    factors = [
        math.prod(float(own / (own - other)) for j, other in enumerate(weights) if j != i)
        for i, own in enumerate(weights)
    ]
    form = residual_form(np.tile(a, 2), np.kron(np.eye(2), np.ones((k, 1))))
    assert form.rank == 2 * (k - 1)
    for q in 2 * weights.sum() * np.array([0.01, 0.3, 1.0, 3.0]):
        upper = sum(f * math.exp(-q / 2 / w) for f, w in zip(factors, weights, strict=True))
        size = sum(map(abs, factors))
        assert abs(lower_probability(form, np.tile(s, 2), q) - (1 - upper)) < 1e-13 * size


@pytest.mark.parametrize("weight", [1.0, 1e6, 1e12])
@pytest.mark.parametrize("variance", [1e-6, 1.0, 1e9])
def test_one_weight_that_dwarfs_the_other(weight: float, variance: float) -> None:
    """Two rows: one chi-square variable, whose weight must not be lost to cancellation."""
    form = residual_form(np.array([weight, 1.0]), None)
    s = np.array([1.0, variance])
    scale = (1 + variance) / (weight + 1)
    assert form.mean(s) == pytest.approx(scale, rel=1e-14)
    assert form.variance(s) == pytest.approx(2 * scale**2, rel=1e-14)
    q = float(chdtri(1, 0.975)) * scale
    assert lower_probability(form, s, q) == pytest.approx(0.025, rel=1e-12)
    assert form.value(np.array([0.0, 1.0])) == pytest.approx(1 / (weight + 1), rel=1e-14)
    assert form.value(np.array([1e3, 1e3 + 1.0])) == pytest.approx(1 / (weight + 1), rel=1e-12)


@pytest.mark.parametrize("p", [1, 2, 4])
def test_moments_against_dense_matrices(p: int) -> None:
    rng = np.random.default_rng(p)
    a, s, y = rng.uniform(0.1, 3, 9), rng.uniform(0.1, 3, 9), rng.normal(size=9)
    X = np.vander(np.linspace(-1, 1, 9), p, increasing=True)
    for design in (X, None) if p == 1 else (X,):
        form = residual_form(a, design)
        P, S = dense(a, X) / a.max(), np.diag(s)
        assert form.rank == 9 - p
        assert form.value(y) == pytest.approx(y @ P @ y, rel=1e-12)
        assert form.mean(s) == pytest.approx(np.trace(P @ S), rel=1e-12)
        assert form.variance(s) == pytest.approx(2 * np.trace(P @ S @ P @ S), rel=1e-12)


def test_a_design_of_one_column_that_is_not_constant() -> None:
    rng = np.random.default_rng(9)
    a, s, x = rng.uniform(0.1, 3, 6), rng.uniform(0.1, 3, 6), rng.normal(size=(6, 1))
    form, y = residual_form(a, x), rng.normal(size=6)
    P = dense(a, x) / a.max()
    assert form.value(y) == pytest.approx(y @ P @ y, rel=1e-12)
    assert form.variance(s) == pytest.approx(2 * np.trace(P * s @ P * s), rel=1e-11)


def test_zero_weights_leave_rows_out() -> None:
    a, s, y = np.array([1.0, 0.0, 2.0, 3.0]), np.array([1.0, 9.0, 2.0, 0.5]), np.array([1.0, 99.0, 0.0, 2.0])
    form, rest = residual_form(a, None), residual_form(a[a > 0], None)
    assert form.rank == 2
    assert form.value(y) == rest.value(y[a > 0])
    assert lower_probability(form, s, 1.3) == lower_probability(rest, s[a > 0], 1.3)
    with pytest.raises(NotEstimableError, match="full rank"):
        residual_form(np.array([1.0, 1.0, 0.0]), np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))


def test_probability_is_a_distribution_function() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        k = int(rng.integers(2, 12))
        form = residual_form(10 ** rng.uniform(-6, 0, k), None)
        s = 10 ** rng.uniform(-6, 6, k)
        mean = form.mean(s)
        values = [lower_probability(form, s, q) for q in mean * np.geomspace(1e-6, 1e4, 30)]
        assert all(0 <= low <= high + 1e-14 for low, high in itertools.pairwise(values))
        assert values[-1] == pytest.approx(1, abs=1e-12)
        scaled = lower_probability(form, s * 1e-16, mean * 1e-16)
        assert scaled == pytest.approx(lower_probability(form, s, mean), rel=1e-13)
    assert lower_probability(form, s, 0.0) == 0.0
    assert lower_probability(form, s, -1.0) == 0.0
