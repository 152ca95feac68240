"""What differs between two sets of evidence tables, row by row and cell by cell, as the cells are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CellEdit", "EditKind", "RowEdit"]

EditKind = Literal["added", "corrected", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEdit:
    """One cell before and after.

    Attributes
    ----------
    column : str
    old, new : str
        As written; empty where the cell is empty or its column is not there.
    """

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEdit:
    """One row that is new, gone or otherwise.

    Attributes
    ----------
    key : str
        As in `evidence.digest.digests`: a result by its id, other rows as `study:`, `cohort:`,
        `source:`, `outcome:`, `ongoing:` and `curve:` with their id.
    kind : {'added', 'corrected', 'removed'}
    cells : tuple of CellEdit
        Every cell that differs, in the order of the columns; for a row that is new or gone every cell
        that is not empty. The points of a curve count as one row: `cells` is then empty.
    """

    key: str
    kind: EditKind
    cells: tuple[CellEdit, ...] = ()
