"""The part of the methods that is about data: measures, routes, zero cells, single studies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from metasyn.analysis.result import AnalysisResult
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect, EffectSet
from metasyn.report.blocks import Block, Bullets, Paragraph
from metasyn.report.evidence_words import route_statements
from metasyn.report.opening import OVERLAP_WORDS
from metasyn.report.phrases import sentence
from metasyn.report.references import cite
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.words import ROUTE_WORDS
from metasyn.wording import level_text

__all__ = ["Method", "data_methods"]

_ZERO_CELLS = {
    "only0": "one half is added to every cell of a table that contains a zero, and to no other table",
    "all": "one half is added to every cell of every table",
    "if0all": "one half is added to every cell of every table as soon as one of them contains a zero",
    "none": "nothing is added; a table from which the measure cannot be computed is excluded",
}


@dataclass(frozen=True, slots=True)
class Method:
    """One paragraph of the methods with the keys of its literature, and a list after it."""

    lead: str
    text: str
    keys: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """The paragraph with its citations, then the list."""
        text = self.text.rstrip(".")
        cited = f" ({cite(*self.keys)})" if self.keys else ""
        paragraph = Paragraph(f"{text}{cited}{':' if self.items else '.'}", lead=self.lead)
        return (paragraph, Bullets(self.items)) if self.items else (paragraph,)


def _effect_sets(result: AnalysisResult) -> tuple[EffectSet, ...]:
    return tuple(
        effects
        for part in result.outcomes
        for effects in (part.effects, *(other.effects for other in part.apart))
    )


def _effects(result: AnalysisResult) -> tuple[Effect, ...]:
    return tuple(effect for effects in _effect_sets(result) for effect in effects.effects)


def data_methods(result: AnalysisResult) -> Iterator[Method]:
    """How reported figures became effects.

    Parameters
    ----------
    result : AnalysisResult

    Yields
    ------
    Method
    """
    sets = _effect_sets(result)
    measures = {effects.measure.code: effects.measure for effects in sets}
    yield Method("Measures.", _measures_text(measures.values()), ("arcsine",) if "PAS" in measures else ())
    overlap = OVERLAP_WORDS[result.analysis.overlap]
    yield Method("One row per cohort.", sentence(f"no participant counts twice in a synthesis: {overlap}"))
    if _effects(result):
        hazard = "HR" in measures and any(effects.k for effects in sets if effects.measure.code == "HR")
        keys = ("parmar", "tierney") if hazard else ()
        yield Method("Routes.", _routes_text(result), keys, tuple(_routes(result)))
        preferred = tuple(said.text for part in result.outcomes for said in route_statements(part))
        if preferred:
            text = "These come before routes of a better grade, where the figures allow them"
            yield Method("Preferred routes.", text, (), preferred)
    policies = {
        part.outcome.zero_cells: None
        for part in result.outcomes
        if any(effect.counts for effect in part.effects.effects)
    }
    counted = any(
        isinstance(one, SynthesisResult) and one.pooled and one.model == "glmm"
        for part in result.outcomes
        for one in (part.synthesis, *(other.synthesis for other in part.apart))
    )
    for policy in policies:
        text = _ZERO_CELLS[policy]
        if counted and policy != "none":
            text += (
                ". This is for models that pool the effect of every row, for groups pooled by them and for "
                "intervals of heterogeneity that rest on them; mixed models take the counts as they are"
            )
        yield Method("Zero cells.", sentence(text), () if policy == "none" else ("zero",))
    yield _study_intervals(sets, result.analysis.synthesis.level)


def _routes_text(result: AnalysisResult) -> str:
    """By which rule an effect takes its route: what the analysis lists comes before the grade."""
    order = []
    if any(part.outcome.definitions for part in result.outcomes):
        order.append("the definitions of the outcome as the analysis lists them")
    if any(part.outcome.prefer for part in result.outcomes):
        order.append("the routes that the analyst prefers")
    rule = "Every effect took the best route that the printed figures allow"
    if order:
        rule = (
            "Of the routes that the printed figures allow, every effect took the first in this order: "
            f"{', '.join(order)}, the grade"
        )
    return f"{rule}; grade 1 is best"


def _measures_text(measures: Iterable[EffectMeasure]) -> str:
    parts = [
        f"{'proportions' if measure.family == 'proportion' else measure.label + 's'} on the scale of the "
        f"{measure.scale}"
        for measure in measures
    ]
    return f"Analysed were {'; '.join(parts)}. Results are shown on the natural scale"


def _study_intervals(sets: tuple[EffectSet, ...], level: float) -> Method:
    proportions = any(effects.measure.family == "proportion" for effects in sets)
    if proportions:
        text = (
            f"The {level_text(level)} interval of a single proportion is the exact one of Clopper and Pearson"
        )
        return Method("Single studies.", text, ("clopper",))
    text = "its estimate \N{PLUS-MINUS SIGN} z standard errors on the analysis scale"
    printed = any(effect.reported_ci for effects in sets for effect in effects.effects)
    if printed:
        text += "; where a source prints the interval, it is shown as printed"
    return Method("Single studies.", f"The {level_text(level)} interval of a single study is {text}")


def _routes(result: AnalysisResult) -> Iterator[str]:
    seen: dict[str, str] = {}
    for effect in sorted(_effects(result), key=lambda effect: effect.route.grade):
        route = effect.route
        text = f"grade {route.grade}, {ROUTE_WORDS[route.name]}: {route.formula}"
        if route.assumptions:
            text += f" (assuming that {'; '.join(route.assumptions)})"
        seen.setdefault(text, text)
    yield from (sentence(text) for text in seen)
