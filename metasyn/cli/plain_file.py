"""Reading a plain table of effects from a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from metasyn.errors import EvidenceError
from metasyn.values import Finding

__all__ = ["read_plain_file"]

_SEPARATORS = ",;\t"


def read_plain_file(file: str) -> dict[str, tuple[str, ...]]:
    """The columns of a table with a header line, as text.

    The separator (comma, semicolon or tab) is the one that the header line uses. Row `i` of every
    column stands in line `i + 2` of the file: anything that would break this is an error. A first column
    without a name holds labels, as R's `write.csv` writes row names.

    Parameters
    ----------
    file : str
        Path of a UTF-8 text file.

    Returns
    -------
    dict of str to tuple of str
        Cells without surrounding blanks, by column name.

    Raises
    ------
    EvidenceError
        If the file is missing, not a file, not text, empty, or not a table; every problem is listed.
    """
    lines = _text(file).split("\n")
    while lines and not lines[-1].strip(_SEPARATORS + " "):
        lines.pop()
    if not lines:
        raise _refused(
            file, "empty-file", "the file is empty; expected a header line and one line per study."
        )
    if len(lines) == 1:
        raise _refused(file, "no-rows", "there is only a header line; expected one line per study below it.")
    separator = max(_SEPARATORS, key=lines[0].count)
    header = _cells(lines[0], separator)
    if header and not header[0] and "label" not in header and header.count("") == 1:
        header[0] = "label"  # the row names that R's write.csv puts first
    rows = [_cells(line, separator) for line in lines[1:]]
    findings = [*_header_findings(file, header), *_row_findings(file, header, lines, rows)]
    if findings:
        raise EvidenceError(findings)
    return {name: tuple(row[i] for row in rows) for i, name in enumerate(header)}


def _text(file: str) -> str:
    """The content as text with plain newlines."""
    path = Path(file)
    if path.is_dir():
        raise _refused(file, "not-a-file", "is a folder; expected a CSV file.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(file, "unreadable", f"cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise _refused(file, "unreadable", f"is not the name of a file: {error}.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refused(
            f"{file} line {line}",
            "encoding",
            f"byte 0x{content[error.start]:02x} is not UTF-8; save the table as 'CSV UTF-8'.",
        ) from error
    if "\0" in text:
        raise _refused(file, "not-text", "is not a text file; expected a table saved as 'CSV UTF-8'.")
    return io.StringIO(text, newline=None).read()


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True), [])]
    except csv.Error:
        return []


def _header_findings(file: str, header: Sequence[str]) -> list[Finding]:
    """Column names must be there and be different."""
    where = f"{file} line 1"
    if not header:
        return [_finding(where, "header", "the header line cannot be read; is a quotation mark left open?")]
    found = []
    if "" in header:
        found.append(_finding(where, "header", f"column {header.index('') + 1} has no name."))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    found += [
        _finding(where, "duplicate-column", f"column {name!r} occurs more than once.") for name in twice
    ]
    return found


def _row_findings(
    file: str, header: Sequence[str], lines: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[Finding]:
    """Every row must have as many cells as the header."""
    found = []
    for number, (line, row) in enumerate(zip(lines[1:], rows, strict=True), start=2):
        if len(row) == len(header):
            continue
        where = f"{file} line {number}"
        if not line.strip():
            found.append(_finding(where, "empty-line", "the line is empty; remove it."))
        elif not row:
            text = "a quotation mark is left open; a row must stand in one line."
            found.append(_finding(where, "quotation", text))
        else:
            text = f"has {len(row)} cells where the header has {len(header)}."
            found.append(_finding(where, "ragged", text))
    return found


def _finding(where: str, code: str, message: str) -> Finding:
    return Finding(code=code, message=message, where=where)


def _refused(where: str, code: str, message: str) -> EvidenceError:
    return EvidenceError([_finding(where, code, message)])
