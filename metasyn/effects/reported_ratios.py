"""Effects from printed comparisons: ratio and interval, ratio and p, O-E and V."""

from __future__ import annotations

from metasyn.effects.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    figure,
    interval_decimals,
    p_notes,
    printed_decimals,
)
from metasyn.effects.hazard_ratio import (
    o_minus_e_and_v,
    off_centre,
    quantile,
    ratio_and_interval,
    ratio_and_p,
)
from metasyn.effects.model import Route
from metasyn.evidence.model import ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import RouteName

__all__ = ["difference_candidates", "o_minus_e_candidates", "ratio_candidates"]

_EXACT_P = "the p value tests this very ratio"


def ratio_candidates(rows: TargetRows, attempts: Attempts, *, interval_grade: int, p_grade: int) -> None:
    """Printed ratios of the target's own measure, with an interval or a p value."""
    code = rows.measure.code
    printed = [r for r in rows.pair if r.statistic == code]
    if not printed:
        reason = f"no {rows.measure.label} of this contrast is printed"
        attempts.refuse("ratio and interval", reason)
        attempts.refuse("ratio and p", reason)
    for row in printed:
        if row.value is None:
            attempts.refuse("ratio and interval", f"{figure(row)} is not a number")
            attempts.refuse("ratio and p", f"{figure(row)} is not a number")
            continue
        _with_interval(rows, row, row.value, attempts, interval_grade)
        _with_p(rows, row, row.value, attempts, p_grade)


def _with_interval(
    rows: TargetRows, row: ReportedResult, ratio: float, attempts: Attempts, grade: int
) -> None:
    if row.ci is None:
        attempts.refuse("ratio and interval", f"{figure(row)} has no interval")
        return
    estimate = ratio_and_interval(ratio, row.ci)
    if isinstance(estimate, NotEstimable):
        attempts.refuse("ratio and interval", f"{figure(row)}: {estimate.reason}")
        return
    notes: tuple[str, ...] = ()
    if off_centre(ratio, row.ci, decimals=printed_decimals(row), interval_decimals=interval_decimals(row)):
        notes = (f"{figure(row)}: the estimate is off the centre of its interval by more than rounding",)
    width = f"(ln U − ln L)/(2 × {quantile(row.ci.level):.3f})"
    formula = f"ln {rows.measure.code}; se = {width}, {100 * row.ci.level:g}% interval"
    attempts.candidates.append(
        _candidate(rows, row, estimate, "ratio and interval", grade, formula, notes=notes, interval=row.ci)
    )


def _with_p(rows: TargetRows, row: ReportedResult, ratio: float, attempts: Attempts, grade: int) -> None:
    printed = rows.p_values(row.definition, own=(row,))
    if not printed:
        attempts.refuse("ratio and p", f"{figure(row)} has no p value")
    for p_row, p in printed:
        if p_row.definition != row.definition:
            attempts.refuse("ratio and p", f"{figure(row)}: the only p value belongs to another definition")
            continue
        estimate = ratio_and_p(ratio, p)
        if isinstance(estimate, NotEstimable):
            attempts.refuse("ratio and p", f"{figure(row)}: {estimate.reason}")
            continue
        code = rows.measure.code
        attempts.candidates.append(
            _candidate(
                rows,
                row,
                estimate,
                "ratio and p",
                grade,
                f"ln {code}; se = |ln {code}|/z, z of the two-sided p",
                others=() if p_row is row else (p_row,),
                notes=p_notes(p_row, p, row.definition),
                assumptions=(_EXACT_P,),
            )
        )
        return


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
        attempts.candidates.append(_candidate(rows, row, (row.value / scale, se**2), "given", grade, formula))


def o_minus_e_candidates(rows: TargetRows, attempts: Attempts, *, grade: int) -> None:
    """O-E with V of the same definition, from one source where possible."""
    differences = [r for r in rows.pair if r.statistic == "O-E" and r.value is not None]
    variances = [r for r in rows.pair if r.statistic == "V" and r.value is not None]
    for row in differences:
        fitting = [v for v in variances if v.definition == row.definition]
        fitting.sort(key=lambda v, source=row.source_id: v.source_id != source)  # type: ignore[misc]
        if not fitting:
            attempts.refuse("O-E and V", f"{figure(row)} has no V under the same definition")
            continue
        estimate = o_minus_e_and_v(row.value or 0.0, fitting[0].value or 0.0)
        if isinstance(estimate, NotEstimable):
            attempts.refuse("O-E and V", estimate.reason)
            continue
        attempts.candidates.append(
            _candidate(
                rows, row, estimate, "O-E and V", grade, "(O − E)/V; variance 1/V", others=(fitting[0],)
            )
        )
    if not differences:
        attempts.refuse("O-E and V", "no O-E is printed")


def _candidate(
    rows: TargetRows,
    row: ReportedResult,
    estimate: tuple[float, float],
    name: RouteName,
    grade: int,
    formula: str,
    *,
    others: tuple[ReportedResult, ...] = (),
    notes: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
    interval: Interval | None = None,
) -> Candidate:
    """A candidate in the direction of the target, whichever way the source states it."""
    swapped = rows.swapped(row)
    yi, vi = estimate
    if swapped and interval is not None:
        interval = Interval(1 / interval.high, 1 / interval.low, interval.level)
    return Candidate(
        route=Route(name=name, grade=grade, formula=formula, assumptions=assumptions),
        rows=(row, *others),
        definitions=(row.definition,),
        decimals=printed_decimals(row),
        yi=-yi if swapped else yi,
        vi=vi,
        inverted=swapped,
        reported_ci=interval,
        notes=notes,
    )
