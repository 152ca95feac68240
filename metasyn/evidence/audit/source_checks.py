"""Several rows: what sources say about one quantity, and what rows say about one study."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from metasyn.evidence.audit.entry import TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.printed import Printed, short
from metasyn.values import Severity

__all__ = ["arms_keep_their_order", "attributes_agree", "converted", "sources_agree", "units_are_one"]

DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
_MOST_ROWS = 60
_NUMBER = re.compile(r"[^\d]{0,20}(\d{1,3})[^\d]{0,20}")
_PLACES = re.compile(
    r"\b(?:text|table|figure|fig|abstract|paper|list|appendix|supplement|registry|review|reference|page|p)\b"
    r"[\s.]*[a-z]?\d*|[^\w\s]"
)
_AGE = re.compile(r"\bages?\b", re.IGNORECASE)

Key = tuple[str, ...]


def sources_agree(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Two sources print one quantity alike, as far as their digits go. `rows` are of one study."""
    by_quantity: dict[Key, list[Entry]] = defaultdict(list)
    for entry in rows:
        if not entry.derived and entry.source:
            for kind in _kinds(entry):
                by_quantity[_quantity(entry, kind)].append(entry)
    for (*_, kind), members in by_quantity.items():
        if len({entry.source for entry in members}) > 1 and len(members) <= _MOST_ROWS:
            yield from _disagreements(members, rows, kind)


def _quantity(entry: Entry, kind: str) -> Key:
    group = entry.cohort or entry.label
    return group, entry.comparator, entry.outcome, entry.timepoint, kind


def _kinds(entry: Entry) -> tuple[str, ...]:
    """What can be compared: a percentage and a count say the same thing two ways."""
    tested = ("p",) if entry.p is not None or entry.p_is_ns else ()
    if entry.percent is not None or entry.events is not None:
        return ("share", *tested)
    if entry.estimate is not None:
        return (entry.statistic or "estimate", *tested)
    return tested or (("n",) if entry.n is not None else ())


def _disagreements(members: Sequence[Entry], rows: Sequence[Entry], kind: str) -> Iterator[AuditFinding]:
    """The first pair of sources that disagrees in definitions that may be the same, else in any."""
    pairs = [
        (one, two)
        for one, two in combinations(members, 2)
        if one.source != two.source and not _consistent(one, two, kind)
    ]
    if not pairs:
        return
    pairs.sort(key=lambda pair: _definitions_differ(*pair))
    one, two = pairs[0]
    differ = _definitions_differ(one, two)
    severity: Severity = "note" if differ or one.unusable or two.unusable else "warning"
    if kind == "p" and not _same_verdict(one, two):
        severity = "note" if differ else "warning"
    elif kind == "p":
        severity = "note"
    message = f"{_text(one)} in {one.source}, {_text(two)} in {two.source}"
    if differ:
        message += (
            f"; defined differently ({one.definition or 'not stated'}, {two.definition or 'not stated'})"
        )
    subgroup = _subgroup_with(one, two, rows)
    if subgroup is not None:
        message += f"; the latter is that of {subgroup.label}"
    code = "n_conflict" if kind == "n" else "cross_source_conflict"
    yield finding(code, severity, message, (one, two))


def _definitions_differ(one: Entry, two: Entry) -> bool:
    return bool(one.definition and two.definition) and one.definition != two.definition


def _subgroup_with(one: Entry, two: Entry, rows: Sequence[Entry]) -> Entry | None:
    """A part of the group for which another row gives one of the two figures."""
    for entry in rows:
        if entry.part_of and entry.part_of in (one.cohort, one.label) and entry.outcome == one.outcome:
            for figure in (two.estimate, two.percent):
                own = entry.estimate if entry.estimate is not None else entry.percent
                if figure is not None and own is not None and own.agrees(figure):
                    return entry
    return None


def _consistent(one: Entry, two: Entry, kind: str) -> bool:
    """Whether one truth can have been printed both ways."""
    if kind == "p":
        return _same_p(one, two)
    if kind == "n":
        return one.n == two.n or one.counts_episodes or two.counts_episodes
    if kind != "share":
        return _same_time(one, two)
    if one.percent is not None and two.percent is not None and not one.percent.agrees(two.percent):
        return False
    return None in (one.events, two.events) or one.n != two.n or one.events == two.events


def _same_verdict(one: Entry, two: Entry) -> bool:
    """Whether both p values are below 0.05, or neither."""
    verdicts = [
        entry.p is not None and entry.p.relation != ">" and entry.p.high < 0.05 for entry in (one, two)
    ]
    return verdicts[0] == verdicts[1]


def _same_time(one: Entry, two: Entry) -> bool:
    a, b = one.estimate, two.estimate
    if a is None or b is None:
        return True
    if one.unit in TIMES and two.unit in TIMES and one.unit != two.unit:
        low, high = (tuple(x * DAYS[e.unit] for x in (p.low, p.high)) for e, p in ((one, a), (two, b)))
        return low[0] <= high[1] * 1.02 and high[0] <= low[1] * 1.02
    return a.agrees(b)


def _same_p(one: Entry, two: Entry) -> bool:
    """Whether p values agree; a bare "not significant" only excludes those below 0.05."""
    for a, b in ((one, two), (two, one)):
        if a.p_is_ns and b.p is not None and b.p.high < 0.05:
            return False
    if one.p is None or two.p is None or one.p.agrees(two.p):
        return True
    return one.sides != two.sides or _one_of_two(one.p, two.p)


def _one_of_two(a: Printed, b: Printed) -> bool:
    """Whether one p value is the one-sided half of the other."""
    return (a.low * 2 <= b.high and b.low <= a.high * 2) or (b.low * 2 <= a.high and a.low <= b.high * 2)


