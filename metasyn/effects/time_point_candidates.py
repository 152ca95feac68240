"""Hazard ratios from survival of two groups at one time point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasyn.effects.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    definitions_differ,
    figure,
    interval_decimals,
    printed_decimals,
)
from metasyn.effects.hazard_ratio import Estimate
from metasyn.effects.printed_figures import Span, rounding_of, survival_route
from metasyn.effects.survival.effective_n import effective_n, effective_n_at_risk, se_from_interval
from metasyn.effects.survival.hazard_ranges import (
    survival_and_at_risk_range,
    survival_and_intervals_range,
    survival_and_n_range,
)
from metasyn.effects.survival.printed_range import Range
from metasyn.effects.survival.timepoint import (
    cumulative_hazard,
    cumulative_hazard_from_interval,
    cumulative_hazard_from_se,
    survival_ratio,
)
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionInterval, RouteName, choices

__all__ = ["time_point_candidates"]

_SHARES = ("survival", "percent")
_HUNDRED = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """Survival of one group at a time point, as a proportion, and what tells its precision."""

    row: ReportedResult
    label: str
    share: float
    interval: Interval | None
    at_risk: ReportedResult | None
    n: int | None
    notes: tuple[str, ...]
    borrowed: bool


_Way = tuple[Callable[[_Arm], Estimate | NotEstimable], Callable[[_Arm, _Arm], Span | None]]


def time_point_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Survival of both groups at each time point and definition that they have in common."""
    pairs = [
        (a, b)
        for a in _arms(rows.timed_first, rows.cohort)
        for b in _arms(rows.timed_second, rows.comparator)
        if a.row.timepoint == b.row.timepoint
    ]
    alike = [(a, b) for a, b in pairs if a.row.definition == b.row.definition]
    for a, b in alike or pairs:
        for name, (hazard, span) in _WAYS.items():
            first, second = hazard(a), hazard(b)
            estimate = survival_ratio(first, second)
            if isinstance(estimate, NotEstimable):
                who = a.label if isinstance(first, NotEstimable) else b.label
                attempts.refuse(name, f"{who} at {a.row.timepoint}: {estimate.reason}")
            else:
                attempts.candidates.append(_candidate(name, a, b, estimate, span(a, b)))


def _arms(rows: Sequence[ReportedResult], cohort: Cohort | None) -> list[_Arm]:
    """Every printed share without the event of one group."""
    return [
        _arm(row, rows, cohort)
        for row in rows
        if row.statistic in _SHARES and row.value is not None and 0 <= row.value <= _HUNDRED
    ]


def _arm(row: ReportedResult, rows: Sequence[ReportedResult], cohort: Cohort | None) -> _Arm:
    label = cohort.label if cohort else row.cohort_id
    notes = []
    if row.statistic == "percent":
        notes.append(f"{figure(row)} of {label} at {row.timepoint} taken as the share without the event")
    beside = (
        r
        for r in rows
        if r.statistic == "at risk" and (r.timepoint, r.definition) == (row.timepoint, row.definition)
    )
    return _Arm(
        row=row,
        label=label,
        share=(row.value or 0.0) / _HUNDRED,
        interval=Interval(row.ci.low / _HUNDRED, row.ci.high / _HUNDRED, row.ci.level) if row.ci else None,
        at_risk=next(beside, None),
        n=row.n if row.n is not None else (cohort.n if cohort else None),
        notes=tuple(notes),
        borrowed=row.n is None,
    )


def _method(arm: _Arm) -> ProportionInterval:
    """How the interval was made: as stated, else on the log-log scale."""
    stated = [word for word in choices(ProportionInterval) if word == arm.row.ci_method]
    return stated[0] if stated else "log-log"  # type: ignore[return-value]


def _from_interval(arm: _Arm) -> Estimate | NotEstimable:
    if arm.interval is None:
        return NotEstimable("no interval is printed")
    method = _method(arm)
    if method == "log-log":
        return cumulative_hazard_from_interval(arm.share, arm.interval)
    if method in ("wilson", "clopper-pearson"):
        n = effective_n(arm.share, arm.interval, method=method)
        return n if isinstance(n, NotEstimable) else cumulative_hazard(arm.share, n)
    se = se_from_interval(arm.share, arm.interval, method=method)
    return se if isinstance(se, NotEstimable) else cumulative_hazard_from_se(arm.share, se)


