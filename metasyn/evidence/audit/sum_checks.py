"""Several rows: parts and the whole they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import short
from metasyn.evidence.audit.words import is_total, may_be_total
from metasyn.values import Severity

__all__ = ["parts_add_up"]

# A remainder that all had the event, or none, is remarkable where chance would seldom do that.
_SELDOM = 0.1
_MOST_PARTS = 12
# Sizes of small groups often happen to add up.
_SMALL = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sum:
    """Parts and their whole.

    Attributes
    ----------
    whole : Entry or None
        The row of the whole; None where only its size is told.
    size : int or None
        Participants of the whole.
    complete : bool
        Whether the table says that these are all parts.
    """

    parts: tuple[Entry, ...]
    whole: Entry | None
    size: int | None
    complete: bool


def parts_add_up(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Subgroups of one question add up to their whole: participants, then those with the event.

    `rows` are about one study, outcome and time point.
    """
    for group in _sums(rows):
        sizes = [part.n for part in group.parts]
        units = {entry.unit for entry in (*group.parts, *((group.whole,) if group.whole else ()))}
        if "studies" in units:
            yield from _studies(group)
        elif group.complete and group.size is not None and None not in sizes:
            yield from _participants(group, sum(n or 0 for n in sizes), group.size)
        yield from _events(group)
        yield from _counted_twice(group)


def _counted_twice(group: _Sum) -> Iterator[AuditFinding]:
    """A row that is the sum of others, which no column says."""
    whole = group.whole
    if whole is None or any(part.part_of or part.total is not None for part in group.parts):
        return
    told = all(part.counts() for part in group.parts) and bool(whole.counts())
    if told and sum(part.n or 0 for part in group.parts) == whole.n:
        sizes = " + ".join(str(part.n) for part in group.parts)
        message = (
            f"{sizes} = {whole.n}: {whole.label or 'one row'} is the others together; pool either, not both"
        )
        yield finding("subgroup_and_total", "note", message, (*group.parts, whole))


def _sums(rows: Sequence[Entry]) -> Iterator[_Sum]:
    """Parts and wholes: by `part_of`, by a shared total, or because a row is the sum of the others."""
    named = defaultdict(list)
    for entry in rows:
        if entry.part_of and not entry.comparator:
            named[entry.part_of].append(entry)
    for name, children in named.items():
        yield from _named_parts(rows, name, children)
    shared = defaultdict(list)
    for entry in rows:
        if entry.total is not None and not entry.part_of and not entry.comparator:
            shared[entry.total, entry.source].append(entry)
    for (total, _), members in shared.items():
        if len(members) > 1 and not _own_totals(members, total):
            inside = {id(entry) for entry in members}
            whole = next((e for e in rows if e.n == total and id(e) not in inside), None)
            yield _Sum(parts=tuple(members), whole=whole, size=total, complete=True)
    if not named and not shared:
        yield from _total_row(rows)


def _named_parts(rows: Sequence[Entry], name: str, children: Sequence[Entry]) -> Iterator[_Sum]:
    """Parts that name their whole; of several rows about one group the one with most figures."""
    wholes = [entry for entry in rows if name in (entry.cohort, entry.label) and not entry.comparator]
    by_group: dict[str, list[Entry]] = defaultdict(list)
    for child in children:
        by_group[child.cohort or child.row].append(child)
    parts = tuple(max(members, key=_figures) for members in by_group.values())[:_MOST_PARTS]
    whole = max(wholes, key=_figures, default=None)
    divided = bool(parts) and all(part.attributes.get("partition") == "yes" for part in parts)
    if whole is None:
        if divided:
            yield _Sum(parts=parts, whole=None, size=parts[0].total, complete=True)
        return
    if divided or not whole.cohort or whole.cohort == whole.label:
        yield _Sum(parts=parts, whole=whole, size=whole.n, complete=True)
        return
    # Groups of a data folder overlap (by stage, by treatment): its parts are those that make up the whole.
    for count in range(2, len(parts) + 1):
        for chosen in combinations(parts, count):
            if whole.n and sum(part.n or 0 for part in chosen) == whole.n and all(part.n for part in chosen):
                yield _Sum(parts=chosen, whole=whole, size=whole.n, complete=False)
                return


