"""Sentences about numbers, each chosen by the numbers themselves."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.analysis.spec import Analysis
from metasyn.claims.conditions import (
    Finds,
    HasPrediction,
    IntervalLies,
    NumberOfEstimates,
    PredictionLies,
)
from metasyn.claims.group_conditions import ChangesSides, changing_sides
from metasyn.claims.spread_conditions import HasHeterogeneity, Tau2OnlyZero, Tau2Outside, ZeroNotExcluded
from metasyn.claims.statement import Condition, Statement, Subject, choose, joined
from metasyn.claims.words import (
    bounds_text,
    estimate_text,
    interval_phrase,
    null_text,
    side,
    value_text,
)
from metasyn.effects.measure import EffectMeasure
from metasyn.names import interval_name
from metasyn.report.posterior import new_study_statements
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.synthesis.possible_range import INTERVAL_BEYOND, PREDICTION_BEYOND, beyond_words
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.tables.cells import on_natural, shown, tau2_interval_text
from metasyn.tables.words import TAU2_WORDS, how_many, measure_word, unit_of
from metasyn.values import NotEstimable
from metasyn.vocabulary import Model
from metasyn.wording import decimal, level_text, p_text, percent_text, tau2_text

__all__ = [
    "MODEL_PHRASES",
    "analyst_sentences",
    "capital",
    "estimate_text",
    "headline_sentence",
    "headline_statements",
    "heterogeneity_sentences",
    "heterogeneity_statements",
    "interval_phrase",
    "leave_one_out_statements",
    "model_phrase",
    "null_text",
    "prediction_sentence",
    "prediction_statements",
    "result_texts",
    "sentence",
    "side",
    "spread",
    "value_text",
]

_FEW_FOR_PREDICTION = 5


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".!?" else ".")


def capital(text: str) -> str:
    """The text with a capital letter."""
    return text[:1].upper() + text[1:]


def analyst_sentences(analysis: Analysis) -> tuple[str, ...]:
    """What the analyst claims in the script, each as a sentence; all of it was checked when it ran."""
    return tuple(sentence(claim.text) for claim in analysis.claims)


def headline_sentence(
    result: SynthesisResult, *, names: tuple[str, str] | None = None, better: str = ""
) -> str:
    """The result of one outcome in one or two sentences: the text of `headline_statements`."""
    return joined(headline_statements(result, names=names, better=better))


def headline_statements(
    result: SynthesisResult, *, names: tuple[str, str] | None = None, better: str = ""
) -> tuple[Statement, ...]:
    """The result of one outcome: how much was pooled and what came out, where it lies, what it hides.

    Parameters
    ----------
    result : SynthesisResult
    names : tuple of str, optional
        The two sides of the contrast.
    better : {'lower', 'higher', ''}
        Which value is good for the participants.

    Returns
    -------
    tuple of Statement
        One to four sentences, each with what makes it true.
    """
    subject = Subject(result=result)
    found = result.heterogeneity
    test = "" if isinstance(found, NotEstimable) else f" (Q = {decimal(found.Q)}, {p_text(found.pvalue)})"
    hidden = Statement(
        text=f"But the {unit_of(result.effects)} differ{test}, and this interval does not show that.",
        conditions=(Finds(code="studies-disagree"),),
    )
    return (
        *choose(_openings(result), subject),
        *choose(_readings(result.effects.measure, names, better), subject),
        *choose((hidden,), subject),
        *choose((_impossible(result),), subject),
    )


def _impossible(result: SynthesisResult) -> Statement:
    """That the confidence interval holds values that cannot be."""
    text = f"This interval {beyond_words(result.effects.measure)}."
    return Statement(text=text, conditions=(Finds(code=INTERVAL_BEYOND),))


def result_texts(result: SynthesisResult) -> tuple[str, str]:
    """`0.59` and `95% CI 0.47 to 0.72`; a single study as its row shows it."""
    measure = result.effects.measure
    value, interval = shown(result, measure)
    if isinstance(interval, NotEstimable):
        return value_text(value, measure), "CI not estimable"
    bounds = bounds_text(interval.low, interval.high, measure)
    name = interval_name(result.ci_method)
    return value_text(value, measure), f"{level_text(interval.level)} {name} {bounds}"


def _openings(result: SynthesisResult) -> tuple[Statement, ...]:
    measure = result.effects.measure
    value, interval = result_texts(result)
    alone = (
        f"Only one result could be used ({result.effects.effects[0].label}): {measure_word(measure)} "
        f"{value} ({interval}). Nothing was pooled."
    )
    pooled = (
        f"Pooled over {how_many(result.effects)}, the {measure_word(measure)} was {value} "
        f"({interval}; {model_phrase(result)})."
    )
    return (
        Statement(text=alone, conditions=(NumberOfEstimates(low=1, high=1),)),
        Statement(text=pooled, conditions=(NumberOfEstimates(low=2),)),
    )


MODEL_PHRASES: dict[Model, str] = {
    "random-effects": "random-effects model",
    "common-effect": "common-effect model",
    "glmm": "mixed model of the counts",
    "bayesian": "Bayesian random-effects model",
}


def model_phrase(result: SynthesisResult) -> str:
    """The model behind a sentence, with the prior of a Bayesian one."""
    prior = next((way.prior for way in result.alternatives if way.headline), "")
    return MODEL_PHRASES[result.model] + (f", prior of τ {prior}" if prior else "")


def _readings(measure: EffectMeasure, names: tuple[str, str] | None, better: str) -> tuple[Statement, ...]:
    """What an interval may say about the line of no effect; nothing is true of a proportion."""
    null = null_text(measure)
    both = (
        f"The interval includes {null} (no difference): these data are compatible with an effect in "
        "either direction."
    )
    below, above = (
        f"The interval lies entirely {where} {null}{_favoured(where, names, better)}."
        for where in ("below", "above")
    )
    return (
        Statement(text=both, conditions=(IntervalLies(place="includes"),)),
        Statement(text=below, conditions=(IntervalLies(place="below"),)),
        Statement(text=above, conditions=(IntervalLies(place="above"),)),
    )


def _favoured(where: str, names: tuple[str, str] | None, better: str) -> str:
    if names is None:
        return ""
    first, second = names
    if better not in ("lower", "higher"):
        return f": {'lower' if where == 'below' else 'higher'} with {first} than with {second}"
    favoured = first if (where == "below") == (better == "lower") else second
    return f", in favour of {favoured}"


def prediction_sentence(result: SynthesisResult) -> str:
    """What to expect in a new study, or why that cannot be said: the text of `prediction_statements`."""
    return joined(prediction_statements(result))


def prediction_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """One sentence on the true effect in a new study, with everything that it rests on.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
        One.
    """
    measure = result.effects.measure
    natural = on_natural(result.pi, measure)
    if isinstance(natural, NotEstimable) and result.model == "bayesian":
        return new_study_statements(result)
    if isinstance(natural, NotEstimable):
        text = sentence(f"No prediction interval is given: {natural.reason}")
        return (Statement(text=text, conditions=(HasPrediction(exists=False),)),)
    low, high = value_text(natural.low, measure), value_text(natural.high, measure)
    parts = (
        Statement(
            text=f"In a new {unit_of(result.effects, 1)} like these, the true effect is expected between "
            f"{low} and {high} ({level_text(natural.level)} prediction interval)",
            conditions=(HasPrediction(),),
        ),
        *choose(_prediction_tails(measure), Subject(result=result)),
        *choose((_impossible_prediction(measure),), Subject(result=result)),
        *choose((_few_studies(result),), Subject(result=result)),
    )
    conditions = tuple(condition for part in parts for condition in part.conditions)
    return (Statement(text="".join(part.text for part in parts) + ".", conditions=conditions),)


def _prediction_tails(measure: EffectMeasure) -> tuple[Statement, ...]:
    null = null_text(measure)
    return (
        Statement(
            text=", so that no effect, or the opposite one, is possible in a single setting",
            conditions=(IntervalLies(place="excludes"), PredictionLies(place="includes")),
        ),
        Statement(text=f", entirely below {null}", conditions=(PredictionLies(place="below"),)),
        Statement(text=f", entirely above {null}", conditions=(PredictionLies(place="above"),)),
    )


def _impossible_prediction(measure: EffectMeasure) -> Statement:
    return Statement(
        text=f"; the interval {beyond_words(measure)}", conditions=(Finds(code=PREDICTION_BEYOND),)
    )


def _few_studies(result: SynthesisResult) -> Statement:
    k = result.k
    return Statement(
        text=f"; with {k} {unit_of(result.effects)} this interval is itself very uncertain",
        conditions=(NumberOfEstimates(low=k, high=k), NumberOfEstimates(high=_FEW_FOR_PREDICTION - 1)),
    )


def heterogeneity_sentences(result: SynthesisResult) -> str:
    """Between-study variance, I2 and Q in words: the text of `heterogeneity_statements`."""
    return joined(heterogeneity_statements(result))


def heterogeneity_statements(result: SynthesisResult) -> tuple[Statement, ...]:
    """Between-study variance, I2 and Q, and what must be said where the variance misleads; no classes.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of Statement
    """
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        text = sentence(
            f"Heterogeneity between {unit_of(result.effects)} cannot be estimated: {found.reason}"
        )
        return (Statement(text=text, conditions=(HasHeterogeneity(exists=False),)),)
    known: tuple[Condition, ...] = (HasHeterogeneity(),)
    return (
        Statement(text=_tau2_sentence(found, result), conditions=known),
        *choose(_TAU2_REMARKS, Subject(result=result)),
        Statement(text=_I2_sentence(found), conditions=known),
        Statement(text=_Q_sentence(found), conditions=known),
        *choose((_test_against_interval(result),), Subject(result=result)),
    )


def _test_against_interval(result: SynthesisResult) -> Statement:
    """Why a test may speak against one mean where the interval of the variance includes 0."""
    text = (
        "That this test speaks against one common value while the interval of τ² includes 0 is no "
        "contradiction: the test holds it against a value of its own for every "
        f"{unit_of(result.effects, 1)}, the interval against values with a normal distribution."
    )
    return Statement(text=text, conditions=(ZeroNotExcluded(),))


_TAU2_REMARKS = (
    Statement(
        text=(
            "The estimate lies outside its interval because the two rest on different principles; "
            "the interval is the safer guide."
        ),
        conditions=(Tau2Outside(),),
    ),
    Statement(
        text=(
            "An estimate of 0 does not show that the studies agree: the interval says what remains possible."
        ),
        conditions=(Tau2OnlyZero(),),
    ),
)


def _tau2_sentence(found: Heterogeneity, result: SynthesisResult) -> str:
    tau2 = found.tau2
    scale = result.effects.measure.scale
    method = TAU2_WORDS.get(tau2.method, tau2.method)
    bounds = tau2_interval_text(tau2.ci)
    interval = f"; {level_text(result.request.level)} CI {bounds}" if bounds else ""
    return (
        f"The variance of the true effects between {unit_of(result.effects)} was estimated as "
        f"τ² = {tau2_text(tau2.value)} ({method}{interval}) on the scale of the {scale}."
    )


def _I2_sentence(found: Heterogeneity) -> str:
    ci = found.I2_ci
    bounds = ""
    if not isinstance(ci, NotEstimable):
        bounds = f" ({level_text(ci.level)} CI {percent_text(ci.low, 0)} to {percent_text(ci.high, 0)})"
    return (
        f"An estimated {percent_text(found.I2, 0)}{bounds} of the variability of the study results goes "
        "beyond chance (I²)."
    )


def _Q_sentence(found: Heterogeneity) -> str:
    name = "Cochran's Q" if found.test == "Q" else "The likelihood-ratio test of heterogeneity has χ²"
    return f"{name} = {decimal(found.Q)}, df = {found.df}, {p_text(found.pvalue)}."


def spread(results: Sequence[tuple[str, SynthesisResult]], without: str = "") -> str:
    """The range of estimates: `the estimates range from 0.44 (without A) to 0.53 (without B)`.

    Where the smallest and the largest are printed alike: `all estimates are 0.50`.
    """
    ordered = sorted(results, key=lambda pair: pair[1].estimate)
    (low_label, low), (high_label, high) = ordered[0], ordered[-1]
    smallest, largest = (result_texts(one)[0] for one in (low, high))
    if smallest == largest:
        return f"all estimates are {smallest}"
    return f"the estimates range from {smallest} ({without}{low_label}) to {largest} ({without}{high_label})"


def leave_one_out_statements(result: SynthesisResult, runs: Sequence[LeaveOneOut]) -> tuple[Statement, ...]:
    """For which omissions the interval changes its place with respect to no effect.

    Parameters
    ----------
    result : SynthesisResult
        With all effects.
    runs : sequence of LeaveOneOut

    Returns
    -------
    tuple of Statement
        One; empty where there is no value of no effect.
    """
    subject = Subject(result=result, leave_one_out=tuple(runs))
    moving = changing_sides(subject)
    if moving is None:
        return ()
    main, null = side(result.ci, result.effects.measure), null_text(result.effects.measure)
    if moving:
        turns = f"no longer includes {null}" if main == "both" else f"no longer lies entirely {main} {null}"
        text = f"The interval {turns} without {' or without '.join(moving)}."
    else:
        stays = f"includes {null}" if main == "both" else f"stays {main} {null}"
        text = f"The interval {stays} whichever is left out."
    place = IntervalLies(place="includes" if main == "both" else "below" if main == "below" else "above")
    return (Statement(text=text, conditions=(place, ChangesSides(omitted=moving))),)
