"""Two-by-two tables that no source prints, from group sizes and what is printed of their margins.

The total of events, or the events of one group, with a ratio, a difference, phi or a test: the
whole-number tables that give the printed figure, allowing for its rounding. Where several do, the
nearest is taken and a note names the others.
"""

from __future__ import annotations

from typing import cast

from metasyn.effects.counts import counts_formula
from metasyn.effects.model import Counts, Route
from metasyn.effects.rounding import decimals_of
from metasyn.effects.routes.candidates import (
    Attempts,
    Candidate,
    TargetRows,
    figure,
    p_notes,
    printed_decimals,
)
from metasyn.effects.routes.event_free import is_event_free
from metasyn.effects.routes.margin_rows import Margins, margins_of, total_of
from metasyn.effects.routes.margins import Fit, Tables, fitting_tables, tables_by_test
from metasyn.effects.survival.printed_range import Range
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents, MarginFigure, RouteName, TableTest, choices

__all__ = ["margin_candidates"]

_GRADES: dict[RouteName, int] = {
    "margins and events": 2,
    "margins and ratio": 4,
    "risk and ratio": 4,
    "margins and phi": 4,
    "margins and test": 4,
}
_UNADJUSTED = "the printed figure is unadjusted, computed from these very counts"
_MOST_NAMED = 4


def margin_candidates(rows: TargetRows, attempts: Attempts) -> None:
    """Tables from margins, for every definition under which a figure of both groups is printed."""
    for definition in dict.fromkeys(row.definition for row in rows.pair):
        about = [row for row in rows.pair if row.definition == definition]
        printed = [row for row in about if not is_event_free(row, rows.outcome)]
        total = any(total_of(row, None) or row.statistic == "percent" for row in printed)
        if not (total or any(map(_route, printed))):
            continue
        margins = margins_of(rows, definition, printed)
        if isinstance(margins, NotEstimable):
            # A p value alone is never told by sizes: that they lack is not what is missing.
            if total or any(row.statistic in choices(MarginFigure) for row in printed):
                attempts.refuse("margins", margins.reason)
            continue
        _from_total_and_arm(rows, margins, attempts)
        for row in printed:
            _from_figure(rows, margins, row, attempts)


def _from_total_and_arm(rows: TargetRows, margins: Margins, attempts: Attempts) -> None:
    """The events of one group, and those of both together less these."""
    if margins.total is None or not margins.arms:
        return
    tables = margins.tables(total=True)
    if isinstance(tables, NotEstimable):
        attempts.refuse("margins and events", tables.reason)
        return
    made = _all(tables)
    fit = Fit(nearest=min(made, key=margins.away), tables=made)
    formula = "events of the other group = all events − those of one group"
    carriers = (*(known.row for known in margins.arms), margins.total.row)
    attempts.candidates.append(_candidate(rows, margins, "margins and events", formula, carriers, fit))


def _from_figure(rows: TargetRows, margins: Margins, row: ReportedResult, attempts: Attempts) -> None:
    """The table behind one printed ratio, difference, phi, test statistic or p value."""
    name = _route(row)
    if name is None:
        return
    by_arm = name == "margins and ratio" and margins.total is None and bool(margins.arms)
    name = "risk and ratio" if by_arm else name
    if margins.total is None and not by_arm:
        what = "the events of both groups together" + (", or of one" if name == "margins and ratio" else "")
        attempts.refuse(name, f"{figure(row)}: {what} are not printed")
        return
    tables = margins.tables(total=True)
    if isinstance(tables, NotEstimable):
        attempts.refuse(name, f"{figure(row)}: {tables.reason}")
        return
    swapped = rows.swapped(row)
    found = _tested(row, _turned(tables) if swapped else tables)
    if isinstance(found, NotEstimable):
        attempts.refuse(name, f"{figure(row)}: {found.reason}")
        return
    fit, formula, notes = found
    carriers = (row, *(known.row for known in (margins.total, *margins.arms) if known is not None))
    attempts.candidates.append(
        _candidate(
            rows,
            margins,
            name,
            formula,
            tuple(dict.fromkeys(carriers)),
            _fit_turned(fit) if swapped else fit,
            notes=notes,
            assumptions=(_UNADJUSTED,),
            inverted=swapped,
        )
    )


_Found = tuple[Fit, str, tuple[str, ...]]


def _tested(row: ReportedResult, tables: Tables) -> _Found | NotEstimable:
    """The tables that give the printed figure, in the direction in which it is stated."""
    if row.statistic in choices(MarginFigure):
        return _by_figure(row, tables)
    if row.statistic == "p":
        return _by_p(row, row.p or PValue(value=row.value), tables)
    return _by_statistic(row, tables)


def _by_figure(row: ReportedResult, tables: Tables) -> _Found | NotEstimable:
    if row.value is None:
        return NotEstimable("it is not a number")
    scale = 100.0 if row.statistic == "RD" and row.unit == "percent" else 1.0
    shown = Range.printed(row.value, printed_decimals(row))
    printed = Range(shown.low / scale, shown.high / scale)
    fit = fitting_tables(tables, cast(MarginFigure, row.statistic), printed, row.value / scale)
    if isinstance(fit, NotEstimable):
        return fit
    return fit, f"the table whose {row.statistic} is {figure(row)}", ()


