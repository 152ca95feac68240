"""The global maximum of the likelihood, every time, checked on grids that share no code with metasyn."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brute_force import grid_maxima, log_likelihood, make_set

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Interval, NotEstimable

REFERENCE = Path(__file__).parents[1] / "reference"


def best_on_grid(y: np.ndarray, v: np.ndarray, restricted: bool, n: int) -> float:
    return float(grid_maxima(y, v, restricted=restricted, n=n)[1].max())


def reached(y: np.ndarray, v: np.ndarray, tau2: float, restricted: bool) -> float:
    return float(log_likelihood(y, v, np.array([tau2]), restricted=restricted)[0])


@pytest.mark.parametrize("seeds", [range(1000), pytest.param(range(1000, 10_000), marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_ordinary_sets(method: Any, seeds: range) -> None:
    """10,000 ordinary data sets, k 5 to 15, variances over one decade: no error, never below the grid."""
    restricted = method == "REML"
    short = []
    for seed in seeds:
        y, v = make_set(seed, k=(5, 15), decades=1)
        got = estimate_tau2(y, v, method=method).value
        if reached(y, v, got, restricted) < best_on_grid(y, v, restricted, 60) - 1e-10:
            short.append(seed)
    assert short == []


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_sets_with_two_maxima(method: Any) -> None:
    """200 sets with two local maxima that differ: the higher one, and the result says that there are two."""
    restricted = method == "REML"
    seeds = json.loads((REFERENCE / "two_maxima.json").read_text())[method]
    assert len(seeds) == 200
    for seed in seeds:
        y, v = make_set(seed, k=(5, 5), decades=4)
        t, heights = grid_maxima(y, v, restricted=restricted, n=1500)
        solution = estimate_tau2(y, v, method=method)
        assert solution.n_optima >= len(t) >= 2, seed
        assert reached(y, v, solution.value, restricted) >= heights.max() - 1e-12, seed
        assert abs(solution.value - t[heights.argmax()]) <= 0.02 * (t[heights.argmax()] + v.min()), seed


def test_what_metafor_refuses() -> None:
    """Sets on which metafor's Fisher scoring stops with an error get the highest point of the grid."""
    sets = json.loads((REFERENCE / "fisher_scoring_fails.json").read_text())["sets"]
    assert len(sets) >= 20
    for one in sets:
        y, v = np.array(one["yi"]), np.array(one["vi"])
        result = pool(yi=y, vi=v, model="random-effects")
        assert isinstance(result.heterogeneity, Heterogeneity)
        tau2 = result.heterogeneity.tau2.value
        assert reached(y, v, tau2, True) >= best_on_grid(y, v, True, 4000) - 1e-12


def test_huge_heterogeneity() -> None:
    """Effects a million apart with variances of 1e-6: REML is the sample variance less v."""
    y, v = np.array([-1e6, 0.0, 5e5, 2e6]), np.full(4, 1e-6)
    for method in ("REML", "PM", "DL", "HE"):
        tau2 = estimate_tau2(y, v, method=method).value  # type: ignore[arg-type]
        assert tau2 == pytest.approx(np.var(y, ddof=1) - 1e-6, rel=1e-12)


@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_scale(factor: float) -> None:
    """Data times 1e-8 and 1e8 give the scaled answer to 1e-10."""
    for seed in range(200):
        y, v = make_set(seed, k=(3, 12), decades=2)
        for method in ("REML", "ML", "PM", "EB", "DL"):
            one = pool(yi=y, vi=v, model="random-effects", tau2_method=method)  # type: ignore[arg-type]
            other = pool(
                yi=y * factor,
                vi=v * factor**2,
                model="random-effects",
                tau2_method=method,  # type: ignore[arg-type]
            )
            size = float(v.min())
            for got, want, power in zip(numbers(other), scaled(numbers(one), factor), POWERS, strict=True):
                # tau2 at its boundary has no digits of its own, only those of the variances.
                floor = 1e-12 * size * factor**2 if power == 2 else 0.0
                assert got == pytest.approx(want, rel=1e-10, abs=floor)


# Powers of the unit: tau2 and its interval, the mean with interval and standard error, Q and I2.
POWERS = (2, 2, 2, 1, 1, 1, 1, 0, 0)


def numbers(result: Any) -> list[float]:
    found = result.heterogeneity
    return [
        found.tau2.value,
        found.tau2.ci.low,
        found.tau2.ci.high,
        result.estimate,
        result.ci.low,
        result.ci.high,
        result.se,
        found.Q,
        found.I2,
    ]


def scaled(values: list[float], factor: float) -> list[float]:
    return [value * factor**power for value, power in zip(values, POWERS, strict=True)]


def hard_set(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """k from 2 to 200, variances over up to 12 orders of magnitude, ties, duplicates, no or huge tau2."""
    rng = np.random.default_rng(seed)
    k = int(np.exp(rng.uniform(np.log(2), np.log(200.99))))
    v = 10 ** rng.uniform(-rng.choice([0.5, 2.0, 6.0, 12.0]), 0, k)
    tau = rng.choice([0.0, 0.0, 0.1, 1.0, 1e3, 1e6])
    y = rng.normal(0, 1, k) * tau + rng.normal(size=k) * np.sqrt(v)
    kind = rng.integers(5)
    if kind == 0:
        y[:] = y[0]
    elif kind == 1:
        v[:] = v[0]
    elif kind == 2:
        half = k // 2
        y[:half], v[:half] = y[k - half :], v[k - half :]
    elif kind == 3:
        y = np.round(y, 1)
    return y, v


@pytest.mark.slow
def test_hard_sets() -> None:
    """10,000 sets: no crash, no NaN, no warning (warnings are errors), the optimum not below a grid."""
    methods = ("REML", "ML", "PM", "DL", "EB", "HE", "HS", "SJ")
    for seed in range(10_000):
        y, v = hard_set(seed)
        method = "REML" if seed % 2 else methods[(seed // 2) % len(methods)]
        result = pool(yi=y, vi=v, model="random-effects", tau2_method=method)  # type: ignore[arg-type]
        assert all_finite(result), seed
        if method in ("REML", "ML") and y.size <= 60:
            tau2 = result.heterogeneity.tau2.value  # type: ignore[union-attr]
            best = best_on_grid(y, v, method == "REML", 60)
            assert reached(y, v, tau2, method == "REML") >= best - 1e-9 * max(1.0, abs(best)), seed


def all_finite(result: Any) -> bool:
    found = result.heterogeneity
    intervals = [result.ci, result.pi, found.tau2.ci, found.I2_ci, found.H2_ci]
    numbers = [result.estimate, result.se, found.Q, found.pvalue, found.I2, found.H2, found.tau2.value]
    numbers += [x for i in intervals if isinstance(i, Interval) for x in (i.low, i.high)]
    numbers += [x for x in (result.statistic, result.pvalue) if not isinstance(x, NotEstimable)]
    return all(map(math.isfinite, numbers)) and bool(np.isfinite(result.weights).all())
