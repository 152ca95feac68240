"""Median survival of one group as an outcome: candidates from a median and what stands beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from metasyn.effects.hazard_ratio import Estimate, in_unit, quantile
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.measure_names import measured_in
from metasyn.effects.model import Route
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    figure,
    interval_decimals,
    printed_decimals,
)
from metasyn.effects.survival.median_outcome import log_median, log_median_and_events, log_median_one_bound
from metasyn.effects.survival.printed_range import EffectRange, Range, effect_range
from metasyn.evidence.model import ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import RouteName, TimeUnit, choices

__all__ = ["in_its_unit", "log_median_candidates"]

_GRADES: dict[RouteName, int] = {"median and interval": 1, "median and one bound": 2, "median and events": 3}
_NORMAL = "the log of the median is about normal with the width of its interval"
_SYMMETRIC = "the interval is symmetric on the log scale; with the upper bound not reached it is wider above"
_EXPONENTIAL = "survival is exponential: the variance of the log median is one over the events"
_FACTORS = "a week has 7 days, a month 30.4375, a year 365.25"


def in_its_unit(measure: EffectMeasure, results: Sequence[ReportedResult]) -> EffectMeasure:
    """A measure of time in the unit of most of the medians that may be used; months where two are level.

    Any other measure, and one without any median in a unit of time, is returned as it is.
    """
    if measure.family != "time":
        return measure
    units = Counter(
        row.unit
        for row in results
        if row.statistic == "median"
        and row.usable
        and row.value is not None
        and row.unit in choices(TimeUnit)
    )
    if not units:
        return measure
    return measured_in(measure, max(units, key=lambda unit: (units[unit], unit == "months", unit)))


def log_median_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Every way from a printed median of one group to its logarithm and a variance."""
    printed = [row for row in rows.first if row.statistic == "median"]
    if not printed:
        attempts.refuse("median", f"{rows.cohort.label} has no printed median")
    for row in printed:
        if row.value is None or not 0 < row.value < math.inf:
            attempts.refuse(
                "median", f"{figure(row)} is not a number: the median was not reached or not printed"
            )
            continue
        factor = in_unit(1.0, row.unit, rows.measure.unit)
        if isinstance(factor, NotEstimable):
            attempts.refuse("median", f"{figure(row)}: {factor.reason}")
            continue
        for name, found in (
            _with_interval(rows, row, factor),
            _with_events(rows, row, factor),
        ):
            if isinstance(found, NotEstimable):
                attempts.refuse(name, f"{figure(row)}: {found.reason}")
            else:
                attempts.candidates.append(found)


def _with_interval(
    rows: TargetRows, row: ReportedResult, factor: float
) -> tuple[RouteName, Candidate | NotEstimable]:
    """From both bounds, or from the one that was reached."""
    median, ci = (row.value or 0.0) * factor, row.ci or row.open_ci
    if ci is None:
        return "median and interval", NotEstimable("no interval is printed with it")
    if row.ci is not None and math.isfinite(ci.high) and ci.low > 0:
        interval = Interval(ci.low * factor, ci.high * factor, ci.level)
        formula = f"ln m; se = (ln U − ln L)/(2 × {quantile(ci.level):.3f}), {100 * ci.level:g}% interval"
        name: RouteName = "median and interval"
        found = log_median(median, interval)
        return name, _candidate(
            rows,
            row,
            name,
            found,
            formula,
            _NORMAL,
            interval=interval,
            rounding=_range(row, factor, both=True),
        )
    bound, letter = (ci.low, "L") if ci.low > 0 else (ci.high, "U")
    formula = f"ln m; se = |ln m − ln {letter}|/{quantile(ci.level):.3f}, {100 * ci.level:g}% interval"
    name = "median and one bound"
    found = log_median_one_bound(median, bound * factor, level=ci.level)
    return name, _candidate(
        rows, row, name, found, formula, _NORMAL, _SYMMETRIC, rounding=_range(row, factor, both=False)
    )


def _with_events(
    rows: TargetRows, row: ReportedResult, factor: float
) -> tuple[RouteName, Candidate | NotEstimable]:
    """From the events printed beside it, or in a row of their own."""
    name: RouteName = "median and events"
    carriers = [row, *(r for r in rows.first if r.statistic == "events" and r.definition == row.definition)]
    carrier = next((r for r in carriers if r.events is not None and r.unit != "episodes"), None)
    if carrier is None or carrier.events is None:
        return name, NotEstimable("no number of events is printed")
    return name, _candidate(
        rows,
        row,
        name,
        log_median_and_events((row.value or 0.0) * factor, carrier.events),
        f"ln m; variance 1/e, e = {carrier.events}",
        _EXPONENTIAL,
        others=() if carrier is row else (carrier,),
        rounding=_events_range(row, factor, carrier.events),
    )


def _candidate(
    rows: TargetRows,
    row: ReportedResult,
    name: RouteName,
    estimate: Estimate | NotEstimable,
    formula: str,
    *assumptions: str,
    others: tuple[ReportedResult, ...] = (),
    interval: Interval | None = None,
    rounding: EffectRange | None = None,
) -> Candidate | NotEstimable:
    """The candidate of a median and one kind of standard error."""
    if isinstance(estimate, NotEstimable):
        return estimate
    return Candidate(
        route=Route(name=name, grade=_GRADES[name], formula=formula, assumptions=assumptions),
        rows=(row, *others),
        definitions=(row.definition,),
        decimals=printed_decimals(row),
        yi=estimate[0],
        vi=estimate[1],
        reported_ci=interval,
        notes=_converted(row, rows.measure.unit, estimate[0]),
        rounding=rounding,
    )


def _converted(row: ReportedResult, unit: str, yi: float) -> tuple[str, ...]:
    if row.unit == unit:
        return ()
    made = f"{math.exp(yi):.4g}"
    return (f"median of {row.value:g} {row.unit} converted to {made} {unit} ({_FACTORS})",)


def _range(row: ReportedResult, factor: float, *, both: bool) -> EffectRange | None:
    """What the rounding of the median and its bounds allows."""
    ci = row.ci or row.open_ci
    if ci is None:
        return None
    z, decimals = quantile(ci.level), _decimals_of_bounds(row)
    median = _positive(row.value or 0.0, printed_decimals(row))
    if both:
        low, high = (_positive(bound, decimals) for bound in (ci.low, ci.high))
        return effect_range(
            lambda m, lo, hi: (_ln(m * factor), max(0.0, _ln(hi) - _ln(lo)) / (2 * z)), [median, low, high]
        )
    bound = _positive(ci.low if ci.low > 0 else ci.high, decimals)
    return effect_range(
        lambda m, b: (_ln(m * factor), abs(_ln(m) - _ln(b)) / z),
        [median, bound],
        [[bound.low, bound.high], []],
    )


def _events_range(row: ReportedResult, factor: float, events: int) -> EffectRange | None:
    if events <= 0:
        return None
    median = _positive(row.value or 0.0, printed_decimals(row))
    return effect_range(lambda m: (_ln(m * factor), events**-0.5), [median])


def _positive(value: float, decimals: int) -> Range:
    return Range.printed(value, decimals).within(0.0, math.inf)


def _decimals_of_bounds(row: ReportedResult) -> int:
    """Printed decimals of the bound that shows more; a bound that was not reached shows none."""
    if row.ci_decimals is not None:
        return row.ci_decimals
    return interval_decimals(row) if row.ci is not None else printed_decimals(row)


def _ln(x: float) -> float:
    """Natural logarithm with its limits."""
    return math.log(x) if x > 0 else -math.inf
