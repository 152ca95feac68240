"""Sentences about numbers, each chosen by the numbers themselves."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.synthesis.model import Alternative, Heterogeneity, SynthesisResult
from metasyn.tables.cells import on_natural, tau2_interval_text
from metasyn.tables.words import TAU2_WORDS, how_many, measure_word
from metasyn.values import Interval, NotEstimable
from metasyn.wording import decimal, level_text, natural_text, p_text, percent_text, tau2_text

__all__ = [
    "capital",
    "estimate_text",
    "headline_sentence",
    "heterogeneity_sentences",
    "interval_phrase",
    "null_text",
    "prediction_sentence",
    "sentence",
    "side",
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


def value_text(value: float, measure: EffectMeasure) -> str:
    """A natural-scale value inside a sentence: proportions carry their percent sign."""
    return natural_text(value, measure) + ("%" if measure.family == "proportion" else "")


def estimate_text(value: float, measure: EffectMeasure) -> str:
    """A value of the analysis scale inside a sentence."""
    return value_text(measure.to_natural(value), measure)


def null_text(measure: EffectMeasure) -> str:
    """The value of no effect on the natural scale: `1` for ratios, `0` for differences."""
    return f"{measure.to_natural(measure.null or 0.0):.0f}"


def interval_phrase(interval: Interval | NotEstimable, measure: EffectMeasure, what: str = "CI") -> str:
    """`95% CI 0.34 to 0.70` from an interval on the analysis scale."""
    natural = on_natural(interval, measure)
    if isinstance(natural, NotEstimable):
        return f"{what} not estimable"
    low, high = value_text(natural.low, measure), value_text(natural.high, measure)
    return f"{level_text(natural.level)} {what} {low} to {high}"


def side(interval: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """Where an interval lies: `"below"`, `"above"`, `"both"`; empty where there is no null or interval."""
    if isinstance(interval, NotEstimable) or measure.null is None:
        return ""
    if interval.high < measure.null:
        return "below"
    return "above" if interval.low > measure.null else "both"


def headline_sentence(
    result: SynthesisResult, *, names: tuple[str, str] | None = None, better: str = ""
) -> str:
    """The result of one outcome in one or two sentences.

    Parameters
    ----------
    result : SynthesisResult
    names : tuple of str, optional
        The two sides of the contrast.
    better : {'lower', 'higher', ''}
        Which value is good for the participants.

    Returns
    -------
    str
    """
    measure = result.effects.measure
    value = estimate_text(result.estimate, measure)
    interval = interval_phrase(result.ci, measure)
    if not result.pooled:
        label = result.effects.effects[0].label
        opening = (
            f"Only one study ({label}) reports this outcome: {measure_word(measure)} {value} ({interval}). "
            "Nothing was pooled; the interval follows from its standard error."
        )
    else:
        opening = (
            f"Pooled over {how_many(result.effects)}, the {measure_word(measure)} was {value} "
            f"({interval}; {result.model} model)."
        )
    return " ".join(part for part in (opening, reading(result, names, better), _disagreement(result)) if part)


def _disagreement(result: SynthesisResult) -> str:
    """A headline over results that disagree says so where it stands."""
    if all(finding.code != "studies-disagree" for finding in result.findings):
        return ""
    return "But the studies differ by more than chance makes likely, and this interval does not show that."


def reading(result: SynthesisResult | Alternative, names: tuple[str, str] | None, better: str) -> str:
    """What an interval says about the line of no effect; empty for proportions."""
    if not isinstance(result, SynthesisResult) or result.effects.measure.null is None:
        return ""
    measure = result.effects.measure
    where = side(result.ci, measure)
    null = null_text(measure)
    if where == "":
        return ""
    if where == "both":
        return (
            f"The interval includes {null} (no difference): these data are compatible with an effect in "
            "either direction."
        )
    tail = _favoured(where, names, better)
    return f"The interval lies entirely {where} {null}{tail}."


def _favoured(where: str, names: tuple[str, str] | None, better: str) -> str:
    if names is None:
        return ""
    first, second = names
    if better not in ("lower", "higher"):
        return f": {'lower' if where == 'below' else 'higher'} with {first} than with {second}"
    favoured = first if (where == "below") == (better == "lower") else second
    return f", in favour of {favoured}"


def prediction_sentence(result: SynthesisResult) -> str:
    """What to expect in a new study, or why that cannot be said."""
    measure = result.effects.measure
    if isinstance(result.pi, NotEstimable):
        return sentence(f"No prediction interval is given: {result.pi.reason}")
    natural = on_natural(result.pi, measure)
    assert isinstance(natural, Interval)
    low, high = value_text(natural.low, measure), value_text(natural.high, measure)
    text = (
        f"In a new study like these, the true effect is expected between {low} and {high} "
        f"({level_text(natural.level)} prediction interval)"
    )
    text += _prediction_tail(result)
    if result.k < _FEW_FOR_PREDICTION:
        text += f"; with {result.k} studies this interval is itself very uncertain"
    return text + "."


def _prediction_tail(result: SynthesisResult) -> str:
    measure = result.effects.measure
    mean, new = side(result.ci, measure), side(result.pi, measure)
    if mean in ("below", "above") and new == "both":
        return ", so that no effect, or the opposite one, is possible in a single setting"
    if new in ("below", "above"):
        return f", entirely {new} {null_text(measure)}"
    return ""


def heterogeneity_sentences(result: SynthesisResult) -> str:
    """Between-study variance, I2 and Q in words; no classes."""
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return sentence(f"Heterogeneity between studies cannot be estimated: {found.reason}")
    return " ".join((_tau2_sentence(found, result), _I2_sentence(found), _Q_sentence(found)))


def _tau2_sentence(found: Heterogeneity, result: SynthesisResult) -> str:
    tau2 = found.tau2
    scale = result.effects.measure.scale
    method = TAU2_WORDS.get(tau2.method, tau2.method)
    bounds = tau2_interval_text(tau2.ci)
    interval = f"; {level_text(result.request.level)} CI {bounds}" if bounds else ""
    text = (
        f"The variance of the true effects between studies was estimated as τ² = {tau2_text(tau2.value)} "
        f"({method}{interval}) on the scale of the {scale}."
    )
    if isinstance(tau2.ci, NotEstimable):
        return text
    if tau2.value not in tau2.ci:
        text += (
            " The estimate lies outside its interval because the two rest on different principles; "
            "the interval is the safer guide."
        )
    elif tau2.value == 0 and tau2.ci.high > 0:
        text += (
            " An estimate of 0 does not show that the studies agree: the interval says what remains possible."
        )
    return text


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
    return f"Cochran's Q = {decimal(found.Q)}, df = {found.df}, {p_text(found.pvalue)}."


def spread(results: Sequence[tuple[str, SynthesisResult]], without: str = "") -> str:
    """The smallest and the largest estimate with their labels: `0.44 (without A) to 0.53 (without B)`."""
    ordered = sorted(results, key=lambda pair: pair[1].estimate)
    (low_label, low), (high_label, high) = ordered[0], ordered[-1]
    measure = low.effects.measure
    first = f"{estimate_text(low.estimate, measure)} ({without}{low_label})"
    return f"{first} to {estimate_text(high.estimate, measure)} ({without}{high_label})"