def _by_statistic(row: ReportedResult, tables: Tables) -> _Found | NotEstimable:
    """By a chi-square on one degree of freedom, or by z as its root."""
    if row.value is None:
        return NotEstimable("it is not a number")
    shown = Range.printed(abs(row.value), printed_decimals(row)).within(0.0, float("inf"))
    root = row.statistic == "z"
    printed = Range(shown.low**2, shown.high**2) if root else shown
    value = row.value**2 if root else row.value
    return _by_tests(row, tables, printed, value, of="chi-square", one_sided=False, notes=())


def _by_p(row: ReportedResult, p: PValue, tables: Tables) -> _Found | NotEstimable:
    if p.value is None or not p.is_exact:
        return NotEstimable("a p value that is only a bound does not tell the table")
    decimals = row.p_decimals if row.p_decimals is not None else decimals_of(p.value)
    printed = Range.printed(p.value, decimals).within(0.0, 1.0)
    notes = () if p.sided == "one" else p_notes(row, p, row.definition)
    return _by_tests(row, tables, printed, p.value, of="p", one_sided=p.sided == "one", notes=notes)


def _by_tests(
    row: ReportedResult,
    tables: Tables,
    printed: Range,
    value: float,
    *,
    of: str,
    one_sided: bool,
    notes: tuple[str, ...],
) -> _Found | NotEstimable:
    """Under the test that is stated; under each of them where none is, the first that fits coming first."""
    if row.fewer_events_in not in choices(FewerEvents):
        return NotEstimable("it does not say which group has fewer events: state it in fewer_events_in")
    if row.test and row.test not in choices(TableTest):
        return NotEstimable(f"a {row.test} test does not tell the counts")
    fits: dict[TableTest, Fit] = {}
    refusal = NotEstimable("no test of a two-by-two table gives it")
    for test in cast("tuple[TableTest, ...]", (row.test,) if row.test else choices(TableTest)):
        found = tables_by_test(
            tables,
            test,
            printed,
            value,
            of=of,
            fewer_events_in=cast(FewerEvents, row.fewer_events_in),
            one_sided=one_sided,
        )
        if isinstance(found, NotEstimable):
            refusal = found if row.test else refusal
        else:
            fits[test] = found
    if not fits:
        return refusal
    test, first = next(iter(fits.items()))
    every = tuple(dict.fromkeys(table for fit in fits.values() for table in fit.tables))
    if not row.test:
        notes = (*notes, f"{figure(row)}: the test is not stated, taken as {_TEST_WORDS[test]}")
    formula = f"the table in which {_TEST_WORDS[test]} gives {figure(row)}"
    return Fit(nearest=first.nearest, tables=every), formula, notes


_TEST_WORDS: dict[TableTest, str] = {
    "chi-square": "Pearson's chi-square test",
    "chi-square with correction": "the chi-square test with Yates' correction",
    "Fisher": "Fisher's exact test",
}


def _candidate(
    rows: TargetRows,
    margins: Margins,
    name: RouteName,
    formula: str,
    carriers: tuple[ReportedResult, ...],
    fit: Fit,
    *,
    notes: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
    inverted: bool = False,
) -> Candidate:
    """The candidate of a reconstructed table."""
    return Candidate(
        route=Route(
            name=name,
            grade=_GRADES[name],
            formula=f"{formula}; {counts_formula(rows.measure)}",
            assumptions=assumptions,
        ),
        rows=carriers,
        definitions=(margins.definition,),
        decimals=sum(printed_decimals(row) for row in carriers),
        borrowed=margins.borrowed,
        counts=fit.nearest,
        inverted=inverted,
        notes=(_table_note(rows, fit), *margins.notes, *notes),
        tables=fit.tables,
    )


def _table_note(rows: TargetRows, fit: Fit) -> str:
    """The table that was taken, and those that would fit too."""
    label = rows.comparator.label if rows.comparator else ""
    one = fit.nearest
    text = (
        f"{one.events_1}/{one.n_1} of {rows.cohort.label} and {one.events_2}/{one.n_2} of {label} "
        "recovered from the margins of their table"
    )
    others = fit.others
    if not others:
        return f"{text}; no other table fits"
    named = ", ".join(f"{t.events_1} and {t.events_2}" for t in others[:_MOST_NAMED])
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    return f"{text}, the nearest of {len(fit.tables)}: {named}{more} would fit too"


def _route(row: ReportedResult) -> RouteName | None:
    """The route that a comparing figure opens."""
    if row.statistic in ("OR", "RR", "RD"):
        return "margins and ratio"
    if row.statistic == "phi":
        return "margins and phi"
    return "margins and test" if row.statistic in ("p", "chi-square", "z") else None


def _all(tables: Tables) -> tuple[Counts, ...]:
    a, n_1, c, n_2 = tables
    return tuple(
        Counts(events_1=int(x), n_1=n_1, events_2=int(y), n_2=n_2) for x, y in zip(a, c, strict=True)
    )


def _turned(tables: Tables) -> Tables:
    """The groups exchanged."""
    a, n_1, c, n_2 = tables
    return c, n_2, a, n_1


def _fit_turned(fit: Fit) -> Fit:
    return Fit(nearest=_exchanged(fit.nearest), tables=tuple(_exchanged(table) for table in fit.tables))


def _exchanged(table: Counts) -> Counts:
    return Counts(events_1=table.events_2 or 0, n_1=table.n_2 or 0, events_2=table.events_1, n_2=table.n_1)
