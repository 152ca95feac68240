"""Hazard ratios from two digitised survival curves: reconstructed times, then Cox regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from metasyn.effects.hazard_ratio import in_unit
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    borrowed_n,
    common_definition,
    figure,
    same_definition,
)
from metasyn.effects.routes.group_events import GroupEvents, Printed, events_of_groups, printed_events
from metasyn.effects.routes.printed_figures import arms_candidate, survival_route
from metasyn.effects.survival.cox import cox_hazard_ratio
from metasyn.effects.survival.guyot import Reconstruction, reconstruct
from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort, Curve, ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import RouteName

__all__ = ["curve_candidates"]

_NAME = "curves"
_Times = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """The curve of one group as far as it is printed, and its reconstruction."""

    row: ReportedResult
    label: str
    group: Reconstruction
    later_numbers: bool
    events: int | None
    rows: tuple[ReportedResult, ...]
    notes: tuple[str, ...]


def curve_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Both curves under one definition, with numbers at risk, with events, or with n alone."""
    first = [r for r in rows.first if r.statistic == "curve"]
    second = [r for r in rows.second if r.statistic == "curve"]
    if bool(first) != bool(second):
        attempts.refuse(_NAME, "the curve of one group only is in the tables")
    for a, b in same_definition(first, second):
        found = _candidate(rows, a, b)
        if isinstance(found, NotEstimable):
            attempts.refuse(_NAME, found.reason)
        else:
            attempts.candidates.append(found)


def _candidate(rows: TargetRows, a: ReportedResult, b: ReportedResult) -> Candidate | NotEstimable:
    events_1, events_2 = _events(rows, a, b)
    first = _arm(a, a.unit, events_1, rows.cohort, rows.curves.get(a.result_id))
    second = _arm(b, a.unit, events_2, rows.comparator, rows.curves.get(b.result_id))
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    one, two = first.group, second.group
    estimate = cox_hazard_ratio(one.times, one.events, two.times, two.events)
    if isinstance(estimate, NotEstimable):
        return estimate
    notes = [f"curve of {arm.label}: {f.message}" for arm in (first, second) for f in arm.group.findings]
    details = f"{one.n_events} events of {one.n} and {two.n_events} of {two.n}"
    return arms_candidate(
        a,
        b,
        estimate,
        survival_route(_name(first, second), details),
        others=(*first.rows, *second.rows),
        notes=(*first.notes, *second.notes, *notes),
    )


def _name(*arms: _Arm) -> RouteName:
    """By what the less complete of the two curves comes with."""
    if all(arm.later_numbers for arm in arms):
        return "curves and numbers at risk"
    if all(arm.later_numbers or arm.events is not None for arm in arms):
        return "curves and events"
    return "curves and n"


def _events(
    rows: TargetRows, a: ReportedResult, b: ReportedResult
) -> tuple[GroupEvents | NotEstimable, GroupEvents | NotEstimable]:
    """Events of both groups: beside the curve, else as printed elsewhere or by subtraction."""

    def printed(row: ReportedResult, arm: Sequence[ReportedResult]) -> Printed:
        return (row, row.events) if row.events is not None else printed_events(arm, row.definition)

    return events_of_groups(rows, common_definition(a, b), (printed(a, rows.first), printed(b, rows.second)))


def _arm(
    row: ReportedResult,
    unit: str,
    known: GroupEvents | NotEstimable,
    cohort: Cohort | None,
    curve: Curve | None,
) -> _Arm | NotEstimable:
    """The reconstruction of one group, times in `unit`."""
    label = cohort.label if cohort else row.cohort_id
    if curve is None or not curve.times:
        return NotEstimable(f"no points of the curve of {label} ({row.result_id}) are in curves.csv")
    factor = in_unit(1.0, row.unit, unit)
    if isinstance(factor, NotEstimable):
        return NotEstimable(f"the curves cannot be put in one unit of time: {factor.reason}")
    risk_times, at_risk, notes = curve.risk_times, curve.at_risk, []
    if not risk_times or risk_times[0] > 0:
        n = row.n if row.n is not None else (cohort.n if cohort else None)
        if not n:
            return NotEstimable(f"neither a number at risk at time 0 nor n of {label} is printed")
        if row.n is None:
            notes.append(borrowed_n(n, label))
        risk_times, at_risk = (0.0, *risk_times), (n, *at_risk)
    events = None if isinstance(known, NotEstimable) else known
    if events is not None and events.note:
        notes.append(events.note)
    try:
        group = _reconstructed(
            tuple(factor * t for t in curve.times),
            curve.survival,
            tuple(factor * t for t in risk_times),
            at_risk,
            events.count if events else None,
        )
    except OptionError as error:
        return NotEstimable(f"{figure(row)} of {label}: {error}")
    return _Arm(
        row=row,
        label=label,
        group=group,
        later_numbers=len(risk_times) > 1,
        events=events.count if events else None,
        rows=events.rows if events else (),
        notes=tuple(notes),
    )


@lru_cache(maxsize=256)
def _reconstructed(
    times: _Times, survival: _Times, risk_times: _Times, at_risk: tuple[int, ...], events: int | None
) -> Reconstruction:
    """The same curve is asked for again by every variant of an analysis."""
    return reconstruct(times, survival, risk_times=risk_times, at_risk=at_risk, total_events=events)
