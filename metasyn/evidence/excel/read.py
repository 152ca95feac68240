"""A workbook file to sheets of raw cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from metasyn.evidence.excel.address import read_address, read_range
from metasyn.evidence.excel.book import Book, CellKind, RawCell, RawSheet
from metasyn.evidence.excel.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMN, MAX_ROW, refusal
from metasyn.evidence.excel.package import open_package
from metasyn.evidence.excel.parts import (
    SheetEntry,
    TextCollector,
    part_place,
    read_formats,
    read_outline,
    read_texts,
)
from metasyn.evidence.excel.xml import Attributes, ElementBudget, walk

__all__ = ["read_book"]

_KINDS: Mapping[str, CellKind] = MappingProxyType(
    {
        "s": "text",
        "str": "text",
        "inlineStr": "text",
        "b": "logical",
        "e": "error",
        "d": "date",
        "n": "number",
    }
)
_TRUE = ("1", "true")


def read_book(data: bytes, where: str) -> Book:
    """Read an Excel workbook (.xlsx, .xlsm).

    Formulas are never calculated, macros never read, links never followed, entities never expanded;
    nothing is written to disk. `metasyn.evidence.excel.limits` bounds every size.

    Parameters
    ----------
    data : bytes
        Content of the file.
    where : str
        Its name, for messages.

    Returns
    -------
    Book

    Raises
    ------
    EvidenceError
        If it is not a workbook, is damaged or unsafe, or is too large; one finding says why.

    References
    ----------
    ECMA-376, Office Open XML File Formats, part 1, section 18 (SpreadsheetML).

    Examples
    --------
    >>> read_book(b"study,n", "trials.xlsx")
    Traceback (most recent call last):
    ...
    metasyn.errors.EvidenceError: 1 problem in the evidence tables:
      trials.xlsx: not an Excel workbook (.xlsx), or a damaged one (File is not a zip file)
    """
    package = open_package(data, where)
    outline = read_outline(package)
    texts = read_texts(package, outline.texts)
    formats = read_formats(package, outline.styles)
    sheets: list[RawSheet] = []
    cells_left = MAX_CELLS
    for entry in outline.sheets:
        if entry.part:
            reader = _SheetReader(part_place(package, entry.part), texts, formats, cells_left)
            reader.read(package.read(entry.part), package.budget)
            cells_left = reader.cells_left
            sheets.append(reader.sheet(entry))
        else:
            sheets.append(RawSheet(name=entry.name, hidden=entry.hidden, rows={}))
    names = [name.lower() for name in package.entries]
    return Book(
        where=where,
        sheets=tuple(sheets),
        dates_from_1904=outline.dates_from_1904,
        macros=any(name.endswith("vbaproject.bin") for name in names),
        links=any("/externallinks/" in name for name in names),
    )


class _SheetReader:
    """The state of reading one sheet."""

    def __init__(self, where: str, texts: Sequence[str], formats: Sequence[str], cells_left: int) -> None:
        self.cells_left = cells_left
        self._where, self._texts, self._formats = where, texts, formats
        self._rows: dict[int, dict[int, RawCell]] = {}
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[tuple[int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._row = self._column = 0
        self._kind, self._style = "n", 0
        self._formula = self._in_value = False
        self._value: list[str] = []
        self._inline = TextCollector(where)

    def read(self, data: bytes, budget: ElementBudget) -> None:
        """Walk through the XML of the sheet."""
        walk(data, self._where, budget, start=self._start, end=self._end, text=self._text)

    def sheet(self, entry: SheetEntry) -> RawSheet:
        """What was read."""
        return RawSheet(
            name=entry.name,
            hidden=entry.hidden,
            rows=MappingProxyType({row: self._rows[row] for row in sorted(self._rows)}),
            hidden_rows=tuple(sorted(set(self._hidden_rows))),
            hidden_columns=tuple(sorted(self._hidden_columns)),
            merged=tuple(sorted(self._merged)),
        )

    def _start(self, name: str, attributes: Attributes) -> None:
        self._inline.start(name)
        if name == "v":
            self._in_value = True
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "mergeCell":
            block = read_range(attributes.get("ref", ""))
            if block is None:
                raise self._damaged(f"a merged block at {attributes.get('ref', '')!r}")
            self._merged.append(block)
        elif name == "col" and attributes.get("hidden", "0") in _TRUE:
            self._hidden_columns.append((self._whole(attributes, "min"), self._whole(attributes, "max")))

    def _start_row(self, attributes: Attributes) -> None:
        self._row = self._whole(attributes, "r") if "r" in attributes else self._row + 1
        self._column = 0
        if not 1 <= self._row <= MAX_ROW:
            raise self._damaged(f"a row number {self._row}")
        if attributes.get("hidden", "0") in _TRUE:
            self._hidden_rows.append(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            found = read_address(place)
            if found is None or found[0] != self._row:
                raise self._damaged(f"a cell {place!r} in row {self._row}")
            self._column = found[1]
        if self._row < 1 or self._column > MAX_COLUMN:
            raise self._damaged("a cell outside the sheet")
        self._kind = attributes.get("t", "n")
        self._style = self._whole(attributes, "s") if "s" in attributes else 0
        self._formula = False
        self._value.clear()
        self._inline.take()

    def _text(self, piece: str) -> None:
        if self._in_value:
            self._value.append(piece)
        else:
            self._inline.text(piece)

    def _end(self, name: str) -> None:
        self._inline.end(name)
        if name == "v":
            self._in_value = False
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        kind = _KINDS.get(self._kind)
        if kind is None:
            raise self._damaged(f"a cell of the unknown type {self._kind!r}")
        text = self._content(kind)
        if text == "" and not self._formula:
            return
        if len(text) > MAX_CELL_TEXT:
            message = f"row {self._row}: a cell holds more than {MAX_CELL_TEXT:,} letters"
            raise refusal(self._where, "workbook-too-large", message)
        self.cells_left -= 1
        if self.cells_left < 0:
            message = f"more than {MAX_CELLS:,} filled cells: split the workbook, or use CSV"
            raise refusal(self._where, "workbook-too-large", message)
        row = self._rows.setdefault(self._row, {})
        if self._column in row:
            raise self._damaged(f"a cell twice in row {self._row}")
        code = self._formats[self._style] if 0 <= self._style < len(self._formats) else "General"
        row[self._column] = RawCell(kind, text, code, self._formula)

    def _content(self, kind: CellKind) -> str:
        """The text of the cell that ends here."""
        inline, value = self._inline.take(), "".join(self._value)
        if self._kind == "inlineStr":
            return inline
        if self._kind == "s":
            place = int(value) if value.isascii() and value.isdecimal() and len(value) < 8 else -1
            if value and not 0 <= place < len(self._texts):
                raise self._damaged(f"text number {value[:20]!r}, which is not there")
            return self._texts[place] if value else ""
        if self._kind == "str":
            collector = TextCollector(self._where)
            collector.start("t")
            collector.text(value)
            return collector.take()
        return value.strip()

    def _whole(self, attributes: Attributes, name: str) -> int:
        text = attributes.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) < 9):
            raise self._damaged(f"{name}={text[:20]!r}")
        return int(text)

    def _damaged(self, what: str) -> Exception:
        return refusal(self._where, "workbook-damaged", f"the sheet has {what}: the file is damaged")
