"""The events of each of two groups: as printed, or one from those of both less those of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metasyn.effects.routes.candidates import TargetRows
from metasyn.evidence.model import ReportedResult
from metasyn.values import NotEstimable

__all__ = ["GroupEvents", "Printed", "events_of_groups", "printed_events", "total_events"]

# Rows beside whose figure the events of a group may stand.
_WITH_EVENTS = ("events", "E", "median", "curve")

Printed = tuple[ReportedResult, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvents:
    """Participants of one group with the event.

    Attributes
    ----------
    count : int
    rows : tuple of ReportedResult
        The figures it rests on.
    note : str
        Empty where the number is printed.
    """

    count: int
    rows: tuple[ReportedResult, ...]
    note: str = ""


def events_of_groups(
    rows: TargetRows, definition: str | None, printed: tuple[Printed, Printed] | None = None
) -> tuple[GroupEvents | NotEstimable, GroupEvents | NotEstimable]:
    """Events of the cohort and of its comparator under one definition.

    Where those of one group alone are printed, and those of both together, the other's are the difference.

    Parameters
    ----------
    rows : TargetRows
    definition : str or None
        Of the outcome; None where the two groups have different ones, so that nothing may be subtracted.
    printed : tuple, optional
        Row and number of each group where they were found already; by default by `printed_events`.

    Returns
    -------
    pair of GroupEvents or NotEstimable
    """
    if printed is None:
        printed = printed_events(rows.first, definition or ""), printed_events(rows.second, definition or "")
    first, second = (None if one is None else GroupEvents(count=one[1], rows=(one[0],)) for one in printed)
    labels = _labels(rows)
    return (
        first or _difference(rows, definition, second, labels),
        second or _difference(rows, definition, first, labels[::-1]),
    )


def _difference(
    rows: TargetRows, definition: str | None, other: GroupEvents | None, labels: tuple[str, str]
) -> GroupEvents | NotEstimable:
    """Events of a group that are not printed, from those of both and of the other one."""
    total = None if other is None or definition is None else total_events(rows, definition)
    if other is None or total is None:
        return NotEstimable(f"{labels[0]} has no printed number of events")
    if isinstance(total, NotEstimable):
        return total
    count = total[1] - other.count
    return GroupEvents(
        count=count,
        rows=(*other.rows, total[0]),
        note=f"{count} events of {labels[0]} by subtraction: {total[1]} of both groups, "
        f"{other.count} of {labels[1]}",
    )


def printed_events(rows: Sequence[ReportedResult], definition: str) -> Printed:
    """The events of one group under a definition: in a row of their own, else beside another figure."""
    for statistic in _WITH_EVENTS:
        for row in rows:
            if row.statistic == statistic and row.definition == definition and row.unit != "episodes":
                events = _count(row)
                if events is not None:
                    return row, events
    return None


def total_events(rows: TargetRows, definition: str) -> tuple[ReportedResult, int] | NotEstimable | None:
    """Events of both groups together, in a row about the contrast; not estimable if a group has more."""
    for row in sorted(rows.pair, key=lambda r: r.statistic != "events"):
        total = _count(row)
        if row.definition != definition or row.unit == "episodes" or total is None:
            continue
        for label, arm in zip(_labels(rows), (rows.first, rows.second), strict=True):
            own = printed_events(arm, definition)
            if own is not None and own[1] > total:
                return NotEstimable(f"{own[1]} events of {label} are more than the {total} of both groups")
        return row, total
    return None


def _labels(rows: TargetRows) -> tuple[str, str]:
    return rows.cohort.label, rows.comparator.label if rows.comparator else ""


def _count(row: ReportedResult) -> int | None:
    """The events that a row states, as a whole number."""
    if row.events is None and row.statistic == "events" and row.value is not None:
        return int(row.value) if row.value == int(row.value) else None
    return row.events
