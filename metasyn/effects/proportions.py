"""One group with events and participants: logit, arcsine and raw proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.zero_cells import checked_counts, zero_cell_addend
from metasyn.errors import OptionError
from metasyn.values import Interval, require_level
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["arcsine_proportion", "clopper_pearson", "logit_proportion", "raw_proportion"]

_Array = NDArray[np.float64]


def logit_proportion(events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0") -> tuple[_Array, _Array]:
    """Logit of a proportion and its sampling variance.

    With x events and m non-events: `yi = ln(x / m)`, `vi = 1/x + 1/m`.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to events and non-events, see `zero_cell_addend`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where 0 or all participants had the event and
        nothing was added.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    >>> yi, vi = logit_proportion([3, 0], [10, 10])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-0.8473, -3.0445], [0.4762, 2.0952])
    """
    x, m = _cells(events, n, zero_cells)
    with np.errstate(divide="ignore"):
        yi, vi = np.log(x) - np.log(m), 1 / x + 1 / m
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)


def arcsine_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0"
) -> tuple[_Array, _Array]:
    """Arcsine square root of a proportion and its sampling variance.

    `yi = asin(sqrt(x / n))`, `vi = 1 / (4 n)`. The transform is defined for 0 and all events, so
    `only0` and `if0all` find nothing to repair and change nothing, as metafor's `escalc` does
    unless told otherwise; `all` adds 1/2 to events and non-events everywhere.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in radians and sampling **variances**.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    >>> yi, vi = arcsine_proportion([3, 0], [10, 10])
    >>> yi.round(4).tolist(), vi.tolist()
    ([0.5796, 0.0], [0.025, 0.025])
    """
    policy = require_option("zero_cells", zero_cells, ZeroCells)
    x, m = _cells(events, n, "all" if policy == "all" else "none")
    return np.arcsin(np.sqrt(x / (x + m))), 1 / (4 * (x + m))


def raw_proportion(events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0") -> tuple[_Array, _Array]:
    """Proportion and its sampling variance `p (1 - p) / n`.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to events and non-events (of estimate and variance alike).

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; the variance is 0 where 0 or all participants had
        the event and nothing was added.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    >>> yi, vi = raw_proportion([3], [10])
    >>> yi.tolist(), vi.round(4).tolist()
    ([0.3], [0.021])
    """
    x, m = _cells(events, n, zero_cells)
    return x / (x + m), x * m / (x + m) ** 3


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact (Clopper-Pearson) interval of one proportion, 10.1093/biomet/26.4.404.

    Parameters
    ----------
    events, n : int
    level : float
        Level as a proportion.

    Returns
    -------
    Interval
        On the scale of the proportion, 0 to 1.

    Raises
    ------
    OptionError
        If the counts or the level are out of range.

    Examples
    --------
    >>> interval = clopper_pearson(0, 25)
    >>> interval.low, round(interval.high, 4)
    (0.0, 0.1372)
    """
    from statsmodels.stats.proportion import proportion_confint

    require_level(level)
    checked_counts(events, n)
    low, high = proportion_confint(events, n, alpha=1 - level, method="beta")
    interval = Interval(float(low), float(high), level)
    if events / n not in interval:
        raise OptionError(f"the interval {low}-{high} does not contain {events}/{n}.")
    return interval


def _cells(events: ArrayLike, n: ArrayLike, zero_cells: str) -> tuple[_Array, _Array]:
    """Events and non-events after the zero-cell policy."""
    x, total = checked_counts(events, n)
    cells = np.stack([x, total - x])
    added = cells + zero_cell_addend(cells, zero_cells)
    return added[0], added[1]
