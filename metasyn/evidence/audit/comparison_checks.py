"""Several rows: the p value of a comparison, held against the counts of its groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product

from metasyn.evidence.audit.comparisons import Arm, Comparison, tables_of
from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.group_tests import Counts, crude_ratio, group_p_values
from metasyn.evidence.audit.p_checks import fits_interval
from metasyn.evidence.audit.printed import Printed, short
from metasyn.evidence.audit.stated_methods import tests_called

__all__ = ["p_fits_counts"]

# Groups whose counts are changed in search of a slip: each change is a test of all groups.
_MOST_SOUGHT = 20


def p_fits_counts(comparison: Comparison, explained: set[str]) -> Iterator[AuditFinding]:
    """A p value is that of some common test of the counts, for some counts that the figures allow.

    Rows whose p value is found are added to `explained`: their interval need not give it as well.
    """
    stated: dict[tuple[Printed | None, bool, str, str], list[Entry]] = {}
    for entry in comparison.entries:
        if (entry.p is not None or entry.p_is_ns) and not _another_test(entry):
            stated.setdefault((entry.p, entry.p_is_ns, entry.sides, entry.test), []).append(entry)
    for (printed, _, sides, test), entries in stated.items():
        tables = tables_of(comparison.arms)
        if not tables:
            continue
        tried = _Tried(printed, sides)
        named = _Tried(printed, sides, tests_called(test))
        if (
            any(tried.fits(table) for table in tables)
            or _of_two_rows(comparison, entries, tried)
            or any(map(fits_interval, entries))
        ):
            explained.update(entry.row for entry in entries)
            yield from _of_stated_test(comparison, entries, tried, named, tables)
        elif not all(_has_own_interval(entry) for entry in entries) or _arecrude_ratio(entries, tables):
            explained.update(entry.row for entry in entries)
            yield _misfit(comparison, entries[0], tried, tables[0])


def _of_stated_test(
    comparison: Comparison,
    entries: Sequence[Entry],
    tried: _Tried,
    named: _Tried,
    tables: Sequence[tuple[Counts, ...]],
) -> Iterator[AuditFinding]:
    """A p value of two groups that some test gives is that of the test which the row states."""
    if not named.only or tried.printed is None or any(len(table) != 2 for table in tables):
        return
    fitting = tried.fitting(tables)
    if not fitting or any(map(named.fits, tables)) or not named.names:
        return
    values = ", ".join(f"{name} {short(p)}" for name, p in named.names.items())
    shown = " v ".join(f"{k}/{n}" for k, n in tables[0])
    message = f"{shown}: {values}; p {_relation(tried.printed)} is that of {fitting}, not of the test stated"
    rows = tuple(dict.fromkeys((*entries[:1], *(e for arm in comparison.arms for e in arm.entries[:1]))))
    computed = {"p_values": dict(named.names)}
    yield finding("p_incompatible_with_counts", "warning", message, rows, computed=computed)


def _of_two_rows(comparison: Comparison, entries: Sequence[Entry], tried: _Tried) -> bool:
    """Whether the p value stands in the rows of two groups among more, and is theirs."""
    holders = [arm for arm in comparison.arms if any(entry in entries for entry in arm.entries)]
    if comparison.stated or len(holders) != 2 or len(comparison.arms) == 2:
        return False
    return any(_Tried(tried.printed, tried.sides).fits(table) for table in tables_of(holders))


def _another_test(entry: Entry) -> bool:
    """Whether the p value is of a test that counts do not give: log-rank, adjusted, of heterogeneity."""
    return entry.actuarial or entry.adjusted or "q" in entry.numbers or entry.statistic in ("Q", "median")


def _has_own_interval(entry: Entry) -> bool:
    return entry.estimate is not None and entry.has_interval


def _arecrude_ratio(entries: Sequence[Entry], tables: Sequence[tuple[Counts, ...]]) -> bool:
    """Whether the estimate beside a p value is that of the counts, so that its test is one of them."""
    inside = [table for table in tables if len(table) == 2 and all(0 < k < n for k, n in table)]
    return all(
        entry.statistic in ("OR", "RR")
        and entry.estimate is not None
        and any(math.exp(crude_ratio(entry.statistic, table)[0]) in entry.estimate for table in inside)
        for entry in entries
    )


class _Tried:
    """A printed p value, and the p values met while looking for it."""

    __slots__ = ("high", "low", "names", "only", "printed", "sides")

    def __init__(self, printed: Printed | None, sides: str, only: tuple[str, ...] = ()) -> None:
        self.printed, self.sides, self.only = printed, sides, only
        self.low, self.high = math.inf, -math.inf
        self.names: dict[str, float] = {}

    def fits(self, table: Sequence[Counts]) -> bool:
        """Whether some test of the table gives the printed value."""
        for name, p in group_p_values(table):
            if self.only and name not in self.only:
                continue
            for value in self._as_stated(p):
                if self.printed is None:
                    if value >= 0.05:
                        return True
                elif value in self.printed:
                    return True
                self.low, self.high = min(self.low, value), max(self.high, value)
            self.names.setdefault(name, p)
        return False

    def fitting(self, tables: Sequence[Sequence[Counts]]) -> str:
        """The first test that gives the printed value; empty if none does."""
        for table in tables:
            for name, p in group_p_values(table):
                if self.printed is not None and any(value in self.printed for value in self._as_stated(p)):
                    return name
        return ""

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
    if len(tables_of(comparison.arms)) > 1:
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
                name = _called(arm) or f"group {place + 1}"
                return f"{name} against the others together, {k}/{n} v {pooled[0]}/{pooled[1]}"
    stated = {arm.name for arm in comparison.arms} if comparison.stated else set()
    for one, two in combinations(arms, 2):
        if {one.name, two.name} != stated:
            for table in islice(product(one.counts, two.counts), 50):
                if _Tried(tried.printed, tried.sides).fits(table):
                    return f"{_called(one)} against {_called(two)}"
    if comparison.stated and _Tried(tried.printed, tried.sides).fits([arm.counts[0] for arm in arms]):
        return f"all {len(arms)} groups"
    return None


def _called(arm: Arm) -> str:
    return arm.entries[0].group or arm.name


def _one_count_off(
    entry: Entry, comparison: Comparison, tried: _Tried, table: Sequence[Counts]
) -> tuple[Repair, ...]:
    """Counts near the printed ones that would give the p value."""
    repairs: list[Repair] = []
    for place, (k, n) in enumerate(table[:_MOST_SOUGHT]):
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
