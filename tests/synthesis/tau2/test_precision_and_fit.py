"""Standard errors of tau2 and fit statistics against dense matrices and numerical curvature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metasyn.numerics.additive import prepare
from metasyn.synthesis.tau2 import estimate_tau2_of, fit_statistics, tau2_se
from metasyn.vocabulary import Tau2Method, choices

WEIGHTED = ("GENQ", "GENQM")


def sample(k: int, seed: int = 3, tau2: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.02, 0.5, k)
    return rng.normal(0.3, np.sqrt(v + tau2)), v


def projection(w: np.ndarray, X: np.ndarray) -> np.ndarray:
    W = np.diag(w)
    return W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W


@pytest.mark.parametrize("p", [1, 3])
def test_quadratic_forms_have_twice_the_trace_of_the_square(p: int) -> None:
    y, v = sample(9)
    X = np.vander(np.linspace(-1, 1, 9), p, increasing=True)
    problem = prepare(y, v, None if p == 1 else X)
    weights = np.arange(1.0, 10)
    first = estimate_tau2_of(problem, "DL").value
    start = y.var()
    forms: dict[Any, tuple[np.ndarray, Any]] = {
        "DL": (1 / v, lambda P: np.trace(P)),
        "DL2": (1 / (v + first), lambda P: np.trace(P)),
        "HE": (np.ones(9), lambda P: np.trace(P)),
        "GENQ": (weights, lambda P: np.trace(P)),
        "GENQM": (weights, lambda P: np.trace(P)),
        "HS": (1 / v, lambda P: (1 / v).sum()),
        "HSk": (1 / v, lambda P: (1 / v).sum() * (9 - p) / 9),
        "SJ": (start / (v + start), lambda P: 9 - p),
    }
    for method, (a, divisor) in forms.items():
        tau2 = estimate_tau2_of(problem, method, weights).value
        P, S = projection(a, X), np.diag(v + tau2)
        want = math.sqrt(2 * np.trace(P @ S @ P @ S)) / divisor(P)
        assert tau2_se(problem, tau2, method, weights) == pytest.approx(want, rel=1e-11), method


@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_likelihood_standard_error_is_the_expected_information(p: int, method: Any) -> None:
    """The mean over simulated data of the squared score at the true value."""
    _, v = sample(8)
    X = np.vander(np.linspace(-1, 1, 8), p, increasing=True)
    problem = prepare(np.zeros(8), v, None if p == 1 else X)
    w = 1 / (v + 0.5)
    P = projection(w, X)
    noise = np.random.default_rng(0).normal(size=(200_000, 8)) / np.sqrt(w)
    Py = noise @ P
    if method == "REML":
        scores = 0.5 * ((Py**2).sum(axis=1) - np.trace(P))
        assert tau2_se(problem, 0.5, method) == pytest.approx(1 / scores.std(), rel=0.01)
    else:
        # the information of ML is that of known means
        scores = 0.5 * ((w**2 * noise**2).sum(axis=1) - w.sum())
        assert tau2_se(problem, 0.5, method) == pytest.approx(1 / scores.std(), rel=0.01)


@pytest.mark.parametrize("method", ["PM", "EB", "DLIT", "SJIT", "PMM"])
def test_equal_variances_give_the_error_of_a_sample_variance(method: Any) -> None:
    problem = prepare(sample(10)[0], np.full(10, 0.2))
    want = (0.5 + 0.2) * math.sqrt(2 / 9)
    assert tau2_se(problem, 0.5, method) == pytest.approx(want, rel=1e-13)
    for other in ("DL", "HE", "REML"):
        assert tau2_se(problem, 0.5, other) == pytest.approx(want, rel=1e-13)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", choices(Tau2Method))
def test_scale(method: Any) -> None:
    y, v = sample(7)
    weights = np.arange(1.0, 8) if method in WEIGHTED else None
    plain = tau2_se(prepare(y, v), 0.3, method, weights)
    scaled = tau2_se(prepare(y * 1e-8, v * 1e-16), 0.3e-16, method, weights)
    assert plain > 0
    assert scaled == pytest.approx(plain * 1e-16, rel=1e-11)


def test_one_study_that_dwarfs_the_others_keeps_its_digits() -> None:
    """Two effects: tr PP is exactly 4 / (v1 + v2 + 2 tau2)^2, however unequal they are."""
    problem = prepare(np.array([0.0, 1.0]), np.array([1e-12, 1e4]))
    assert tau2_se(problem, 0.0, "REML") == pytest.approx(1e4 / math.sqrt(2), rel=1e-12)
    assert tau2_se(problem, 0.0, "DL") == pytest.approx(1e4 / math.sqrt(2), rel=1e-12)


def dense_fit(y: np.ndarray, v: np.ndarray, X: np.ndarray, t: float, restricted: bool) -> float:
    V = np.diag(v + t)
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    residual = y - X @ np.linalg.solve(information, X.T @ inverse @ y)
    value = np.linalg.slogdet(V)[1] + residual @ inverse @ residual
    n = len(y)
    if restricted:
        n -= X.shape[1]
        value += np.linalg.slogdet(information)[1] - np.linalg.slogdet(X.T @ X)[1]
    return -0.5 * float(value + n * math.log(2 * math.pi))


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("size", [1.0, 1e-8, 1e8])
def test_log_likelihood_is_that_of_the_data_as_given(restricted: bool, p: int, size: float) -> None:
    y, v = sample(8)
    y, v, t = (y + 3) * size, v * size**2, 0.4 * size**2
    X = np.vander(np.linspace(1, 3, 8), p, increasing=True)
    got = fit_statistics(prepare(y, v, None if p == 1 else X), t, restricted=restricted)
    want = dense_fit(y, v, X, t, restricted)
    assert got.log_likelihood == pytest.approx(want, rel=1e-9)
    q, n = p + 1, 8 - p if restricted else 8
    assert got.aic == pytest.approx(2 * q - 2 * want, rel=1e-9)
    assert got.bic == pytest.approx(q * math.log(n) - 2 * want, rel=1e-9)
    assert got.aicc == pytest.approx(2 * q * max(n, q + 2) / (max(n, q + 2) - q - 1) - 2 * want, rel=1e-9)
    saturated = -0.5 * float(np.log(2 * math.pi * v).sum())
    assert got.deviance == pytest.approx(-2 * want if restricted else -2 * (want - saturated), rel=1e-8)


def test_a_known_tau2_is_no_parameter() -> None:
    problem = prepare(*sample(6))
    free = fit_statistics(problem, 0.2, restricted=False)
    known = fit_statistics(problem, 0.2, restricted=False, tau2_estimated=False)
    assert known.log_likelihood == free.log_likelihood
    assert free.aic - known.aic == pytest.approx(2)
    assert free.bic - known.bic == pytest.approx(math.log(6))


def test_no_degrees_of_freedom_for_restricted_likelihood() -> None:
    found = fit_statistics(prepare(np.array([0.3]), np.array([0.04])), 0.0, restricted=True)
    assert found.bic == -math.inf
    assert found.log_likelihood == pytest.approx(0, abs=1e-15)
