"""What a report says of Bayesian results, as headline or beside it: sentences, table of priors, figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from metasyn.analysis.result import OutcomeResult
from metasyn.claims.conditions import IntervalLies, NumberOfEstimates
from metasyn.claims.model_conditions import (
    BesideHeadline,
    HeadlineModel,
    NewStudyLies,
    OtherReaches,
    PriorMedian,
    ProbablyLies,
    alternative_of,
    prior_median,
)
from metasyn.claims.statement import Statement, Subject, choose, joined
from metasyn.claims.words import interval_phrase, null_text, value_text
from metasyn.effects.measure import EffectMeasure
from metasyn.names import interval_name
from metasyn.report.blocks import FigureBlock, Paragraph, Section, TableBlock
from metasyn.report.groups import outcome_label
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.synthesis.usual_scale import USUAL_PRIOR
from metasyn.tables.cells import tau2_interval_text
from metasyn.tables.posterior import posterior_table
from metasyn.tables.words import unit_of
from metasyn.values import Interval, NotEstimable
from metasyn.wording import level_text, percent_text, tau2_text

if TYPE_CHECKING:
    from metasyn.plots.charts.posterior import Density
    from metasyn.synthesis.bayes.density import PosteriorDensity

__all__ = ["new_study_statements", "posterior_section", "posterior_statements", "way_text"]

_TWO = (NumberOfEstimates(low=2, high=2), HeadlineModel(model="bayesian"))


def posterior_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """What must be said of the Bayesian results of a synthesis, as its headline or beside it.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        The probability of the direction; of a headline what the classical intervals and another prior would
        say, of a result beside it whether it says something else. Empty where there is none.
    """
    subject = Subject(result=result)
    if not result.beside.bayes:
        return ()
    if result.model != "bayesian":
        return (*choose(_beside_headline(result), subject), *choose(_probabilities(result), subject))
    return (
        *choose(_probabilities(result), subject),
        *choose(_classical(result), subject),
        *(one for name, _ in result.beside.bayes[1:] for one in choose(_other_prior(result, name), subject)),
    )


def new_study_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """What a Bayesian headline says of a new study, and of the differences between studies.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        One, under the usual prior; empty for other headlines.
    """
    if result.model != "bayesian" or not result.beside.bayes:
        return ()
    prior, found = result.beside.bayes[0]
    low, high = (
        value_text(found.measure.to_natural(end), found.measure) for end in (found.pi.low, found.pi.high)
    )
    kind = f"{level_text(found.level)} {interval_name('credible')}"
    spread = tau2_interval_text(found.tau.interval(found.interval))
    text = (
        f"Given the prior {prior} of τ, the true effect in a new {unit_of(result.effects, 1)} like these is "
        f"expected between {low} and {high} ({kind}), and τ, the standard deviation between "
        f"{unit_of(result.effects)}, is {tau2_text(found.tau.median)} ({kind} {spread})."
    )
    return (
        Statement(
            text=text,
            conditions=(
                NewStudyLies(prior=prior, low=found.pi.low, high=found.pi.high, tau=found.tau.median),
            ),
        ),
    )


def _probabilities(result: SynthesisResult) -> Iterator[Statement]:
    """How probable the direction of the estimate is, given the prior."""
    below = result.beside.bayes[0][1].p_below_null
    measure = result.effects.measure
    if isinstance(below, NotEstimable):
        return
    where, p = ("below", below) if below >= 0.5 else ("above", 1 - below)
    yield Statement(
        text=f"Given this prior, the {measure.label} lies {where} {null_text(measure)} with a probability of "
        f"{percent_text(p)}.",
        conditions=(ProbablyLies(direction=where, at_least=p, at_most=p),),  # type: ignore[arg-type]
    )


def _beside_headline(result: SynthesisResult) -> Iterator[Statement]:
    """The result under the usual prior where another model headlines, and whether it says something else."""
    found = alternative_of(result, "bayesian", "credible", USUAL_PRIOR)
    measure = result.effects.measure
    if found is None:
        return
    own = f"{value_text(result.natural(result.estimate), measure)} ({interval_phrase(result.ci, measure)})"
    text = f"With this prior the {measure.label} is {way_text(found, result)}, beside {own} in the headline"
    if measure.null is None:
        yield Statement(text=f"{text}.", conditions=(BesideHeadline(prior=USUAL_PRIOR),))
        return
    null = null_text(measure)
    agrees, differs = (
        OtherReaches(model="bayesian", ci_method="credible", prior=USUAL_PRIOR, same=same)
        for same in (True, False)
    )
    yield Statement(text=f"{text}; both intervals {_lie(result.ci, measure)}.", conditions=(agrees,))
    yield Statement(
        text=f"{text}; only one of the two intervals includes {null}, so what can be concluded depends on "
        "the prior.",
        conditions=(differs,),
    )


def _other_prior(result: SynthesisResult, prior: str) -> Iterator[Statement]:
    """What another prior would say than that of the headline, and why."""
    found = alternative_of(result, "bayesian", "credible", prior)
    measure = result.effects.measure
    own, usual = (prior_median(result, name) for name in (prior, USUAL_PRIOR))
    if found is None or measure.null is None or own is None or usual is None:
        return
    null, shown = null_text(measure), way_text(found, result)
    expects = f"the median of τ is {tau2_text(own)} under it and {tau2_text(usual)} under {USUAL_PRIOR}"
    agrees, differs = (
        OtherReaches(model="bayesian", ci_method="credible", prior=prior, same=same) for same in (True, False)
    )
    place = "excludes" if side(found.ci, measure) in ("below", "above") else "includes"
    name = f"The prior {prior}, taken from how much the trials of earlier syntheses differed,"
    yield Statement(
        text=f"{name} gives {shown}: both intervals {_lie(result.ci, measure)}.", conditions=(agrees,)
    )
    for smaller, word in ((True, "smaller"), (False, "larger")):
        yield Statement(
            text=f"{name} gives {shown}, which {place} {null}: it expects {word} differences between studies "
            f"({expects}). What can be concluded depends on which of the two is believed.",
            conditions=(differs, PriorMedian(prior=prior, other=USUAL_PRIOR, smaller=smaller)),
        )


def _classical(result: SynthesisResult) -> Iterator[Statement]:
    """Where an interval that takes the difference between two studies as known says something else."""
    measure = result.effects.measure
    common = alternative_of(result, "common-effect", "wald")
    hk = alternative_of(result, "random-effects", "hartung-knapp")
    if common is None or hk is None or measure.null is None:
        return
    plain = _way_plain(common, result), _way_plain(hk, result)
    shown = f"{plain[0]} under the common-effect model; {plain[1]} by Hartung-Knapp"
    null = null_text(measure)
    common_excludes = (
        *_TWO, IntervalLies(place="includes"), OtherReaches(model="common-effect", ci_method="wald"),
    )  # fmt: skip
    granted = (
        f"the first takes for granted that both studies have the same true effect and excludes {null}; with "
        "two studies that cannot be checked."
    )
    yield Statement(
        text=f"The classical intervals disagree with each other ({shown}): {granted}",
        conditions=(
            *common_excludes,
            OtherReaches(model="random-effects", ci_method="hartung-knapp", same=True),
        ),
    )
    yield Statement(
        text=f"The classical intervals disagree with it ({shown}): {granted}", conditions=common_excludes
    )
    yield Statement(
        text=f"The Hartung-Knapp interval, which uses nothing but the two results, includes {null} "
        f"({shown}): here the conclusion rests on the prior.",
        conditions=(
            *_TWO,
            IntervalLies(place="excludes"),
            OtherReaches(model="random-effects", ci_method="hartung-knapp"),
        ),
    )
    yield Statement(
        text=f"The classical intervals ({shown}) {_lie(result.ci, measure)} as well.",
        conditions=(
            *_TWO,
            OtherReaches(model="common-effect", ci_method="wald", same=True),
            OtherReaches(model="random-effects", ci_method="hartung-knapp", same=True),
        ),
    )


def _lie(interval: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """Where intervals lie that agree about no effect."""
    null = null_text(measure)
    return {"below": f"lie below {null}", "above": f"lie above {null}"}.get(
        str(side(interval, measure)), f"include {null}"
    )


def way_text(way: Alternative, result: SynthesisResult) -> str:
    """`0.58 (95% CrI 0.41 to 0.82)`, one of the ways in which the same effects were pooled."""
    measure = result.effects.measure
    interval = interval_phrase(way.ci, measure, interval_name(way.ci_method))
    return f"{value_text(result.natural(way.estimate), measure)} ({interval})"


def _way_plain(way: Alternative, result: SynthesisResult) -> str:
    """The same without brackets, for a text that stands in brackets itself."""
    measure = result.effects.measure
    interval = interval_phrase(way.ci, measure, interval_name(way.ci_method))
    return f"{value_text(result.natural(way.estimate), measure)}, {interval}"


def posterior_section(part: OutcomeResult, result: SynthesisResult) -> Section | None:
    """The Bayesian results by prior, and the posterior distributions under the usual one.

    Parameters
    ----------
    part : OutcomeResult
    result : SynthesisResult
        Its main synthesis.

    Returns
    -------
    Section or None
        None where no Bayesian result was computed.
    """
    if not result.beside.bayes:
        return None
    units = unit_of(result.effects)
    text = (
        f"How much true effects differ between {units} can hardly be told from {result.k} of them. A prior "
        f"distribution of τ, their standard deviation, says what is usual. The prior {USUAL_PRIOR} makes "
        "values up to 0.5 likely (two in three) and values beyond 1 unlikely (one in twenty)."
    )
    return Section(
        anchor=f"posterior-{part.slug}",
        heading="With a stated prior for the differences between studies",
        blocks=(
            Paragraph(f"{text} {joined(posterior_statements(result))}".strip()),
            TableBlock(posterior_table(result, slug=f"{part.slug}-posterior")),
            _figure(part, result),
        ),
    )


def _figure(part: OutcomeResult, result: SynthesisResult) -> FigureBlock:
    from metasyn.plots.charts.posterior import posterior_layout

    prior, found = result.beside.bayes[0]
    mu, tau = found.density("mu"), found.density("tau")
    measure = result.effects.measure
    value = value_text(result.natural(found.estimate), measure)
    bounds = interval_phrase(found.ci, measure, "CrI")
    spread = found.tau.interval(found.interval)
    return FigureBlock(
        layout=posterior_layout(_density(mu), _density(tau), measure=measure, outcome=part.effects.outcome),
        stem=f"{part.slug}-posterior",
        caption=f"{outcome_label(part)}: posterior distributions of the mean and of τ, prior of τ {prior}. "
        f"Dark: the {level_text(found.level)} credible interval; dashed: the prior.",
        alt=f"Posterior distributions of {part.definition.label}: mean {value} ({bounds}), τ "
        f"{tau2_interval_text(spread)}.",
    )


def _density(found: PosteriorDensity) -> Density:
    from metasyn.plots.charts.posterior import Density

    return Density(
        values=found.values,
        density=found.density,
        centre=found.centre,
        interval=found.interval,
        prior=found.prior,
    )
