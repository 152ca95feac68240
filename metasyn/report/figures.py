"""The figures of a report: a layout with its caption and, in words and numbers, what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from metasyn.analysis.result import AnalysisResult, OutcomeResult, SmallStudy
from metasyn.report.blocks import FigureBlock
from metasyn.report.groups import favours_labels, outcome_label, part_names
from metasyn.report.phrases import estimate_text, headline_sentence, interval_phrase
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.tables.words import TAU2_WORDS, column_word, counted, how_many, measure_word, unit_of
from metasyn.values import NotEstimable
from metasyn.wording import level_text, tau2_text

if TYPE_CHECKING:
    from metasyn.plots.model import ForestLayout
    from metasyn.synthesis.sensitivity import Cumulative
    from metasyn.vocabulary import Tau2Method

__all__ = [
    "cumulative_figure",
    "estimators_figure",
    "forest_figure",
    "funnel_figure",
    "glance_figure",
    "leave_one_out_figure",
]


def forest_figure(
    part: OutcomeResult,
    result: SynthesisResult,
    whole: AnalysisResult,
    groups: SubgroupAnalysis | None,
    stem: str,
    alt: str = "",
) -> FigureBlock:
    """The forest plot of one outcome, in groups if there are any.

    Parameters
    ----------
    part, result, whole
        The outcome, its synthesis and the analysis.
    groups : SubgroupAnalysis, optional
    stem : str
        Names the files.
    alt : str
        What the figure shows; default the headline.
    """
    grouped = f", by {column_word(groups.by)}" if groups else ""
    words = headline_sentence(result, names=part_names(whole.analysis), better=part.definition.better)
    return FigureBlock(
        layout=_forest(part, result, whole, groups),
        stem=stem,
        caption=f"{outcome_label(part)}: {how_many(result.effects)}{grouped}. {_key(result)}",
        alt=f"Forest plot of {part.definition.label}, {measure_word(result.effects.measure)}. {alt or words}",
    )


def _forest(
    part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult, groups: SubgroupAnalysis | None
) -> ForestLayout:
    from metasyn.plots import forest_layout

    return forest_layout(
        result,
        title="",
        subgroups=groups,
        favours=favours_labels(whole.analysis, part),
        group_labels=part_names(whole.analysis),
    )


def _key(result: SynthesisResult) -> str:
    """How the marks of a forest plot are read."""
    level = level_text(result.request.level)
    text = f"Lines are {level} confidence intervals"
    if not result.pooled:
        return f"{text}."
    text += "; the area of a square is its weight, the diamond the pooled estimate with its interval"
    if not isinstance(result.pi, NotEstimable):
        text += f"; the bar through it is the {level} prediction interval"
    return f"{text}."


def glance_figure(result: AnalysisResult) -> FigureBlock | None:
    """One diamond per outcome; None where fewer than two share an axis.

    The sides are named only where the same side is better for every outcome.
    """
    shown = [part for part in result.outcomes if isinstance(part.synthesis, SynthesisResult)]
    kinds = {(part.effects.measure.family, part.effects.measure.null) for part in shown}
    if len(shown) < 2 or len(kinds) != 1:
        return None
    from metasyn.plots.forest_outcomes import outcomes_forest

    sides = {favours_labels(result.analysis, part) for part in shown}
    sizes = [(part, part.synthesis) for part in shown if isinstance(part.synthesis, SynthesisResult)]
    figures = "; ".join(f"{outcome_label(part)} {_with_interval(one)}" for part, one in sizes)
    layout = outcomes_forest(
        [(_capital(part.effects.outcome or part.definition.label), one) for part, one in sizes],
        favours=sides.pop() if len(sides) == 1 else None,
        axis_label="Proportion, %" if kinds == {("proportion", None)} else "",
    )
    return FigureBlock(
        layout=_counting(layout, [one for _, one in sizes]),
        stem="results",
        caption=f"The pooled results of {counted(len(shown), 'outcome')}.{_sides(result, shown)}",
        alt=f"Forest plot of the pooled results: {figures}.",
    )


def _sides(result: AnalysisResult, shown: list[OutcomeResult]) -> str:
    """Which side is better, where that is not the same for all outcomes."""
    if len({favours_labels(result.analysis, part) for part in shown}) == 1:
        return ""
    words = []
    for better in ("lower", "higher"):
        names = dict.fromkeys(part.definition.label for part in shown if part.definition.better == better)
        if names:
            words.append(f"{better} is better for {', '.join(names)}")
    return f" {_capital('; '.join(words))}." if words else ""


def leave_one_out_figure(
    part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult, text: str
) -> FigureBlock:
    """The result without each effect; `text` says how far it moves."""
    from metasyn.plots.forest_leave_one_out import leave_one_out_forest

    layout = leave_one_out_forest(result, part.leave_one_out, favours=favours_labels(whole.analysis, part))
    return FigureBlock(
        layout=_counting(layout, [result]),
        stem=f"{part.slug}-leave-one-out",
        caption=(
            f"{outcome_label(part)}: every line is the result without one {unit_of(result.effects, 1)}, the "
            "diamond that of all."
        ),
        alt=f"Forest plot of {part.definition.label}, leaving out one at a time. {text}",
    )


def cumulative_figure(
    part: OutcomeResult, steps: Cumulative, whole: AnalysisResult, text: str
) -> FigureBlock:
    """The result as the effects enter by year; `text` says how it developed."""
    from metasyn.plots.forest_cumulative import cumulative_forest

    unit = _capital(unit_of(steps.steps[-1].result.effects, 1))
    favours = favours_labels(whole.analysis, part)
    layout = cumulative_forest(steps, favours=favours, label_header=f"{unit} added", key_header="Year")
    return FigureBlock(
        layout=_counting(layout, [steps.steps[-1].result]),
        stem=f"{part.slug}-cumulative",
        caption=f"{outcome_label(part)}: every line is the result with all that was known by then.",
        alt=f"Cumulative forest plot of {part.definition.label}, by year. {text}",
    )


def estimators_figure(part: OutcomeResult, result: SynthesisResult) -> FigureBlock:
    """Between-study variance and pooled estimate under every estimator of the sensitivity analysis."""
    from metasyn.plots.charts.estimators import estimators_layout

    others = [
        (cast("Tau2Method", one.label), one.result)
        for one in part.sensitivity
        if one.label in TAU2_WORDS and isinstance(one.result, SynthesisResult)
    ]
    named = [(result.request.tau2_method, result), *others]
    text = "; ".join(
        f"{name}: τ² = {tau2_text(one.heterogeneity.tau2.value)}, {_with_interval(one)}"
        for name, one in named
        if not isinstance(one.heterogeneity, NotEstimable)
    )
    return FigureBlock(
        layout=estimators_layout(result, [name for name, _ in named]),
        stem=f"{part.slug}-estimators",
        caption=f"{outcome_label(part)}: τ² and the pooled result under other estimators of τ².",
        alt=f"τ² and pooled results of {part.definition.label}. {text}.",
    )


def funnel_figure(part: OutcomeResult, result: SynthesisResult, found: SmallStudy, text: str) -> FigureBlock:
    """The contour-enhanced funnel, with what trim and fill adds; `text` gives the test."""
    from metasyn.plots.charts.funnel import funnel_layout

    contours = result.effects.measure.null is not None

    filled = None if isinstance(found.trim_fill, NotEstimable) else found.trim_fill
    hollow = "; hollow marks are what trim and fill adds" if filled is not None and filled.k0 else ""
    return FigureBlock(
        layout=funnel_layout(result, contours=contours, trim_fill=filled),
        stem=f"{part.slug}-funnel",
        caption=f"{outcome_label(part)}: {'contour-enhanced ' if contours else ''}funnel plot{hollow}.",
        alt=f"Funnel plot of {part.definition.label}, {counted(result.k, 'result')}. {text}",
    )


def _counting(layout: ForestLayout, results: Sequence[SynthesisResult]) -> ForestLayout:
    """The layout with its column of numbers headed by what is counted: studies, comparisons, cohorts."""
    words = {unit_of(one.effects) for one in results}
    header = _capital(words.pop()) if len(words) == 1 else "Results"
    columns = tuple(replace(one, header=header) if one.key == "k" else one for one in layout.columns)
    return replace(layout, columns=columns)


def _with_interval(result: SynthesisResult) -> str:
    measure = result.effects.measure
    return f"{estimate_text(result.estimate, measure)} ({interval_phrase(result.ci, measure)})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
