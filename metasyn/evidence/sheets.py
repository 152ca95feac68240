"""One file of a data folder: bytes to rows of readable cells, every line number kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metasyn.evidence.cells import TEXT, CellError, Number
from metasyn.evidence.columns import TABLES, Column, Table
from metasyn.evidence.problems import Problem, did_you_mean, shown

__all__ = ["Row", "Sheet", "near_file", "parse_sheet", "read_text"]

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the text of its cells, and the values of those that could be read."""

    line: int
    cells: Mapping[str, str]
    values: Mapping[str, object]

    def text(self, name: str) -> str:
        """The cell as written, without surrounding spaces; empty if there is none."""
        return self.cells.get(name, "")

    def number(self, name: str) -> float | None:
        """The number in a cell; None if it is empty, `NE` or unreadable."""
        value = self.values.get(name)
        if isinstance(value, Number):
            return value.value
        return value if isinstance(value, float) else None

    def whole(self, name: str) -> int | None:
        """The whole number in a cell; None if it is empty or unreadable."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def names(self, name: str) -> tuple[str, ...]:
        """The ids in a cell; none if it is empty or unreadable."""
        value = self.values.get(name)
        if isinstance(value, tuple) and not isinstance(value, Number):
            return value
        return (value,) if isinstance(value, str) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table as read.

    Attributes
    ----------
    header : tuple of str
        Column names; empty if the file could not be read.
    rows : tuple of Row
        Rows with as many cells as the header.
    ids : mapping of str to Row
        The first row of every id; rows without an id of their own by the id of what they belong to
        and their number there, `R1 #2`.
    known : frozenset of str
        Every id, those of rows that could not be used included.
    complete : bool
        Whether `known` is all of them; if not, nothing is said about unknown ids.
    """

    table: Table
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    ids: Mapping[str, Row]
    known: frozenset[str] = frozenset()
    complete: bool = False
    problems: tuple[Problem, ...] = ()


