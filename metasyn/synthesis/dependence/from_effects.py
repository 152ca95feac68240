"""Sampling covariances of the effects of a set, from the participants the evidence says they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import Effect, EffectSet
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.dependence.clusters import cluster_rows, require_definite
from metasyn.synthesis.dependence.groups import DependenceGroups, Tie, ancestors, dependence_groups
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.dependence.observed import DEFAULT_RHO, require_correlation
from metasyn.synthesis.dependence.shared_arms import arm_variance

__all__ = ["EffectsCovariance", "PairCorrelation", "effects_covariance"]

_Array = NDArray[np.float64]

# Measures whose arms are told from counts.
_COUNTED = ("OR", "RR", "RD")
_NO_TWO = (
    "One effect follows from the others (a whole and all its parts, or three comparisons of three arms): "
    "leave it out, or pool one row per cohort."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCorrelation:
    """Correlation of the sampling errors of two effects, and where it comes from.

    Attributes
    ----------
    rows : tuple of two int
    correlation : float
    reason : str
    assumed : bool
        True if it is not told by the evidence but taken to be `rho`, or rests on arms of equal size.
    """

    rows: tuple[int, int]
    correlation: float
    reason: str
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectsCovariance:
    """Sampling covariances of a set of effects, and what each of them rests on.

    Attributes
    ----------
    covariance : SamplingCovariance
        Its clusters are the groups.
    groups : DependenceGroups
    pairs : tuple of PairCorrelation
        The pairs whose sampling errors are correlated, in order.
    """

    covariance: SamplingCovariance
    groups: DependenceGroups
    pairs: tuple[PairCorrelation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """One side of an effect: its cohort, +1 or -1, and what it contributes to the variance."""

    cohort: str
    sign: int
    part: float
    n: int | None


def effects_covariance(
    effects: EffectSet, evidence: Evidence | None = None, *, rho: float = DEFAULT_RHO
) -> EffectsCovariance:
    r"""Sampling covariances of effects that share participants.

    An effect is its first arm's statistic less that of its second arm, with contributions `a` to the
    variance; two effects covary by `sum of +-sqrt(a_i a_j) s_ij` over pairs of their arms, with

    - `s = 1` for the same cohort, `sqrt(n_part / n_whole)` for a cohort and a part of it, 0 for others;
    - `a` from the counts (odds ratio, risk ratio, risk difference: exact), else `1 / n` (so that the
      correlation is right where the outcome varies alike in all arms), else equal.

    `rho` stands where the evidence gives no number: for two effects of the same cohorts, for a part of
    unknown size, and for effects of different studies with one registration. Effects of one study without
    common participants have independent sampling errors; what they have in common is for random effects.

    Parameters
    ----------
    effects : EffectSet
    evidence : Evidence, optional
        The tables the effects come from: what is part of what, numbers of participants, registrations.
    rho : float
        0 <= rho < 1.

    Returns
    -------
    EffectsCovariance

    Raises
    ------
    OptionError
        If `rho` is out of range or the effects are not of this evidence.
    NotEstimableError
        If the covariances of a group are not positive definite, as of a whole with all its parts.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> from metasyn.effects.model import Counts, Effect, EffectSet, Route
    >>> route = Route(name="events", grade=1, formula="ln(ad / bc)")
    >>> def trial(dose, x, vi):
    ...     counts = Counts(events_1=x, n_1=50, events_2=10, n_2=50)
    ...     return Effect(label=dose, yi=0.2, vi=vi, route=route, study_id="ax", cohort_id=dose,
    ...                   comparator_id="control", counts=counts)
    >>> rows = [trial("low", 12, 0.234649), trial("high", 20, 0.208333)]
    >>> found = effects_covariance(EffectSet(measure=get_measure("OR"), effects=rows))
    >>> found.covariance.blocks[0].round(4).tolist()
    [[0.2346, 0.125], [0.125, 0.2083]]
    """
    require_correlation("rho", rho, low=0.0)
    groups = dependence_groups(effects, evidence)
    rows = list(effects.effects)
    pairs = []
    correlation = np.eye(effects.k)
    for group in groups.tied:
        arms = _arms([rows[i] for i in group.rows], effects.measure.code, evidence)
        for a, b in combinations(range(len(group.rows)), 2):
            i, j = group.rows[a], group.rows[b]
            found = _pair((i, j), (arms[a], arms[b]), group.ties, evidence, rho)
            if found is not None:
                pairs.append(found)
                correlation[i, j] = correlation[j, i] = found.correlation
    scale = np.sqrt(effects.vi)
    matrix = correlation * np.outer(scale, scale)
    names, clusters = cluster_rows(groups.clusters, effects.k)
    blocks = tuple(matrix[np.ix_(index, index)] for index in clusters)
    require_definite(blocks, names, clusters, _NO_TWO)
    covariance = SamplingCovariance(names=names, clusters=clusters, blocks=blocks)
    return EffectsCovariance(covariance=covariance, groups=groups, pairs=tuple(pairs))


def _arms(rows: Sequence[Effect], code: str, evidence: Evidence | None) -> list[tuple[_Arm, ...]]:
    """The arms of the effects of one group, all with contributions of one kind."""
    sizes = [_sizes(effect, evidence) for effect in rows]
    parts = _counted(rows, code)
    if parts is None and all(n is not None for pair in sizes for n in pair):
        parts = [tuple(1 / n for n in pair if n) for pair in sizes]
    if parts is None:
        parts = [(1.0,) * len(pair) for pair in sizes]
    ids = [(effect.cohort_id, effect.comparator_id) for effect in rows]
    return [
        tuple(
            _Arm(cohort=cohort, sign=1 - 2 * side, part=part, n=n)
            for side, (cohort, part, n) in enumerate(zip(pair[: len(own)], own, counted, strict=True))
        )
        for pair, own, counted in zip(ids, parts, sizes, strict=True)
    ]


def _sizes(effect: Effect, evidence: Evidence | None) -> tuple[int | None, ...]:
    """Participants of the arms, None where unknown."""
    cohorts = {} if evidence is None else evidence.cohorts
    ids = (effect.cohort_id, effect.comparator_id) if effect.comparator_id else (effect.cohort_id,)
    known = [cohorts[i].n if i in cohorts else None for i in ids]
    if effect.counts is not None:
        counted = (effect.counts.n_1, effect.counts.n_2)[: len(ids)]
        known = [k if n is None else n for k, n in zip(known, counted, strict=True)]
    return tuple(n or None for n in known)


def _counted(rows: Sequence[Effect], code: str) -> list[tuple[float, ...]] | None:
    """Contributions of both arms by the counts, with 1/2 added where an effect has it; None without them."""
    parts: list[tuple[float, ...]] = []
    for effect in rows:
        counts = effect.counts
        if code not in _COUNTED or counts is None or counts.events_2 is None or counts.n_2 is None:
            return None
        add = 0.5 if effect.adjustment else 0.0
        events = np.array([counts.events_1, counts.events_2]) + add
        n = np.array([counts.n_1, counts.n_2]) + 2 * add
        if np.any(events <= 0) or np.any(events >= n):
            return None
        parts.append(tuple(arm_variance(code, events=events, n=n).tolist()))
    return parts


def _pair(
    rows: tuple[int, int],
    arms: tuple[tuple[_Arm, ...], tuple[_Arm, ...]],
    ties: Sequence[Tie],
    evidence: Evidence | None,
    rho: float,
) -> PairCorrelation | None:
    """The correlation of two effects; None where their sampling errors are independent."""
    of_both = [tie for tie in ties if set(rows) <= set(tie.rows)]
    if not any(tie.shares_participants for tie in of_both):
        registered = next((tie for tie in of_both if tie.kind == "same registration"), None)
        if registered is None or any(tie.kind == "same study" for tie in of_both):
            return None
        return PairCorrelation(
            rows=rows, correlation=rho, reason=f"{registered.reason}; assumed", assumed=True
        )
    reason = "; ".join(tie.reason for tie in of_both if tie.shares_participants)
    total, assumed = 0.0, all(arm.part == 1.0 for side in arms for arm in side) and len(arms[0]) > 1
    for one in arms[0]:
        for two in arms[1]:
            share = _share(one, two, evidence)
            assumed |= share is None
            total += one.sign * two.sign * math.sqrt(one.part * two.part) * (rho if share is None else share)
    value = total / math.sqrt(sum(arm.part for arm in arms[0]) * sum(arm.part for arm in arms[1]))
    if abs(value) > 1 - 1e-9:
        return PairCorrelation(
            rows=rows,
            correlation=math.copysign(rho, value),
            reason=f"{reason}; the same participants throughout, correlation assumed",
            assumed=True,
        )
    return PairCorrelation(rows=rows, correlation=value, reason=reason, assumed=assumed)


def _share(one: _Arm, two: _Arm, evidence: Evidence | None) -> float | None:
    """Correlation of two arms' statistics; None where one is a part of unknown size."""
    if one.cohort == two.cohort:
        return 1.0
    cohorts = {} if evidence is None else evidence.cohorts
    for part, whole in ((one, two), (two, one)):
        if whole.cohort in ancestors(part.cohort, cohorts):
            if part.n is None or whole.n is None or part.n > whole.n:
                return None
            return math.sqrt(part.n / whole.n)
    return 0.0
