"""The results of groups before and after, group by group."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.changes.model import GroupChange, GroupingChange, GroupStanding
from metasyn.changes.standing import Point, groups_of
from metasyn.synthesis.model import SubgroupAnalysis
from metasyn.values import NotEstimable

__all__ = ["grouping_changes"]


def grouping_changes(before: Point, after: Point, columns: Sequence[str]) -> tuple[GroupingChange, ...]:
    """Every group of some columns before and after.

    Parameters
    ----------
    before, after : Point
    columns : sequence of str

    Returns
    -------
    tuple of GroupingChange
        In the order of the columns; groups in the order of the new result, then those that are gone.
    """
    return tuple(_grouping(column, groups_of(before, column), groups_of(after, column)) for column in columns)


def _grouping(column: str, old: SubgroupAnalysis | None, new: SubgroupAnalysis | None) -> GroupingChange:
    was, now = _standings(old), _standings(new)
    return GroupingChange(
        column=column,
        groups=tuple(
            GroupChange(name=name, before=was.get(name), after=now.get(name))
            for name in dict.fromkeys((*now, *was))
        ),
        pvalue_before=_between(old),
        pvalue_after=_between(new),
    )


def _standings(found: SubgroupAnalysis | None) -> dict[str, GroupStanding]:
    if found is None:
        return {}
    return {
        name: GroupStanding(k=result.k, estimate=float(result.estimate), ci=result.ci)
        for name, result in zip(found.names, found.results, strict=True)
    }


def _between(found: SubgroupAnalysis | None) -> float | NotEstimable:
    return NotEstimable("there are fewer than two groups") if found is None else found.pvalue
