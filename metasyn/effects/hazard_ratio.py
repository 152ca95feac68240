"""Routes from printed figures to a log ratio and its variance, as pure functions.

The first two serve every ratio (hazard, risk, odds); the others are for hazard ratios only. Each
returns `(yi, vi)`, the log ratio and its sampling **variance**, or `NotEstimable` with the reason
in plain words where the figures do not determine them.

References: Parmar 1998
(10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8); Tierney 2007
(10.1186/1745-6215-8-16).
"""

from __future__ import annotations

import math

from scipy.special import ndtri

from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import Interval, NotEstimable, require_level

__all__ = [
    "Estimate",
    "in_unit",
    "medians_and_assumed_events",
    "medians_and_events",
    "medians_and_intervals",
    "medians_and_p",
    "o_minus_e_and_v",
    "off_centre",
    "p_statistic",
    "quantile",
    "ratio_and_interval",
    "ratio_and_p",
    "ratio_and_standard_error",
]

Estimate = tuple[float, float]

DAYS_PER = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


def quantile(level: float) -> float:
    """Normal quantile z of a two-sided interval at `level`.

    Examples
    --------
    >>> round(quantile(0.95), 6)
    1.959964
    """
    return float(-ndtri((1 - require_level(level)) / 2))


def ratio_and_interval(ratio: float, interval: Interval) -> Estimate | NotEstimable:
    """Log ratio as printed, standard error from the width of its interval.

    `yi = ln R`, `se = (ln U - ln L) / (2 z)` with z of the interval's own level (Parmar 1998,
    equations 7 and 8).

    Parameters
    ----------
    ratio : float
        Natural scale.
    interval : Interval
        Natural scale, any level.

    Returns
    -------
    (yi, vi) or NotEstimable

    Examples
    --------
    >>> yi, vi = ratio_and_interval(0.62, Interval(0.47, 0.80))
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.478, 0.1357)
    """
    if not ratio > 0:
        return NotEstimable(f"a ratio must be positive, {ratio:g} is printed")
    if not (interval.low > 0 and math.isfinite(interval.high)):
        return NotEstimable("a bound of the interval is not a positive number")
    if interval.low == interval.high:
        return NotEstimable("the interval has no width")
    se = (math.log(interval.high) - math.log(interval.low)) / (2 * quantile(interval.level))
    return math.log(ratio), se**2


def ratio_and_standard_error(ratio: float, se: float) -> Estimate | NotEstimable:
    """Log ratio and the standard error printed beside it.

    Parameters
    ----------
    ratio : float
        Natural scale.
    se : float
        Of the log ratio.

    Examples
    --------
    >>> yi, vi = ratio_and_standard_error(0.5, 0.2)
    >>> round(yi, 4), round(vi, 4)
    (-0.6931, 0.04)
    """
    if not ratio > 0:
        return NotEstimable(f"a ratio must be positive, {ratio:g} is printed")
    if not (se > 0 and math.isfinite(se)):
        return NotEstimable(f"a standard error must be positive, {se:g} is printed")
    return math.log(ratio), se**2


def ratio_and_p(ratio: float, p: PValue) -> Estimate | NotEstimable:
    """Log ratio as printed, standard error from the test statistic behind a p value.

    `se = |ln R| / z`, `z` the normal quantile of the two-sided p (Tierney 2007, method 7; Parmar
    1998). A p stated as one-sided is doubled; an unstated side is taken as two-sided.

    Parameters
    ----------
    ratio : float
        Natural scale.
    p : PValue
        As printed.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where p is only a bound, or where R is 1: no division of 0 by 0.

    Examples
    --------
    >>> yi, vi = ratio_and_p(0.7, PValue(value=0.04, sided="two"))
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.3567, 0.1737)
    >>> ratio_and_p(0.7, PValue(value=0.05, relation="<")).reason
    'p < 0.05 is only a bound'
    """
    if not ratio > 0:
        return NotEstimable(f"a ratio must be positive, {ratio:g} is printed")
    if ratio == 1:
        return NotEstimable(
            "the ratio is printed as 1, where a p value says nothing about the standard error"
        )
    z = p_statistic(p)
    if isinstance(z, NotEstimable):
        return z
    return math.log(ratio), (math.log(ratio) / z) ** 2


