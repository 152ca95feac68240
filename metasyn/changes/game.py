"""What one outcome would be with any choice of the changes, each computed once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from metasyn.analysis.run import pool_outcome
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.changes.by_study import EffectsByStudy, keys_by_study, studies_stand_alone
from metasyn.changes.hybrid import Blend, blend_analysis
from metasyn.changes.model import Cause
from metasyn.changes.outcome_pairs import OutcomePair
from metasyn.changes.renamed import Identity, under
from metasyn.changes.row_causes import ORDER
from metasyn.changes.standing import Point, nothing, point_of
from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.pool import pool
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import NotEstimable

__all__ = ["EvidenceGame", "Game", "point"]


class Game(Protocol):
    """Causes, and what an outcome is with any of them.

    A choice of causes is a whole number: bit i is set if cause i is chosen. With none the outcome is as
    it was, with all as it is now, exactly.
    """

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes that can be chosen."""

    @property
    def ends(self) -> tuple[Point, Point]:
        """The outcome as it was and as it is now."""

    def at(self, choice: int) -> Point:
        """The outcome with a choice of causes."""


def point(analysis: Analysis, outcome: Outcome, evidence: Evidence) -> Point:
    """One outcome of an analysis, as `run_analysis` computes it.

    Parameters
    ----------
    analysis : Analysis
    outcome : Outcome
    evidence : Evidence

    Returns
    -------
    Point

    Raises
    ------
    OptionError
        If the analysis names something that does not occur in the evidence.
    """
    effects, synthesis = pool_outcome(analysis, outcome, evidence)
    return point_of(effects, synthesis, level=analysis.synthesis.level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvidenceGame:
    """The game of one outcome of which tables and script are known on both sides.

    Attributes
    ----------
    causes : tuple of Cause
        Those that could bear on the outcome.
    ends : tuple of Point
        The outcome of the old state and of the new one, as they are.
    blend : Blend
    old, new : Analysis
    pair : OutcomePair
    names : mapping
        Effects that were renamed: identity now -> identity before.
    """

    causes: tuple[Cause, ...]
    ends: tuple[Point, Point]
    blend: Blend
    old: Analysis
    new: Analysis
    pair: OutcomePair
    names: Mapping[Identity, Identity] = field(default_factory=dict)
    _points: dict[int, Point] = field(default_factory=dict)
    _effects: EffectsByStudy = field(init=False)
    _made: dict[frozenset[str], EffectSet] = field(default_factory=dict)
    _pooled: dict[tuple[object, ...], Point] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sides = self.blend.old, self.blend.new
        changed = [key for cause in self.causes for key in _keys(cause)]
        alone = self.pair.new is not None and studies_stand_alone(self.pair.new, sides)
        made = EffectsByStudy(owned=keys_by_study(changed, sides), alone=alone)
        object.__setattr__(self, "_effects", made)

    def at(self, choice: int) -> Point:
        """The outcome with a choice of causes; where nothing can be formed, a standing that says why."""
        if choice in (0, (1 << len(self.causes)) - 1):
            return self.ends[choice > 0]
        if choice not in self._points:
            self._points[choice] = self._computed(choice)
        return self._points[choice]

    def _computed(self, choice: int) -> Point:
        chosen = [cause for i, cause in enumerate(self.causes) if choice >> i & 1]
        rows = self._neutral() | {key for cause in chosen for key in _keys(cause)}
        options = {edit.where for cause in chosen for edit in cause.options}
        try:
            effects, spec = self._standardised(rows, options)
            return self._point(effects, spec)
        except (OptionError, NotEstimableError) as error:
            measure = self.ends[0].measure
            return Point(
                standing=nothing(
                    NotEstimable(str(error).rstrip(".")), get_measure(measure).null, self.old.synthesis.level
                ),
                rows=(),
                measure=measure,
            )

    def _neutral(self) -> frozenset[str]:
        """Changed rows that no number depends on: as in the new tables."""
        return self.blend.changed - {key for cause in self.causes for key in _keys(cause)}

    def _standardised(
        self, rows: frozenset[str], options: Collection[str]
    ) -> tuple[EffectSet, SynthesisSpec]:
        """Effects, which do not depend on the options of the synthesis, and these options."""
        evidence = self.blend.evidence(rows)
        analysis, outcome = blend_analysis(self.old, self.new, self.pair, options, evidence)
        of_effects = frozenset(path for path in options if not path.startswith("synthesis."))
        key = rows | of_effects
        if key not in self._made:
            self._made[key] = self._effects.effects(analysis, outcome, evidence, rows, of_effects)
        return self._made[key], analysis.request(outcome)

    def _point(self, effects: EffectSet, spec: SynthesisSpec) -> Point:
        """The same effects under the same options are pooled once; their groups may be others."""
        about = tuple((e.study_id, e.cohort_id, e.comparator_id, e.label, e.counts) for e in effects.effects)
        key = (effects.yi.tobytes(), effects.vi.tobytes(), about, spec)
        if key not in self._pooled:
            made = point_of(effects, pool(effects, spec=spec), level=spec.level)
            self._pooled[key] = under(made, self.names)
        return replace(self._pooled[key], effects=effects)


def _keys(cause: Cause) -> tuple[str, ...]:
    """What of the tables is as in the new state where a cause is chosen."""
    return (ORDER,) if cause.id == ORDER else tuple(row.key for row in cause.rows)
