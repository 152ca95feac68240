"""The likelihood, its derivatives, its maximum and its profiles against brute force on k x k matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.multilevel import OutcomeVariation, pool_multilevel
from metasyn.synthesis.multilevel.blocks import connected, stack_clusters
from metasyn.synthesis.multilevel.covariances import (
    Covariance,
    cholesky,
    common_eigenvalues,
    equicorrelated,
    pair_first,
)
from metasyn.synthesis.multilevel.fit import Frame, coordinates_of, start_of
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.parameters import Objective, component_ties
from metasyn.values import Interval
from tests.synthesis.multilevel.dense_mixed import dense_log_likelihood, marginal

HALF_CHI2 = 1.9207294103470618  # qchisq(0.95, 1) / 2


def made_up(seed: int, *, m: int = 3) -> dict[str, Any]:
    """Studies of 1 to 6 effects, correlated within studies, with outcomes and a moderator."""
    rng = np.random.default_rng(seed)
    sizes = np.array([1, 2, 6, 3, 4, 2, 5, 1, 3])
    study = np.repeat(np.arange(sizes.size), sizes)
    k = study.size
    outcome = np.concatenate([np.arange(n) % m for n in sizes])
    vi = rng.chisquare(5, k) / 20
    V = np.where(study[:, None] == study, 0.4 * np.sqrt(np.outer(vi, vi)), 0.0)
    V[np.diag_indices(k)] = vi
    y = 0.4 + rng.normal(0, 0.6, sizes.size)[study] + rng.normal(0, 0.4, k) + rng.normal(0, np.sqrt(vi))
    return {"yi": y, "V": V, "study": study, "outcome": outcome, "x": rng.normal(0, 1, k)}


def likelihood_of(data: dict[str, Any], X: np.ndarray, structure: Any, *, restricted: bool) -> Likelihood:
    study, k = data["study"], data["yi"].size
    rows = connected([study])
    ties = component_ties([study, np.arange(k)], data["outcome"], study, structure)
    basis = orthonormal_columns(X)
    blocks = [data["V"][np.ix_(r, r)] for r in rows]
    return Likelihood(stack_clusters(data["yi"], basis, rows, blocks, ties), restricted=restricted)


def dense(
    data: dict[str, Any], X: np.ndarray, sigma2: Any, G: np.ndarray | None, *, restricted: bool
) -> float:
    levels = {"study": data["study"], "effect": np.arange(data["yi"].size)}
    m = 0 if G is None else len(G)
    M = marginal(
        data["V"], levels, sigma2, None if G is None else data["outcome"], data["study"], G, list(range(m))
    )
    return dense_log_likelihood(data["yi"], X, M, restricted=restricted)


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("structure", [None, "CS", "HCS", "UN"])
def test_value_against_dense_matrices(structure: Any, restricted: bool) -> None:
    data, rng = made_up(1), np.random.default_rng(2)
    X = np.column_stack([np.ones(data["yi"].size), 1990 + data["x"]])
    likelihood = likelihood_of(data, X, structure, restricted=restricted)
    coordinates = coordinates_of(Frame(n_levels=2, structure=structure, m=3))
    for _ in range(5):
        x = rng.uniform(0.05, 0.8, coordinates.lower.size)
        G = None if coordinates.covariance is None else coordinates.covariance(x[2:]).value
        want = dense(data, X, x[:2], G, restricted=restricted)
        assert likelihood.at(coordinates.components(x)).value == pytest.approx(want, abs=1e-8)


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("structure", [None, "CS", "HCS", "UN"])
def test_gradient_and_hessian_against_differences(structure: Any, restricted: bool) -> None:
    data, rng = made_up(3), np.random.default_rng(4)
    X = np.column_stack([np.ones(data["yi"].size), data["x"]])
    likelihood = likelihood_of(data, X, structure, restricted=restricted)
    coordinates = coordinates_of(Frame(n_levels=2, structure=structure, m=3))
    objective = Objective(likelihood=likelihood, coordinates=coordinates)
    x = rng.uniform(0.2, 0.8, coordinates.lower.size)
    _, gradient, hessian = objective(x)
    for i in range(x.size):
        step = np.eye(x.size)[i] * 1e-5
        up, down = objective(x + step), objective(x - step)
        assert gradient[i] == pytest.approx((up[0] - down[0]) / 2e-5, abs=1e-7)
        assert hessian[i] == pytest.approx((up[1] - down[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_maps_of_covariances_against_differences(m: int) -> None:
    n = m * (m + 1) // 2
    maps: list[tuple[Covariance, int]] = [
        (common_eigenvalues(m), 2), (equicorrelated(m, shared=True), 2),
        (equicorrelated(m, shared=False), m + 1), (cholesky(m), n), (pair_first(m), n),
    ]  # fmt: skip
    for covariance, size in maps:
        x = np.random.default_rng(m).uniform(0.2, 1.0, size)
        value, first, second = covariance(x)
        assert np.linalg.eigvalsh(value)[0] > 0
        for i in range(size):
            step = np.eye(size)[i] * 1e-5
            up, down = covariance(x + step), covariance(x - step)
            assert first[i] == pytest.approx((up.value - down.value) / 2e-5, abs=1e-8)
            assert second[i] == pytest.approx((up.first - down.first) / 2e-5, abs=1e-8)


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("seed", range(6))
def test_three_level_maximum_and_profiles(seed: int, method: str) -> None:
    """The maximum of a grid and a local search; at both bounds the profile has fallen by chi-square / 2."""
    data = made_up(seed)
    data["yi"] = (
        data["yi"] - (0.0 if seed % 2 else 0.6) * np.random.default_rng(seed).normal(size=30)[data["study"]]
    )
    X, same, k = np.ones((data["yi"].size, 1)), data["study"][:, None] == data["study"], data["yi"].size

    def value(a: float, b: float) -> float:
        M = data["V"] + a * same + b * np.eye(k)
        return dense_log_likelihood(data["yi"], X, M, restricted=method == "REML")

    result = pool_multilevel(
        yi=data["yi"], sampling=data["V"], levels={"study": data["study"], "effect": None}, method=method
    )
    grid = [0.0, 1e-3, 0.01, 0.05, 0.2, 0.5, 1.5]
    starts = sorted(((value(a, b), a, b) for a in grid for b in grid), reverse=True)[:4]
    best = max(
        -minimize(
            lambda x: -value(x[0] ** 2, x[1] ** 2), [a**0.5, b**0.5], method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 2000},
        ).fun
        for _, a, b in starts[:2]
    )  # fmt: skip
    assert result.log_likelihood == pytest.approx(best, abs=1e-9)
    assert value(*(one.variance for one in result.components)) == pytest.approx(best, abs=1e-9)
    for i, one in enumerate(result.components):
        assert isinstance(one.ci, Interval)
        for end in (one.ci.low, one.ci.high):
            inner = lambda other, i=i, end=end: -(value(end, other) if i == 0 else value(other, end))  # noqa: E731
            found = minimize_scalar(inner, bounds=(0, 5), method="bounded", options={"xatol": 1e-10})
            fall = best + min(found.fun, inner(0.0))
            assert fall <= HALF_CHI2 if end == 0 else fall == pytest.approx(HALF_CHI2, abs=1e-6)


def maximum_of(data: dict[str, Any], structure: str, m: int, starts: int) -> float:
    """REML by a general optimiser from many starts, G in its own parametrisation."""
    X, triangle = np.ones((data["yi"].size, 1)), np.tril_indices(m)
    same, o = data["study"][:, None] == data["study"], data["outcome"]

    def lost(x: np.ndarray) -> float:
        if structure == "UN":
            factor = np.zeros((m, m))
            factor[triangle] = x
            G = factor @ factor.T
        else:
            sd = np.full(m, x[0]) if structure == "CS" else x[:m]
            rho = -1 / (m - 1) + (1 + 1 / (m - 1)) * np.sin(x[-1]) ** 2
            G = np.outer(sd, sd) * (rho + (1 - rho) * np.eye(m))
        return -dense_log_likelihood(data["yi"], X, data["V"] + same * G[np.ix_(o, o)], restricted=True)

    size = {"CS": 2, "HCS": m + 1, "UN": triangle[0].size}[structure]
    rng = np.random.default_rng(0)
    return max(-minimize(lost, np.abs(rng.normal(0, 0.7, size)), method="BFGS").fun for _ in range(starts))


@pytest.mark.parametrize(("structure", "m"), [("CS", 2), ("CS", 3), ("HCS", 3), ("UN", 2), ("UN", 3)])
def test_maximum_over_covariances_of_outcomes(structure: str, m: int) -> None:
    data = made_up(11, m=m)
    result = pool_multilevel(
        yi=data["yi"], sampling=data["V"], outcomes=data["outcome"], within=data["study"],
        structure=structure, variance_ci="none",
    )  # fmt: skip
    best = maximum_of(data, structure, m, starts=6)
    assert result.log_likelihood == pytest.approx(best, abs=2e-8)
    assert isinstance(result.outcomes, OutcomeVariation)
    assert np.linalg.eigvalsh(result.outcomes.covariance)[0] > -1e-12


def test_profile_of_a_correlation() -> None:
    """Two outcomes: at the bounds the best likelihood over both variances has fallen by chi-square / 2."""
    data = made_up(5, m=2)
    result = pool_multilevel(
        yi=data["yi"], sampling=data["V"], outcomes=data["outcome"], within=data["study"], structure="UN"
    )
    same, o, X = data["study"][:, None] == data["study"], data["outcome"], np.ones((data["yi"].size, 1))
    assert isinstance(result.outcomes, OutcomeVariation)
    interval = result.outcomes.correlations[0].ci
    assert isinstance(interval, Interval)

    def fall(rho: float) -> float:
        def lost(x: np.ndarray) -> float:
            G = np.outer(np.abs(x), np.abs(x)) * (rho + (1 - rho) * np.eye(2))
            return -dense_log_likelihood(data["yi"], X, data["V"] + same * G[np.ix_(o, o)], restricted=True)

        options = {"xatol": 1e-8, "fatol": 1e-12}
        found = [
            minimize(lost, x, method="Nelder-Mead", options=options).fun
            for x in ([0.3, 0.3], [1, 0.1], [0.1, 1])
        ]
        return result.log_likelihood + min(found)

    for end in (interval.low, interval.high):
        if abs(end) == 1:
            assert fall(end) <= HALF_CHI2
        else:
            assert fall(end) == pytest.approx(HALF_CHI2, abs=1e-6)
    assert interval.low > -1 or interval.high < 1


def test_balanced_groups_have_the_variances_of_analysis_of_variance() -> None:
    """g groups of n, equal v: REML is MSE - v within and (MSA - MSE) / n between, where both are positive."""
    rng, g, n, v = np.random.default_rng(8), 12, 5, 0.05
    y = (rng.normal(0, 1, g)[:, None] + rng.normal(0, 0.7, (g, n))).round(3)
    within = float(((y - y.mean(axis=1, keepdims=True)) ** 2).sum() / (g * (n - 1)))
    between = float(n * ((y.mean(axis=1) - y.mean()) ** 2).sum() / (g - 1))
    result = pool_multilevel(
        yi=y.ravel(), vi=np.full(g * n, v), levels={"study": np.repeat(np.arange(g), n), "effect": None}
    )
    assert result.components[0].variance == pytest.approx((between - within) / n, rel=1e-10)
    assert result.components[1].variance == pytest.approx(within - v, rel=1e-10)
    assert result.coefficients[0] == pytest.approx(y.mean(), rel=1e-12)
    assert result.table[0].se == pytest.approx((between / (g * n)) ** 0.5, rel=1e-10)


def test_the_search_starts_where_the_structure_allows() -> None:
    for structure in ("CS", "HCS", "UN"):
        frame = Frame(n_levels=1, structure=structure, m=3)
        for lean in (-0.8, 0.0, 0.8):
            x = start_of(frame, 0.3, lean)
            covariance = coordinates_of(frame).covariance
            assert covariance is not None
            G = covariance(x[1:]).value
            assert np.diag(G) == pytest.approx(0.3)
            assert G[1, 0] == pytest.approx(0.3 * (0.25 + 0.75 * lean))
