"""Two groups with events and participants: log risk ratio, log odds ratio, risk difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.tables import both_defined, table_cells
from metasyn.vocabulary import DifferenceVariance, PlainVariance, require_option

__all__ = ["log_odds_ratio", "log_risk_ratio", "risk_difference"]

_Array = NDArray[np.float64]


def log_risk_ratio(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
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
        When `add` is added to the four cells of a table, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    drop00 : bool
        Whether a table in which nobody, or everybody, of both groups had the event is undefined.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    The first of the BCG trials (Aronson 1948), 4 of 123 vaccinated and 11 of 139 not:

    >>> yi, vi = log_risk_ratio([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.8893, 0.3256)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    with np.errstate(all="ignore"):
        yi = np.log(a / (a + b)) - np.log(c / (c + d))
        # 1/a - 1/(a + b) without the cancellation.
        vi = b / (a * (a + b)) + d / (c * (c + d))
    return both_defined(yi, vi)


def log_odds_ratio(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Log odds ratio of group 1 over group 2 and its sampling variance.

    With cells a, b, c, d as in `log_risk_ratio`: `yi = ln(a d / (b c))`,
    `vi = 1/a + 1/b + 1/c + 1/d` (Woolf 1955, 10.1111/j.1469-1809.1955.tb01348.x).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to the four cells of a table, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    drop00 : bool
        Whether a table in which nobody, or everybody, of both groups had the event is undefined.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = log_odds_ratio([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.9387, 0.3571)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    with np.errstate(all="ignore"):
        yi = np.log(a / b) - np.log(c / d)
        vi = 1 / a + 1 / b + 1 / c + 1 / d
    return both_defined(yi, vi)


def risk_difference(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Risk difference of group 1 minus group 2 and its sampling variance.

    `yi = p1 - p2`, `vi = p1 (1 - p1) / n1 + p2 (1 - p2) / n2`. As in metafor's `escalc`, the
    zero-cell policy changes both the estimate and the variance.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to the four cells of a table, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    drop00 : bool
        Whether a table in which nobody, or everybody, of both groups had the event is undefined.
    vtype : {'LS', 'UB', 'AV'}
        `LS`: as above. `UB`: unbiased, n - 1 in the place of n. `AV`: p1 and p2 of the variance are
        the proportions over all tables together.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; a variance of 0 (no correction, no variation) is
        returned as it is.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = risk_difference([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 5)
    (-0.0466, 0.00078)
    """
    kind = require_option("vtype", vtype, DifferenceVariance)
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    with np.errstate(all="ignore"):
        return both_defined(a / (a + b) - c / (c + d), _spread(a, b, kind) + _spread(c, d, kind))


def _spread(x: _Array, m: _Array, kind: str) -> _Array:
    """Variance of one proportion."""
    n = x + m
    if kind == "AV":
        events, others = np.nansum(x), np.nansum(m)
        averaged: _Array = (events / (events + others)) * (others / (events + others)) / n
        return averaged
    return (x / n) * (m / n) / (n - 1 if kind == "UB" else n)
