"""What a source prints about a log-rank test of two groups, gathered under one definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metasyn.effects.candidates import TargetRows, figure
from metasyn.effects.hazard_ratio import in_unit
from metasyn.effects.printed_figures import value_range
from metasyn.effects.survival.logrank import v_from_allocation, v_from_events
from metasyn.effects.survival.printed_range import Range
from metasyn.evidence.model import ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents

__all__ = ["VarianceSource", "arm_events", "fewer_events", "of_definition", "variance_sources"]

# Rows beside whose figure the events of a group may stand.
_WITH_EVENTS = ("events", "E", "median", "curve")


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceSource:
    """V, the variance of O - E, as printed or by an approximation.

    Attributes
    ----------
    suffix : str
        The second half of the name of a route: `" and V"`, `" and events"`, ...
    v : float
    span : Range
        What rounding allows.
    rows : tuple of ReportedResult
    details : str
        The figures, for the formula.
    notes : tuple of str
    """

    suffix: str
    v: float
    span: Range
    rows: tuple[ReportedResult, ...]
    details: str
    notes: tuple[str, ...] = ()


def of_definition(rows: Sequence[ReportedResult], definition: str, *statistics: str) -> list[ReportedResult]:
    """Rows of these statistics under one definition that hold a number, in table order."""
    return [
        r for r in rows if r.statistic in statistics and r.definition == definition and r.value is not None
    ]


def arm_events(rows: Sequence[ReportedResult], definition: str) -> tuple[ReportedResult, int] | None:
    """The events of one group under a definition: in a row of their own, else beside another figure."""
    for statistic in _WITH_EVENTS:
        for row in rows:
            if row.statistic == statistic and row.definition == definition and row.unit != "episodes":
                events = row.events
                if events is None and statistic == "events" and row.value is not None:
                    events = int(row.value)
                if events is not None:
                    return row, events
    return None


def variance_sources(rows: TargetRows, definition: str) -> list[VarianceSource]:
    """Every way to V under one definition."""
    found = [
        VarianceSource(
            suffix=" and V",
            v=row.value or 0.0,
            span=value_range(row),
            rows=(row,),
            details=f"V = {row.value:g}",
        )
        for row in of_definition(rows.pair, definition, "V")
    ]
    for source in (_from_events(rows, definition), _from_allocation(rows, definition)):
        if source is not None:
            found.append(source)
    return found


def _from_events(rows: TargetRows, definition: str) -> VarianceSource | None:
    first, second = arm_events(rows.first, definition), arm_events(rows.second, definition)
    if first is None or second is None:
        return None
    v = v_from_events(first[1], second[1])
    if isinstance(v, NotEstimable):
        return None
    return VarianceSource(
        suffix=" and events",
        v=v,
        span=Range.exact(v),
        rows=(first[0], second[0]),
        details=f"O1 = {first[1]}, O2 = {second[1]}",
    )


def _from_allocation(rows: TargetRows, definition: str) -> VarianceSource | None:
    total = _total_events(rows, definition)
    sizes = [_size(rows.first, definition), _size(rows.second, definition)]
    notes = []
    for i, cohort in enumerate((rows.cohort, rows.comparator)):
        if cohort is not None and sizes[i] is None and cohort.n:
            sizes[i] = cohort.n
            notes.append(f"n = {cohort.n} of {cohort.label} taken from the table of cohorts")
    n_1, n_2 = sizes
    if total is None or not n_1 or not n_2:
        return None
    v = v_from_allocation(total[1], n_1, n_2)
    if isinstance(v, NotEstimable):
        return None
    return VarianceSource(
        suffix=", all events and allocation",
        v=v,
        span=Range.exact(v),
        rows=(total[0],),
        details=f"O = {total[1]}, n1 = {n_1}, n2 = {n_2}",
        notes=tuple(notes),
    )


def _total_events(rows: TargetRows, definition: str) -> tuple[ReportedResult, int] | None:
    """Events of both groups together: in a row about the contrast."""
    for row in sorted(rows.pair, key=lambda r: r.statistic != "events"):
        if row.definition == definition and row.unit != "episodes" and row.events is not None:
            return row, row.events
    return None


def _size(rows: Sequence[ReportedResult], definition: str) -> int | None:
    """Participants of one group, printed beside a figure of this definition."""
    return next((r.n for r in rows if r.definition == definition and r.n), None)


def fewer_events(
    rows: TargetRows, row: ReportedResult, definition: str
) -> tuple[FewerEvents, str] | NotEstimable:
    """In which group of the target there were fewer events than expected, and where that was found.

    As the row states it; else as the printed ratio, O - E, the medians or the shares with the event
    of the same contrast and definition show, in this order.

    Returns
    -------
    (word, note) or NotEstimable
        The note is empty where the row states it.
    """
    if row.fewer_events_in:
        first = (row.fewer_events_in == "cohort") != rows.swapped(row)
        return ("cohort" if first else "comparator"), ""
    for shown, sign in (
        *_signs_of_contrast(rows, definition),
        *_sign_of_medians(rows, definition),
        *_sign_of_shares(rows, definition),
    ):
        if sign:
            return ("cohort" if sign < 0 else "comparator"), f"direction of {figure(row)} taken from {shown}"
    return NotEstimable(
        f"{figure(row)} has no direction: fill in fewer_events_in of row {row.result_id}, "
        "or add the medians or the events of both groups"
    )


def _signs_of_contrast(rows: TargetRows, definition: str) -> list[tuple[str, float]]:
    """Printed ratios and O - E with the sign of the log hazard ratio in the direction of the target."""
    found = []
    for statistic, none in (("HR", 1.0), ("O-E", 0.0)):
        for row in of_definition(rows.pair, definition, statistic):
            sign = (row.value or 0.0) - none
            found.append((figure(row), -sign if rows.swapped(row) else sign))
    return found


def _sign_of_medians(rows: TargetRows, definition: str) -> list[tuple[str, float]]:
    first = of_definition(rows.first, definition, "median")
    second = of_definition(rows.second, definition, "median")
    if not first or not second:
        return []
    other = in_unit(second[0].value or 0.0, second[0].unit, first[0].unit)
    if isinstance(other, NotEstimable):
        return []
    return [(f"the medians, {figure(first[0])} and {figure(second[0])}", other - (first[0].value or 0.0))]


def _sign_of_shares(rows: TargetRows, definition: str) -> list[tuple[str, float]]:
    first, second = arm_events(rows.first, definition), arm_events(rows.second, definition)
    if first is None or second is None:
        return []
    n_1 = first[0].n or rows.cohort.n
    n_2 = second[0].n or (rows.comparator.n if rows.comparator else None)
    if not n_1 or not n_2:
        return []
    return [
        (
            f"the shares with the event, {first[1]}/{n_1} and {second[1]}/{n_2}",
            first[1] / n_1 - second[1] / n_2,
        )
    ]
