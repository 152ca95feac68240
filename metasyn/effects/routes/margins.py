"""Two-by-two tables from their margins: which whole-number tables a printed figure can stand for.

The group sizes and one further figure (the events of both groups together, the events of one group)
leave a row of possible tables. A printed odds ratio, risk ratio, risk difference, phi coefficient,
test statistic or p value tells which of them it was computed from, as far as its rounding allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, gammaln

from metasyn.effects.model import Counts
from metasyn.effects.survival.printed_range import Range
from metasyn.errors import OptionError
from metasyn.values import NotEstimable
from metasyn.vocabulary import FewerEvents, MarginFigure, TableTest, require_option

__all__ = [
    "MOST_TABLES",
    "Fit",
    "chi_square_of",
    "fitting_tables",
    "p_of",
    "possible_tables",
    "tables_by_test",
]

_Array = NDArray[np.float64]
Tables = tuple[_Array, int, _Array, int]

# More possible tables than this are not gone through.
MOST_TABLES = 2_000_000

# R counts a table as at least as extreme if its probability exceeds the observed one by no more.
_FISHER_SLACK = 1 + 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The tables that a printed figure can stand for.

    Attributes
    ----------
    nearest : Counts
        The one whose figure is nearest to the printed one; of equally near ones the one with the
        fewest events in group 1.
    tables : tuple of Counts
        All of them, by events in group 1 and 2; `nearest` among them.
    """

    nearest: Counts
    tables: tuple[Counts, ...]

    @property
    def others(self) -> tuple[Counts, ...]:
        """Those that fit too."""
        return tuple(table for table in self.tables if table != self.nearest)


def possible_tables(
    n_1: int,
    n_2: int,
    *,
    events_1: Collection[int] | None = None,
    events_2: Collection[int] | None = None,
    total: Collection[int] | None = None,
) -> Tables | NotEstimable:
    """All tables with these group sizes and the counts that are known.

    Parameters
    ----------
    n_1, n_2 : int
        Participants of the two groups.
    events_1, events_2, total : collection of int, optional
        What the events of either group, or of both together, may be (one number, or several where a
        percentage leaves several). At least one must be given.

    Returns
    -------
    tuple of (ndarray of shape (m,), int, ndarray of shape (m,), int), or NotEstimable
        Events and participants of group 1 and group 2, ordered by events.

    Raises
    ------
    OptionError
        If a group has no participants, or no count is given.

    Examples
    --------
    >>> a, _, c, _ = possible_tables(3, 4, total=[2])
    >>> a.tolist(), c.tolist()
    ([0.0, 1.0, 2.0], [2.0, 1.0, 0.0])
    """
    if n_1 <= 0 or n_2 <= 0:
        raise OptionError(f"both groups must have participants; got {n_1} and {n_2}.")
    first, second, sums = (_whole(given) for given in (events_1, events_2, total))
    if first is None and second is None and sums is None:
        raise OptionError("events of a group or of both together must be given.")
    known = first if first is not None else np.arange(n_1 + 1.0)
    if sums is None:
        pair = _grid(known, second if second is not None else np.arange(n_2 + 1.0))
    elif first is None and second is not None:
        pair = _grid(second, sums)
    else:
        pair = _grid(known, sums)
    if pair is None:
        return NotEstimable(f"more than {MOST_TABLES} tables would have to be tried")
    a, c = pair
    if sums is not None:
        a, c = (c - a, a) if first is None and second is not None else (a, c - a)
    fits = (a >= 0) & (a <= n_1) & (c >= 0) & (c <= n_2)
    if second is not None:
        fits &= np.isin(c, second)
    if not fits.any():
        return NotEstimable(f"no table of {n_1} and {n_2} participants has these events")
    a, c = a[fits], c[fits]
    order = np.lexsort((c, a))
    return a[order], n_1, c[order], n_2


