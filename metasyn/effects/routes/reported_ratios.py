"""Effects from printed ratios and differences: with an interval, a standard error, or a p value."""

from __future__ import annotations

from collections.abc import Mapping

from metasyn.effects.hazard_ratio import (
    off_centre,
    quantile,
    ratio_and_interval,
    ratio_and_p,
    ratio_and_standard_error,
)
from metasyn.effects.model import Route
from metasyn.effects.routes.candidates import (
    Attempts,
    TargetRows,
    figure,
    interval_decimals,
    p_notes,
    printed_decimals,
)
from metasyn.effects.routes.printed_figures import (
    Span,
    bound_ranges,
    contrast_candidate,
    misfit_of_test,
    se_range,
    survival_route,
    value_range,
    with_z,
)
from metasyn.effects.survival.hazard_ranges import (
    ratio_and_interval_range,
    ratio_and_p_range,
    ratio_and_standard_error_range,
)
from metasyn.effects.survival.printed_range import EffectRange, effect_range
from metasyn.evidence.model import ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import RouteName

__all__ = ["difference_candidates", "ratio_candidates"]

# Grades of printed risk and odds ratios: the counts themselves come first.
_AFTER_COUNTS: Mapping[RouteName, int] = {
    "ratio and interval": 3,
    "ratio and standard error": 3,
    "ratio and p": 5,
}


def ratio_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Printed ratios of the target's own measure, with an interval, a standard error or a p value."""
    printed = [r for r in rows.pair if r.statistic == rows.measure.code]
    if not printed:
        reason = f"no {rows.measure.label} of this contrast is printed"
        attempts.refuse("ratio and interval", reason)
        attempts.refuse("ratio and p", reason)
    for row in printed:
        if row.value is None:
            attempts.refuse("ratio and interval", f"{figure(row)} is not a number")
            attempts.refuse("ratio and p", f"{figure(row)} is not a number")
            continue
        _with_interval(rows, row, row.value, attempts)
        _with_standard_error(rows, row, row.value, attempts)
        _with_p(rows, row, row.value, attempts)


def _route(rows: TargetRows, name: RouteName, details: str = "") -> Route:
    """The route as it is graded for the measure of the target."""
    code = rows.measure.code
    return survival_route(name, details, code=code, grade=None if code == "HR" else _AFTER_COUNTS[name])


def _with_interval(rows: TargetRows, row: ReportedResult, ratio: float, attempts: Attempts) -> None:
    interval = row.ci
    if interval is None:
        attempts.refuse("ratio and interval", f"{figure(row)} has no interval")
        return
    estimate = ratio_and_interval(ratio, interval)
    if isinstance(estimate, NotEstimable):
        attempts.refuse("ratio and interval", f"{figure(row)}: {estimate.reason}")
        return
    notes: tuple[str, ...] = ()
    if off_centre(ratio, interval, decimals=printed_decimals(row), interval_decimals=interval_decimals(row)):
        notes = (f"{figure(row)}: the estimate is off the centre of its interval by more than rounding",)
    level = interval.level

    def span() -> EffectRange:
        return ratio_and_interval_range(value_range(row), *bound_ranges(row, interval), level=level)

    details = f"z = {quantile(level):.3f} of the {100 * level:g}% interval"
    route = _route(rows, "ratio and interval", details)
    attempts.candidates.append(
        contrast_candidate(rows, row, estimate, route, notes=notes, interval=interval, span=span)
    )


def _with_standard_error(rows: TargetRows, row: ReportedResult, ratio: float, attempts: Attempts) -> None:
    se = row.se
    if se is None:
        return
    estimate = ratio_and_standard_error(ratio, se)
    if isinstance(estimate, NotEstimable):
        attempts.refuse("ratio and standard error", f"{figure(row)}: {estimate.reason}")
        return
    attempts.candidates.append(
        contrast_candidate(
            rows,
            row,
            estimate,
            _route(rows, "ratio and standard error", f"se = {se:g}"),
            span=lambda: ratio_and_standard_error_range(value_range(row), se_range(row, se)),
        )
    )


def _with_p(rows: TargetRows, row: ReportedResult, ratio: float, attempts: Attempts) -> None:
    printed = rows.p_values(row.definition, own=(row,))
    if not printed:
        attempts.refuse("ratio and p", f"{figure(row)} has no p value")
    for p_row, p in printed:
        reason = _p_misfit(rows, row, p_row)
        estimate = NotEstimable(reason) if reason else ratio_and_p(ratio, p)
        if isinstance(estimate, NotEstimable):
            attempts.refuse("ratio and p", f"{figure(row)}: {estimate.reason}")
            continue
        attempts.candidates.append(
            contrast_candidate(
                rows,
                row,
                estimate,
                _route(rows, "ratio and p"),
                others=(p_row,),
                notes=p_notes(p_row, p, row.definition),
                span=with_z(p_row, p, lambda z: ratio_and_p_range(value_range(row), z)),
            )
        )
        return


def _p_misfit(rows: TargetRows, row: ReportedResult, p_row: ReportedResult) -> str:
    """Why a p value is not that of the ratio; empty if it is."""
    if p_row.definition != row.definition:
        return "the only p value belongs to another definition"
    return misfit_of_test(p_row, rows.measure.code)


def difference_candidates(rows: TargetRows, attempts: Attempts, *, grade: int) -> None:
    """Printed risk differences with an interval (in percentage points if the unit says so)."""
    for row in rows.pair:
        if row.statistic != "RD":
            continue
        if row.value is None or row.ci is None:
            attempts.refuse("given", f"{figure(row)} has no interval")
            continue
        width = row.ci.high - row.ci.low
        if not 0 < width < float("inf"):
            attempts.refuse("given", f"{figure(row)}: the interval has no finite width")
            continue
        scale = 100.0 if row.unit == "percent" else 1.0
        se = width / (2 * quantile(row.ci.level)) / scale
        formula = f"RD; se = (U − L)/(2 × {quantile(row.ci.level):.3f}), {100 * row.ci.level:g}% interval"
        route = Route(name="given", grade=grade, formula=formula)
        attempts.candidates.append(
            contrast_candidate(
                rows, row, (row.value / scale, se**2), route, span=_difference_span(row, row.ci, scale)
            )
        )


def _difference_span(row: ReportedResult, interval: Interval, scale: float) -> Span:
    """What rounding allows for a difference with an interval."""
    z = quantile(interval.level)

    def vertex(value: float, low: float, high: float) -> tuple[float, float]:
        return value / scale, max(0.0, high - low) / (2 * z) / scale

    return lambda: effect_range(vertex, (value_range(row), *bound_ranges(row, interval)))
