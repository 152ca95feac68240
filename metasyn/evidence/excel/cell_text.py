"""One cell of a workbook as the text that stands in the table, or why it cannot be taken."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from metasyn.evidence.cells import COUNT, ID, IDS, LEVEL, RESULT_ID, TEXT, YEAR
from metasyn.evidence.columns import Column
from metasyn.evidence.excel.book import RawCell
from metasyn.evidence.excel.number_format import read_format
from metasyn.evidence.problems import shown

__all__ = ["CellReading", "Remark", "cell_text"]

Remark = Literal["formula-value-used", "digits-of-format", "digits-not-shown", "date-as-text"]

# Spaces that look like one: no-break, figure, thin, narrow no-break, ideographic.
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\u3000]")
_LAST_SERIAL = 2_958_466
_NEVER_PADDED = (COUNT, YEAR, ID, IDS, RESULT_ID)


@dataclass(frozen=True, slots=True)
class CellReading:
    """What a cell says.

    Attributes
    ----------
    text : str
        Empty where there is a problem.
    code, message : str
        The rule it breaks; empty for none.
    remarks : tuple of str
        What a person should know about how it was read.
    bare_number : bool
        Whether it is a number without a fixed number of digits, of which Excel drops trailing zeros.
    """

    text: str
    code: str = ""
    message: str = ""
    remarks: tuple[Remark, ...] = ()
    bare_number: bool = False


def cell_text(cell: RawCell, column: Column | None, *, dates_from_1904: bool = False) -> CellReading:
    """Read a cell for a column of a table.

    Parameters
    ----------
    cell : RawCell
    column : Column or None
        The column of the dictionary it stands in; None for a further column.
    dates_from_1904 : bool
        The calendar of the workbook.

    Returns
    -------
    CellReading
        A number is given with the digits that Excel shows, where it shows a fixed number of them and not
        fewer than it holds; otherwise with those it holds, at most 15 as Excel has. A formula gives
        its value as last calculated. Errors, dates in columns of the dictionary, percentages (except a
        level) and numbers shown with words are problems: what is seen is not what is held.

    Examples
    --------
    >>> from metasyn.evidence.excel.book import RawCell
    >>> cell_text(RawCell("number", "0.6", "0.00"), None).text
    '0.60'
    >>> cell_text(RawCell("error", "#N/A"), None).message
    '#N/A is an error of the spreadsheet: write what belongs here'
    """
    if cell.formula and cell.text == "" and cell.kind != "text":
        message = "a formula whose value is not in the file: open the workbook in Excel, and save it"
        return CellReading("", "formula-without-value", message)
    if cell.kind == "error":
        message = f"{cell.text[:20]} is an error of the spreadsheet: write what belongs here"
        return CellReading("", "error-cell", message)
    if cell.kind == "text":
        reading = _from_text(cell.text, column)
    elif cell.kind == "logical":
        reading = CellReading("TRUE" if cell.text in ("1", "true") else "FALSE")
    elif cell.kind == "date":
        reading = _from_date(cell.text, column)
    else:
        reading = _from_number(cell, column, dates_from_1904)
    if not cell.formula or reading.code:
        return reading
    return CellReading(reading.text, remarks=(*reading.remarks, "formula-value-used"))


def _from_text(text: str, column: Column | None) -> CellReading:
    """Text; in ids, words and numbers every space is an ordinary one."""
    for letter in () if text.isprintable() else text:
        if letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"):
            message = f"{shown(text)}: holds the control character U+{ord(letter):04X}: retype the cell"
            return CellReading("", "control-character", message)
    if column is not None and column.kind is not TEXT:
        text = _SPACES.sub(" ", text)
    return CellReading(text)


def _from_number(cell: RawCell, column: Column | None, dates_from_1904: bool) -> CellReading:
    """A number, by what its format shows."""
    try:
        value = float(cell.text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e300:
        return CellReading("", "cell-unreadable", f"{shown(cell.text)} is not a number: retype the cell")
    form = read_format(cell.format)
    text = _plain_digits(value)
    if form.kind == "date":
        return _from_serial(value, column, dates_from_1904)
    if form.kind == "percent" and (column is None or column.kind is not LEVEL):
        message = f"a percentage of Excel, which holds {text} for {_plain_digits(100 * value)}%"
        return CellReading("", "percent-cell", f"{message}: format the cell as text and write the figure")
    if form.kind == "text":
        message = f"shown by the format {shown(cell.format)}, but the cell holds {text}"
        return CellReading("", "format-adds-text", f"{message}: format the cell as text and write the figure")
    if form.kind != "fixed" or (column is not None and column.kind in _NEVER_PADDED):
        return CellReading(text, bare_number=form.kind != "fixed")
    held = len(text.partition(".")[2])
    if held > form.decimals:
        return CellReading(text, remarks=("digits-not-shown",))
    if held == form.decimals:
        return CellReading(text)
    padded = text + "." * ("." not in text) + "0" * (form.decimals - held)
    return CellReading(padded, remarks=("digits-of-format",))


def _plain_digits(value: float) -> str:
    """A number with the at most 15 digits that Excel has, never with an exponent."""
    text = format(Decimal(f"{value:.15g}"), "f")
    return "0" if text in ("-0", "0") else text


def _from_serial(value: float, column: Column | None, dates_from_1904: bool) -> CellReading:
    """A date held as a number of days."""
    if not 0 <= value < _LAST_SERIAL:
        message = f"{value:g} is shown as a date, but is none: retype the cell"
        return CellReading("", "cell-unreadable", message)
    if dates_from_1904:
        start = datetime(1904, 1, 1)
    else:  # Excel's 1900 has a 29 February, as day 60
        start = datetime(1899, 12, 30) if value >= 60 else datetime(1899, 12, 31)
    moment = start + timedelta(seconds=min(round(value * 86400), 2_958_000 * 86400))
    return _from_date(moment.isoformat(), column)


def _from_date(text: str, column: Column | None) -> CellReading:
    """A date; no column of the dictionary holds one."""
    day = text.removesuffix("T00:00:00")
    if column is None:
        return CellReading(day, remarks=("date-as-text",))
    message = f"Excel holds the date {day[:19]} here, perhaps made of what was typed"
    return CellReading("", "date-cell", f"{message}: format the cell as text and write it again")
