"""The same row or effect under another id: what was renamed is neither new nor gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metasyn.changes.standing import Point, Row, differs
from metasyn.evidence.table_changes import RowEdit

__all__ = ["Identity", "RenamedRow", "older_names", "only_renamed", "renamed_rows", "under"]

Identity = tuple[str, ...]
RenamedRow = tuple[str, str, str]
"""Kind of row as in `RowEdit.key` (empty for a result), its old id and its new one."""

_IDS: Mapping[str, str] = {"study": "study_id", "source": "source_id", "cohort": "cohort_id", "": "result_id"}
_NAMED_BY: Mapping[str, str] = {
    "study_id": "study",
    "source_id": "source",
    "cohort_id": "cohort",
    "comparator_id": "cohort",
    "part_of": "cohort",
}


def older_names(before: Point, after: Point) -> dict[Identity, Identity]:
    """Effects that are there before and after under another id.

    Parameters
    ----------
    before, after : Point

    Returns
    -------
    dict of tuple of str to tuple of str
        Identity after -> identity before, of effects that only one side has by that identity: those with
        the same estimate and variance, of one study or under one label. Others are new or gone.
    """
    known = {row.identity for row in before.rows}, {row.identity for row in after.rows}
    gone = [row for row in before.rows if row.identity not in known[1]]
    names: dict[Identity, Identity] = {}
    for row in after.rows:
        if row.identity in known[0]:
            continue
        found = next((other for other in gone if _same_effect(other, row)), None)
        if found is not None:
            names[row.identity] = found.identity
            gone.remove(found)
    return names


def _same_effect(one: Row, other: Row) -> bool:
    """Whether two effects have the same numbers and one study, or one label."""
    if differs(one.yi, other.yi) or differs(one.vi, other.vi):
        return False
    return one.label == other.label or (len(one.identity) > 1 and one.identity[0] == other.identity[0])


def under(point: Point, names: Mapping[Identity, Identity]) -> Point:
    """A point with its effects under the older identities.

    Parameters
    ----------
    point : Point
    names : mapping
        As `older_names` gives them.

    Returns
    -------
    Point
    """
    if not any(row.identity in names for row in point.rows):
        return point
    rows = (replace(row, identity=names.get(row.identity, row.identity)) for row in point.rows)
    return replace(point, rows=tuple(rows))


def renamed_rows(edits: Sequence[RowEdit]) -> tuple[RenamedRow, ...]:
    """Rows that went and came again under another id, the same in all else.

    Parameters
    ----------
    edits : sequence of RowEdit

    Returns
    -------
    tuple of (str, str, str)
        Studies, sources, cohorts, then results. A reference to a row that was renamed itself is the same
        reference. Of several rows alike the first that went is the first that came.

    Examples
    --------
    >>> from metasyn.evidence.table_changes import CellEdit
    >>> renamed_rows([
    ...     RowEdit(key="cohort:A.1", kind="removed", cells=(CellEdit(column="n", old="30", new=""),)),
    ...     RowEdit(key="cohort:A.one", kind="added", cells=(CellEdit(column="n", old="", new="30"),))])
    (('cohort', 'A.1', 'A.one'),)
    """
    found: list[RenamedRow] = []
    for kind, column in _IDS.items():
        names = {(table, old): new for table, old, new in found}
        gone: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for edit in edits:
            if edit.kind == "removed" and _kind(edit) == kind:
                cells = {c.column: _newer(c.column, c.old, names) for c in edit.cells if c.column != column}
                gone.setdefault(tuple(sorted(cells.items())), []).append(edit.key.rpartition(":")[2])
        for edit in edits:
            if edit.kind == "added" and _kind(edit) == kind:
                told = tuple(sorted((c.column, c.new) for c in edit.cells if c.column != column))
                if gone.get(told):
                    found.append((kind, gone[told].pop(0), edit.key.rpartition(":")[2]))
    return tuple(found)


def only_renamed(edits: Sequence[RowEdit]) -> frozenset[str]:
    """Keys of the rows in which nothing but ids changed: their own, or those of rows they name.

    Parameters
    ----------
    edits : sequence of RowEdit

    Returns
    -------
    frozenset of str
    """
    found = renamed_rows(edits)
    names = {(kind, old): new for kind, old, new in found}
    keys = {f"{kind}:{name}" if kind else name for kind, *both in found for name in both}
    return frozenset(keys) | {
        edit.key
        for edit in edits
        if edit.kind == "corrected"
        and edit.cells
        and all(_newer(cell.column, cell.old, names) == cell.new for cell in edit.cells)
    }


def _kind(edit: RowEdit) -> str:
    return edit.key.rpartition(":")[0]


def _newer(column: str, value: str, names: Mapping[tuple[str, str], str]) -> str:
    """What a cell says after the rows it names were renamed."""
    return names.get((_NAMED_BY.get(column, ""), value), value)
