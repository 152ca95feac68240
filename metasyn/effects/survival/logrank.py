"""Log hazard ratios from what a log-rank test prints: O and E, V, chi-square, p, events.

Every function returns `(yi, vi)`, the log hazard ratio and its sampling **variance**, or
`NotEstimable`. V is the variance of O - E; the variance of the log hazard ratio is 1 / V.

References: Parmar 1998
(10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8); Tierney 2007
(10.1186/1745-6215-8-16); Wang & Zeng 2013 (10.1186/1745-6215-14-391).
"""

from __future__ import annotations

import math

from metasyn.effects.hazard_ratio import Estimate, p_statistic
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents, require_option

__all__ = [
    "chi_square_and_v",
    "o_minus_e_and_chi_square",
    "o_minus_e_and_p",
    "observed_and_expected",
    "p_and_v",
    "ratio_and_v",
    "totals_differ",
    "v_from_allocation",
    "v_from_events",
    "v_from_expected",
]


def observed_and_expected(
    observed_1: float, expected_1: float, observed_2: float, expected_2: float
) -> Estimate | NotEstimable:
    """Log hazard ratio from observed and expected events of both groups.

    `yi = ln((O1 / E1) / (O2 / E2))`, `vi = 1 / E1 + 1 / E2` (Parmar 1998; Tierney 2007).

    Parameters
    ----------
    observed_1, expected_1 : float
        Events in the first group, and those expected there by the log-rank test.
    observed_2, expected_2 : float
        The same of its comparator.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where a group has no event; O - E with V is, and needs only the first group.

    Examples
    --------
    >>> yi, vi = observed_and_expected(40, 50.0, 60, 50.0)
    >>> round(yi, 4), round(vi, 4)
    (-0.4055, 0.04)
    """
    if not (expected_1 > 0 and expected_2 > 0):
        return NotEstimable("an expected number of events is not positive")
    if not (observed_1 > 0 and observed_2 > 0):
        return NotEstimable("a group has no event, where the ratio of observed to expected has no logarithm")
    yi = math.log(observed_1 / expected_1) - math.log(observed_2 / expected_2)
    return yi, 1 / expected_1 + 1 / expected_2


def totals_differ(
    observed_1: float, expected_1: float, observed_2: float, expected_2: float, *, decimals: int
) -> bool:
    """Whether observed and expected events do not sum to the same, by more than rounding explains.

    A log-rank test expects as many events in all as there were: `O1 + O2 = E1 + E2`.

    Parameters
    ----------
    observed_1, expected_1, observed_2, expected_2 : float
        Events of both groups, the observed ones exact.
    decimals : int
        Printed decimals of the expected ones.

    Examples
    --------
    >>> totals_differ(40, 49.7, 60, 50.3, decimals=1), totals_differ(40, 49.7, 60, 53.0, decimals=1)
    (False, True)
    """
    # Sums of printed decimals are off by some units of double precision.
    slack = 1e-9 * max(1.0, abs(observed_1) + abs(observed_2))
    return abs(observed_1 + observed_2 - expected_1 - expected_2) > 10.0**-decimals + slack


def v_from_expected(expected_1: float, expected_2: float) -> float | NotEstimable:
    """V from the expected events of both groups, `1 / (1 / E1 + 1 / E2)` (Parmar 1998).

    Examples
    --------
    >>> v_from_expected(50.0, 50.0)
    25.0
    """
    if not (expected_1 > 0 and expected_2 > 0):
        return NotEstimable("an expected number of events is not positive")
    return expected_1 * expected_2 / (expected_1 + expected_2)


def v_from_events(events_1: float, events_2: float) -> float | NotEstimable:
    """V from the events of both groups, `O1 O2 / (O1 + O2)` (Tierney 2007, methods 4 and 7).

    An approximation: good while the hazard ratio is near 1 and the groups are about equally large
    and equally long followed.

    Examples
    --------
    >>> v_from_events(40, 60)
    24.0
    """
    if not (events_1 > 0 and events_2 > 0):
        return NotEstimable("a group without events gives no V")
    return events_1 * events_2 / (events_1 + events_2)


def v_from_allocation(events: float, n_1: float, n_2: float) -> float | NotEstimable:
    """V from the events of both groups together and how participants were allocated.

    `V = O n1 n2 / (n1 + n2)²`, a quarter of the events where as many were allocated to each
    (Tierney 2007, methods 5, 6, 8 and 9). Rests on about the same share with events in both groups.

    Parameters
    ----------
    events : float
        Events of both groups together.
    n_1, n_2 : float
        Participants, or the two parts of the allocation ratio: 2 and 1 for 2:1.

    Examples
    --------
    >>> v_from_allocation(100, 1, 1), round(v_from_allocation(90, 2, 1), 6)
    (25.0, 20.0)
    """
    if not (n_1 > 0 and n_2 > 0):
        raise OptionError(f"n_1 and n_2 must be positive; got {n_1!r} and {n_2!r}.")
    if not events > 0:
        return NotEstimable("without events there is no V")
    return events * n_1 * n_2 / (n_1 + n_2) ** 2


