"""The opening of a report: the question, the answers at a glance, what was eligible."""

from __future__ import annotations

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.analysis.spec import Analysis
from metasyn.report.blocks import Block, Bullets, Definitions, KeyResult, Paragraph, Section, TableBlock
from metasyn.report.changes.edition import Edition
from metasyn.report.changes.section import edition_note
from metasyn.report.evidence_words import open_findings_note, preference
from metasyn.report.figures import glance_figure
from metasyn.report.groups import contrast_words, group_words, outcome_label, part_names, rule_words
from metasyn.report.phrases import (
    analyst_sentences,
    capital,
    headline_sentence,
    result_texts,
    sentence,
)
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.results import results_table
from metasyn.tables.words import MODEL_WORDS, column_word, counted, how_many, unit_word
from metasyn.values import NotEstimable
from metasyn.wording import plain_number

__all__ = ["OVERLAP_WORDS", "eligibility_section", "key_result", "outcome_label", "question_section"]

OVERLAP_WORDS = {
    "whole": "where a cohort and a part of it are both reported, the whole cohort is kept",
    "parts": "where a cohort and parts of it are both reported, the parts are kept",
}


def question_section(result: AnalysisResult, edition: Edition | None = None) -> Section:
    """The question, the version of the evidence, the analyst's remarks, the answers at a glance."""
    analysis = result.analysis
    blocks: list[Block] = [Paragraph(analysis.question)]
    if edition is not None:
        blocks.append(edition_note(edition))
    blocks.extend(Paragraph(note) for note in analysis.notes)
    waiting = open_findings_note(result)
    glance: list[Block] = [] if waiting is None else [waiting]
    if analysis.claims:
        text = "Each sentence is bound to the numbers: no report is made while one of them is not true."
        glance.append(Paragraph(text, lead="Conclusions of the analyst."))
        glance.append(Bullets(analyst_sentences(analysis)))
    if _any_credible(result):
        glance.append(Paragraph(_CREDIBLE, lead="Intervals."))
    glance.extend(key_result(part, analysis) for part in result.outcomes)
    if len(result.outcomes) > 1:
        figure = glance_figure(result)
        if figure is not None:
            glance.append(figure)
        rows = [(outcome_label(part), part.synthesis) for part in result.outcomes]
        glance.append(TableBlock(results_table(rows, slug="results")))
    inner = Section(anchor="at-a-glance", heading="Results at a glance", blocks=tuple(glance))
    return Section(anchor="question", heading="Question", blocks=tuple(blocks), sections=(inner,))


_CREDIBLE = (
    "CI is a confidence interval. CrI is a credible interval: given the prior distribution that is named "
    "with it, the value lies in it with the stated probability."
)


def _any_credible(result: AnalysisResult) -> bool:
    """Whether a report shows credible intervals: of a headline, beside it or apart."""
    main = [part.synthesis for part in result.outcomes if isinstance(part.synthesis, SynthesisResult)]
    apart = [other.synthesis for part in result.outcomes for other in part.apart]
    return any(one.beside.bayes for one in main) or any(
        isinstance(one, SynthesisResult) and one.pooled and one.model == "bayesian" for one in apart
    )


def key_result(part: OutcomeResult, analysis: Analysis) -> KeyResult:
    """The headline of one outcome.

    Parameters
    ----------
    part : OutcomeResult
    analysis : Analysis

    Returns
    -------
    KeyResult
        Its `figure` is in words where nothing can be estimated.
    """
    anchor, label, result = f"outcome-{part.slug}", outcome_label(part), part.synthesis
    if isinstance(result, NotEstimable):
        return KeyResult(
            anchor=anchor,
            label=label,
            figure="no result",
            interval="",
            basis="no usable evidence",
            sentence=sentence(result.reason),
        )
    measure = result.effects.measure
    short = "" if measure.family == "proportion" else f"{measure.short} "
    figure, interval = result_texts(result)
    return KeyResult(
        anchor=anchor,
        label=label,
        figure=f"{short}{figure}",
        interval=interval,
        basis=_basis(result),
        sentence=headline_sentence(result, names=part_names(analysis), better=part.definition.better),
    )


