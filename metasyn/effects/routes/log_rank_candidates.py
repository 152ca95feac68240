"""Hazard ratios from what a log-rank test prints: every test figure with every way to V."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

from metasyn.effects.hazard_ratio import Estimate, o_minus_e_and_v, p_statistic
from metasyn.effects.routes.candidates import Attempts, TargetRows, figure, p_notes, printed_decimals
from metasyn.effects.routes.group_events import events_of_groups, total_events
from metasyn.effects.routes.log_rank_figures import (
    VarianceSource,
    fewer_events,
    of_definition,
    variance_sources,
)
from metasyn.effects.routes.printed_figures import (
    Span,
    contrast_candidate,
    misfit_of_test,
    survival_route,
    value_range,
    with_z,
)
from metasyn.effects.survival.hazard_ranges import (
    o_minus_e_and_p_range,
    o_minus_e_and_v_range,
    observed_and_expected_range,
    ratio_and_v_range,
    statistic_and_v_range,
)
from metasyn.effects.survival.logrank import (
    chi_square_and_v,
    o_minus_e_and_chi_square,
    o_minus_e_and_p,
    observed_and_expected,
    p_and_v,
    ratio_and_v,
    totals_differ,
)
from metasyn.effects.survival.printed_range import Range
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents, RouteName

__all__ = ["log_rank_candidates"]

# Rows beside whose figure the p value of a log-rank test may stand.
_WITH_P = ("p", "HR", "O-E", "V", "chi-square", "z", "median")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """A figure that says how far the groups differ in units of V.

    Attributes
    ----------
    prefix : str
        The first half of the name of its routes.
    directed : bool
        Whether it carries its own direction, that of its row; else that of the target was found.
    estimate, span : callable
        From V, and from the range of V.
    """

    prefix: str
    row: ReportedResult
    directed: bool
    estimate: Callable[[float], Estimate | NotEstimable]
    span: Callable[[Range], Span]
    others: tuple[ReportedResult, ...] = ()
    notes: tuple[str, ...] = ()


def log_rank_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Every route from O, E, V, chi-square, z, p and events, definition by definition."""
    definitions = dict.fromkeys(r.definition for r in (*rows.pair, *rows.first, *rows.second))
    for definition in definitions:
        _observed_and_expected(rows, definition, attempts)
        sources = variance_sources(rows, definition)
        total = total_events(rows, definition)
        if isinstance(total, NotEstimable):
            attempts.refuse("all events", total.reason)
        for row in of_definition(rows.pair, definition, "O-E"):
            _o_minus_e(rows, row, sources, attempts)
        for test in _tests(rows, definition, attempts):
            _with_each_v(rows, test, sources, attempts)
    if not any(r.statistic == "O-E" for r in rows.pair):
        attempts.refuse("O-E and V", "no O-E is printed")


def _tests(rows: TargetRows, definition: str, attempts: Attempts) -> Iterator[_Test]:
    """Ratios, chi-squares, z statistics and p values of one definition."""
    for row in of_definition(rows.pair, definition, "HR"):
        yield _ratio(row)
    for row in of_definition(rows.pair, definition, "chi-square", "z"):
        if misfit := misfit_of_test(row, "HR"):
            attempts.refuse("log-rank chi-square", f"{figure(row)}: {misfit}")
            continue
        towards = fewer_events(rows, row, definition)
        if isinstance(towards, NotEstimable):
            attempts.refuse("log-rank chi-square", towards.reason)
            continue
        yield _chi_square(row, *towards)
    for row, p in _p_values(rows, definition):
        misfit = misfit_of_test(row, "HR") or _only_a_bound(p)
        if misfit:
            attempts.refuse("log-rank p", f"{figure(row)}: {misfit}")
            continue
        towards = fewer_events(rows, row, definition)
        if isinstance(towards, NotEstimable):
            attempts.refuse("log-rank p", towards.reason)
            continue
        yield _p_value(row, p, *towards)


