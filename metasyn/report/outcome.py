"""The section of one outcome: figure, pooled results, heterogeneity, variations, absolute effects."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult
from metasyn.claims.spread_conditions import ZeroNotExcluded
from metasyn.claims.statement import Subject, joined
from metasyn.report.blocks import Block, Bullets, Note, Paragraph, Section, TableBlock
from metasyn.report.dependence import dependence_section
from metasyn.report.figures import estimators_figure, forest_figure
from metasyn.report.groups import outcome_label, part_names
from metasyn.report.models import apart_statements, mixed_statements, models_figure
from metasyn.report.phrases import (
    headline_sentence,
    heterogeneity_sentences,
    prediction_sentence,
    sentence,
    spread,
)
from metasyn.report.posterior import posterior_section
from metasyn.report.small_study import small_study_blocks, small_study_section
from metasyn.report.variation import cumulative_section, leave_one_out_section, sensitivity_section
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.tables.lists import apart_table
from metasyn.tables.results import alternatives_table, heterogeneity_table
from metasyn.tables.variation import between_text, subgroup_table
from metasyn.tables.words import column_word, counted, unit_of
from metasyn.values import NotEstimable

__all__ = ["outcome_section", "slug_word"]

_FEWEST_FOR_ESTIMATORS = 3


def slug_word(text: str) -> str:
    """A part of a file name: lower case letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()) or "x"


def outcome_section(part: OutcomeResult, whole: AnalysisResult) -> Section:
    """Everything about one outcome but its evidence, which has been shown before.

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
        groups = part.subgroups[0] if part.subgroups else None
        blocks.append(Paragraph(headline_sentence(result, names=names, better=better)))
        if result.model == "glmm":
            blocks.append(Paragraph(joined(mixed_statements(result))))
        blocks.append(forest_figure(part, result, whole, groups, part.slug))
        inner.extend(_sections(part, result, whole))
    for number, other in enumerate(part.apart, start=1):
        # Without a result there is nothing to show: what was found is in the lists of what was left out.
        if isinstance(other.synthesis, SynthesisResult):
            inner.append(_apart(part, other, other.synthesis, number, whole))
    return Section(
        anchor=f"outcome-{part.slug}",
        heading=outcome_label(part),
        blocks=tuple(blocks),
        sections=tuple(inner),
    )


def _sections(part: OutcomeResult, result: SynthesisResult, whole: AnalysisResult) -> Iterator[Section]:
    """What is asked after the result, in the order of PRISMA 2020 (items 20b to 21)."""
    if result.pooled:
        yield _pooled(part, result)
        posterior = posterior_section(part, result)
        if posterior is not None:
            yield posterior
        yield _heterogeneity(part, result)
        for number, groups in enumerate(part.subgroups, start=1):
            yield _subgroup(part, result, groups, number, whole)
        dependence = dependence_section(part, result, part.slug)
        if dependence is not None:
            yield dependence
        small = small_study_section(part, result)
        if small is not None:
            yield small
        if part.sensitivity:
            yield sensitivity_section(part, result)
        if part.leave_one_out:
            yield leave_one_out_section(part, result, whole)
        if part.cumulative is not None:
            yield cumulative_section(part, part.cumulative, whole)
    yield from _absolute(part, whole)


def _absolute(part: OutcomeResult, whole: AnalysisResult) -> Iterator[Section]:
    from metasyn.report.absolute import absolute_section

    section = absolute_section(part, whole)
    if section is not None:
        yield section


def _pooled(part: OutcomeResult, result: SynthesisResult) -> Section:
    blocks: list[Block] = []
    if result.alternatives:
        blocks.append(
            Paragraph(
                f"The row in bold is the headline. The others use the same {unit_of(result.effects)}; they "
                "show how much the choice of model and interval matters."
            )
        )
        blocks.append(TableBlock(alternatives_table(result, slug=f"{part.slug}-alternatives")))
        if result.model in ("glmm", "bayesian"):
            blocks.append(models_figure(part, result))
    else:
        blocks.append(Paragraph(sentence(result.policy.reason), lead="Why this model headlines."))
    # What stands with the heterogeneity is not told twice.
    told = ("test-and-interval-differ",) if ZeroNotExcluded().check(Subject(result=result)).holds else ()
    remarks = [finding.message for finding in result.findings if finding.code not in told]
    if remarks:
        blocks.append(Paragraph("", lead="Remarks of the computation."))
        blocks.append(Bullets(tuple(sentence(message) for message in remarks)))
    return Section(anchor=f"pooled-{part.slug}", heading="Pooled results", blocks=tuple(blocks))


def _heterogeneity(part: OutcomeResult, result: SynthesisResult) -> Section:
    blocks: list[Block] = [
        Paragraph(heterogeneity_sentences(result)),
        Paragraph(prediction_sentence(result)),
    ]
    if not isinstance(result.heterogeneity, NotEstimable):
        blocks.append(TableBlock(heterogeneity_table(result, slug=f"{part.slug}-heterogeneity")))
        if result.k >= _FEWEST_FOR_ESTIMATORS and result.model == "random-effects" and _is_estimated(result):
            blocks.append(estimators_figure(part, result))
    blocks.extend(small_study_blocks(part))
    return Section(
        anchor=f"heterogeneity-{part.slug}", heading="Heterogeneity across cohorts", blocks=tuple(blocks)
    )


def _is_estimated(result: SynthesisResult) -> bool:
    """Whether the between-study variance comes from the data, by one of the estimators."""
    return result.request.tau2 is None and not result.request.tau2_method.startswith("GENQ")


def _subgroup(
    part: OutcomeResult, result: SynthesisResult, groups: SubgroupAnalysis, number: int, whole: AnalysisResult
) -> Section:
    slug = f"{part.slug}-by-{slug_word(groups.by)}"
    blocks: list[Block] = [
        Paragraph(
            f"{counted(len(groups.names), 'group')}; "
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
        blocks.insert(1, forest_figure(part, result, whole, groups, slug, f"{between_text(groups)}."))
    return Section(anchor=f"subgroup-{slug}", heading=f"By {column_word(groups.by)}", blocks=tuple(blocks))


def _apart(
    part: OutcomeResult, other: ApartResult, result: SynthesisResult, number: int, whole: AnalysisResult
) -> Section:
    apart, level = other.apart, whole.analysis.synthesis.level
    slug = f"{part.slug}-apart-{number}"
    table = apart_table(apart.title, other.effects, result, whole.sources, slug=slug, level=level)
    dependence = dependence_section(other, result, slug) if result.pooled else None
    of_model = joined(apart_statements(result))
    return Section(
        anchor=f"apart-{part.slug}-{number}",
        heading=f"Shown apart: {apart.title}",
        blocks=(
            Paragraph(sentence(apart.reason), lead="Why apart."),
            Paragraph(headline_sentence(result, names=part_names(apart), better=part.definition.better)),
            *((Paragraph(of_model),) if of_model else ()),
            TableBlock(table),
        ),
        sections=() if dependence is None else (dependence,),
    )
