"""Changed rows as causes: which rows can only change together, and how each change is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from metasyn.changes.model import Cause
from metasyn.evidence.columns import TABLES
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import CellEdit, RowEdit

__all__ = ["ORDER", "row_causes"]

ORDER = "order"
"""Id of the cause that rows stand in another order: it decides where all else is equal."""

# Columns of results.csv that no number depends on.
_WORDS_ONLY = frozenset({"note", "locator", "derivation", "status_reason", "accepted_because"})
_FILES = {"study": "studies", "cohort": "cohorts", "outcome": "outcomes", "curve": "curves"}
_ABOUT = ("study_id", "cohort_id", "comparator_id", "outcome", "definition", "timepoint", "statistic")
_MOST_CELLS, _LONGEST = 3, 40
_ARROW = " \N{RIGHTWARDS ARROW} "

_Records = Mapping[str, ReportedResult | Cohort]


def row_causes(edits: Sequence[RowEdit], old: Evidence, new: Evidence) -> tuple[Cause, ...]:
    """The changes of the tables that can be undone one by one.

    A study or cohort that came or went is one cause with all its rows, a curve belongs to its row,
    a result that went and the only one that came about the same are one replaced row, and every other row
    of results, studies, cohorts or outcomes is a cause of its own. Sources, ongoing
    trials, studies and cohorts without results, and cells that hold only remarks are none: no number
    depends on them.

    Parameters
    ----------
    edits : sequence of RowEdit
    old, new : Evidence
        The tables before and after.

    Returns
    -------
    tuple of Cause
        In the order of the edits; last, where common rows stand in another order, that.
    """
    relevant = {edit.key: edit for edit in edits if _may_matter(edit)}
    joined = _joined(relevant, old, new)
    groups: dict[str, list[RowEdit]] = {}
    for key, edit in relevant.items():
        groups.setdefault(joined[key], []).append(edit)
    causes = [cause for rows in groups.values() if (cause := _cause(rows)) is not None]
    if _in_another_order(old, new):
        title = "the rows of the tables stand in another order"
        causes.append(Cause(id=ORDER, kind="corrected", title=title))
    return tuple(causes)


def _may_matter(edit: RowEdit) -> bool:
    """Whether a number could depend on the row: not on what only supports it."""
    table = edit.key.partition(":")[0] if ":" in edit.key else ""
    if table in ("source", "ongoing") or (table == "outcome" and edit.kind != "corrected"):
        return False
    if table or edit.kind != "corrected":
        return True
    return any(cell.column not in _WORDS_ONLY for cell in edit.cells)


def _joined(edits: Mapping[str, RowEdit], old: Evidence, new: Evidence) -> dict[str, str]:
    """For every row the first of those it can only change together with."""
    first = {key: key for key in edits}
    records = _records(old), _records(new)
    place = {key: i for i, key in enumerate(edits)}
    links = [
        (key, other)
        for key, edit in edits.items()
        for other in _belongs_to(edit, *records)
        if other in edits and _together(edit, edits[other])
    ]
    for key, other in (*links, *_replaced(edits, *records)):
        one, two = sorted((_head(first, key), _head(first, other)), key=place.__getitem__)
        first[two] = one
    return {key: _head(first, key) for key in edits}


def _head(first: dict[str, str], key: str) -> str:
    """The first of the rows that a row is joined with; ways to it are shortened."""
    while first[key] != key:
        first[key] = first[first[key]]
        key = first[key]
    return key


def _replaced(edits: Mapping[str, RowEdit], old: _Records, new: _Records) -> Iterator[tuple[str, str]]:
    """A result that went and the one that came in its place: about the same, and the only ones."""
    gone: dict[tuple[str, ...], list[str]] = {}
    come: dict[tuple[str, ...], list[str]] = {}
    for key, edit in edits.items():
        record = (old if edit.kind == "removed" else new).get(key)
        if isinstance(record, ReportedResult) and edit.kind != "corrected":
            about = tuple(str(getattr(record, name)) for name in _ABOUT)
            (gone if edit.kind == "removed" else come).setdefault(about, []).append(key)
    for about, keys in gone.items():
        others = come.get(about, [])
        if len(keys) == len(others) == 1:
            yield keys[0], others[0]


def _records(evidence: Evidence) -> _Records:
    """Rows that name a study or a cohort, by key."""
    return {
        **{f"cohort:{name}": cohort for name, cohort in evidence.cohorts.items()},
        **{row.result_id: row for row in evidence.results},
    }


def _belongs_to(edit: RowEdit, old: _Records, new: _Records) -> Iterator[str]:
    """Keys of the rows that a row names, before and after."""
    if edit.key.startswith("curve:"):
        yield edit.key.removeprefix("curve:")
        return
    moved = {cell.column for cell in edit.cells}
    for record in (old.get(edit.key), new.get(edit.key)):
        for column in ("study_id", "cohort_id", "comparator_id"):
            named = getattr(record, column, "")
            if named and (edit.kind != "corrected" or {column, "study_id"} & moved):
                table = "study" if column == "study_id" else "cohort"
                if f"{table}:{named}" != edit.key:
                    yield f"{table}:{named}"


def _together(edit: RowEdit, other: RowEdit) -> bool:
    """Whether a row cannot change without the one it names."""
    if other.key.startswith(("study:", "cohort:")):
        return other.kind != "corrected" or any(cell.column == "study_id" for cell in other.cells)
    return edit.key.startswith("curve:")


def _cause(rows: Sequence[RowEdit]) -> Cause | None:
    """One cause; None for studies and cohorts that came or went without a result."""
    heads = [row for row in rows if row.key.startswith(("study:", "cohort:")) and row.kind != "corrected"]
    results = [row for row in rows if ":" not in row.key]
    if heads and not results:
        return None
    kinds = {row.kind for row in rows}
    kind = rows[0].kind if len(kinds) == 1 else "corrected"
    if heads:
        return Cause(id=heads[0].key, kind=kind, title=_joint_title(heads, results), rows=tuple(rows))
    if {row.kind for row in results} == {"added", "removed"} and len(results) == 2:
        rows = sorted(rows, key=lambda row: (":" in row.key, row.kind))
        return Cause(id=f"row:{rows[0].key}", kind="corrected", title=_replaced_title(rows), rows=tuple(rows))
    rows = sorted(rows, key=_rank)
    title = _row_title(rows[0])
    if results and rows[0] is not results[0]:
        title += f", with {_counted(results)}"
    return Cause(id=f"row:{rows[0].key}", kind=rows[0].kind, title=title, rows=tuple(rows))


def _rank(row: RowEdit) -> int:
    """Cohorts and studies before results, these before their curves."""
    return ("curve:" in row.key) * 2 or (":" not in row.key) * 1


def _counted(results: Sequence[RowEdit], owner: str = "its") -> str:
    return f"{owner} {len(results)} results" if len(results) != 1 else f"{owner} result"


def _joint_title(heads: Sequence[RowEdit], results: Sequence[RowEdit]) -> str:
    """A study or cohort with its results, in words."""
    studies = [row for row in heads if row.key.startswith("study:")]
    told: dict[str, list[str]] = {}
    for row in studies or heads:
        told.setdefault(row.kind, []).append(row.key.partition(":")[2])
    what = "study" if studies else "cohort"
    plural = "studies" if studies else "cohorts"
    parts = [
        f"{what if len(names) == 1 else plural} {', '.join(names)} {kind}" for kind, names in told.items()
    ]
    owner = "its" if len(studies or heads) == 1 else "their"
    return f"{' and '.join(parts)} with {_counted(results, owner)}"


def _replaced_title(rows: Sequence[RowEdit]) -> str:
    """A result in the place of another, with the cells in which they differ."""
    new, old = rows[0], rows[1]
    before = {cell.column: cell.old for cell in old.cells}
    after = {cell.column: cell.new for cell in new.cells}
    cells = [
        CellEdit(column=name, old=before.get(name, ""), new=after.get(name, ""))
        for name in dict.fromkeys((*after, *before))
        if name != "result_id" and before.get(name, "") != after.get(name, "")
    ]
    told = f": {_cells(cells)}" if cells else ""
    return f"results.csv row {old.key} replaced by {new.key}{told}"


def _row_title(row: RowEdit) -> str:
    """One changed row in words: what it says, or its cells before and after."""
    table, _, name = row.key.rpartition(":")
    file = TABLES[_FILES.get(table, "results")].file
    place = f"{file} curve {name}" if table == "curve" else f"{file} row {name}"
    if row.kind != "corrected" or not row.cells:
        printed = next((cell.old or cell.new for cell in row.cells if cell.column == "as_printed"), "")
        return f"{place} {row.kind}" + (f" ({_cut(printed)})" if printed else "")
    return f"{place}: {_cells(row.cells)}"


def _cells(cells: Sequence[CellEdit]) -> str:
    """Cells before and after; those that hold only remarks where there are no others."""
    told = [cell for cell in cells if cell.column not in (*_WORDS_ONLY, "as_printed")] or list(cells)
    shown = "; ".join(_cell(cell) for cell in told[:_MOST_CELLS])
    more = len(told) - _MOST_CELLS
    return shown + (f" and {more} more" if more > 0 else "")


def _cell(cell: CellEdit) -> str:
    return f"{cell.column} {_cut(cell.old) or 'empty'}{_ARROW}{_cut(cell.new) or 'empty'}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _in_another_order(old: Evidence, new: Evidence) -> bool:
    """Whether studies, cohorts or results that both hold stand in another order."""
    before = ([*old.studies], [*old.cohorts], [row.result_id for row in old.results])
    after = ([*new.studies], [*new.cohorts], [row.result_id for row in new.results])
    return any(_common(one, other) != _common(other, one) for one, other in zip(before, after, strict=True))


def _common(keys: Sequence[str], others: Sequence[str]) -> list[str]:
    """Those that both hold, in the order of the first."""
    both = set(others)
    return [key for key in keys if key in both]
