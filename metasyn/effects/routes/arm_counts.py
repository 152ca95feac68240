"""Effects from events and participants of each group, printed or recovered from percentages."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.effects.counts import counts_formula
from metasyn.effects.model import Counts, Route
from metasyn.effects.rounding import nearest_count, whole_number_counts
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    borrowed_n,
    definitions_differ,
    figure,
    printed_decimals,
)
from metasyn.effects.routes.event_free import is_event_free
from metasyn.effects.routes.margin_figures import margin_candidates
from metasyn.effects.routes.proportion_figures import proportion_candidates
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import RouteName

__all__ = ["count_candidates"]

_RECOVERED = "a whole number of participants stands behind the printed percentage"
_UNCENSORED = "nobody was censored before the time point"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """Events and participants of one group from one row; `fits`: all counts that rounding allows."""

    row: ReportedResult
    events: int
    n: int
    fits: tuple[int, ...]
    recovered: bool
    borrowed: bool
    event_free: bool = False
    notes: tuple[str, ...] = ()


def count_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Counts of the cohort, or of both groups under one definition; else what is nearest to counts.

    One group without counts: a share with an interval, or survival at a time point
    (`proportion_figures`). Two groups of which one has none: their table from its margins
    (`margin_figures`).
    """
    first = _arms(rows, rows.first, rows.cohort, "the cohort", attempts)
    if rows.comparator is None:
        for arm in first:
            attempts.candidates.append(_candidate(rows, (arm,)))
        proportion_candidates(rows, attempts)
        return
    second = _arms(rows, rows.second, rows.comparator, "the comparator", attempts)
    pairs = [(a, b) for a in first for b in second if a.row.definition == b.row.definition]
    for pair in pairs or [(a, b) for a in first for b in second]:
        attempts.candidates.append(_candidate(rows, pair))
    if not (first and second):
        margin_candidates(rows, attempts)


def _arms(
    rows: TargetRows, of_arm: tuple[ReportedResult, ...], cohort: Cohort, role: str, attempts: Attempts
) -> list[_Arm]:
    """Every row of a group that gives whole-number counts."""
    name = f"{role} ({cohort.label})"
    arms, tried = [], False
    for row in of_arm:
        free = is_event_free(row, rows.outcome, cohort.n)
        if (row.statistic not in ("events", "percent") and not free) or (free and rows.comparator is None):
            continue
        tried = True
        arm = _event_free_arm(row, cohort) if free else _arm(row, cohort)
        if isinstance(arm, NotEstimable):
            attempts.refuse("percent" if row.statistic == "percent" else "events", f"{name}: {arm.reason}")
        else:
            arms.append(arm)
    if not tried and not any(is_event_free(row, rows.outcome, cohort.n) for row in of_arm):
        attempts.refuse("events", f"{name} has neither events nor a percentage")
    return arms


def _arm(row: ReportedResult, cohort: Cohort) -> _Arm | NotEstimable:
    """The counts behind one row, or why there are none."""
    if row.unit == "episodes":
        return NotEstimable(f"{figure(row)} counts episodes, not participants")
    n = row.n if row.n is not None else cohort.n
    if not n:
        return NotEstimable(f"{figure(row)} has no printed number of participants")
    borrowed = row.n is None
    notes = [] if not borrowed else [borrowed_n(n, cohort.label)]
    if row.unit == "treatment lines":
        notes.append(f"{figure(row)} counts treatment lines, not participants")
    events = _printed_events(row)
    if events is not None and not 0 <= events <= n:
        return NotEstimable(f"{figure(row)} is not a count between 0 and {n}")
    if events is not None:
        derived = f"{events}/{n} of {cohort.label} derived: {row.derivation or 'see the table'}"
        told = (*notes, derived) if row.derived else tuple(notes)
        return _Arm(
            row=row, events=events, n=n, fits=(events,), recovered=False, borrowed=borrowed, notes=told
        )
    if row.statistic != "percent" or row.value is None:
        return NotEstimable(f"{figure(row)} is not a number")
    fits = whole_number_counts(row.value, row.decimals, n)
    if not fits:
        return NotEstimable(f"{figure(row)}: no whole number of {n} participants gives this percentage")
    count = nearest_count(row.value, n, fits)
    if len(fits) > 1:
        others = ", ".join(str(k) for k in fits if k != count)
        notes.append(f"{figure(row)} of {n} in {cohort.label}: {count} taken, {others} would fit too")
    return _Arm(row=row, events=count, n=n, fits=fits, recovered=True, borrowed=borrowed, notes=tuple(notes))


def _event_free_arm(row: ReportedResult, cohort: Cohort) -> _Arm | NotEstimable:
    """The counts behind survival at a time point, as if nobody had been censored before."""
    n = row.n if row.n is not None else cohort.n
    if not n or row.value is None:
        return NotEstimable(f"{figure(row)} has no printed number of participants")
    fits = whole_number_counts(row.value, row.decimals, n)
    if not fits:
        return NotEstimable(
            f"{figure(row)}: no whole number of {n} participants gives this percentage, some were censored"
        )
    printed = None if row.events is None else n - row.events
    left = printed if printed in fits else nearest_count(row.value, n, fits)
    notes = [f"{figure(row)} of {cohort.label} are without the event: {n - left}/{n} with it"]
    if row.n is None:
        notes.append(borrowed_n(n, cohort.label))
    return _Arm(
        row=row,
        events=n - left,
        n=n,
        fits=tuple(sorted(n - k for k in fits)),
        recovered=True,
        borrowed=row.n is None,
        event_free=True,
        notes=tuple(notes),
    )


def _printed_events(row: ReportedResult) -> int | None:
    """The whole-number count of a row, if it has one."""
    if row.events is not None:
        return row.events
    if row.statistic == "events" and row.value is not None and row.value == int(row.value):
        return int(row.value)
    return None


def _candidate(rows: TargetRows, arms: tuple[_Arm, ...]) -> Candidate:
    """The candidate of one group, or of two."""
    recovered = any(arm.recovered for arm in arms)
    free = any(arm.event_free for arm in arms)
    name: RouteName = "1-S and n" if free else "percent" if recovered else "events"
    first, second = arms[0], arms[1] if len(arms) > 1 else None
    notes = [note for arm in arms for note in arm.notes]
    if second is not None and first.row.definition != second.row.definition:
        notes.append(definitions_differ(first.row, second.row))
    return Candidate(
        route=Route(
            name=name,
            grade=5 if free else 2 if recovered else 1,
            formula=counts_formula(rows.measure),
            assumptions=(*((_RECOVERED,) if recovered else ()), *((_UNCENSORED,) if free else ())),
        ),
        rows=tuple(arm.row for arm in arms),
        definitions=tuple(dict.fromkeys(arm.row.definition for arm in arms)),
        decimals=sum(printed_decimals(arm.row) for arm in arms),
        borrowed=sum(arm.borrowed for arm in arms),
        counts=Counts(
            events_1=first.events,
            n_1=first.n,
            events_2=second.events if second else None,
            n_2=second.n if second else None,
        ),
        notes=tuple(notes),
        count_fits=tuple(arm.fits for arm in arms),
    )
