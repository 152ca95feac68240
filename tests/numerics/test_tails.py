"""Tails against closed forms, which share no code with them."""

from __future__ import annotations

import math

import pytest

from metasyn.numerics.tails import (
    chi2_quantile,
    chi2_upper_p,
    normal_quantile,
    normal_two_sided_p,
    t_quantile,
    t_two_sided_p,
    two_sided_p,
    two_sided_quantile,
)


@pytest.mark.parametrize("z", [0.0, 0.3, -1.96, 5.0, -9.0, 30.0])
def test_normal_p_is_the_complementary_error_function(z: float) -> None:
    assert normal_two_sided_p(z) == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), rel=1e-13)


@pytest.mark.parametrize("tail", [0.999, 0.5, 0.05, 1e-3, 1e-12])
def test_normal_quantile_inverts_the_tail(tail: float) -> None:
    assert math.erfc(normal_quantile(tail) / math.sqrt(2)) == pytest.approx(tail, rel=1e-12)


@pytest.mark.parametrize("t", [1e-3, 0.5, 1.0, 12.7, 1e4, 1e9])
def test_t_with_one_df_is_cauchy(t: float) -> None:
    assert t_two_sided_p(-t, 1) == pytest.approx(2 / math.pi * math.atan(1 / t), rel=1e-12)


# Of one degree of freedom 1 - 2 atan(t) / pi, of two 1 - t / sqrt(2 + t^2): p is 1 less about t.
@pytest.mark.parametrize("t", [1e-17, 5e-9, 1e-6, 1e-3, 0.9])
def test_t_near_zero(t: float) -> None:
    assert 1 - t_two_sided_p(t, 1) == pytest.approx(2 / math.pi * math.atan(t), rel=1e-12, abs=2e-16)
    assert 1 - t_two_sided_p(t, 2) == pytest.approx(t / math.sqrt(2 + t * t), rel=1e-12, abs=2e-16)


@pytest.mark.parametrize("tail", [1 - 1e-9, 0.9, 0.5, 0.2, 0.05, 1e-6, 1e-10])
def test_t_quantiles_of_one_and_two_df(tail: float) -> None:
    assert t_quantile(tail, 1) == pytest.approx(
        1 / math.tan(math.pi * tail / 2), rel=1e-7 if tail > 0.99 else 1e-11
    )
    closed = (1 - tail) * math.sqrt(2 / (tail * (2 - tail)))
    assert t_quantile(tail, 2) == pytest.approx(closed, rel=1e-7 if tail > 0.99 else 1e-11)


# R 4.2.2: qt(.975, 12), qt(.999, 3.7), qchisq(.975, 12), qchisq(.025, 12), 2 * pt(-50, 12)
def test_values_of_r() -> None:
    assert t_quantile(0.05, 12) == pytest.approx(2.178812829667229, rel=1e-13)
    assert t_quantile(0.002, 3.7) == pytest.approx(7.795183875029166, rel=1e-12)
    assert chi2_quantile(0.025, 12) == pytest.approx(23.33666415864534, rel=1e-13)
    assert chi2_quantile(0.975, 12) == pytest.approx(4.4037885069817015, rel=1e-13)


@pytest.mark.parametrize("upper", [0.999, 0.5, 0.025, 1e-9])
def test_chi2_with_two_df_is_exponential(upper: float) -> None:
    assert chi2_quantile(upper, 2) == pytest.approx(-2 * math.log(upper), rel=1e-11)
    assert chi2_upper_p(-2 * math.log(upper), 2) == pytest.approx(upper, rel=1e-12)


def test_infinite_df_is_the_normal() -> None:
    assert two_sided_quantile(0.05, math.inf) == normal_quantile(0.05)
    assert two_sided_p(2.5, math.inf) == normal_two_sided_p(2.5)
    assert two_sided_p(math.inf, 3.0) == 0.0
