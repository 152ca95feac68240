"""A workbook as it was read: sheets of raw cells, before any of them is taken for a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["Book", "CellKind", "RawCell", "RawSheet"]

CellKind = Literal["text", "number", "logical", "error", "date"]


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell that holds something.

    Attributes
    ----------
    kind : {'text', 'number', 'logical', 'error', 'date'}
        As the file types it; a number may still be shown as a date or a percentage by its `format`.
    text : str
        Text with line breaks as `\\n`; a number as the file writes it; `"1"` or `"0"` for a logical value.
    format : str
        Code of its number format, `"General"` where there is none.
    formula : bool
        Whether the content is what a formula gave when the workbook was last calculated.
    """

    kind: CellKind
    text: str
    format: str = "General"
    formula: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawSheet:
    """One sheet.

    Attributes
    ----------
    rows : mapping of int to mapping of int to RawCell
        Cells by row and column, both counted from 1; empty cells are absent.
    hidden_rows : tuple of int
        Rows a person does not see: hidden or filtered away.
    hidden_columns : tuple of tuple of int
        First and last column of every hidden run.
    merged : tuple of tuple of int
        First row, first column, last row, last column of every merged block.
    """

    name: str
    hidden: bool = False
    rows: Mapping[int, Mapping[int, RawCell]]
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Book:
    """A workbook.

    Attributes
    ----------
    where : str
        Name of the file in messages.
    dates_from_1904 : bool
        Whether days are counted from 1904, as Excel on old Macs did.
    macros, links : bool
        Whether it carries macros, or links to other workbooks; neither is ever read.
    """

    where: str
    sheets: tuple[RawSheet, ...]
    dates_from_1904: bool = False
    macros: bool = False
    links: bool = False
