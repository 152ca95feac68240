"""One evidence table as it is written, from which single rows are taken without reading the others."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping

from metasyn.evidence.columns import TABLES, Table

__all__ = ["Record", "TableLines", "Tables", "UnreadableLines", "has_odd_quotes", "ids_in"]

_BOM = b"\xef\xbb\xbf"
# Looking for more ids than these one by one takes longer than reading all rows.
_MOST_SOUGHT = 150
# Beside a whole cell, or a whole id in one, stands a comma, a space, a quote or a semicolon: none of these.
_WITHIN = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:+")

# All but quotes and the ends of lines.
_PLAIN = bytes(set(range(256)).difference(b'"\r\n'))

Record = tuple[str, ...]
"""The cells of a row, without the spaces around them, in the order of the header."""


class UnreadableLines(Exception):
    """A table of which single rows cannot be taken; it has to be read as a whole, with its problems."""


class TableLines:
    """Rows of one table by what a column holds, in table order.

    A row is told from its neighbours by the ends of lines; where a cell holds a line break, all rows are
    read once instead.

    Parameters
    ----------
    table : Table
    content : bytes
        Of a file, or nothing where there is none.

    Raises
    ------
    UnreadableLines
        From here and all methods, where the text is not UTF-8 or a row has not a cell for every column.
    """

    def __init__(self, table: Table, content: bytes) -> None:
        self.table = table
        self._content = content.removeprefix(_BOM)
        self._read: dict[int, Record] | None = None
        if b"\0" in self._content or not _is_utf8(self._content):
            raise UnreadableLines
        self.header: Record = ()
        if content:
            end = self._content.find(b"\n")
            self.header = _cells(self._content[: end if end >= 0 else None])
            if not any(self.header):
                raise UnreadableLines
        if not _one_row_per_line(self._content):
            self._read = self._all_rows()

    def all(self) -> dict[int, Record]:
        """Every row by its place."""
        if self._read is None:
            self._read = dict(self._all_lines())
        return self._read

    def first(self) -> Record:
        """The first row; empty where there is none."""
        if self._read is not None:
            return next(iter(self._read.values()), ())
        start = self._content.find(b"\n") + 1
        end = self._content.find(b"\n", start)
        row = _cells(self._content[start : end if end >= 0 else None]) if start else ()
        return self._whole_row(row) if any(row) else next(iter(self.all().values()), ())

    def find(self, column: str, values: Collection[str]) -> dict[int, Record]:
        """The rows whose cell of a column is one of some values, by their place.

        Parameters
        ----------
        column : str
        values : collection of str

        Returns
        -------
        dict of int to tuple of str
            Places grow with the table, so that the rows of several questions can be put in order.
        """
        return dict(sorted(self.each(column, values)))

    def each(self, column: str, values: Collection[str]) -> Iterator[tuple[int, Record]]:
        """The same one by one, in no particular order; an empty value finds nothing."""
        wanted = {value for value in values if value}
        if column not in self.header or not wanted:
            return
        at = self.header.index(column)
        for place, row in self._candidates(wanted):
            if row[at] in wanted:
                yield place, row

    def naming(self, column: str, ids: Collection[str]) -> dict[int, Record]:
        """The rows whose cell of a column names one of some ids, several separated by `;`."""
        wanted = {name for name in ids if name}
        if column not in self.header or not wanted:
            return {}
        at = self.header.index(column)
        rows = self._candidates(wanted)
        return {place: row for place, row in rows if wanted.intersection(ids_in(row[at]))}

    def places(self) -> list[bytes | Record]:
        """What tells the order of rows: every row as written, or its cells where lines are not rows."""
        if self._read is None:
            return [line for line in self._content.splitlines()[1:] if line]
        return list(self._read.values())

    def id_at(self, place: bytes | Record) -> str:
        """The id of a row of `places`."""
        row = self._whole_row(_cells(place)) if isinstance(place, bytes) else place
        return self.cell(row, self.table.key)

    def cell(self, row: Record, column: str) -> str:
        """The cell of a row; empty where there is no such column."""
        return row[self.header.index(column)] if column in self.header else ""

    def text(self, rows: Iterable[Record]) -> str:
        """A table of these rows, to be read as the whole one would be."""
        out = io.StringIO(newline="")
        csv.writer(out).writerows([self.header, *rows])
        return out.getvalue()

    def _candidates(self, wanted: Collection[str]) -> Iterator[tuple[int, Record]]:
        """Rows among which those are that hold one of some texts."""
        if self._read is None and len(wanted) <= _MOST_SOUGHT and not any('"' in value for value in wanted):
            return self._lines_with({value.encode() for value in wanted})
        return iter(self.all().items())

    def _lines_with(self, needles: Collection[bytes]) -> Iterator[tuple[int, Record]]:
        """Rows in whose line one of some texts stands as a word, each once; the header is none."""
        content, seen = self._content, set()
        first = content.find(b"\n") + 1 or len(content)
        for needle in needles:
            found = content.find(needle, first)
            while found >= 0:
                after = found + len(needle)
                if content[found - 1] in _WITHIN or (after < len(content) and content[after] in _WITHIN):
                    found = content.find(needle, after)
                    continue
                start, end = content.rfind(b"\n", 0, found) + 1, content.find(b"\n", found)
                end = len(content) if end < 0 else end
                if start not in seen:
                    seen.add(start)
                    yield start, self._whole_row(_cells(content[start:end]))
                found = content.find(needle, end)

    def _all_lines(self) -> Iterator[tuple[int, Record]]:
        """Every row by the same places as those that are looked for one by one."""
        start = self._content.find(b"\n") + 1 or len(self._content)
        for line in self._content[start:].split(b"\n"):
            row = _cells(line)
            if any(row):
                yield start, self._whole_row(row)
            start += len(line) + 1

    def _all_rows(self) -> dict[int, Record]:
        reader = csv.reader(io.StringIO(self._content.decode(), newline=""), strict=True)
        try:
            rows = [tuple(cell.strip() for cell in cells) for cells in reader]
        except csv.Error as error:
            raise UnreadableLines from error
        kept = [row for row in rows if any(row)]
        self.header = kept[0] if kept else ()
        return {place: self._whole_row(row) for place, row in enumerate(kept[1:], start=1)}

    def _whole_row(self, row: Record) -> Record:
        if len(row) != len(self.header):
            raise UnreadableLines
        return row


class Tables:
    """One version of all tables, each opened at most once.

    Parameters
    ----------
    content : mapping of str to bytes
        By file name; a table that is missing has no rows.
    beside : Tables, optional
        Another version: a table that is the same in both is opened once for both.
    """

    def __init__(self, content: Mapping[str, bytes], beside: Tables | None = None) -> None:
        self.content = content
        self._beside = beside
        self._open: dict[str, TableLines] = {}

    def __getitem__(self, name: str) -> TableLines:
        if name not in self._open:
            self._open[name] = self._opened(TABLES[name])
        return self._open[name]

    def _opened(self, table: Table) -> TableLines:
        content = self.content.get(table.file, b"")
        if self._beside is not None and self._beside.content.get(table.file, b"") == content:
            return self._beside[table.name]
        return TableLines(table, content)

    def column(self, table: str, rows: Iterable[Record], column: str) -> set[str]:
        """What stands in a column of some rows."""
        return {self[table].cell(row, column) for row in rows} - {""}


def has_odd_quotes(content: bytes) -> bool:
    """Whether a line has an odd number of double quotes, as where a cell holds a line break.

    Examples
    --------
    >>> has_odd_quotes(b'a,"b, c"\\nd,e\\n'), has_odd_quotes(b'a,"b\\nc"\\n')
    (False, True)
    """
    return b'"' in content.translate(None, _PLAIN).replace(b'""', b"")


def ids_in(cell: str) -> Iterator[str]:
    """The ids that a cell names."""
    return (name.strip() for name in cell.split(";"))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _one_row_per_line(content: bytes) -> bool:
    """Whether no cell holds a line break, and lines end as they do on today's machines."""
    if content.count(b"\r") != content.count(b"\r\n"):
        return False
    return not has_odd_quotes(content)


def _cells(line: bytes) -> Record:
    try:
        rows = list(csv.reader([line.decode().strip("\r\n")], strict=True))
    except csv.Error as error:
        raise UnreadableLines from error
    return tuple(cell.strip() for cell in rows[0]) if rows else ()
