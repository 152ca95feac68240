"""Tables from a folder, a workbook or a CSV file, and every problem in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from metasyn.errors import OptionError
from metasyn.evidence.columns import TABLES, Column
from metasyn.evidence.excel import Book, RawSheet, read_book
from metasyn.evidence.excel.limits import MAX_FILE_BYTES, refusal
from metasyn.evidence.intake.from_book import ColumnOf, sheet_grid
from metasyn.evidence.intake.from_csv import csv_grid
from metasyn.evidence.intake.grid import Grid, Place
from metasyn.evidence.intake.mapping import ColumnMap, TableMap
from metasyn.evidence.intake.tables import PlacedSheet, our_names, placed_sheet
from metasyn.evidence.problems import did_you_mean
from metasyn.evidence.rules import check
from metasyn.evidence.sheets import Sheet, parse_sheet, read_text
from metasyn.values import Finding, Severity

__all__ = ["HELPER_SHEETS", "Intake", "check_intake", "read_intake"]

HELPER_SHEETS = ("read me", "lists")
"""Sheets of our own workbooks that are not tables."""

_GUARD = re.compile("'[\\s\0]*[=+@\uff1d\uff0b\uff0d\uff20-]")
_BOOKS = (".xlsx", ".xlsm")
_TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Intake:
    """Tables as they were handed in.

    Attributes
    ----------
    name : str
        The file or folder.
    tables : mapping of str to PlacedSheet
        In the order of `TABLES`; those that were not handed in are absent.
    findings : tuple of Finding
        About the file as a whole and how it was read: warnings, notes, and errors that are not those
        of a table.
    """

    name: str
    tables: Mapping[str, PlacedSheet]
    findings: tuple[Finding, ...] = ()

    @property
    def sheets(self) -> dict[str, Sheet]:
        """The tables without their places."""
        return {name: placed.sheet for name, placed in self.tables.items()}


def read_intake(
    path: str | Path, *, mapping: TableMap | None = None, table: str = "", exported: bool = False
) -> Intake:
    """Read tables from elsewhere; what is wrong with them is part of the answer.

    Parameters
    ----------
    path : str or Path
        A folder of evidence tables; a workbook (`.xlsx`, `.xlsm`) with one sheet per table, named as
        the table or its file; or a CSV file with one table.
    mapping : TableMap, optional
        Where columns have other names. Equal rows are then one, if it fills several tables.
    table : str
        Which table a CSV file without mapping is; by default the one that has its name.
    exported : bool
        Whether a folder may be one that was written for spreadsheets: an apostrophe before what begins
        like a formula is then no part of the text.

    Returns
    -------
    Intake
        Ask `check_intake` for everything that is wrong.

    Raises
    ------
    OptionError
        If it cannot be told what the file is.
    EvidenceError
        If a workbook is damaged, unsafe or too large.
    """
    path = Path(path)
    if path.is_dir():
        return _from_folder(path, exported)
    ending = path.suffix.lower()
    if ending in _BOOKS:
        return _from_book(path, mapping)
    if ending in _TEXTS:
        return _from_csv(path, mapping, table)
    raise OptionError(
        f"{path}: expected a workbook ({', '.join(_BOOKS)}), a CSV file ({', '.join(_TEXTS)}) or a folder; "
        "save other spreadsheets as .xlsx."
    )


def check_intake(intake: Intake, beside: Intake | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with tables, and everything to know about them.

    Parameters
    ----------
    intake : Intake
    beside : Intake, optional
        Tables that stand where `intake` has none: ids may refer to these.

    Returns
    -------
    tuple of Finding
        Errors first by table in reading order, then warnings and notes. The rules are those of
        `read_evidence`.
    """
    placed = {**(beside.tables if beside is not None else {}), **intake.tables}
    placed = {name: placed[name] for name in TABLES if name in placed}
    missing = {name: Sheet(table=table, ids={}) for name, table in TABLES.items() if not table.optional}
    broken = check({**missing, **{name: item.sheet for name, item in placed.items()}})
    found = [finding for finding in intake.findings if finding.severity == "error"]
    for name, item in placed.items():
        order: Mapping[str, int] = {column: place for place, column in enumerate(item.sheet.header)}
        fresh = [p for p in broken[name] if (p.line, p.column) not in item.unread]
        problems = sorted((*item.sheet.problems, *fresh), key=lambda p: (p.line, order.get(p.column, -1)))
        found.extend(item.place.finding(problem) for problem in problems)
    for name, table in TABLES.items():
        if name not in placed and not table.optional:
            message = f"the table {name} is missing: it needs a sheet or file of this name"
            if intake.name.lower().endswith(_TEXTS) and not any(f.code == "table-missing" for f in found):
                message += "; the first CSV files of a project come together: import their folder"
            found.append(Finding(code="table-missing", message=message, where=intake.name))
    rank: Mapping[Severity, int] = {"warning": 1, "note": 2, "error": 0}
    rest = [finding for finding in intake.findings if finding.severity != "error"]
    return tuple(dict.fromkeys((*found, *sorted(rest, key=lambda finding: rank[finding.severity]))))


def _from_folder(folder: Path, exported: bool) -> Intake:
    """The tables of a data folder that are there."""
    tables = {}
    for name, table in TABLES.items():
        path = folder / table.file
        if path.exists():
            text, problems = read_text(path)
            if text is not None and exported:
                text = _without_guards(text)
            sheet = (
                Sheet(table=table, ids={}, problems=tuple(problems))
                if text is None
                else parse_sheet(text, table, problems)
            )
            place = Place(file=f"{folder.name or folder.resolve().name}/{table.file}")
            tables[name] = PlacedSheet(sheet=sheet, place=place)
    return Intake(name=str(folder), tables=MappingProxyType(tables))


