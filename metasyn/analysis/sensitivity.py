"""The same question answered other ways: estimator, scale, route, assumption, overlap rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from metasyn.analysis.result import Sensitivity
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.effects import EffectSet, get_measure, standardise
from metasyn.effects.routes.measure_routes import routes_of
from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Selection
from metasyn.synthesis import SynthesisResult, SynthesisSpec, pool
from metasyn.synthesis.policy_models import model_first
from metasyn.values import NotEstimable
from metasyn.vocabulary import Measure, Overlap, RouteName, Tau2Method, choices
from metasyn.wording import percent_text

__all__ = ["sensitivity"]

# The estimators in common use; variants of these differ from them by less than these do from each other.
_ESTIMATORS: tuple[Tau2Method, ...] = ("REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ")
# The measures that answer the same question from the same figures.
_OTHER_MEASURES: dict[Measure, tuple[Measure, ...]] = {
    "RR": ("OR", "RD"),
    "OR": ("RR", "RD"),
    "RD": ("RR", "OR"),
    "PLO": ("PAS",),
    "PAS": ("PLO",),
    "PR": ("PLO", "PAS"),
}
_OTHER_FRACTIONS = (0.5, 1.0)


def sensitivity(
    analysis: Analysis, outcome: Outcome, selection: Selection, effects: EffectSet
) -> tuple[Sensitivity, ...]:
    """Every variant that applies to this outcome, each pooled anew.

    Parameters
    ----------
    analysis, outcome
        The declaration that made `effects`.
    selection : Selection
        What `effects` were standardised from.
    effects : EffectSet
        The main analysis.

    Returns
    -------
    tuple of Sensitivity
        Grouped by what is varied; empty where nothing applies.
    """

    def again(**changes: object) -> EffectSet:
        measure = str(changes.get("measure", outcome.measure))
        kept = {"prefer": [name for name in outcome.prefer if name in routes_of(measure)], **changes}
        varied = replace(outcome, **{k: v for k, v in kept.items() if k != "overlap"})  # type: ignore[arg-type]
        overlap: Overlap = changes.get("overlap", analysis.overlap)  # type: ignore[assignment]
        return standardise(
            selection,
            measure=varied.measure,
            definitions=varied.definitions,
            event_fraction=varied.event_fraction,
            zero_cells=varied.zero_cells,
            overlap=overlap,
            exclude=analysis.exclude,
            prefer=varied.prefer,
        )

    spec = analysis.request(outcome)
    return (
        *_estimators(effects, spec),
        *_intervals(effects, spec),
        *_measures(again, outcome, spec),
        *_routes(effects, spec),
        *_other_routes(again, effects, outcome, spec),
        *_fractions(again, effects, outcome, spec),
        *_overlap(again, effects, analysis, spec, selection.evidence.cohorts),
    )


def _pool(effects: EffectSet, spec: SynthesisSpec) -> SynthesisResult | NotEstimable:
    return pool(effects, spec=spec) if effects.k else NotEstimable("no effect remains")


def _estimators(effects: EffectSet, spec: SynthesisSpec) -> Iterator[Sensitivity]:
    """Other estimators of tau2, wherever tau2 decides the headline."""
    if effects.k < 3 or spec.model in ("common-effect", "bayesian") or spec.tau2 is not None:
        return
    group, own, base = "between-study variance", str(spec.tau2_method), spec
    if model_first(spec, effects.measure, effects.k) == "glmm":
        # The mixed model has one estimator; these are of the normal-normal model beside it.
        group, own = "between-study variance, logit normal-normal model", ""
        base = spec.update(model="random-effects", ci_method=None)
    for method in _ESTIMATORS:
        if method != own:
            result = pool(effects, spec=base.update(tau2_method=method))
            yield Sensitivity(group=group, label=method, result=result)


def _intervals(effects: EffectSet, spec: SynthesisSpec) -> Iterator[Sensitivity]:
    """The common-effect model where the headline is a random-effects one."""
    if effects.k >= 3 and spec.model != "common-effect":
        result = pool(effects, spec=spec.update(model="common-effect", ci_method=None, tau2=None))
        # Beside a mixed model of counts it differs in more than the heterogeneity that it leaves out.
        counts = model_first(spec, effects.measure, effects.k) == "glmm"
        group = f"model, normal-normal on the scale of the {effects.measure.scale}" if counts else "model"
        yield Sensitivity(group=group, label="common-effect", result=result)


def _measures(
    again: Callable[..., EffectSet], outcome: Outcome, spec: SynthesisSpec
) -> Iterator[Sensitivity]:
    for code in _OTHER_MEASURES.get(outcome.measure, ()):
        measure = get_measure(code)
        label = measure.scale if measure.family == "proportion" else measure.label
        yield Sensitivity(group="effect measure", label=label, result=_pool(again(measure=code), spec))


def _routes(effects: EffectSet, spec: SynthesisSpec) -> Iterator[Sensitivity]:
    """Only the better routes, leaving out the weakest grade step by step."""
    grades = sorted({effect.route.grade for effect in effects.effects})
    for worst in reversed(grades[:-1]):
        kept = [i for i, effect in enumerate(effects.effects) if effect.route.grade <= worst]
        yield Sensitivity(group="route", label=_kept(effects, kept), result=_pool(effects.take(kept), spec))


def _kept(effects: EffectSet, kept: Sequence[int]) -> str:
    """The routes of some effects: by name, or by those left out where these are fewer."""
    used = dict.fromkeys(effects.effects[i].route.name for i in kept)
    gone = dict.fromkeys(e.route.name for e in effects.effects if e.route.name not in used)
    if len(gone) < len(used):
        return "without " + "; ".join(gone)
    return "only from " + "; ".join(used)


def _other_routes(
    again: Callable[..., EffectSet], effects: EffectSet, outcome: Outcome, spec: SynthesisSpec
) -> Iterator[Sensitivity]:
    """Each route that the figures offer beside the one taken, wherever they offer it."""
    offered = {name for effect in effects.effects for name in effect.other_routes}
    for name in (name for name in choices(RouteName) if name in offered):
        varied = again(prefer=(name, *(other for other in outcome.prefer if other != name)))
        if varied.k == effects.k and (varied.yi == effects.yi).all() and (varied.vi == effects.vi).all():
            continue
        label = f"{name}, wherever the figures allow it"
        yield Sensitivity(group="route", label=label, result=_pool(varied, spec))


def _fractions(
    again: Callable[..., EffectSet], effects: EffectSet, outcome: Outcome, spec: SynthesisSpec
) -> Iterator[Sensitivity]:
    if not any(effect.route.name == "medians and assumed events" for effect in effects.effects):
        return
    for fraction in _OTHER_FRACTIONS:
        if fraction != outcome.event_fraction:
            yield Sensitivity(
                group="assumed share of participants with the event",
                label=percent_text(fraction, 0),
                result=_pool(again(event_fraction=fraction), spec),
            )


def _overlap(
    again: Callable[..., EffectSet],
    effects: EffectSet,
    analysis: Analysis,
    spec: SynthesisSpec,
    cohorts: Mapping[str, Cohort],
) -> Iterator[Sensitivity]:
    if not any(exclusion.code == "overlap" for exclusion in effects.exclusions):
        return
    other: Overlap = "parts" if analysis.overlap == "whole" else "whole"
    varied = again(overlap=other)
    whole, parts = (effects, varied) if other == "parts" else (varied, effects)
    if not _parts_make_up_the_whole(parts, whole, cohorts):
        return
    label = "parts instead of whole cohorts" if other == "parts" else "whole cohorts instead of their parts"
    yield Sensitivity(group="one row per cohort", label=label, result=_pool(varied, spec))


def _parts_make_up_the_whole(parts: EffectSet, whole: EffectSet, cohorts: Mapping[str, Cohort]) -> bool:
    """Whether the parts hold at least half of the participants of every whole they stand for.

    A small subgroup in the place of its trial does not answer the same question.
    """
    there = {c for e in parts.effects for c in (e.cohort_id, e.comparator_id) if c}
    for replaced in {c for e in whole.effects for c in (e.cohort_id, e.comparator_id) if c} - there:
        sizes = [cohorts[c].n for c in there if replaced in _lineage(c, cohorts)]
        size = cohorts[replaced].n
        if size is None or None in sizes or 2 * sum(n or 0 for n in sizes) < size:
            return False
    return True


def _lineage(cohort_id: str, cohorts: Mapping[str, Cohort]) -> set[str]:
    """The cohort and every larger one that contains it."""
    found: set[str] = set()
    while cohort_id and cohort_id not in found:
        found.add(cohort_id)
        cohort_id = cohorts[cohort_id].part_of
    return found