def _figures(entry: Entry) -> tuple[bool, bool, bool, bool]:
    return not entry.unusable, bool(entry.counts()), entry.n is not None, entry.percent is not None


def _own_totals(members: Sequence[Entry], total: int) -> bool:
    """Whether the total is that of each row, not of them together."""
    sizes = [entry.n for entry in members]
    if None in sizes:
        return False
    numbers = [n or 0 for n in sizes]
    if all(entry.events is not None and entry.n == total for entry in members):
        return True
    return sum(numbers) > total and min(numbers) > 0.5 * total


def _total_row(rows: Sequence[Entry]) -> Iterator[_Sum]:
    """A first or last row whose size is that of all others together, or that is called the total."""
    groups = [
        e for e in rows if e.n is not None and not e.comparator and e.estimate is None and not e.derived
    ]
    if len(groups) < 3 or len(groups) > _MOST_PARTS or any(e.separate for e in groups) or _one_group(groups):
        return
    for whole in (groups[-1], groups[0]):
        others = tuple(entry for entry in groups if entry is not whole)
        adds_up = sum(entry.n or 0 for entry in others) == whole.n
        if adds_up or is_total(whole.label):
            if not adds_up and whole.n in {entry.n for entry in others}:
                return
            yield _Sum(parts=others, whole=whole, size=whole.n, complete=True)
            return


def _one_group(groups: Sequence[Entry]) -> bool:
    """Rows of one group by name, so that none is a part of another."""
    return len({entry.cohort or entry.label for entry in groups}) < len(groups)


def _studies(group: _Sum) -> Iterator[AuditFinding]:
    """Numbers of studies add up; studies that are listed are as many as stated."""
    stated = group.size if group.size is not None else group.whole.n if group.whole else None
    if stated is None:
        return
    rows = (*group.parts, *((group.whole,) if group.whole else ()))
    sizes = [part.n for part in group.parts]
    if all(n is None for n in sizes) or (set(sizes) == {1} and len(sizes) > 2):
        if len(sizes) != stated:
            message = f"{len(sizes)} are listed where {stated} are stated"
            yield finding("count_mismatch", "error", message, rows, computed={"listed": len(sizes)})
    elif None not in sizes and sum(n or 0 for n in sizes) != stated:
        message = f"{' + '.join(map(str, sizes))} = {sum(n or 0 for n in sizes)} studies, not {stated}"
        yield finding("k_mismatch", "error", message, rows, computed={"sum": sum(n or 0 for n in sizes)})


def _participants(group: _Sum, added: int, size: int) -> Iterator[AuditFinding]:
    """Sizes of the parts add up."""
    if added == size:
        return
    sizes = _sum_text([str(part.n) for part in group.parts])
    rows = (*group.parts, *((group.whole,) if group.whole else ()))
    computed = {"sum": added, "total": size}
    if added > size and any(part.counts_episodes for part in group.parts):
        message = f"{sizes} = {added} {group.parts[0].unit or 'units'} of {size} participants"
        yield finding("unit_of_analysis", "warning", message, rows, computed=computed)
        return
    studies = {part.study for part in group.parts} | {
        part.attributes.get("citation", "") for part in group.parts
    }
    pooled = len(studies - {""}) > 1 or group.parts[0].attributes.get("design") == "meta-analysis"
    code = "n_mismatch" if pooled else "subgroups_do_not_sum"
    message = (
        f"{sizes} = {added}, not {size}: {abs(added - size)} {'too many' if added > size else 'are missing'}"
    )
    repairs = tuple(
        Repair(row=part.row, column="n", printed=str(part.n), instead=str(part.n - added + size), changes=1)
        for part in group.parts
        if part.n is not None and part.n - added + size > 0
    )
    if group.whole is not None and group.whole.n == size:
        whole = Repair(row=group.whole.row, column="n", printed=str(size), instead=str(added), changes=1)
        repairs = (whole, *repairs)
    severity = "error" if added > size and code == "subgroups_do_not_sum" else "warning"
    yield finding(
        code, "error" if severity == "error" else "warning", message, rows, computed=computed, repairs=repairs
    )


