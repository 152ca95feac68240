"""The evidence tables as an Excel workbook to be filled in: one sheet per table, drop-downs, notes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from metasyn.errors import WorkspaceError
from metasyn.evidence.cells import COUNT, IDS, LEVEL, NUMBER, PVALUE, YEAR
from metasyn.evidence.columns import TABLES, Column, Table
from metasyn.evidence.excel.address import column_letters
from metasyn.evidence.excel.limits import MAX_CELL_TEXT
from metasyn.evidence.sheets import Sheet
from metasyn.workspace.extraction.workbook_words import allowed_words, column_note, read_me_rows

__all__ = ["workbook_bytes"]

_ROWS = 5_000
_FONT = "Calibri"
_READ_ME_WIDTHS = (12, 18, 10, 46, 74)
_FIGURES = (NUMBER, COUNT, LEVEL, PVALUE, YEAR)
_MOMENT = datetime(2000, 1, 1)
_ZIP_MOMENT = (2000, 1, 1, 0, 0, 0)
_INK, _NEEDED, _FREE = "FFFFFFFF", "FF1F4E79", "FFDCE6F1"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook_bytes(sheets: Mapping[str, Sheet] | None = None) -> bytes:
    """A workbook with a sheet for every table, empty or filled.

    Every cell is text, so that digits stay as they are typed and nothing is a formula. Columns with a
    closed list of words have it as a drop-down; so have columns that name rows of another sheet.

    Parameters
    ----------
    sheets : mapping of str to Sheet, optional
        Tables to fill in, by name; their further columns are kept.

    Returns
    -------
    bytes
        An `.xlsx` file, the same for the same tables.

    Raises
    ------
    WorkspaceError
        If openpyxl is not installed, or a cell holds more than Excel takes.
    """
    openpyxl = _module("openpyxl")
    filled = sheets or {}
    book = openpyxl.Workbook()
    book.properties.creator = "metasyn"
    book.properties.created = _MOMENT
    pages = {"read me": book.active} | {name: book.create_sheet(name) for name in (*TABLES, "lists")}
    book.active.title = "read me"
    headers = {name: _header(table, filled.get(name)) for name, table in TABLES.items()}
    lists = _fill_lists(pages["lists"])
    for name, table in TABLES.items():
        _fill_table(pages[name], table, headers[name], filled.get(name), lists, headers)
    _fill_read_me(pages["read me"])
    written = io.BytesIO()
    book.save(written)
    return _repacked(written.getvalue(), [f"A1:{column_letters(len(h))}{_ROWS}" for h in headers.values()])


def _module(name: str) -> Any:
    """A module of openpyxl."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        message = "writing workbooks needs openpyxl: pip install 'metasyn-evidence[excel]'."
        raise WorkspaceError(message) from error


def _header(table: Table, sheet: Sheet | None) -> tuple[str, ...]:
    return sheet.header if sheet is not None else tuple(column.name for column in table.columns)


