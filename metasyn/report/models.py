"""What a report says of a mixed model that headlines, and the figure of every model beside it."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.analysis.result import OutcomeResult
from metasyn.claims.model_conditions import (
    AllOrNone,
    FewEvents,
    HeadlineModel,
    LosesMostWeight,
    MeanAndMedianApart,
    MoreHeterogeneity,
    OtherEstimateLies,
    WithoutContrast,
    all_or_none,
    alternative_of,
    loses_most,
    lost_weights,
    without_contrast,
)
from metasyn.claims.statement import Statement, Subject, choose
from metasyn.claims.words import bounds_text, value_text
from metasyn.names import MODEL_NAMES
from metasyn.report.blocks import FigureBlock
from metasyn.report.groups import outcome_label
from metasyn.report.phrases import heterogeneity_statements
from metasyn.report.posterior import new_study_statements, posterior_statements, way_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.words import CI_SHORT, TAU2_WORDS, counted, unit_of
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, Model
from metasyn.wording import level_text, percent_text, tau2_text, whole

__all__ = ["USUAL", "apart_statements", "mixed_statements", "model_statements", "models_figure"]

USUAL: tuple[Model, CiMethod] = ("random-effects", "hartung-knapp-adhoc")
"""The normal-normal model that stands beside a mixed one."""


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
    return (*mixed_statements(result), *posterior_statements(result))


def apart_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """What must be said of the model of a result that is shown apart.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        How the model that headlines differs from the others, how many had the event where nobody or
        everybody had it, and how much the rows differ. Bayesian results beside another headline are left out,
        as no section names their prior there.
    """
    if not result.pooled:
        return ()
    everybody = choose(_everybody(result), Subject(result=result))
    if result.model == "bayesian":
        return (*everybody, *model_statements(result), *new_study_statements(result))
    return (*everybody, *mixed_statements(result), *heterogeneity_statements(result))


def _everybody(result: SynthesisResult) -> Iterator[Statement]:
    """What the counts themselves say where nobody, or everybody, had the event in all cohorts."""
    found = all_or_none(result)
    if found is None:
        return
    events, size, interval = found
    bounds = bounds_text(interval.low, interval.high, result.effects.measure)
    had = "None" if events == 0 else "All"
    yield Statement(
        text=f"{had} of the {whole(size)} people had the event: taken as one sample, their exact "
        f"{level_text(interval.level)} CI is {bounds}.",
        conditions=(AllOrNone(events=events, size=size),),
    )


def mixed_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """What must be said of a mixed model of counts that headlines.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        The mean beside the median, and how the normal-normal model differs; empty for other headlines.
    """
    subject = Subject(result=result)
    if result.model != "glmm":
        return ()
    return (*choose(_means(result), subject), *choose(_beside_mixed(result), subject))


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
    """What the normal-normal model says, and why it differs."""
    model, method = USUAL
    usual = alternative_of(result, model, method)
    if usual is None:
        return
    corrected = without_contrast(result)
    about = (
        f" and adds 1/2 to the counts of {counted(corrected, *_units(result))} {_extreme(result)}"
        if corrected
        else ""
    )
    name = "logit normal-normal model" if result.effects.measure.code == "PLO" else "normal-normal model"
    text = f"The {name}, which takes the standard errors as known{about}, gives {way_text(usual, result)}"
    known = (HeadlineModel(model="glmm"), WithoutContrast(count=corrected))
    yield Statement(
        text=f"{text}, the same estimate.",
        conditions=(*known, OtherEstimateLies(model=model, ci_method=method, direction=None)),
    )
    at = loses_most(result)
    (normal, mixed), label = lost_weights(result)[at], result.effects.labels[at]
    spread = result.fit.tau2
    for direction, word, place in (("above", "higher", "below"), ("below", "lower", "above")):
        elsewhere = OtherEstimateLies(model=model, ci_method=method, direction=direction)  # type: ignore[arg-type]
        loses = LosesMostWeight(label=label, normal=normal, mixed=mixed, side=place)  # type: ignore[arg-type]
        yield Statement(
            text=f"{text}. It is {word}, as {unit_of(result.effects)} with few events, or with few people "
            f"who had none, count less there: {label}, which lies {place} the estimate, has "
            f"{percent_text(normal)} of the weight instead of {percent_text(mixed)}.",
            conditions=(*known, elsewhere, loses, FewEvents(label=label)),
        )
        yield Statement(
            text=f"{text}. It is {word}, as it estimates τ² as {tau2_text(spread)} and so weighs "
            f"{unit_of(result.effects)} more alike: {label}, which lies {place} the estimate, has "
            f"{percent_text(normal)} of the weight instead of {percent_text(mixed)}.",
            conditions=(*known, elsewhere, loses, MoreHeterogeneity(normal=spread)),
        )
        yield Statement(text=f"{text}, which is {word}.", conditions=(*known, elsewhere))


def _extreme(result: SynthesisResult) -> str:
    """Of what kind the cohorts are to which the normal-normal model adds 1/2."""
    mixed = result.beside.glmm
    if mixed is not None and mixed.data.person_time:
        return "without an event"
    group = "" if mixed is None or mixed.data.events_2 is None else " of a group"
    return f"in which nobody or everybody{group} had the event"


def _units(result: SynthesisResult) -> tuple[str, str]:
    """One and several of what the effects are of."""
    return unit_of(result.effects, 1), unit_of(result.effects, 2)


def models_figure(part: OutcomeResult, result: SynthesisResult) -> FigureBlock:
    """Every model and interval of the same effects, and the normal-normal model by other estimators of tau2.

    Parameters
    ----------
    part : OutcomeResult
    result : SynthesisResult
        Headed by a mixed or a Bayesian model, whose tau2 has no choice of estimators.

    Returns
    -------
    FigureBlock
    """
    from metasyn.plots.forest_models import models_forest

    named = [
        (f"Normal-normal, τ² by {TAU2_WORDS[one.label]}", one.result)
        for one in part.sensitivity
        if one.label in TAU2_WORDS and result.model == "glmm"
    ]
    layout = models_forest(result, named, label_header="Model and interval")
    shown = "; ".join(
        f"{way.prior or MODEL_NAMES[way.model]}, {CI_SHORT[way.ci_method]}: {way_text(way, result)}"
        for way in result.alternatives
    )
    also = ", and the normal-normal model under other estimators of τ²" if named else ""
    return FigureBlock(
        layout=layout,
        stem=f"{part.slug}-models",
        caption=f"{outcome_label(part)}: the same {unit_of(result.effects)} under every model and "
        f"interval{also}. The dashed line is the headline.",
        alt=f"Pooled results of {part.definition.label} by model. {shown}.",
    )
