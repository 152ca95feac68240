"""Generalised Q and profile likelihood intervals of tau2: equations, special cases, every crossing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import chdtri, gammaincinv

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.synthesis import pool
from metasyn.synthesis.tau2 import (
    generalised_q_interval,
    profile_likelihood_interval,
    q_profile,
    require_tau2_ci,
    tau2_interval,
)
from metasyn.values import Interval
from metasyn.vocabulary import Tau2Method, choices

KINDS: tuple[Any, ...] = ("q-profile", "generalised-q", "profile-likelihood")

# Made up: precise studies that agree and imprecise ones far away. The likelihood has two maxima with
# a valley between them that is deep enough at a level of 80 %.
VALLEY = ([-0.14, -0.1, -2.1, -0.04, -1.52], [0.005, 0.009, 0.653, 0.006, 0.174])


def sample(k: int, seed: int = 3, tau2: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.02, 0.5, k)
    return rng.normal(0.3, np.sqrt(v + tau2)), v


def dense_log_likelihood(y: np.ndarray, v: np.ndarray, X: np.ndarray, t: float, restricted: bool) -> float:
    V = np.diag(v + t)
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    residual = y - X @ np.linalg.solve(information, X.T @ inverse @ y)
    value = np.linalg.slogdet(V)[1] + residual @ inverse @ residual
    if restricted:
        value += np.linalg.slogdet(information)[1]
    return -0.5 * float(value)


@pytest.mark.parametrize("method", ["DL", "HE", "HS", "HSk"])
def test_equal_variances_make_generalised_q_and_q_profile_one(method: Any) -> None:
    """With equal variances every Q is a multiple of one chi-square variable."""
    y, _ = sample(9, tau2=1.0)
    v = np.full(9, 0.3)
    got = tau2_interval(prepare(y, v), method, level=0.9, ci_method="generalised-q").interval
    want = q_profile(y, v, level=0.9).interval
    assert got.low == pytest.approx(want.low, rel=1e-11)
    assert got.high == pytest.approx(want.high, rel=1e-11)
    assert want.low > 0


@pytest.mark.parametrize("weight", [0.1, 1.0, 100.0])
def test_generalised_q_of_two_effects_in_closed_form(weight: float) -> None:
    """Q is ((v1 + v2) + 2 t) times a chi-square variable, whatever the weights."""
    y, v = np.array([0.0, 3.0]), np.array([0.01, 0.5])
    got = generalised_q_interval(prepare(y, v), np.array([weight, 1.0]), 0.95).interval
    for bound, tail in ((got.low, 0.025), (got.high, 0.975)):
        assert bound == pytest.approx((9 / float(chdtri(1, tail)) - 0.51) / 2, rel=1e-12)
    assert got.high > 4000


@pytest.mark.parametrize("p", [1, 2])
def test_generalised_q_with_a_design_by_simulation(p: int) -> None:
    y, v = sample(8, seed=5, tau2=0.8)
    X = np.vander(np.linspace(-1, 1, 8), p, increasing=True)
    weights = np.arange(1.0, 9)
    problem = prepare(y, v, None if p == 1 else X)
    got = generalised_q_interval(problem, weights, 0.8).interval
    A = np.diag(weights)
    P = A - A @ X @ np.linalg.inv(X.T @ A @ X) @ X.T @ A
    noise = np.random.default_rng(2).normal(size=(100_000, 8))
    for bound, tail in ((got.low, 0.9), (got.high, 0.1)):
        assert bound > 0
        draws = noise * np.sqrt(v + bound)
        below = (np.einsum("ni,ij,nj->n", draws, P, draws) <= y @ P @ y).mean()
        assert below == pytest.approx(tail, abs=5 * 0.3 / math.sqrt(100_000))


def test_generalised_q_is_empty_where_effects_agree_too_well() -> None:
    found = generalised_q_interval(prepare(np.full(6, 0.3), np.arange(1.0, 7)), np.ones(6), 0.95)
    assert found.empty
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)


def test_generalised_q_refuses_levels_it_cannot_resolve() -> None:
    with pytest.raises(NotEstimableError, match="level as high"):
        generalised_q_interval(prepare(*sample(4)), np.ones(4), 1 - 1e-8)


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_profile_likelihood_bounds_against_dense_matrices(method: str, p: int, seed: int) -> None:
    y, v = sample(10, seed, tau2=[0.0, 0.1, 1.0, 5.0][seed])
    X = np.vander(np.linspace(-1, 1, 10), p, increasing=True)
    problem = prepare(y, v, None if p == 1 else X)
    got = profile_likelihood_interval(problem, method, 0.95)
    drop = float(gammaincinv(0.5, 0.95))  # half the chi-square quantile
    grid = np.concatenate([[0.0], np.geomspace(1e-5, 1e4, 3000)])
    values = np.array([dense_log_likelihood(y, v, X, t, method == "REML") for t in grid])
    inside = grid[values > values.max() - drop]
    assert len(got.pieces) == 1
    assert got.interval.low <= inside[0]
    assert got.interval.high >= inside[-1]
    highest = dense_log_likelihood(y, v, X, estimate(problem, method), method == "REML")
    for bound in (got.interval.low, got.interval.high):
        if bound > 0:
            there = dense_log_likelihood(y, v, X, bound, method == "REML")
            assert 2 * (highest - there) == pytest.approx(2 * drop, rel=1e-10)
        else:
            assert values[0] > values.max() - drop


def estimate(problem: Any, method: str) -> float:
    from metasyn.synthesis.tau2 import estimate_tau2_of

    return estimate_tau2_of(problem, method).value  # type: ignore[arg-type]


def test_profile_likelihood_finds_both_sides_of_a_valley() -> None:
    y, v = (np.array(values) for values in VALLEY)
    X = np.ones((5, 1))
    counts = []
    for level in (0.8, 0.95):
        got = profile_likelihood_interval(prepare(y, v), "ML", level)
        drop = float(gammaincinv(0.5, level))
        grid = np.concatenate([[0.0], np.geomspace(1e-5, 1e3, 4000)])
        values = np.array([dense_log_likelihood(y, v, X, t, False) for t in grid])
        inside = values > values.max() - drop
        assert all(any(t in piece for piece in got.pieces) == ok for t, ok in zip(grid, inside, strict=True))
        assert got.interval == Interval(got.pieces[0].low, got.pieces[-1].high, level)
        counts.append(len(got.pieces))
    assert counts == [2, 1]
    whole = pool(yi=y, vi=v, tau2_method="ML", tau2_ci_method="profile-likelihood", level=0.8)
    assert len(whole.heterogeneity.tau2.pieces) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("power", [-8, 8])
def test_intervals_follow_the_scale(kind: Any, power: int) -> None:
    method = "ML" if kind == "profile-likelihood" else "DL"
    y, v = sample(7, seed=1, tau2=0.5)
    factor = 10.0**power
    plain = tau2_interval(prepare(y, v), method, level=0.95, ci_method=kind).interval
    scaled = tau2_interval(
        prepare(5 + y * factor, v * factor**2), method, level=0.95, ci_method=kind
    ).interval
    tolerance = 1e-10 if power > 0 else 1e-5  # 5 + 1e-8 y has 8 digits of y
    assert scaled.low == pytest.approx(plain.low * factor**2, rel=tolerance)
    assert scaled.high == pytest.approx(plain.high * factor**2, rel=tolerance)
    exact = tau2_interval(prepare(y * factor, v * factor**2), method, level=0.95, ci_method=kind).interval
    assert exact.high == pytest.approx(plain.high * factor**2, rel=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_are_nested(kind: Any) -> None:
    method = "REML" if kind == "profile-likelihood" else "HE"
    rng = np.random.default_rng(8)
    for _ in range(10):
        k = int(rng.integers(2, 15))
        v = 10 ** rng.uniform(-4, 2, k)
        y = rng.normal(0, np.sqrt(v + 10 ** rng.uniform(-4, 2)))
        found = [
            tau2_interval(prepare(y, v), method, level=level, ci_method=kind) for level in (0.5, 0.9, 0.99)
        ]
        bounds = [one.interval for one in found]
        assert all(math.isfinite(one.high) for one in bounds)
        assert bounds[2].low <= bounds[1].low <= bounds[0].low
        assert bounds[0].high <= bounds[1].high <= bounds[2].high


def test_which_interval_goes_with_which_estimator() -> None:
    allowed = {
        "q-profile": set(choices(Tau2Method)),
        "generalised-q": {"DL", "HE", "HS", "HSk", "GENQ", "GENQM"},
        "profile-likelihood": {"ML", "REML"},
    }
    for kind, methods in allowed.items():
        for method in choices(Tau2Method):
            if method in methods:
                require_tau2_ci(method, kind)  # type: ignore[arg-type]
            else:
                with pytest.raises(OptionError, match=f"{kind}.*got tau2_method='{method}'.*q-profile"):
                    require_tau2_ci(method, kind)  # type: ignore[arg-type]


def test_a_named_interval_is_obeyed_by_pool() -> None:
    y, v = sample(8, seed=5, tau2=0.8)
    seen = set()
    for kind, method in (("q-profile", "ML"), ("profile-likelihood", "ML"), ("generalised-q", "DL")):
        result = pool(yi=y, vi=v, tau2_method=method, tau2_ci_method=kind)  # type: ignore[arg-type]
        tau2 = result.heterogeneity.tau2  # type: ignore[union-attr]
        assert tau2.ci_method == kind
        assert tau2.ci == tau2_interval(prepare(y, v), method, level=0.95, ci_method=kind).interval  # type: ignore[arg-type]
        seen.add(tau2.ci)
    assert len(seen) == 3
    with pytest.raises(OptionError, match="profile-likelihood"):
        pool(yi=y, vi=v, tau2_method="DL", tau2_ci_method="profile-likelihood")
    with pytest.raises(OptionError, match="generalised-q"):
        pool(yi=y, vi=v, tau2_method="REML", tau2_ci_method="generalised-q")
