"""Printed figures as the ranges they stand for, and candidates in the direction of their target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metasyn.effects.model import Route
from metasyn.effects.rounding import decimals_of
from metasyn.effects.routes.candidates import (
    Candidate,
    TargetRows,
    definitions_differ,
    interval_decimals,
    printed_decimals,
)
from metasyn.effects.survival.facts import SURVIVAL_ROUTES
from metasyn.effects.survival.printed_range import EffectRange, Range, p_range
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import RouteName

__all__ = [
    "Span",
    "arms_candidate",
    "bound_ranges",
    "contrast_candidate",
    "rounding_of",
    "scaled",
    "se_range",
    "survival_route",
    "misfit_of_test",
    "turned_range",
    "value_range",
    "with_z",
]

Span = Callable[[], EffectRange | NotEstimable]

_LOG_RANK = ("", "log-rank", "stratified log-rank", "Cox")
_TABLE = ("", "chi-square", "chi-square with correction", "Fisher")


def survival_route(
    name: RouteName, details: str = "", *, code: str = "HR", grade: int | None = None, share: str = ""
) -> Route:
    """A route with what `SURVIVAL_ROUTES` says of it, and details of this very effect.

    Parameters
    ----------
    name : str
    details : str
        Added to the formula.
    code : str
        The measure: the routes of a ratio and its interval serve risk and odds ratios too.
    grade : int, optional
        Instead of that of a hazard ratio.
    share : str
        The stated share, where an assumption speaks of one.

    Examples
    --------
    >>> survival_route("ratio and interval", "z = 1.960").formula
    'ln HR; se = (ln U − ln L)/(2z), z = 1.960'
    """
    facts = SURVIVAL_ROUTES[name]
    formula = facts.formula.replace("HR", code)
    return Route(
        name=name,
        grade=facts.grade if grade is None else grade,
        formula=f"{formula}, {details}" if details else formula,
        assumptions=tuple(text.replace("the stated share", share or text) for text in facts.assumptions),
    )


def value_range(row: ReportedResult) -> Range:
    """What the value of a row may have been before it was rounded."""
    return Range.printed(row.value or 0.0, printed_decimals(row))


def scaled(figure: Range, factor: float) -> Range:
    """A range in another unit."""
    return Range(figure.low * factor, figure.high * factor)


def bound_ranges(row: ReportedResult, interval: Interval) -> tuple[Range, Range]:
    """What the bounds of its interval may have been."""
    decimals = interval_decimals(row)
    return Range.printed(interval.low, decimals), Range.printed(interval.high, decimals)


def se_range(row: ReportedResult, se: float) -> Range:
    """What its standard error may have been."""
    decimals = row.se_decimals if row.se_decimals is not None else decimals_of(se)
    return Range.printed(se, decimals)


def with_z(row: ReportedResult, p: PValue, span: Callable[[Range], EffectRange]) -> Span:
    """The range of an effect that rests on a p value, from that of its test statistic."""
    decimals = row.p_decimals
    if decimals is None:
        decimals = row.decimals if row.p is None and row.decimals is not None else decimals_of(p.value or 0.0)

    def found() -> EffectRange | NotEstimable:
        z = p_range(p, decimals)
        return z if isinstance(z, NotEstimable) else span(z)

    return found


def misfit_of_test(row: ReportedResult, measure: str) -> str:
    """Why the p value or statistic of a row says nothing about the measure; empty if it does."""
    if row.test in (_LOG_RANK if measure == "HR" else _TABLE):
        return ""
    return f"its p value or statistic is of another test ({row.test})"


def rounding_of(rows: Sequence[ReportedResult], span: Span | None) -> EffectRange | None:
    """The range of an effect; None where a figure was derived, so that its digits say nothing."""
    if span is None or any(row.derived for row in rows):
        return None
    found = span()
    return None if isinstance(found, NotEstimable) else found


def turned_range(found: EffectRange | None, turned: bool) -> EffectRange | None:
    """The range of an effect stated the other way round."""
    if found is None or not turned:
        return found
    return EffectRange(yi=Range(0.0 - found.yi.high, 0.0 - found.yi.low), sei=found.sei)


def contrast_candidate(
    rows: TargetRows,
    own: ReportedResult,
    estimate: tuple[float, float],
    route: Route,
    *,
    others: Sequence[ReportedResult] = (),
    notes: Sequence[str] = (),
    interval: Interval | None = None,
    span: Span | None = None,
    turn: bool = True,
) -> Candidate:
    """A candidate in the direction of the target, whichever way the source states it.

    Parameters
    ----------
    own : ReportedResult
        The row that carries the estimate.
    estimate : tuple of float
        `(yi, vi)`, by default in the direction of `own`.
    others : sequence of ReportedResult
        Further rows it rests on.
    interval : Interval, optional
        As printed, on the natural scale of a ratio.
    span : callable, optional
        The range that rounding allows, in the direction of `estimate`.
    turn : bool
        False where `estimate` has the direction of the target already.
    """
    swapped = rows.swapped(own) and own.is_contrast
    turned = swapped and turn
    yi, vi = estimate
    if turned and interval is not None:
        interval = Interval(1 / interval.high, 1 / interval.low, interval.level)
    used = tuple({row.result_id: row for row in (own, *others)}.values())
    return Candidate(
        route=route,
        rows=used,
        definitions=(own.definition,),
        decimals=printed_decimals(own),
        yi=-yi if turned else yi,
        vi=vi,
        inverted=swapped,
        reported_ci=interval,
        notes=tuple(notes),
        rounding=turned_range(rounding_of(used, span), turned),
    )


def arms_candidate(
    first: ReportedResult,
    second: ReportedResult,
    estimate: tuple[float, float],
    route: Route,
    *,
    others: Sequence[ReportedResult] = (),
    notes: Sequence[str] = (),
    borrowed: int = 0,
    span: Span | None = None,
) -> Candidate:
    """A candidate from a figure of each group, which has the direction of the target.

    Parameters
    ----------
    first, second : ReportedResult
        Of the cohort and of its comparator; where their definitions differ a note says so.
    estimate : tuple of float
        `(yi, vi)`.
    others : sequence of ReportedResult
        Further rows it rests on.
    borrowed : int
        Groups whose number of participants is not printed beside the figure.
    span : callable, optional
        The range that rounding allows.
    """
    used = tuple({row.result_id: row for row in (first, second, *others)}.values())
    mixed = (definitions_differ(first, second),) if first.definition != second.definition else ()
    return Candidate(
        route=route,
        rows=used,
        definitions=tuple(dict.fromkeys((first.definition, second.definition))),
        decimals=printed_decimals(first) + printed_decimals(second),
        borrowed=borrowed,
        yi=estimate[0],
        vi=estimate[1],
        notes=(*notes, *mixed),
        rounding=rounding_of(used, span),
    )
