"""Effects study by study: what was computed of one is not computed again while nothing of it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from metasyn.analysis.run import pool_outcome
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.effects.measure import get_measure
from metasyn.effects.model import Effect, EffectSet
from metasyn.effects.routes.screening import at_its_time_point
from metasyn.evidence.selection import Evidence, Selection
from metasyn.synthesis.spec import SynthesisSpec

__all__ = ["EffectsByStudy", "keys_by_study", "studies_stand_alone"]

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectsByStudy:
    """Effects of an outcome for one choice of changes after another.

    Attributes
    ----------
    owned : mapping of str to frozenset of str
        Study -> keys of the changed rows that its effects can depend on.
    alone : bool
        Whether the effects of a study depend on no other study, but for the order of definitions and
        the cohorts compared, which are looked up for every choice.
    """

    owned: Mapping[str, frozenset[str]]
    alone: bool
    _known: dict[_Key, tuple[Effect, ...]] = field(default_factory=dict)

    def effects(
        self,
        analysis: Analysis,
        outcome: Outcome,
        evidence: Evidence,
        rows: frozenset[str],
        options: frozenset[str],
    ) -> EffectSet:
        """Effects of one choice, the same as `pool_outcome` gives.

        Parameters
        ----------
        analysis, outcome, evidence
            Of that choice.
        rows, options : frozenset of str
            What of tables and script is as in the new state.

        Returns
        -------
        EffectSet

        Raises
        ------
        OptionError
            If something is named that does not occur in the evidence.
        """
        if not self.alone or outcome.zero_cells == "if0all":
            return _computed(analysis, outcome, evidence)
        keys = self._keys(_selected(analysis, outcome, evidence), rows, options)
        if any(key not in self._known for key in keys.values()):
            made = _computed(analysis, outcome, evidence)
            for study, key in keys.items():
                self._known[key] = tuple(effect for effect in made.effects if effect.study_id == study)
            return made
        found = tuple(effect for key in keys.values() for effect in self._known[key])
        return EffectSet(measure=get_measure(outcome.measure), effects=found)

    def _keys(self, selection: Selection, rows: frozenset[str], options: frozenset[str]) -> dict[str, _Key]:
        """For every study with a target all that its effects depend on."""
        order = tuple(dict.fromkeys(row.definition for row in selection.results))
        words: dict[str, set[str]] = {}
        for row in selection.results:
            words.setdefault(row.study_id, set()).add(row.definition)
        keys: dict[str, _Key] = {}
        for study in dict.fromkeys(target.study_id for target in selection.targets):
            targets = tuple(target for target in selection.targets if target.study_id == study)
            ranked = tuple(word for word in order if word in words.get(study, ()))
            keys[study] = (study, targets, ranked, rows & self.owned.get(study, frozenset()), options)
        return keys


def keys_by_study(changed: Sequence[str], sides: Sequence[Evidence]) -> dict[str, frozenset[str]]:
    """For every study the changed rows that belong to it, and those that belong to none.

    Parameters
    ----------
    changed : sequence of str
        Keys of rows.
    sides : sequence of Evidence
        The old tables and the new ones.

    Returns
    -------
    dict of str to frozenset of str
    """
    wanted = frozenset(changed)
    owners: dict[str, set[str]] = {}
    for side in sides:
        for row in side.results:
            for key in {row.result_id, f"curve:{row.result_id}"} & wanted:
                owners.setdefault(key, set()).add(row.study_id)
        for name, cohort in side.cohorts.items():
            if f"cohort:{name}" in wanted:
                owners.setdefault(f"cohort:{name}", set()).add(cohort.study_id)
        for name in side.studies:
            if f"study:{name}" in wanted:
                owners.setdefault(f"study:{name}", set()).add(name)
    common = wanted - owners.keys()
    found: dict[str, set[str]] = {name: set(common) for side in sides for name in side.studies}
    for key, studies in owners.items():
        for name in studies:
            found[name].add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def studies_stand_alone(outcome: Outcome, sides: Sequence[Evidence]) -> bool:
    """Whether no effect of a study depends on the figures of another.

    A median time takes its unit from all figures of the outcome, and a cohort that is part of one of
    another study shares participants with it.

    Parameters
    ----------
    outcome : Outcome
    sides : sequence of Evidence

    Returns
    -------
    bool
    """
    return get_measure(outcome.measure).family != "time" and all(
        side.cohorts[cohort.part_of].study_id == cohort.study_id
        for side in sides
        for cohort in side.cohorts.values()
        if cohort.part_of in side.cohorts
    )


def _selected(analysis: Analysis, outcome: Outcome, evidence: Evidence) -> Selection:
    """What the effects are about, at the time point of the outcome."""
    found = evidence.select(
        outcome=outcome.outcome,
        contrast=analysis.contrast,
        cohorts=analysis.cohorts,
        studies=analysis.studies,
        same=analysis.same,
        timepoint=outcome.timepoint,
    )
    return at_its_time_point(found, get_measure(outcome.measure))


def _computed(analysis: Analysis, outcome: Outcome, evidence: Evidence) -> EffectSet:
    """Effects alone: how they are pooled is asked later, of each set once."""
    return pool_outcome(replace(analysis, synthesis=SynthesisSpec()), outcome, evidence)[0]