def fitting_tables(tables: Tables, figure: MarginFigure, printed: Range, value: float) -> Fit | NotEstimable:
    """The tables whose odds ratio, risk ratio, risk difference, phi or total is the printed one.

    A ratio of which one side is 0 is 0 or infinite and fits no printed number; nothing is added to a
    cell.

    Parameters
    ----------
    tables : Tables
        From `possible_tables`.
    figure : {'OR', 'RR', 'RD', 'phi'}
        Group 1 against group 2.
    printed : Range
        What the printed figure may have been before rounding.
    value : float
        As printed.

    Returns
    -------
    Fit or NotEstimable

    Examples
    --------
    >>> tables = possible_tables(100, 100, total=[30])
    >>> found = fitting_tables(tables, "OR", Range.printed(0.44, 2), 0.44)
    >>> found.nearest.events_1, found.nearest.events_2, len(found.tables)
    (10, 20, 1)
    """
    require_option("figure", figure, MarginFigure)
    return _nearest(tables, _FIGURES[figure](*tables), printed, value)


def tables_by_test(
    tables: Tables,
    test: TableTest,
    printed: Range,
    value: float,
    *,
    of: str = "p",
    fewer_events_in: FewerEvents,
    one_sided: bool = False,
) -> Fit | NotEstimable:
    """The tables in which the test gives the printed p value or statistic.

    Parameters
    ----------
    tables : Tables
        From `possible_tables`; `cohort` is group 1.
    test : {'chi-square', 'chi-square with correction', 'Fisher'}
        Pearson's test without or with Yates' correction; Fisher's exact test, two-sided by the sum
        of all tables that are no more probable.
    printed : Range
        What the printed p value or chi-square may have been before rounding.
    value : float
        As printed.
    of : {'p', 'chi-square'}
        Which of them is printed.
    fewer_events_in : {'cohort', 'comparator'}
        The group with the lower share of events; tables with equal shares are always tried.
    one_sided : bool
        Whether the p value is that of the tail towards the group with fewer events.

    Returns
    -------
    Fit or NotEstimable

    Examples
    --------
    >>> tables = possible_tables(40, 40, total=[20])
    >>> p = Range.printed(0.0038, 4)
    >>> found = tables_by_test(tables, "Fisher", p, 0.0038, fewer_events_in="cohort")
    >>> found.nearest.events_1, found.nearest.events_2
    (4, 16)
    """
    require_option("test", test, TableTest)
    require_option("fewer_events_in", fewer_events_in, FewerEvents)
    a, n_1, c, n_2 = tables
    towards = a * n_2 <= c * n_1 if fewer_events_in == "cohort" else a * n_2 >= c * n_1
    tables = (a[towards], n_1, c[towards], n_2)
    if not towards.any():
        return NotEstimable("no table has fewer events in that group")
    if of == "chi-square":
        if test == "Fisher":
            return NotEstimable("Fisher's test has no chi-square")
        return _nearest(tables, chi_square_of(tables, corrected=test != "chi-square"), printed, value)
    return _nearest(tables, p_of(tables, test, one_sided=one_sided), printed, value)


def chi_square_of(tables: Tables, *, corrected: bool = False) -> _Array:
    """Pearson's chi-square of every table, with Yates' correction if asked; NaN for an empty margin.

    `N (|ad - bc| - N/2)² / (n1 n2 (a + c) (b + d))`; without correction N/2 is left out. As in R, the
    correction never exceeds the difference itself.

    Examples
    --------
    >>> tables = (np.array([10.0]), 100, np.array([20.0]), 100)
    >>> chi_square_of(tables).round(4).tolist(), chi_square_of(tables, corrected=True).round(4).tolist()
    ([3.9216], [3.1765])
    """
    a, n_1, c, n_2 = tables
    total, n = a + c, float(n_1 + n_2)
    apart = np.abs(a * n_2 - c * n_1)
    apart = np.maximum(apart - n / 2, 0.0) if corrected else apart
    with np.errstate(all="ignore"):
        return np.asarray((apart / n_1) * (apart / n_2) * n / (total * (n - total)))


def p_of(tables: Tables, test: TableTest, *, one_sided: bool = False) -> _Array:
    """The p value of every table; NaN where chi-square has none.

    A one-sided p is that of the tail in which the table lies.

    Examples
    --------
    >>> tables = (np.array([3.0]), 10, np.array([8.0]), 10)
    >>> p_of(tables, "Fisher").round(4).tolist(), p_of(tables, "chi-square").round(4).tolist()
    ([0.0698], [0.0246])
    """
    if test == "Fisher":
        return _fisher(tables, one_sided=one_sided)
    p = erfc(np.sqrt(chi_square_of(tables, corrected=test != "chi-square") / 2))
    return np.asarray(p / 2 if one_sided else p)


