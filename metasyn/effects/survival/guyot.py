"""Individual times behind a published Kaplan-Meier curve and its numbers at risk.

After Guyot 2012 (10.1186/1471-2288-12-9): the Kaplan-Meier equations are solved backwards from one
printed number at risk to the next, for the number of censored participants that leads to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.survival.individual import kaplan_meier
from metasyn.effects.survival.kaplan_meier import DigitisedCurve, digitised_curve
from metasyn.effects.survival.risk_table import RiskTable, risk_table
from metasyn.errors import OptionError
from metasyn.values import Finding, require_whole

__all__ = ["Reconstruction", "reconstruct"]

_Array = NDArray[np.float64]

# A number at risk that is missed by more than this share of the participants at the start is
# more than an error of reading.
_READING = 0.02
# Times nearer to each other than this share of a stretch are the same.
_SAME = 1e-9
# Deviations of the reconstructed curve up to here are the width of a line.
_CLOSE = 0.02
# As far as a total of events may bend the end of the curve.
_BEND = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstruction:
    """Individual times of one group, as reconstructed from its curve.

    Attributes
    ----------
    times, events : ndarray of shape (n,)
        Times in ascending order; 1 where the time ends with the event, 0 where it is censored.
    risk_times, at_risk_printed, at_risk : tuple
        Numbers at risk: when, as printed, and as reconstructed.
    largest_gap : float
        The largest difference of survival between the curve and the reconstruction, at its points.
    curve : DigitisedCurve
        The curve after correction.
    findings : tuple of Finding
        What was corrected, assumed, and could not be met.
    """

    times: _Array
    events: _Array
    risk_times: tuple[float, ...]
    at_risk_printed: tuple[int, ...]
    at_risk: tuple[int, ...]
    largest_gap: float
    curve: DigitisedCurve
    findings: tuple[Finding, ...]

    @property
    def n(self) -> int:
        """Participants."""
        return int(self.times.size)

    @property
    def n_events(self) -> int:
        """Participants with the event."""
        return int(self.events.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What happens between two numbers at risk: points of the curve, and who leaves when."""

    start: float
    end: float
    points: tuple[tuple[float, float], ...]

    def censoring_times(self, censored: int) -> _Array:
        """Times of censoring, spread evenly over the stretch."""
        length = self.end - self.start
        spread = self.start + length * np.arange(1, censored + 1) / (censored + 1)
        if not self.points:
            return spread
        # Times that fall on a point of the curve are on it in every unit, in spite of rounding.
        at = np.array([t for t, _ in self.points])
        nearest = at[np.abs(spread[:, None] - at).argmin(axis=1)]
        return np.where(np.abs(spread - nearest) < _SAME * length, nearest, spread)

    def walk(self, n: int, survival: float, censored: int) -> _Walk:
        """Events at every point if `censored` participants leave, from n at risk at this survival."""
        leaving = np.searchsorted(self.censoring_times(censored), [t for t, _ in self.points], side="left")
        deaths, gone, left, gap = [], 0, n, 0.0
        for (_, target), before in zip(self.points, leaving.tolist(), strict=True):
            # Nobody can be censored who has had the event before.
            left, gone = left - min(before - gone, left), before
            d = max(0, math.floor(left * (1 - target / survival) + 0.5)) if left else 0
            survival *= 1 - d / left if d else 1.0
            left -= d
            deaths.append(d)
            gap = max(gap, abs(survival - target))
        rest = min(censored - gone, left)
        return _Walk(deaths=tuple(deaths), survival=survival, left=left - rest, gap=gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Events at the points of a stretch, who is still at risk at its end, how well the curve is met."""

    deaths: tuple[int, ...]
    survival: float
    left: int
    gap: float

    @property
    def events(self) -> int:
        return sum(self.deaths)


def reconstruct(
    times: ArrayLike,
    survival: ArrayLike,
    *,
    risk_times: ArrayLike,
    at_risk: ArrayLike,
    total_events: int | None = None,
) -> Reconstruction:
    """Individual times of one group from its digitised curve and its numbers at risk.

    Between two printed numbers at risk, censored times are spread evenly, and as many as make the
    next number come out; events at each point of the curve are `n (1 - S / S_before)`, rounded,
    with the reconstructed S_before, so that rounding does not add up. After the last number at risk
    participants are censored at the average rate before, or as many as make `total_events` come out
    as far as the curve allows.
    Where nothing but the number at the start is printed and no total, nobody is censored before the
    end of the curve.

    Parameters
    ----------
    times, survival : array_like of shape (k,)
        Points read off the curve, at best at the foot and the head of each step; survival as a
        proportion. Points that rise are corrected, see `digitised_curve`.
    risk_times, at_risk : array_like of shape (m,)
        When numbers at risk are printed, the first at 0, and the numbers.
    total_events : int, optional
        Participants with the event in the group, where printed.

    Returns
    -------
    Reconstruction
        Always with as many participants as are at risk at time 0.

    Raises
    ------
    OptionError
        If a column cannot be read, numbers at risk rise or do not begin at time 0, or
        `total_events` is not a whole number from 0 to the number at the start.

    Examples
    --------
    >>> group = reconstruct([2, 4, 6, 8], [0.9, 0.8, 0.571, 0.457], risk_times=[0, 5], at_risk=[10, 7])
    >>> group.n, group.n_events, group.at_risk
    (10, 5, (10, 7))
    >>> group.times.tolist()
    [2.0, 2.5, 4.0, 6.0, 6.0, 6.5, 8.0, 8.0, 8.0, 8.0]
    >>> group.events.tolist()
    [1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    """
    curve = digitised_curve(times, survival)
    table = risk_table(risk_times, at_risk, end=float(curve.times[-1]))
    if total_events is not None:
        require_whole("total_events", total_events, at_least=0)
        if total_events > table.at_risk[0]:
            raise OptionError(
                f"total_events must not exceed the {table.at_risk[0]} at risk at time 0; got {total_events}."
            )
    event_times, censoring_times = _solve(curve, table, total_events)
    t = np.concatenate([event_times, censoring_times])
    d = np.concatenate([np.ones(event_times.size), np.zeros(censoring_times.size)])
    order = np.lexsort((1 - d, t))
    t, d = t[order], d[order]
    return _complete(t, d, curve, table, total_events)


def _solve(curve: DigitisedCurve, table: RiskTable, total_events: int | None) -> tuple[_Array, _Array]:
    """Times of events and of censoring, stretch by stretch."""
    stretches = _stretches(curve, table)
    n, survival = table.at_risk[0], 1.0
    died: list[_Array] = []
    left_early: list[_Array] = []
    for i, stretch in enumerate(stretches):
        if i + 1 < len(table.times):
            censored = _to_number(stretch, n, survival, table.at_risk[i + 1], curve.at(stretch.end))
        else:
            censored = _at_rate(stretch, n, sum(a.size for a in left_early))
            if total_events is not None:
                wanted = total_events - sum(a.size for a in died)
                censored = _to_events(stretch, n, survival, wanted, censored)
        walk = stretch.walk(n, survival, censored)
        at = [t for t, _ in stretch.points]
        died.append(np.repeat(np.array(at), walk.deaths))
        leaving = n - walk.left - walk.events
        left_early.append(stretch.censoring_times(censored)[:leaving])
        n, survival = walk.left, walk.survival
        if i + 1 < len(table.times) and n > table.at_risk[i + 1]:
            # Rounding of events left some too many: they leave with the last step before the number.
            left_early.append(np.full(n - table.at_risk[i + 1], at[-1] if at else stretch.start))
            n = table.at_risk[i + 1]
    end = np.full(n, stretches[-1].end)
    return np.concatenate(died), np.concatenate([*left_early, end])


def _stretches(curve: DigitisedCurve, table: RiskTable) -> list[_Stretch]:
    """The curve cut at the times of the numbers at risk; what is read at a cut belongs after it."""
    ends = [*table.times[1:], table.end]
    cut = []
    for start, end in zip(table.times, ends, strict=True):
        last = end == ends[-1]
        inside = (curve.times >= start) & ((curve.times <= end) if last else (curve.times < end))
        points = zip(curve.times[inside].tolist(), curve.survival[inside].tolist(), strict=True)
        cut.append(_Stretch(start=start, end=end, points=tuple(points)))
    return cut


def _to_number(stretch: _Stretch, n: int, survival: float, wanted: int, at_end: float) -> int:
    """How many are censored in a stretch so that `wanted` are at risk at its end."""
    if not n:
        return 0
    guess = round(n * at_end / survival) - wanted
    return _search(lambda c: stretch.walk(n, survival, c).left - wanted, guess, n)


def _to_events(stretch: _Stretch, n: int, survival: float, wanted: int, at_rate: int) -> int:
    """How many are censored in the last stretch so that `wanted` events happen, the curve still met.

    After several stretches few are at risk: events that the earlier ones have lost to rounding must
    not bend the end of the curve. Where it is the only one, the total is all that is known.
    """
    walks = {at_rate: stretch.walk(n, survival, at_rate)}
    allowed = max(_BEND, walks[at_rate].gap) if stretch.start > 0 else math.inf
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        walks[middle] = stretch.walk(n, survival, middle)
        if walks[middle].events > wanted:
            low = middle + 1
        else:
            high = middle
    near, far = at_rate, low
    while abs(far - near) > 1:
        middle = (near + far) // 2
        walks[middle] = stretch.walk(n, survival, middle)
        if walks[middle].gap <= allowed:
            near = middle
        else:
            far = middle
    for count in range(max(low - 2, 0), min(low + 2, n) + 1):
        walks[count] = stretch.walk(n, survival, count)
    met = [c for c, walk in walks.items() if walk.gap <= allowed]
    return min(met, key=lambda c: (abs(walks[c].events - wanted), c))


def _at_rate(stretch: _Stretch, n: int, censored_before: int) -> int:
    """As many censored in the last stretch as at the average rate before it."""
    if stretch.start <= 0:
        return 0
    # A half stays a half in every unit of time.
    return min(n, round(round(censored_before * (stretch.end - stretch.start) / stretch.start, 9)))


def _search(excess: Callable[[int], int], guess: int, most: int) -> int:
    """The count from 0 to `most` with the least excess; of equals one that leaves too many, not too few.

    One more censored makes about one fewer at risk, so each step corrects by the excess itself.
    """
    tried: dict[int, int] = {}
    count = min(max(guess, 0), most)
    while count not in tried:
        tried[count] = excess(count)
        count = min(max(count + tried[count], 0), most)
    for near in (count - 1, count + 1):
        if 0 <= near <= most and near not in tried:
            tried[near] = excess(near)
    return min(tried, key=lambda c: (abs(tried[c]), tried[c] < 0, c))


def _complete(
    t: _Array, d: _Array, curve: DigitisedCurve, table: RiskTable, total_events: int | None
) -> Reconstruction:
    """The reconstruction beside what is printed."""
    counted = tuple(int((t >= at).sum()) for at in table.times)
    gap = np.abs(kaplan_meier(t, d).at(curve.times) - curve.survival).max()
    for array in (t, d):
        array.flags.writeable = False
    unmet = _unmet(table, counted, int(d.sum()), total_events, float(gap))
    return Reconstruction(
        times=t,
        events=d,
        risk_times=table.times,
        at_risk_printed=table.at_risk,
        at_risk=counted,
        largest_gap=float(gap),
        curve=curve,
        findings=(*curve.findings, *table.findings, *unmet),
    )


def _unmet(
    table: RiskTable, counted: Sequence[int], events: int, total_events: int | None, gap: float
) -> tuple[Finding, ...]:
    """What the reconstruction assumes, and where it differs from what is printed."""
    found = []
    for at, printed, got in zip(table.times, table.at_risk, counted, strict=True):
        if abs(got - printed) > max(1.0, _READING * table.at_risk[0]):
            message = (
                f"at time {at:g} {printed} are printed as at risk, the curve leaves {got} at most: "
                "is it the number of another group?"
            )
            found.append(Finding(code="at-risk-impossible", message=message, severity="warning"))
    if total_events is not None and events != total_events:
        message = f"{events} events reconstructed, {total_events} printed"
        found.append(Finding(code="events-differ", message=message, severity="note"))
    if total_events is None and len(table.times) == 1:
        message = "neither later numbers at risk nor a total of events: nobody censored before the end"
        found.append(Finding(code="no-censoring-assumed", message=message, severity="warning"))
    if gap > _CLOSE:
        message = f"the reconstructed curve is off by up to {gap:.3f}"
        found.append(Finding(code="curve-not-met", message=message, severity="warning"))
    return tuple(found)
