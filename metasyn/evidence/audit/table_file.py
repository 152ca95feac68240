"""Plain tables from a file, as text: of CSV no cell is interpreted, those of Excel are as it shows them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from metasyn.errors import EvidenceError
from metasyn.evidence.audit.words import ESTIMATE_NAMES, NAMES
from metasyn.evidence.cells import COUNT, NUMBER
from metasyn.evidence.columns import Column
from metasyn.evidence.excel import Book, RawCell, RawSheet, read_book
from metasyn.evidence.excel.limits import MAX_FILE_BYTES, refusal
from metasyn.evidence.intake.from_book import sheet_grid
from metasyn.evidence.problems import Problem
from metasyn.evidence.sheets import read_text
from metasyn.values import Finding

__all__ = [
    "BOOK_ENDINGS",
    "PlainTable",
    "knows_a_column",
    "plain_tables_of",
    "read_book_file",
    "read_plain_table",
    "read_plain_tables",
]

BOOK_ENDINGS = (".xlsx", ".xlsm")
"""What a file must be called to be read as a workbook."""

_SEPARATORS = ",;\t"
_COUNTS = frozenset({"events", "n", "total", "randomised", "events_2", "n_2", "year"})
_WORDS = frozenset(
    {"label", "study", "source", "outcome", "definition", "timepoint", "cohort", "comparator", "part_of"}
    | {"statistic", "unit", "sides", "phase", "design", "citation", "registry_id", "centre", "authors"}
    | {"locator", "accepted_because"}
)
_PERCENT = re.compile(r"[#,?0]*(?:\.(0*)[#?]*)?\s*%")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainTable:
    """One table of a file.

    Attributes
    ----------
    where : str
        The file, with the sheet of a workbook.
    rows : tuple of mapping of str to str
        Cells as written; rows without any are left out.
    places : tuple of str
        Where each row stands, in words.
    remarks : tuple of Finding
        What should be known about how it was read; none is an error.
    """

    where: str
    rows: tuple[Mapping[str, str], ...]
    places: tuple[str, ...]
    remarks: tuple[Finding, ...] = ()


def read_plain_table(path: str | Path) -> list[Mapping[str, str]]:
    """Rows of a CSV file with whatever columns it has, for `audit_table`.

    Parameters
    ----------
    path : str or Path
        UTF-8 text with a header; cells separated by commas, semicolons or tabs, whichever the header
        has most of. Of a workbook (`.xlsx`, `.xlsm`) the first sheet with a table of figures.

    Returns
    -------
    list of mapping of str to str
        Cells as written; a row without any is left out.

    Raises
    ------
    EvidenceError
        If the file cannot be read, has no header, or a row has more cells than the header.
    """
    return list(read_plain_tables(path)[0].rows)


def read_plain_tables(path: str | Path) -> tuple[PlainTable, ...]:
    """Every table of a file: one of a CSV file, one per sheet of a workbook.

    Parameters
    ----------
    path : str or Path
        As for `read_plain_table`. Sheets without a column that the audit knows are left out, and named
        in a remark.

    Returns
    -------
    tuple of PlainTable

    Raises
    ------
    EvidenceError
        If the file cannot be read, or holds no table.
    """
    path = Path(path)
    return (
        plain_tables_of(read_book_file(path)) if path.suffix.lower() in BOOK_ENDINGS else (_csv_table(path),)
    )


def read_book_file(path: Path) -> Book:
    """A workbook from a file; raises `EvidenceError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refusal(str(path), "file-unreadable", f"cannot be read: {error.strerror or error}") from error
    return read_book(data, path.name)


def plain_tables_of(book: Book) -> tuple[PlainTable, ...]:
    """The tables of a workbook; see `read_plain_tables`."""
    tables: list[PlainTable] = []
    errors: list[Finding] = []
    left_out: list[str] = []
    for sheet in book.sheets:
        if not sheet.rows:
            continue
        shown = replace(sheet, rows=_percentages_as_shown(sheet))
        grid = sheet_grid(book, shown, _column_of)
        if not knows_a_column(grid.header):
            left_out.append(sheet.name)
            continue
        errors.extend(grid.place.finding(problem) for problem in grid.problems)
        rows = [(line, cells) for line, cells in grid.lines if any(cell.strip() for cell in cells)]
        tables.append(
            PlainTable(
                where=f"{book.where}, sheet {sheet.name}",
                rows=tuple(dict(zip(grid.header, map(str.strip, cells), strict=True)) for _, cells in rows),
                places=tuple(f"sheet {sheet.name}, row {line}" for line, _ in rows),
                remarks=grid.findings,
            )
        )
    if not tables and not errors:
        message = "no sheet holds a table of figures: a header is needed, with columns such as n and percent"
        errors.append(Finding(code="no-table", message=message, where=book.where))
    if errors:
        raise EvidenceError(errors)
    if left_out:
        tables[0] = replace(tables[0], remarks=(*tables[0].remarks, _left_out(book, left_out)))
    return tuple(tables)


def _left_out(book: Book, names: Sequence[str]) -> Finding:
    message = f"no column that the audit knows, left out: sheet {', '.join(map(repr, names))}"
    return Finding(code="sheet-left-out", message=message, where=book.where, severity="note")


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _canonical(name: str) -> str:
    plain = _plain(name)
    return "estimate" if plain in ESTIMATE_NAMES else NAMES.get(plain, "")


def knows_a_column(header: Iterable[str]) -> bool:
    """Whether a header names anything but labels that the audit knows."""
    return any(_canonical(name) not in ("", "label") for name in header)


def _column_of(name: str) -> Column | None:
    """How a cell below a name is read: as a figure whose digits count, as a whole number, or as text."""
    canonical = _canonical(name)
    if not canonical or canonical in _WORDS:
        return None
    return Column(name=name, kind=COUNT if canonical in _COUNTS else NUMBER, meaning="")


def _percentages_as_shown(sheet: RawSheet) -> Mapping[int, Mapping[int, RawCell]]:
    """Cells that Excel shows as 13.5% and holds as 0.135, as they are shown; columns of proportions stay."""
    header = next(iter(sheet.rows.values()))
    proportions = {place for place, cell in header.items() if _canonical(cell.text) == "proportion"}
    return {
        row: {
            place: replace(cell, format="General") if place in proportions else _as_shown(cell)
            for place, cell in cells.items()
        }
        for row, cells in sheet.rows.items()
    }


def _as_shown(cell: RawCell) -> RawCell:
    match = _PERCENT.fullmatch(cell.format) if cell.kind == "number" else None
    if match is None:
        return cell
    try:
        text = f"{100 * float(cell.text):.12g}"
    except ValueError:
        return cell
    missing = len(match[1] or "") - len(text.partition(".")[2])
    if missing > 0 and "e" not in text:
        text += "." * ("." not in text) + "0" * missing
    return replace(cell, kind="text", text=f"{text}%", format="General")


def _csv_table(path: Path) -> PlainTable:
    text, problems = read_text(path)
    lines: list[tuple[int, Mapping[str, str]]] = []
    if text is not None and not text.strip():
        problems.append(Problem(code="empty-file", message="the file is empty: it needs a header line"))
    elif text is not None:
        first = text.lstrip().splitlines()[0]
        separator = max(_SEPARATORS, key=first.count)
        lines = _rows(text, separator, problems)
    if problems:
        raise EvidenceError([problem.finding(path.name) for problem in problems])
    return PlainTable(
        where=path.name,
        rows=tuple(row for _, row in lines),
        places=tuple(f"line {line}" for line, _ in lines),
    )


def _named_twice(header: Sequence[str], line: int) -> Iterator[Problem]:
    """Columns of one name: only one of them could be read."""
    for name in dict.fromkeys(header):
        if name and header.count(name) > 1:
            message = f"{header.count(name)} columns are called {name!r}; each needs a name of its own"
            yield Problem(code="duplicate-column", line=line, message=message)


def _rows(text: str, separator: str, problems: list[Problem]) -> list[tuple[int, Mapping[str, str]]]:
    """Line and cells of every row; what cannot be read is a problem."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    rows: list[tuple[int, Mapping[str, str]]] = []
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not header:
                header = stripped
                problems.extend(_named_twice(header, line))
            elif any(stripped) and len(stripped) > len(header):
                message = f"{len(stripped)} cells for {len(header)} columns"
                problems.append(Problem(code="too-many-cells", line=line, message=message))
            elif any(stripped):
                rows.append((line, dict(zip(header, stripped, strict=False))))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(code="malformed-csv", line=line, message=str(error)))
    return rows
