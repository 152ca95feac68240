"""Several rows: numbers of participants that the percentages do not allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice, product

from metasyn.evidence.audit.counts import (
    denominators,
    is_percent_of,
    sizes_for,
    sizes_text,
    whole_numbers,
)
from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.group_tests import two_group_p_values
from metasyn.evidence.audit.printed import Printed

__all__ = ["sizes_agree", "sizes_are_in_place", "split_exists"]

_MOST_ROWS = 40
_MOST_SPLITS = 400
_PEOPLE = ("", "patients", "participants")


def _possible(entry: Entry, n: int) -> bool:
    """Whether the percentage of a row is possible with n participants."""
    if entry.percent is None or not entry.percent.exact:
        return True
    if entry.events is not None:
        return entry.events <= n and n > 0 and is_percent_of(entry.percent, entry.events, n)
    return n > 0 and bool(whole_numbers(entry.percent, n))


def sizes_are_in_place(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Two group sizes whose exchange makes every percentage possible have probably been swapped.

    `rows` are of one study. Where rows share a total, the rest of it follows the exchange.
    """
    rated = [e for e in rows if e.percent is not None]
    if not 2 <= len(rated) <= _MOST_ROWS or all(e.n and _possible(e, e.n) for e in rated):
        return
    rated = [e for e in rated if not e.actuarial and not e.approximate]
    sizes = {_key(entry): entry.n or _rest(entry, rated) for entry in rated}
    told = [entry for entry in rated if sizes[_key(entry)] > 0]
    wrong = [entry for entry in told if not _possible(entry, sizes[_key(entry)])]
    if not wrong:
        return
    found = [swap for swap in _swaps(told, sizes) if _repairs(told, wrong, sizes, swap)]
    if len(found) == 1:
        yield _swapped(told, wrong, sizes, found[0])


def _key(entry: Entry) -> str:
    """A row, or one of the two groups of a row."""
    return f"{entry.row} {entry.cohort}"


def _of_name(told: Sequence[Entry], sizes: Mapping[str, int]) -> list[list[Entry]]:
    """Rows by name of group, where each name has one size and some have several rows; else none."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in told:
        groups[entry.cohort or entry.label].append(entry)
    one_size = all(len({sizes[_key(e)] for e in members}) == 1 for members in groups.values())
    return list(groups.values()) if one_size and len(groups) < len(told) else []


def _rest(entry: Entry, rated: Sequence[Entry]) -> int:
    """What one other row leaves of the total they share; 0 if that is not told."""
    others = [e for e in rated if e is not entry and e.total is not None and e.total == entry.total]
    return (entry.total or 0) - (others[0].n or 0) if len(others) == 1 and others[0].n else 0


def _swaps(told: Sequence[Entry], sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """New sizes after each exchange of two: of rows, or of groups that have several rows."""
    if groups := _of_name(told, sizes):
        for first, second in combinations(groups, 2):
            a, b = sizes[_key(first[0])], sizes[_key(second[0])]
            if a != b:
                yield {**{_key(e): b for e in first}, **{_key(e): a for e in second}}
        return
    for one, two in combinations(told, 2):
        if sizes[_key(one)] == sizes[_key(two)]:
            continue
        moved = {_key(one): sizes[_key(two)], _key(two): sizes[_key(one)]}
        yield moved
        rest = dict(moved)
        for entry in (one, two):
            others = [e for e in told if e is not entry and e.total is not None and e.total == entry.total]
            if len(others) == 1 and entry.total is not None and others[0] not in (one, two):
                rest[_key(others[0])] = entry.total - moved[_key(entry)]
        if rest != moved and min(rest.values()) > 0:
            yield rest


def _repairs(
    told: Sequence[Entry], wrong: Sequence[Entry], sizes: Mapping[str, int], moved: Mapping[str, int]
) -> bool:
    """Whether an exchange makes all rows possible, at least two of which were not."""
    if not all(_possible(entry, moved.get(_key(entry), sizes[_key(entry)])) for entry in told):
        return False
    return len(wrong) >= 2 and all(_key(entry) in moved for entry in wrong)


def _swapped(
    told: Sequence[Entry], wrong: Sequence[Entry], sizes: Mapping[str, int], moved: Mapping[str, int]
) -> AuditFinding:
    rows = tuple(entry for entry in told if _key(entry) in moved)
    pair = (rows[0], next(e for e in rows if sizes[_key(e)] != sizes[_key(rows[0])]))
    shares = []
    for entry in rows:
        n = moved[_key(entry)]
        k = (
            entry.events
            if entry.events is not None or entry.percent is None
            else whole_numbers(entry.percent, n)[0]
        )
        shares.append(f"{k}/{n} = {entry.percent}%")
    return finding(
        "swapped_group_sizes",
        "warning",
        f"exchange {sizes[_key(pair[0])]} and {sizes[_key(pair[1])]}: {', '.join(shares)}; as printed "
        f"{len(wrong)} percentages are impossible",
        rows,
        computed={"impossible": len(wrong), "sizes": {e.row: moved[_key(e)] for e in rows}},
        repairs=tuple(
            Repair(row=e.row, column="n", printed=str(sizes[_key(e)]), instead=str(moved[_key(e)]), changes=2)
            for e in rows
            if e in pair or e.n
        ),
    )


def sizes_agree(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A count and its percentage need the number of participants that stands elsewhere.

    `rows` are of one study.
    """
    sizes = _sizes(rows)
    for entry in rows:
        if entry.events is None or entry.percent is None or entry.n is not None or entry.approximate:
            continue
        stated = sizes.get(entry.cohort) or (sizes.get("") if not entry.cohort else None)
        if not stated or not entry.percent.exact or entry.events == 0:
            continue
        if any(is_percent_of(entry.percent, entry.events, n) for n in stated):
            continue
        yield from _needs_another(entry, stated)


