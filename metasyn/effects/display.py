"""A single effect on its natural scale, for tables and plots."""

from __future__ import annotations

import math

from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect
from metasyn.effects.proportions import clopper_pearson
from metasyn.values import Interval

__all__ = ["natural_estimate", "natural_interval"]


def natural_estimate(effect: Effect, measure: EffectMeasure) -> float:
    """The estimate as a reader expects it.

    A proportion with counts is shown as events/n, not as the back-transform of a logit with 1/2
    added; everything else is back-transformed from the analysis scale.

    Parameters
    ----------
    effect : Effect
    measure : EffectMeasure

    Returns
    -------
    float
        Natural scale; a proportion is 0 to 1.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> from metasyn.effects.plain_table import effects_from_table
    >>> one = effects_from_table({"events": ["0"], "n": ["25"]}, measure="PLO", level=0.95, file="f.csv")
    >>> natural_estimate(one.effects[0], get_measure("PLO"))
    0.0
    """
    if measure.family == "proportion" and effect.counts is not None:
        return effect.counts.events_1 / effect.counts.n_1
    return measure.to_natural(effect.yi)


def natural_interval(effect: Effect, measure: EffectMeasure, level: float = 0.95) -> Interval:
    """The interval of a single effect.

    An effect that rests on a printed interval of this level shows that interval, so that a reader
    finds it in the source. Proportions with counts get the exact Clopper-Pearson interval;
    everything else the Wald interval of the analysis scale, back-transformed and kept within what can
    occur (a raw proportion within 0 and 1, a rate above 0, a correlation within -1 and 1).

    Parameters
    ----------
    effect : Effect
    measure : EffectMeasure
    level : float
        Level as a proportion.

    Returns
    -------
    Interval
        Natural scale.

    Raises
    ------
    OptionError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> from metasyn.effects.plain_table import effects_from_table
    >>> one = effects_from_table({"events": ["0"], "n": ["25"]}, measure="PLO", level=0.95, file="f.csv")
    >>> interval = natural_interval(one.effects[0], get_measure("PLO"), 0.95)
    >>> interval.low, round(interval.high, 4)
    (0.0, 0.1372)
    """
    if effect.reported_ci is not None and effect.reported_ci.level == level:
        return effect.reported_ci
    if measure.family == "proportion" and effect.counts is not None:
        return clopper_pearson(effect.counts.events_1, effect.counts.n_1, level)
    margin = quantile(level) * math.sqrt(effect.vi)
    least, most = measure.natural_range
    ends = (measure.to_natural(effect.yi - margin), measure.to_natural(effect.yi + margin))
    low, high = (min(max(end, least), most) for end in ends)
    return Interval(low, high, level)
