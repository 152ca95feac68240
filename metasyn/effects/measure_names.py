"""Measures of one set of effects: a time with its unit, a proportion named after the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from metasyn.effects.measure import MEASURES, EffectMeasure
from metasyn.errors import OptionError
from metasyn.vocabulary import Measure, TimeUnit, choices, require_option

__all__ = ["measured_in", "with_the_event"]

_IN_UNITS: Mapping[tuple[Measure, str], EffectMeasure] = MappingProxyType(
    {
        (measure.code, unit): replace(measure, unit=unit, scale=f"{measure.scale} in {unit}")
        for measure in MEASURES.values()
        if measure.family == "time"
        for unit in choices(TimeUnit)
    }
)


_OF_EVENTS: Mapping[Measure, EffectMeasure] = MappingProxyType(
    {
        measure.code: replace(measure, label="proportion with the event")
        for measure in MEASURES.values()
        if measure.family == "proportion"
    }
)


def with_the_event(measure: EffectMeasure) -> EffectMeasure:
    """A proportion of a time to an event, named so that nobody reads it as the share without the event.

    Always the same object; any other measure is returned as it is.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> with_the_event(get_measure("PLO")).label, with_the_event(get_measure("RR")).label
    ('proportion with the event', 'risk ratio')
    """
    return _OF_EVENTS.get(measure.code, measure)


def measured_in(measure: EffectMeasure, unit: str) -> EffectMeasure:
    """A measure of time with its unit, always the same object.

    Raises
    ------
    OptionError
        If the unit is not one of time, or the measure is no time.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> measured_in(get_measure("MEDLN"), "months").scale
    'log median time in months'
    """
    require_option("unit", unit, TimeUnit)
    if measure.family != "time":
        raise OptionError(f"measure {measure.code!r} is not a time and has no unit.")
    return _IN_UNITS[measure.code, unit]
