"""Small-study effects of one outcome: the funnel, the test that fits the measure, trim and fill."""

from __future__ import annotations

from metasyn.analysis.result import OutcomeResult, SmallStudy
from metasyn.report.blocks import Block, Paragraph, Section
from metasyn.report.figures import funnel_figure
from metasyn.report.phrases import capital, estimate_text, interval_phrase, sentence
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study import RankTest, RegressionTest, TrimFill
from metasyn.tables.words import TEST_WORDS, counted, unit_of
from metasyn.values import NotEstimable
from metasyn.wording import decimal, p_text

__all__ = ["small_study_blocks", "small_study_section"]

_NOT_WHY = (
    "An asymmetric funnel means that small {units} show other results than large ones, not why: reports that "
    "stayed unpublished are one reason, other patients and chance are others. A large p value does not show "
    "that small and large agree."
)


def small_study_blocks(part: OutcomeResult) -> tuple[Block, ...]:
    """Why small-study effects are not looked at, in one sentence; empty where they are."""
    found = part.small_study
    if not isinstance(found, NotEstimable):
        return ()
    return (Paragraph(sentence(f"not examined: {found.reason}"), lead="Small-study effects."),)


def small_study_section(part: OutcomeResult, result: SynthesisResult) -> Section | None:
    """Whether small studies show other results than large ones.

    Parameters
    ----------
    part : OutcomeResult
    result : SynthesisResult
        Its main synthesis.

    Returns
    -------
    Section or None
        None where there are too few effects.
    """
    found = part.small_study
    if isinstance(found, NotEstimable):
        return None
    test, filled = _test_text(found), _trim_fill_text(found.trim_fill)
    blocks: tuple[Block, ...] = (
        Paragraph(f"{test} {_NOT_WHY.format(units=unit_of(result.effects))}"),
        funnel_figure(part, result, found, f"{test} {filled}"),
        Paragraph(filled, lead="Trim and fill, as a sensitivity analysis."),
    )
    return Section(anchor=f"small-study-{part.slug}", heading="Small-study effects", blocks=blocks)


def _test_text(found: SmallStudy) -> str:
    name = capital(TEST_WORDS[found.advice.test])
    test = found.test
    if isinstance(test, NotEstimable):
        return sentence(f"{name} cannot be computed: {test.reason}")
    notes = " ".join(sentence(finding.message) for finding in test.findings)
    text = f"{name} on {counted(test.k, 'result')}: {_statistic(test)}, {p_text(test.pvalue)}."
    return f"{text} {notes}".strip()


def _statistic(test: RegressionTest | RankTest) -> str:
    if isinstance(test, RankTest):
        return f"Kendall's τ = {decimal(test.tau)}"
    if test.df == float("inf"):
        return f"z = {decimal(test.statistic)}"
    return f"t = {decimal(test.statistic)}, df = {decimal(test.df, 0)}"


def _trim_fill_text(found: TrimFill | NotEstimable) -> str:
    if isinstance(found, NotEstimable):
        return sentence(f"it cannot be computed: {found.reason}")
    measure = found.observed.effects.measure
    before, after = (
        f"{estimate_text(one.estimate, measure)} ({interval_phrase(one.ci, measure)})"
        for one in (found.observed, found.result)
    )
    if not found.k0:
        return f"No result had to be added to make the funnel symmetric; the estimate stays {before}."
    added = counted(found.k0, "result")
    return (
        f"To make the funnel symmetric, {added} would have to be added on the {found.side}. With them the "
        f"random-effects estimate is {after} instead of {before}, both with Wald intervals. This asks what "
        "if; it is no better estimate."
    )