def read_text(path: Path) -> tuple[str | None, list[Problem]]:
    """The text of a file, None if it cannot be had; what is not UTF-8 is reported and read all the same."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [Problem(code="file-missing", message="the file is missing" + near_file(path))]
    except OSError as error:
        return None, [
            Problem(code="file-unreadable", message=f"the file cannot be read: {error.strerror or error}")
        ]
    if data.startswith(_UTF16):
        return None, [Problem(code="not-utf-8", line=1, message="the file is UTF-16: save it as UTF-8")]
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    problems = []
    try:
        text = data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        message = f"byte 0x{data[offset]:02X} at offset {offset} is not UTF-8: save the file as UTF-8"
        problems.append(Problem(code="not-utf-8", line=_line_at(data, offset), message=message))
        text = data[skipped:].decode("cp1252", errors="replace")
    if "\0" in text:
        offset = data.index(b"\0")
        message = f"NUL byte at offset {offset}: the file is not plain text, or it is damaged"
        return None, [*problems, Problem(code="nul-byte", line=_line_at(data, offset), message=message)]
    return text, problems


def parse_sheet(text: str, table: Table, found: Iterable[Problem] = ()) -> Sheet:
    """Rows of readable cells from the text of a file, with every problem `found` so far and here."""
    problems = list(found)
    lines = _records(text, problems)
    line, names = next(lines, (0, []))
    header = tuple(name.strip() for name in names)
    unusable = _unusable_header(header, line)
    if unusable is not None:
        broken = any(problem.code == "malformed-csv" for problem in problems)
        return Sheet(table=table, ids={}, problems=tuple(problems if broken else [*problems, unusable]))
    problems.extend(_header_problems(header, line, table))
    rows, known = _rows(lines, header, table, problems)
    if table.filled and not rows and not any(problem.line > line for problem in problems):
        problems.append(Problem(code="no-rows", message="the file has a header but no rows"))
    return Sheet(
        table=table,
        header=header,
        rows=tuple(rows),
        ids=_by_id(rows, table),
        known=frozenset(known - {""}),
        complete=table.key in header and not any(problem.code == "malformed-csv" for problem in problems),
        problems=tuple(problems),
    )


def _by_id(rows: Sequence[Row], table: Table) -> dict[str, Row]:
    """The first row of every id; rows without an id of their own are numbered within what they belong to."""
    ids: dict[str, Row] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        name = row.text(table.key)
        counts[name] += 1
        ids.setdefault(name if table.own_ids else f"{name} #{counts[name]}", row)
    return ids


def _rows(
    lines: Iterator[tuple[int, list[str]]], header: tuple[str, ...], table: Table, problems: list[Problem]
) -> tuple[list[Row], set[str]]:
    """The rows that have a cell for every column, and the ids of all rows."""
    place = header.index(table.key) if table.key in header else None
    columns = [column for column in table.columns if column.name in header]
    rows: list[Row] = []
    known: set[str] = set()
    for line, cells in lines:
        stripped = [cell.strip() for cell in cells]
        if place is not None and place < len(stripped):
            known.add(stripped[place])
        if len(stripped) == len(header):
            rows.append(_read_row(line, dict(zip(header, stripped, strict=True)), columns, problems))
        else:
            problems.append(_ragged(line, len(stripped), len(header)))
    return rows, known


def _unusable_header(header: tuple[str, ...], line: int) -> Problem | None:
    """Why there is no header to go by."""
    if not header:
        return Problem(code="empty-file", message="the file is empty: it needs a header line")
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        separator = "semicolons" if ";" in header[0] else "tabs"
        message = f"cells are separated by {separator}: save the file with commas"
        return Problem(code="wrong-separator", line=line, message=message)
    return None


def _records(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Physical line of the beginning and cells of every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(code="malformed-csv", line=line, message=_csv_message(str(error))))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _read_row(line: int, cells: Mapping[str, str], columns: Sequence[Column], problems: list[Problem]) -> Row:
    """Parse the cells of one row; what cannot be read is a problem and has no value."""
    values: dict[str, object] = {}
    for column in columns:
        name = column.name
        text = cells[name]
        if not text:
            if column.required:
                message = f"empty: {name} is required"
                problems.append(Problem(code="required-cell-empty", line=line, column=name, message=message))
        elif column.kind is not TEXT:
            try:
                values[name] = column.kind.parse(text)
            except CellError as error:
                problems.append(Problem(code=error.code, line=line, column=name, message=error.message))
    return Row(line=line, cells=cells, values=values)


def _header_problems(header: tuple[str, ...], line: int, table: Table) -> Iterator[Problem]:
    """Missing, unknown, repeated and nameless columns."""
    expected = [column.name for column in table.columns]
    missing = [column.name for column in table.columns if column.name not in header and not column.optional]
    further = [name for name in dict.fromkeys(header) if name and name not in expected]
    for name in missing:
        message = f"the column is missing: {table.file} needs it, even if its cells are empty"
        near = did_you_mean(name, further).replace("Did you mean", "Is it")
        yield Problem(code="missing-column", line=line, column=name, message=message + near)
    if not table.further_columns:
        for name in further:
            message = (
                f"{shown(name)} is not a column of {table.file}.{did_you_mean(name, missing or expected)}"
            )
            yield Problem(code="unknown-column", line=line, column=name, message=message)
    for name, count in Counter(header).items():
        if name and count > 1:
            message = f"{count} columns have this name: column names must be unique"
            yield Problem(code="duplicate-column", line=line, column=name, message=message)
    for number, name in enumerate(header, start=1):
        if not name:
            message = f"column {number} has no name: every column needs one"
            yield Problem(code="unnamed-column", line=line, message=message)


def _ragged(line: int, cells: int, columns: int) -> Problem:
    """A row with too many or too few cells."""
    if cells > columns:
        why = "a cell that holds a comma must stand in double quotes"
        return Problem(
            code="too-many-cells", line=line, message=f"{cells} cells for {columns} columns: {why}"
        )
    why = "every column needs its cell, empty cells included"
    return Problem(code="too-few-cells", line=line, message=f"{cells} cells for {columns} columns: {why}")


def _csv_message(error: str) -> str:
    """What the csv module found, in words."""
    if "unexpected end" in error:
        return "a cell begins with a double quote that is never closed; nothing after this line was read"
    if "expected after" in error:
        return (
            "text follows a closing double quote: inside a quoted cell a quote is written twice; "
            "nothing after this line was read"
        )
    return f"{error}; nothing after this line was read"


def _line_at(data: bytes, offset: int) -> int:
    """Physical line of a byte."""
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def near_file(path: Path) -> str:
    """A sentence naming a file of the folder whose name is nearly that of `path`; empty if there is none."""
    tables = {table.file for table in TABLES.values()}
    try:
        names = sorted(other.name for other in path.parent.iterdir() if other.name not in tables)
    except OSError:
        return ""
    return did_you_mean(path.name, names).replace("Did you mean", ". Is it")
