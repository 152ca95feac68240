"""The section of one outcome: figure, evidence, pooled results, heterogeneity, variations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult
from metasyn.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section, TableBlock
from metasyn.report.groups import favours_labels, part_names
from metasyn.report.opening import outcome_label
from metasyn.report.phrases import (
    headline_sentence,
    heterogeneity_sentences,
    prediction_sentence,
    sentence,
    spread,
)
from metasyn.report.variation import leave_one_out_section, sensitivity_section
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.tables.evidence import evidence_table
from metasyn.tables.lists import apart_table
from metasyn.tables.results import alternatives_table, heterogeneity_table
from metasyn.tables.variation import between_text, subgroup_table
from metasyn.tables.words import column_word, counted, how_many, measure_word
from metasyn.values import NotEstimable
from metasyn.wording import level_text

if TYPE_CHECKING:
    from metasyn.plots.model import ForestLayout

__all__ = ["outcome_section", "slug_word"]


def slug_word(text: str) -> str:
    """A part of a file name: lower case letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()) or "x"


def outcome_section(part: OutcomeResult, whole: AnalysisResult) -> Section:
    """Everything about one outcome.

    Parameters
    ----------
    part : OutcomeResult
    whole : AnalysisResult
        The analysis it belongs to.

    Returns
    -------
    Section
        With a smaller section for each aspect that applies.
    """
    result = part.synthesis
    blocks: list[Block] = []
    if part.definition.description:
        blocks.append(Paragraph(sentence(part.definition.description), lead="Definition."))
    inner: list[Section] = []
    if isinstance(result, NotEstimable):
        blocks.append(Note(sentence(result.reason), heading="No result", tone="caution"))
    else:
        names, better = part_names(whole.analysis), part.definition.better
        blocks.append(Paragraph(headline_sentence(result, names=names, better=better)))
        blocks.append(_main_figure(part, result, whole))
        inner.append(_evidence(part, result, whole))
        if result.pooled:
            inner.extend(_pooled_sections(part, result, whole))
    inner.extend(_apart(part, other, number, whole) for number, other in enumerate(part.apart, start=1))
    return Section(
        anchor=f"outcome-{part.slug}",
        heading=outcome_label(part),
        blocks=tuple(blocks),
        sections=tuple(inner),
    )


