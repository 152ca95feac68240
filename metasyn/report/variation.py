"""How the result of one outcome moves: other choices, one left out at a time, the order in time."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.analysis.result import AnalysisResult, OutcomeResult, Sensitivity
from metasyn.claims.model_conditions import alternative_of
from metasyn.names import interval_name
from metasyn.report.blocks import Paragraph, Section, TableBlock
from metasyn.report.figures import cumulative_figure, leave_one_out_figure
from metasyn.report.models import USUAL
from metasyn.report.phrases import (
    estimate_text,
    interval_phrase,
    leave_one_out_statements,
    null_text,
    side,
    spread,
)
from metasyn.report.posterior import way_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import Cumulative, CumulativeStep
from metasyn.tables.variation import sensitivity_table
from metasyn.tables.words import counted, unit_of
from metasyn.wording import decimal

__all__ = ["cumulative_section", "leave_one_out_section", "sensitivity_section"]


def leave_one_out_section(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> Section:
    """How far the estimate moves when one effect is left out, and whether its interval changes sides.

    Parameters
    ----------
    part : OutcomeResult
        With `leave_one_out`.
    result : SynthesisResult
        Its main synthesis.
    whole : AnalysisResult
        The analysis it belongs to.

    Returns
    -------
    Section
        The numbers stand in the figure; its table is written as CSV (`document.build_document`).
    """
    runs = [(run.omitted, run.result) for run in part.leave_one_out]
    text = f"Leaving out one at a time, {spread(runs, 'without ')}."
    said = " ".join((text, *(one.text for one in leave_one_out_statements(result, part.leave_one_out))))
    return Section(
        anchor=f"leave-one-out-{part.slug}",
        heading="Leaving out one at a time",
        blocks=(Paragraph(said), leave_one_out_figure(part, result, whole, said)),
    )


def cumulative_section(part: OutcomeResult, steps: Cumulative, whole: AnalysisResult) -> Section:
    """How the result developed as the evidence came in, by the year of the studies.

    Parameters
    ----------
    part : OutcomeResult
    steps : Cumulative
        By year.
    whole : AnalysisResult
        The analysis it belongs to.

    Returns
    -------
    Section
    """
    first, last = steps.steps[0], steps.steps[-1]
    measure = last.result.effects.measure
    start, end = (
        f"{estimate_text(one.result.estimate, measure)} "
        f"({interval_phrase(one.result.ci, measure, interval_name(one.result.ci_method))})"
        for one in (first, last)
    )
    text = (
        f"By the year of publication, the result went from {start} in {_year(first)} to {end} in "
        f"{_year(last)}. Looking again and again finds differences by chance more often than one look: the "
        "intervals are not those of a sequential analysis."
    )
    return Section(
        anchor=f"cumulative-{part.slug}",
        heading="As the evidence came in",
        blocks=(Paragraph(text), cumulative_figure(part, steps, whole, text)),
    )


def _year(step: CumulativeStep) -> str:
    return decimal(step.key, 0) if isinstance(step.key, float) else str(step.key)


def sensitivity_section(part: OutcomeResult, result: SynthesisResult) -> Section:
    """The same question answered in other ways.

    Parameters
    ----------
    part : OutcomeResult
        With `sensitivity`.
    result : SynthesisResult
        Its main synthesis.

    Returns
    -------
    Section
    """
    variants = [(variant.group, variant.label, variant.result) for variant in part.sensitivity]
    return Section(
        anchor=f"sensitivity-{part.slug}",
        heading="Sensitivity to choices",
        blocks=(
            Paragraph(_sensitivity_text(part.sensitivity, result)),
            TableBlock(sensitivity_table(variants, result, slug=f"{part.slug}-sensitivity")),
        ),
    )


def _sensitivity_text(variants: Sequence[Sensitivity], result: SynthesisResult) -> str:
    measure = result.effects.measure
    made = [variant.result for variant in variants if isinstance(variant.result, SynthesisResult)]
    alike = [one for one in made if one.effects.measure.code == measure.code]
    text = f"The same question answered in {counted(len(variants), 'other way')}.{_models_text(made, result)}"
    if not alike:
        return text + _sides_text(made, result) if made else text
    naturals = [(one.natural(one.estimate), one) for one in alike]
    low, high = (pick(naturals, key=lambda pair: pair[0])[1] for pick in (min, max))
    first, last = (estimate_text(one.estimate, one.effects.measure) for one in (low, high))
    others = f"the estimates lie between {first} and {last}" if len(alike) > 1 else f"the estimate is {first}"
    main = estimate_text(result.estimate, measure)
    between = f" On the same measure {others}; the main analysis gives {main}."
    return text + between + _sides_text(made, result)


def _models_text(made: Sequence[SynthesisResult], result: SynthesisResult) -> str:
    """How many of the other ways pool effects and not counts, and what that alone would have given."""
    usual = alternative_of(result, *USUAL)
    other = sum(one.pooled and one.model != result.model for one in made)
    if result.model != "glmm" or usual is None or not other:
        return ""
    return (
        f" {other} of them pool the effects of the {unit_of(result.effects)}, not the counts as the headline "
        f"does, and differ from it by the model as well: random effects alone give {way_text(usual, result)}."
    )


def _sides_text(others: Sequence[SynthesisResult], result: SynthesisResult) -> str:
    """In how many of the other ways the interval has the same place, each by its own value of no effect."""
    main = side(result.ci, result.effects.measure)
    if not main:
        return ""
    agreeing = sum(side(one.ci, one.effects.measure) == main for one in others)
    null = null_text(result.effects.measure)
    claim = f"includes {null}" if main == "both" else f"lies entirely {main} {null}"
    same = "includes no effect" if main == "both" else f"lies entirely {main} no effect"
    count = len(others)
    if agreeing == 0:
        where = "but not in the other result" if count == 1 else f"but in none of the {count} other results"
    elif agreeing == count:
        number = "the other result" if count == 1 else f"all {count} other results"
        where = f"and it {same} in {number}"
    else:
        where = f"and it {same} in {agreeing} of the {count} other results"
    return f" The interval {claim} in the main analysis, {where}."
