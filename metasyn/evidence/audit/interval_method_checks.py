"""Intervals of proportions: which method gives them, and whether one source uses two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, one_edit, short
from metasyn.evidence.audit.proportion_intervals import PLAIN_METHODS, Bounds, proportion_intervals
from metasyn.evidence.audit.stated_methods import intervals_called

__all__ = ["MethodsOf", "interval_fits_counts", "methods_agree", "methods_of"]

_LEVELS = (0.9, 0.99)
# So many rows without a source may well come from several.
_FEW = 6

MethodsOf = tuple[Entry, frozenset[str]]


def methods_of(entry: Entry) -> frozenset[str] | None:
    """Methods that give the printed interval for some count of the row; None where there is none."""
    if entry.estimate is not None or not entry.has_interval or entry.actuarial or entry.comparator:
        return None
    counts = entry.counts()
    if not counts or len(counts) > 3:
        return None
    return frozenset(name for pair in counts for name in _fitting(entry, pair, entry.level))


def _fitting(entry: Entry, pair: tuple[int, int], level: float, *, plain: bool = False) -> Iterator[str]:
    low, high = entry.ci_low, entry.ci_high
    if low is None or high is None:
        return
    for name, (lower, upper) in proportion_intervals(*pair, level, plain=plain).items():
        if 100 * lower in low and 100 * upper in high:
            yield name


def interval_fits_counts(entry: Entry, methods: frozenset[str]) -> Iterator[AuditFinding]:
    """Bounds of a percentage follow from its counts by a common method, rounded once, at the stated level."""
    low, high = entry.ci_low, entry.ci_high
    if low is None or high is None or not (low.exact and high.exact):
        return
    stated = intervals_called(entry.ci_method)
    if methods and stated and methods.isdisjoint(stated):
        yield _another_method(entry, methods)
        return
    if methods & {*PLAIN_METHODS, *stated}:
        return
    counts = entry.counts()
    pair = counts[0]
    share = 100 * pair[0] / pair[1]
    if entry.percent is None and not low.low <= share <= high.high:
        message = f"{pair[0]}/{pair[1]} = {short(share)}% lies outside {low} to {high}"
        yield finding("point_outside_ci", "error", message, (entry,), computed={"share": share})
        return
    twice = next((m for pair in counts for m in PLAIN_METHODS if _rounded_twice(pair, m, entry)), None)
    bounds = proportion_intervals(*pair, entry.level)
    shown = "; ".join(f"{name} {_text(bounds[name])}" for name in PLAIN_METHODS[:3])
    computed = {name: [100 * b for b in pair_] for name, pair_ in bounds.items()}
    message = f"{pair[0]}/{pair[1]}: {shown}; printed {low} to {high}"
    if twice is not None:
        also = f", or once by {', '.join(sorted(methods))}" if methods else ""
        message += f": {twice}'s, rounded twice{also}"
        yield finding("double_rounding", "note", message, (entry,), computed=computed)
    elif not methods:
        yield _no_method(entry, pair, message, computed)


def _another_method(entry: Entry, methods: frozenset[str]) -> AuditFinding:
    """The interval is not by the method that the row states, but by another."""
    k, n = entry.counts()[0]
    names = sorted(methods, key=lambda name: (name not in PLAIN_METHODS, name))[:2]
    low, high = proportion_intervals(k, n, entry.level).get(intervals_called(entry.ci_method)[0], (0.0, 0.0))
    message = (
        f"{k}/{n}: {_shown(entry.ci_low)} to {_shown(entry.ci_high)} is {' or '.join(names)}, not "
        f"{entry.ci_method} as stated" + (f", which is {_text((low, high))}" if high > low else "")
    )
    repair = Repair(row=entry.row, column="ci_method", printed=entry.ci_method, instead=names[0], changes=1)
    computed = {"methods": sorted(methods)}
    return finding(
        "ci_incompatible_with_counts", "warning", message, (entry,), computed=computed, repairs=(repair,)
    )


def _no_method(
    entry: Entry, pair: tuple[int, int], message: str, computed: dict[str, list[float]]
) -> AuditFinding:
    """No method at the stated level: perhaps at another."""
    for level in _LEVELS if entry.level == 0.95 else (0.95, *_LEVELS):
        names = list(_fitting(entry, pair, level, plain=True))
        if names:
            message += f", which is {names[0]} at {short(100 * level)}%"
            repair = Repair(
                row=entry.row, column="level", printed=short(entry.level), instead=short(level), changes=1
            )
            # Whole percents fit another level by chance.
            sure = entry.ci_low is not None and entry.ci_low.decimals > 0
            return finding(
                "wrong_level",
                "error" if sure else "warning",
                message,
                (entry,),
                computed=computed,
                repairs=(repair,),
            )
    return finding(
        "ci_incompatible_with_counts",
        "warning",
        f"{message}, by no common method",
        (entry,),
        computed=computed,
        search=lambda: _typos(entry, pair),
    )


def _typos(entry: Entry, pair: tuple[int, int]) -> Iterator[Repair]:
    """A slip in one bound without which a common method gives both."""
    for column, printed in (("ci_low", entry.ci_low), ("ci_high", entry.ci_high)):
        for other in one_edit(printed) if printed is not None else ():
            trial = replace(entry, ci_low=other) if column == "ci_low" else replace(entry, ci_high=other)
            if next(_fitting(trial, pair, entry.level, plain=True), None) is not None:
                yield Repair(
                    row=entry.row, column=column, printed=str(printed), instead=str(other), changes=1
                )


def _text(bounds: Bounds) -> str:
    return f"{short(100 * bounds[0])} to {short(100 * bounds[1])}"


def _rounded_twice(pair: tuple[int, int], method: str, entry: Entry) -> bool:
    """Whether rounding to one more decimal first gives the printed bounds."""
    bounds = proportion_intervals(*pair, entry.level)[method]
    printed = (entry.ci_low, entry.ci_high)
    return all(
        b is not None
        and (100 * value in b or _twice(100 * value, b.decimals) == Decimal(b.digits).scaleb(-b.decimals))
        for value, b in zip(bounds, printed, strict=True)
    )


def _twice(value: float, decimals: int) -> Decimal:
    """Rounded to one decimal more, then to the printed ones, halves up both times."""
    once = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals - 1), ROUND_HALF_UP)
    return once.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def methods_agree(known: Sequence[MethodsOf]) -> Iterator[AuditFinding]:
    """All intervals of one source are by one method."""
    by_source: dict[str, list[MethodsOf]] = defaultdict(list)
    for entry, methods in known:
        if methods:
            by_source[entry.source or entry.study].append((entry, methods))
    for pairs in by_source.values():
        common = frozenset.intersection(*(methods for _, methods in pairs))
        if len(pairs) > 1 and not common:
            yield _two_methods(pairs)


def _two_methods(pairs: Sequence[MethodsOf]) -> AuditFinding:
    """Name the method of each row."""
    parts = []
    for entry, methods in pairs:
        names = sorted(methods, key=lambda name: (name not in PLAIN_METHODS, name))
        share = f"{entry.events}/{entry.n}" if entry.events is not None else f"{entry.percent}%"
        parts.append(
            f"{share} ({_shown(entry.ci_low)} to {_shown(entry.ci_high)}) is {' or '.join(names[:2])}"
        )
    told = all(methods & {*intervals_called(entry.ci_method)} for entry, methods in pairs)
    likely = pairs[0][0].source or pairs[0][0].study or len(pairs) <= _FEW
    return finding(
        "mixed_ci_methods",
        "warning" if likely and not told else "note",
        "no one interval method gives them all: " + "; ".join(parts[:4]),
        tuple(entry for entry, _ in pairs),
        computed={entry.row: sorted(methods) for entry, methods in pairs},
    )


def _shown(bound: Printed | None) -> str:
    return str(bound) if bound is not None else "?"
