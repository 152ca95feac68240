"""What can be read of tables that break their rules: enough to look for further mistakes, never to pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metasyn.evidence.problems import Problem
from metasyn.evidence.records import build_evidence
from metasyn.evidence.selection import Evidence
from metasyn.evidence.sheets import Row, Sheet

__all__ = ["readable_evidence"]

# Rules about what a figure says. A row that breaks one of these can be read all the same.
_ABOUT_FIGURES = frozenset(
    {"interval-excludes-estimate", "interval-reversed", "interval-one-bound", "level-missing"}
    | {"level-without-interval", "ratio-not-positive", "percent-outside-0-100", "events-exceed-n"}
    | {"n-is-zero", "p-outside-0-1", "p-without-side", "value-count-disagree", "percent-unit"}
    | {"median-unit", "reason-missing", "reason-on-usable", "derivation-missing", "derivation-of-printed"}
    | {"unknown-finding", "answer-unreadable"}
)


def readable_evidence(
    sheets: Mapping[str, Sheet], broken: Mapping[str, Sequence[Problem]]
) -> Evidence | None:
    """The rows whose cells can be read and whose ids lead somewhere.

    Parameters
    ----------
    sheets : mapping of str to Sheet
        Tables by name.
    broken : mapping of str to sequence of Problem
        Rules they break, by table, as `evidence.rules.check` finds them.

    Returns
    -------
    Evidence or None
        For the audit only. None where a table or one of its columns is missing, or no result is left.
    """
    kept: dict[str, Sheet] = {}
    for name, sheet in sheets.items():
        needed = {column.name for column in sheet.table.columns if not column.optional}
        if not needed <= set(sheet.header):
            return None
        problems = [*sheet.problems, *broken.get(name, ())]
        bad = {problem.line for problem in problems if problem.code not in _ABOUT_FIGURES}
        kept[name] = _with_rows(sheet, [row for row in sheet.rows if row.line not in bad])
    required = {"sources", "studies", "cohorts", "outcomes", "results"}
    if not required <= kept.keys():
        return None
    while _drop_lost(kept):
        pass
    return build_evidence(kept) if kept["results"].rows else None


def _with_rows(sheet: Sheet, rows: Sequence[Row]) -> Sheet:
    ids: dict[str, Row] = {}
    for row in rows:
        ids.setdefault(row.text(sheet.table.key), row)
    return replace(sheet, rows=tuple(rows), ids=ids, known=frozenset(ids))


def _drop_lost(kept: dict[str, Sheet]) -> bool:
    """Leave out rows that name a row which is not there; whether there were any."""
    lost = False
    for name, sheet in kept.items():
        links = [(c.name, kept[c.refers].known) for c in sheet.table.columns if c.refers in kept]
        rows = [row for row in sheet.rows if all(set(row.names(column)) <= ids for column, ids in links)]
        if len(rows) < len(sheet.rows):
            kept[name] = _with_rows(sheet, rows)
            lost = True
    return lost
