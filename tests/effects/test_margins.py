"""Two-by-two tables from their margins: against R, published tables, any printed table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metasyn.effects.model import Counts
from metasyn.effects.routes.margins import (
    MOST_TABLES,
    Fit,
    chi_square_of,
    fitting_tables,
    p_of,
    possible_tables,
    tables_by_test,
)
from metasyn.effects.survival.printed_range import Range
from metasyn.errors import OptionError
from metasyn.values import NotEstimable

# R 4.2.2: fisher.test (two-sided; alternative "less" or "greater" towards the group with fewer events),
# chisq.test without and with correction, on a of n1 against c of n2.
R_TESTS = [
    # a, n1, c, n2, fisher, fisher one-sided, chi-square, its p, corrected, its p
    (
        67,
        72,
        35,
        43,
        7.10381774199102e-02,
        5.60655816652683e-02,
        3.6506295770146653,
        5.60480211085294e-02,
        2.58030328385578e00,
        1.08200928975614e-01,
    ),
    (
        2,
        47,
        4,
        18,
        4.51473434022350e-02,
        4.51473434022350e-02,
        5.0144915922052578,
        2.51360094079154e-02,
        3.09938510905424e00,
        7.83218714903271e-02,
    ),
    (
        45,
        89,
        24,
        25,
        1.47999990829414e-05,
        1.08625636869420e-05,
        16.8661338544211077,
        4.01109066711758e-05,
        1.50179267220322e01,
        1.06494735471325e-04,
    ),
    (
        23,
        89,
        0,
        41,
        9.71025686301880e-05,
        5.75175847642773e-05,
        12.8730442087577455,
        3.33348916510281e-04,
        1.11595557732694e01,
        8.35999387507387e-04,
    ),
    (
        21,
        41,
        16,
        38,
        5.00563315371557e-01,
        2.79305926901095e-01,
        0.6579385180155390,
        4.17288668641010e-01,
        3.42812267154372e-01,
        5.58210408679488e-01,
    ),
    (
        70,
        83,
        27,
        37,
        2.08000916637384e-01,
        1.14520095444265e-01,
        2.1333038308515295,
        1.44129808113864e-01,
        1.46284241719321e00,
        2.26478403434078e-01,
    ),
    (
        36,
        46,
        20,
        42,
        3.87939672664411e-03,
        2.71752476469530e-03,
        8.9080153800650681,
        2.83921659857546e-03,
        7.63305974563738e00,
        5.73080001228714e-03,
    ),
    (
        27,
        48,
        44,
        91,
        4.75618859669287e-01,
        2.39857551225449e-01,
        0.7845183373999660,
        3.75762823925762e-01,
        5.00274210781279e-01,
        4.79379661130651e-01,
    ),
]


def one(a: int, n_1: int, c: int, n_2: int) -> tuple[Any, int, Any, int]:
    return np.array([float(a)]), n_1, np.array([float(c)]), n_2


@pytest.mark.parametrize("row", R_TESTS)
def test_tests_are_those_of_r(row: tuple[float, ...]) -> None:
    a, n_1, c, n_2, *expected = row
    table = one(int(a), int(n_1), int(c), int(n_2))
    got = [
        p_of(table, "Fisher"),
        p_of(table, "Fisher", one_sided=True),
        chi_square_of(table),
        p_of(table, "chi-square"),
        chi_square_of(table, corrected=True),
        p_of(table, "chi-square with correction"),
    ]
    assert [float(x[0]) for x in got] == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_fisher_of_many_totals_is_that_of_each() -> None:
    """The sum over all tables of one total that are no more probable, term by term."""
    a, n_1, c, n_2 = possible_tables(7, 5, total=[4, 6])  # type: ignore[misc]
    p = p_of((a, n_1, c, n_2), "Fisher")
    for i, (x, y) in enumerate(zip(a, c, strict=True)):
        total = int(x + y)
        chance = {
            k: math.comb(7, k) * math.comb(5, total - k) for k in range(max(0, total - 5), min(7, total) + 1)
        }
        mine = sum(v for v in chance.values() if v <= chance[int(x)])
        assert p[i] == pytest.approx(mine / sum(chance.values()))


def test_the_tea_table_of_fisher() -> None:
    """Fisher 1935, The Design of Experiments: 3 of 4 cups right has the exact one-sided p 17/70."""
    p = p_of(one(1, 4, 3, 4), "Fisher", one_sided=True)
    assert p[0] == pytest.approx(17 / 70)
    tables = possible_tables(4, 4, total=[4])
    assert not isinstance(tables, NotEstimable)
    found = tables_by_test(
        tables, "Fisher", Range.printed(0.243, 3), 0.243, fewer_events_in="cohort", one_sided=True
    )
    assert isinstance(found, Fit)
    assert found.tables == (Counts(events_1=1, n_1=4, events_2=3, n_2=4),)


def test_bcg_trial_is_recovered_from_each_figure() -> None:
    """Aronson 1948 in Colditz 1994 (10.1001/jama.1994.03510330076038): 4/123 against 11/139 (RR 0.41)."""
    truth = Counts(events_1=4, n_1=123, events_2=11, n_2=139)
    tables = possible_tables(123, 139, total=[15])
    assert not isinstance(tables, NotEstimable)
    for figure, value, decimals in (("RR", 0.411, 3), ("OR", 0.39, 2), ("RD", -0.047, 3), ("phi", -0.100, 3)):
        found = fitting_tables(tables, figure, Range.printed(value, decimals), value)  # type: ignore[arg-type]
        assert isinstance(found, Fit)
        assert found.nearest == truth
        assert found.others == ()
    by_p = tables_by_test(tables, "chi-square", Range.printed(0.105, 3), 0.105, fewer_events_in="cohort")
    assert isinstance(by_p, Fit)
    assert by_p.nearest == truth


def test_ambiguous_figures_say_so_and_impossible_ones_are_refused() -> None:
    tables = possible_tables(100, 100, total=[30])
    assert not isinstance(tables, NotEstimable)
    coarse = fitting_tables(tables, "RR", Range.printed(0.5, 1), 0.5)
    assert isinstance(coarse, Fit)
    assert coarse.nearest == Counts(events_1=10, n_1=100, events_2=20, n_2=100)
    # Of 30 events, 10 and 20 are in the ratio 0.50; 9 and 21 (0.43) and 11 and 19 (0.58) round elsewhere.
    assert coarse.others == ()
    whole = fitting_tables(tables, "RR", Range.printed(1.0, 0), 1.0)
    assert isinstance(whole, Fit)
    assert [t.events_1 for t in whole.tables] == list(range(10, 19))
    assert whole.nearest.events_1 == 15
    wrong = fitting_tables(tables, "OR", Range.printed(0.42, 3), 0.42)
    assert isinstance(wrong, NotEstimable)
    assert "the nearest, 10/100 and 20/100, gives 0.4444" in wrong.reason


def test_direction_decides_between_mirror_images() -> None:
    tables = possible_tables(50, 50, total=[20])
    assert not isinstance(tables, NotEstimable)
    p = Range.printed(0.0455, 4)
    less = tables_by_test(tables, "chi-square", p, 0.0455, fewer_events_in="cohort")
    more = tables_by_test(tables, "chi-square", p, 0.0455, fewer_events_in="comparator")
    assert isinstance(less, Fit)
    assert isinstance(more, Fit)
    assert (less.nearest.events_1, less.nearest.events_2) == (6, 14)
    assert (more.nearest.events_1, more.nearest.events_2) == (14, 6)


def test_possible_tables() -> None:
    a, _, c, _ = possible_tables(3, 2, events_1=[1, 2], total=[3])  # type: ignore[misc]
    assert (a.tolist(), c.tolist()) == ([1, 2], [2, 1])
    a, _, c, _ = possible_tables(3, 2, events_2=[1], total=[2, 3])  # type: ignore[misc]
    assert (a.tolist(), c.tolist()) == ([1, 2], [1, 1])
    a, _, c, _ = possible_tables(3, 2, events_1=[3], events_2=[0, 2])  # type: ignore[misc]
    assert (a.tolist(), c.tolist()) == ([3, 3], [0, 2])
    a, _, c, _ = possible_tables(3, 2, events_1=[1], events_2=[1, 2], total=[3])  # type: ignore[misc]
    assert (a.tolist(), c.tolist()) == ([1], [2])
    assert isinstance(possible_tables(3, 2, total=[6]), NotEstimable)
    assert isinstance(possible_tables(10**6, 10**6, total=range(3, 9)), NotEstimable)
    assert MOST_TABLES < 6 * 10**6
    with pytest.raises(OptionError, match="both groups"):
        possible_tables(0, 2, total=[1])
    with pytest.raises(OptionError, match="must be given"):
        possible_tables(3, 2)
    with pytest.raises(OptionError, match="whole numbers"):
        possible_tables(3, 2, total=[1.5])  # type: ignore[list-item]


FIGURES = {
    "OR": lambda a, n, c, m: a * (m - c) / ((n - a) * c),
    "RR": lambda a, n, c, m: a * m / (c * n),
    "RD": lambda a, n, c, m: a / n - c / m,
    "phi": lambda a, n, c, m: (a * m - c * n) / math.sqrt(n * m * (a + c) * (n + m - a - c)),
}
ARMS = st.tuples(st.integers(2, 90), st.integers(2, 90), st.floats(0.01, 0.99), st.floats(0.01, 0.99))


@given(ARMS, st.sampled_from(sorted(FIGURES)), st.integers(1, 3))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_rounded_figure_never_loses_its_table(
    arms: tuple[int, int, float, float], figure: str, decimals: int
) -> None:
    """The table behind a printed figure is taken, or named among those that fit too."""
    n, m, share_1, share_2 = arms
    a, c = min(max(round(share_1 * n), 1), n - 1), min(max(round(share_2 * m), 1), m - 1)
    value = round(FIGURES[figure](a, n, c, m), decimals)
    tables = possible_tables(n, m, total=[a + c])
    assert not isinstance(tables, NotEstimable)
    found = fitting_tables(tables, figure, Range.printed(value, decimals), value)  # type: ignore[arg-type]
    assert isinstance(found, Fit)
    assert Counts(events_1=a, n_1=n, events_2=c, n_2=m) in found.tables
    unit = 10.0**-decimals
    for table in found.tables:
        made = FIGURES[figure](table.events_1, n, table.events_2, m)
        assert abs(made - value) <= unit / 2 * (1 + 1e-6)


@given(ARMS, st.sampled_from(["chi-square", "chi-square with correction", "Fisher"]), st.integers(2, 4))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_rounded_p_never_loses_its_table(
    arms: tuple[int, int, float, float], test: Any, decimals: int
) -> None:
    n, m, share_1, share_2 = arms
    a, c = round(share_1 * n), round(share_2 * m)
    assume(0 < a + c < n + m)
    p = round(float(p_of(one(a, n, c, m), test)[0]), decimals)
    tables = possible_tables(n, m, total=[a + c])
    assert not isinstance(tables, NotEstimable)
    side: Any = "cohort" if a * m <= c * n else "comparator"
    found = tables_by_test(tables, test, Range.printed(p, decimals), p, fewer_events_in=side)
    assert isinstance(found, Fit)
    assert Counts(events_1=a, n_1=n, events_2=c, n_2=m) in found.tables
