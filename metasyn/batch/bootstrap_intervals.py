"""Intervals from bootstrap draws: percentile, basic and bias-corrected and accelerated, a row per set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from metasyn.errors import OptionError
from metasyn.vocabulary import BootstrapCi

__all__ = ["WHY_NOT", "bootstrap_bounds", "require_draws"]

Array = NDArray[np.float64]
Codes = NDArray[np.int8]

WHY_NOT = (
    "ok",
    "all draws on one side of the estimate",
    "leave-one-out does not vary",
    "more draws needed",
    "no draws",
)
"""Words of the columns `estimate_interval`, `tau2_interval` and `I2_interval`, by code."""

_ONE_SIDE, _CONSTANT, _MORE, _NO_DRAWS = (WHY_NOT.index(word) for word in WHY_NOT[1:])
# (n + 1) p this close to a whole number, relative to n + 1, is one.
_ROUNDING = 1e-12


def require_draws(n: int, level: float, *, name: str = "n") -> None:
    """Refuse fewer draws than have an order statistic at the ends of the interval; `name` is the argument's.

    Raises
    ------
    OptionError
    """
    least = int(np.ceil(2 / (1 - level) * (1 - 1e-12))) - 1
    if n < least:
        raise OptionError(f"{name}={n}: so few draws have no {level:g} interval; it needs at least {least}.")


def bootstrap_bounds(
    draws: Array,
    value: Array,
    method: BootstrapCi,
    level: float,
    *,
    left_out: Array,
    within: tuple[float, float],
) -> tuple[Array, Array, Codes]:
    r"""Bounds from draws t* around the value t of the data.

    With t*(p) the order statistic (n + 1) p, linear between two, and a = (1 - level) / 2:

    - percentile: t*(a) to t*(1 - a);
    - basic: 2 t - t*(1 - a) to 2 t - t*(a), cut at the range of the quantity;
    - bca: t*(Phi(z0 + (z0 + z) / (1 - g (z0 + z)))) at z = Phi^-1(a) and Phi^-1(1 - a), where
      z0 = Phi^-1 of the proportion of draws below t, ties counting half, and
      g = sum d^3 / (6 (sum d^2)^1.5) with d the mean of the leave-one-out values less each of them.

    Parameters
    ----------
    draws : ndarray of shape (m, n)
        NaN where a draw has no value.
    value : ndarray of shape (m,)
    method : {'percentile', 'basic', 'bca'}
    level : float
    left_out : ndarray of shape (m, k)
        Values without each effect in turn; looked at for bca only.
    within : tuple of float
        The range of the quantity.

    Returns
    -------
    low, high : ndarray of shape (m,)
    why : ndarray of int8, shape (m,)
        Position in `WHY_NOT`; the bounds are NaN where it is not 0.

    References
    ----------
    Davison AC, Hinkley DV. Bootstrap methods and their application. Cambridge University Press 1997.
    10.1017/CBO9780511802843
    Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 1987;82:171-185.
    10.1080/01621459.1987.10478410

    Examples
    --------
    >>> draws = np.arange(1.0, 100.0)[None, :]
    >>> value, none = np.array([50.0]), np.empty((1, 0))
    >>> low, high, why = bootstrap_bounds(
    ...     draws, value, "percentile", 0.9, left_out=none, within=(0.0, np.inf)
    ... )
    >>> low.tolist(), high.tolist()
    ([5.0], [95.0])
    """
    ordered = np.sort(draws, axis=1)
    n = np.isfinite(ordered).sum(axis=1)
    a = np.full(n.size, (1 - level) / 2)
    why = np.where(n == 0, _NO_DRAWS, 0).astype(np.int8)
    tails = (a, 1 - a)
    if method == "bca":
        tails, why = _adjusted(draws, value, a, left_out, why)
    low, high = (_quantile(ordered, n, p) for p in tails)
    if method == "basic":
        low, high = (np.clip(2 * value - one, *within) for one in (high, low))
    why[(why == 0) & np.isnan(low + high)] = _MORE
    lost = why != 0
    return np.where(lost, np.nan, low), np.where(lost, np.nan, high), why


def _quantile(ordered: Array, n: NDArray[np.int64], p: Array) -> Array:
    """Order statistic (n + 1) p of each row; NaN where that is not between the first and the last."""
    place = (n + 1) * p
    nearest = np.rint(place)
    place = np.where(np.abs(place - nearest) < _ROUNDING * (n + 1), nearest, place)
    found = (place >= 1) & (place <= n)
    place = np.where(found, place, 1.0)
    before = np.minimum(place.astype(np.int64), np.maximum(n - 1, 1))
    rows = np.arange(n.size)
    one, next_ = ordered[rows, before - 1], ordered[rows, np.minimum(before, ordered.shape[1] - 1)]
    at: Array = np.where(place == before, one, one + (place - before) * (next_ - one))
    return np.where(found, at, np.nan)


def _adjusted(
    draws: Array, value: Array, a: Array, left_out: Array, why: Codes
) -> tuple[tuple[Array, Array], Codes]:
    """The two tail probabilities of bca, and why there are none."""
    n = np.isfinite(draws).sum(axis=1)
    t = value[:, None]
    below = ((draws < t).sum(axis=1) + 0.5 * (draws == t).sum(axis=1)) / np.maximum(n, 1)
    d = left_out.mean(axis=1, keepdims=True) - left_out
    size = np.abs(d).max(axis=1, initial=0.0)
    d = np.divide(d, size[:, None], out=np.zeros_like(d), where=size[:, None] > 0)
    square = (d * d).sum(axis=1)
    why = why.copy()
    why[(why == 0) & ((below <= 0) | (below >= 1))] = _ONE_SIDE
    why[(why == 0) & ~(square > 0)] = _CONSTANT
    sound = why == 0
    g = np.divide((d**3).sum(axis=1), 6 * square**1.5, out=np.zeros(a.size), where=sound)
    z0 = ndtri(np.where(sound, below, 0.5))
    tails = []
    for p in (a, 1 - a):
        z = z0 + ndtri(p)
        rest = 1 - g * z
        tails.append(np.where(rest > 0, ndtr(z0 + z / np.where(rest > 0, rest, 1.0)), np.nan))
    return (tails[0], tails[1]), why
