"""Proportions of one group that are no plain counts: an interval without n, survival at a time point.

For an outcome that is a time to an event the pooled proportion is of participants *with* the event by
the time point, `1 - S`. `survival` rows hold the share without it; so does a `percent` at a time point.
There are no whole counts behind such an effect: estimate and variance come from the share and an
effective number of participants, which is named in a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from metasyn.effects.counts import counts_formula
from metasyn.effects.model import Counts, Route
from metasyn.effects.routes.candidates import Attempts, Candidate, TargetRows, figure, printed_decimals
from metasyn.effects.routes.effective_sizes import SPREAD, Share, Size, range_of_share, share_of, sizes_of
from metasyn.effects.routes.event_free import is_event_free
from metasyn.effects.survival.printed_range import EffectRange
from metasyn.effects.survival.timepoint import proportion_and_n
from metasyn.values import NotEstimable
from metasyn.vocabulary import ProportionMeasure, RouteName

__all__ = ["proportion_candidates"]

_NO_COMPETING = "nothing but the event ends the time at risk: 1 − S is too high where other events compete"
_GRADES: dict[str, int] = {"interval": 3, "standard error": 3, "numbers at risk": 4, "n": 5}


def proportion_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Every way from a printed share of one group to its proportion with the event."""
    if rows.measure.code not in SPREAD:
        return
    for row in rows.first:
        free = is_event_free(row, rows.outcome, rows.cohort.n)
        if not free and (row.statistic != "percent" or row.unit in ("episodes", "treatment lines")):
            continue
        share = share_of(rows, row, free)
        if isinstance(share, NotEstimable):
            attempts.refuse(_name(free, "interval"), share.reason)
            continue
        for by, size in sizes_of(rows, share):
            found = size if isinstance(size, NotEstimable) else _candidate(rows, share, size)
            if isinstance(found, NotEstimable):
                attempts.refuse(_name(free, by), f"{figure(row)}: {found.reason}")
            else:
                attempts.candidates.append(found)


def _candidate(rows: TargetRows, share: Share, size: Size) -> Candidate | NotEstimable:
    """The candidate of a share and a number of participants."""
    code = rows.measure.code
    counts = _whole_counts(share, size)
    formula = counts_formula(rows.measure) if counts else size.words
    if counts is None and size.by != "interval":
        formula = f"{'p = 1 − S; ' if share.event_free else ''}{SPREAD[code]}; {size.words}"
    estimate = proportion_and_n(share.p, size.m, measure=cast(ProportionMeasure, code))
    if isinstance(estimate, NotEstimable) and counts is None:
        return estimate
    yi, vi = (float("nan"), float("nan")) if isinstance(estimate, NotEstimable) or counts else estimate
    competing = (_NO_COMPETING,) if share.event_free else ()
    return Candidate(
        route=Route(
            name=_name(share.event_free, size.by),
            grade=_GRADES[size.by],
            formula=formula,
            assumptions=(*size.assumptions, *competing),
        ),
        rows=(share.row, *size.others),
        definitions=(share.row.definition,),
        decimals=printed_decimals(share.row),
        borrowed=size.borrowed,
        yi=yi,
        vi=vi,
        counts=counts,
        reported_ci=size.interval,
        notes=(*_reading(rows, share), *_effective(size, counts), *size.notes),
        rounding=_rounding(code, share, size, counts),
    )


def _rounding(code: str, share: Share, size: Size, counts: Counts | None) -> EffectRange | None:
    if counts is not None:
        return None
    return size.rounding if size.by == "interval" else range_of_share(code, share, size.m)


def _whole_counts(share: Share, size: Size) -> Counts | None:
    """Nobody or everybody of n: then there are counts, and the zero-cell policy is about them."""
    if size.by != "n" or share.p not in (0, 1) or share.n is None:
        return None
    return Counts(events_1=round(share.p * share.n), n_1=share.n)


def _reading(rows: TargetRows, share: Share) -> Iterator[str]:
    """How a share without the event was read."""
    if not share.event_free:
        return
    when = f" by {share.row.timepoint}" if share.row.timepoint else ""
    what = "" if share.row.statistic == "survival" else ", a percentage at a time point taken as event-free"
    yield (
        f"proportion with the event{when}: 1 − S = {100 * share.p:.4g}%, "
        f"S = {100 * share.value:.4g}% {rows.outcome.label}{what}"
    )


def _effective(size: Size, counts: Counts | None) -> Iterator[str]:
    if counts is None and size.by != "n":
        yield f"effective number of participants {size.m:.4g}, from the {size.by}; no whole counts"


def _name(event_free: bool, by: str) -> RouteName:
    return cast(RouteName, f"{'1-S' if event_free else 'proportion'} and {by}")