def p_statistic(p: PValue) -> float | NotEstimable:
    """Absolute normal test statistic behind a p value.

    `z = -Phi^-1(p / 2)` for the two-sided p: 0.075 gives 1.78 (Wang & Zeng 2013,
    10.1186/1745-6215-14-391).

    Examples
    --------
    >>> round(p_statistic(PValue(value=0.075, sided="two")), 2)
    1.78
    """
    if not p.is_exact:
        bound = "p is printed as not significant" if p.value is None else f"p {p.relation} {p.value:g}"
        return NotEstimable(bound if p.value is None else f"{bound} is only a bound")
    two_sided = p.two_sided
    if two_sided is None or not 0 < two_sided < 1:
        return NotEstimable(f"a p value of {p.value:g} gives no test statistic")
    return float(-ndtri(two_sided / 2))


def o_minus_e_and_v(o_minus_e: float, v: float) -> Estimate | NotEstimable:
    """Log hazard ratio from observed minus expected events and their variance.

    `yi = (O - E) / V`, `vi = 1 / V` (Parmar 1998, equations 1 and 2; Peto's one-step estimate).

    Parameters
    ----------
    o_minus_e : float
        Observed minus expected events in the first group.
    v : float
        Hypergeometric variance of O - E.

    Returns
    -------
    (yi, vi) or NotEstimable

    Examples
    --------
    >>> o_minus_e_and_v(-12.0, 40.0)
    (-0.3, 0.025)
    """
    if not (v > 0 and math.isfinite(v)):
        return NotEstimable(f"V must be positive, {v:g} is printed")
    return o_minus_e / v, 1 / v


def medians_and_p(median_1: float, median_2: float, p: PValue) -> Estimate | NotEstimable:
    """Log hazard ratio from two medians, standard error from a p value.

    Under exponential survival `yi = ln(m2 / m1)`; `se = |yi| / z`, see `ratio_and_p`.

    Parameters
    ----------
    median_1, median_2 : float
        Medians of the first group and its comparator, in one unit.
    p : PValue
        As printed for the comparison of the two.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where the medians are equal or p is only a bound.

    Examples
    --------
    >>> yi, vi = medians_and_p(21, 33, PValue(value=0.034))
    >>> round(yi, 4), round(vi**0.5, 4)
    (0.452, 0.2132)
    """
    yi = _exponential(median_1, median_2)
    if isinstance(yi, NotEstimable):
        return yi
    if yi == 0:
        return NotEstimable("the medians are equal, where a p value says nothing about the standard error")
    z = p_statistic(p)
    return z if isinstance(z, NotEstimable) else (yi, (yi / z) ** 2)


def medians_and_events(
    median_1: float, median_2: float, events_1: float, events_2: float
) -> Estimate | NotEstimable:
    """Log hazard ratio from two medians, variance from the numbers of events.

    Under exponential survival `yi = ln(m2 / m1)`, `vi = 1/e1 + 1/e2` (the variance of the log
    ratio of two exponential rates).

    Parameters
    ----------
    median_1, median_2 : float
        Medians of the first group and its comparator, in one unit.
    events_1, events_2 : float
        Events in each.

    Returns
    -------
    (yi, vi) or NotEstimable

    Examples
    --------
    >>> yi, vi = medians_and_events(12, 9, 80, 100)
    >>> round(yi, 4), round(vi, 4)
    (-0.2877, 0.0225)
    """
    yi = _exponential(median_1, median_2)
    if isinstance(yi, NotEstimable):
        return yi
    if not (events_1 > 0 and events_2 > 0):
        return NotEstimable("a group without events gives no variance")
    return yi, 1 / events_1 + 1 / events_2


