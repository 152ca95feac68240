"""What differs between two sets of evidence tables, row by row and cell by cell, as the cells are written."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from metasyn.evidence.collector import collector_paused
from metasyn.evidence.columns import TABLES, Table
from metasyn.evidence.table_lines import has_odd_quotes

__all__ = ["CellEdit", "EditKind", "RowEdit", "decoded", "row_edits"]

EditKind = Literal["added", "corrected", "removed"]

_Cells = tuple[str, ...]
_BOM = b"\xef\xbb\xbf"
_PREFIXES = {
    "sources": "source:",
    "studies": "study:",
    "cohorts": "cohort:",
    "outcomes": "outcome:",
    "results": "",
    "ongoing": "ongoing:",
    "curves": "curve:",
    "at_risk": "curve:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEdit:
    """One cell before and after.

    Attributes
    ----------
    column : str
    old, new : str
        As written; empty where the cell is empty or its column is not there.
    """

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEdit:
    """One row that is new, gone or otherwise.

    Attributes
    ----------
    key : str
        As in `evidence.digest.digests`: a result by its id, other rows as `study:`, `cohort:`,
        `source:`, `outcome:`, `ongoing:` and `curve:` with their id.
    kind : {'added', 'corrected', 'removed'}
    cells : tuple of CellEdit
        Every cell that differs, in the order of the columns; for a row that is new or gone every cell
        that is not empty. The points of a curve count as one row: `cells` is then empty.
    """

    key: str
    kind: EditKind
    cells: tuple[CellEdit, ...] = ()


def row_edits(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[RowEdit, ...]:
    """Every row that differs between two states of the evidence tables.

    Cells are compared as they are written, without the spaces around them. Another order of rows or
    columns, an empty column more or less, other line ends and quotes are no edits.

    Parameters
    ----------
    old, new : mapping of str to bytes
        Content of the tables by file name (`"results.csv"`); other names do not count, and a table
        that is missing is one without rows. The tables need not keep the rules: nothing is refused.

    Returns
    -------
    tuple of RowEdit
        In the order of the tables; within a table the rows of the new one, then those that are gone.

    Examples
    --------
    >>> before = {"outcomes.csv": b"outcome,label\\nOS,Survival\\n"}
    >>> after = {"outcomes.csv": b"label,outcome\\nOverall survival,OS\\n"}
    >>> for edit in row_edits(before, after):
    ...     print(edit.key, edit.kind, *((cell.column, cell.old, cell.new) for cell in edit.cells))
    outcome:OS corrected ('label', 'Survival', 'Overall survival')
    """
    edits: list[RowEdit] = []
    for table in TABLES.values():
        before, after = old.get(table.file, b""), new.get(table.file, b"")
        if table.own_ids and before != after:
            edits.extend(_edited(table, before, after))
    edits.extend(_edited_curves(old, new))
    return tuple(edits)


def decoded(content: bytes) -> str:
    """A table as text; what is not UTF-8 is read as the reader reads it in order to find problems."""
    content = content.removeprefix(_BOM)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _edited(table: Table, old: bytes, new: bytes) -> Iterator[RowEdit]:
    """The rows of one table that differ."""
    header, before, after = _differing_lines(old, new) or _whole(old, new)
    prefix = _PREFIXES[table.name]
    gone = _by_key(before, header[0], table.key)
    come = _by_key(after, header[1], table.key)
    columns = tuple(dict.fromkeys((*header[1], *header[0])))
    for key, row in come.items():
        cells = _cells(columns, gone.get(key, {}), row)
        if cells or key not in gone:
            yield RowEdit(key=prefix + key, kind="corrected" if key in gone else "added", cells=cells)
    for key, row in gone.items():
        if key not in come:
            yield RowEdit(key=prefix + key, kind="removed", cells=_cells(columns, row, {}))


_Differing = tuple[tuple[_Cells, _Cells], list[_Cells], list[_Cells]]


def _differing_lines(old: bytes, new: bytes) -> _Differing | None:
    """Headers and rows that stand in one table only, by comparing lines; None where lines are not rows.

    A cell that holds a line break begins in a line with an odd number of double quotes, or in one that
    cannot be read on its own.
    """
    before, after = old.removeprefix(_BOM).splitlines(), new.removeprefix(_BOM).splitlines()
    if not before or not after:
        return None
    if has_odd_quotes(old) or has_odd_quotes(new):
        return None
    here, there = set(before), set(after)
    try:
        headers = [_record(lines[0]) for lines in (before, after)]
        if headers[0] != headers[1]:
            return None
        gone = [_record(line) for line in before if line not in there]
        come = [_record(line) for line in after if line not in here]
    except ValueError:
        return None
    if any(len(row) not in (0, len(headers[0])) for row in (*gone, *come)):
        return None
    return (headers[0], headers[1]), gone, come


def _record(line: bytes) -> _Cells:
    """The cells of one line; a ValueError where it cannot be read on its own."""
    try:
        rows = list(csv.reader([line.decode("utf-8")], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return _stripped(rows[0]) if rows else ()


def _whole(old: bytes, new: bytes) -> _Differing:
    """Headers and rows that stand in one table only, by reading both."""
    with collector_paused():
        before, after = _rows(old), _rows(new)
        headers = (_stripped(before[0]) if before else (), _stripped(after[0]) if after else ())
        common = [name for name in headers[0] if name in headers[1]]
        was, now = _in_common(before[1:], headers[0], common), _in_common(after[1:], headers[1], common)
        here, there = set(was), set(now)
        gone = [_stripped(row) for row, cells in zip(before[1:], was, strict=True) if cells not in there]
        come = [_stripped(row) for row, cells in zip(after[1:], now, strict=True) if cells not in here]
    return headers, gone, come


def _in_common(rows: Sequence[list[str]], header: _Cells, common: Sequence[str]) -> list[_Cells | int]:
    """The cells of each row in the common columns; its number, which equals no cells, if it has others."""
    places = [header.index(name) for name in common]
    others = [place for place in range(len(header)) if place not in places]
    if not places:
        return list(range(len(rows)))
    pick = itemgetter(*places, places[0])
    return [
        pick(row) if len(row) == len(header) and not any(row[place] for place in others) else number
        for number, row in enumerate(rows)
    ]


def _rows(content: bytes) -> list[list[str]]:
    """Every record that is not blank; what cannot be read ends the table."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    with suppress(csv.Error):  # the tables need not keep the rules
        rows.extend(cells for cells in reader if any(cells))
    return rows


