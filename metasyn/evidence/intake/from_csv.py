"""A CSV file as a grid."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from metasyn.evidence.cells import TEXT
from metasyn.evidence.columns import Column, Table
from metasyn.evidence.intake.grid import Grid, Place
from metasyn.evidence.problems import Problem
from metasyn.evidence.sheets import parse_sheet, read_text

__all__ = ["MAX_CSV_BYTES", "csv_grid"]

MAX_CSV_BYTES = 200_000_000


def csv_grid(path: Path, separator: str = ",") -> Grid:
    """The rows of a text file under the names of its header line.

    Parameters
    ----------
    path : Path
        UTF-8 text, at most `MAX_CSV_BYTES`.
    separator : str
        One character.

    Returns
    -------
    Grid
        With every problem of the file; without rows where it cannot be read.
    """
    place = Place(file=path.name)
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # said better by what reads it
    if size > MAX_CSV_BYTES:
        message = f"{size:,} bytes, above the limit of {MAX_CSV_BYTES:,}: the file is not read"
        return Grid(name=path.stem, place=place, problems=(Problem(code="file-too-large", message=message),))
    text, problems = read_text(path)
    if text is None:
        return Grid(name=path.stem, place=place, problems=tuple(problems))
    if separator != ",":
        text, broken = _with_commas(text, separator)
        problems.extend(broken)
    sheet = parse_sheet(text, _any_table(path.name, text), problems)
    lines = tuple((row.line, tuple(row.cells.values())) for row in sheet.rows)
    first = next((number for number, line in enumerate(text.split("\n"), 1) if line.strip(" ,\r")), 1)
    return Grid(
        name=path.stem,
        place=place,
        header=tuple(dict.fromkeys(sheet.header)),
        header_line=first,
        lines=lines,
        problems=sheet.problems,
    )


def _any_table(file: str, text: str) -> Table:
    """A table that may have any columns."""
    try:
        header = next((cells for cells in csv.reader(io.StringIO(text, newline="")) if any(cells)), [])
    except csv.Error:
        header = []
    names = [name.strip() for name in header if name.strip()]
    key = Column(name=names[0] if names else "id", kind=TEXT, meaning="")
    return Table(name="", file=file, columns=(key,), further_columns=True)


def _with_commas(text: str, separator: str) -> tuple[str, list[Problem]]:
    """The same lines with commas between the cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            writer.writerow(next(reader))
        except StopIteration:
            return out.getvalue(), []
        except csv.Error as error:
            message = f"{error}; nothing after this line was read"
            return out.getvalue(), [Problem(code="malformed-csv", line=line, message=message)]
