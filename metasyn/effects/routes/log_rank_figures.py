"""What a source prints about a log-rank test of two groups, gathered under one definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metasyn.effects.hazard_ratio import in_unit
from metasyn.effects.routes.candidates import TargetRows, borrowed_n, figure
from metasyn.effects.routes.group_events import events_of_groups, total_events
from metasyn.effects.routes.printed_figures import value_range
from metasyn.effects.survival.logrank import v_from_allocation, v_from_events
from metasyn.effects.survival.printed_range import Range
from metasyn.evidence.model import ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents

__all__ = ["VarianceSource", "fewer_events", "of_definition", "variance_sources"]


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
    first, second = events_of_groups(rows, definition)
    if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
        return None
    v = v_from_events(first.count, second.count)
    if isinstance(v, NotEstimable):
        return None
    return VarianceSource(
        suffix=" and events",
        v=v,
        span=Range.exact(v),
        rows=(*first.rows, *second.rows),
        details=f"O1 = {first.count}, O2 = {second.count}",
        notes=tuple(one.note for one in (first, second) if one.note),
    )


def _from_allocation(rows: TargetRows, definition: str) -> VarianceSource | None:
    total = total_events(rows, definition)
    sizes = [_size(rows.first, definition), _size(rows.second, definition)]
    notes = []
    for i, cohort in enumerate((rows.cohort, rows.comparator)):
        if cohort is not None and sizes[i] is None and cohort.n:
            sizes[i] = cohort.n
            notes.append(borrowed_n(cohort.n, cohort.label))
    n_1, n_2 = sizes
    if total is None or isinstance(total, NotEstimable) or not n_1 or not n_2:
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


def _size(rows: Sequence[ReportedResult], definition: str) -> int | None:
    """Participants of one group, printed beside a figure of this definition."""
    return next((r.n for r in rows if r.definition == definition and r.n), None)


def fewer_events(
    rows: TargetRows, row: ReportedResult, definition: str
) -> tuple[FewerEvents, str] | NotEstimable:
    """In which group of the target there were fewer events than expected, and where that was found.

    As the row states it; else as the printed ratio, O - E, the medians or the shares with the event
    of the same contrast and definition show, in this order. The sign of a printed z is not taken: most
    sources print z without one, and which way a sign points is a matter of the software.

    Returns
    -------
    (word, note) or NotEstimable
        The note is empty where the row states it and nothing printed of the contrast points the other way.
    """
    if row.fewer_events_in:
        first = (row.fewer_events_in == "cohort") != rows.swapped(row)
        return ("cohort" if first else "comparator"), _contradiction(rows, row, definition, first=first)
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


def _contradiction(rows: TargetRows, row: ReportedResult, definition: str, *, first: bool) -> str:
    """That a ratio, an O - E or a negative z points the other way than the row states; empty if none does."""
    found = _signs_of_contrast(rows, definition)
    if row.statistic == "z" and (row.value or 0.0) < 0:
        found.append((figure(row), 1.0 if rows.swapped(row) else -1.0))
    against = [shown for shown, sign in found if sign and (sign < 0) != first]
    return f"{', '.join(against)}: the other way than fewer_events_in of {figure(row)}" if against else ""


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
    first, second = events_of_groups(rows, definition)
    if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
        return []
    n_1 = first.rows[0].n if not first.note else None
    n_2 = second.rows[0].n if not second.note else None
    n_1, n_2 = n_1 or rows.cohort.n, n_2 or (rows.comparator.n if rows.comparator else None)
    if not n_1 or not n_2:
        return []
    shown = f"the shares with the event, {first.count}/{n_1} and {second.count}/{n_2}"
    return [(shown, first.count / n_1 - second.count / n_2)]
