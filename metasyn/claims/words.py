"""A result and its parts as they stand inside a sentence."""

from __future__ import annotations

from metasyn.effects.measure import EffectMeasure
from metasyn.names import interval_name
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.values import Interval, NotEstimable
from metasyn.wording import level_text, natural_text, unit_sign

__all__ = [
    "bounds_text",
    "estimate_text",
    "interval_phrase",
    "null_text",
    "result_text",
    "side",
    "value_text",
]


def value_text(value: float, measure: EffectMeasure) -> str:
    """A natural-scale value inside a sentence: proportions carry their percent sign."""
    return natural_text(value, measure) + unit_sign(measure)


def estimate_text(value: float, measure: EffectMeasure) -> str:
    """A value of the analysis scale inside a sentence."""
    return value_text(measure.to_natural(value), measure)


def null_text(measure: EffectMeasure) -> str:
    """The value of no effect on the natural scale: `1` for ratios, `0` for differences."""
    return f"{measure.to_natural(measure.null or 0.0):.0f}"


def interval_phrase(interval: Interval | NotEstimable, measure: EffectMeasure, what: str = "CI") -> str:
    """`95% CI 0.34 to 0.70` from an interval on the analysis scale."""
    if isinstance(interval, NotEstimable):
        return f"{what} not estimable"
    low, high = (measure.to_natural(bound) for bound in (interval.low, interval.high))
    return f"{level_text(interval.level)} {what} {bounds_text(low, high, measure)}"


def bounds_text(low: float, high: float, measure: EffectMeasure) -> str:
    """Two natural values inside a sentence: a percent sign on both, a unit of time behind the second."""
    first = natural_text(low, measure) if measure.unit else value_text(low, measure)
    return f"{first} to {value_text(high, measure)}"


def result_text(result: SynthesisResult) -> str:
    """A result with its interval: `RR = 0.87 (95% CI 0.70 to 1.08)`, `20.6% (95% CI 15.1% to 27.4%)`."""
    measure = result.effects.measure
    estimate = estimate_text(result.estimate, measure)
    name = "" if measure.family == "proportion" else f"{measure.short} = "
    return f"{name}{estimate} ({interval_phrase(result.ci, measure, interval_name(result.ci_method))})"
