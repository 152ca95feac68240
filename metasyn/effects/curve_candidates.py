"""Hazard ratios from two digitised survival curves: reconstructed times, then Cox regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from metasyn.effects.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    definitions_differ,
    figure,
    same_definition,
)
from metasyn.effects.hazard_ratio import in_unit
from metasyn.effects.log_rank_figures import arm_events
from metasyn.effects.printed_figures import survival_route
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
    first = _arm(a, a.unit, rows.first, rows.cohort, rows.curves.get(a.result_id))
    second = _arm(b, a.unit, rows.second, rows.comparator, rows.curves.get(b.result_id))
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    one, two = first.group, second.group
    estimate = cox_hazard_ratio(one.times, one.events, two.times, two.events)
    if isinstance(estimate, NotEstimable):
        return estimate
    notes = [f"curve of {arm.label}: {f.message}" for arm in (first, second) for f in arm.group.findings]
    if a.definition != b.definition:
        notes.append(definitions_differ(a, b))
    details = f"{one.n_events} events of {one.n} and {two.n_events} of {two.n}"
    used = {row.result_id: row for row in (a, b, *first.rows, *second.rows)}
    return Candidate(
        route=survival_route(_name(first, second), details),
        rows=tuple(used.values()),
        definitions=tuple(dict.fromkeys((a.definition, b.definition))),
        decimals=0,
        yi=estimate[0],
        vi=estimate[1],
        notes=(*first.notes, *second.notes, *notes),
    )


def _name(*arms: _Arm) -> RouteName:
    """By what the less complete of the two curves comes with."""
    if all(arm.later_numbers for arm in arms):
        return "curves and numbers at risk"
    if all(arm.later_numbers or arm.events is not None for arm in arms):
        return "curves and events"
    return "curves and n"


def _arm(
    row: ReportedResult,
    unit: str,
    others: Sequence[ReportedResult],
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
            notes.append(f"n = {n} of {label} taken from the table of cohorts")
        risk_times, at_risk = (0.0, *risk_times), (n, *at_risk)
    events = arm_events(others, row.definition) if row.events is None else (row, row.events)
    try:
        group = _reconstructed(
            tuple(factor * t for t in curve.times),
            curve.survival,
            tuple(factor * t for t in risk_times),
            at_risk,
            events[1] if events else None,
        )
    except OptionError as error:
        return NotEstimable(f"{figure(row)} of {label}: {error}")
    return _Arm(
        row=row,
        label=label,
        group=group,
        later_numbers=len(risk_times) > 1,
        events=events[1] if events else None,
        rows=(events[0],) if events else (),
        notes=tuple(notes),
    )


@lru_cache(maxsize=256)
def _reconstructed(
    times: _Times, survival: _Times, risk_times: _Times, at_risk: tuple[int, ...], events: int | None
) -> Reconstruction:
    """The same curve is asked for again by every variant of an analysis."""
    return reconstruct(times, survival, risk_times=risk_times, at_risk=at_risk, total_events=events)