def _basis(result: SynthesisResult) -> str:
    if not result.pooled:
        return "1 study, not pooled"
    return f"{how_many(result.effects)}, {MODEL_WORDS[result.model]}"


def eligibility_section(result: AnalysisResult) -> Section:
    """The selection rule in words and what it found, outcome by outcome."""
    analysis = result.analysis
    blocks: list[Block] = [
        Paragraph(
            "Everything below follows from the declared rule and the evidence tables; no result was chosen "
            "by hand except where the list says so."
        ),
        Definitions(_rule(result)),
        Paragraph(lead="Found.", text="What the rule selects for each outcome:"),
        Bullets(tuple(_found(part) for part in result.outcomes)),
    ]
    if analysis.exclude:
        blocks.append(Paragraph(lead="Left out by the analyst.", text="Each with the stated reason:"))
        blocks.append(Bullets(_by_analyst(result)))
    return Section(anchor="eligible", heading="What was eligible", blocks=tuple(blocks))


def _by_analyst(result: AnalysisResult) -> tuple[str, ...]:
    """What the analyst excluded, by name, each once; one that touches nothing here is told apart."""
    excluded = {
        exclusion.label: exclusion.reason
        for part in result.outcomes
        for effects in (part.effects, *(beside.effects for beside in part.apart))
        for exclusion in effects.exclusions
        if exclusion.code == "by-analyst"
    }
    lines = [f"{label}: {sentence(reason)}" for label, reason in excluded.items()]
    idle = {n: why for n, why in result.analysis.exclude.items() if why not in excluded.values()}
    lines += [f"{name}: {sentence(why)} (The rule selects it for no outcome.)" for name, why in idle.items()]
    return tuple(lines)


def _rule(result: AnalysisResult) -> tuple[tuple[str, str], ...]:
    analysis = result.analysis
    items: list[tuple[str, str]] = []
    if analysis.contrast is not None:
        compared, common = contrast_words(analysis.contrast)
        items.append(("Comparison", f"{compared}, within one study"))
        if common:
            items.append(("Both groups", common))
    if analysis.cohorts is not None:
        items.append(("Cohorts", f"{group_words(analysis.cohorts)}, each on its own"))
    if analysis.same:
        same = ", ".join(column_word(name) for name in analysis.same)
        items.append(("Alike in both cohorts", same))
    items.append(("Studies", rule_words(analysis.studies) or "any"))
    items.extend((capital(part.definition.label), _outcome_rule(part)) for part in result.outcomes)
    items.append(("One row per cohort", sentence(OVERLAP_WORDS[analysis.overlap])))
    items.extend((f"Apart: {apart.title}", sentence(apart.reason)) for apart in analysis.apart)
    return tuple(items)


def _outcome_rule(part: OutcomeResult) -> str:
    outcome, measure = part.outcome, part.effects.measure
    parts = [f"{measure.label}, analysed as {measure.scale}"]
    if outcome.timepoint:
        parts.append(f"at {outcome.timepoint}")
    if outcome.definitions:
        parts.append(
            f"preferred definition: {', then '.join(word or 'none stated' for word in outcome.definitions)}"
        )
    if outcome.prefer:
        parts.append(f"preferred routes, before the grade: {preference(part)}")
    if outcome.event_fraction is not None:
        share = f"{plain_number(100 * outcome.event_fraction)}%"
        parts.append(
            f"where only medians are printed, {share} of the participants are assumed to have had the event"
        )
    return sentence("; ".join(parts))


def _found(part: OutcomeResult) -> str:
    effects = part.effects
    left_out = counted(len(effects.exclusions), "exclusion") + ", listed below"
    if effects.k == 0:
        return f"{outcome_label(part)}: nothing usable{'; ' + left_out if effects.exclusions else ''}."
    studies = counted(effects.n_studies, "study", "studies")
    units = f"{counted(effects.k, unit_word(effects.measure, 1))} from {studies}"
    tail = f"; {left_out}" if effects.exclusions else "; nothing was excluded"
    return f"{outcome_label(part)}: {units}{tail}."
