"""A table as it was handed in: header and rows of text under their own names, and where each cell stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metasyn.evidence.problems import Problem
from metasyn.values import Finding, Severity

__all__ = ["Grid", "Place"]


# Rules whose message names another line of the table.
_NAMING_A_LINE = frozenset({"duplicate-id", "time-not-increasing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How places of one table are put in words.

    Attributes
    ----------
    file : str
        Name of the file.
    sheet : str
        Name of the sheet; empty for a text file, whose rows are called lines.
    letters : mapping of str to str
        Letters of the columns of a sheet, by column name.
    original : mapping of str to str
        What the file calls a column that is called otherwise in the tables.
    """

    file: str
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    original: Mapping[str, str] = field(default_factory=dict)

    def finding(self, problem: Problem, severity: Severity = "error") -> Finding:
        """The problem with its place, `book.xlsx, sheet results, row 17, column ci_low (J17)`."""
        where, message = self.file, problem.message
        line = str(problem.line or "")
        if self.sheet:
            where += f", sheet {self.sheet}" + (f", row {line}" if line else "")
            if problem.code in _NAMING_A_LINE:
                message = message.replace(" of line ", " of row ")
        elif line:
            where += f" line {line}"
        if problem.column:
            where += f", column {problem.column}"
        theirs = self.original.get(problem.column, problem.column)
        letters = self.letters.get(theirs, "")
        aside = [repr(theirs)] if theirs != problem.column else []
        if letters:
            aside.append(letters + line)
        where += f" ({', '.join(aside)})" if aside else ""
        return Finding(code=problem.code, message=message, where=where, severity=severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows of text.

    Attributes
    ----------
    name : str
        Of the sheet, or the stem of the file.
    header : tuple of str
        Names as in the file; empty where it could not be read.
    header_line : int
    lines : tuple of (int, tuple of str)
        Line or row number, and one text per name.
    problems : tuple of Problem
        What cannot be read; columns are named as in the file.
    unread : frozenset of (int, str)
        Line and column of the cells among them: nothing more is said about these.
    findings : tuple of Finding
        What should be known about how it was read.
    """

    name: str
    place: Place
    header: tuple[str, ...] = ()
    header_line: int = 1
    lines: tuple[tuple[int, tuple[str, ...]], ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: frozenset[tuple[int, str]] = frozenset()
    findings: tuple[Finding, ...] = ()
