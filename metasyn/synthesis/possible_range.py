"""Intervals that reach beyond what a measure can be: the price of pooling a bounded measure as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from metasyn.effects.measure import EffectMeasure
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import Measure

__all__ = ["INTERVAL_BEYOND", "PREDICTION_BEYOND", "beyond_range", "beyond_words"]

INTERVAL_BEYOND = "interval-beyond-range"
PREDICTION_BEYOND = "prediction-beyond-range"

# The scale on which the same question has no such intervals.
_WITHIN: Mapping[Measure, str] = MappingProxyType(
    {
        "PR": "the logit scale (PLO)",
        "COR": "Fisher's z (ZCOR)",
        "UCOR": "Fisher's z (ZCOR)",
        "IR": "the logarithmic scale (IRLN)",
    }
)


def beyond_words(measure: EffectMeasure) -> str:
    """What is wrong with an interval that holds values which the measure cannot have, and what helps.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> beyond_words(get_measure("PR"))
    'reaches beyond 0% to 100%; on the logit scale (PLO) it would not'
    >>> beyond_words(get_measure("RD"))
    'reaches beyond -1 to 1, where no risk difference can lie'
    """
    low, high = measure.natural_range
    if measure.family == "proportion":
        place = f"beyond {100 * low:g}% to {100 * high:g}%"
    elif math.isinf(high):
        place = f"below {low:g}"
    else:
        place = f"above {high:g}" if math.isinf(low) else f"beyond {low:g} to {high:g}"
    helps = _WITHIN.get(measure.code)
    tail = f"; on {helps} it would not" if helps else f", where no {measure.label} can lie"
    return f"reaches {place}{tail}"


def beyond_range(
    measure: EffectMeasure, ci: Interval | NotEstimable, pi: Interval | NotEstimable | None = None
) -> Iterator[Finding]:
    """A finding for each interval that holds values outside of the measure's range.

    Parameters
    ----------
    measure : EffectMeasure
    ci : Interval or NotEstimable
        On the analysis scale.
    pi : Interval or NotEstimable, optional

    Yields
    ------
    Finding
        `interval-beyond-range`, `prediction-beyond-range`.
    """
    intervals = ((INTERVAL_BEYOND, "interval", ci), (PREDICTION_BEYOND, "prediction interval", pi))
    for code, name, interval in intervals:
        if isinstance(interval, Interval) and _reaches_beyond(measure, interval):
            message = f"the {name} {beyond_words(measure)}."
            yield Finding(code=code, message=message, severity="warning")


def _reaches_beyond(measure: EffectMeasure, interval: Interval) -> bool:
    low, high = measure.natural_range
    return measure.to_natural(interval.low) < low or measure.to_natural(interval.high) > high
