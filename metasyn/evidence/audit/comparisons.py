"""Which rows are the groups of one comparison: as columns say, else as rows stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product, takewhile

from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.group_tests import Counts

__all__ = ["Arm", "Comparison", "comparisons", "questions", "tables_of"]

Key = tuple[str, str, str]
_MOST_TABLES = 600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arm:
    """One group of a comparison.

    Attributes
    ----------
    entries : tuple of Entry
        The rows about it.
    counts : tuple of (int, int)
        Every (events, participants) that these rows allow.
    """

    name: str
    entries: tuple[Entry, ...]
    counts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Groups, and the rows that compare them.

    Attributes
    ----------
    stated : bool
        Whether the rows name the two groups; else the groups are those that stand together.
    others : tuple of Arm
        Further groups reported on the same question.
    """

    entries: tuple[Entry, ...]
    arms: tuple[Arm, ...]
    stated: bool
    others: tuple[Arm, ...] = ()


def questions(entries: Iterable[Entry]) -> Mapping[Key, list[Entry]]:
    """Rows by what they are about: study, outcome and time point."""
    found: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.study, entry.outcome, entry.timepoint].append(entry)
    return found


def comparisons(rows: Sequence[Entry]) -> Iterator[Comparison]:
    """The comparisons of one question."""
    groups = _groups(rows)
    named = [] if _names_repeat(rows, groups) else [entry for entry in rows if entry.comparator]
    known: set[str] = set()
    for pair in dict.fromkeys((entry.cohort, entry.comparator) for entry in named):
        names = (_group_called(pair[0], pair, groups), _group_called(pair[1], pair, groups))
        known.update(names)
        if names[0] in groups and names[1] in groups and names[0] != names[1]:
            yield Comparison(
                entries=tuple(e for e in named if (e.cohort, e.comparator) == pair),
                arms=(groups[names[0]], groups[names[1]]),
                stated=True,
                others=tuple(arm for name, arm in groups.items() if name not in names),
            )
    if not known & groups.keys():
        yield from _standing_together(rows)


def _names_repeat(rows: Sequence[Entry], groups: Mapping[str, Arm]) -> bool:
    """Whether several studies without a name have groups of the same name."""
    return not rows[0].study and any(len({e.n for e in arm.entries}) > 1 for arm in groups.values())


def _group_called(name: str, pair: tuple[str, str], groups: Mapping[str, Arm]) -> str:
    """The group of that name; else the one whose name ends with it and begins as the pair does."""
    if name in groups:
        return name
    near = [other for other in groups if other.casefold().endswith(name.casefold())]
    first = pair[0].casefold()
    return max(near, key=lambda other: _shared(other.casefold(), first), default="")


def _shared(one: str, two: str) -> int:
    """How many letters two names have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))


def _groups(rows: Sequence[Entry]) -> dict[str, Arm]:
    """Arms by name of cohort, or by label where there is no such column."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in rows:
        name = entry.cohort or entry.label
        if name and not entry.comparator:
            found[name].append(entry)
    return {name: _arm(name, entries) for name, entries in found.items()}


def _arm(name: str, entries: Sequence[Entry]) -> Arm:
    """A group with every pair of counts its rows allow; exact counts come before those of a percentage."""
    usable = [entry for entry in entries if not entry.unusable] or list(entries)
    counts = dict.fromkeys(pair for entry in usable for pair in entry.counts())
    return Arm(name=name, entries=tuple(entries), counts=tuple(counts))


def _standing_together(rows: Sequence[Entry]) -> Iterator[Comparison]:
    """Groups of rows that share a p value, or stand before or after the row that has it."""
    if len(rows) < 2:
        return
    for run in _runs(rows):
        if not _next_to_each_other(run):
            continue
        sized = [entry for entry in run if entry.n is not None]
        sizes: dict[str, set[int | None]] = defaultdict(set)
        for entry in sized:
            sizes[entry.cohort].add(entry.n)
        named = "" not in sizes and all(len(found) == 1 for found in sizes.values())
        arms = tuple(_groups(sized).values() if named else (_arm(entry.label, [entry]) for entry in sized))
        arms = tuple(arm for arm in _without_total(arms) if arm.counts)
        if len(arms) >= 2:
            yield Comparison(entries=tuple(run), arms=arms, stated=False)


def _next_to_each_other(run: Sequence[Entry]) -> bool:
    """Whether a p value is in the row of a group, or next to the rows of the groups."""
    if not all(entry.row.isdecimal() for entry in run):
        return False
    if all(entry.counts() for entry in run if _has_p(entry)):
        return True
    places = {int(entry.row) for entry in run}
    return max(places) - min(places) < len(places)


def _runs(rows: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Split where the next p value begins, or after the one that ends a group."""
    if not any(_has_p(entry) for entry in rows):
        if len(rows) <= 4:
            yield list(rows)
        return
    leading = _has_p(rows[0])
    run: list[Entry] = []
    for entry in rows:
        new = bool(run) and (
            (leading and _has_p(entry) and not _same_p(entry, run[-1]))
            or (not leading and _has_p(run[-1]) and not _same_p(entry, run[-1]))
        )
        if new:
            yield run
            run = []
        run.append(entry)
    yield run


def _has_p(entry: Entry) -> bool:
    return entry.p is not None or entry.p_is_ns


def _same_p(a: Entry, b: Entry) -> bool:
    return a.p == b.p and a.p_is_ns == b.p_is_ns and _has_p(a)


def _without_total(arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    """The groups without a row that is their total."""
    if len(arms) < 3:
        return arms
    sizes = [arm.entries[0].n or 0 for arm in arms]
    return tuple(arm for arm, n in zip(arms, sizes, strict=True) if 2 * n != sum(sizes)) or arms


def tables_of(arms: Sequence[Arm]) -> list[tuple[Counts, ...]]:
    """Every table the figures of the groups allow, as many as can be tried."""
    return list(islice(product(*(arm.counts for arm in arms)), _MOST_TABLES))
