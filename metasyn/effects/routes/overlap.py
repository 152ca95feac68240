"""One row per cohort: effects that share participants, and which of them stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Target
from metasyn.vocabulary import Overlap

__all__ = ["Dropped", "overlapping", "resolve_overlap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A target that is left out because another one holds some of its participants.

    `index` and `kept` are positions in the sequence of targets; `reason` names the shared
    cohorts and the rule.
    """

    index: int
    kept: int
    reason: str


def resolve_overlap(
    targets: Sequence[Target],
    sizes: Sequence[tuple[int, int]],
    cohorts: Mapping[str, Cohort],
    overlap: Overlap,
) -> tuple[Dropped, ...]:
    """Targets to leave out so that no participant known to overlap counts twice.

    With `all` every target stays: for models that allow for what targets have in common.

    Overlap is known through `part_of` only: two parts of one whole are taken to be disjoint. Where
    they are not (by stage and by line), the script has to exclude one of them by name.

    Two targets overlap if a cohort of one is, contains or is part of a cohort of the other, on
    either side of the contrast. With `whole` the larger cohort stays, with `parts` the smallest
    part. Of several comparisons of the same cohorts the pair that differs in fewer columns stays
    (a stratum against the same stratum); of equal ones that with more participants under `whole`,
    the first in the table under `parts`. Going through the targets in that order, each stays
    unless it overlaps with one that stays.

    Parameters
    ----------
    targets : sequence of Target
        In table order.
    sizes : sequence of tuple of int
        Participants of cohort and comparator of each target; 0 where unknown.
    cohorts : mapping of str to Cohort
    overlap : {'whole', 'parts', 'all'}

    Returns
    -------
    tuple of Dropped
        In table order.
    """
    if overlap == "all":
        return ()

    def priority(i: int) -> tuple[int, int, int, int]:
        depth = sum(len(_ancestors(c, cohorts)) for c in _members(targets[i]))
        if overlap == "whole":
            return depth, _mismatches(targets[i], cohorts), -sum(sizes[i]), i
        return -depth, _mismatches(targets[i], cohorts), i, 0

    # Only cohorts with the same outermost whole can share participants.
    kept: dict[str, list[tuple[int, int]]] = {}
    dropped: list[Dropped] = []
    for place, i in enumerate(sorted(range(len(targets)), key=priority)):
        wholes = {(c, *_ancestors(c, cohorts))[-1] for c in _members(targets[i])}
        for _, j in sorted({near for whole in wholes for near in kept.get(whole, ())}):
            relation = overlapping(targets[i], targets[j], cohorts)
            if relation:
                reason = f"{relation}; {_rule(targets[i], targets[j], relation, cohorts, overlap)}"
                dropped.append(Dropped(index=i, kept=j, reason=reason))
                break
        else:
            for whole in wholes:
                kept.setdefault(whole, []).append((place, i))
    return tuple(sorted(dropped, key=lambda d: d.index))


def overlapping(first: Target, second: Target, cohorts: Mapping[str, Cohort]) -> str:
    """How two targets share participants, in words; empty if they do not.

    Parameters
    ----------
    first, second : Target
    cohorts : mapping of str to Cohort
    """
    pairs = [(a, b) for a in _members(first) for b in _members(second)]
    for a, b in pairs:
        if b in _ancestors(a, cohorts):
            return f"'{cohorts[a].label}' is part of '{cohorts[b].label}'"
        if a in _ancestors(b, cohorts):
            return f"'{cohorts[b].label}' is part of '{cohorts[a].label}'"
    same = next((a for a, b in pairs if a == b), "")
    return f"both hold the participants of '{cohorts[same].label}'" if same else ""


def _rule(
    dropped: Target, kept: Target, relation: str, cohorts: Mapping[str, Cohort], overlap: Overlap
) -> str:
    """The rule that decided, in words."""
    if not relation.startswith("both"):
        stays = "whole" if overlap == "whole" else "part"
    elif _mismatches(kept, cohorts) < _mismatches(dropped, cohorts):
        stays = "comparison of the more alike cohorts"
    else:
        stays = "comparison with more participants" if overlap == "whole" else "first of equal parts"
    return f"one row per cohort, the {stays} stays"


def _mismatches(target: Target, cohorts: Mapping[str, Cohort]) -> int:
    """Columns in which the two cohorts of a contrast differ; remarks do not count."""
    if not target.comparator_id:
        return 0
    a, b = cohorts[target.cohort_id].attributes, cohorts[target.comparator_id].attributes
    return sum(a.get(name) != b.get(name) for name in {*a, *b} - {"note"})


def _members(target: Target) -> tuple[str, ...]:
    return (target.cohort_id, target.comparator_id) if target.comparator_id else (target.cohort_id,)


def _ancestors(cohort_id: str, cohorts: Mapping[str, Cohort]) -> tuple[str, ...]:
    """Larger cohorts that contain this one, nearest first."""
    found: list[str] = []
    parent = cohorts[cohort_id].part_of
    while parent and parent in cohorts and parent not in found:
        found.append(parent)
        parent = cohorts[parent].part_of
    return tuple(found)
