"""What is printed of the margins of a two-by-two table: sizes of both groups, events of one or of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metasyn.effects.model import Counts
from metasyn.effects.rounding import whole_number_counts
from metasyn.effects.routes.candidates import TargetRows, borrowed_n
from metasyn.effects.routes.event_free import is_event_free
from metasyn.effects.routes.margins import Tables, possible_tables
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.values import NotEstimable

__all__ = ["Known", "Margins", "margins_of", "total_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a count may be, and the row it is from."""

    row: ReportedResult
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Sizes of both groups and what is known of their events, under one definition.

    Group 1 is the cohort of the target, whichever way a row states the contrast.
    """

    definition: str
    n_1: int
    n_2: int
    borrowed: int
    notes: tuple[str, ...]
    first: Known | None
    second: Known | None
    total: Known | None

    @property
    def arms(self) -> tuple[Known, ...]:
        return tuple(known for known in (self.first, self.second) if known is not None)

    def tables(self, *, total: bool) -> Tables | NotEstimable:
        """Every table with the known events; `total` says whether that of both groups counts."""
        return possible_tables(
            self.n_1,
            self.n_2,
            events_1=self.first.counts if self.first else None,
            events_2=self.second.counts if self.second else None,
            total=self.total.counts if self.total and total else None,
        )

    def away(self, table: Counts) -> float:
        """How far the shares of a table lie from the percentages printed for it, in percentage points."""
        a, c, n_1, n_2 = table.events_1, table.events_2 or 0, self.n_1, self.n_2
        shares = ((self.first, a / n_1), (self.second, c / n_2), (self.total, (a + c) / (n_1 + n_2)))
        return sum(
            abs(100 * share - known.row.value)
            for known, share in shares
            if known is not None and len(known.counts) > 1 and known.row.value is not None
        )


def margins_of(
    rows: TargetRows, definition: str, printed: Sequence[ReportedResult]
) -> Margins | NotEstimable:
    """Sizes and known events of a target under one definition."""
    first = [row for row in rows.first if row.definition == definition]
    second = [row for row in rows.second if row.definition == definition]
    sizes = [_size(first, rows.cohort), _size(second, rows.comparator)]
    whole = {row.n for row in printed if row.n is not None} | {
        int(row.value) for row in printed if row.statistic == "n" and row.n is None and row.value is not None
    }
    n = [size for size, _ in sizes]
    notes = [note for _, note in sizes if note]
    if len(whole) == 1 and sum(size is None for size in n) == 1:
        missing = n.index(None)
        n[missing] = next(iter(whole)) - (n[1 - missing] or 0)
        notes.append(f"n = {n[missing]} of the other group: {next(iter(whole))} in all")
    if n[0] is None or n[1] is None or min(n[0], n[1]) <= 0:
        return NotEstimable("the number of participants of both groups is not printed")
    if any(total != n[0] + n[1] for total in whole):
        stated = ", ".join(str(total) for total in sorted(whole))
        return NotEstimable(
            f"groups of {n[0]} and {n[1]} do not make the {stated} participants of the comparison"
        )
    total = next((found for row in printed if (found := total_of(row, n[0] + n[1]))), None)
    return Margins(
        definition=definition,
        n_1=n[0],
        n_2=n[1],
        borrowed=sum(bool(note) for _, note in sizes),
        notes=tuple(notes),
        first=_arm(rows, first, n[0]),
        second=_arm(rows, second, n[1]),
        total=total,
    )


def _size(arm: Sequence[ReportedResult], cohort: Cohort | None) -> tuple[int | None, str]:
    """Participants of a group as printed with this outcome, else from the table of cohorts with a note."""
    for row in arm:
        if row.unit in ("episodes", "treatment lines"):
            continue
        if row.n is not None:
            return row.n, ""
        if row.statistic == "n" and row.value is not None:
            return int(row.value), ""
    if cohort is None or not cohort.n:
        return None, ""
    return cohort.n, borrowed_n(cohort.n, cohort.label)


def _arm(rows: TargetRows, arm: Sequence[ReportedResult], n: int) -> Known | None:
    """What the events of one group may be; a share without the event does not tell them."""
    of_events = (row for row in arm if not is_event_free(row, rows.outcome, n))
    return next((known for row in of_events if (known := _known(row, n))), None)


def _known(row: ReportedResult, n: int) -> Known | None:
    """The counts that an `events` or `percent` row can stand for."""
    if row.unit in ("episodes", "treatment lines") or row.statistic not in ("events", "percent"):
        return None
    count = row.events if row.events is not None else row.value if row.statistic == "events" else None
    if count is not None:
        return Known(row=row, counts=(int(count),)) if count == int(count) and 0 <= count <= n else None
    if row.value is None:
        return None
    fits = whole_number_counts(row.value, row.decimals, n)
    return Known(row=row, counts=fits) if fits else None


def total_of(row: ReportedResult, n: int | None) -> Known | None:
    """The events of both groups together; without n only as far as they are printed as a count."""
    if row.statistic in ("events", "percent"):
        return _known(row, n) if n else _known(row, 10**9) if row.statistic == "events" else None
    if row.events is None or (n is not None and row.events > n):
        return None
    return Known(row=row, counts=(row.events,))