def _fill_table(
    page: Any,
    table: Table,
    header: Sequence[str],
    sheet: Sheet | None,
    lists: Mapping[str, str],
    headers: Mapping[str, Sequence[str]],
) -> None:
    """Header, drop-downs and rows of one table."""
    styles = _module("openpyxl.styles")
    comments = _module("openpyxl.comments")
    known = {column.name: column for column in table.columns}
    rows = sheet.rows if sheet is not None else ()
    top = styles.Alignment(vertical="top")
    right = styles.Alignment(vertical="top", horizontal="right", indent=1)
    sides = {name: right if name in known and known[name].kind in _FIGURES else top for name in header}
    for place, name in enumerate(header, start=1):
        column = known.get(name)
        cell = _write(page, 1, place, name)
        needed = column is not None and column.required
        cell.font = styles.Font(name=_FONT, size=11, bold=True, color=_INK if needed else None)
        cell.fill = styles.PatternFill("solid", fgColor=_NEEDED if needed else _FREE)
        cell.alignment = sides[name]
        if column is not None:
            note = comments.Comment(column_note(column), "metasyn", width=320)
            note.height = 30 + 18 * (len(note.text) // 42 + note.text.count("\n") + 1)
            cell.comment = note
            _add_choice(page, column, place, lists, headers)
        dimension = page.column_dimensions[column_letters(place)]
        longest = max((len(row.text(name)) for row in rows), default=0)
        dimension.width = max(10, len(name) + 3, min(longest + 2, 36))
        dimension.number_format = "@"
        dimension.alignment = sides[name]
    for line, row in enumerate(rows, start=2):
        for place, name in enumerate(header, start=1):
            if row.text(name):
                _write(page, line, place, row.text(name)).alignment = sides[name]
    page.freeze_panes = "B2"


def _add_choice(
    page: Any,
    column: Column,
    place: int,
    lists: Mapping[str, str],
    headers: Mapping[str, Sequence[str]],
) -> None:
    """The drop-down of a column, if it has a list of words or names rows of a sheet."""
    words = allowed_words(column)
    if words:
        choice = _choice(lists[", ".join(words)], "stop", "Please choose one of the words in the list.")
    elif column.refers and column.kind is not IDS:
        other = TABLES[column.refers]
        letter = column_letters(headers[column.refers].index(other.key) + 1)
        block = f"{column.refers}!${letter}$2:${letter}${_ROWS}"
        source = f"OFFSET({column.refers}!${letter}$2,0,0,MAX(1,COUNTA({block})),1)"
        message = f"There is no such id on the sheet {column.refers} yet. Keep it all the same?"
        choice = _choice(source, "warning", message)
    else:
        return
    letters = column_letters(place)
    choice.add(f"{letters}2:{letters}{_ROWS}")
    page.add_data_validation(choice)


def _choice(source: str, style: str, message: str) -> Any:
    return _module("openpyxl.worksheet.datavalidation").DataValidation(
        type="list",
        formula1=source,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle=style,
        errorTitle="metasyn",
        error=message,
    )


def _fill_lists(page: Any) -> dict[str, str]:
    """Every closed list of words, one per column; returns its range by the words."""
    page.sheet_state = "hidden"
    ranges: dict[str, str] = {}
    for table in TABLES.values():
        for column in table.columns:
            words = allowed_words(column)
            if words and ", ".join(words) not in ranges:
                letter = column_letters(len(ranges) + 1)
                for line, word in enumerate((f"{table.name}.{column.name}", *words), start=1):
                    _write(page, line, len(ranges) + 1, word)
                ranges[", ".join(words)] = f"lists!${letter}$2:${letter}${len(words) + 1}"
    return ranges


def _fill_read_me(page: Any) -> None:
    """How to fill in the workbook, and what every column holds."""
    styles = _module("openpyxl.styles")
    for letter, width in zip("ABCDE", _READ_ME_WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
    wrap = styles.Alignment(vertical="top", wrap_text=True)
    for line, (cells, bold) in enumerate(read_me_rows(), start=1):
        for place, text in enumerate(cells, start=1):
            if text:
                cell = _write(page, line, place, text)
                cell.font = styles.Font(name=_FONT, bold=bold, size=14 if line == 1 else 11)
                if len(cells) == len(_READ_ME_WIDTHS):
                    cell.alignment = wrap
        if len(cells) == len(_READ_ME_WIDTHS):
            needed = (
                (len(text) - 1) // width + 1 for text, width in zip(cells, _READ_ME_WIDTHS, strict=True)
            )
            page.row_dimensions[line].height = 15 * max(needed)
    page.sheet_view.showGridLines = False


def _write(page: Any, line: int, place: int, text: str) -> Any:
    """A cell that is text whatever it looks like; what could run as a formula is also marked as text."""
    if len(text) > MAX_CELL_TEXT:
        raise WorkspaceError(f"{page.title} row {line}: a cell of Excel holds {MAX_CELL_TEXT:,} letters.")
    plain = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    cell = page.cell(line, place)
    cell.value = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", plain)
    cell.data_type = "s"
    cell.number_format = "@"
    if plain.lstrip()[:1] in ("=", "+", "-", "@", "'"):
        cell.quotePrefix = True
    return cell


def _repacked(data: bytes, tables: Sequence[str]) -> bytes:
    """The same parts without the time of writing, and without marks on numbers that are text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                moment = _MOMENT.isoformat().encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment + b"Z", content)
            page = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", info.filename)
            number = int(page[1]) - 2 if page else -1
            if 0 <= number < len(tables):
                mark = f'<ignoredErrors><ignoredError sqref="{tables[number]}" numberStoredAsText="1"/>'
                content = content.replace(
                    b"<legacyDrawing", f"{mark}</ignoredErrors>".encode() + b"<legacyDrawing"
                )
            entry = zipfile.ZipInfo(info.filename, _ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, content, compresslevel=6)
    return packed.getvalue()
