"""Estimators of tau2 against closed forms, their defining equations and naive dense arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.synthesis.heterogeneity import q_profile
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.vocabulary import Tau2Method, choices

METHODS: tuple[Any, ...] = choices(Tau2Method)

# Made up: precise studies that agree, imprecise ones elsewhere, so that the restricted likelihood has
# two maxima.
BIMODAL = {
    "inside is higher": ([-0.14, -0.1, -2.1, -0.04, -1.52], [0.005, 0.009, 0.653, 0.006, 0.174]),
    "zero is higher": ([0.17, -0.09, 2.32, 1.39, -0.13], [0.066, 0.004, 1.163, 0.372, 0.011]),
    "both are inside": ([-0.18, 0.41, 0.23, -0.2, -1.73], [0.003, 0.056, 1.691, 0.009, 2.502]),
}


def sample(k: int, seed: int = 3, tau2: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.02, 0.5, k)
    return rng.normal(0.3, np.sqrt(v + tau2)), v


def dense_log_likelihood(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool) -> float:
    """Gaussian (restricted) log likelihood with k x k matrices, no shortcut shared with the package."""
    V = np.diag(v + tau2)
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    residual = y - X @ np.linalg.solve(information, X.T @ inverse @ y)
    value = np.linalg.slogdet(V)[1] + residual @ inverse @ residual
    if restricted:
        value += np.linalg.slogdet(information)[1]
    return -0.5 * float(value)


def dense_score(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool) -> float:
    W = np.diag(1 / (v + tau2))
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    return float(0.5 * (y @ P @ P @ y - np.trace(P if restricted else W)))


def brute_force(y: Any, v: Any, X: np.ndarray, restricted: bool) -> float:
    """The best tau2 of a fine scan, zoomed in on three times; good to about 1e-6 of the range."""
    y, v = np.asarray(y), np.asarray(v)
    grid = np.concatenate([[0.0], np.geomspace(v.min() * 1e-3, 100 * (np.ptp(y) ** 2 + v.max()), 1500)])
    for _ in range(3):
        values = [dense_log_likelihood(y, v, X, t, restricted) for t in grid]
        best = int(np.argmax(values))
        grid = np.linspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 40)
    return float(grid[np.argmax([dense_log_likelihood(y, v, X, t, restricted) for t in grid])])


@pytest.mark.parametrize("method", ["DL", "HE", "PM", "EB", "REML"])
def test_equal_variances_give_the_sample_variance_minus_v(method: Any) -> None:
    y, _ = sample(12)
    for v in (0.05, 0.2):
        got = estimate_tau2(y, np.full(12, v), method=method)
        assert got.value == pytest.approx(y.var(ddof=1) - v, rel=1e-12)
        assert not got.truncated
    far = estimate_tau2(y, np.full(12, 50.0), method=method)
    assert (far.value, far.truncated) == (0.0, True)


def test_equal_variances_and_maximum_likelihood() -> None:
    y, _ = sample(12)
    assert estimate_tau2(y, np.full(12, 0.1), method="ML").value == pytest.approx(y.var() - 0.1, rel=1e-12)


def test_dersimonian_laird_in_exact_arithmetic() -> None:
    y, v = sample(7)
    Y, w = [Fraction(x) for x in y], [1 / Fraction(x) for x in v]
    mean = sum(a * b for a, b in zip(w, Y, strict=True)) / sum(w)
    Q = sum(a * (b - mean) ** 2 for a, b in zip(w, Y, strict=True))
    exact = (Q - 6) / (sum(w) - sum(a * a for a in w) / sum(w))
    assert estimate_tau2(y, v, method="DL").value == pytest.approx(float(exact), rel=1e-13)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("p", [1, 3])
def test_likelihood_against_a_dense_scan(seed: int, restricted: bool, p: int) -> None:
    y, v = sample(8, seed)
    X = np.vander(np.linspace(-1, 1, 8), p, increasing=True)
    method: Any = "REML" if restricted else "ML"
    got = estimate_tau2(y, v, X=None if p == 1 else X, method=method)
    assert got.value == pytest.approx(brute_force(y, v, X, restricted), rel=2e-4, abs=1e-6)
    slope = dense_score(y, v, X, got.value, restricted)
    if got.value > 0:
        curve = dense_score(y, v, X, got.value * 1.001, restricted) / (got.value * 0.001)
        assert abs(slope) < 1e-11 * abs(curve)
    else:
        assert slope < 0
        assert got.truncated


@pytest.mark.parametrize("p", [1, 3])
def test_paule_mandel_solves_its_equation(p: int) -> None:
    y, v = sample(10, seed=5, tau2=1.0)
    X = np.vander(np.linspace(-1, 1, 10), p, increasing=True)
    tau2 = estimate_tau2(y, v, X=X, method="PM").value
    W = np.diag(1 / (v + tau2))
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    assert tau2 > 0
    assert y @ P @ y == pytest.approx(10 - p, rel=1e-12)
    assert estimate_tau2(y, v, X=X, method="EB").value == tau2


@pytest.mark.parametrize("name", BIMODAL)
@pytest.mark.parametrize("restricted", [True, False])
def test_global_maximum_of_a_bimodal_likelihood(name: str, restricted: bool) -> None:
    y, v = (np.array(x) for x in BIMODAL[name])
    X = np.ones((y.size, 1))
    got = estimate_tau2(y, v, method="REML" if restricted else "ML")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 4000)])
    slopes = np.array([dense_score(y, v, X, t, restricted) for t in grid])
    optima = int((slopes[0] < 0) + ((slopes[:-1] > 0) & (slopes[1:] < 0)).sum())
    assert got.n_optima == optima
    assert got.value == pytest.approx(brute_force(y, v, X, restricted), rel=1e-3, abs=1e-7)
    highest = max(dense_log_likelihood(y, v, X, t, restricted) for t in grid)
    assert dense_log_likelihood(y, v, X, got.value, restricted) >= highest - 1e-12


def test_the_bimodal_examples_are_bimodal() -> None:
    found = {name: estimate_tau2(*(np.array(x) for x in data)) for name, data in BIMODAL.items()}
    assert all(one.n_optima == 2 for one in found.values()), found
    assert found["zero is higher"].value == 0
    assert found["inside is higher"].value > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("power", [-8, 8])
def test_scale_and_shift(method: Any, power: int) -> None:
    y, v = sample(9)
    factor = 10.0**power
    plain = estimate_tau2(y, v, method=method).value
    scaled = estimate_tau2((y + 5) * factor, v * factor**2, method=method).value
    assert scaled == pytest.approx(plain * factor**2, rel=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_a_large_offset_costs_no_more_digits_than_the_data_lose(method: Any) -> None:
    """y around 1e6 with variances of 1e-6, where metafor's Fisher scoring does not converge."""
    steps = np.array([0.0, 3.0, -2.0, 5.0, 1.0]) * 2.0**-10
    v = np.array([1.0, 2.0, 1.5, 1.2, 0.7]) * 1e-6
    near = estimate_tau2(steps, v, method=method).value
    far = estimate_tau2(2.0**20 + steps, v, method=method).value  # exact: steps are multiples of 2^-10
    assert far == pytest.approx(near, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_identical_estimates(method: Any) -> None:
    got = estimate_tau2(np.full(4, 0.1), np.array([0.1, 0.2, 0.3, 0.1]), method=method)
    assert got.value == 0


def test_variances_over_thirty_decades() -> None:
    y = np.array([0.3, -0.1, 0.2, 1e3])
    v = np.array([1e-14, 1e-2, 0.3, 1e16])
    for method in METHODS:
        assert math.isfinite(estimate_tau2(y, v, method=method).value)
    bounds = q_profile(y, v).interval
    assert 0 <= bounds.low <= bounds.high < math.inf


def test_q_profile_holds_its_equation_and_is_not_capped() -> None:
    y, v = np.array([0.0, 40.0]), np.array([0.01, 0.02])
    bounds = q_profile(y, v).interval
    for t, quantile in ((bounds.low, 5.023886187314888), (bounds.high, 0.0009820691171752583)):
        w = 1 / (v + t)
        assert (w * (y - np.average(y, weights=w)) ** 2).sum() == pytest.approx(quantile, rel=1e-10)
    assert bounds.high > 1e5


def test_q_profile_of_homogeneous_studies_is_empty() -> None:
    found = q_profile(np.full(6, 0.3), np.full(6, 0.1))
    assert found.empty
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)


def test_errors() -> None:
    y, v = sample(3)
    with pytest.raises(OptionError, match="tau2_method must be one of"):
        estimate_tau2(y, v, method="reml")  # type: ignore[arg-type]
    with pytest.raises(NotEstimableError, match="one effect more"):
        estimate_tau2(y[:1], v[:1])
    with pytest.raises(NotEstimableError, match="full rank"):
        estimate_tau2(y, v, X=np.ones((3, 2)))
    with pytest.raises(NotEstimableError, match="k - p >= 1"):
        q_profile(y[:1], v[:1])


def test_large_problem_without_square_matrices() -> None:
    """A k x k matrix of this size would take 3 GB."""
    y, v = sample(20_000)
    assert prepare(y, v).k == 20_000
    assert estimate_tau2(y, v).value == pytest.approx(0.2, abs=0.02)
