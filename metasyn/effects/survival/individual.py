"""Individual times of one or two groups: Kaplan-Meier estimate, median, log-rank O, E and V."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.values import NotEstimable

__all__ = ["LogRank", "RiskSets", "SurvivalEstimate", "kaplan_meier", "log_rank", "risk_sets"]

_Array = NDArray[np.float64]
# Shares of whole numbers are off by some units of double precision.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalEstimate:
    """Kaplan-Meier estimate: one entry for each distinct time with an event.

    Attributes
    ----------
    times, survival, se : ndarray of shape (m,)
        Times in ascending order, survival just after each, its standard error by Greenwood's formula.
    at_risk, events : ndarray of shape (m,)
        Participants at risk just before each time, events at it.
    last : float
        The longest time, with or without event.
    """

    times: _Array
    survival: _Array
    se: _Array
    at_risk: _Array
    events: _Array
    last: float

    def at(self, times: ArrayLike) -> _Array:
        """Survival at given times, events at these times included; 1 before the first event."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        return np.asarray(np.concatenate([[1.0], self.survival])[steps])

    def median(self) -> float | NotEstimable:
        """The first time at which no more than one half are without the event."""
        reached = np.flatnonzero(self.survival <= 0.5 + _SLACK)
        if not reached.size:
            return NotEstimable("more than one half are without the event at the end of follow-up")
        return float(self.times[reached[0]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Two groups at each distinct time with an event: who is at risk just before, who has the event.

    All are ndarrays of shape (m,).
    """

    times: _Array
    at_risk_1: _Array
    at_risk_2: _Array
    events_1: _Array
    events_2: _Array


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """The log-rank test of two groups.

    Attributes
    ----------
    observed_1, expected_1, observed_2, expected_2 : float
        Events of each group, and those expected were the hazards the same.
    v : float
        Hypergeometric variance of O - E.
    """

    observed_1: float
    expected_1: float
    observed_2: float
    expected_2: float
    v: float

    @property
    def o_minus_e(self) -> float:
        """Observed minus expected events of the first group."""
        return self.observed_1 - self.expected_1

    @property
    def chi_square(self) -> float | NotEstimable:
        """`(O - E)² / V`, on one degree of freedom."""
        return self.o_minus_e**2 / self.v if self.v > 0 else NotEstimable("V is 0")

    @property
    def p(self) -> float | NotEstimable:
        """Two-sided p value."""
        chi_square = self.chi_square
        return chi_square if isinstance(chi_square, NotEstimable) else chi2_upper_p(chi_square, 1)


def kaplan_meier(times: ArrayLike, events: ArrayLike) -> SurvivalEstimate:
    """Kaplan-Meier estimate of survival from individual times (10.1080/01621459.1958.10501452).

    `S(t)` is the product of `1 - d / n` over the times up to t, with d events among n at risk;
    `se = S sqrt(sum of d / (n (n - d)))`. Who is censored at the time of an event is at risk then.

    Parameters
    ----------
    times : array_like of shape (n,)
        Not negative, any unit.
    events : array_like of shape (n,)
        1 where the time ends with the event, 0 where it is censored.

    Returns
    -------
    SurvivalEstimate

    Raises
    ------
    OptionError
        If the columns are empty, of different length, or hold anything else.

    Examples
    --------
    >>> curve = kaplan_meier([6, 6, 6, 6, 7, 9, 10, 10], [1, 1, 1, 0, 1, 0, 1, 0])
    >>> curve.times.tolist(), curve.survival.round(4).tolist(), curve.median()
    ([6.0, 7.0, 10.0], [0.625, 0.4688, 0.2344], 7.0)
    """
    t, d = _individuals("times", times, "events", events)
    at, n, count = _events_and_risk(t, d, np.unique(t[d]))
    survival = np.asarray(np.cumprod(1 - count / n), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = survival * np.sqrt(np.cumsum(count / (n * (n - count))))
    # When the last participant at risk has the event, survival is 0 and Greenwood's sum has no end.
    se = np.asarray(np.where(survival > 0, se, 0.0), dtype=np.float64)
    for array in (at, survival, se, n, count):
        array.flags.writeable = False
    return SurvivalEstimate(times=at, survival=survival, se=se, at_risk=n, events=count, last=float(t.max()))


def risk_sets(times_1: ArrayLike, events_1: ArrayLike, times_2: ArrayLike, events_2: ArrayLike) -> RiskSets:
    """Numbers at risk and events of two groups at every distinct time with an event.

    Parameters
    ----------
    times_1, events_1 : array_like of shape (n1,)
        The first group, see `kaplan_meier`.
    times_2, events_2 : array_like of shape (n2,)
        Its comparator.

    Raises
    ------
    OptionError
        See `kaplan_meier`.

    Examples
    --------
    >>> sets = risk_sets([1, 3], [1, 1], [2, 3], [0, 1])
    >>> sets.times.tolist(), sets.at_risk_2.tolist(), sets.events_2.tolist()
    ([1.0, 3.0], [2.0, 1.0], [0.0, 1.0])
    """
    t1, d1 = _individuals("times_1", times_1, "events_1", events_1)
    t2, d2 = _individuals("times_2", times_2, "events_2", events_2)
    at = np.unique(np.concatenate([t1[d1], t2[d2]]))
    _, n1, count1 = _events_and_risk(t1, d1, at)
    _, n2, count2 = _events_and_risk(t2, d2, at)
    return RiskSets(times=at, at_risk_1=n1, at_risk_2=n2, events_1=count1, events_2=count2)


def log_rank(times_1: ArrayLike, events_1: ArrayLike, times_2: ArrayLike, events_2: ArrayLike) -> LogRank:
    """Observed and expected events of two groups and the variance of their difference.

    At each time with d events among n at risk the first group, n1 at risk, expects `d n1 / n` with
    variance `d (n1 / n) (n2 / n) (n - d) / (n - 1)` (Peto & Peto 1972, 10.2307/2344317; the
    estimate `(O - E) / V` of the log hazard ratio is `hazard_ratio.o_minus_e_and_v`).

    Parameters
    ----------
    times_1, events_1 : array_like of shape (n1,)
        The first group, see `kaplan_meier`.
    times_2, events_2 : array_like of shape (n2,)
        Its comparator.

    Returns
    -------
    LogRank

    Raises
    ------
    OptionError
        See `kaplan_meier`.

    Examples
    --------
    >>> test = log_rank([5, 8, 12, 14], [1, 1, 0, 1], [2, 4, 6, 9], [1, 1, 1, 1])
    >>> test.observed_1, round(test.expected_1, 4), round(test.v, 4)
    (3.0, 4.7548, 1.3668)
    """
    sets = risk_sets(times_1, events_1, times_2, events_2)
    d, n = sets.events_1 + sets.events_2, sets.at_risk_1 + sets.at_risk_2
    share = sets.at_risk_1 / n
    spread = d * share * (1 - share) * (n - d) / np.maximum(n - 1, 1)
    expected_1 = float((d * share).sum())
    return LogRank(
        observed_1=float(sets.events_1.sum()),
        expected_1=expected_1,
        observed_2=float(sets.events_2.sum()),
        expected_2=float(d.sum()) - expected_1,
        v=float(spread.sum()),
    )


def _individuals(
    times_name: str, times: ArrayLike, events_name: str, events: ArrayLike
) -> tuple[_Array, NDArray[np.bool_]]:
    """Times and who had the event, checked."""
    t = number_array(times_name, times)
    given = np.asarray(events)
    d = number_array(events_name, given.astype(float) if given.dtype == bool else events)
    if t.ndim != 1 or t.shape != d.shape or not t.size:
        raise OptionError(
            f"{times_name} and {events_name} must be columns of equal length, not empty; "
            f"got shapes {t.shape} and {d.shape}."
        )
    if not (np.isfinite(t).all() and (t >= 0).all()):
        bad = t[~(np.isfinite(t) & (t >= 0))][0]
        raise OptionError(f"{times_name} must be finite and not negative; got {bad:g}.")
    if not np.isin(d, (0.0, 1.0)).all():
        raise OptionError(
            f"{events_name} must be 1 (event) or 0 (censored); got {d[~np.isin(d, (0, 1))][0]:g}."
        )
    return t, d == 1


def _events_and_risk(t: _Array, d: NDArray[np.bool_], at: _Array) -> tuple[_Array, _Array, _Array]:
    """The times asked for, how many are at risk just before each, how many have the event at it."""
    everyone, with_event = np.sort(t), np.sort(t[d])
    at_risk = t.size - np.searchsorted(everyone, at, side="left")
    upto, before = (np.searchsorted(with_event, at, side=side) for side in ("right", "left"))
    return at, at_risk.astype(float), (upto - before).astype(float)
