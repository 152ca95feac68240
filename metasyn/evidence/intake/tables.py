"""Grids to tables of the evidence: names and words translated, every cell under the rules of its column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metasyn.evidence.cells import LEVEL, NUMBER, PVALUE
from metasyn.evidence.columns import Table
from metasyn.evidence.intake.grid import Grid, Place
from metasyn.evidence.intake.mapping import ColumnMap
from metasyn.evidence.problems import Problem, did_you_mean
from metasyn.evidence.sheets import Row, Sheet, parse_sheet

__all__ = ["PlacedSheet", "our_names", "placed_sheet"]

# Stands for a line break inside a cell while a table is parsed, so that rows and lines have one number.
_BREAK = "\x0b"
_WITH_POINT = (NUMBER, PVALUE, LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSheet:
    """A table as read, how its places are named, and which cells nothing more is said about."""

    sheet: Sheet
    place: Place
    unread: frozenset[tuple[int, str]] = frozenset()


def our_names(table: Table, header: Sequence[str], mapping: ColumnMap | None) -> dict[str, tuple[str, ...]]:
    """Our column names for theirs: those mapped, and those that are called the same."""
    if mapping is None:
        return {name: (name,) for name in header}
    taken = {our for ours in mapping.columns.values() for our in ours} | set(mapping.fixed)
    same = {column.name for column in table.columns} - taken
    return {
        name: mapping.columns.get(name, (name,) if name in same and name not in mapping.ignore else ())
        for name in header
    }


def placed_sheet(
    grid: Grid,
    table: Table,
    mapping: ColumnMap | None = None,
    *,
    decimal: str = ".",
    merge_rows: bool = False,
    used_elsewhere: frozenset[str] = frozenset(),
) -> PlacedSheet:
    """A table from a grid, with all its problems.

    Parameters
    ----------
    grid : Grid
    table : Table
    mapping : ColumnMap, optional
        By default names are ours already, and a column that is missing is a problem; with one, columns
        that nothing fills are empty, and a column that it neither names nor ignores is a problem.
    decimal : str
        `","` for decimal commas.
    merge_rows : bool
        Whether equal rows are one: for a grid whose rows repeat what belongs in several tables.
    used_elsewhere : frozenset of str
        Their columns that another table is made from.

    Returns
    -------
    PlacedSheet
    """
    names = our_names(table, grid.header, mapping)
    original = {our: their for their, ours in names.items() for our in ours}
    first = {their: ours[0] for their, ours in names.items() if ours}
    problems = [
        replace(p, column=first.get(p.column, p.column))
        for p in grid.problems
        if p.column not in names or names[p.column] or mapping is None
    ]
    unread = frozenset((line, our) for line, their in grid.unread for our in names.get(their, ()))
    header, rows = _translated(grid, table, mapping, names, decimal)
    if mapping is not None:
        problems.extend(_mapping_problems(grid, mapping, names, used_elsewhere))
    if merge_rows:
        rows = _first_of_equal(rows)
    shown_as = f"sheet {grid.name}" if grid.place.sheet else table.file
    place = replace(grid.place, original=original)
    if problems and not header:
        return PlacedSheet(sheet=Sheet(table=table, ids={}, problems=tuple(problems)), place=place)
    parsed = parse_sheet(_text(header, grid.header_line, rows), replace(table, file=shown_as))
    problems.extend(p for p in parsed.problems if (p.line, p.column) not in unread)
    sheet = replace(
        parsed,
        rows=tuple(map(_with_breaks, parsed.rows)),
        ids={name: _with_breaks(row) for name, row in parsed.ids.items()},
        complete=parsed.complete and not any(column == table.key for _, column in unread),
        problems=tuple(dict.fromkeys(problems)),
    )
    return PlacedSheet(sheet=sheet, place=place, unread=unread)


def _translated(
    grid: Grid,
    table: Table,
    mapping: ColumnMap | None,
    names: Mapping[str, tuple[str, ...]],
    decimal: str,
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and rows under our names."""
    pairs = [(place, our) for place, their in enumerate(grid.header) for our in names[their]]
    header = [our for _, our in pairs]
    fixed: dict[str, str] = {}
    if mapping is not None and grid.header:
        ours = [column.name for column in table.columns if column.name not in header]
        fixed = {name: mapping.fixed.get(name, "") for name in ours} | dict(mapping.fixed)
    words = mapping.words if mapping is not None else {}
    numbers = {column.name for column in table.columns if column.kind in _WITH_POINT and decimal == ","}
    rows = []
    for line, cells in grid.lines:
        row = [_word(cells[place].strip(), our, words, numbers) for place, our in pairs]
        if any(row):
            rows.append((line, [*row, *fixed.values()]))
    if not pairs and mapping is not None and mapping.fixed and grid.lines:
        rows = [(grid.lines[0][0], list(fixed.values()))]  # said once for the whole file: one row
    return [*header, *fixed], rows


def _word(text: str, column: str, words: Mapping[str, Mapping[str, str]], numbers: set[str]) -> str:
    """One cell in our words."""
    translation = words.get(column, {})
    if text in translation:
        return translation[text]
    if column in numbers and text.count(",") == 1 and "." not in text:
        return text.replace(",", ".")
    return text


def _mapping_problems(
    grid: Grid, mapping: ColumnMap, names: Mapping[str, tuple[str, ...]], used_elsewhere: frozenset[str]
) -> Iterator[Problem]:
    """What the mapping names and the file does not have, and the reverse."""
    if not grid.header:
        return
    for their in (*mapping.columns, *sorted(mapping.ignore)):
        if their not in grid.header:
            message = f"the mapping names a column {their!r}, which is not here"
            near = did_you_mean(their, grid.header)
            yield Problem(code="missing-column", message=f"{message}.{near}", line=grid.header_line)
    for their, ours in names.items():
        if not ours and their not in mapping.ignore and their not in used_elsewhere:
            message = "the mapping does not say what this column is: name it there, or list it under ignore"
            yield Problem(code="column-not-mapped", message=message, line=grid.header_line, column=their)


def _first_of_equal(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    seen: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for line, cells in rows:
        seen.setdefault(tuple(cells), (line, cells))
    return list(seen.values())


def _text(header: list[str], header_line: int, rows: list[tuple[int, list[str]]]) -> str:
    """CSV in which every record stands in the line of its number."""
    if not header:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    line = 1
    for number, cells in ((header_line, header), *rows):
        out.write("\n" * (number - line))
        writer.writerow([_one_line(cell) for cell in cells])
        line = number + 1
    return out.getvalue()


def _one_line(cell: str) -> str:
    return cell.replace("\r\n", _BREAK).replace("\n", _BREAK).replace("\r", _BREAK)


def _with_breaks(row: Row) -> Row:
    if not any(_BREAK in text for text in row.cells.values()):
        return row
    return replace(row, cells={name: text.replace(_BREAK, "\n") for name, text in row.cells.items()})
