"""The section on absolute effects: what the relative effect means in numbers of people."""

from __future__ import annotations

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.claims.absolute_conditions import DifferenceLies, HasAbsoluteEffect
from metasyn.claims.statement import Statement, Subject, choose
from metasyn.names import interval_name
from metasyn.report.blocks import Block, Bullets, Paragraph, Section, TableBlock
from metasyn.report.groups import part_names
from metasyn.report.phrases import capital, sentence
from metasyn.synthesis.absolute import AbsoluteEffect, absolute_effect
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.absolute import absolute_table, difference_words, people
from metasyn.values import NotEstimable
from metasyn.vocabulary import NullPlace
from metasyn.wording import level_text, per_thousand

__all__ = ["absolute_section", "absolute_statements"]


def absolute_section(part: OutcomeResult, whole: AnalysisResult) -> Section | None:
    """The effect of one outcome in numbers of people, at every baseline risk its script states.

    Parameters
    ----------
    part : OutcomeResult
    whole : AnalysisResult
        The analysis it belongs to.

    Returns
    -------
    Section or None
        None where the script states no baseline risk, or there is no result.
    """
    result, baselines = part.synthesis, part.outcome.baselines
    if isinstance(result, NotEstimable) or not baselines:
        return None
    names = _names(whole)
    rows = [(baseline, absolute_effect(result, baseline)) for baseline in baselines]
    said = [statement.text for statement in absolute_statements(part, whole)]
    table = absolute_table(
        rows,
        result,
        names=names,
        caption=f"{capital(part.definition.label)}: people in 1,000",
        slug=f"{part.slug}-absolute",
    )
    blocks: list[Block] = [Paragraph(said[0]) if len(said) == 1 else Bullets(tuple(said))]
    blocks += [TableBlock(table), Paragraph(_method(part, names[1]))]
    return Section(anchor=f"absolute-{part.slug}", heading="Absolute effects", blocks=tuple(blocks))


def absolute_statements(part: OutcomeResult, whole: AnalysisResult) -> tuple[Statement, ...]:
    """One sentence per baseline risk, bound to the interval of the difference.

    Parameters
    ----------
    part : OutcomeResult
    whole : AnalysisResult

    Returns
    -------
    tuple of Statement
        Empty where no baseline risk is stated or there is no result.
    """
    if isinstance(part.synthesis, NotEstimable):
        return ()
    return tuple(
        statement
        for baseline in part.outcome.baselines
        for statement in _about(part.synthesis, baseline, _names(whole), _event(part))
    )


def _about(
    result: SynthesisResult, baseline: BaselineRisk, names: tuple[str, str], event: str
) -> tuple[Statement, ...]:
    effect = absolute_effect(result, baseline)
    if isinstance(effect, NotEstimable):
        text = sentence(f"{_lead(baseline)}no absolute effect can be stated: {effect.reason}")
        return (Statement(text=text, conditions=(HasAbsoluteEffect(baseline=baseline, exists=False),)),)
    known = HasAbsoluteEffect(baseline=baseline)
    text = _numbers(effect, names, event, interval_name(result.ci_method))
    if isinstance(effect.difference_ci, NotEstimable):
        return (Statement(text=f"{text}.", conditions=(known,)),)
    places: tuple[tuple[NullPlace, str], ...] = (
        ("below", ""),
        ("above", ""),
        ("includes", "; the interval includes no difference"),
    )
    candidates = (
        Statement(text=f"{text}{tail}.", conditions=(known, DifferenceLies(baseline=baseline, place=place)))
        for place, tail in places
    )
    return choose(candidates, Subject(result=result))


def _numbers(effect: AbsoluteEffect, names: tuple[str, str], event: str, kind: str) -> str:
    """`In 1,000 people, 68 with B and 153 (95% CI 77 to 305) with A are expected to have the event: ...`."""
    baseline, (first, second) = effect.baseline, names
    without = people(baseline.risk, baseline.interval)
    with_it = per_thousand(effect.risk_with)
    if not isinstance(effect.risk_with_ci, NotEstimable):
        low, high = (per_thousand(bound) for bound in (effect.risk_with_ci.low, effect.risk_with_ci.high))
        with_it += f" ({level_text(effect.risk_with_ci.level)} {kind} {low} to {high})"
    if baseline.of == "event-free":
        happens = f"to be without the event ({event}) at {baseline.by}"
    else:
        happens = f"to have the event ({event})" + (f" by {baseline.by}" if baseline.by else "")
    text = (
        f"{_lead(baseline)}in 1,000 people, {without} with {second} and {with_it} with {first} are expected "
        f"{happens}: {difference_words(effect)}"
    )
    return capital(text)


def _lead(baseline: BaselineRisk) -> str:
    return f"{baseline.label}: " if baseline.label else ""


def _event(part: OutcomeResult) -> str:
    """What counts as the event: the definition of the outcome, without the time to it."""
    description = part.definition.description.rstrip(".")
    return description.removeprefix("time to ") or part.definition.label


def _method(part: OutcomeResult, second: str) -> str:
    text = (
        f"The baseline risk is that with {second}. It was stated, not estimated here; the relative "
        "effect is taken to be the same at every baseline risk."
    )
    if part.outcome.measure == "HR":
        text += " The hazards are taken to be proportional up to the time stated (GRADE guidelines 27)."
    return text


def _names(whole: AnalysisResult) -> tuple[str, str]:
    return part_names(whole.analysis) or ("the intervention", "the comparator")
