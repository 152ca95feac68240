"""Several rows: the ratio or difference of a comparison, held against the counts of its groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from metasyn.evidence.audit.comparisons import Comparison, tables_of
from metasyn.evidence.audit.entry import RATIOS, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.group_tests import Counts, crude_ratio
from metasyn.evidence.audit.printed import Printed, one_edit, short
from metasyn.numerics.tails import normal_quantile
from metasyn.values import Severity

__all__ = ["ratio_fits_counts"]

_LEVELS = (0.9, 0.99)


def ratio_fits_counts(comparison: Comparison) -> Iterator[AuditFinding]:
    """A crude ratio or difference is that of the counts, the right way round, and so is its interval."""
    if len(comparison.arms) != 2:
        return
    for entry in comparison.entries:
        if entry.statistic == "RD" and entry.estimate is not None and entry.estimate.exact:
            yield from _difference(comparison, entry, entry.estimate)
        elif entry.statistic in ("OR", "RR") and entry.estimate is not None and entry.estimate.exact:
            tables = [t for t in tables_of(comparison.arms) if all(0 < k < n for k, n in t)]
            if tables and not entry.adjusted and not entry.actuarial:
                yield from _ratio(comparison, entry, entry.estimate, tables)


def _difference(comparison: Comparison, entry: Entry, estimate: Printed) -> Iterator[AuditFinding]:
    """A difference of shares, printed as a proportion or as percentage points."""
    tables = tables_of(comparison.arms)
    if not tables or entry.adjusted or entry.actuarial:
        return
    values = [k / n - c / m for (k, n), (c, m) in tables]
    signs = (1, -1) if not comparison.stated or any(e.part_of for e in comparison.entries) else (1,)
    if any(sign * scale * x in estimate for x in values for scale in (1, 100) for sign in signs):
        return
    (k, n), (c, m) = tables[0]
    rows = tuple(dict.fromkeys((entry, *(e for arm in comparison.arms for e in arm.entries[:1]))))
    se = math.sqrt(k / n * (1 - k / n) / n + c / m * (1 - c / m) / m)
    scale = 100 if abs(estimate.value) > 1 or estimate.decimals < 2 else 1
    flipped = any(-scale * x in estimate for x in values) and abs(values[0]) > 0
    apart = abs(estimate.value / scale - values[0])
    message = f"{k}/{n} - {c}/{m} = {short(scale * values[0])}, printed {estimate}"
    if flipped:
        message += ": the groups the other way round"
        yield finding("direction_flip", "warning", message, rows)
    else:
        severity: Severity = "warning" if apart > 0.5 * se else "note"
        message += "; an adjusted one may differ"
        yield finding("estimate_incompatible_with_counts", severity, message, rows)


def _ratio(
    comparison: Comparison, entry: Entry, estimate: Printed, tables: Sequence[tuple[Counts, ...]]
) -> Iterator[AuditFinding]:
    """Compare with the counts: as stated, inverted, as a logarithm, as the other ratio."""
    crude = [crude_ratio(entry.statistic, table) for table in tables]
    rows = tuple(dict.fromkeys((entry, *(e for arm in comparison.arms for e in arm.entries[:1]))))
    fitting = [(logarithm, se) for logarithm, se in crude if math.exp(logarithm) in estimate] or (
        [] if comparison.stated else [(-x, se) for x, se in crude if math.exp(-x) in estimate]
    )
    shown = " v ".join(f"{k}/{n}" for k, n in tables[0])
    value = math.exp(crude[0][0])
    computed = {"crude": value, "se": crude[0][1]}
    if fitting:
        yield from _interval_of_counts(entry, fitting, rows, shown)
    elif any(_is_inverse(estimate, x) for x, _ in crude) and abs(crude[0][0]) > 1e-9:
        message = (
            f"{shown}: {entry.statistic} {short(value)}; {estimate} is that of the groups the other way round"
        )
        repair = Repair(
            row=entry.row,
            column="estimate",
            printed=str(estimate),
            instead=f"{value:.{max(estimate.decimals, 0)}f}",
            changes=2,
        )
        yield finding("direction_flip", "error", message, rows, computed=computed, repairs=(repair,))
    elif entry.statistic in RATIOS and any(x in estimate for x, _ in crude):
        message = f"{shown}: {entry.statistic} {short(value)}; {estimate} is its logarithm"
        yield finding("natural_for_log_scale", "error", message, rows, computed=computed)
    else:
        yield from _another_ratio(entry, estimate, tables, rows, shown)


def _is_inverse(estimate: Printed, logarithm: float) -> bool:
    """Whether an estimate is one over a ratio, or over the ratio as rounded to as many decimals."""
    if math.exp(-logarithm) in estimate:
        return True
    once = round(math.exp(logarithm), estimate.decimals)
    return once > 0 and 1 / once in estimate


def _another_ratio(
    entry: Entry, estimate: Printed, tables: Sequence[tuple[Counts, ...]], rows: tuple[Entry, ...], shown: str
) -> Iterator[AuditFinding]:
    """Not the crude ratio: the other kind of ratio, or perhaps an adjusted one."""
    other = "RR" if entry.statistic == "OR" else "OR"
    logarithm, se = crude_ratio(entry.statistic, tables[0])
    value = math.exp(logarithm)
    computed = {"crude": value, "se": se}
    apart = abs(math.log(max(estimate.value, 1e-9)) - logarithm)
    if any(math.exp(crude_ratio(other, table)[0]) in estimate for table in tables):
        message = f"{shown}: {entry.statistic} {short(value)}; {estimate} is the {other}"
        yield finding("estimate_incompatible_with_counts", "warning", message, rows, computed=computed)
    elif apart > max(0.5 * se, 0.05):
        flipped = (estimate.value - 1) * logarithm < 0 and apart > se
        code = "direction_flip" if flipped else "estimate_incompatible_with_counts"
        message = f"{shown}: {entry.statistic} {short(value)}, printed {estimate}; an adjusted one may differ"
        repairs = tuple(
            Repair(row=entry.row, column="estimate", printed=str(estimate), instead=str(other), changes=1)
            for other in one_edit(estimate)
            if value in other
        )
        yield finding(
            code, "warning" if apart > se else "note", message, rows, computed=computed, repairs=repairs
        )


def _may_be_exact(entry: Entry, low: Printed, high: Printed, se: float) -> bool:
    """Whether the bounds are too coarse to tell the level from another method at the stated one."""
    if low.low <= 0 or high.low <= 0:
        return True
    wald = 2 * normal_quantile(1 - entry.level) * se
    widths = (math.log(high.low / low.high) / wald, math.log(high.high / low.low) / wald)
    return widths[0] < 1.12 and widths[1] > 0.93


def _interval_of_counts(
    entry: Entry, crude: Sequence[tuple[float, float]], rows: tuple[Entry, ...], shown: str
) -> Iterator[AuditFinding]:
    """The Wald interval of the counts at the stated level, or at which other it would be."""
    low, high = entry.ci_low, entry.ci_high
    if low is None or high is None or not low.exact or not high.exact:
        return

    def fits(level: float) -> bool:
        z = normal_quantile(1 - level)
        return any(math.exp(x - z * se) in low and math.exp(x + z * se) in high for x, se in crude)

    if fits(entry.level):
        return
    level = next((other for other in (*_LEVELS, 0.95) if other != entry.level and fits(other)), None)
    if level is not None and _may_be_exact(entry, low, high, crude[0][1]):
        return
    if level is not None:
        message = (
            f"{shown}: {low} to {high} is the interval of {short(100 * level)}%, "
            f"not {short(100 * entry.level)}%"
        )
        repair = Repair(
            row=entry.row, column="level", printed=short(entry.level), instead=short(level), changes=1
        )
        yield finding("wrong_level", "error", message, rows, repairs=(repair,))
        return
    x, se = crude[0]
    z = normal_quantile(1 - entry.level)
    if not 0 < low.value < high.value:
        return
    width = math.log(high.value / low.value) / (2 * z * se)
    one_fits = any((math.exp(x - z * se) in low) != (math.exp(x + z * se) in high) for x, se in crude)
    if not 0.6 < width < 1.8 or (one_fits and not 0.85 < width < 1.18):
        message = (
            f"{shown} gives {short(math.exp(x - z * se))} to {short(math.exp(x + z * se))}, "
            f"printed {low} to {high}: {'one bound fits' if one_fits else f'{short(width)} times as wide'}"
        )
        yield finding("ci_incompatible_with_counts", "warning", message, rows, computed={"width": width})
