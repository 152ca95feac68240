"""Which effects of a set depend on each other, by what the evidence says, with the reasons in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from metasyn.effects.model import Effect, EffectSet
from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Evidence
from metasyn.vocabulary import TieKind, choices, require_option

__all__ = ["DependenceGroup", "DependenceGroups", "Tie", "ancestors", "dependence_groups", "members"]

_SPLIT = re.compile(r"\s*(?:;|,|\||/|\band\b)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Why some effects depend on each other.

    Attributes
    ----------
    kind : {'same cohort', 'part of', 'same registration', 'same study'}
        The first two are about the same participants; the third may be; rows of one study have a setting,
        a protocol and often a true effect in common, but not their participants.
    rows : tuple of int
        Positions in the set, ascending.
    reason : str
        In words, with the names of cohort, registration or study.
    """

    kind: TieKind
    rows: tuple[int, ...]
    reason: str

    @property
    def shares_participants(self) -> bool:
        """Whether the same participants are known to be in several of the rows."""
        return self.kind in ("same cohort", "part of")


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenceGroup:
    """Effects that are tied to each other, directly or through others.

    Attributes
    ----------
    name : str
        Label of the study (of several, joined by `+`), or of the effect where it stands alone.
    rows : tuple of int
        Positions in the set, ascending.
    ties : tuple of Tie
        Empty for an effect that stands alone.
    """

    name: str
    rows: tuple[int, ...]
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DependenceGroups:
    """All effects of a set in groups that are independent of each other.

    Attributes
    ----------
    effects : EffectSet
    groups : tuple of DependenceGroup
        In the order of their first effect.
    """

    effects: EffectSet
    groups: tuple[DependenceGroup, ...]

    @property
    def clusters(self) -> tuple[str, ...]:
        """Name of the group of each effect, no two groups alike; what `cluster_robust` takes."""
        found = [""] * self.effects.k
        seen: dict[str, int] = {}
        for group in self.groups:
            seen[group.name] = seen.get(group.name, 0) + 1
            name = group.name if seen[group.name] == 1 else f"{group.name} ({seen[group.name]})"
            for row in group.rows:
                found[row] = name
        return tuple(found)

    @property
    def tied(self) -> tuple[DependenceGroup, ...]:
        """Groups of more than one effect."""
        return tuple(group for group in self.groups if len(group.rows) > 1)

    def to_dict(self) -> dict[str, Any]:
        """Groups of more than one effect, as plain data."""
        labels = self.effects.labels
        return {
            "k": self.effects.k,
            "n_groups": len(self.groups),
            "groups": [
                {
                    "name": group.name,
                    "effects": [labels[i] for i in group.rows],
                    "ties": [
                        {"kind": tie.kind, "effects": [labels[i] for i in tie.rows], "reason": tie.reason}
                        for tie in group.ties
                    ],
                }
                for group in self.tied
            ],
        }

    def __str__(self) -> str:
        labels = self.effects.labels
        many = "" if len(self.groups) == 1 else "s"
        lines = [f"{self.effects.k} effects in {len(self.groups)} independent group{many}"]
        for group in self.tied:
            lines.append(f"{group.name}: {'; '.join(labels[i] for i in group.rows)}")
            lines += [f"  {tie.kind}: {tie.reason}" for tie in group.ties]
        return "\n".join(lines)


def dependence_groups(
    effects: EffectSet, evidence: Evidence | None = None, *, by: Sequence[str] = choices(TieKind)
) -> DependenceGroups:
    """Group the effects of a set by what ties them.

    Two effects are tied if a cohort of one is a cohort of the other (on either side of a comparison: two
    comparisons with one control group), or contains it, or their studies have a registration in common, or
    they are of one study. What is tied through a third effect is in one group.

    Parameters
    ----------
    effects : EffectSet
    evidence : Evidence, optional
        The tables the effects come from. They say what is part of what and which registration a study has;
        without them only the ids of cohorts and studies count.
    by : sequence of {'same cohort', 'part of', 'same registration', 'same study'}
        Which ties count; all by default.

    Returns
    -------
    DependenceGroups
        Effects given as arrays have no ids: each is a group of its own.

    Raises
    ------
    OptionError
        If `by` names no tie or an unknown one, or the effects are not of this evidence.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> from metasyn.effects.model import Effect, EffectSet, Route
    >>> route = Route(name="given", grade=1, formula="as given")
    >>> rows = [
    ...     Effect(label=f"Ax: {dose}", yi=-0.3, vi=0.1, route=route, study_id="ax", cohort_id=dose,
    ...            comparator_id="control")
    ...     for dose in ("low dose", "high dose")
    ... ]
    >>> print(dependence_groups(EffectSet(measure=get_measure("HR"), effects=rows)))
    2 effects in 1 independent group
    ax: Ax: low dose; Ax: high dose
      same cohort: both hold the participants of 'control'
      same study: both are of 'ax'
    """
    if not by or isinstance(by, str):
        raise OptionError(f"by must name which ties count: {', '.join(choices(TieKind))}; got {by!r}.")
    for kind in by:
        require_option("by", kind, TieKind)
    rows = list(effects.effects)
    _require_known(rows, evidence)
    ties = [tie for tie in _ties(rows, evidence) if tie.kind in by]
    groups = []
    for index in _joined(len(rows), ties):
        within = tuple(tie for tie in ties if tie.rows[0] in index)
        name = effects.labels[index[0]] if len(index) == 1 else _name(rows, index, evidence)
        groups.append(DependenceGroup(name=name, rows=index, ties=within))
    return DependenceGroups(effects=effects, groups=tuple(groups))


