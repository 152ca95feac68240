"""A table of finished text, and its one way to CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal, cast

from metasyn.errors import OptionError

__all__ = ["Align", "Column", "ReportTable", "columns", "to_csv"]

Align = Literal["left", "right", "center"]


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


def to_csv(table: ReportTable) -> str:
    """The table as CSV: one header line of column keys, `\\n` line ends.

    Parameters
    ----------
    table : ReportTable

    Returns
    -------
    str

    Examples
    --------
    >>> cells = (("BCG, all trials", "0.49"),)
    >>> made = columns(("what", "What"), ("rr", "RR", "right"))
    >>> print(to_csv(ReportTable(slug="t", caption="", columns=made, rows=cells)), end="")
    what,rr
    "BCG, all trials",0.49
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows(table.rows)
    return out.getvalue()