def ratio_and_v(ratio: float, v: float) -> Estimate | NotEstimable:
    """Log hazard ratio as printed, variance from V (Tierney 2007, methods 4 to 6).

    `yi = ln HR`, `vi = 1 / V`.

    Parameters
    ----------
    ratio : float
        Natural scale.
    v : float
        Variance of O - E, as printed or from the numbers of events.

    Examples
    --------
    >>> yi, vi = ratio_and_v(0.8, 25.0)
    >>> round(yi, 4), vi
    (-0.2231, 0.04)
    """
    if not ratio > 0:
        return NotEstimable(f"a ratio must be positive, {ratio:g} is printed")
    return (math.log(ratio), 1 / v) if _is_variance(v) else _no_v(v)


def chi_square_and_v(chi_square: float, v: float, *, fewer_events_in: FewerEvents) -> Estimate | NotEstimable:
    """Log hazard ratio from the chi-square of a log-rank test and V.

    `|O - E| = sqrt(chi² V)`, so `yi = ± sqrt(chi² / V)`, `vi = 1 / V` (Parmar 1998; Tierney 2007).

    Parameters
    ----------
    chi_square : float
        On one degree of freedom: the square of a statistic that is printed as z.
    v : float
        Variance of O - E, as printed or from the numbers of events.
    fewer_events_in : {'cohort', 'comparator'}
        The group with fewer events than expected. Chi-square has no direction: it must come from
        the text or the curves.

    Examples
    --------
    >>> yi, vi = chi_square_and_v(4.0, 25.0, fewer_events_in="cohort")
    >>> yi, vi
    (-0.4, 0.04)
    """
    if not chi_square >= 0:
        return NotEstimable(f"a chi-square cannot be negative, {chi_square:g} is printed")
    return _towards(math.sqrt(chi_square), v, fewer_events_in)


def p_and_v(p: PValue, v: float, *, fewer_events_in: FewerEvents) -> Estimate | NotEstimable:
    """Log hazard ratio from the p value of a log-rank test and V.

    `yi = ± z / sqrt(V)`, `vi = 1 / V`; z is the normal quantile of **half** the two-sided p, or of
    a one-sided p as it is: p = 0.075 gives 1.78 if two-sided, 1.44 if one-sided (Wang & Zeng 2013 on
    equation 14 of Tierney 2007, which reads as if z were to be halved).

    Parameters
    ----------
    p : PValue
        As printed; an unstated side is taken as two-sided.
    v : float
        Variance of O - E, as printed or from the numbers of events.
    fewer_events_in : {'cohort', 'comparator'}
        The group with fewer events than expected. A p value has no direction.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where p is only a bound.

    Examples
    --------
    >>> yi, vi = p_and_v(PValue(value=0.075, sided="two"), 24.0, fewer_events_in="cohort")
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.3634, 0.2041)
    """
    z = 0.0 if p.is_exact and p.sided != "one" and p.value == 1 else p_statistic(p)
    return z if isinstance(z, NotEstimable) else _towards(z, v, fewer_events_in)


def o_minus_e_and_p(o_minus_e: float, p: PValue) -> Estimate | NotEstimable:
    """Log hazard ratio from observed minus expected events and the p value of their test.

    `V = ((O - E) / z)²`, `yi = (O - E) / V`, `vi = 1 / V`.

    Parameters
    ----------
    o_minus_e : float
        Observed minus expected events in the first group.
    p : PValue
        As printed; an unstated side is taken as two-sided.

    Examples
    --------
    >>> yi, vi = o_minus_e_and_p(-10.0, PValue(value=0.05, sided="two"))
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.3841, 0.196)
    """
    z = p_statistic(p)
    return z if isinstance(z, NotEstimable) else o_minus_e_and_chi_square(o_minus_e, z * z)


def o_minus_e_and_chi_square(o_minus_e: float, chi_square: float) -> Estimate | NotEstimable:
    """Log hazard ratio from observed minus expected events and the chi-square of their test.

    `V = (O - E)² / chi²`, `yi = (O - E) / V`, `vi = 1 / V`.

    Parameters
    ----------
    o_minus_e : float
        Observed minus expected events in the first group.
    chi_square : float
        On one degree of freedom.

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where O - E or chi-square is 0: no division of 0 by 0.

    Examples
    --------
    >>> o_minus_e_and_chi_square(-10.0, 4.0)
    (-0.4, 0.04)
    """
    if not (chi_square > 0 and o_minus_e != 0 and math.isfinite(o_minus_e)):
        return NotEstimable("O - E or its test statistic is 0, where one says nothing about the other")
    return chi_square / o_minus_e, chi_square / o_minus_e**2


def _towards(z: float, v: float, fewer_events_in: FewerEvents) -> Estimate | NotEstimable:
    """The estimate of size z / sqrt(V) in the direction stated."""
    require_option("fewer_events_in", fewer_events_in, FewerEvents)
    if not _is_variance(v):
        return _no_v(v)
    yi = z / math.sqrt(v)
    return yi if fewer_events_in == "comparator" else 0.0 - yi, 1 / v


def _is_variance(v: float) -> bool:
    return v > 0 and math.isfinite(v)


def _no_v(v: float) -> NotEstimable:
    return NotEstimable(f"V must be positive, {v:g} is printed")