def _p_values(rows: TargetRows, definition: str) -> Iterator[tuple[ReportedResult, PValue]]:
    """P values of the contrast that may be of a log-rank test, each once.

    One beside a figure of another kind, such as an odds ratio, only where its test is stated.
    """
    for row in rows.pair:
        p = row.p
        if p is None and row.statistic == "p" and row.value is not None:
            p = PValue(value=row.value)
        fitting = row.statistic in _WITH_P or (row.test and not misfit_of_test(row, "HR"))
        if p is not None and row.definition == definition and fitting:
            yield row, p


def _only_a_bound(p: PValue) -> str:
    """Why a p value gives no statistic where it is not exact."""
    z = p_statistic(p)
    return z.reason if not p.is_exact and isinstance(z, NotEstimable) else ""


def _ratio(row: ReportedResult) -> _Test:
    value = row.value or 0.0
    return _Test(
        prefix="ratio",
        row=row,
        directed=True,
        estimate=lambda v: ratio_and_v(value, v),
        span=lambda v: lambda: ratio_and_v_range(value_range(row), v),
    )


def _chi_square(row: ReportedResult, fewer: FewerEvents, note: str) -> _Test:
    chi_square = _chi_square_of(row)
    return _Test(
        prefix="chi-square",
        row=row,
        directed=False,
        estimate=lambda v: chi_square_and_v(chi_square, v, fewer_events_in=fewer),
        span=lambda v: lambda: statistic_and_v_range(_root_range(row), v, fewer_events_in=fewer),
        notes=(*((note,) if note else ()), *_test_note(row)),
    )


def _p_value(row: ReportedResult, p: PValue, fewer: FewerEvents, note: str) -> _Test:
    return _Test(
        prefix="p",
        row=row,
        directed=False,
        estimate=lambda v: p_and_v(p, v, fewer_events_in=fewer),
        span=lambda v: with_z(row, p, lambda z: statistic_and_v_range(z, v, fewer_events_in=fewer)),
        notes=(*p_notes(row, p, row.definition), *((note,) if note else ()), *_test_note(row)),
    )


def _test_note(row: ReportedResult) -> tuple[str, ...]:
    """That a p value or statistic is not of the plain log-rank test."""
    what = row.statistic if row.statistic in ("chi-square", "z") else "p"
    return (f"{what} is of a {row.test} test",) if row.test in ("stratified log-rank", "Cox") else ()


def _with_each_v(rows: TargetRows, test: _Test, sources: list[VarianceSource], attempts: Attempts) -> None:
    if not sources and test.prefix != "ratio":
        attempts.refuse(
            f"log-rank {test.prefix}",
            f"{figure(test.row)}: neither V nor the events of the groups are printed under its definition"
            f"{_without_events(rows, test.row.definition)}",
        )
    for source in sources:
        name = cast(RouteName, test.prefix + source.suffix)
        estimate = test.estimate(source.v)
        if isinstance(estimate, NotEstimable):
            attempts.refuse(name, f"{figure(test.row)}: {estimate.reason}")
            continue
        attempts.candidates.append(
            contrast_candidate(
                rows,
                test.row,
                estimate,
                survival_route(name, source.details),
                others=source.rows,
                notes=(*test.notes, *source.notes),
                span=test.span(source.span),
                turn=test.directed,
            )
        )


def _without_events(rows: TargetRows, definition: str) -> str:
    """That events are printed after all, but none in one group."""
    none = any(not isinstance(o, NotEstimable) and o.count == 0 for o in events_of_groups(rows, definition))
    return " (a group without events gives no V)" if none else ""


