"""Effects from two median survival times, the last resort among the routes to a hazard ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from metasyn.effects.hazard_ratio import (
    Estimate,
    in_unit,
    medians_and_assumed_events,
    medians_and_events,
    medians_and_intervals,
    medians_and_p,
)
from metasyn.effects.model import Route
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    borrowed_n,
    common_definition,
    p_notes,
    same_definition,
)
from metasyn.effects.routes.group_events import Printed, events_of_groups
from metasyn.effects.routes.printed_figures import (
    Span,
    arms_candidate,
    bound_ranges,
    misfit_of_test,
    scaled,
    survival_route,
    value_range,
    with_z,
)
from metasyn.effects.survival.hazard_ranges import (
    medians_and_events_range,
    medians_and_intervals_range,
    medians_and_p_range,
)
from metasyn.effects.survival.printed_range import EffectRange, Range
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.values import NotEstimable

__all__ = ["median_candidates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A median of each group, both in the unit of the first."""

    first: ReportedResult
    second: ReportedResult
    median_1: float
    median_2: float
    notes: tuple[str, ...]

    @property
    def rows(self) -> tuple[ReportedResult, ReportedResult]:
        return self.first, self.second

    @property
    def ranges(self) -> tuple[Range, Range]:
        """What the medians may have been before they were rounded, in the unit of the first."""
        factor = self.median_2 / (self.second.value or 1.0)
        return value_range(self.first), scaled(value_range(self.second), factor)


def median_candidates(rows: TargetRows, attempts: Attempts, *, event_fraction: float | None) -> None:
    """Every way to a log hazard ratio from the medians of the two groups."""
    first = _usable_medians(rows.first, "the cohort", rows.cohort, attempts)
    second = _usable_medians(rows.second, "the comparator", rows.comparator, attempts)
    for a, b in same_definition(first, second):
        pair = _in_one_unit(a, b)
        if isinstance(pair, NotEstimable):
            attempts.refuse("medians", pair.reason)
            continue
        for name, found in (
            ("medians and p", _with_p(rows, pair)),
            ("medians and events", _with_events(rows, pair)),
            ("medians and their intervals", _with_intervals(pair)),
            ("medians and assumed events", _with_assumed_events(rows, pair, event_fraction)),
        ):
            if isinstance(found, NotEstimable):
                attempts.refuse(name, found.reason)
            else:
                attempts.candidates.append(found)


def _usable_medians(
    of_arm: tuple[ReportedResult, ...], role: str, cohort: Cohort | None, attempts: Attempts
) -> list[ReportedResult]:
    """Medians of one arm that are numbers."""
    label = cohort.label if cohort else ""
    printed = [r for r in of_arm if r.statistic == "median"]
    usable = [r for r in printed if r.value is not None and 0 < r.value < math.inf]
    if not printed:
        attempts.refuse("medians", f"{role} ({label}) has no printed median")
    elif not usable:
        attempts.refuse(
            "medians", f"the median of {role} ({label}) is not a number ({printed[0].as_printed})"
        )
    return usable


def _in_one_unit(a: ReportedResult, b: ReportedResult) -> _Pair | NotEstimable:
    """The two medians in the unit of the first."""
    other = in_unit(b.value or 0.0, b.unit, a.unit)
    if isinstance(other, NotEstimable):
        return NotEstimable(f"the medians cannot be put in one unit: {other.reason}")
    notes = []
    if a.unit != b.unit:
        notes.append(f"median of {b.value:g} {b.unit} converted to {other:.4g} {a.unit}")
    return _Pair(first=a, second=b, median_1=a.value or 0.0, median_2=other, notes=tuple(notes))