def _from_at_risk(arm: _Arm) -> Estimate | NotEstimable:
    at_risk = _number_at_risk(arm)
    if at_risk is None:
        return NotEstimable("no number at risk is printed")
    n = effective_n_at_risk(arm.share, at_risk)
    return n if isinstance(n, NotEstimable) else cumulative_hazard(arm.share, n)


def _number_at_risk(arm: _Arm) -> float | None:
    if arm.at_risk is None:
        return None
    return arm.at_risk.value if arm.at_risk.value is not None else arm.at_risk.n


def _from_n(arm: _Arm) -> Estimate | NotEstimable:
    if not arm.n:
        return NotEstimable("the number of participants is not printed")
    return cumulative_hazard(arm.share, arm.n)


def _share_range(arm: _Arm) -> Range:
    return _scaled(Range.printed(arm.row.value or 0.0, printed_decimals(arm.row)))


def _scaled(percent: Range) -> Range:
    return Range(max(percent.low, 0.0) / _HUNDRED, min(percent.high, _HUNDRED) / _HUNDRED)


def _interval_span(a: _Arm, b: _Arm) -> Span | None:
    """Known for log-log intervals."""
    if a.row.ci is None or b.row.ci is None or {_method(a), _method(b)} != {"log-log"}:
        return None
    shares, levels = (_share_range(a), _share_range(b)), (a.row.ci.level, b.row.ci.level)
    bounds = _bounds(a.row, a.row.ci), _bounds(b.row, b.row.ci)
    return lambda: survival_and_intervals_range(*shares, *bounds, levels=levels)


def _bounds(row: ReportedResult, percent: Interval) -> tuple[Range, Range]:
    decimals = interval_decimals(row)
    return _scaled(Range.printed(percent.low, decimals)), _scaled(Range.printed(percent.high, decimals))


def _at_risk_span(a: _Arm, b: _Arm) -> Span:
    first, second = (Range.exact(_number_at_risk(arm) or 0.0) for arm in (a, b))
    return lambda: survival_and_at_risk_range(_share_range(a), first, _share_range(b), second)


def _n_span(a: _Arm, b: _Arm) -> Span:
    first, second = (Range.exact(float(arm.n or 0)) for arm in (a, b))
    return lambda: survival_and_n_range(_share_range(a), first, _share_range(b), second)


_WAYS: dict[RouteName, _Way] = {
    "survival and interval": (_from_interval, _interval_span),
    "survival and numbers at risk": (_from_at_risk, _at_risk_span),
    "survival and n": (_from_n, _n_span),
}


def _candidate(name: RouteName, a: _Arm, b: _Arm, estimate: Estimate, span: Span | None) -> Candidate:
    """The candidate of two groups at one time point."""
    arms = (a, b)
    notes = [note for arm in arms for note in arm.notes]
    others: list[ReportedResult] = []
    details = f"S at {a.row.timepoint} = {a.share:g} and {b.share:g}"
    if name == "survival and interval":
        notes += [
            f"how the interval of {arm.label} was made is not stated, taken as log-log"
            for arm in arms
            if not arm.row.ci_method
        ]
    elif name == "survival and numbers at risk":
        others = [arm.at_risk for arm in arms if arm.at_risk is not None]
    else:
        details += f", n = {a.n} and {b.n}"
        notes += [
            f"n = {arm.n} of {arm.label} taken from the table of cohorts" for arm in arms if arm.borrowed
        ]
    if a.row.definition != b.row.definition:
        notes.append(definitions_differ(a.row, b.row))
    used = (a.row, b.row, *others)
    return Candidate(
        route=survival_route(name, details),
        rows=used,
        definitions=tuple(dict.fromkeys((a.row.definition, b.row.definition))),
        decimals=sum(printed_decimals(arm.row) for arm in arms),
        borrowed=sum(arm.borrowed for arm in arms) if name == "survival and n" else 0,
        yi=estimate[0],
        vi=estimate[1],
        notes=tuple(notes),
        rounding=rounding_of(used, span),
    )