def members(effect: Effect) -> tuple[str, ...]:
    """Ids of the cohorts of an effect that are known."""
    return tuple(dict.fromkeys(i for i in (effect.cohort_id, effect.comparator_id) if i))


def ancestors(cohort_id: str, cohorts: Mapping[str, Cohort]) -> tuple[str, ...]:
    """Ids of larger cohorts that contain this one, nearest first."""
    found: list[str] = []
    parent = cohorts[cohort_id].part_of if cohort_id in cohorts else ""
    while parent and parent in cohorts and parent not in found:
        found.append(parent)
        parent = cohorts[parent].part_of
    return tuple(found)


def _require_known(rows: Sequence[Effect], evidence: Evidence | None) -> None:
    if evidence is None:
        return
    strange = [
        effect.label
        for effect in rows
        if (effect.study_id and effect.study_id not in evidence.studies)
        or any(cohort not in evidence.cohorts for cohort in members(effect))
    ]
    if strange:
        raise OptionError(f"the evidence does not know the study or the cohorts of {strange[0]!r}.")


def _ties(rows: Sequence[Effect], evidence: Evidence | None) -> Iterator[Tie]:
    """All ties, strongest kind first, each kind in the order of its first rows."""
    cohorts = {} if evidence is None else evidence.cohorts
    studies = {} if evidence is None else evidence.studies
    holding = _by_key((cohort, i) for i, effect in enumerate(rows) for cohort in members(effect))

    def cohort_name(cohort: str) -> str:
        return repr(cohorts[cohort].label if cohort in cohorts else cohort)

    for cohort, at in holding.items():
        yield from _tie("same cohort", at, f"all hold the participants of {cohort_name(cohort)}")
    for part in holding:
        for whole in ancestors(part, cohorts):
            at = sorted({*holding[part], *holding.get(whole, ())})
            if whole in holding and not set(holding[whole]) <= set(holding[part]):
                yield from _tie("part of", at, f"{cohort_name(part)} is part of {cohort_name(whole)}")
    registered = _by_key(
        (number, i)
        for i, effect in enumerate(rows)
        if effect.study_id in studies
        for number in _registrations(studies[effect.study_id].registry_id)
    )
    for number, at in registered.items():
        if len({rows[i].study_id for i in at}) > 1:
            yield from _tie("same registration", at, f"their studies have one registration, {number}")
    for study, at in _by_key((effect.study_id, i) for i, effect in enumerate(rows)).items():
        label = studies[study].label if study in studies else study
        yield from _tie("same study", at, f"all are of {label!r}")


def _tie(kind: str, rows: Sequence[int], reason: str) -> Iterator[Tie]:
    if len(rows) > 1:
        words = reason.replace("all hold", "both hold").replace("all are", "both are")
        yield Tie(kind=cast("TieKind", kind), rows=tuple(rows), reason=words if len(rows) == 2 else reason)


def _by_key(pairs: Iterator[tuple[str, int]]) -> dict[str, list[int]]:
    """Rows by what they have, in the order of their first appearance; nothing for an empty key."""
    found: dict[str, list[int]] = {}
    for key, row in pairs:
        if key:
            found.setdefault(key, []).append(row)
    return found


def _registrations(text: str) -> tuple[str, ...]:
    """Registration numbers of one cell, as they are compared."""
    return tuple(dict.fromkeys(part.upper() for part in _SPLIT.split(text.strip()) if part))


def _joined(k: int, ties: Sequence[Tie]) -> list[tuple[int, ...]]:
    """Rows that are connected by ties, in the order of their first row."""
    head = list(range(k))

    def top(row: int) -> int:
        while head[row] != row:
            head[row] = head[head[row]]
            row = head[row]
        return row

    for tie in ties:
        for row in tie.rows[1:]:
            one, two = sorted((top(tie.rows[0]), top(row)))
            head[two] = one
    groups: dict[int, list[int]] = {}
    for row in range(k):
        groups.setdefault(top(row), []).append(row)
    return [tuple(index) for index in groups.values()]


def _name(rows: Sequence[Effect], index: Sequence[int], evidence: Evidence | None) -> str:
    """The studies of a group."""
    studies = {} if evidence is None else evidence.studies
    ids = dict.fromkeys(rows[i].study_id or rows[i].label for i in index)
    return " + ".join(studies[i].label if i in studies else i for i in ids)
