"""What a report says of the models beside the headline: mean and median, priors, posterior figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from metasyn.analysis.result import OutcomeResult
from metasyn.claims.conditions import IntervalLies, NumberOfEstimates
from metasyn.claims.model_conditions import (
    HeadlineModel,
    MeanAndMedianApart,
    OtherReaches,
    ProbablyLies,
    alternative_of,
)
from metasyn.claims.statement import Statement, Subject, choose, joined
from metasyn.claims.words import bounds_text, interval_phrase, null_text, value_text
from metasyn.report.blocks import FigureBlock, Paragraph, Section, TableBlock
from metasyn.report.groups import outcome_label
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.synthesis.usual_scale import USUAL_PRIOR
from metasyn.tables.posterior import posterior_table
from metasyn.tables.words import unit_of
from metasyn.values import Interval, NotEstimable
from metasyn.wording import level_text, percent_text

if TYPE_CHECKING:
    from metasyn.plots.charts.posterior import Density
    from metasyn.synthesis.bayes.density import PosteriorDensity

__all__ = ["model_statements", "posterior_section"]

# Below this share of the width of the headline's interval another one says something else.
_MUCH_NARROWER = 0.75
_TWO = (NumberOfEstimates(low=2, high=2), HeadlineModel(model="bayesian"))


def model_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """What must be said of the model of a result, each sentence bound to the numbers.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        For a mixed model the mean beside the median and how the logit normal-normal model differs; for
        a Bayesian result the probability of the direction, and what the classical intervals would say.
    """
    subject = Subject(result=result)
    if result.model == "glmm":
        return (*choose(_means(result), subject), *choose(_beside_mixed(result), subject))
    if result.model == "bayesian":
        return (*choose(_probabilities(result), subject), *choose(_classical(result), subject))
    return ()


def _means(result: SynthesisResult) -> Iterator[Statement]:
    """Median and mean over the cohorts."""
    mixed, measure, units = result.beside.glmm, result.effects.measure, unit_of(result.effects)
    if mixed is None or isinstance(mixed.marginal, NotEstimable):
        return
    mean = value_text(mixed.marginal.value, measure)
    ci = mixed.marginal.ci
    bounds = f"{level_text(ci.level)} CI {bounds_text(ci.low, ci.high, measure)}"
    yield Statement(
        text=f"This is the {measure.label} in the middle one of such {units} (median, conditional); the mean "
        f"over all of them (marginal) is {mean} ({bounds}).",
        conditions=(HeadlineModel(model="glmm"), MeanAndMedianApart()),
    )
    yield Statement(
        text=f"As τ² is estimated as 0, median and mean over such {units} are the same.",
        conditions=(HeadlineModel(model="glmm"), MeanAndMedianApart(apart=False)),
    )


def _beside_mixed(result: SynthesisResult) -> Iterator[Statement]:
    """What the normal-normal model would have said."""
    usual = alternative_of(result, "random-effects", "hartung-knapp-adhoc")
    if usual is None:
        return
    yield Statement(
        text=f"The logit normal-normal model, which adds 1/2 to the counts of {unit_of(result.effects)} in "
        f"which nobody or everybody had the event, gives {_text(usual, result)}.",
        conditions=(HeadlineModel(model="glmm"),),
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
        conditions=(HeadlineModel(model="bayesian"), ProbablyLies(direction=where, at_least=p, at_most=p)),  # type: ignore[arg-type]
    )


def _classical(result: SynthesisResult) -> Iterator[Statement]:
    """Where an interval that takes the difference between two studies as known says something else."""
    measure = result.effects.measure
    common = alternative_of(result, "common-effect", "wald")
    hk = alternative_of(result, "random-effects", "hartung-knapp")
    if common is None or hk is None or measure.null is None:
        return
    shown = f"{_text(common, result)} under the common-effect model, {_text(hk, result)} by Hartung-Knapp"
    null = null_text(measure)
    yield Statement(
        text=f"The classical intervals disagree with it ({shown}): the first takes for granted that both "
        f"studies have the same true effect and excludes {null}; with two studies that cannot be checked.",
        conditions=(
            *_TWO, IntervalLies(place="includes"), OtherReaches(model="common-effect", ci_method="wald"),
        ),
    )  # fmt: skip
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
        text=f"The classical intervals ({shown}) have the same place with respect to {null}.",
        conditions=(*_TWO, OtherReaches(model="common-effect", ci_method="wald", same=True)),
    )


def _text(way: Alternative, result: SynthesisResult) -> str:
    measure = result.effects.measure
    return f"{value_text(result.natural(way.estimate), measure)} ({interval_phrase(way.ci, measure)})"


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
            Paragraph(f"{text} {joined(model_statements(result))}".strip()),
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
        alt=f"Posterior distributions of {part.definition.label}: mean {value} ({bounds}), τ {_tau(spread)}.",
    )


def _tau(interval: Interval) -> str:
    from metasyn.tables.cells import tau2_interval_text

    return tau2_interval_text(interval)


def _density(found: PosteriorDensity) -> Density:
    from metasyn.plots.charts.posterior import Density

    return Density(
        values=found.values,
        density=found.density,
        centre=found.centre,
        interval=found.interval,
        prior=found.prior,
    )