def _stripped(cells: Iterable[str]) -> _Cells:
    return tuple(cell.strip() for cell in cells)


def _by_key(rows: Iterable[_Cells], header: _Cells, column: str) -> dict[str, dict[str, str]]:
    """Rows as column -> cell by their id; an id that is there before is numbered."""
    counts: Counter[str] = Counter()
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if not any(row):
            continue
        cells = dict(zip(header, row, strict=False))
        key = cells.get(column, "")
        counts[key] += 1
        found[key if counts[key] == 1 else f"{key} #{counts[key]}"] = cells
    return found


def _cells(columns: _Cells, old: Mapping[str, str], new: Mapping[str, str]) -> tuple[CellEdit, ...]:
    """The cells that differ; one that is not there is empty."""
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in columns)
    return tuple(CellEdit(column=name, old=a, new=b) for name, a, b in pairs if a != b)


def _edited_curves(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[RowEdit]:
    """The curves whose points differ; the order of the points of one curve counts."""
    tables = [table for table in TABLES.values() if not table.own_ids]
    if all(old.get(table.file, b"") == new.get(table.file, b"") for table in tables):
        return
    before, after = ({t.name: _points(t, side.get(t.file, b"")) for t in tables} for side in (old, new))
    keys = dict.fromkeys(key for side in (after, before) for points in side.values() for key in points)
    for key in keys:
        gone, come = ([points.get(key, []) for points in side.values()] for side in (before, after))
        if gone != come:
            kind: EditKind = "added" if not any(gone) else "corrected" if any(come) else "removed"
            yield RowEdit(key=f"curve:{key}", kind=kind)


def _points(table: Table, content: bytes) -> dict[str, list[_Cells]]:
    """The points of every curve in one table, each as its cells in the order of the dictionary."""
    header, *rows = [_stripped(row) for row in _rows(content)] or [()]
    places = [header.index(column.name) if column.name in header else None for column in table.columns]
    found: dict[str, list[_Cells]] = {}
    for row in rows:
        key, *cells = ("" if at is None or at >= len(row) else row[at] for at in places)
        found.setdefault(key, []).append(tuple(cells))
    return found