def _sum_text(terms: Sequence[str]) -> str:
    """`a + b + c`, the middle of a long sum left out."""
    return " + ".join(terms if len(terms) <= _MOST_PARTS else (*terms[:_MOST_PARTS], "...", terms[-1]))


def _range(entry: Entry) -> tuple[int, int] | None:
    """Fewest and most events that a row allows."""
    counts = [k for k, _ in entry.counts()]
    if counts:
        return min(counts), max(counts)
    known = entry.events is None and (entry.percent is None or entry.actuarial)
    return (0, entry.n) if entry.n is not None and known else None


def _events(group: _Sum) -> Iterator[AuditFinding]:
    """Events of the parts add up to those of the whole."""
    whole = group.whole
    if whole is None or whole.n is None or not whole.counts():
        return
    ranges = [_range(part) for part in group.parts]
    if None in ranges or sum(part.n or 0 for part in group.parts) != whole.n:
        return
    known = [r for r in ranges if r is not None]
    told = [part for part in group.parts if part.counts()]
    if not told:
        return
    low, high = sum(r[0] for r in known), sum(r[1] for r in known)
    counts = [k for k, _ in whole.counts()]
    rows = (*group.parts, whole)
    parts = _sum_text([_as_text(part) for part in group.parts])
    computed = {"parts": [low, high], "whole": [min(counts), max(counts)]}
    if low > max(counts) or high < min(counts):
        sources = {entry.source for entry in rows} - {""}
        code = "cross_source_conflict" if len(sources) > 1 else "subgroups_do_not_sum"
        added = f"{low} of {whole.n} ({short(100 * low / whole.n)}%)" if low == high else f"{low} to {high}"
        definitions = {entry.definition for entry in rows} - {""}
        message = f"{parts} = {added}, whole: {_as_text(whole)}"
        if len(definitions) > 1:
            message += f"; defined differently ({', '.join(sorted(definitions))})"
        if _by_chance(group):
            return
        repairs: tuple[Repair, ...] = ()
        if low == high and whole.events is not None:
            repairs = (
                Repair(
                    row=whole.row, column="events", printed=str(whole.events), instead=str(low), changes=1
                ),
            )
        severity: Severity = "note" if len(definitions) > 1 else "error"
        yield finding(code, severity, message, rows, computed=computed, repairs=repairs)
    elif len(told) < len(group.parts):
        yield from _boundary(group.parts, told, counts, rows, whole.n)


def _by_chance(group: _Sum) -> bool:
    """Whether nothing but sizes says that a row is the whole, and arms of 1:1:2 or small groups would do."""
    whole = group.whole
    if (
        whole is None
        or may_be_total(whole.label)
        or any(p.part_of or p.total is not None for p in group.parts)
    ):
        return False
    return (whole.n or 0) <= _SMALL or len({part.n for part in group.parts}) == 1


def _as_text(entry: Entry) -> str:
    counts = [k for k, _ in entry.counts()]
    if not counts:
        return f"?/{entry.n}"
    return f"{counts[0]}/{entry.n}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}/{entry.n}"


def _boundary(
    parts: Sequence[Entry], told: Sequence[Entry], whole: Sequence[int], rows: tuple[Entry, ...], size: int
) -> Iterator[AuditFinding]:
    """Parts without a figure, in which all or none must have had the event."""
    rest = sum(part.n or 0 for part in parts if part not in told)
    bounds = [r for part in told if (r := _range(part)) is not None]
    fewest = max(0, min(whole) - sum(r[1] for r in bounds))
    most = min(rest, max(whole) - sum(r[0] for r in bounds))
    rate = (sum(whole) / len(whole)) / size
    if fewest == rest and rate**rest < _SELDOM:
        word = "every one"
    elif most == 0 and (1 - rate) ** rest < _SELDOM:
        word = "none"
    else:
        return
    left = fewest if word == "every one" else 0
    message = (
        f"{' + '.join(map(_as_text, told))} leave {left} events for {rest} others: {word} of them had one"
    )
    yield finding("part_total_boundary", "warning", message, rows, computed={"rest": rest, "events": fewest})
