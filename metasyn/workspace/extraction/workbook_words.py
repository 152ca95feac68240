"""The words of the workbook to be filled in: notes on columns, and its first sheet."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.evidence.columns import TABLES, Column, Table

__all__ = ["allowed_words", "column_note", "read_me_rows"]

_LIST = "one of: "

_HOW = (
    "Each sheet is one table; each row of the sheet results is one figure as a source prints it.",
    "Fill in the sheets from left to right: a source, its study, the groups of the study, then the figures.",
    "Columns with a dark header must be filled in; the others where the source says something.",
    "An empty cell means: not reported, or does not apply.",
    "Write figures with the digits that are printed: 0.60 and not 0.6; percentages as 47.1 and not 47.1%.",
    "Cells are text, so Excel leaves digits as they are. Please do not change their format to Number.",
    "Do not merge cells and do not rename sheets or columns.",
    "studies and cohorts may have further columns: they are kept, and analyses can select by them.",
    "The audit reads some of these further columns; they are listed at the end of this sheet.",
    "Hold the pointer over the name of a column to read what belongs there; some columns have a list.",
    "When done: metasyn import THIS_FILE.xlsx   (it lists every mistake with sheet, row and column)",
)
# Columns that no dictionary demands and the audit takes into account.
_FURTHER = (
    ("cohorts", "partition", "yes", "the cohorts with yes make up the whole of the cohort in their part_of"),
    ("studies", "stage1_n", "whole number", "two-stage trial: participants of the first stage"),
    ("studies", "stage1_needed", "whole number", "responses needed to go on to the second stage"),
    ("studies", "centre", "free text", "where it was done, to find cohorts that overlap"),
    ("studies", "authors", "free text", "who did it, to find cohorts that overlap"),
    ("studies", "reference", "free text", "its number in the list of references of a source"),
)
_SHEETS = {
    "sources": "documents in which figures are printed",
    "studies": "investigations; several sources may report one",
    "cohorts": "groups of participants: arms, subgroups, whole studies",
    "outcomes": "what was measured, and which direction is good",
    "results": "the figures, one in a row",
    "ongoing": "registered trials without results yet; may stay empty",
    "curves": "points read off survival curves; may stay empty",
    "at_risk": "numbers at risk printed under these curves; may stay empty",
}


def allowed_words(column: Column) -> tuple[str, ...]:
    """The closed list of words of a column; empty if it has none.

    Examples
    --------
    >>> from metasyn.evidence.columns import COLUMNS
    >>> {column.name: allowed_words(column) for column in COLUMNS["results"]}["p_sided"]
    ('one', 'two', 'not stated')
    """
    content = column.kind.content
    return tuple(content.removeprefix(_LIST).split(", ")) if content.startswith(_LIST) else ()


def column_note(column: Column) -> str:
    """What a person should know when filling in a column."""
    lines = [f"{column.meaning[:1].upper()}{column.meaning[1:]}.", f"Holds: {_holds(column)}."]
    if column.required:
        lines.append("Must be filled in.")
    return "\n".join(lines)


def read_me_rows() -> Iterator[tuple[tuple[str, ...], bool]]:
    """Rows of the first sheet, and whether they are set in bold."""
    yield ("How to fill in this workbook",), True
    yield ("",), False
    for line in _HOW:
        yield (line,), False
    yield ("",), False
    for name in TABLES:
        yield (name, _SHEETS[name]), False
    yield ("",), False
    yield ("sheet", "column", "needed", "holds", "meaning"), True
    for table in TABLES.values():
        yield from ((cells, False) for cells in _column_rows(table))
    yield ("",), False
    yield ("Further columns that the audit reads; add one where you need it",), True
    yield from (((sheet, column, "", holds, text), False) for sheet, column, holds, text in _FURTHER)


def _column_rows(table: Table) -> Iterator[tuple[str, ...]]:
    for column in table.columns:
        yield table.name, column.name, "yes" if column.required else "", _holds(column), column.meaning


def _holds(column: Column) -> str:
    """The kind of cell, with the sheet whose ids it names."""
    content = column.kind.content
    return f"{content} (of the sheet {column.refers})" if column.refers else content
