"""Weighted means and weighted least squares against exact and dense arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import moments, prepare, solve_weighted_rss, weighted_rss
from metasyn.numerics.wls import orthonormal_columns, weighted_least_squares, weighted_mean


def design(k: int) -> np.ndarray:
    x = np.linspace(-1.0, 2.0, k)
    return np.column_stack([np.ones(k), x, x**2])


def sample(k: int = 9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.normal(0.3, 0.6, k), rng.uniform(0.02, 0.5, k)


def test_weighted_mean_is_exact_where_one_weight_dwarfs_the_others() -> None:
    y, w = np.array([1e6 + 1, 1e6, 1e6 - 3]), np.array([1.0, 1e12, 2.0])
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(y, w, strict=True)) / sum(map(Fraction, w))
    mean, total = weighted_mean(y, w)
    assert mean - 1e6 == pytest.approx(float(exact - 10**6), abs=1e-10)
    assert total == 1e12 + 3


def test_weighted_mean_of_identical_values_is_that_value() -> None:
    assert weighted_mean(np.full(7, 0.1), np.linspace(0.3, 1.7, 7))[0] == 0.1


def test_least_squares_against_the_normal_equations() -> None:
    y, v = sample()
    X, W = design(9), np.diag(1 / v)
    fit = weighted_least_squares(X, y, 1 / v)
    covariance = np.linalg.inv(X.T @ W @ X)
    b = covariance @ X.T @ W @ y
    assert fit.coefficients == pytest.approx(b, rel=1e-10)
    assert fit.unscaled_covariance == pytest.approx(covariance, rel=1e-10)
    assert fit.residuals == pytest.approx(y - X @ b, rel=1e-9)
    assert fit.rss == pytest.approx((y - X @ b) @ W @ (y - X @ b), rel=1e-11)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((4, 2)),
        np.column_stack([np.ones(4), [1.0, 1, 0, 0], [0.0, 0, 1, 1]]),
        np.ones((2, 3)),
        np.column_stack([np.ones(4), np.zeros(4)]),
    ],
)
def test_a_design_that_is_not_of_full_rank_is_refused(X: np.ndarray) -> None:
    with pytest.raises(NotEstimableError, match="not of full rank"):
        orthonormal_columns(X)


def test_rank_does_not_depend_on_the_units_of_a_column() -> None:
    basis = orthonormal_columns(design(9) * np.array([1.0, 1e-12, 1e12]))
    assert basis.T @ basis == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize("general", [False, True])
def test_moments_against_the_dense_projection(general: bool) -> None:
    y, v = sample()
    X = design(9) if general else np.ones((9, 1))
    problem = prepare(y, v, X if general else None)
    t = np.array([0.0, 0.07, 3.0])
    at = moments(problem, t / problem.unit)
    for i, tau2 in enumerate(t):
        W = np.diag(1 / (v + tau2))
        P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
        assert at.rss[i] == pytest.approx(y @ P @ y, rel=1e-10)
        assert at.rss2[i] / problem.unit == pytest.approx(y @ P @ P @ y, rel=1e-10)
        assert at.trace[i] / problem.unit == pytest.approx(np.trace(P), rel=1e-10)
        assert at.trace_w[i] / problem.unit == pytest.approx(np.trace(W), rel=1e-12)
        assert weighted_rss(problem, tau2 / problem.unit) == pytest.approx(y @ P @ y, rel=1e-10)


def test_a_column_of_ones_is_a_mean() -> None:
    y, v = sample()
    mean, column = prepare(y, v), prepare(y, v, np.ones((9, 1)))
    t = np.array([0.0, 0.4])
    for name in ("rss", "rss2", "trace", "trace_w"):
        assert getattr(moments(mean, t), name) == pytest.approx(getattr(moments(column, t), name), rel=1e-12)
    assert mean.leverage_v == pytest.approx(column.leverage_v)
    assert mean.rss == pytest.approx(column.rss)


def test_the_trace_keeps_its_digits_where_one_study_dominates() -> None:
    v = np.array([1e-12, 1.0, 1.0])
    w = [1 / Fraction(x) for x in v]
    exact = sum(w) - sum(x * x for x in w) / sum(w)
    problem = prepare(np.array([0.0, 1.0, 2.0]), v)
    got = moments(problem, np.zeros(1)).trace[0] / problem.unit
    assert got == pytest.approx(float(exact), rel=1e-14)


def test_solving_the_weighted_sum_of_squares() -> None:
    y, v = sample()
    problem = prepare(y, v)
    root = solve_weighted_rss(problem, 2.0)
    assert root is not None
    assert weighted_rss(problem, root.root) == pytest.approx(2.0, rel=1e-13)
    assert solve_weighted_rss(problem, 1e6) is None


def test_equal_variances_make_the_bracket_a_point() -> None:
    y = np.array([0.0, 1.0, 3.0])
    root = solve_weighted_rss(prepare(y, np.full(3, 0.3)), 2.0)
    assert root is not None
    assert root.root * prepare(y, np.full(3, 0.3)).unit == pytest.approx(y.var(ddof=1) - 0.3, rel=1e-13)
