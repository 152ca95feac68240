"""Two groups on scales meant for rare events: arcsine difference, Peto's log odds ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.tables import both_defined, table_cells
from metasyn.vocabulary import PlainVariance, require_option

__all__ = ["arcsine_risk_difference", "peto_log_odds_ratio"]

_Array = NDArray[np.float64]


def arcsine_risk_difference(
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
    """Difference of the arcsine square roots of two proportions and its sampling variance.

    `yi = asin(sqrt(p1)) - asin(sqrt(p2))`, `vi = 1/(4 n1) + 1/(4 n2)` (Rücker et al. 2009,
    10.1002/sim.3511). Defined at zero events, so nothing is added unless `add` is given or
    `zero_cells="all"`.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in radians and sampling **variances**.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = arcsine_risk_difference([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.1038, 0.0038)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00, defined_at_zero=True)
    return np.arcsin(np.sqrt(a / (a + b))) - np.arcsin(np.sqrt(c / (c + d))), 0.25 / (a + b) + 0.25 / (c + d)


def peto_log_odds_ratio(
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
    """Peto's one-step log odds ratio and its sampling variance.

    With the hypergeometric expectation E and variance V of the events of group 1, given all
    margins: `yi = (events_1 - E) / V`, `vi = 1 / V` (Yusuf et al. 1985,
    10.1016/S0033-0620(85)80003-7). Biased for large effects and very unequal groups
    (Greenland & Salvan 1990, 10.1002/sim.4780090307). To pool without adding to zero cells use
    `metasyn.synthesis.counts.peto`.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where V is 0.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = peto_log_odds_ratio([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.8604, 0.2828)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    with np.errstate(all="ignore"):
        v = (n1 / n) * (n2 / n) * cases * (others / (n - 1))
        # a - n1 cases / n, without the cancellation.
        return both_defined((a * (d / n) - b * (c / n)) / v, 1 / v)
