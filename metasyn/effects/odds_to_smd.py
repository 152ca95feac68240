"""Two groups with events and participants: a standardised mean difference from their odds ratio."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.two_by_two import log_odds_ratio

__all__ = ["smd_from_odds_logistic", "smd_from_odds_normal"]

_Array = NDArray[np.float64]

# The divisor that takes a log odds ratio to a standardised mean difference of normal variables
# (Cox & Snell 1989, Analysis of Binary Data), as metafor's OR2DN has it.
_COX = 1.65


def smd_from_odds_logistic(
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
    """Standardised mean difference from an odds ratio, for logistic responses (`OR2DL`).

    `yi = ln(OR) sqrt(3) / pi`, `vi = v 3 / pi²` (Chinn 2000,
    10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

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
    >>> yi, vi = smd_from_odds_logistic([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.5175, 0.1086)
    """
    columns = (events_1, n_1, events_2, n_2)
    log_odds, v = log_odds_ratio(*columns, zero_cells=zero_cells, add=add, drop00=drop00, vtype=vtype)
    return log_odds * (math.sqrt(3) / math.pi), v * (3 / math.pi**2)


def smd_from_odds_normal(
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
    """Standardised mean difference from an odds ratio, for normal responses (`OR2DN`).

    `yi = ln(OR) / 1.65`, `vi = v / 1.65²` (Cox & Snell 1989; see Sánchez-Meca et al. 2003,
    10.1037/1082-989X.8.4.448).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

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
    >>> yi, vi = smd_from_odds_normal([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.5689, 0.1312)
    """
    columns = (events_1, n_1, events_2, n_2)
    log_odds, v = log_odds_ratio(*columns, zero_cells=zero_cells, add=add, drop00=drop00, vtype=vtype)
    return log_odds / _COX, v / _COX**2