def _sizes(rows: Sequence[Entry]) -> dict[str, dict[int, Entry]]:
    """Numbers of participants by cohort, from rows that state nothing else; without cohorts the only one."""
    found: dict[str, dict[int, Entry]] = defaultdict(dict)
    for entry in rows:
        nothing_else = entry.percent is None and entry.events is None and entry.estimate is None
        whole = not entry.comparator and not entry.part_of and entry.unit in _PEOPLE
        if entry.n and nothing_else and whole:
            found[entry.cohort].setdefault(entry.n, entry)
    if len(found.get("", {})) > 1:
        del found[""]
    return found


def _needs_another(entry: Entry, stated: Mapping[int, Entry]) -> Iterator[AuditFinding]:
    k, percent = entry.events or 0, entry.percent
    if percent is None:
        return
    near = min(stated, key=lambda n: abs(100 * k / n - percent.value))
    others = list(islice(denominators(percent, near, k), 5))
    possible = sizes_for(percent, k)
    if not possible:
        return
    message = (
        f"{k} ({percent}%) is {sizes_text(possible)} participants; {near} are stated elsewhere, "
        f"{k}/{near} = {100 * k / near:.4g}%"
    )
    # A much smaller size may be that of those it was known of.
    yield finding(
        "n_conflict",
        "error" if others or possible.start > near else "warning",
        message,
        (entry, stated[near]),
        computed={"n": near, "possible_n": sorted(others) or [possible.start, possible.stop - 1]},
        repairs=tuple(
            Repair(row=stated[near].row, column="n", printed=str(near), instead=str(m), changes=1)
            for m in others[:3] or possible[:3]
        ),
    )


def split_exists(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Groups whose sizes are not told, only their total, can be split so that percentages and p values hold.

    `rows` are of one study. Rows with a total and no size belong to the group their `cohort` (or else
    label) names; a compared group of known size has the same `comparator` or stands in the same row.
    """
    by_total: dict[int, list[Entry]] = defaultdict(list)
    for entry in rows:
        if entry.total and entry.n is None and entry.percent is not None and not entry.actuarial:
            by_total[entry.total].append(entry)
    for total, members in by_total.items():
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in members:
            groups[entry.cohort or entry.label].append(entry)
        if 2 <= len(groups) <= 6 and total <= 2000:
            yield from _split(rows, total, groups)


def _split(rows: Sequence[Entry], total: int, groups: Mapping[str, list[Entry]]) -> Iterator[AuditFinding]:
    """Sizes that each group allows, then whether some choice of them adds up."""
    by_percent = {
        name: [n for n in range(1, total) if all(_possible(entry, n) for entry in members)]
        for name, members in groups.items()
    }
    entries = tuple(entry for members in groups.values() for entry in members)
    ways = _count_splits(list(by_percent.values()), total)
    if not ways:
        message = f"no split of {total} into {len(groups)} groups gives {_percents(entries)}"
        yield finding("percent_not_k_over_n", "error", message, entries, computed={"splits": 0})
        return
    compared = {name: [p for e in members if (p := _compared(rows, e))] for name, members in groups.items()}
    if not any(compared.values()):
        return
    by_p = {
        name: [n for n in sizes if all(_p_possible(e, n, other) for e, other in compared[name])]
        for name, sizes in by_percent.items()
    }
    if not _count_splits(list(by_p.values()), total):
        alone = [name for name, sizes in by_p.items() if not sizes]
        message = f"{ways} splits of {total} give {_percents(entries)}, none of them the p values" + (
            f"; no size at all gives that of {', '.join(alone)}" if alone else ""
        )
        yield finding("p_incompatible_with_counts", "error", message, entries, computed={"splits": ways})


def _percents(entries: Sequence[Entry]) -> str:
    return ", ".join(f"{entry.percent}%" for entry in entries)


def _count_splits(sizes: Sequence[Sequence[int]], total: int) -> int:
    """In how many ways one size of each list adds up to the total."""
    ways = {0: 1}
    for options in sizes:
        following: dict[int, int] = defaultdict(int)
        for so_far, count in ways.items():
            for n in options:
                if so_far + n <= total:
                    following[so_far + n] += count
        ways = following
    return ways.get(total, 0)


def _compared(rows: Sequence[Entry], entry: Entry) -> tuple[Entry, Entry] | None:
    """A row with a p value, and the group of known size it is compared with."""
    told = [e for e in rows if e.p is not None and e.comparator and e.outcome == entry.outcome]
    own = [e for e in told if e is entry] or [e for e in told if e.cohort and e.cohort == entry.cohort]
    if not own:
        return None
    entry = replace(entry, p=own[0].p, sides=own[0].sides, comparator=own[0].comparator)
    others = [
        e
        for e in rows
        if e.cohort == entry.comparator and e.outcome == entry.outcome and e.counts() and not e.comparator
    ]
    return (entry, others[0]) if others else None


def _p_possible(entry: Entry, n: int, other: Entry) -> bool:
    """Whether some counts of a group of n give the p value against the other group."""
    percent, printed = entry.percent, entry.p
    if percent is None or printed is None:
        return True
    pairs = product(whole_numbers(percent, n), other.counts())
    return any(
        _as_printed(p, printed, entry.sides)
        for k, (c, m) in islice(pairs, _MOST_SPLITS)
        for _, p in two_group_p_values(k, n, c, m)
    )


def _as_printed(p: float, printed: Printed, sides: str) -> bool:
    if sides == "one":
        return p / 2 in printed or 1 - p / 2 in printed
    return p in printed or (sides == "not stated" and p / 2 in printed)
