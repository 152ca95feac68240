"""Shares of participants without the event, and what a proportion of a time to an event is called."""

from __future__ import annotations

from metasyn.effects.measure import EffectMeasure
from metasyn.evidence.model import OutcomeDefinition, ReportedResult

__all__ = ["TIME_TO_EVENT", "is_event_free", "outcome_words"]

TIME_TO_EVENT = "time-to-event"


def is_event_free(row: ReportedResult, outcome: OutcomeDefinition) -> bool:
    """Whether a share is of participants without the event.

    `survival` is by definition; a `percent` is where the outcome is a time to an event and the row
    names a time point: sources print progression-free or overall survival so.

    Examples
    --------
    >>> death = OutcomeDefinition(outcome="OS", label="overall survival", kind="time-to-event")
    >>> row = ReportedResult(
    ...     result_id="r", study_id="s", cohort_id="c", outcome="OS", statistic="percent", value=81.0,
    ...     timepoint="6 months", source_id="x", locator="", as_printed="81%",
    ... )
    >>> is_event_free(row, death)
    True
    """
    if row.statistic == "survival":
        return True
    return row.statistic == "percent" and outcome.kind == TIME_TO_EVENT and bool(row.timepoint)


def outcome_words(outcome: OutcomeDefinition, timepoint: str, measure: EffectMeasure) -> str:
    """The outcome as the label of a set; a proportion of a time to an event says that it is of events.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> death = OutcomeDefinition(outcome="OS", label="overall survival", kind="time-to-event")
    >>> outcome_words(death, "6 months", get_measure("PLO"))
    'overall survival: with the event by 6 months'
    >>> outcome_words(death, "6 months", get_measure("HR"))
    'overall survival'
    """
    if measure.family != "proportion" or outcome.kind != TIME_TO_EVENT:
        return outcome.label
    return f"{outcome.label}: with the event" + (f" by {timepoint}" if timepoint else "")