def _pooled_sections(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> list[Section]:
    made = [_pooled(part, result), _heterogeneity(part, result)]
    made.extend(
        _subgroup(part, result, groups, number, whole)
        for number, groups in enumerate(part.subgroups, start=1)
    )
    if part.leave_one_out:
        made.append(leave_one_out_section(part, result))
    if part.sensitivity:
        made.append(sensitivity_section(part, result))
    return made


def _main_figure(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> FigureBlock:
    groups = part.subgroups[0] if part.subgroups else None
    grouped = f", by {column_word(groups.by)}" if groups else ""
    return FigureBlock(
        layout=_layout(part, result, groups, whole),
        stem=part.slug,
        caption=f"{outcome_label(part)}: {how_many(result.effects)}{grouped}. {_figure_key(result)}",
        alt=_alt(part, result, whole),
    )


def _layout(
    part: OutcomeResult, result: SynthesisResult, groups: SubgroupAnalysis | None, whole: AnalysisResult
) -> ForestLayout:
    from metasyn.plots import forest_layout

    return forest_layout(
        result,
        title="",
        subgroups=groups,
        favours=favours_labels(whole.analysis, part),
        group_labels=part_names(whole.analysis),
    )


def _figure_key(result: SynthesisResult) -> str:
    level = level_text(result.request.level)
    text = f"Lines are {level} confidence intervals"
    if not result.pooled:
        return f"{text}."
    text += "; the area of a square is its weight, the diamond the pooled estimate with its interval"
    if not isinstance(result.pi, NotEstimable):
        text += f"; the bar through it is the {level} prediction interval"
    return f"{text}."


def _alt(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> str:
    words = headline_sentence(result, names=part_names(whole.analysis), better=part.definition.better)
    return f"Forest plot of {part.definition.label}, {measure_word(result.effects.measure)}. {words}"


def _evidence(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> Section:
    table = evidence_table(
        part.effects, whole.sources, slug=f"{part.slug}-evidence", level=result.request.level
    )
    return Section(
        anchor=f"evidence-{part.slug}",
        heading="Evidence",
        blocks=(
            Paragraph(
                "Every figure as its source prints it, where it is printed, and the way it took to the "
                "effect that was analysed. Numbers in brackets refer to the list of sources."
            ),
            TableBlock(table),
        ),
    )


def _pooled(part: OutcomeResult, result: SynthesisResult) -> Section:
    blocks: list[Block] = []
    if result.alternatives:
        blocks.append(
            Paragraph(
                "The row in bold is the headline. The others use the same studies; they show how much the "
                "choice of model and interval matters."
            )
        )
        blocks.append(TableBlock(alternatives_table(result, slug=f"{part.slug}-alternatives")))
    else:
        blocks.append(Paragraph(sentence(result.policy.reason), lead="Why this model headlines."))
    if result.findings:
        blocks.append(Paragraph("", lead="Remarks of the computation."))
        blocks.append(Bullets(tuple(sentence(finding.message) for finding in result.findings)))
    return Section(anchor=f"pooled-{part.slug}", heading="Pooled results", blocks=tuple(blocks))


def _heterogeneity(part: OutcomeResult, result: SynthesisResult) -> Section:
    blocks: list[Block] = [
        Paragraph(heterogeneity_sentences(result)),
        Paragraph(prediction_sentence(result)),
    ]
    if not isinstance(result.heterogeneity, NotEstimable):
        blocks.append(TableBlock(heterogeneity_table(result, slug=f"{part.slug}-heterogeneity")))
    return Section(
        anchor=f"heterogeneity-{part.slug}", heading="Heterogeneity across cohorts", blocks=tuple(blocks)
    )


def _subgroup(
    part: OutcomeResult, result: SynthesisResult, groups: SubgroupAnalysis, number: int, whole: AnalysisResult
) -> Section:
    word = column_word(groups.by)
    slug = f"{part.slug}-by-{slug_word(groups.by)}"
    blocks: list[Block] = [
        Paragraph(
            f"{counted(len(groups.names), 'group')}; estimates range from "
            f"{spread(list(zip(groups.names, groups.results, strict=True)))}. {between_text(groups)}."
        ),
        TableBlock(subgroup_table(groups, slug=slug)),
        Paragraph(
            "Groups are compared by the test between them, not by their p values. Studies were not "
            "randomised to groups: anything else that differs between them may explain a difference, and "
            "its absence does not show that the groups are alike."
        ),
    ]
    if number > 1:
        figure = FigureBlock(
            layout=_layout(part, result, groups, whole),
            stem=slug,
            caption=f"{outcome_label(part)}, by {word}. {_figure_key(result)}",
            alt=f"Forest plot of {part.definition.label} by {word}. {between_text(groups)}.",
        )
        blocks.insert(1, figure)
    return Section(anchor=f"subgroup-{slug}", heading=f"By {word}", blocks=tuple(blocks))


def _apart(part: OutcomeResult, other: ApartResult, number: int, whole: AnalysisResult) -> Section:
    apart, level = other.apart, whole.analysis.synthesis.level
    blocks: list[Block] = [Paragraph(sentence(apart.reason), lead="Why apart.")]
    if isinstance(other.synthesis, NotEstimable):
        blocks.append(Paragraph(sentence(other.synthesis.reason)))
    else:
        text = headline_sentence(other.synthesis, names=part_names(apart), better=part.definition.better)
        blocks.append(Paragraph(text))
        slug = f"{part.slug}-apart-{number}"
        table = apart_table(
            apart.title, other.effects, other.synthesis, whole.sources, slug=slug, level=level
        )
        blocks.append(TableBlock(table))
    return Section(
        anchor=f"apart-{part.slug}-{number}", heading=f"Shown apart: {apart.title}", blocks=tuple(blocks)
    )
