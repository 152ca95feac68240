"""Several rows: what a comparison states, held against the counts of its groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product

from metasyn.evidence.audit.comparisons import Arm, Comparison
from metasyn.evidence.audit.entry import RATIOS, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.group_tests import Counts, group_p_values
from metasyn.evidence.audit.p_checks import fits_interval
from metasyn.evidence.audit.printed import Printed, short
from metasyn.numerics.tails import normal_quantile
from metasyn.values import Severity

__all__ = ["p_fits_counts", "ratio_fits_counts"]

_MOST_TABLES = 600
_LEVELS = (0.9, 0.99)


def p_fits_counts(comparison: Comparison, explained: set[str]) -> Iterator[AuditFinding]:
    """A p value is that of some common test of the counts, for some counts that the figures allow.

    Rows whose p value is found are added to `explained`: their interval need not give it as well.
    """
    stated: dict[tuple[Printed | None, bool, str], list[Entry]] = {}
    for entry in comparison.entries:
        if (entry.p is not None or entry.p_is_ns) and not _another_test(entry):
            stated.setdefault((entry.p, entry.p_is_ns, entry.sides), []).append(entry)
    for (printed, _, sides), entries in stated.items():
        tables = _tables(comparison.arms)
        if not tables:
            continue
        tried = _Tried(printed, sides)
        if (
            any(tried.fits(table) for table in tables)
            or _of_two_rows(comparison, entries, tried)
            or any(map(fits_interval, entries))
        ):
            explained.update(entry.row for entry in entries)
        elif not all(_has_own_interval(entry) for entry in entries) or _are_crude(entries, tables):
            explained.update(entry.row for entry in entries)
            yield _misfit(comparison, entries[0], tried, tables[0])


def _of_two_rows(comparison: Comparison, entries: Sequence[Entry], tried: _Tried) -> bool:
    """Whether the p value stands in the rows of two groups among more, and is theirs."""
    holders = [arm for arm in comparison.arms if any(entry in entries for entry in arm.entries)]
    if comparison.stated or len(holders) != 2 or len(comparison.arms) == 2:
        return False
    return any(_Tried(tried.printed, tried.sides).fits(table) for table in _tables(holders))


def _another_test(entry: Entry) -> bool:
    """Whether the p value is of a test that counts do not give: log-rank, adjusted, of heterogeneity."""
    return entry.actuarial or entry.adjusted or "q" in entry.numbers or entry.statistic in ("Q", "median")


def _has_own_interval(entry: Entry) -> bool:
    return entry.estimate is not None and entry.has_interval


def _are_crude(entries: Sequence[Entry], tables: Sequence[tuple[Counts, ...]]) -> bool:
    """Whether the estimate beside a p value is that of the counts, so that its test is one of them."""
    inside = [table for table in tables if len(table) == 2 and all(0 < k < n for k, n in table)]
    return all(
        entry.statistic in ("OR", "RR")
        and entry.estimate is not None
        and any(math.exp(_crude(entry.statistic, table)[0]) in entry.estimate for table in inside)
        for entry in entries
    )


def _tables(arms: Sequence[Arm]) -> list[tuple[Counts, ...]]:
    """Every table the figures of the groups allow, as many as can be tried."""
    return list(islice(product(*(arm.counts for arm in arms)), _MOST_TABLES))


class _Tried:
    """A printed p value, and the p values met while looking for it."""

    __slots__ = ("high", "low", "names", "printed", "sides")

    def __init__(self, printed: Printed | None, sides: str) -> None:
        self.printed, self.sides = printed, sides
        self.low, self.high = math.inf, -math.inf
        self.names: dict[str, float] = {}

    def fits(self, table: Sequence[Counts]) -> bool:
        """Whether some test of the table gives the printed value."""
        for name, p in group_p_values(table):
            for value in self._as_stated(p):
                if self.printed is None:
                    if value >= 0.05:
                        return True
                elif value in self.printed:
                    return True
                self.low, self.high = min(self.low, value), max(self.high, value)
            self.names.setdefault(name, p)
        return False

    def _as_stated(self, p: float) -> tuple[float, ...]:
        one = (p / 2, 1 - p / 2)
        return {"two": (p,), "one": one}.get(self.sides, (p, p / 2))

    @property
    def between(self) -> bool:
        """Whether the printed value lies among those of the tests, so that yet another may give it."""
        if self.printed is None:
            return False
        return self.low <= self.printed.high and self.printed.low <= self.high


def _misfit(comparison: Comparison, entry: Entry, tried: _Tried, table: Sequence[Counts]) -> AuditFinding:
    """No test gives the p value: whether another comparison of the same groups does."""
    shown = " v ".join(f"{k}/{n}" for k, n in table)
    tests = ", ".join(f"{name} {short(p)}" for name, p in islice(tried.names.items(), 3))
    printed = "not significant" if tried.printed is None else f"p {_relation(tried.printed)}"
    computed = {"tables": [list(pair) for pair in table], "p_values": dict(tried.names)}
    entries = tuple(dict.fromkeys((entry, *(e for arm in comparison.arms for e in arm.entries[:1]))))
    other = _other_contrast(comparison, tried)
    if other is not None:
        message = f"{shown}: {tests}; {printed} belongs to {other}"
        return finding("p_wrong_contrast", "warning", message, entries, computed=computed)
    message = f"{shown} cannot give {printed}: {tests}"
    if len(_tables(comparison.arms)) > 1:
        message += ", nor can any other counts that the figures allow"
    severity = "warning" if tried.between else "error"
    return finding(
        "p_incompatible_with_counts",
        "warning" if severity == "warning" else "error",
        message,
        entries,
        computed=computed,
        search=lambda: _one_count_off(entry, comparison, tried, table),
    )


def _relation(printed: Printed) -> str:
    return f"= {printed}" if printed.exact else f"{printed.relation} {str(printed)[1:]}"


def _other_contrast(comparison: Comparison, tried: _Tried) -> str | None:
    """Another comparison that gives the p value: one group against the others together, or a pair."""
    arms = comparison.arms if not comparison.stated else (*comparison.arms, *comparison.others)
    arms = tuple(arm for arm in arms if arm.counts)[:6]
    if len(arms) < 3:
        return None
    for place, arm in enumerate(arms):
        rest = [other for other in arms if other is not arm]
        for (k, n), *others in islice(product(*(a.counts for a in (arm, *rest))), 50):
            pooled = (sum(c[0] for c in others), sum(c[1] for c in others))
            if _Tried(tried.printed, tried.sides).fits(((k, n), pooled)):
                name = arm.name or f"group {place + 1}"
                return f"{name} against the others together, {k}/{n} v {pooled[0]}/{pooled[1]}"
    stated = {arm.name for arm in comparison.arms} if comparison.stated else set()
    for one, two in combinations(arms, 2):
        if {one.name, two.name} != stated:
            for table in islice(product(one.counts, two.counts), 50):
                if _Tried(tried.printed, tried.sides).fits(table):
                    return f"{one.name} against {two.name}"
    if comparison.stated and _Tried(tried.printed, tried.sides).fits([arm.counts[0] for arm in arms]):
        return f"all {len(arms)} groups"
    return None


def _one_count_off(
    entry: Entry, comparison: Comparison, tried: _Tried, table: Sequence[Counts]
) -> tuple[Repair, ...]:
    """Counts near the printed ones that would give the p value."""
    repairs: list[Repair] = []
    for place, (k, n) in enumerate(table):
        row = comparison.arms[place].entries[0].row
        for other in (k - 1, k + 1, k - 2, k + 2):
            changed = [(other, n) if i == place else pair for i, pair in enumerate(table)]
            if 0 <= other <= n and _Tried(tried.printed, tried.sides).fits(changed):
                repairs.append(
                    Repair(
                        row=row, column="events", printed=str(k), instead=str(other), changes=abs(other - k)
                    )
                )
    common = tried.names.get("chi-square")
    if common is not None and tried.printed is not None:
        digits = max(tried.printed.decimals, 1)
        instead = f"{common:.{digits}f}" if common >= 10**-digits else f"<{10**-digits:.{digits}f}"
        repairs.append(
            Repair(row=entry.row, column="p", printed=str(tried.printed), instead=instead, changes=2)
        )
    return tuple(repairs[:6])


def ratio_fits_counts(comparison: Comparison) -> Iterator[AuditFinding]:
    """A crude ratio or difference is that of the counts, the right way round, and so is its interval."""
    if len(comparison.arms) != 2:
        return
    for entry in comparison.entries:
        if entry.statistic == "RD" and entry.estimate is not None and entry.estimate.exact:
            yield from _difference(comparison, entry, entry.estimate)
        elif entry.statistic in ("OR", "RR") and entry.estimate is not None and entry.estimate.exact:
            tables = [t for t in _tables(comparison.arms) if all(0 < k < n for k, n in t)]
            if tables and not entry.adjusted and not entry.actuarial:
                yield from _ratio(comparison, entry, entry.estimate, tables)


def _crude(statistic: str, table: Sequence[Counts]) -> tuple[float, float]:
    """Log ratio and its standard error."""
    (a, n1), (c, n2) = table
    b, d = n1 - a, n2 - c
    if statistic == "OR":
        return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.log(a * n2 / (c * n1)), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def _difference(comparison: Comparison, entry: Entry, estimate: Printed) -> Iterator[AuditFinding]:
    """A difference of shares, printed as a proportion or as percentage points."""
    tables = _tables(comparison.arms)
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
    crude = [_crude(entry.statistic, table) for table in tables]
    rows = tuple(dict.fromkeys((entry, *(e for arm in comparison.arms for e in arm.entries[:1]))))
    fitting = [(logarithm, se) for logarithm, se in crude if math.exp(logarithm) in estimate] or (
        [] if comparison.stated else [(-x, se) for x, se in crude if math.exp(-x) in estimate]
    )
    shown = " v ".join(f"{k}/{n}" for k, n in tables[0])
    value = math.exp(crude[0][0])
    computed = {"crude": value, "se": crude[0][1]}
    if fitting:
        yield from _interval_of_counts(entry, fitting, rows, shown)
    elif any(math.exp(-x) in estimate for x, _ in crude) and abs(crude[0][0]) > 1e-9:
        message = (
            f"{shown}: {entry.statistic} {short(value)}; {estimate} is that of the groups the other way round"
        )
        repair = Repair(
            row=entry.row, column="estimate", printed=str(estimate), instead=short(value), changes=2
        )
        yield finding("direction_flip", "error", message, rows, computed=computed, repairs=(repair,))
    elif entry.statistic in RATIOS and any(x in estimate for x, _ in crude):
        message = f"{shown}: {entry.statistic} {short(value)}; {estimate} is its logarithm"
        yield finding("natural_for_log_scale", "error", message, rows, computed=computed)
    else:
        yield from _another_ratio(entry, estimate, tables, rows, shown)


def _another_ratio(
    entry: Entry, estimate: Printed, tables: Sequence[tuple[Counts, ...]], rows: tuple[Entry, ...], shown: str
) -> Iterator[AuditFinding]:
    """Not the crude ratio: the other kind of ratio, or perhaps an adjusted one."""
    other = "RR" if entry.statistic == "OR" else "OR"
    logarithm, se = _crude(entry.statistic, tables[0])
    value = math.exp(logarithm)
    computed = {"crude": value, "se": se}
    apart = abs(math.log(max(estimate.value, 1e-9)) - logarithm)
    if any(math.exp(_crude(other, table)[0]) in estimate for table in tables):
        message = f"{shown}: {entry.statistic} {short(value)}; {estimate} is the {other}"
        yield finding("estimate_incompatible_with_counts", "warning", message, rows, computed=computed)
    elif apart > max(0.5 * se, 0.05):
        flipped = (estimate.value - 1) * logarithm < 0 and apart > se
        code = "direction_flip" if flipped else "estimate_incompatible_with_counts"
        message = f"{shown}: {entry.statistic} {short(value)}, printed {estimate}; an adjusted one may differ"
        yield finding(code, "warning" if apart > se else "note", message, rows, computed=computed)


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
