"""Profiles with several branches: sets of few studies where a search that follows one branch ends too early.

Made up (found among random sets). Each bound is held against a general optimiser on dense matrices,
started from many places with the variance or correlation in question held.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from metasyn.synthesis.multilevel import MultilevelResult, OutcomeVariation, pool_multilevel
from metasyn.values import Interval
from tests.synthesis.multilevel.dense_mixed import dense_log_likelihood

HALF_CHI2 = 1.920729410347062

TWO: dict[str, Any] = {
    "y": [0.41, 0.75, 0.2, -0.43, -0.17, 0.12, 0.13, 0.51, 0.55, 0.86, -0.08, 0.12, -0.92, 0.09, 0.25],
    "v": [0.1304, 0.0508, 0.0073, 0.1946, 0.0608, 0.0944, 0.0946, 0.1165, 0.1055, 0.0933, 0.1192, 0.0686,
          0.089, 0.0596, 0.1082],
    "outcome": [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1],
    "study": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7],
    "r": 0.0, "structure": "UN", "method": "REML",
}  # fmt: skip
EIGHT: dict[str, Any] = {
    "y": [0.01, -0.67, 0.13, -0.06, -0.65, 0.38, 0.72, 0.03],
    "v": [0.025, 0.1803, 0.0154, 0.0371, 0.0882, 0.0147, 0.1631, 0.0909],
    "outcome": [0, 1, 2, 2, 0, 2, 0, 1], "study": [0, 0, 1, 2, 2, 3, 3, 3],
    "r": 0.6, "structure": "UN", "method": "REML",
}  # fmt: skip
SEVEN: dict[str, Any] = {
    "y": [-0.1, 0.02, 0.65, 0.0, -0.09, 0.17, -0.09],
    "v": [0.0173, 0.0111, 0.0524, 0.025, 0.0074, 0.0021, 0.0027],
    "outcome": [0, 1, 2, 0, 1, 2, 0], "study": [0, 0, 0, 1, 1, 1, 2],
    "r": 0.6, "structure": "UN", "method": "ML",
}  # fmt: skip
TEN: dict[str, Any] = {
    "y": [-0.23, 1.81, 0.46, 0.18, -0.61, 0.31, -0.59, 2.1, 0.69, -0.05],
    "v": [0.057, 0.0069, 0.1816, 0.0464, 0.2196, 0.2264, 0.1462, 0.0533, 0.1998, 0.3592],
    "outcome": [0, 1, 2, 0, 1, 1, 0, 1, 0, 2], "study": [0, 0, 0, 1, 1, 2, 3, 3, 4, 4],
    "r": 0.6, "structure": "HCS", "method": "REML",
}  # fmt: skip


def sampling(data: dict[str, Any]) -> np.ndarray:
    study, v = np.array(data["study"]), np.array(data["v"])
    tied = np.where(np.eye(v.size, dtype=bool), 1.0, data["r"] * (study[:, None] == study))
    return tied * np.sqrt(np.outer(v, v))


def fitted(data: dict[str, Any]) -> MultilevelResult:
    return pool_multilevel(
        yi=data["y"], sampling=sampling(data), outcomes=data["outcome"], within=data["study"],
        structure=data["structure"], method=data["method"],
    )  # fmt: skip


def intervals(result: MultilevelResult) -> tuple[list[Interval], list[Interval]]:
    assert isinstance(result.outcomes, OutcomeVariation)
    found = [[one.ci for one in part] for part in (result.outcomes.variances, result.outcomes.correlations)]
    assert all(isinstance(ci, Interval) for part in found for ci in part)
    return found[0], found[1]  # type: ignore[return-value]


def fall(data: dict[str, Any], top: float, G_of: Callable[[np.ndarray], np.ndarray], n: int) -> float:
    """How far the likelihood is below the maximum at best, over n free parameters of G."""
    V, X, study, o = sampling(data), np.ones((len(data["y"]), 1)), np.array(data["study"]), data["outcome"]
    same, y = study[:, None] == study, np.array(data["y"])

    def lost(x: np.ndarray) -> float:
        M = V + same * G_of(x)[np.ix_(o, o)]
        return -dense_log_likelihood(y, X, M, restricted=data["method"] == "REML")

    rng = np.random.default_rng(1)
    starts = [rng.normal(0, size, n) for size in (0.3, 0.7, 1.5, 3.0) for _ in range(2)]
    return top + min(float(minimize(lost, start, method="BFGS").fun) for start in starts)


def first_held(variance: float, outcome: int, m: int = 3) -> Callable[[np.ndarray], np.ndarray]:
    """An unstructured covariance with one variance held."""
    order = np.argsort([outcome, *(a for a in range(m) if a != outcome)])

    def G_of(x: np.ndarray) -> np.ndarray:
        factor = np.zeros((m, m))
        factor[np.tril_indices(m)] = [variance**0.5, *x]
        return (factor @ factor.T)[np.ix_(order, order)]

    return G_of


@pytest.mark.parametrize(("data", "outcome", "one_branch"), [(EIGHT, 2, 0.339), (SEVEN, 0, 0.0333)])
def test_a_branch_where_the_covariance_has_rank_one(
    data: dict[str, Any], outcome: int, one_branch: float
) -> None:
    """Upper bounds of a variance; `one_branch` is where the branch of the maximum crosses."""
    result = fitted(data)
    bound = intervals(result)[0][outcome].high
    assert bound > 1.05 * one_branch
    assert fall(data, result.log_likelihood, first_held(bound, outcome), 5) == pytest.approx(
        HALF_CHI2, abs=1e-5
    )
    assert fall(data, result.log_likelihood, first_held(1.02 * bound, outcome), 5) > HALF_CHI2


def test_a_variance_of_zero_leaves_the_correlation_open() -> None:
    """The likelihood is high enough with no variance of outcome 1, where any correlation is the same."""
    result = fitted(TWO)
    (ci,) = intervals(result)[1]
    assert (ci.low, ci.high) == (-1, 1)
    alone = fall(TWO, result.log_likelihood, lambda x: np.diag([x[0] ** 2, 0.0]), 1)
    assert alone < HALF_CHI2 - 0.3
    assert intervals(result)[0][1].low == 0


def test_a_profile_that_rises_again_before_its_end() -> None:
    """Equal correlations: near a variance of 0, and with a correlation of 1, on another branch."""
    result = fitted(TEN)
    variances, (rho,) = intervals(result)
    assert variances[0].low == 0
    assert (rho.low, rho.high) == (-0.5, 1)

    def without(x: np.ndarray) -> np.ndarray:
        sd, r = np.array([0.0, x[0], x[1]]), -0.5 + 1.5 * np.sin(x[2]) ** 2
        return np.outer(sd, sd) * (r + (1 - r) * np.eye(3))

    assert fall(TEN, result.log_likelihood, without, 3) < HALF_CHI2
    assert fall(TEN, result.log_likelihood, lambda x: np.outer(x, x), 3) < HALF_CHI2
