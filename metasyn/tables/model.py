"""A table of finished text, and its one way to CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from metasyn.errors import OptionError

__all__ = ["Align", "Column", "ReportTable", "columns", "csv_text", "to_csv"]

Align = Literal["left", "right", "center"]

# A cell that begins like this is a formula to a spreadsheet, also in the wide letters of East Asia.
_FORMULA = re.compile("[\\s\0]*[=+@\uff1d\uff0b\uff0d\uff20-]")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?%?|-+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `key` names it in CSV, `header` on the page; `weight` is its share of the width."""

    key: str
    header: str
    align: Align = "left"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table as a reader sees it.

    Attributes
    ----------
    slug : str
        Stem of its CSV file.
    caption : str
    columns : tuple of Column
    rows : tuple of tuple of str
        Cells, as many as columns, already rounded and worded.
    notes : tuple of str
        Remarks under the table; not part of the CSV.
    emphasis : tuple of int
        Indices of rows that are set in bold (totals, the headline).

    Raises
    ------
    OptionError
        If a row does not have one cell per column.
    """

    slug: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    emphasis: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise OptionError(
                    f"table {self.slug!r}, row {number}: {len(row)} cells for {len(self.columns)} columns."
                )

    def __len__(self) -> int:
        return len(self.rows)


def columns(
    *specs: tuple[str, str] | tuple[str, str, Align] | tuple[str, str, Align, float],
) -> tuple[Column, ...]:
    """Columns from `(key, header, align, weight)`, the last two optional."""
    made = []
    for key, header, *rest in specs:
        align = cast("Align", rest[0]) if rest else "left"
        weight = cast("float", rest[1]) if len(rest) > 1 else 1.0
        made.append(Column(key=key, header=header, align=align, weight=weight))
    return tuple(made)


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV for people and their spreadsheets: no cell is a formula, lines end with `\\n`.

    A text that begins like a formula (`=`, `+`, `-`, `@`) gets an apostrophe before it; numbers stay numbers.

    Parameters
    ----------
    header : iterable of str
    rows : iterable of iterable of str

    Returns
    -------
    str
        Can be encoded as UTF-8 whatever the cells hold.

    Examples
    --------
    >>> print(csv_text(["what", "value"], [["=1+1", "-0.5"]]), end="")
    what,value
    '=1+1,-0.5
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Never a formula, lines of one kind, without what a text file cannot hold."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", lines)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def to_csv(table: ReportTable) -> str:
    """The table as CSV: one header line of column keys, then what stands in its cells.

    Parameters
    ----------
    table : ReportTable

    Returns
    -------
    str
        As `csv_text` writes it.

    Examples
    --------
    >>> cells = (("BCG, all trials", "0.49"),)
    >>> made = columns(("what", "What"), ("rr", "RR", "right"))
    >>> print(to_csv(ReportTable(slug="t", caption="", columns=made, rows=cells)), end="")
    what,rr
    "BCG, all trials",0.49
    """
    return csv_text((column.key for column in table.columns), table.rows)
