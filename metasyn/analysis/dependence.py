"""Rows of one outcome that depend on each other, pooled by a model for them beside one row per cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metasyn.effects.model import Effect, EffectSet
from metasyn.errors import NotEstimableError
from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.dependence import (
    DependenceGroup,
    DependenceGroups,
    PairCorrelation,
    dependence_groups,
    effects_covariance,
)
from metasyn.synthesis.dependence.groups import ancestors, members
from metasyn.synthesis.robust import CheResult, pool_che
from metasyn.values import NotEstimable

# A row whose sampling error is to less than this share its own says nothing that others do not say, and
# rounding would decide its weight.
_OWN_SHARE = 0.01

__all__ = ["DependentSynthesis", "RedundantRow", "dependent_synthesis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedundantRow:
    """A row that the dependent model leaves out, because it follows from others of its group.

    Attributes
    ----------
    label : str
    reason : str
        In words, with the labels of the rows it follows from.
    in_headline : bool
        Whether the headline has it.
    """

    label: str
    reason: str
    in_headline: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DependentSynthesis:
    """All rows of an outcome, pooled by the correlated and hierarchical effects model.

    Attributes
    ----------
    effects : EffectSet
        The rows it pools.
    groups : DependenceGroups
        Which of them depend on each other, with the reasons.
    added : tuple of int
        Positions in `effects` of rows that the headline leaves out as overlapping.
    redundant : tuple of RedundantRow
        Rows that follow from others and are not pooled.
    pairs : tuple of PairCorrelation
        Rows whose sampling errors are correlated, by how much and why.
    result : CheResult or NotEstimable
    """

    effects: EffectSet
    groups: DependenceGroups
    added: tuple[int, ...]
    redundant: tuple[RedundantRow, ...]
    pairs: tuple[PairCorrelation, ...]
    result: CheResult | NotEstimable


def dependent_synthesis(
    headline: EffectSet, every: EffectSet, evidence: Evidence, *, level: float = 0.95
) -> DependentSynthesis | NotEstimable:
    """Pool every row of an outcome, with what the rows have in common allowed for.

    The model is `pool_che` with correlation 0.6 where the tables have no number, sensitivity from 0.2 to
    0.9, CR2 and Satterthwaite's degrees of freedom. Of a whole with all its parts one row follows from
    the others: the parts are kept. So it is with every row whose sampling error is to 99% that of
    other rows.

    Parameters
    ----------
    headline : EffectSet
        One row per cohort.
    every : EffectSet
        The same, standardised with `overlap="all"`.
    evidence : Evidence
        The tables both come from.
    level : float
        Of intervals, as a proportion.

    Returns
    -------
    DependentSynthesis or NotEstimable
        NotEstimable where no two rows depend on each other: there is nothing to ask.

    References
    ----------
    Pustejovsky JE, Tipton E. Prev Sci 2022;23:425-438. 10.1007/s11121-021-01246-3
    """
    if not dependence_groups(every, evidence).tied:
        return NotEstimable("no two rows share participants, a registration or a study")
    known = {_key(effect) for effect in headline.effects}
    gone = _redundant(every, evidence)
    kept = every.take([i for i in range(every.k) if i not in gone])
    found = effects_covariance(kept, evidence)
    return DependentSynthesis(
        effects=kept,
        groups=found.groups,
        added=tuple(i for i, effect in enumerate(kept.effects) if _key(effect) not in known),
        redundant=tuple(
            RedundantRow(label=every.labels[i], reason=reason, in_headline=_key(every.effects[i]) in known)
            for i, reason in gone.items()
        ),
        pairs=found.pairs,
        result=_pooled(kept, found.groups, evidence, level),
    )


def _key(effect: Effect) -> tuple[str, str, str]:
    """What identifies a row in every set of one selection."""
    return effect.study_id, effect.cohort_id, effect.comparator_id


def _pooled(
    effects: EffectSet, groups: DependenceGroups, evidence: Evidence, level: float
) -> CheResult | NotEstimable:
    """The dependent model, or in words of the evidence why there is none."""
    if len(groups.groups) == 1:
        return NotEstimable(
            f"all {effects.k} rows are of one group ({groups.groups[0].name}), and how groups differ cannot "
            "be told from one"
        )
    try:
        return pool_che(effects, evidence=evidence, clusters=groups, level=level, variance_ci="none")
    except NotEstimableError as error:
        return NotEstimable(str(error).rstrip("."))


def _redundant(effects: EffectSet, evidence: Evidence) -> dict[int, str]:
    """Rows that follow from others, with the reason, in table order."""
    gone: dict[int, str] = {}
    for group in dependence_groups(effects, evidence).tied:
        if _each_says_something(effects, group.rows, evidence):
            continue
        kept: list[int] = []
        for row in _parts_first(effects, group.rows, evidence.cohorts):
            if _each_says_something(effects, sorted((*kept, row)), evidence):
                kept.append(row)
            else:
                gone[row] = _follows(effects, group, row, kept)
    return dict(sorted(gone.items()))


def _each_says_something(effects: EffectSet, rows: Sequence[int], evidence: Evidence) -> bool:
    """Whether no row of these follows from the others, or nearly so."""
    try:
        found = effects_covariance(effects.take(list(rows)), evidence)
    except NotEstimableError:
        return False
    own = [1 / (block.diagonal() * np.linalg.inv(block).diagonal()) for block in found.covariance.blocks]
    return bool(min(share.min() for share in own) >= _OWN_SHARE)


def _parts_first(effects: EffectSet, rows: Sequence[int], cohorts: Mapping[str, Cohort]) -> list[int]:
    """Rows of the smallest parts before those of the wholes, each in table order."""
    depth = {i: sum(len(ancestors(c, cohorts)) for c in members(effects.effects[i])) for i in rows}
    return sorted(rows, key=lambda i: (-depth[i], i))


def _follows(effects: EffectSet, group: DependenceGroup, row: int, kept: Sequence[int]) -> str:
    """From which rows of its group a row follows."""
    tied = {i for tie in group.ties if tie.shares_participants and row in tie.rows for i in tie.rows}
    names = "; ".join(effects.labels[i] for i in sorted(kept) if i in tied)
    return f"it follows from the rows of the same participants that are in ({names})"