def medians_and_intervals(
    median_1: float, median_2: float, interval_1: Interval, interval_2: Interval
) -> Estimate | NotEstimable:
    """Log hazard ratio from two medians, variance from the interval of each.

    Under exponential survival `yi = ln(m2 / m1)`; the standard error of each log median is
    `(ln U - ln L) / (2 z)` and the variances add.

    Parameters
    ----------
    median_1, median_2 : float
        Medians of the first group and its comparator, in one unit.
    interval_1, interval_2 : Interval
        Of each median, any level, same scale as its median.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where a bound was not reached.

    Examples
    --------
    >>> yi, vi = medians_and_intervals(11.0, 10.1, Interval(8.9, 13.6), Interval(7.0, 16.5))
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.0854, 0.244)
    """
    yi = _exponential(median_1, median_2)
    if isinstance(yi, NotEstimable):
        return yi
    vi = 0.0
    for interval in (interval_1, interval_2):
        one = ratio_and_interval(1.0, interval)
        if isinstance(one, NotEstimable):
            return NotEstimable("a bound of a median's interval was not reached or is not positive")
        vi += one[1]
    return yi, vi


def medians_and_assumed_events(
    median_1: float, median_2: float, n_1: int, n_2: int, event_fraction: float
) -> Estimate | NotEstimable:
    """Log hazard ratio from two medians, variance from an assumed share of participants with events.

    As `medians_and_events` with `e = event_fraction * n` in each group. The assumption decides the
    weight of the row: it has to be stated and varied.

    Parameters
    ----------
    median_1, median_2 : float
        Medians of the first group and its comparator, in one unit.
    n_1, n_2 : int
        Participants.
    event_fraction : float
        In (0, 1].

    Returns
    -------
    (yi, vi) or NotEstimable

    Raises
    ------
    OptionError
        If `event_fraction` is not in (0, 1].

    Examples
    --------
    >>> yi, vi = medians_and_assumed_events(13.0, 6.9, 130, 64, 0.8)
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.6334, 0.1707)
    """
    if not 0 < event_fraction <= 1:
        raise OptionError(f"event_fraction must be in (0, 1]; got {event_fraction!r}.")
    return medians_and_events(median_1, median_2, event_fraction * n_1, event_fraction * n_2)


def off_centre(ratio: float, interval: Interval, *, decimals: int, interval_decimals: int) -> bool:
    """Whether a ratio lies off the centre of its interval by more than rounding explains.

    The log of the printed ratio is compared with the mid-point of the logs of the bounds, every
    figure free to move by half a unit of its last printed digit. A sign of a misprint or of an
    interval made another way.

    Parameters
    ----------
    ratio : float
        Natural scale.
    interval : Interval
        Natural scale.
    decimals, interval_decimals : int
        Printed decimals of the ratio and of its bounds.

    Examples
    --------
    >>> off_centre(0.62, Interval(0.47, 0.80), decimals=2, interval_decimals=2)
    False
    >>> off_centre(0.62, Interval(0.40, 0.90), decimals=2, interval_decimals=2)
    True
    """
    half, half_ratio = 0.5 * 10.0**-interval_decimals, 0.5 * 10.0**-decimals
    if min(ratio - half_ratio, interval.low - half) <= 0:
        return False
    centre_low = (math.log(interval.low - half) + math.log(interval.high - half)) / 2
    centre_high = (math.log(interval.low + half) + math.log(interval.high + half)) / 2
    return math.log(ratio + half_ratio) < centre_low or math.log(ratio - half_ratio) > centre_high


def in_unit(value: float, unit: str, to: str) -> float | NotEstimable:
    """A duration in another unit: a week has 7 days, a month 30.4375, a year 365.25.

    Examples
    --------
    >>> in_unit(52.0, "weeks", "days"), round(in_unit(13.0, "weeks", "months"), 3)
    (364.0, 2.99)
    """
    if unit == to:
        return value
    if unit not in DAYS_PER or to not in DAYS_PER:
        unknown = unit if unit not in DAYS_PER else to
        return NotEstimable(f"{unknown!r} is not a unit of time" if unknown else "a unit is not printed")
    return value * DAYS_PER[unit] / DAYS_PER[to]


def _exponential(median_1: float, median_2: float) -> float | NotEstimable:
    """Log hazard ratio of two exponential survival curves with these medians."""
    if not (0 < median_1 < math.inf and 0 < median_2 < math.inf):
        return NotEstimable("a median is not a positive number")
    return math.log(median_2) - math.log(median_1)
