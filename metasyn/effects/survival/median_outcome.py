"""Median survival of one group as an outcome of its own, on the log scale.

Medians of single groups can be pooled as what they are, without turning them into hazards
(McGrath 2025, arXiv 2503.03065).
"""

from __future__ import annotations

import math

from metasyn.effects.hazard_ratio import Estimate, quantile, ratio_and_interval
from metasyn.values import Interval, NotEstimable, require_level

__all__ = ["log_median", "log_median_and_events", "log_median_one_bound"]


def log_median(median: float, interval: Interval) -> Estimate | NotEstimable:
    """Log of a median survival time, standard error from its interval.

    `yi = ln m`, `se = (ln U - ln L) / (2 z)`. Intervals of medians are mostly found by where the
    confidence band of the curve crosses one half, and are not symmetric on any scale: the width
    holds, the centre need not.

    Parameters
    ----------
    median : float
        In the unit of the synthesis; a change of unit shifts `yi` and leaves `vi`.
    interval : Interval
        In the same unit, any level.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where a bound was not reached, see `log_median_one_bound`.

    Examples
    --------
    >>> yi, vi = log_median(11.0, Interval(8.9, 13.6))
    >>> round(yi, 4), round(vi**0.5, 4)
    (2.3979, 0.1082)
    """
    if not 0 < median < math.inf:
        return NotEstimable("the median was not reached or is not a positive number")
    if not math.isfinite(interval.high):
        return NotEstimable("the upper bound of the median was not reached")
    width = ratio_and_interval(1.0, interval)
    if isinstance(width, NotEstimable):
        return NotEstimable(f"the interval of the median: {width.reason}")
    return math.log(median), width[1]


def log_median_one_bound(median: float, bound: float, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Log of a median survival time, standard error from one bound of its interval.

    `yi = ln m`, `se = |ln m - ln bound| / z`. For a median whose upper bound was not reached:
    assumes an interval that is symmetric on the log scale. Where the upper bound is missing the
    interval is wider above, so this standard error is on the small side.

    Parameters
    ----------
    median, bound : float
        In one unit.
    level : float
        Of the two-sided interval, as a proportion.

    Examples
    --------
    >>> yi, vi = log_median_one_bound(11.0, 8.9)
    >>> round(yi, 4), round(vi**0.5, 4)
    (2.3979, 0.1081)
    """
    z = quantile(require_level(level))
    if not (0 < median < math.inf and 0 < bound < math.inf):
        return NotEstimable("the median or its bound was not reached or is not a positive number")
    if median == bound:
        return NotEstimable("the median equals its bound: the width on that side is 0")
    return math.log(median), ((math.log(median) - math.log(bound)) / z) ** 2


def log_median_and_events(median: float, events: float) -> Estimate | NotEstimable:
    """Log of a median survival time, variance from the number of events.

    `yi = ln m`, `vi = 1 / e`: the variance of the log of an exponential rate. Assumes exponential
    survival.

    Parameters
    ----------
    median : float
        Any unit of time.
    events : float
        Events in the group.

    Examples
    --------
    >>> yi, vi = log_median_and_events(11.0, 80)
    >>> round(yi, 4), vi
    (2.3979, 0.0125)
    """
    if not 0 < median < math.inf:
        return NotEstimable("the median was not reached or is not a positive number")
    if not events > 0:
        return NotEstimable("a group without events gives no variance")
    return math.log(median), 1 / events
