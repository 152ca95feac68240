"""A data folder as evidence, or every problem in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metasyn.errors import EvidenceError
from metasyn.evidence.columns import TABLES, Table
from metasyn.evidence.problems import Problem
from metasyn.evidence.records import build_evidence
from metasyn.evidence.rules import check
from metasyn.evidence.selection import Evidence
from metasyn.evidence.sheets import Sheet, near_file, parse_sheet, read_text
from metasyn.values import Finding

__all__ = ["read_evidence"]


def read_evidence(folder: str | Path) -> Evidence:
    """Read the evidence tables of a folder and check every rule in one pass.

    The folder holds `sources.csv`, `studies.csv`, `cohorts.csv`, `outcomes.csv`, `results.csv` and,
    if there are registered trials without results, `ongoing_trials.csv`, and for digitised survival
    curves `curves.csv` and `at_risk.csv`: UTF-8 text, cells separated by commas.
    `metasyn.evidence.COLUMNS` says what every column holds.

    Parameters
    ----------
    folder : str or Path
        The data folder.

    Returns
    -------
    Evidence
        Percentages stay 0-100 and ratios on their natural scale, as printed; levels are proportions.
        `ci` is None where a bound is printed as not reached. Further columns of `studies.csv` and
        `cohorts.csv` are in `attributes`. Spaces around the text of a cell are not part of it.

    Raises
    ------
    EvidenceError
        If any rule is broken. `findings` lists every problem of every file with file, line of the
        beginning of the row, column, value and rule. A figure that its source prints wrongly breaks
        no rule once its row is marked unusable with the reason.

    Examples
    --------
    >>> from metasyn.evidence import read_evidence
    >>> read_evidence("no such folder")
    Traceback (most recent call last):
    ...
    metasyn.errors.EvidenceError: 1 problem in the evidence tables:
      no such folder: there is no such folder: it should hold results.csv and the other evidence tables
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "this is a file, not a folder" if folder.exists() else "there is no such folder"
        message = f"{what}: it should hold results.csv and the other evidence tables"
        raise EvidenceError([Finding(code="folder-missing", message=message, where=str(folder))])
    sheets = {name: _read(folder, table) for name, table in TABLES.items() if _is_there(folder, table)}
    broken = check(sheets)
    findings = [
        finding
        for name, sheet in sheets.items()
        for finding in _findings(folder, sheet, [*sheet.problems, *broken[name]])
    ]
    if findings:
        raise EvidenceError(findings)
    return build_evidence(sheets)


def _is_there(folder: Path, table: Table) -> bool:
    """Whether a table is to be read: all but optional ones of which there is no trace."""
    path = folder / table.file
    return not table.optional or path.exists() or bool(near_file(path))


def _read(folder: Path, table: Table) -> Sheet:
    """One table; where its file cannot be had, an empty one with the problem."""
    text, problems = read_text(folder / table.file)
    if text is None:
        return Sheet(table=table, ids={}, problems=tuple(problems))
    return parse_sheet(text, table, problems)


def _findings(folder: Path, sheet: Sheet, problems: list[Problem]) -> list[Finding]:
    """Problems of one file, in reading order."""
    order: Mapping[str, int] = {name: place for place, name in enumerate(sheet.header)}
    problems.sort(key=lambda problem: (problem.line, order.get(problem.column, -1)))
    file = f"{folder.name or folder.resolve().name}/{sheet.table.file}"
    return [problem.finding(file) for problem in problems]
