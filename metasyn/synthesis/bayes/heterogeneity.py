"""Integrals over the between-study standard deviation, and its posterior distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.panels import Panels, adaptive_panels
from metasyn.numerics.roots import bracketed_root
from metasyn.synthesis.bayes.prior import TauPrior

__all__ = ["TauIntegral", "TauPosterior", "highest", "integrate_tau"]

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

# Limits of ln tau: its square must stay within double precision.
_LIMIT = 340.0
# Step of the first look at the integrand, and what is so far below its maximum that it adds nothing.
_STEP, _NOTHING = 0.25, 42.0
_TOLERANCE = 1e-13
# The maximum is found when its neighbours are hardly lower.
_MOST_CLIMBS, _NEAR_TOP = 20, 0.01
# Panels begin with one spread of the integrand and grow outwards by this factor.
_GROWTH, _FIRST = 1.7, 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TauIntegral:
    """A positive function of tau, integrated over u = ln tau.

    Attributes
    ----------
    panels : Panels
        The function times tau, over u, divided by exp(`shift`).
    shift : float
    tau, weights : ndarray of shape (n,)
        Points and weights of the normalised distribution; points that add nothing are left out.
    """

    panels: Panels
    shift: float
    tau: Array
    weights: Array

    @property
    def log_total(self) -> float:
        """Log of the integral."""
        return self.shift + math.log(self.panels.total)


def integrate_tau(
    log_function: Function, prior: TauPrior, vi: Array, *, spread: float, moment: int
) -> TauIntegral:
    """Integrate exp(log_function(tau)) over tau from 0 to infinity, or to the prior's maximum.

    In u = ln tau every integrand of this model is smooth and falls on both sides at least like a power
    of u (log-t prior), mostly like exp(-|u|). Panels of growing width around the maximum are halved
    until the integral, and that of tau^`moment`, are resolved to about 1e-13.

    Parameters
    ----------
    log_function : callable
        Of tau, shape (n,), vectorised.
    prior : TauPrior
        Says where tau ends and where to look.
    vi : ndarray of shape (k,)
    spread : float
        How far the data lie apart: a tau that they may ask for.
    moment : int
        The highest power of tau whose expectation exists and is needed, at most 2.
    """

    def log_integrand(u: Array) -> Array:
        with np.errstate(over="ignore"):  # a density that is 0 in double precision
            return log_function(np.exp(u)) + u

    top = min(_LIMIT, math.log(prior.upper) if math.isfinite(prior.upper) else _LIMIT)
    grid = _first_look(prior, vi, spread, top)
    heights = log_integrand(grid)
    centre = _climb(log_integrand, grid, int(np.argmax(heights)))
    shift = float(log_integrand(np.array([centre]))[0])
    edges = _edges(log_integrand, centre, shift, top, moment)
    within = grid[(heights > shift - _NOTHING) & ((grid < edges[0]) | (grid > edges[-1]))]
    edges = np.unique(np.concatenate([edges, within]))

    def functions(u: Array) -> Array:
        height = log_integrand(u) - shift
        if not moment:
            return np.exp(height)[None]
        return np.exp(np.stack([height, height + moment * (u - centre)]))

    # The rounding error of the log likelihood is a relative error of the integrand.
    panels = adaptive_panels(functions, edges, tolerance=max(_TOLERANCE, 1e-15 * abs(shift)))
    u = panels.nodes.ravel()
    weights = (panels.weights * panels.values).ravel() / panels.total
    kept = weights * np.exp(np.maximum(moment * (u - centre), 0.0)) > 1e-18
    return TauIntegral(panels=panels, shift=shift, tau=np.exp(u[kept]), weights=weights[kept])


def _first_look(prior: TauPrior, vi: Array, spread: float, top: float) -> Array:
    """Values of ln tau wide around the standard errors and around the prior."""
    largest = max(float(vi.max()) ** 0.5, spread)
    logs = [0.5 * math.log(float(vi.min())) - 8, math.log(largest) + 8]
    if prior.proper:
        logs.extend(np.log(prior.quantile(np.array([1e-3, 1 - 1e-3]))).tolist())
    low, high = max(min(logs), -_LIMIT), min(max(logs), top)
    low = min(low, high - 16)
    return np.linspace(low, high, 2 + math.ceil((high - low) / _STEP))


def _climb(log_integrand: Function, grid: Array, at: int) -> float:
    """The maximum near a point of the grid, by ever finer grids around it."""
    low, high = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, grid.size - 1)])
    for _ in range(_MOST_CLIMBS):
        finer = np.linspace(low, high, 17)
        heights = log_integrand(finer)
        best = int(np.argmax(heights))
        first, last = max(best - 1, 0), min(best + 1, 16)
        low, high = float(finer[first]), float(finer[last])
        if heights[best] - min(heights[first], heights[last]) < _NEAR_TOP:
            break
    return float(finer[best])


def _edges(log_integrand: Function, centre: float, shift: float, top: float, moment: int) -> Array:
    """Edges of panels around the maximum, as far as the integrand (times tau^moment) matters."""
    near = centre + np.geomspace(1e-6, 2.0, 32)
    falls = shift - np.minimum(log_integrand(np.minimum(near, top)), log_integrand(2 * centre - near))
    steep = np.flatnonzero(falls > 0.5)
    width = float(near[steep[0]] - centre) if steep.size else 2.0
    steps = [0.0]
    while steps[-1] < 2 * _LIMIT:
        steps.append(steps[-1] + _FIRST * width * _GROWTH ** (len(steps) - 1))
    offsets = np.array(steps)
    edges = np.unique(np.clip(np.concatenate([centre - offsets, centre + offsets]), -_LIMIT, top))
    matters = log_integrand(edges) + np.maximum(moment * (edges - centre), 0.0) > shift - _NOTHING
    seen = np.flatnonzero(matters)
    return np.asarray(edges[max(seen[0] - 1, 0) : seen[-1] + 2])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TauPosterior:
    """Posterior distribution of tau.

    Attributes
    ----------
    integral : TauIntegral
    log_density, log_slope : callable
        Unnormalised log density of tau and its derivative, for arrays of positive values.
    """

    integral: TauIntegral
    log_density: Function
    log_slope: Function

    @property
    def mean(self) -> float:
        """Expectation."""
        return float(self.integral.weights @ self.integral.tau)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(float(self.integral.weights @ (self.integral.tau - self.mean) ** 2))

    def pdf(self, tau: Array) -> Array:
        """Density at each tau >= 0; at 0 its limit."""
        inside = np.maximum(tau, math.exp(-_LIMIT))
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.log_density(inside) - self.integral.log_total))

    def slope(self, tau: Array) -> Array:
        """Derivative of the density at each tau > 0."""
        return np.asarray(self.pdf(tau) * self.log_slope(tau))

    def cdf(self, tau: Array) -> Array:
        """Probability of a value up to each tau."""
        found = self.integral.panels.cdf(np.log(np.maximum(tau, math.exp(-_LIMIT))))
        return np.where(tau > 0, found, 0.0)

    def quantile(self, p: Array) -> Array:
        """The tau below which a share p lies."""
        return np.exp(self.integral.panels.quantile(p))

    def mode(self) -> float:
        """The highest point of the density; 0 where it falls from there on."""
        return highest(self.log_density, self.log_slope, self.integral.panels.nodes.ravel())


def highest(log_density: Function, slope: Function, grid: Array) -> float:
    """The tau >= 0 with the highest density: the best of 0 and of all tops between points of ln tau."""
    tau = np.exp(grid)
    slopes = slope(tau)
    tops = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    found = [
        bracketed_root(
            lambda x: float(slope(np.array([x]))[0]),
            float(tau[i]),
            float(tau[i + 1]),
            f_low=float(slopes[i]),
            f_high=float(slopes[i + 1]),
        ).root
        for i in tops
    ]
    if slopes[-1] > 0:
        found.append(float(tau[-1]))
    if slopes[0] <= 0 or not found:
        found.insert(0, 0.0)
    points = np.maximum(np.array(found), math.exp(-_LIMIT))
    return float(found[int(np.argmax(log_density(points)))])