def _without_guards(text: str) -> str:
    """Cells as they were before an apostrophe kept a spreadsheet from running them."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return text
    if not any(_GUARD.match(cell) for row in rows for cell in row):
        return text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [cell[1:] if _GUARD.match(cell) else cell for cell in row] for row in rows
    )
    return out.getvalue()


def _from_csv(path: Path, mapping: TableMap | None, table: str) -> Intake:
    """One file: one table, or several by a mapping."""
    if mapping is not None:
        grid = csv_grid(path, mapping.separator)
        return Intake(name=path.name, tables=_mapped(mapping, [(grid, m) for m in mapping.tables]))
    stems = {Path(known.file).stem: name for name, known in TABLES.items()} | {name: name for name in TABLES}
    name = stems.get(table or path.stem.lower(), "")
    if not name:
        raise OptionError(
            f"{table or path.name} is not a table; say with --table which one it is ({', '.join(TABLES)}), "
            "or with --map what its columns are."
        )
    return Intake(name=path.name, tables={name: placed_sheet(csv_grid(path), TABLES[name])})


def _from_book(path: Path, mapping: TableMap | None) -> Intake:
    """A workbook: one table per sheet."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refusal(str(path), "file-unreadable", f"cannot be read: {error.strerror or error}") from error
    book = read_book(data, path.name)
    findings = list(_about_book(book))
    if mapping is not None:
        grids = _mapped_grids(book, mapping, findings)
        tables = _mapped(mapping, grids)
    else:
        chosen = _table_sheets(book, findings)
        grids = [
            (sheet_grid(book, sheet, _column_of(name)), ColumnMap(table=name))
            for name, sheet in chosen.items()
        ]
        tables = {our.table: placed_sheet(grid, TABLES[our.table]) for grid, our in grids}
    seen: dict[str, Grid] = {grid.name: grid for grid, _ in grids}
    findings.extend(finding for grid in seen.values() for finding in grid.findings)
    ordered = {name: tables[name] for name in TABLES if name in tables}
    return Intake(name=path.name, tables=MappingProxyType(ordered), findings=tuple(findings))


def _about_book(book: Book) -> list[Finding]:
    """What a workbook carries beside its cells."""
    carried = (
        (book.macros, "macros", "the workbook carries macros: they are not read"),
        (book.links, "links", "the workbook links to other workbooks: the links are not followed"),
    )
    return [
        Finding(code=code, message=message, where=book.where, severity="note")
        for there, code, message in carried
        if there
    ]


def _table_sheets(book: Book, findings: list[Finding]) -> dict[str, RawSheet]:
    """Which sheet is which table, by name; other sheets are named in a finding."""
    stems = {Path(table.file).stem: name for name, table in TABLES.items()} | {name: name for name in TABLES}
    chosen: dict[str, RawSheet] = {}
    others: list[RawSheet] = []
    for sheet in book.sheets:
        name = stems.get(sheet.name.strip().lower(), "")
        if not name:
            others.append(sheet)
        elif name in chosen:
            message = f"the sheets {chosen[name].name!r} and {sheet.name!r} are both the table {name}"
            findings.append(Finding(code="sheet-twice", message=message, where=book.where))
        elif sheet.rows or not TABLES[name].optional:
            chosen[name] = sheet
    missing = [name for name in TABLES if name not in chosen]
    for sheet in others:
        if sheet.name.strip().lower() in HELPER_SHEETS or not sheet.rows:
            continue
        near = did_you_mean(sheet.name, missing)
        message = f"sheet {sheet.name!r} is not a table: it is left out.{near}"
        severity: Severity = "error" if near else "note"
        findings.append(Finding(code="sheet-unknown", message=message, where=book.where, severity=severity))
    return chosen


def _column_of(table: str, mapping: ColumnMap | None = None) -> ColumnOf:
    """The column of the dictionary that a name of theirs stands for."""
    known = {column.name: column for column in TABLES[table].columns}

    def column_of(name: str) -> Column | None:
        ours = our_names(TABLES[table], [name], mapping)[name]
        return known.get(ours[0]) if ours else None

    return column_of


def _mapped_grids(book: Book, mapping: TableMap, findings: list[Finding]) -> list[tuple[Grid, ColumnMap]]:
    """The sheet of every table of a mapping."""
    by_name = {sheet.name: sheet for sheet in book.sheets}
    filled = [sheet for sheet in book.sheets if sheet.rows]
    grids = []
    for ours in mapping.tables:
        sheet = by_name.get(ours.sheet) if ours.sheet else filled[0] if len(filled) == 1 else None
        if sheet is None:
            names = ", ".join(repr(name) for name in by_name)
            asked = f"there is no sheet {ours.sheet!r}" if ours.sheet else "name the sheet"
            message = f"{asked}; the sheets of {book.where} are {names}"
            where = f"{mapping.where} {ours.table}.sheet"
            findings.append(Finding(code="sheet-missing", message=message, where=where))
        else:
            grids.append((sheet_grid(book, sheet, _column_of(ours.table, ours)), ours))
    return grids


def _mapped(mapping: TableMap, grids: Sequence[tuple[Grid, ColumnMap]]) -> dict[str, PlacedSheet]:
    """The tables that a mapping makes of grids; what one leaves out another may use."""
    used: dict[str, set[str]] = {}
    for grid, ours in grids:
        names = our_names(TABLES[ours.table], grid.header, ours)
        used.setdefault(grid.name, set()).update(
            (their for their, targets in names.items() if targets), ours.ignore
        )
    return {
        ours.table: placed_sheet(
            grid,
            TABLES[ours.table],
            ours,
            decimal=mapping.decimal,
            merge_rows=len(grids) > 1,
            used_elsewhere=frozenset(used[grid.name]),
        )
        for grid, ours in grids
    }
