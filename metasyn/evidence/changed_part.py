"""The part of the evidence that a few changed rows can have to do with, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metasyn.evidence.columns import TABLES
from metasyn.evidence.digest import digests
from metasyn.evidence.part_rows import Needed, evidence_of_part, witnesses
from metasyn.evidence.part_studies import studies_of_part
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import RowEdit
from metasyn.evidence.table_lines import TableLines, Tables, UnreadableLines

__all__ = ["ChangedPart", "changed_part"]

# Of so few rows the audit compares each with all, and reading all is as quick.
_FEWEST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangedPart:
    """Everything of the studies with changed rows, and of those the audit holds against them.

    Attributes
    ----------
    old, new : Evidence
    changed : frozenset of str
        Keys of the rows that say something else, are new or gone.
    """

    old: Evidence
    new: Evidence
    changed: frozenset[str]


def changed_part(
    old: Mapping[str, bytes], new: Mapping[str, bytes], edits: Sequence[RowEdit], needed: Needed
) -> ChangedPart | None:
    """What decides for whom a few changes matter, without reading all rows.

    Parameters
    ----------
    old, new : mapping of str to bytes
        Tables by file name.
    edits : sequence of RowEdit
        What differs between them.
    needed : Needed
        Of every value one row is taken along, so that an analysis that names it can be asked.

    Returns
    -------
    ChangedPart or None
        None where a part cannot tell: an outcome is otherwise defined, a column is new or gone, rows
        changed places, a rule may be broken, too many rows are concerned, or there are so few that the
        whole is as quick.

    Notes
    -----
    The part holds whole studies. It holds those with a changed row, or with a row of a changed source;
    those that share a source with a changed interval of a proportion; and those that share registration,
    centres or authors with any of them: there the audit compares figures of several studies.
    """
    before = Tables(old)
    after = Tables(new, beside=before)
    try:
        if not _comparable(before, after, edits):
            return None
        ids = _ids(edits)
        studies = studies_of_part(before, after, ids)
        if studies is None:
            return None
        further = witnesses(after, studies, needed)
        parts = [evidence_of_part(tables, studies, ids, further) for tables in (before, after)]
    except UnreadableLines:
        return None
    if parts[0] is None or parts[1] is None:
        return None
    was, now = digests(parts[0]), digests(parts[1])
    return ChangedPart(
        old=parts[0],
        new=parts[1],
        changed=frozenset(edit.key for edit in edits if was.get(edit.key) != now.get(edit.key)),
    )


def _comparable(before: Tables, after: Tables, edits: Sequence[RowEdit]) -> bool:
    """Whether only rows changed, none of them an outcome that was there, and none its place."""
    if any(edit.key.startswith("outcome:") and edit.kind != "added" for edit in edits):
        return False
    for name, table in TABLES.items():
        if (table.file in before.content) != (table.file in after.content):
            return False
        if before.content.get(table.file) == after.content.get(table.file):
            continue
        if before[name].header != after[name].header or (
            table.own_ids and not _same_order(before[name], after[name])
        ):
            return False
    return all(len(tables["results"].places()) > _FEWEST_ROWS for tables in (before, after))


def _same_order(old: TableLines, new: TableLines) -> bool:
    """Whether the rows that are in both stand in the same order."""
    before, after = old.places(), new.places()
    if {type(place) for place in before} != {type(place) for place in after}:
        before, after = list(old.all().values()), list(new.all().values())
    if len(before) == len(after):
        otherwise = ((one, other) for one, other in zip(before, after, strict=True) if one != other)
        if all(old.id_at(one) == new.id_at(other) for one, other in otherwise):
            return True  # only what rows say differs, row by row
    same = set(before).intersection(after)
    names = [
        {place: lines.id_at(place) for place in places if place not in same}
        for lines, places in ((old, before), (new, after))
    ]
    corrected = set(names[0].values()).intersection(names[1].values())
    told = [
        {place: place for place in same} | {place: name for place, name in one.items() if name in corrected}
        for one in names
    ]
    return [told[0][place] for place in before if place in told[0]] == [
        told[1][place] for place in after if place in told[1]
    ]


def _ids(edits: Iterable[RowEdit]) -> dict[str, set[str]]:
    """Ids of the changed rows by kind; results have none in their key."""
    found: dict[str, set[str]] = {
        kind: set() for kind in ("result", "study", "cohort", "source", "outcome", "ongoing", "curve")
    }
    for edit in edits:
        kind, colon, name = edit.key.partition(":")
        if colon:
            found[kind].add(name)
        else:
            found["result"].add(kind)
    return found