def _o_minus_e(
    rows: TargetRows, row: ReportedResult, sources: list[VarianceSource], attempts: Attempts
) -> None:
    """O - E with V, with chi-square, or with p."""
    o_minus_e, found = row.value or 0.0, value_range(row)
    printed = [source for source in sources if source.suffix == " and V"]
    if not printed:
        attempts.refuse("O-E and V", f"{figure(row)} has no V under the same definition")
    for source in printed:
        _add(
            rows,
            row,
            "O-E and V",
            o_minus_e_and_v(o_minus_e, source.v),
            source.rows,
            partial(o_minus_e_and_v_range, found, source.span),
            attempts,
        )
    for other in of_definition(rows.pair, row.definition, "chi-square", "z"):
        if not misfit_of_test(other, "HR"):
            estimate = o_minus_e_and_chi_square(o_minus_e, _chi_square_of(other))
            root = partial(o_minus_e_and_p_range, found, _root_range(other))
            _add(rows, row, "O-E and chi-square", estimate, (other,), root, attempts, _test_note(other))
    for other, p in _p_values(rows, row.definition):
        if not (misfit_of_test(other, "HR") or _only_a_bound(p)):
            estimate = o_minus_e_and_p(o_minus_e, p)
            notes = (*p_notes(other, p, row.definition), *_test_note(other))
            span = with_z(other, p, partial(o_minus_e_and_p_range, found))
            _add(rows, row, "O-E and p", estimate, (other,), span, attempts, notes)


def _observed_and_expected(rows: TargetRows, definition: str, attempts: Attempts) -> None:
    """O and E of both groups."""
    expected = [of_definition(arm, definition, "E") for arm in (rows.first, rows.second)]
    if not all(expected):
        if any(expected):
            attempts.refuse("O and E", "E is printed for one group only")
        return
    e_1, e_2 = (found[0] for found in expected)
    first, second = events_of_groups(rows, definition)
    if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
        attempts.refuse("O and E", "E is printed for both groups, but not the events (O) of both")
        return
    o = float(first.count), float(second.count)
    e = e_1.value or 0.0, e_2.value or 0.0
    estimate = observed_and_expected(o[0], e[0], o[1], e[1])
    if isinstance(estimate, NotEstimable):
        attempts.refuse("O and E", estimate.reason)
        return
    decimals = min(printed_decimals(row) for row in (e_1, e_2))
    notes = tuple(one.note for one in (first, second) if one.note)
    differ = totals_differ(o[0], e[0], o[1], e[1], decimals=decimals)
    ranges = Range.exact(o[0]), value_range(e_1), Range.exact(o[1]), value_range(e_2)
    attempts.candidates.append(
        contrast_candidate(
            rows,
            e_1,
            estimate,
            survival_route("O and E", f"O = {first.count} and {second.count}, E = {e[0]:g} and {e[1]:g}"),
            others=(e_2, *first.rows, *second.rows),
            notes=(*notes, *(("O and E do not sum to the same by more than rounding",) if differ else ())),
            span=partial(observed_and_expected_range, *ranges),
            turn=False,
        )
    )


def _add(
    rows: TargetRows,
    row: ReportedResult,
    name: RouteName,
    estimate: Estimate | NotEstimable,
    others: tuple[ReportedResult, ...],
    span: Span,
    attempts: Attempts,
    notes: tuple[str, ...] = (),
) -> None:
    """One candidate that O - E carries."""
    if isinstance(estimate, NotEstimable):
        attempts.refuse(name, f"{figure(row)}: {estimate.reason}" if name != "O-E and V" else estimate.reason)
        return
    route = survival_route(name)
    attempts.candidates.append(
        contrast_candidate(rows, row, estimate, route, others=others, notes=notes, span=span)
    )


def _chi_square_of(row: ReportedResult) -> float:
    """The chi-square of a row, which may print its root."""
    value = row.value or 0.0
    return value * value if row.statistic == "z" else value


def _root_range(row: ReportedResult) -> Range:
    """The absolute normal statistics that a printed chi-square or z may stand for."""
    span = value_range(row)
    if row.statistic == "chi-square":
        return Range(math.sqrt(max(span.low, 0.0)), math.sqrt(max(span.high, 0.0)))
    ends = sorted((abs(span.low), abs(span.high)))
    return Range(0.0 if span.low < 0 < span.high else ends[0], ends[1])
