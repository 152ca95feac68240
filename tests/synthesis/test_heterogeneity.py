"""I2 and H2 from tau2 and from Q, their intervals, and what they are called in a result."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metasyn.numerics.additive import prepare
from metasyn.synthesis.heterogeneity import (
    FIXED,
    common_effect_heterogeneity,
    heterogeneity,
    within_group_heterogeneity,
)
from metasyn.synthesis.model import Heterogeneity, Tau2Estimate
from metasyn.synthesis.q_statistic import I2_and_H2_from_Q, I2_and_H2_intervals_from_Q
from metasyn.synthesis.tau2 import Tau2Solution, estimate_tau2_of, tau2_se
from metasyn.values import Interval, NotEstimable

YI = np.array([-0.9, -0.1, -0.5, -1.4, 0.3])
VI = np.array([0.1, 0.05, 0.2, 0.1, 0.08])


def found(**changes: Any) -> Heterogeneity:
    problem = prepare(YI, VI)
    method = changes.pop("method", "REML")
    weights = changes.get("weights")
    solution = estimate_tau2_of(problem, method, weights)
    return heterogeneity(problem, solution, method=method, level=0.95, **changes)[0]


def test_tau_is_the_square_root_of_tau2_with_its_interval() -> None:
    tau2 = found().tau2
    assert tau2.tau**2 == pytest.approx(tau2.value)
    assert isinstance(tau2.ci, Interval)
    assert isinstance(tau2.tau_ci, Interval)
    assert tau2.tau_ci.low**2 == pytest.approx(tau2.ci.low)
    assert tau2.tau_ci.high**2 == pytest.approx(tau2.ci.high)
    none = NotEstimable("no")
    assert Tau2Estimate(value=0.0, method=FIXED, ci=none).tau_ci == none


def test_the_standard_error_is_in_the_result() -> None:
    weights = np.arange(1.0, 6)
    for method in ("REML", "DL", "GENQ"):
        given = weights if method == "GENQ" else None
        tau2 = found(method=method, weights=given).tau2
        assert tau2.se == tau2_se(prepare(YI, VI), tau2.value, method, given)  # type: ignore[arg-type]


def test_a_fixed_tau2_has_neither_interval_nor_error() -> None:
    problem = prepare(YI, VI)
    got, empty = heterogeneity(problem, Tau2Solution(value=0.2), method=FIXED, level=0.9)
    assert not empty
    assert all(isinstance(one, NotEstimable) for one in (got.tau2.ci, got.tau2.se, got.I2_ci, got.H2_ci))
    by_q, _ = heterogeneity(problem, Tau2Solution(value=0.2), method=FIXED, level=0.9, i2_method="Q")
    assert isinstance(by_q.I2_ci, Interval)


def test_from_q_is_not_from_tau2() -> None:
    by_tau2, by_q = found(), found(i2_method="Q")
    assert (by_tau2.i2_method, by_q.i2_method) == ("tau2", "Q")
    assert by_tau2.tau2 == by_q.tau2
    from_q, from_tau2, from_dl = by_q.I2, by_tau2.I2, found(method="DL").I2
    assert from_q == pytest.approx((by_q.Q - 4) / by_q.Q)
    assert math.isclose(by_q.H2, by_q.Q / 4, rel_tol=1e-12)
    assert abs(from_q - from_tau2) > 1e-3
    # DerSimonian and Laird's tau2 is what makes the two the same
    assert from_dl == pytest.approx(from_q, rel=1e-12)


def test_user_weights_change_neither_q_nor_i2() -> None:
    plain, weighted = found(), found(weights=np.arange(1.0, 6))
    assert plain == weighted


def test_intervals_from_q_by_their_formula() -> None:
    """Written out for Q = 39.7 and Q = 3 on 12 degrees of freedom."""
    I2, H2 = I2_and_H2_intervals_from_Q(39.7, 12, 0.95)
    se = 0.5 * (math.log(39.7) - math.log(12)) / (math.sqrt(79.4) - math.sqrt(23))
    assert isinstance(I2, Interval)
    assert isinstance(H2, Interval)
    H = math.sqrt(39.7 / 12)
    for side, bound in ((-1, H2.low), (1, H2.high)):
        assert math.sqrt(bound) == pytest.approx(H * math.exp(side * 1.959963984540054 * se), rel=1e-12)
    assert I2.low == pytest.approx(1 - 1 / H2.low)
    assert I2.high == pytest.approx(1 - 1 / H2.high)
    small, _ = I2_and_H2_intervals_from_Q(3.0, 12, 0.95)
    assert isinstance(small, Interval)
    assert small.low == 0
    assert 1 / (1 - small.high) == pytest.approx(
        math.exp(2 * 1.959963984540054 * math.sqrt((1 - 1 / 363) / 22)), rel=1e-12
    )


def test_two_effects_that_agree_have_no_interval_from_q() -> None:
    I2, H2 = I2_and_H2_intervals_from_Q(1.0, 1, 0.95)
    assert isinstance(I2, NotEstimable)
    assert I2 == H2
    wide, _ = I2_and_H2_intervals_from_Q(9.0, 1, 0.95)
    assert isinstance(wide, Interval)
    assert wide.low < 1 - 1 / 9 < wide.high


def test_identical_effects() -> None:
    assert I2_and_H2_from_Q(0.0, 3) == (0.0, 1.0)
    got, empty = heterogeneity(
        prepare(np.full(4, 0.2), VI[:4]), Tau2Solution(value=0.0), method="DL", level=0.95
    )
    assert empty
    assert (got.Q, got.I2, got.H2) == (0.0, 0.0, 1.0)


def test_common_effect_and_shared_tau2_take_i2_from_q_when_asked() -> None:
    problem = prepare(YI, VI)
    plain = common_effect_heterogeneity(problem)
    by_q = common_effect_heterogeneity(problem, level=0.9, i2_method="Q")
    assert plain.i2_method == by_q.i2_method == "Q"
    assert isinstance(plain.I2_ci, NotEstimable)
    assert isinstance(by_q.I2_ci, Interval)
    assert by_q.I2_ci.level == 0.9
    assert (plain.I2, plain.H2) == (by_q.I2, by_q.H2)
    shared = Tau2Estimate(value=0.3, method="REML", ci=Interval(0.1, 0.9))
    own = within_group_heterogeneity(YI, VI, shared)
    from_q = within_group_heterogeneity(YI, VI, shared, i2_method="Q")
    assert own.tau2 is shared
    assert from_q.tau2 is shared
    assert isinstance(own.I2_ci, Interval)
    typical = 0.3 / (own.H2 - 1)
    for tau2, share in ((0.3, own.I2), (0.1, own.I2_ci.low), (0.9, own.I2_ci.high)):
        assert share == pytest.approx(tau2 / (tau2 + typical))
    assert from_q.I2 == by_q.I2
