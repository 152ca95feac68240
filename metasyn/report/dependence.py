"""The section on rows that depend on each other: both answers, which rows are tied, what is assumed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metasyn.analysis.dependence import DependentSynthesis
from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult
from metasyn.claims.dependence_conditions import (
    AnswersAgree,
    CorrelationsAssumed,
    DependentRows,
    EstimatesAcross,
    FewDegrees,
    HeadlineIsOtherModel,
)
from metasyn.claims.statement import Statement, Subject, choose, joined
from metasyn.report.blocks import Block, Bullets, Note, Paragraph, Section, TableBlock
from metasyn.report.methods_data import Method
from metasyn.report.phrases import estimate_text, interval_phrase, null_text, result_texts, sentence
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.synthesis.robust import CheResult
from metasyn.synthesis.robust.beside import normal_counterpart
from metasyn.tables.dependence import both_ways_table, rho_table, tied_rows_table
from metasyn.tables.words import counted, measure_word, unit_word
from metasyn.values import NotEstimable
from metasyn.wording import decimal, plain_number, whole

__all__ = ["dependence_methods", "dependence_section", "dependence_statements", "dependent_subject"]


def dependence_section(
    part: OutcomeResult | ApartResult, result: SynthesisResult, slug: str
) -> Section | None:
    """All rows of an outcome by the model for dependent rows, beside one row per cohort.

    Parameters
    ----------
    part : OutcomeResult or ApartResult
    result : SynthesisResult
        Its headline.
    slug : str
        Of the outcome, with what tells apart what is shown apart.

    Returns
    -------
    Section or None
        None where no two rows depend on each other.
    """
    found = part.dependence
    if isinstance(found, NotEstimable):
        return None
    blocks: list[Block] = [Paragraph(_what(part, found))]
    if isinstance(found.result, NotEstimable):
        blocks.append(Note(sentence(found.result.reason), heading="No dependent model", tone="note"))
    else:
        blocks.append(Paragraph(joined(dependence_statements(part))))
        blocks.append(TableBlock(both_ways_table(result, found.result, slug=f"{slug}-dependence")))
    level = result.request.level
    tied = tied_rows_table(found.groups, found.pairs, found.added, level=level, slug=f"{slug}-tied-rows")
    blocks.append(TableBlock(tied))
    if found.redundant:
        blocks.append(Paragraph("", lead="Not pooled, because other rows say the same."))
        blocks.append(
            Bullets(
                tuple(
                    sentence(
                        f"{row.label}{', which the headline has' if row.in_headline else ''}: {row.reason}"
                    )
                    for row in found.redundant
                )
            )
        )
    if isinstance(found.result, CheResult) and len(found.result.sensitivity) > 1:
        blocks.append(TableBlock(rho_table(found.result, slug=f"{slug}-correlations")))
    shares = bool(found.pairs or found.redundant)
    heading = "Cohorts that share patients" if shares else "Several cohorts of one study"
    return Section(anchor=f"dependence-{slug}", heading=heading, blocks=tuple(blocks))


def _what(part: OutcomeResult | ApartResult, found: DependentSynthesis) -> str:
    """How many rows are tied, and what the headline and the dependent model do with them."""
    measure, redundant = part.effects.measure, len(found.redundant)
    every = found.effects.k + redundant
    tied = sum(len(group.rows) for group in found.groups.tied) + redundant
    left = len(found.added) + sum(not row.in_headline for row in found.redundant)
    which = "All" if tied == every else f"{whole(tied)} of the"
    groups = counted(len(found.groups.tied), "group")
    text = (
        f"{which} {whole(every)} {unit_word(measure, 2)} with a result are tied to others, in {groups}: by "
        "the participants they share or by the study they come from. The headline "
    )
    if left:
        text += f"leaves {whole(left)} of them out, so that no participant counts twice, and "
    text += f"takes {'the other ' if left else 'all '}{whole(every - left)} as independent of each other."
    if isinstance(found.result, NotEstimable):
        return text
    rows = "every row that others do not imply" if redundant else "every row"
    return f"{text} The dependent model uses {rows} and allows for what rows have in common."


def dependent_subject(part: OutcomeResult | ApartResult) -> Subject | None:
    """What the sentences on dependent rows are held against; None where there is no dependent model."""
    found = part.dependence
    if isinstance(found, NotEstimable) or isinstance(part.synthesis, NotEstimable):
        return None
    if isinstance(found.result, NotEstimable):
        return None
    return Subject(result=part.synthesis, dependent=found.result)


def dependence_statements(part: OutcomeResult | ApartResult) -> tuple[Statement, ...]:
    """What the dependent model finds, whether its answer differs, and what hangs on the assumption.

    Parameters
    ----------
    part : OutcomeResult or ApartResult

    Returns
    -------
    tuple of Statement
        Empty where no two rows depend on each other, or there is no model for them.
    """
    subject = dependent_subject(part)
    if subject is None or subject.dependent is None:
        return ()
    return (
        _opening(subject.result, subject.dependent),
        *_same_model(subject.result),
        *choose(_verdicts(subject.result, subject.dependent), subject),
        *choose(_assumptions(subject.dependent), subject),
    )


def _opening(result: SynthesisResult, dependent: CheResult) -> Statement:
    """Both estimates."""
    measure = result.effects.measure
    value, interval = result_texts(result)
    text = (
        f"With all {whole(dependent.k)} rows in {counted(dependent.n_clusters, 'independent group')} the "
        f"{measure_word(measure)} is {estimate_text(dependent.estimate, measure)} "
        f"({interval_phrase(dependent.ci, measure)}), with one row per cohort {value} ({interval})."
    )
    return Statement(text=text, conditions=(DependentRows(rows=dependent.k, groups=dependent.n_clusters),))


def _same_model(result: SynthesisResult) -> Iterator[Statement]:
    """Where the headline is another kind of model: what one row per cohort gives by the same one."""
    found = normal_counterpart(result)
    if found is not None:
        measure = result.effects.measure
        text = (
            "The two are also different kinds of model. Like the dependent model, but with one row per "
            f"cohort, random effects give {estimate_text(found.estimate, measure)} "
            f"({interval_phrase(found.ci, measure)}): only what differs from that comes of the dependence."
        )
        yield Statement(text=text, conditions=(HeadlineIsOtherModel(estimate=found.estimate),))


def _verdicts(result: SynthesisResult, dependent: CheResult) -> Iterator[Statement]:
    """Whether the answer differs; where the robust interval is not to be relied on, that nobody can say."""
    df = dependent.df
    if isinstance(df, NotEstimable):
        return
    degrees = (
        f"The dependent model has {decimal(df, 1)} degrees of freedom. With fewer than 4 its interval is not "
        "to be relied on, so these rows cannot tell whether the answer would be another one; the headline "
        "stands."
    )
    yield Statement(text=degrees, conditions=(FewDegrees(few=True),))
    enough = FewDegrees(few=False)
    null = null_text(result.effects.measure)
    places = {"below": f"lies below {null}", "above": f"lies above {null}", "both": f"includes {null}"}
    own, other = (places.get(side(ci, result.effects.measure)) for ci in (result.ci, dependent.ci))
    if own is None or other is None:
        same = "The answer is the same: each of the two estimates lies in the interval of the other."
        differs = "The answer differs: one of the two estimates lies outside the interval of the other."
    else:
        same = f"The answer is the same: each of the two intervals {own}."
        differs = f"The answer differs: the interval of the headline {own}, that of all rows {other}."
    yield Statement(text=same, conditions=(enough, AnswersAgree(agree=True)))
    yield Statement(text=differs, conditions=(enough, AnswersAgree(agree=False)))


def _assumptions(dependent: CheResult) -> Iterator[Statement]:
    """What is assumed about correlations, and how far the estimate depends on it."""
    correlated = any(
        block.any(where=~np.eye(len(block), dtype=bool)) for block in dependent.covariance.blocks
    )
    told = "No correlation of sampling errors had to be assumed: " + (
        "it follows from the numbers of participants in common."
        if correlated
        else "no two of the rows are known to have participants in common."
    )
    yield Statement(text=told, conditions=(CorrelationsAssumed(assumed=False),))
    tried = [
        (at.rho, at.coefficients[0].estimate)
        for at in dependent.sensitivity
        if not isinstance(at.coefficients, NotEstimable)
    ]
    measure = dependent.effects.measure
    low, high = min(x for _, x in tried), max(x for _, x in tried)
    first, last = (estimate_text(x, measure) for x in (low, high))
    across = first if first == last else f"between {first} and {last}"
    text = (
        f"Where the tables do not tell a correlation it is taken to be {plain_number(dependent.spec.rho)}; "
        f"with {plain_number(tried[0][0])} to {plain_number(tried[-1][0])} the estimate is {across}."
    )
    yield Statement(
        text=text, conditions=(CorrelationsAssumed(assumed=True), EstimatesAcross(low=low, high=high))
    )


def dependence_methods(result: AnalysisResult) -> Iterator[Method]:
    """How rows that depend on each other were pooled; nothing where no model was fitted."""
    every = [found for part in result.outcomes for found in (part.dependence, *_apart(part))]
    models = [
        found.result
        for found in every
        if isinstance(found, DependentSynthesis) and isinstance(found.result, CheResult)
    ]
    if not models:
        return
    rho = plain_number(models[0].spec.rho)
    low, high = (plain_number(end(models[0].spec.sensitivity)) for end in (min, max))
    yield Method(
        "Dependent rows.",
        "Rows of one group share participants, a registration or a study. Beside the synthesis of one row "
        "per cohort all of them are pooled by the correlated and hierarchical effects model: sampling errors "
        "correlated as the participants in common tell, random effects of group and row (REML). A "
        f"correlation that the tables do not tell is taken to be {rho}, and {low} to {high} instead. "
        "Standard errors by clusters are bias-reduced (CR2), with Satterthwaite's degrees of freedom, so "
        "that the interval does not rest on the correlations being right",
        ("che", "cr2", "small-sample-rve"),
    )


def _apart(part: OutcomeResult) -> list[DependentSynthesis | NotEstimable]:
    return [other.dependence for other in part.apart]
