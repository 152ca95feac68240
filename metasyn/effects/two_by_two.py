"""Two groups with events and participants: log risk ratio, log odds ratio, risk difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.zero_cells import checked_counts, zero_cell_addend

__all__ = ["log_odds_ratio", "log_risk_ratio", "risk_difference"]

_Array = NDArray[np.float64]


def log_risk_ratio(
    events_1: ArrayLike, n_1: ArrayLike, events_2: ArrayLike, n_2: ArrayLike, *, zero_cells: str = "only0"
) -> tuple[_Array, _Array]:
    """Log risk ratio of group 1 over group 2 and its sampling variance.

    With cells a, b (group 1, with and without the event), c, d (group 2):
    `yi = ln(a / (a + b)) - ln(c / (c + d))`, `vi = 1/a - 1/(a + b) + 1/c - 1/(c + d)`
    (Katz 1978, 10.2307/2530610).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the four cells of a table, see `zero_cell_addend`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    The first of the BCG trials (Aronson 1948), 4 of 123 vaccinated and 11 of 139 not:

    >>> yi, vi = log_risk_ratio([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.8893, 0.3256)
    """
    a, b, c, d = _cells(events_1, n_1, events_2, n_2, zero_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(a / (a + b)) - np.log(c / (c + d))
        vi = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return _defined(yi, vi)


def log_odds_ratio(
    events_1: ArrayLike, n_1: ArrayLike, events_2: ArrayLike, n_2: ArrayLike, *, zero_cells: str = "only0"
) -> tuple[_Array, _Array]:
    """Log odds ratio of group 1 over group 2 and its sampling variance.

    With cells a, b, c, d as in `log_risk_ratio`: `yi = ln(a d / (b c))`,
    `vi = 1/a + 1/b + 1/c + 1/d` (Woolf 1955, 10.1111/j.1469-1809.1955.tb01348.x).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the four cells of a table, see `zero_cell_addend`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    >>> yi, vi = log_odds_ratio([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.9387, 0.3571)
    """
    a, b, c, d = _cells(events_1, n_1, events_2, n_2, zero_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(a / b) - np.log(c / d)
        vi = 1 / a + 1 / b + 1 / c + 1 / d
    return _defined(yi, vi)


def risk_difference(
    events_1: ArrayLike, n_1: ArrayLike, events_2: ArrayLike, n_2: ArrayLike, *, zero_cells: str = "only0"
) -> tuple[_Array, _Array]:
    """Risk difference of group 1 minus group 2 and its sampling variance.

    `yi = p1 - p2`, `vi = p1 (1 - p1) / n1 + p2 (1 - p2) / n2`. As in metafor's `escalc`, the
    zero-cell policy changes both the estimate and the variance.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the four cells of a table, see `zero_cell_addend`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; a variance of 0 (no correction, no variation) is
        returned as it is.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or the policy is unknown.

    Examples
    --------
    >>> yi, vi = risk_difference([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 5)
    (-0.0466, 0.00078)
    """
    a, b, c, d = _cells(events_1, n_1, events_2, n_2, zero_cells)
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _cells(
    events_1: ArrayLike, n_1: ArrayLike, events_2: ArrayLike, n_2: ArrayLike, zero_cells: str
) -> tuple[_Array, _Array, _Array, _Array]:
    """The four cells of each table after the zero-cell policy."""
    a, n1 = checked_counts(events_1, n_1)
    c, n2 = checked_counts(events_2, n_2)
    cells = np.stack([a, n1 - a, c, n2 - c])
    added = cells + zero_cell_addend(cells, zero_cells)
    return added[0], added[1], added[2], added[3]


def _defined(yi: _Array, vi: _Array) -> tuple[_Array, _Array]:
    """Both NaN where either is not finite."""
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)
