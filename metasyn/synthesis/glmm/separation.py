"""Counts for which a likelihood has no maximum, found before it is looked for."""

from __future__ import annotations

import numpy as np

from metasyn.errors import NotEstimableError
from metasyn.synthesis.glmm.model import GlmmData, GlmmSpec

__all__ = ["require_information", "separated"]


def require_information(data: GlmmData, spec: GlmmSpec) -> None:
    """Refuse sets from which the model cannot estimate anything.

    Raises
    ------
    NotEstimableError
        Naming the case and what to do.
    """
    if data.k < 2:
        left = "one study is left with" if spec.measure in ("OR", "IRR") else "there is only one study with"
        found = left if data.k else "no study has"
        raise NotEstimableError(
            f"{found} information on the {spec.measure}, and pooling needs two. Report the study by itself."
            if data.k
            else "no study has information: nobody, or everybody, had the event in both groups of each. "
            "Report the counts; in Python mantel_haenszel(measure='RD') can pool a risk difference."
        )
    if data.events_2 is None and spec.model != "firth":
        _require_events(data, spec)


def _require_events(data: GlmmData, spec: GlmmSpec) -> None:
    """Single cohorts: some events, some non-events, and some variation where that is estimated."""
    x, n = data.events_1, data.size_1
    if not x.sum():
        raise NotEstimableError(
            "no study has an event: the likelihood rises for ever towards 0. Report exact intervals of the "
            "studies or of their sum, or in Python ask for pool_glmm(model='firth'): half an event added to "
            "all."
        )
    if data.person_time:
        return
    if (x == n).all():
        raise NotEstimableError(
            "every participant of every study had the event: the likelihood rises for ever towards 1. Report "
            "exact intervals of the studies or of their sum, or in Python ask for pool_glmm(model='firth')."
        )
    if spec.between == "random-effects" and ((x == 0) | (x == n)).all():
        raise NotEstimableError(
            "every study has either no events or only events: the variance between studies has no upper "
            "bound. List the studies, or in Python ask for pool_glmm(between='common-effect')."
        )


def separated(data: GlmmData) -> str:
    """Why the effect between two groups has no finite maximum likelihood estimate; empty if it has one.

    It is infinite if in every study the table is the most extreme one with its margins, all in the
    same direction: as when one group has no event in any study.
    """
    if data.events_2 is None or data.size_2 is None:
        return ""
    x_1, x_2 = data.events_1, data.events_2
    if data.person_time:
        lowest, highest = x_1 == 0, x_2 == 0
    else:
        lowest = (x_1 == 0) | (x_2 == data.size_2)
        highest = (x_2 == 0) | (x_1 == data.size_1)
    for extreme, group in ((lowest, "first"), (highest, "second")):
        if bool(np.all(extreme)):
            other = "" if data.person_time else ", or only events in the other group"
            return (
                f"no study has events in the {group} group{other} (separation), so that the likelihood of "
                "the effect has no maximum"
            )
    return ""