def _text(entry: Entry) -> str:
    parts = []
    if entry.events is not None:
        parts.append(f"{entry.events}/{entry.n}" if entry.n else str(entry.events))
    if entry.percent is not None:
        parts.append(f"{entry.percent}%")
    if entry.estimate is not None:
        parts.append(f"{entry.statistic} {entry.estimate} {entry.unit}".strip())
    if entry.p is not None or entry.p_is_ns:
        parts.append(f"p {entry.p}" if entry.p is not None else "not significant")
    return ", ".join(parts) or f"n = {entry.n}"


def arms_keep_their_order(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Two places give the same two figures to the same groups, and a difference keeps its direction.

    `rows` are about one question.
    """
    places: dict[str, dict[str, Printed]] = defaultdict(dict)
    holders: dict[tuple[str, str], Entry] = {}
    for entry in rows:
        figure = entry.percent if entry.percent is not None else entry.estimate
        place = _place(entry)
        if figure is not None and place and not entry.comparator and figure.exact and not entry.derived:
            group = entry.cohort or entry.label
            places[place].setdefault(group, figure)
            holders.setdefault((place, group), entry)
    for one, two in combinations(places, 2):
        shared = [group for group in places[one] if group in places[two]]
        for a, b in combinations(shared[:6], 2):
            figures = (places[one][a], places[one][b], places[two][a], places[two][b])
            entries = tuple(holders[place, group] for place in (one, two) for group in (a, b))
            if len({_kinds(entry)[:1] for entry in entries}) == 1:
                yield from _reversed(figures, entries)


def _place(entry: Entry) -> str:
    return f"{entry.source} {entry.attributes.get('locator', '')}".strip()


def _reversed(
    figures: tuple[Printed, Printed, Printed, Printed], entries: tuple[Entry, ...]
) -> Iterator[AuditFinding]:
    """The same two figures exchanged, or a difference the other way round."""
    a1, b1, a2, b2 = figures
    if a1.agrees(b1) or a2.agrees(b2) or (a1.value - b1.value) * (a2.value - b2.value) > 0:
        return
    places = [_place(entries[i]) for i in (0, 2)]
    if a1.agrees(b2) and b1.agrees(a2):
        message = f"{a1} v {b1} in {places[0]}, {a2} v {b2} in {places[1]}: the groups change places"
        yield finding("arm_order", "warning", message, entries)
    elif entries[0].source != entries[2].source:
        message = f"{a1} v {b1} in {places[0]}, {a2} v {b2} in {places[1]}: the difference changes direction"
        yield finding("version_conflict", "warning", message, entries)


def _phase(text: str) -> str:
    """`Phase II`, `2`, `phase 1b/2` as digits."""
    plain = text.casefold().replace("phase", "").replace(" ", "")
    for roman, digit in (("iv", "4"), ("iii", "3"), ("ii", "2"), ("i", "1")):
        plain = plain.replace(roman, digit)
    return plain


def _reference(text: str) -> str:
    """The number in a list of references; a citation in words may be that of any report of the study."""
    found = _NUMBER.fullmatch(text.strip())
    return found[1] if found is not None else ""


_ATTRIBUTES: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("phase", "phase_conflict", _phase),
    ("design", "design_conflict", str.casefold),
    ("citation", "citation_conflict", _reference),
)


def attributes_agree(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """All rows of a study give it one phase, one design and one citation. `rows` are of one study."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in rows:
        if entry.attributes:
            groups["" if entry.study else _name_of(entry.label)].append(entry)
    for members in groups.values():
        yield from _attributes(members)


def _name_of(label: str) -> str:
    """A label without the place it names: `trametinib (Table 3)`, `trametinib, text`."""
    return " ".join(_PLACES.sub(" ", label.casefold()).split())


def _attributes(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    for name, code, plain in _ATTRIBUTES:
        seen: dict[str, Entry] = {}
        for entry in rows:
            for part in entry.attributes.get(name, "").split(";"):
                if told := plain(part):
                    seen.setdefault(told, entry)
        if len(seen) > 1:
            holders = tuple(dict.fromkeys(seen.values()))
            shown = " and ".join(f"{e.attributes[name]!r} ({_place(e) or e.label})" for e in holders)
            yield finding(code, "warning", f"{name}: {shown}", holders)


def units_are_one(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Times of one study are in one unit; of one outcome above all. `rows` are of one study."""
    timed = [e for e in rows if e.unit in TIMES and e.estimate is not None and not _AGE.search(e.words)]
    units = {entry.unit: entry for entry in reversed(timed)}
    if len(units) < 2:
        return
    outcomes: dict[str, set[str]] = defaultdict(set)
    for entry in timed:
        outcomes[entry.outcome or entry.label].add(entry.unit)
    mixed = any(len(found) > 1 for found in outcomes.values())
    base = max(sorted(units), key=lambda unit: sum(entry.unit == unit for entry in timed))
    others = [entry for entry in timed if entry.unit != base]
    rows_ = tuple(dict.fromkeys((*units.values(), *others)))
    message = f"{converted(others, base)}, beside figures in {base}"
    yield finding("time_unit_mix", "warning" if mixed else "note", message, rows_)


def converted(entries: Sequence[Entry], base: str) -> str:
    """The first few times in another unit: `13.0 weeks = 2.99 months`."""
    return ", ".join(
        f"{e.estimate} {e.unit} = {short(e.estimate.value * DAYS[e.unit] / DAYS[base])} {base}"
        for e in entries[:4]
        if e.estimate is not None
    )