def _with_p(rows: TargetRows, pair: _Pair) -> Candidate | NotEstimable:
    """Standard error from the first exact p value of the comparison."""
    refusal = NotEstimable("no p value of this contrast is printed")
    for row, p in rows.p_values(pair.first.definition, own=pair.rows):
        misfit = misfit_of_test(row, rows.measure.code)
        estimate = NotEstimable(misfit) if misfit else medians_and_p(pair.median_1, pair.median_2, p)
        if isinstance(estimate, NotEstimable):
            refusal = estimate
            continue
        return _candidate(
            pair,
            estimate,
            survival_route("medians and p", "z of the two-sided p"),
            others=() if row in pair.rows else (row,),
            notes=p_notes(row, p, pair.first.definition),
            span=with_z(row, p, partial(medians_and_p_range, *pair.ranges)),
        )
    return refusal


def _with_events(rows: TargetRows, pair: _Pair) -> Candidate | NotEstimable:
    """Variance from the events of both groups."""
    printed = _events(pair.first, rows.first), _events(pair.second, rows.second)
    first, second = events_of_groups(rows, common_definition(*pair.rows), printed)
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    events = first.count, second.count
    estimate = medians_and_events(pair.median_1, pair.median_2, *events)
    return _candidate(
        pair,
        estimate,
        survival_route("medians and events", f"e = {events[0]} and {events[1]}"),
        others=tuple(row for row in (*first.rows, *second.rows) if row not in pair.rows),
        notes=tuple(one.note for one in (first, second) if one.note),
        span=partial(medians_and_events_range, *pair.ranges, *map(Range.exact, events)),
    )


def _events(median: ReportedResult, arm: tuple[ReportedResult, ...]) -> Printed:
    """Events beside a median, else in a row of their own under the same definition."""
    if median.events is not None:
        return median, median.events
    for row in arm:
        of_same = row.statistic == "events" and row.definition == median.definition
        if of_same and row.events is not None and row.unit != "episodes":
            return row, row.events
    return None


def _with_intervals(pair: _Pair) -> Candidate | NotEstimable:
    """Variance from the interval of each median; a change of unit does not change its log width."""
    if pair.first.ci is None or pair.second.ci is None:
        return NotEstimable("not both medians have an interval with two numbers")
    one, two = pair.first.ci, pair.second.ci

    def span() -> EffectRange:
        bounds = bound_ranges(pair.first, one), bound_ranges(pair.second, two)
        return medians_and_intervals_range(*pair.ranges, *bounds, levels=(one.level, two.level))

    return _candidate(
        pair,
        medians_and_intervals(pair.median_1, pair.median_2, pair.first.ci, pair.second.ci),
        survival_route("medians and their intervals"),
        span=span,
    )


def _with_assumed_events(
    rows: TargetRows, pair: _Pair, event_fraction: float | None
) -> Candidate | NotEstimable:
    """Variance from a stated share of participants with the event."""
    if event_fraction is None:
        return NotEstimable("no share of participants with the event is assumed (event_fraction)")
    sizes, notes = [], []
    for row, cohort in zip(pair.rows, (rows.cohort, rows.comparator), strict=True):
        label = cohort.label if cohort else row.cohort_id
        n = row.n if row.n is not None else (cohort.n if cohort else None)
        if not n:
            return NotEstimable(f"{label} has no printed number of participants")
        sizes.append(n)
        if row.n is None:
            notes.append(borrowed_n(n, label))
    share = f"{100 * event_fraction:g}%"
    events = [Range.exact(event_fraction * n) for n in sizes]
    details = f"share {share}, n = {sizes[0]} and {sizes[1]}"
    return _candidate(
        pair,
        medians_and_assumed_events(pair.median_1, pair.median_2, sizes[0], sizes[1], event_fraction),
        survival_route("medians and assumed events", details, share=share),
        notes=tuple(notes),
        span=partial(medians_and_events_range, *pair.ranges, *events),
    )


def _candidate(
    pair: _Pair,
    estimate: Estimate | NotEstimable,
    route: Route,
    *,
    others: tuple[ReportedResult, ...] = (),
    notes: tuple[str, ...] = (),
    span: Span | None = None,
) -> Candidate | NotEstimable:
    """The candidate of a pair of medians and one kind of standard error."""
    if isinstance(estimate, NotEstimable):
        return estimate
    return arms_candidate(*pair.rows, estimate, route, others=others, notes=(*pair.notes, *notes), span=span)
