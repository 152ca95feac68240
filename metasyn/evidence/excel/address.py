"""Cell addresses: `"J17"` and ranges, to row and column numbers from 1."""

from __future__ import annotations

import re

from metasyn.evidence.excel.limits import MAX_COLUMN, MAX_ROW

__all__ = ["column_letters", "read_address", "read_range"]

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def column_letters(column: int) -> str:
    """The letters of a column.

    Examples
    --------
    >>> [column_letters(number) for number in (1, 26, 27, 16384)]
    ['A', 'Z', 'AA', 'XFD']
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_address(address: str) -> tuple[int, int] | None:
    """Row and column of a cell; None if it is no address of a sheet.

    Examples
    --------
    >>> read_address("J17"), read_address("XFD1048577")
    ((17, 10), None)
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    row = int(match[2])
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None


def read_range(text: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of `"B5:B9"`; None if it is no range.

    Examples
    --------
    >>> read_range("B5:C9")
    (5, 2, 9, 3)
    """
    first, _, last = text.partition(":")
    start, stop = read_address(first), read_address(last or first)
    if start is None or stop is None:
        return None
    (top, left), (bottom, right) = start, stop
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
