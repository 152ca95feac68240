"""One group with events and participants: logit, log, arcsine and raw proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainccinv, betaincinv, expit

from metasyn.effects.tables import both_defined, group_cells
from metasyn.effects.zero_cells import checked_counts
from metasyn.errors import OptionError
from metasyn.values import Interval, require_level
from metasyn.vocabulary import DifferenceVariance, PlainVariance, ProportionVariance, require_option

__all__ = [
    "arcsine_proportion",
    "clopper_pearson",
    "from_arcsine",
    "from_log",
    "from_logit",
    "log_proportion",
    "logit_proportion",
    "raw_proportion",
]

_Array = NDArray[np.float64]


def logit_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0", add: float | None = None, vtype: str = "LS"
) -> tuple[_Array, _Array]:
    """Logit of a proportion and its sampling variance.

    With x events and m non-events: `yi = ln(x / m)`, `vi = 1/x + 1/m`, that is `1 / (n p (1 - p))`.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to events and non-events, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    vtype : {'LS', 'AV'}
        `LS`: as above; `AV`: with the proportion over all groups together in the place of each.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where 0 or all participants had the event and
        nothing was added.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = logit_proportion([3, 0], [10, 10])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-0.8473, -3.0445], [0.4762, 2.0952])
    """
    kind = require_option("vtype", vtype, ProportionVariance)
    x, m = group_cells(events, n, zero_cells=zero_cells, add=add)
    p, q = _shares(x, m, kind)
    with np.errstate(all="ignore"):
        return both_defined(np.log(x / m), 1 / ((x + m) * p) + 1 / ((x + m) * q))


def log_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0", add: float | None = None, vtype: str = "LS"
) -> tuple[_Array, _Array]:
    """Log of a proportion and its sampling variance.

    With x events of n: `yi = ln(x / n)`, `vi = 1/x - 1/n`, that is `(1 - p) / (n p)`.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to events and non-events, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    vtype : {'LS', 'AV'}
        `LS`: as above; `AV`: with the proportion over all groups together in the place of each.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where nobody had the event and nothing was added;
        a variance of 0 (everybody had it, nothing was added) is returned as it is.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = log_proportion([3, 0], [10, 10])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-1.204, -3.091], [0.2333, 1.9091])
    """
    kind = require_option("vtype", vtype, ProportionVariance)
    x, m = group_cells(events, n, zero_cells=zero_cells, add=add)
    p, q = _shares(x, m, kind)
    with np.errstate(all="ignore"):
        return both_defined(np.log(x / (x + m)), q / ((x + m) * p))


def arcsine_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0", add: float | None = None, vtype: str = "LS"
) -> tuple[_Array, _Array]:
    """Arcsine square root of a proportion and its sampling variance.

    `yi = asin(sqrt(x / n))`, `vi = 1 / (4 n)`. The transform is defined for 0 and all events, so
    `only0` and `if0all` find nothing to repair and change nothing unless `add` is given, as in
    metafor's `escalc`; `all` adds to events and non-events everywhere.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to events and non-events, see `zero_cell_addend`.
    add : float, optional
        What is added; if not given, 1/2 under `all` and nothing otherwise.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

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
    >>> yi, vi = arcsine_proportion([3, 0], [10, 10])
    >>> yi.round(4).tolist(), vi.tolist()
    ([0.5796, 0.0], [0.025, 0.025])
    """
    require_option("vtype", vtype, PlainVariance)
    x, m = group_cells(events, n, zero_cells=zero_cells, add=add, defined_at_zero=True)
    return np.arcsin(np.sqrt(x / (x + m))), 0.25 / (x + m)


def raw_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0", add: float | None = None, vtype: str = "LS"
) -> tuple[_Array, _Array]:
    """Proportion and its sampling variance `p (1 - p) / n`.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to events and non-events, see `zero_cell_addend`.
    add : float, optional
        What is added; 1/2 if not given.
    vtype : {'LS', 'UB', 'AV'}
        `LS`: as above; `UB`: unbiased, n - 1 in the place of n; `AV`: with the proportion over all
        groups together in the place of each.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; the variance is 0 where 0 or all participants had
        the event and nothing was added.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = raw_proportion([3], [10])
    >>> yi.tolist(), vi.round(4).tolist()
    ([0.3], [0.021])
    """
    kind = require_option("vtype", vtype, DifferenceVariance)
    x, m = group_cells(events, n, zero_cells=zero_cells, add=add)
    p, q = _shares(x, m, kind)
    total = x + m
    with np.errstate(all="ignore"):
        return both_defined(x / total, p * q / (total - 1 if kind == "UB" else total))


def from_logit(yi: ArrayLike) -> _Array:
    """Proportions from logits, `1 / (1 + exp(-yi))`.

    Examples
    --------
    >>> from_logit([-1000.0, 0.0]).tolist()
    [0.0, 0.5]
    """
    return np.asarray(expit(np.asarray(yi, dtype=float)))


def from_log(yi: ArrayLike) -> _Array:
    """Proportions from their logs, `exp(yi)`; an upper bound above 1 is not cut.

    Examples
    --------
    >>> from_log([-0.6957671313]).round(4).tolist()
    [0.4987]
    """
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(np.asarray(yi, dtype=float)))


def from_arcsine(yi: ArrayLike) -> _Array:
    """Proportions from arcsine square roots, `sin(yi)²`.

    Below 0 the proportion is 0 and above pi/2 it is 1: no proportion lies there, and the square of
    the sine would turn back.

    Examples
    --------
    >>> from_arcsine([-0.2, 0.7243962725519089, 2.0]).round(4).tolist()
    [0.0, 0.4391, 1.0]
    """
    return np.asarray(np.sin(np.clip(np.asarray(yi, dtype=float), 0.0, np.pi / 2)) ** 2)


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact (Clopper-Pearson) interval of one proportion, 10.1093/biomet/26.4.404.

    With x of n events, the quantile alpha/2 of the beta distribution with parameters x and n - x + 1,
    and the quantile 1 - alpha/2 of that with x + 1 and n - x; 0 for no event, 1 for n events.

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
    require_level(level)
    checked_counts(events, n)
    half = (1 - level) / 2
    low = float(betaincinv(events, n - events + 1, half)) if events else 0.0
    high = float(betainccinv(events + 1, n - events, half)) if events < n else 1.0
    interval = Interval(low, high, level)
    if events / n not in interval:
        raise OptionError(f"the interval {low}-{high} does not contain {events}/{n}.")
    return interval


def _shares(x: _Array, m: _Array, kind: str) -> tuple[_Array, _Array]:
    """Share of events and of non-events: of each group, or (`AV`) of all groups together."""
    if kind == "AV":
        events, others = x.sum(), m.sum()
        return np.full_like(x, events / (events + others)), np.full_like(x, others / (events + others))
    return x / (x + m), m / (x + m)
