"""Mixtures of normal distributions: tails, quantiles and mode."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from metasyn.numerics.roots import bracketed_root

__all__ = ["NormalMixture", "mixture_mode"]

Array = NDArray[np.float64]

_ROOT = math.sqrt(2 * math.pi)
# Quantiles are bracketed by steps of this size in asinh of the distance from the centre.
# Few of them are far out.
_STRIDE, _NEAR = 0.75, 12.0
# After a step of this share of the spread the next one would be below the rounding error.
_NEARLY = 1e-9
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NormalMixture:
    """Normal distributions with weights.

    Attributes
    ----------
    weights : ndarray of shape (n,)
        >= 0, sum 1.
    means, sds : ndarray of shape (n,)
    """

    weights: Array
    means: Array
    sds: Array

    def __post_init__(self) -> None:
        for array in (self.weights, self.means, self.sds):
            array.flags.writeable = False

    @property
    def mean(self) -> float:
        """Expectation."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(float(self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)))

    def _z(self, x: Array) -> Array:
        return np.asarray((x[..., None] - self.means) / self.sds)

    def pdf(self, x: Array) -> Array:
        """Density at each x."""
        return np.asarray(np.exp(-0.5 * self._z(x) ** 2) @ (self.weights / self.sds) / _ROOT)

    def cdf(self, x: Array) -> Array:
        """Probability of a value up to each x, precise in the lower tail."""
        return np.asarray(ndtr(self._z(x)) @ self.weights)

    def sf(self, x: Array) -> Array:
        """Probability of a value above each x, precise in the upper tail."""
        return np.asarray(ndtr(-self._z(x)) @ self.weights)

    def slope(self, x: Array) -> Array:
        """Derivative of the density at each x."""
        z = self._z(x)
        return np.asarray((-z * np.exp(-0.5 * z * z)) @ (self.weights / self.sds**2) / _ROOT)

    def _middle(self) -> tuple[float, float]:
        """A centre, and the weighted median of the standard deviations."""
        order = np.argsort(self.sds)
        at = np.searchsorted(np.cumsum(self.weights[order]), 0.5)
        one = order[min(int(at), len(order) - 1)]
        return float(self.means[one]), float(self.sds[one])

    def quantile(self, p: Array) -> Array:
        """The x below which a share p lies, shape (m,); p strictly between 0 and 1.

        Newton's method in a bracket that never grows; the upper half is solved in its own tail.
        """
        centre, spread = self._middle()
        far = float((np.abs(self.means - centre) + 40 * self.sds).max()) / spread
        end = math.asinh(far) + _STRIDE
        steps = np.arange(0.0, min(end, _NEAR), _STRIDE)
        if end > _NEAR:
            steps = np.append(steps, np.geomspace(_NEAR, end, 8))
        scan = centre + spread * np.sinh(np.concatenate([-steps[:0:-1], steps]))
        reached = self.cdf(scan)
        at = np.clip(np.searchsorted(reached, p), 1, scan.size - 1)
        low, high = scan[at - 1], scan[at]
        sign = np.where(p > 0.5, -1.0, 1.0)
        tail = np.minimum(p, 1 - p)
        step = np.maximum(reached[at] - reached[at - 1], 1e-300)
        x = low + (high - low) * np.clip((p - reached[at - 1]) / step, 0.0, 1.0)
        for _ in range(_MOST_STEPS):
            z = self._z(x)
            off = sign * (ndtr(sign[:, None] * z) @ self.weights - tail)
            low, high = np.where(off < 0, x, low), np.where(off < 0, high, x)
            slope = np.exp(-0.5 * z * z) @ (self.weights / self.sds) / _ROOT
            new = x - off / np.maximum(slope, 1e-300)
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            done = (np.abs(new - x) <= _NEARLY * (np.abs(x - centre) + spread)).all()
            x = new
            if done:
                break
        return np.asarray(x)


def mixture_mode(mixture: NormalMixture) -> float:
    """The highest point of the density; of several equal ones the lowest.

    Examples
    --------
    >>> flat = NormalMixture(weights=np.array([0.4, 0.6]), means=np.array([0.0, 1.0]), sds=np.ones(2))
    >>> round(mixture_mode(flat), 6)
    0.630987
    """
    centre, spread = mixture._middle()
    low, high = float(mixture.means.min()), float(mixture.means.max())
    if low == high:
        return low
    ends = (max(low, centre - 40 * spread), min(high, centre + 40 * spread))
    grid = np.unique(np.concatenate([np.linspace(*ends, 81), [low, high]]))
    slopes = mixture.slope(grid)
    tops = [i for i in range(grid.size - 1) if slopes[i] > 0 >= slopes[i + 1]]
    found = [
        bracketed_root(
            lambda x: float(mixture.slope(np.array(x))), float(grid[i]), float(grid[i + 1]), scale=spread
        ).root
        for i in tops
    ]
    points = np.array([*found, *([] if found else grid.tolist())])
    return float(points[np.argmax(mixture.pdf(points))])
