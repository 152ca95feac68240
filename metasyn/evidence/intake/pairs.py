"""Which row of one person's table is which row of another's."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.evidence.sheets import Row, Sheet
from metasyn.vocabulary import RowMatch

__all__ = ["FIGURE_COLUMNS", "Pairs", "pair_rows"]

FIGURE_COLUMNS = (
    "study_id",
    "cohort_id",
    "comparator_id",
    "outcome",
    "timepoint",
    "statistic",
    "source_id",
)
"""What says which figure a row of `results` is about."""

# Above so many possible pairs of one figure the order of the tables decides.
_MANY = 10_000

Pairs = tuple[tuple[Row | None, Row | None], ...]


def pair_rows(first: Sheet, second: Sheet, match: RowMatch) -> Pairs:
    """Every row of both tables, with its counterpart or None.

    Parameters
    ----------
    first, second : Sheet
        Two readings of one table.
    match : {'id', 'figure'}
        `figure` matters for `results` only: rows are one if `FIGURE_COLUMNS` agree. Where several rows of
        a person are about one figure, those with most cells in common are paired first.

    Returns
    -------
    tuple of (Row or None, Row or None)
        In the order of `first`, then what only `second` has, in its order.
    """
    by_figure = match == "figure" and first.table.name == "results"
    columns = FIGURE_COLUMNS if by_figure else first.table.identity
    ours, theirs = _groups(first.rows, columns), _groups(second.rows, columns)
    partner: dict[int, Row] = {}
    for key, rows in ours.items():
        partner.update(_partners(rows, theirs.get(key, []), first.header))
    taken = {row.line for row in partner.values()}
    return (
        *((row, partner.get(row.line)) for row in first.rows),
        *((None, row) for row in second.rows if row.line not in taken),
    )


def _groups(rows: Sequence[Row], columns: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.text(name) for name in columns), []).append(row)
    return groups


def _partners(ours: Sequence[Row], theirs: Sequence[Row], header: Sequence[str]) -> dict[int, Row]:
    """By line of our row: their row, the most alike first, in table order among equals."""
    if len(ours) == 1 == len(theirs) or len(ours) * len(theirs) > _MANY:
        return {our.line: their for our, their in zip(ours, theirs, strict=False)}
    candidates = sorted(
        (-sum(our.text(name) == their.text(name) for name in header), our.line, their.line)
        for our in ours
        for their in theirs
    )
    by_line = {row.line: row for row in theirs}
    found: dict[int, Row] = {}
    for _, our_line, their_line in candidates:
        if our_line not in found and their_line in by_line:
            found[our_line] = by_line.pop(their_line)
    return found
