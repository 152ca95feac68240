"""Mixtures of normals against scipy's normal distribution and against plain minimisation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from metasyn.numerics.normal_mixture import (
    NormalMixture,
    mixture_mode,
)
from metasyn.numerics.shortest import central_and_shortest, shortest_by_search

MIXTURES = {
    "one": ([1.0], [2.0], [0.5]),
    "skewed": ([0.5, 0.3, 0.2], [0.0, 0.6, 1.9], [0.3, 0.8, 2.5]),
    "two peaks": ([0.3, 0.7], [-4.0, 3.0], [0.5, 1.0]),
    "long tail": ([0.9, 0.09, 0.01], [0.0, 0.1, 0.2], [1.0, 30.0, 3e4]),
}


def mixture(name: str) -> NormalMixture:
    weights, means, sds = (np.array(one) for one in MIXTURES[name])
    return NormalMixture(weights=weights, means=means, sds=sds)


@pytest.mark.parametrize("name", MIXTURES)
def test_quantiles_invert_the_distribution_function(name: str) -> None:
    found = mixture(name)
    p = np.array([1e-9, 0.001, 0.025, 0.5, 0.95, 0.9999])
    x = found.quantile(p)
    assert found.cdf(x) == pytest.approx(p, rel=1e-12)
    by_scipy = sum(w * stats.norm.cdf(x, m, s) for w, m, s in zip(*MIXTURES[name], strict=True))
    assert by_scipy == pytest.approx(p, rel=1e-10)
    assert found.sf(x) == pytest.approx(1 - p, rel=1e-9)


@pytest.mark.parametrize("name", MIXTURES)
def test_mode_and_shortest_interval(name: str) -> None:
    found = mixture(name)
    grid = np.linspace(-12, 12, 400_001)
    assert mixture_mode(found) == pytest.approx(grid[np.argmax(found.pdf(grid))], abs=1e-4)
    *_, low, high = central_and_shortest(found, 0.8)
    assert found.cdf(np.array([low, high])) @ [-1, 1] == pytest.approx(0.8, abs=1e-13)

    def length(share: float) -> float:
        ends = found.quantile(np.array([share, share + 0.8]))
        return float(ends[1] - ends[0])

    shares = np.linspace(1e-6, 0.2 - 1e-6, 101)
    start = shares[int(np.argmin([length(share) for share in shares]))]
    best = optimize.minimize_scalar(
        length, bounds=(max(start - 0.004, 1e-9), min(start + 0.004, 0.2 - 1e-9)), method="bounded"
    )
    assert high - low <= float(best.fun) * (1 + 1e-10)
    general = shortest_by_search(found.quantile, found.pdf, 0.8)
    assert general == pytest.approx((low, high), abs=1e-7)


def test_derivative_and_moments() -> None:
    found = mixture("skewed")
    x = np.array([-1.0, 0.2, 3.0])
    step = 1e-5
    numeric = (found.pdf(x + step) - found.pdf(x - step)) / (2 * step)
    assert found.slope(x) == pytest.approx(numeric, abs=1e-8)
    grid = np.linspace(-30, 35, 200_001)
    density = found.pdf(grid)
    mean = np.trapezoid(grid * density, grid)
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.sd == pytest.approx(np.sqrt(np.trapezoid((grid - mean) ** 2 * density, grid)), abs=1e-8)
