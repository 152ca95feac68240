"""Several rows: shares without the event, over time and beside the hazard ratio and numbers at risk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from metasyn.evidence.audit.direction_checks import hazard_side, inverted, is_significant
from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.printed import short
from metasyn.evidence.audit.source_checks import DAYS
from metasyn.evidence.model import Curve
from metasyn.values import Severity

__all__ = ["curves_follow_hazards", "shares_follow_hazards", "shares_never_rise", "shares_reach_at_risk"]

_TIME = re.compile(r"\b(\d+(?:\.\d+)?)[- ]?(day|week|month|mo|year|yr)s?\b", re.IGNORECASE)
_UNITS = {"day": "days", "week": "weeks", "month": "months", "mo": "months", "year": "years", "yr": "years"}
# How much of the group the events of the very moment may be, which at risk counts and survival does not.
_AT_ONCE = 0.1
_ROUNDED = 0.02
# Areas under two curves that differ by less than a reader of a figure can tell.
_SAME_AREA = 0.03


def _days(entry: Entry) -> float | None:
    """The one time that a row names, in days."""
    found = {
        float(number) * DAYS[_UNITS[unit.lower()]]
        for number, unit in _TIME.findall(entry.timepoint or entry.label)
    }
    return found.pop() if len(found) == 1 else None


def _shares(rows: Iterable[Entry]) -> list[Entry]:
    return [
        e for e in rows if e.statistic == "survival" and e.percent is not None and e.percent.exact
        and not e.comparator and not e.derived
    ]  # fmt: skip


def shares_never_rise(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """The share of a group without the event does not rise with time. `rows` are of one study."""
    groups: dict[tuple[str, ...], list[tuple[float, Entry]]] = defaultdict(list)
    for entry in _shares(rows):
        days = _days(entry)
        if days is not None:
            key = (entry.cohort or entry.label, entry.outcome, entry.definition, entry.source)
            groups[key].append((days, entry))
    for told in groups.values():
        told.sort(key=lambda pair: pair[0])
        for (early, one), (late, two) in pairwise(told):
            if one.percent is None or two.percent is None or late <= early:
                continue
            if two.percent.low > one.percent.high:
                message = (
                    f"{one.percent}% at {one.timepoint}, {two.percent}% at {two.timepoint}: "
                    "survival rises; who is without the event later was so before"
                )
                yield finding("nested_outcomes", "error", message, (one, two))


def shares_reach_at_risk(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Those at risk are among those without the event. `rows` are about one question.

    Whoever is at risk has not had the event, and censoring only raises the estimated share.
    """
    for share in _shares(rows):
        for entry in rows:
            left, size = entry.numbers.get("at_risk"), entry.size or share.size
            if left is None or not size or share.percent is None:
                continue
            if (entry.cohort, entry.source, entry.definition) != (
                share.cohort,
                share.source,
                share.definition,
            ):
                continue
            over = left.value / size - share.percent.high / 100
            if over > _ROUNDED:
                severity: Severity = "error" if over > _AT_ONCE else "warning"
                message = (
                    f"{left} of {size} at risk are {short(100 * left.value / size)}%, "
                    f"only {share.percent}% are without the event"
                )
                yield finding("count_mismatch", severity, message, (entry, share))


def shares_follow_hazards(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A hazard ratio below 1 goes with more participants without the event. `rows` are of one study.

    Curves that cross are left alone: only if all time points point the other way.
    """
    shares = _shares(rows)
    for entry in rows:
        if entry.statistic != "HR" or not entry.comparator or entry.derived or not shares:
            continue
        hazard = hazard_side(entry)
        told = [
            (_more(one, two), one, two)
            for one in shares
            for two in shares
            if (one.cohort, two.cohort) == (entry.cohort, entry.comparator)
            and one.outcome == two.outcome == entry.outcome
            and (one.timepoint, one.source, one.definition) == (two.timepoint, two.source, two.definition)
            and entry.source in ("", one.source)
            and (not entry.definition or not one.definition or entry.definition == one.definition)
        ]
        sides = {side for side, _, _ in told if side}
        if hazard and sides == {hazard}:
            _, one, two = next(pair for pair in told if pair[0])
            shown = f"survival {one.percent}% v {two.percent}%"
            shown += f" at {one.timepoint}" if one.timepoint else ""
            yield opposed(entry, shown, (one, two))


def _more(one: Entry, two: Entry) -> int:
    """1 if the first share is larger whatever the rounding, -1 if smaller, 0 if one cannot tell."""
    if one.percent is None or two.percent is None:
        return 0
    return int(one.percent.low > two.percent.high) - int(one.percent.high < two.percent.low)


def opposed(entry: Entry, shown: str, others: tuple[Entry, Entry]) -> AuditFinding:
    """A hazard ratio that points the other way than what its two groups show."""
    favours = others[0] if hazard_side(entry) < 0 else others[1]
    message = f"HR {entry.estimate} favours {favours.group or favours.cohort}, {shown} does not"
    severity: Severity = "warning" if is_significant(entry) else "note"
    return finding("direction_flip", severity, message, (entry, *others), repairs=inverted(entry))


def curves_follow_hazards(entries: Sequence[Entry], curves: Mapping[str, Curve]) -> Iterator[AuditFinding]:
    """A hazard ratio below 1 goes with the larger area under the digitised curve.

    Parameters
    ----------
    entries : sequence of Entry
    curves : mapping of str to Curve
        By the id of their row.
    """
    drawn: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.row in curves:
            drawn[entry.study, entry.outcome, entry.cohort].append(entry)
    for entry in entries if drawn else ():
        if entry.statistic != "HR" or not entry.comparator or entry.derived or not hazard_side(entry):
            continue
        ones = drawn.get((entry.study, entry.outcome, entry.cohort), ())
        twos = drawn.get((entry.study, entry.outcome, entry.comparator), ())
        for one, two in ((a, b) for a in ones for b in twos if (a.source, a.unit) == (b.source, b.unit)):
            areas = _areas(curves[one.row], curves[two.row])
            if (areas[0] - areas[1]) * hazard_side(entry) > _SAME_AREA:
                shown = f"the area under the curves ({short(areas[0])} v {short(areas[1])} of what it can be)"
                yield opposed(entry, shown, (one, two))
                break


def _areas(one: Curve, two: Curve) -> tuple[float, float]:
    """Mean height of both curves over the time that both cover."""
    end = min(max(one.times, default=0.0), max(two.times, default=0.0))
    return _height(one, end), _height(two, end)


def _height(curve: Curve, end: float) -> float:
    """Mean height of a curve of steps up to a time."""
    if end <= 0:
        return 0.0
    points = sorted(
        zip((0.0, *curve.times), (1.0, *curve.survival), strict=True), key=lambda p: (p[0], -p[1])
    )
    area = 0.0
    for (start, height), (stop, _) in zip(points, [*points[1:], (end, 0.0)], strict=True):
        area += height * max(min(stop, end) - start, 0.0)
    return area / end
