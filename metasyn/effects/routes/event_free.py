"""Shares of participants without the event, who is at risk then, and what their complement is called."""

from __future__ import annotations

from collections.abc import Iterable

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.rounding import whole_number_counts
from metasyn.evidence.model import OutcomeDefinition, ReportedResult

__all__ = ["TIME_TO_EVENT", "at_risk_beside", "is_event_free", "is_share_of_events", "outcome_words"]

TIME_TO_EVENT = "time-to-event"


def is_event_free(row: ReportedResult, outcome: OutcomeDefinition, n: int | None = None) -> bool:
    """Whether a share is of participants without the event.

    `survival` is by definition; a `percent` is where the outcome is a time to an event and the row
    names a time point, since sources print progression-free or overall survival so, unless its own
    number of events shows that it is a share with the event; `n` is the size of the group, for a row
    that does not print it.

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
    timed = row.statistic == "percent" and outcome.kind == TIME_TO_EVENT and bool(row.timepoint)
    return timed and not is_share_of_events(row, n)


def is_share_of_events(row: ReportedResult, n: int | None = None) -> bool:
    """Whether the events printed beside a percentage make it the share of participants with the event.

    They do where `events` of `n` is the percentage and `n - events` of `n` is not, and where no
    percentage is printed at all.

    Examples
    --------
    >>> def row(events):
    ...     return ReportedResult(
    ...         result_id="r", study_id="s", cohort_id="c", outcome="OS", statistic="percent", value=40.0,
    ...         events=events, n=100, timepoint="6 months", source_id="x", locator="", as_printed="40%",
    ...     )
    >>> is_share_of_events(row(40)), is_share_of_events(row(60)), is_share_of_events(row(None))
    (True, False, False)
    """
    if row.statistic != "percent" or row.events is None:
        return False
    if row.value is None:
        return True
    size = row.n if row.n is not None else n
    if not size or not 0 <= row.value <= 100:
        return False
    fits = whole_number_counts(row.value, row.decimals, size)
    return row.events in fits and size - row.events not in fits


def at_risk_beside(
    rows: Iterable[ReportedResult], share: ReportedResult
) -> tuple[ReportedResult, float] | None:
    """The row, and its number, of those still at risk at the time point and definition of a share.

    The number is the value of the row, else its `n`.
    """
    for row in rows:
        at_once = (row.timepoint, row.definition) == (share.timepoint, share.definition)
        if row.statistic == "at risk" and at_once:
            number = row.value if row.value is not None else row.n
            if number is not None:
                return row, float(number)
    return None


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
