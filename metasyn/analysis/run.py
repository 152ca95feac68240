"""Running a declared analysis on evidence: a pure function, no file is read or written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from metasyn.analysis.audit import audit
from metasyn.analysis.claims_check import require_analysis_claims
from metasyn.analysis.dependence import DependentSynthesis, dependent_synthesis
from metasyn.analysis.evidence_audit import findings_about
from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult
from metasyn.analysis.sensitivity import sensitivity
from metasyn.analysis.small_study import by_year, small_study
from metasyn.analysis.spec import Analysis, Apart, Outcome
from metasyn.effects import EffectSet, standardise
from metasyn.errors import OptionError
from metasyn.evidence.model import OngoingTrial, ReportedResult, Source
from metasyn.evidence.selection import Evidence, Selection
from metasyn.synthesis import SynthesisResult, SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.model import SubgroupAnalysis
from metasyn.values import NotEstimable
from metasyn.vocabulary import Overlap

__all__ = [
    "evaluate_analysis",
    "ongoing_trials",
    "outcome_slugs",
    "pool_outcome",
    "run_analysis",
    "selections",
]


def selections(analysis: Analysis, evidence: Evidence) -> tuple[Selection, ...]:
    """Everything in the evidence that the analysis looks at, outcome by outcome.

    Parameters
    ----------
    analysis : Analysis
    evidence : Evidence

    Returns
    -------
    tuple of Selection
        For every outcome its own selection, then those of the cohorts shown apart.

    Raises
    ------
    OptionError
        If the analysis names something that does not occur in the evidence.
    """
    asked: list[Analysis | Apart] = [analysis, *analysis.apart]
    return tuple(_select(part, outcome, evidence) for outcome in analysis.outcomes for part in asked)


def run_analysis(analysis: Analysis, evidence: Evidence, name: str) -> AnalysisResult:
    """Select, standardise, pool and vary, for every outcome of an analysis.

    Parameters
    ----------
    analysis : Analysis
        The declaration.
    evidence : Evidence
        Validated tables.
    name : str
        Name of the analysis, the stem of its script.

    Returns
    -------
    AnalysisResult
        Complete; rendering it is the report layer's duty.

    Raises
    ------
    OptionError
        If the analysis names an outcome, group, column or row that does not occur.
    ClaimError
        If a sentence of the script is not true of the results.
    """
    return require_analysis_claims(evaluate_analysis(analysis, evidence, name))


def evaluate_analysis(analysis: Analysis, evidence: Evidence, name: str) -> AnalysisResult:
    """The same as `run_analysis`, whether or not the sentences of the script are true of the results.

    Parameters
    ----------
    analysis : Analysis
    evidence : Evidence
    name : str

    Returns
    -------
    AnalysisResult

    Raises
    ------
    OptionError
        If the analysis names an outcome, group, column or row that does not occur.
    """
    slugs = outcome_slugs(analysis.outcomes)
    outcomes = tuple(
        _run_outcome(analysis, outcome, slug, evidence)
        for outcome, slug in zip(analysis.outcomes, slugs, strict=True)
    )
    external = tuple(_result_by_id(evidence, result_id) for result_id in analysis.external)
    ongoing = ongoing_trials(analysis, evidence)
    return AnalysisResult(
        name=name,
        analysis=analysis,
        outcomes=outcomes,
        external=external,
        sources=_sources(evidence, outcomes, external, ongoing),
        ongoing=ongoing,
        audit=audit(
            evidence, outcomes, findings_about(evidence, selections(analysis, evidence), analysis.external)
        ),
        evidence=evidence,
    )


def pool_outcome(
    analysis: Analysis, outcome: Outcome, evidence: Evidence
) -> tuple[EffectSet, SynthesisResult | NotEstimable]:
    """The effects of one outcome and their main synthesis, without what a report varies.

    Parameters
    ----------
    analysis : Analysis
    outcome : Outcome
        One of its outcomes.
    evidence : Evidence

    Returns
    -------
    tuple of EffectSet and (SynthesisResult or NotEstimable)
        The same as in `run_analysis`.

    Raises
    ------
    OptionError
        If the analysis names something that does not occur in the evidence.
    """
    effects = _effects(analysis, outcome, _select(analysis, outcome, evidence))
    return effects, _pool(effects, analysis.request(outcome))


def _run_outcome(analysis: Analysis, outcome: Outcome, slug: str, evidence: Evidence) -> OutcomeResult:
    selection = _select(analysis, outcome, evidence)
    effects = _effects(analysis, outcome, selection)
    spec = analysis.request(outcome)
    apart = tuple(_run_apart(analysis, part, outcome, evidence) for part in analysis.apart)
    return OutcomeResult(
        slug=slug,
        outcome=outcome,
        definition=selection.outcome,
        effects=effects,
        synthesis=_pool(effects, spec),
        subgroups=_subgroups(effects, spec, analysis.subgroups),
        leave_one_out=leave_one_out(effects, spec) if effects.k >= 3 else (),
        sensitivity=sensitivity(analysis, outcome, selection, effects) if effects.k >= 2 else (),
        cumulative=by_year(effects, spec),
        small_study=small_study(effects, spec),
        apart=tuple(part for part in apart if part.effects.k or part.effects.exclusions),
        dependence=_dependence(analysis, outcome, selection, effects),
    )


def _dependence(
    analysis: Analysis, outcome: Outcome, selection: Selection, effects: EffectSet
) -> DependentSynthesis | NotEstimable:
    every = effects
    if any(exclusion.code == "overlap" for exclusion in effects.exclusions):
        every = _effects(analysis, outcome, selection, overlap="all")
    return dependent_synthesis(effects, every, selection.evidence, level=analysis.synthesis.level)


def _run_apart(analysis: Analysis, part: Apart, outcome: Outcome, evidence: Evidence) -> ApartResult:
    selection = _select(part, outcome, evidence)
    effects = _effects(analysis, outcome, selection)
    return ApartResult(
        apart=part,
        effects=effects,
        synthesis=_pool(effects, analysis.request(outcome)),
        dependence=_dependence(analysis, outcome, selection, effects),
    )


def _select(part: Analysis | Apart, outcome: Outcome, evidence: Evidence) -> Selection:
    return evidence.select(
        outcome=outcome.outcome,
        contrast=part.contrast,
        cohorts=part.cohorts,
        studies=part.studies,
        same=part.same if isinstance(part, Analysis) else (),
        timepoint=outcome.timepoint,
    )


def _effects(
    analysis: Analysis, outcome: Outcome, selection: Selection, overlap: Overlap | None = None
) -> EffectSet:
    return standardise(
        selection,
        measure=outcome.measure,
        definitions=outcome.definitions,
        event_fraction=outcome.event_fraction,
        zero_cells=outcome.zero_cells,
        overlap=overlap or analysis.overlap,
        exclude=analysis.exclude,
        prefer=outcome.prefer,
    )


def _pool(effects: EffectSet, spec: SynthesisSpec) -> SynthesisResult | NotEstimable:
    if effects.k == 0:
        return NotEstimable("no eligible result could be put on the scale of this outcome")
    return pool(effects, spec=spec)


def _subgroups(
    effects: EffectSet, spec: SynthesisSpec, columns: Iterable[str]
) -> tuple[SubgroupAnalysis, ...]:
    found = []
    for column in columns:
        if effects.k < 2 or len(set(effects.column(column))) < 2:
            continue
        groups = pool(effects, spec=spec, by=column).subgroups
        if groups is not None:
            found.append(groups)
    return tuple(found)


def _result_by_id(evidence: Evidence, result_id: str) -> ReportedResult:
    for row in evidence.results:
        if row.result_id == result_id:
            return row
    raise OptionError(f"external={result_id!r} is not the id of a reported result.")


def ongoing_trials(analysis: Analysis, evidence: Evidence) -> tuple[OngoingTrial, ...]:
    """The ongoing trials an analysis shows: those it names, by default all.

    Raises
    ------
    OptionError
        If a registry id does not occur in the evidence.
    """
    if analysis.ongoing is None:
        return evidence.ongoing
    known = {trial.registry_id: trial for trial in evidence.ongoing}
    for registry_id in analysis.ongoing:
        if registry_id not in known:
            raise OptionError(f"ongoing={registry_id!r} is not the registry id of an ongoing trial.")
    return tuple(known[registry_id] for registry_id in dict.fromkeys(analysis.ongoing))


def _sources(
    evidence: Evidence,
    outcomes: Iterable[OutcomeResult],
    external: Iterable[ReportedResult],
    ongoing: Iterable[OngoingTrial],
) -> tuple[Source, ...]:
    used: dict[str, Source] = {}
    for outcome in outcomes:
        for effects in (outcome.effects, *(part.effects for part in outcome.apart)):
            for effect in effects.effects:
                used.update((row.source_id, evidence.sources[row.source_id]) for row in effect.rows)
    for result in external:
        used[result.source_id] = evidence.sources[result.source_id]
    for trial in ongoing:
        if trial.source_id:
            used[trial.source_id] = evidence.sources[trial.source_id]
    return tuple(used.values())


def outcome_slugs(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Safe, unique file name stems of the outcomes, in their order.

    Examples
    --------
    >>> outcome_slugs([Outcome("PFS", "HR"), Outcome("PFS", "HR")])
    ('pfs-hr', 'pfs-hr-2')
    """
    slugs: list[str] = []
    for outcome in outcomes:
        words = f"{outcome.outcome} {outcome.timepoint} {outcome.measure}".lower()
        stem = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
        slug = stem
        while slug in slugs:
            slug = f"{stem}-{1 + sum(s.startswith(stem) for s in slugs)}"
        slugs.append(slug)
    return tuple(slugs)
