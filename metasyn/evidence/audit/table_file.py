"""A plain table from a file, as text: no cell is interpreted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from metasyn.errors import EvidenceError
from metasyn.evidence.problems import Problem
from metasyn.evidence.sheets import read_text

__all__ = ["read_plain_table"]

_SEPARATORS = ",;\t"


def read_plain_table(path: str | Path) -> list[Mapping[str, str]]:
    """Rows of a CSV file with whatever columns it has, for `audit_table`.

    Parameters
    ----------
    path : str or Path
        UTF-8 text with a header; cells separated by commas, semicolons or tabs, whichever the header
        has most of.

    Returns
    -------
    list of mapping of str to str
        Cells as written; a row without any is left out.

    Raises
    ------
    EvidenceError
        If the file cannot be read, has no header, or a row has more cells than the header.
    """
    path = Path(path)
    text, problems = read_text(path)
    rows: list[Mapping[str, str]] = []
    if text is not None and not text.strip():
        problems.append(Problem(code="empty-file", message="the file is empty: it needs a header line"))
    elif text is not None:
        first = text.lstrip().splitlines()[0]
        separator = max(_SEPARATORS, key=first.count)
        rows = _rows(text, separator, problems)
    if problems:
        raise EvidenceError([problem.finding(path.name) for problem in problems])
    return rows


def _rows(text: str, separator: str, problems: list[Problem]) -> list[Mapping[str, str]]:
    """Header and rows; what cannot be read is a problem."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    rows: list[Mapping[str, str]] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if not header:
                header = stripped
            elif len(stripped) > len(header):
                message = f"{len(stripped)} cells for {len(header)} columns"
                problems.append(Problem(code="too-many-cells", line=reader.line_num, message=message))
            else:
                rows.append(dict(zip(header, stripped, strict=False)))
    except csv.Error as error:
        problems.append(Problem(code="malformed-csv", line=reader.line_num, message=str(error)))
    return rows
