"""A sheet of a workbook as a grid: which cells are the table, and what is odd about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from metasyn.evidence.cells import NUMBER, PVALUE
from metasyn.evidence.columns import Column
from metasyn.evidence.excel.address import column_letters
from metasyn.evidence.excel.book import Book, RawCell, RawSheet
from metasyn.evidence.excel.cell_text import Remark, cell_text
from metasyn.evidence.intake.grid import Grid, Place
from metasyn.evidence.problems import Problem
from metasyn.values import Finding, Severity

__all__ = ["ColumnOf", "MAX_TABLE_COLUMNS", "sheet_grid"]

ColumnOf = Callable[[str], Column | None]

MAX_TABLE_COLUMNS = 500
_REMARKS: Mapping[Remark, tuple[Severity, str]] = {
    "formula-value-used": ("warning", "holds formulas: their values as last calculated are taken"),
    "digits-of-format": ("note", "zeros at the end are taken from the number format, as Excel shows them"),
    "digits-not-shown": ("warning", "Excel shows fewer digits than the cell holds: what it holds is taken"),
    "date-as-text": ("note", "dates are taken as text, year-month-day"),
}


def sheet_grid(book: Book, sheet: RawSheet, column_of: ColumnOf) -> Grid:
    """The table on a sheet: its first row that is not empty is the header, what follows are rows.

    Parameters
    ----------
    book : Book
    sheet : RawSheet
    column_of : callable
        The column of the dictionary that a name in the header stands for; None for a further one.

    Returns
    -------
    Grid
        Rows and columns that are hidden are read like others, and named in a finding.
    """
    reader = _GridReader(book, sheet, column_of)
    return reader.grid()


class _GridReader:
    """The state of making one grid."""

    def __init__(self, book: Book, sheet: RawSheet, column_of: ColumnOf) -> None:
        self._book, self._sheet, self._column_of = book, sheet, column_of
        self._problems: list[Problem] = []
        self._unread: set[tuple[int, str]] = set()
        self._remarks: dict[tuple[Remark, str], list[int]] = {}
        self._bare: dict[tuple[int, str], str] = {}
        self._header_row = next((row for row in sheet.rows if self._is_filled(row)), 0)
        self._names = self._header()
        letters = {name: column_letters(place) for place, name in self._names.items()}
        self._place = Place(file=book.where, sheet=sheet.name, letters=letters)

    def grid(self) -> Grid:
        """The grid with everything found."""
        lines = [
            (row, self._line(row))
            for row in self._sheet.rows
            if self._header_row and row > self._header_row and self._is_filled(row)
        ]
        self._outside()
        self._merged()
        findings = (*self._hidden([row for row, _ in lines]), *self._remarked(), *self._lost_zeros(lines))
        return Grid(
            name=self._sheet.name,
            place=self._place,
            header=tuple(self._names.values()),
            header_line=max(1, self._header_row),
            lines=tuple(lines),
            problems=tuple(self._problems),
            unread=frozenset(self._unread),
            findings=findings,
        )

    def _is_filled(self, row: int) -> bool:
        return any(cell.formula or cell.text.strip() for cell in self._sheet.rows[row].values())

    def _header(self) -> dict[int, str]:
        """Column names by place; repeated ones and those that cannot be read are problems."""
        names: dict[int, str] = {}
        for place, cell in sorted(self._sheet.rows.get(self._header_row, {}).items()):
            reading = cell_text(cell, None)
            name = reading.text.strip()
            if reading.code:
                self._problem(reading.code, f"in the header: {reading.message}", self._header_row)
            elif name in names.values():
                message = f"two columns are called {name!r}: column names must be unique"
                self._problem("duplicate-column", message, self._header_row, name)
            elif name:
                names[place] = name
        if len(names) > MAX_TABLE_COLUMNS:
            message = f"{len(names)} columns, above the limit of {MAX_TABLE_COLUMNS}: the sheet is not read"
            self._problem("workbook-too-large", message, self._header_row)
            return {}
        return names

    def _line(self, row: int) -> tuple[str, ...]:
        cells = self._sheet.rows[row]
        return tuple(
            self._text(row, name, cells[place]) if place in cells else ""
            for place, name in self._names.items()
        )

    def _text(self, row: int, name: str, cell: RawCell) -> str:
        """The text of one cell; what cannot be taken is a problem."""
        column = self._column_of(name)
        reading = cell_text(cell, column, dates_from_1904=self._book.dates_from_1904)
        if reading.code:
            self._problem(reading.code, reading.message, row, name)
            self._unread.add((row, name))
        for remark in reading.remarks:
            self._remarks.setdefault((remark, name), []).append(row)
        if reading.bare_number and column is not None and column.kind in (NUMBER, PVALUE):
            self._bare[row, name] = reading.text
        return reading.text

    def _problem(self, code: str, message: str, line: int, column: str = "") -> None:
        self._problems.append(Problem(code=code, message=message, line=line, column=column))

    def _outside(self) -> None:
        """Cells below or beside the header that belong to no column."""
        first: dict[int, int] = {}
        for row, cells in self._sheet.rows.items():
            for place, cell in cells.items():
                if (
                    row > self._header_row
                    and place not in self._names
                    and (cell.formula or cell.text.strip())
                ):
                    first.setdefault(place, row)
        for place, row in sorted(first.items())[:20] if self._names else ():
            message = (
                f"cell {column_letters(place)}{row} stands in a column without a name: name it, or empty it"
            )
            self._problem("cell-outside-table", message, row)

    def _merged(self) -> None:
        """Blocks that hold one value for several cells."""
        for top, left, bottom, right in self._sheet.merged:
            if top in self._sheet.rows and left in self._sheet.rows[top] and left in self._names:
                block = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
                message = f"the cells {block} are merged: unmerge them and fill in each one"
                self._problem("merged-cells", message, top, self._names[left])

    def _hidden(self, lines: list[int]) -> Iterator[Finding]:
        """What a person does not see, and is read all the same."""
        hidden = frozenset(self._sheet.hidden_rows)
        rows = [row for row in lines if row in hidden]
        if rows:
            what = "rows hidden or filtered away are" if len(rows) > 1 else "a row hidden or filtered away is"
            message = f"{what} read as well: {_listed(rows)}"
            yield self._finding("hidden-rows", message, "warning")
        columns = [
            name
            for place, name in self._names.items()
            if any(first <= place <= last for first, last in self._sheet.hidden_columns)
        ]
        if columns:
            yield self._finding(
                "hidden-columns", f"hidden columns are read as well: {', '.join(columns)}", "warning"
            )
        if self._sheet.hidden:
            yield self._finding("hidden-sheet", "the sheet is hidden; it is read all the same", "warning")

    def _remarked(self) -> Iterator[Finding]:
        """Remarks on cells, one for a column."""
        for (remark, name), rows in sorted(self._remarks.items()):
            severity, message = _REMARKS[remark]
            where = f"row{'s' * (len(rows) > 1)} {_listed(rows)}"
            yield self._finding(remark, f"{message} ({where})", severity, name)

    def _lost_zeros(self, lines: list[tuple[int, tuple[str, ...]]]) -> Iterator[Finding]:
        """Numbers that are printed with zeros which Excel does not keep."""
        printed_at = (
            list(self._names.values()).index("as_printed") if "as_printed" in self._place.letters else -1
        )
        printed = {row: cells[printed_at] for row, cells in lines} if printed_at >= 0 else {}
        for (row, name), text in self._bare.items():
            zeros = "0+" if "." in text else r"\.0+"
            found = re.search(rf"(?<![0-9.]){re.escape(text)}{zeros}(?![0-9])", printed.get(row, ""))
            if found:
                message = (
                    f"{text} is printed as {found[0]}, but Excel does not keep zeros at the end: "
                    "format the cell as text and write them"
                )
                place = Problem(code="zeros-lost", message=message, line=row, column=name)
                yield self._place.finding(place, "warning")

    def _finding(self, code: str, message: str, severity: Severity, column: str = "") -> Finding:
        return self._place.finding(Problem(code=code, message=message, column=column), severity)


def _listed(rows: list[int], limit: int = 8) -> str:
    """Row numbers, the first few of many."""
    more = f" and {len(rows) - limit} more" if len(rows) > limit else ""
    return ", ".join(map(str, rows[:limit])) + more
