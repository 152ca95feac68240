"""Hazard ratios from survival of two groups at one time point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasyn.effects.hazard_ratio import Estimate
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    borrowed_n,
    figure,
    interval_decimals,
    printed_decimals,
)
from metasyn.effects.routes.event_free import at_risk_beside, is_share_of_events
from metasyn.effects.routes.printed_figures import Span, arms_candidate, se_range, survival_route
from metasyn.effects.survival.effective_n import effective_n, effective_n_at_risk, se_from_interval
from metasyn.effects.survival.hazard_ranges import (
    survival_and_at_risk_range,
    survival_and_intervals_range,
    survival_and_n_range,
    survival_and_se_range,
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
    se: float | None
    at_risk: tuple[ReportedResult, float] | None
    n: int | None
    notes: tuple[str, ...]
    borrowed: bool


_Way = tuple[Callable[[_Arm], Estimate | NotEstimable], Callable[[_Arm, _Arm], Span | None]]


def time_point_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Survival of both groups at each time point and definition that they have in common."""
    pairs = [
        (a, b)
        for a in _arms(rows.timed_first, rows.cohort, attempts)
        for b in _arms(rows.timed_second, rows.comparator, attempts)
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


def _arms(rows: Sequence[ReportedResult], cohort: Cohort | None, attempts: Attempts) -> list[_Arm]:
    """Every printed share without the event of one group."""
    arms = []
    for row in rows:
        if row.statistic not in _SHARES or row.value is None or not 0 <= row.value <= _HUNDRED:
            continue
        if is_share_of_events(row, cohort.n if cohort else None):
            reason = f"{figure(row)} is the share with the event: print the share without it as survival"
            attempts.refuse("survival and n", reason)
            continue
        arms.append(_arm(row, rows, cohort))
    return arms


def _arm(row: ReportedResult, rows: Sequence[ReportedResult], cohort: Cohort | None) -> _Arm:
    label = cohort.label if cohort else row.cohort_id
    notes = []
    if row.statistic == "percent":
        notes.append(f"{figure(row)} of {label} at {row.timepoint} taken as the share without the event")
    return _Arm(
        row=row,
        label=label,
        share=(row.value or 0.0) / _HUNDRED,
        interval=Interval(row.ci.low / _HUNDRED, row.ci.high / _HUNDRED, row.ci.level) if row.ci else None,
        se=None if row.se is None else row.se / _HUNDRED,
        at_risk=at_risk_beside(rows, row),
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


def _from_se(arm: _Arm) -> Estimate | NotEstimable:
    if arm.se is None:
        return NotEstimable("no standard error is printed")
    return cumulative_hazard_from_se(arm.share, arm.se)


def _from_at_risk(arm: _Arm) -> Estimate | NotEstimable:
    if arm.at_risk is None:
        return NotEstimable("no number at risk is printed")
    n = effective_n_at_risk(arm.share, arm.at_risk[1])
    return n if isinstance(n, NotEstimable) else cumulative_hazard(arm.share, n)


def _from_n(arm: _Arm) -> Estimate | NotEstimable:
    if not arm.n:
        return NotEstimable("the number of participants is not printed")
    return cumulative_hazard(arm.share, arm.n)


def _share_range(arm: _Arm) -> Range:
    return _scaled(Range.printed(arm.row.value or 0.0, printed_decimals(arm.row)))


def _scaled(percent: Range) -> Range:
    return Range(max(percent.low, 0.0) / _HUNDRED, min(percent.high, _HUNDRED) / _HUNDRED)


def _interval_span(a: _Arm, b: _Arm) -> Span | None:
    """Known for all intervals that show a standard error."""
    methods = _method(a), _method(b)
    if a.row.ci is None or b.row.ci is None or {"wilson", "clopper-pearson"} & {*methods}:
        return None
    shares, levels = (_share_range(a), _share_range(b)), (a.row.ci.level, b.row.ci.level)
    bounds = _bounds(a.row, a.row.ci), _bounds(b.row, b.row.ci)
    return lambda: survival_and_intervals_range(*shares, *bounds, levels=levels, methods=methods)


def _bounds(row: ReportedResult, percent: Interval) -> tuple[Range, Range]:
    decimals = interval_decimals(row)
    return _scaled(Range.printed(percent.low, decimals)), _scaled(Range.printed(percent.high, decimals))


def _se_span(a: _Arm, b: _Arm) -> Span:
    first, second = (_scaled(se_range(arm.row, arm.row.se or 0.0)) for arm in (a, b))
    return lambda: survival_and_se_range(_share_range(a), first, _share_range(b), second)


def _at_risk_span(a: _Arm, b: _Arm) -> Span:
    first, second = (Range.exact(arm.at_risk[1] if arm.at_risk else 0.0) for arm in (a, b))
    return lambda: survival_and_at_risk_range(_share_range(a), first, _share_range(b), second)


def _n_span(a: _Arm, b: _Arm) -> Span:
    first, second = (Range.exact(float(arm.n or 0)) for arm in (a, b))
    return lambda: survival_and_n_range(_share_range(a), first, _share_range(b), second)


_WAYS: dict[RouteName, _Way] = {
    "survival and interval": (_from_interval, _interval_span),
    "survival and standard error": (_from_se, _se_span),
    "survival and numbers at risk": (_from_at_risk, _at_risk_span),
    "survival and n": (_from_n, _n_span),
}


def _candidate(name: RouteName, a: _Arm, b: _Arm, estimate: Estimate, span: Span | None) -> Candidate:
    """The candidate of two groups at one time point."""
    arms = (a, b)
    notes = [note for arm in arms for note in arm.notes]
    others: list[ReportedResult] = []
    borrowed: list[_Arm] = []
    details = f"S at {a.row.timepoint} = {a.share:g} and {b.share:g}"
    if name == "survival and interval":
        notes += [
            f"how the interval of {arm.label} was made is not stated, taken as log-log"
            for arm in arms
            if not arm.row.ci_method
        ]
    elif name == "survival and standard error":
        details += f", se = {a.se:g} and {b.se:g}"
    elif name == "survival and numbers at risk":
        others = [arm.at_risk[0] for arm in arms if arm.at_risk is not None]
    else:
        details += f", n = {a.n} and {b.n}"
        borrowed = [arm for arm in arms if arm.borrowed]
        notes += [borrowed_n(arm.n, arm.label) for arm in borrowed]
    return arms_candidate(
        a.row,
        b.row,
        estimate,
        survival_route(name, details),
        others=others,
        notes=notes,
        borrowed=len(borrowed),
        span=span,
    )
