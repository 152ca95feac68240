"""Rows of several studies: numbers that belong together although the studies differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from metasyn.evidence.audit.entry import TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.source_checks import converted
from metasyn.evidence.audit.words import half_of

__all__ = ["numbers_of_studies_add_up", "studies_add_up_to_total", "units_are_one_across"]

_MOST_ROWS = 200
_WITH = re.compile(r"\bwith\b", re.IGNORECASE)


def studies_add_up_to_total(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Participants of several studies are those of the pool that all rows name. `rows` are a whole table.

    Parts name the row of their pool, or every row has the same total.
    """
    if len(rows) > _MOST_ROWS or len({entry.study for entry in rows}) < 2:
        return
    labels = {entry.label: entry for entry in rows if entry.label}
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in rows:
        whole = labels.get(entry.part_of)
        if whole is not None and whole.study != entry.study:
            named[entry.part_of].append(entry)
    for name, parts in named.items():
        parts = [e for e in rows if e.part_of == name]
        yield from _pool(parts, labels[name].n, (labels[name],))
    sized = [entry for entry in rows if entry.n is not None]
    one_total = len(sized) >= 3 and len({entry.total for entry in rows}) == 1
    if not named and one_total and len({entry.study for entry in sized}) == len(sized):
        yield from _pool(sized, rows[0].total, ())


def _pool(parts: Sequence[Entry], total: int | None, whole: tuple[Entry, ...]) -> Iterator[AuditFinding]:
    """Compare the sum of the parts with the stated total."""
    sizes = [entry.n for entry in parts]
    if total is None or None in sizes:
        return
    added = sum(n or 0 for n in sizes)
    if added == total or len(parts) < 2:
        return
    text = " + ".join(str(n) for n in sizes)
    word = "too many" if added > total else "are missing"
    yield finding(
        "n_mismatch",
        "warning",
        f"{text} = {added}, not {total}: {abs(added - total)} {word}",
        (*parts, *whole),
        computed={"sum": added, "total": total},
        repairs=tuple(
            Repair(row=e.row, column="n", printed=str(e.n), instead=str(e.n - added + total), changes=1)
            for e in parts
            if e.n is not None and e.n - added + total > 0
        ),
    )


def numbers_of_studies_add_up(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Studies with something and studies without it are all studies. `rows` are about one study."""
    counted = [
        e
        for e in rows
        if e.unit == "studies" and e.n is not None and not e.part_of and e.total is None and not e.comparator
    ]
    if len(counted) != 3:
        return
    for whole in counted:
        one, two = (entry for entry in counted if entry is not whole)
        halves = [half_of(_WITH.sub(" ", entry.label)) for entry in (one, two)]
        if halves[0][0] and halves[0][0] == halves[1][0] and halves[0][1] != halves[1][1]:
            added = (one.n or 0) + (two.n or 0)
            if added != whole.n:
                message = f"{one.n} + {two.n} = {added} studies, not {whole.n}"
                yield finding("k_mismatch", "error", message, (one, two, whole), computed={"sum": added})
            return


def units_are_one_across(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Studies give the times of one outcome in one unit. `rows` are a whole table or folder."""
    by_outcome: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in rows:
        if entry.unit in TIMES and entry.estimate is not None and entry.outcome and not entry.derived:
            by_outcome[entry.outcome][entry.unit].append(entry)
    for outcome, units in by_outcome.items():
        base = max(sorted(units), key=lambda unit: len(units[unit]))
        others = [entry for unit in sorted(units) if unit != base for entry in units[unit]]
        studies = {entry.study or entry.row for entry in others}
        if not others or studies & {entry.study or entry.row for entry in units[base]}:
            continue
        message = f"{outcome}: {converted(others, base)}, beside other studies in {base}"
        yield finding("time_unit_mix", "note", message, (*others[:6], units[base][0]))
