"""Events per person-time: rates of one group, ratio and differences of the rates of two."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.tables import both_defined, rate_cells, two_rate_cells
from metasyn.vocabulary import PlainVariance, require_option

__all__ = [
    "from_sqrt_rate",
    "log_rate",
    "log_rate_ratio",
    "rate",
    "rate_difference",
    "sqrt_rate",
    "sqrt_rate_difference",
]

_Array = NDArray[np.float64]


def log_rate_ratio(
    events_1: ArrayLike,
    time_1: ArrayLike,
    events_2: ArrayLike,
    time_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Log incidence rate ratio of group 1 over group 2 and its sampling variance.

    `yi = ln(x1 / t1) - ln(x2 / t2)`, `vi = 1/x1 + 1/x2` (Rothman, Greenland & Lash 2008, Modern
    Epidemiology).

    Parameters
    ----------
    events_1, events_2 : array_like of shape (k,)
        Events of the two groups.
    time_1, time_2 : array_like of shape (k,)
        Person-time at risk, in any unit that is the same for both groups.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to the events of both groups, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    drop00 : bool
        Whether a row without events in both groups is undefined.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a group without events leaves them undefined.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    Strokes per patient-year on warfarin and on placebo (AFASAK, Hart 1999):

    >>> yi, vi = log_rate_ratio([9], [413], [19], [398])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.7842, 0.1637)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, time_1, events_2, time_2)
    x1, t1, x2, t2 = two_rate_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    with np.errstate(all="ignore"):
        return both_defined(np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2)


def rate_difference(
    events_1: ArrayLike,
    time_1: ArrayLike,
    events_2: ArrayLike,
    time_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Incidence rate difference of group 1 minus group 2 and its sampling variance.

    `yi = x1 / t1 - x2 / t2`, `vi = x1 / t1² + x2 / t2²`.

    Parameters
    ----------
    events_1, time_1, events_2, time_2 : array_like of shape (k,)
        Events and person-time of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_rate_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates per unit of person-time and sampling **variances**; a variance of 0 (no events,
        nothing added) is returned as it is.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = rate_difference([9], [413], [19], [398])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 6)
    (-0.0259, 0.000173)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, time_1, events_2, time_2)
    x1, t1, x2, t2 = two_rate_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00)
    return x1 / t1 - x2 / t2, x1 / t1 / t1 + x2 / t2 / t2


def sqrt_rate_difference(
    events_1: ArrayLike,
    time_1: ArrayLike,
    events_2: ArrayLike,
    time_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Difference of the square roots of two incidence rates and its sampling variance.

    `yi = sqrt(x1 / t1) - sqrt(x2 / t2)`, `vi = 1/(4 t1) + 1/(4 t2)`. Defined without events, so
    nothing is added unless `add` is given or `zero_cells="all"`.

    Parameters
    ----------
    events_1, time_1, events_2, time_2 : array_like of shape (k,)
        Events and person-time of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_rate_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = sqrt_rate_difference([9], [413], [19], [398])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 6)
    (-0.0709, 0.001233)
    """
    require_option("vtype", vtype, PlainVariance)
    columns = (events_1, time_1, events_2, time_2)
    x1, t1, x2, t2 = two_rate_cells(
        columns, zero_cells=zero_cells, add=add, drop00=drop00, defined_at_zero=True
    )
    return both_defined(np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 0.25 / t1 + 0.25 / t2 + 0 * x1)


def rate(
    events: ArrayLike,
    time: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Incidence rate and its sampling variance, `yi = x / t`, `vi = x / t²`.

    Parameters
    ----------
    events, time : array_like of shape (k,)
        Events and person-time at risk (or observed and expected events, for incidence ratios).
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to the events, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates per unit of person-time and sampling **variances**; a variance of 0 (no events,
        nothing added) is returned as it is.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = rate([9], [413])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 7)
    (0.0218, 5.28e-05)
    """
    require_option("vtype", vtype, PlainVariance)
    x, t = rate_cells(events, time, zero_cells=zero_cells, add=add)
    return x / t, x / t / t


def log_rate(
    events: ArrayLike,
    time: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Log incidence rate and its sampling variance, `yi = ln(x / t)`, `vi = 1 / x`.

    Parameters
    ----------
    events, time : array_like of shape (k,)
        Events and person-time at risk (or observed and expected events, for incidence ratios).
    zero_cells, add, vtype
        As in `rate`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where there are no events and nothing was added.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = log_rate([9], [413])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-3.8262, 0.1111)
    """
    require_option("vtype", vtype, PlainVariance)
    x, t = rate_cells(events, time, zero_cells=zero_cells, add=add)
    with np.errstate(all="ignore"):
        return both_defined(np.log(x / t), 1 / x)


def sqrt_rate(
    events: ArrayLike,
    time: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Square root of an incidence rate and its sampling variance, `yi = sqrt(x / t)`, `vi = 1/(4 t)`.

    Defined without events, so nothing is added unless `add` is given or `zero_cells="all"`.

    Parameters
    ----------
    events, time : array_like of shape (k,)
        Events and person-time at risk (or observed and expected events, for incidence ratios).
    zero_cells, add, vtype
        As in `rate`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = sqrt_rate([9], [413])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 6)
    (0.1476, 0.000605)
    """
    require_option("vtype", vtype, PlainVariance)
    x, t = rate_cells(events, time, zero_cells=zero_cells, add=add, defined_at_zero=True)
    return np.sqrt(x / t), 0.25 / t


def from_sqrt_rate(yi: ArrayLike) -> _Array:
    """Rates from their square roots, `yi²`; below 0 the rate is 0.

    Examples
    --------
    >>> from_sqrt_rate([-0.1, 0.5]).tolist()
    [0.0, 0.25]
    """
    return np.asarray(np.maximum(np.asarray(yi, dtype=float), 0.0) ** 2)
