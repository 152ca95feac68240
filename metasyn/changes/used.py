"""Which printed figures an effect rests on, where these are others than before."""

from __future__ import annotations

from collections.abc import Collection

from metasyn.changes.model import FigureChange
from metasyn.changes.renamed import Identity
from metasyn.changes.standing import Point

__all__ = ["figure_changes"]


def figure_changes(
    before: Point, after: Point, known: tuple[Collection[str], Collection[str]]
) -> tuple[FigureChange, ...]:
    """Effects that rest on another figure of the same cohorts, though the choice was not forced.

    Parameters
    ----------
    before, after : Point
        With their effects under the same identities.
    known : tuple of two collections of str
        Ids of all results of the tables before and after.

    Returns
    -------
    tuple of FigureChange
        In the order of the effects after. A row that went and a new one that took its place are not told:
        they are one replaced row.
    """
    was = _used(before)
    changes = []
    for (identity, rows), row in zip(_used(after).items(), after.rows, strict=True):
        old = was.get(identity, rows)
        out, come = [one for one in old if one not in rows], [one for one in rows if one not in old]
        chosen = any(one in known[1] for one in out) or any(one in known[0] for one in come)
        if out and come and chosen:
            changes.append(FigureChange(label=row.label, before=tuple(out), after=tuple(come)))
    return tuple(changes)


def _used(point: Point) -> dict[Identity, tuple[str, ...]]:
    """Ids of the results behind each effect."""
    if point.effects is None:
        return {row.identity: () for row in point.rows}
    pairs = zip(point.rows, point.effects.effects, strict=True)
    return {row.identity: tuple(ref.result_id for ref in effect.rows) for row, effect in pairs}