def _fisher(tables: Tables, *, one_sided: bool) -> _Array:
    """Exact p values, all tables of one total at once."""
    a, n_1, c, n_2 = tables
    p = np.empty_like(a)
    for total in np.unique(a + c):
        here = np.flatnonzero(a + c == total)
        support = np.arange(max(0.0, total - n_2), min(float(n_1), total) + 1)
        log_chance = _log_ways(n_1, support) + _log_ways(n_2, total - support)
        chance = np.exp(log_chance - log_chance.max())
        chance /= chance.sum()
        place = (a[here] - support[0]).astype(int)
        if one_sided:
            below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
            fewer = a[here] * n_2 <= c[here] * n_1
            p[here] = np.where(fewer, below[place], above[place])
            continue
        ordered = np.sort(chance)
        upto = np.searchsorted(ordered, chance[place] * _FISHER_SLACK, side="right")
        p[here] = np.cumsum(ordered)[upto - 1]
    return np.minimum(p, 1.0)


def _log_ways(n: int, k: _Array) -> _Array:
    """Logarithm of a binomial coefficient, without the part that depends on n alone."""
    return np.asarray(-gammaln(k + 1) - gammaln(n - k + 1))


def _odds_ratio(a: _Array, n_1: int, c: _Array, n_2: int) -> _Array:
    with np.errstate(all="ignore"):
        return np.asarray(a * (n_2 - c) / ((n_1 - a) * c))


def _risk_ratio(a: _Array, n_1: int, c: _Array, n_2: int) -> _Array:
    with np.errstate(all="ignore"):
        return np.asarray(a * n_2 / (c * n_1))


def _risk_difference(a: _Array, n_1: int, c: _Array, n_2: int) -> _Array:
    return np.asarray(a / n_1 - c / n_2)


def _phi(a: _Array, n_1: int, c: _Array, n_2: int) -> _Array:
    total, n = a + c, n_1 + n_2
    with np.errstate(all="ignore"):
        return np.asarray((a * n_2 - c * n_1) / np.sqrt(float(n_1) * n_2 * total * (n - total)))


_FIGURES: dict[str, Callable[[_Array, int, _Array, int], _Array]] = {
    "OR": _odds_ratio,
    "RR": _risk_ratio,
    "RD": _risk_difference,
    "phi": _phi,
}


def _nearest(tables: Tables, found: _Array, printed: Range, value: float) -> Fit | NotEstimable:
    """Tables whose figure lies in the range of the printed one, and the nearest of them."""
    a, n_1, c, n_2 = tables
    slack = 1e-9 * max(abs(printed.low), abs(printed.high), 1e-6)
    with np.errstate(invalid="ignore"):
        away = np.abs(found - value)
        fits = np.flatnonzero((found >= printed.low - slack) & (found <= printed.high + slack))
    if not fits.size:
        finite = np.flatnonzero(np.isfinite(found))
        if not finite.size:
            return NotEstimable("no table with these margins has such a figure")
        near = finite[np.argmin(away[finite])]
        return NotEstimable(
            f"no table with these margins gives it; the nearest, {a[near]:g}/{n_1} and "
            f"{c[near]:g}/{n_2}, gives {found[near]:.4g}"
        )
    made = tuple(Counts(events_1=int(a[i]), n_1=n_1, events_2=int(c[i]), n_2=n_2) for i in fits)
    return Fit(nearest=made[int(np.argmin(away[fits]))], tables=made)


def _whole(given: Collection[int] | None) -> _Array | None:
    """Distinct counts in order."""
    if given is None:
        return None
    if any(k < 0 or k != math.floor(k) for k in given):
        raise OptionError(f"counts must be whole numbers that are not negative; got {sorted(given)!r}.")
    return np.unique(np.array(sorted(given), dtype=float))


def _grid(rows: _Array, columns: _Array) -> tuple[_Array, _Array] | None:
    """Every combination of two lists of counts; None if there are too many."""
    if rows.size * columns.size > MOST_TABLES:
        return None
    first, second = np.meshgrid(rows, columns, indexing="ij")
    return first.ravel(), second.ravel()
