"""Text cells of a plain table as numbers; every problem is noted with line, column, value and rule."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from metasyn.values import Finding

__all__ = ["Cells"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


class Cells:
    """The cells of one table and the problems found in them.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Raw text by column name.
    file : str
        For messages.
    first_line : int
        Line of the file that holds the first row.
    """

    __slots__ = ("_columns", "_file", "_first_line", "_found")

    def __init__(self, columns: Mapping[str, Sequence[str]], *, file: str, first_line: int) -> None:
        self._columns = columns
        self._file = file
        self._first_line = first_line
        self._found: list[tuple[int, Finding]] = []

    @property
    def findings(self) -> list[Finding]:
        """All problems, in order of the rows."""
        return [finding for _, finding in sorted(self._found, key=lambda pair: pair[0])]

    @property
    def k(self) -> int:
        """Number of rows."""
        return max((len(cells) for cells in self._columns.values()), default=0)

    def line(self, i: int) -> int:
        """Line of row `i` in the file."""
        return self._first_line + i

    def refuse(self, i: int, column: str, rule: str, code: str = "bad-cell") -> Literal[False]:
        """Note a problem; returns False, so that a check can end with it."""
        finding = Finding(
            code=code,
            message=f"value {self._text(i, column)!r}: {rule}",
            where=f"{self._file} line {self.line(i)}, column {column}",
        )
        self._found.append((i, finding))
        return False

    def number(self, i: int, column: str) -> float | None:
        """A finite number, or None after a problem was noted."""
        text = self._text(i, column).replace("\N{MINUS SIGN}", "-")
        if not text:
            self.refuse(i, column, "a number is missing", "missing")
        elif text == "NA":
            self.refuse(i, column, "a number is missing; leave this row out of the table", "missing")
        elif _DECIMAL_COMMA.fullmatch(text):
            self.refuse(i, column, "not a number (write the decimals after a point)", "not-a-number")
        elif not _NUMBER.fullmatch(text):
            self.refuse(i, column, "not a number", "not-a-number")
        elif not math.isfinite(float(text)):
            self.refuse(i, column, "not a finite number", "not-a-number")
        else:
            return float(text)
        return None

    def _text(self, i: int, column: str) -> str:
        cells = self._columns[column]
        return cells[i].strip() if i < len(cells) else ""
