"""Log hazard ratios from printed log-rank figures, by identities with the log-rank test itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.hazard_ratio import o_minus_e_and_v
from metasyn.effects.survival.individual import log_rank
from metasyn.effects.survival.logrank import (
    chi_square_and_v,
    o_minus_e_and_chi_square,
    o_minus_e_and_p,
    observed_and_expected,
    p_and_v,
    ratio_and_v,
    totals_differ,
    v_from_allocation,
    v_from_events,
    v_from_expected,
)
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import NotEstimable

# Two groups with known individual times: every route to (O - E) / V must give the same.
TEST = log_rank([6, 7, 9, 10, 13, 16, 22], [1, 1, 0, 1, 1, 1, 0], [1, 2, 4, 5, 8, 11, 12], [1] * 7)


def test_every_way_to_o_minus_e_and_v_agrees() -> None:
    want = o_minus_e_and_v(TEST.o_minus_e, TEST.v)
    chi_square, p = TEST.chi_square, TEST.p
    assert isinstance(chi_square, float)
    assert isinstance(p, float)
    assert TEST.o_minus_e < 0
    printed = PValue(value=p, sided="two")
    for got in (
        chi_square_and_v(chi_square, TEST.v, fewer_events_in="cohort"),
        p_and_v(printed, TEST.v, fewer_events_in="cohort"),
        p_and_v(PValue(value=p / 2, sided="one"), TEST.v, fewer_events_in="cohort"),
        o_minus_e_and_chi_square(TEST.o_minus_e, chi_square),
        o_minus_e_and_p(TEST.o_minus_e, printed),
    ):
        assert got == pytest.approx(want, rel=1e-10)


def test_observed_and_expected_by_hand() -> None:
    # 40 of 50 expected against 60 of 50: HR (40/50)/(60/50) = 2/3; variance 1/50 + 1/50.
    assert observed_and_expected(40, 50, 60, 50) == pytest.approx((math.log(2 / 3), 0.04))
    assert v_from_expected(50, 50) == 25
    assert v_from_events(30, 60) == 20
    assert v_from_allocation(100, 1, 1) == 25
    assert v_from_allocation(90, 200, 100) == pytest.approx(90 * 2 / 9)
    assert ratio_and_v(0.5, 16) == (math.log(0.5), 1 / 16)


def test_allocation_and_events_agree_where_groups_share_the_events_alike() -> None:
    assert v_from_allocation(90, 2, 1) == pytest.approx(v_from_events(60, 30))


@pytest.mark.parametrize(("sided", "z"), [("two", 1.7805), ("not stated", 1.7805), ("one", 1.4395)])
def test_z_is_of_half_the_two_sided_p_and_of_a_one_sided_p_itself(sided: str, z: float) -> None:
    """Wang & Zeng 2013 (10.1186/1745-6215-14-391): 0.075 is 1.78 two-sided, 1.44 one-sided; never 0.89."""
    yi, vi = p_and_v(PValue(value=0.075, sided=sided), 25.0, fewer_events_in="comparator")  # type: ignore[arg-type, misc]
    assert yi == pytest.approx(z / 5, abs=1e-4)
    assert vi == 1 / 25


def test_p_of_one_is_no_difference() -> None:
    assert p_and_v(PValue(value=1.0, sided="two"), 25.0, fewer_events_in="cohort") == (0.0, 0.04)


@given(z=st.floats(0, 6), v=st.floats(0.5, 500))
def test_the_other_group_negates(z: float, v: float) -> None:
    first = chi_square_and_v(z * z, v, fewer_events_in="cohort")
    second = chi_square_and_v(z * z, v, fewer_events_in="comparator")
    assert first[0] == -second[0] <= 0  # type: ignore[index]
    assert first[1] == second[1]  # type: ignore[index]


@given(o1=st.integers(1, 300), o2=st.integers(1, 300), share=st.floats(0.1, 0.9))
def test_swapping_observed_and_expected_negates(o1: int, o2: int, share: float) -> None:
    e1 = share * (o1 + o2)
    yi, vi = observed_and_expected(o1, e1, o2, o1 + o2 - e1)  # type: ignore[misc]
    back, vi_back = observed_and_expected(o2, o1 + o2 - e1, o1, e1)  # type: ignore[misc]
    assert back == pytest.approx(-yi, abs=1e-12)
    assert vi_back == pytest.approx(vi)


def test_totals() -> None:
    # Each expected number may be off by half a unit of its last digit, their sum by one.
    assert not totals_differ(40, 49.7, 60, 50.4, decimals=1)
    assert totals_differ(40, 49.7, 60, 50.5, decimals=1)


@pytest.mark.parametrize(
    ("refused", "word"),
    [
        (observed_and_expected(0, 3.0, 5, 2.0), "no event"),
        (observed_and_expected(3, 0.0, 5, 8.0), "expected"),
        (v_from_expected(0.0, 8.0), "expected"),
        (v_from_events(0, 8), "without events"),
        (v_from_allocation(0, 1, 1), "without events"),
        (ratio_and_v(-0.5, 3.0), "positive"),
        (ratio_and_v(0.5, 0.0), "V must be positive"),
        (chi_square_and_v(-1.0, 3.0, fewer_events_in="cohort"), "negative"),
        (chi_square_and_v(1.0, math.inf, fewer_events_in="cohort"), "V must be positive"),
        (p_and_v(PValue(value=0.001, relation="<"), 3.0, fewer_events_in="cohort"), "only a bound"),
        (p_and_v(PValue(value=None, relation="ns"), 3.0, fewer_events_in="cohort"), "not significant"),
        (p_and_v(PValue(value=0.7, sided="one"), 3.0, fewer_events_in="cohort"), "no test statistic"),
        (o_minus_e_and_p(-3.0, PValue(value=0.05, relation="<")), "only a bound"),
        (o_minus_e_and_chi_square(0.0, 0.0), "is 0"),
    ],
)
def test_logrank_refusals_have_reasons(refused: object, word: str) -> None:
    assert isinstance(refused, NotEstimable)
    assert word in refused.reason


def test_bad_options() -> None:
    with pytest.raises(OptionError, match="fewer_events_in must be one of 'cohort', 'comparator'"):
        chi_square_and_v(1.0, 3.0, fewer_events_in="treatment")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="n_1 and n_2 must be positive"):
        v_from_allocation(90, 0, 100)
