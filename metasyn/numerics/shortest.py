"""Central and shortest intervals of a distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.roots import bracketed_root

__all__ = ["Distribution", "central_and_shortest", "shortest_by_search"]

Array = NDArray[np.float64]

_EVERYWHERE = (-math.inf, math.inf)
# Shares left below a shortest interval that are tried first: by the quick way, and by the search.
_FEW = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
_SHARES = 16
# Newton steps, and the size (relative to the interval) after which the next one would be rounding error.
_MOST_STEPS = 20
_NEARLY = 1e-9


class Distribution(Protocol):
    """A distribution on the real line, with functions of arrays."""

    def cdf(self, x: Array, /) -> Array:
        """Share up to x."""

    def pdf(self, x: Array, /) -> Array:
        """Density."""

    def slope(self, x: Array, /) -> Array:
        """Derivative of the density."""

    def quantile(self, p: Array, /) -> Array:
        """The x below which a share p lies."""


def central_and_shortest(
    found: Distribution, level: float, *, ends: tuple[float, float] = _EVERYWHERE
) -> tuple[float, float, float, float, float]:
    """Equal-tailed interval with the median, and the shortest interval.

    At both ends of a shortest interval the density is the same, unless it begins or ends where the
    distribution does. Newton's method for both ends at once from the best of a few; where that strays,
    a search.

    Parameters
    ----------
    found : Distribution
    level : float
    ends : (float, float)
        Ends of the distribution.

    Returns
    -------
    (float, float, float, float, float)
        Low, median, high; low and high of the shortest interval.

    Examples
    --------
    >>> from metasyn.numerics.normal_mixture import NormalMixture
    >>> normal = NormalMixture(weights=np.ones(1), means=np.zeros(1), sds=np.ones(1))
    >>> [round(end, 9) + 0.0 for end in central_and_shortest(normal, 0.95)]
    [-1.959963985, 0.0, 1.959963985, -1.959963985, 1.959963985]
    """
    tail, below = (1 - level) / 2, (1 - level) * _FEW
    shares = np.concatenate([[tail, 0.5, 1 - tail, level, 1 - level], below, below + level])
    values = found.quantile(shares)
    low, median, high, first_high, last_low = values[:5].tolist()
    n = below.size
    at = int(np.argmin(values[5 + n :] - values[5 : 5 + n]))
    inner = values[[5 + at, 5 + n + at]]
    found_ends = _at_an_end(found, ends, first_high, last_low, float(inner[1] - inner[0]))
    found_ends = found_ends or _polished(found, level, inner, ends)
    if found_ends is None:
        found_ends = shortest_by_search(found.quantile, found.pdf, level, ends=ends)
    return low, median, high, *found_ends


def _at_an_end(
    found: Distribution, ends: tuple[float, float], first_high: float, last_low: float, inner: float
) -> tuple[float, float] | None:
    """The interval that begins (or stops) where the distribution does, if no other is shorter."""
    if math.isfinite(ends[0]) and first_high - ends[0] <= inner * (1 + _NEARLY):
        density = found.pdf(np.array([ends[0], first_high]))
        if density[0] >= density[1]:
            return ends[0], first_high
    if math.isfinite(ends[1]) and ends[1] - last_low <= inner * (1 + _NEARLY):
        density = found.pdf(np.array([last_low, ends[1]]))
        if density[1] >= density[0]:
            return last_low, ends[1]
    return None


def _polished(
    found: Distribution, level: float, start: Array, ends: tuple[float, float]
) -> tuple[float, float] | None:
    """Newton's method for: the level is held, and both ends have the same density."""
    at, best = start, float(start[1] - start[0])
    for _ in range(_MOST_STEPS):
        density, slope, share = found.pdf(at), found.slope(at), found.cdf(at)
        missing, uneven = share[1] - share[0] - level, density[0] - density[1]
        determinant = density[0] * slope[1] - density[1] * slope[0]
        if not determinant < 0:
            return None
        step = (slope[::-1] * missing + density[::-1] * uneven) / determinant
        new = at + step
        at = np.array([
            new[0] if new[0] > ends[0] else (at[0] + ends[0]) / 2,
            new[1] if new[1] < ends[1] else (at[1] + ends[1]) / 2,
        ])  # fmt: skip
        if np.abs(step).max() <= _NEARLY * best:
            held = 0 < at[1] - at[0] <= best * (1 + _NEARLY)
            return (float(at[0]), float(at[1])) if held else None
    return None


def shortest_by_search(
    quantile: Callable[[Array], Array],
    pdf: Callable[[Array], Array],
    level: float,
    *,
    ends: tuple[float, float] = _EVERYWHERE,
) -> tuple[float, float]:
    """The shortest interval of a distribution that holds a share `level`.

    The share below it is scanned, then polished: at a minimum inside, both ends have the same density.

    Parameters
    ----------
    quantile, pdf : callable
        Of the distribution, for arrays.
    level : float
    ends : (float, float)
        Ends of the distribution; an interval may begin or end at a finite one.

    Returns
    -------
    (float, float)

    Examples
    --------
    >>> import numpy as np
    >>> found = shortest_by_search(lambda p: -np.log1p(-p), lambda x: np.exp(-x), 0.9, ends=(0.0, np.inf))
    >>> [round(end, 9) for end in found]
    [0.0, 2.302585093]
    """
    rest = 1 - level
    inner = rest * (np.arange(_SHARES) + 0.5) / _SHARES
    tips = rest * np.array([1e-9, 1e-6, 1e-4, 1e-3, 1e-2])
    below = np.concatenate([tips, inner, rest - tips[::-1]])
    both = quantile(np.concatenate([below, below + level]))
    lows, highs = both[: below.size], both[below.size :]
    if math.isfinite(ends[0]):
        below, lows = np.append(0.0, below), np.append(ends[0], lows)
        highs = np.append(quantile(np.array([level])), highs)
    if math.isfinite(ends[1]):
        below, highs = np.append(below, rest), np.append(highs, ends[1])
        lows = np.append(lows, quantile(np.array([rest])))
    best = int(np.argmin(highs - lows))
    left, right = max(best - 1, 0), min(best + 1, below.size - 1)

    def falling(share: float) -> float:
        """Below zero where moving the interval up makes it shorter."""
        low, high = pdf(quantile(np.array([share, share + level])))
        return float(low - high)

    at = (pdf(lows[[left, right]]) - pdf(highs[[left, right]])).tolist()
    if not (at[0] < 0 < at[1]):
        return float(lows[best]), float(highs[best])
    share = bracketed_root(
        falling, float(below[left]), float(below[right]), f_low=at[0], f_high=at[1], start=float(below[best])
    ).root
    low, high = quantile(np.array([share, share + level]))
    return float(low), float(high)
