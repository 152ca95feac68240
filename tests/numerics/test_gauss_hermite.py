"""Gauss-Hermite and trapezoidal rules against numpy's, exact moments and known integrals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.numerics.gauss_hermite import hermite_rule, trapezoidal_rule


@pytest.mark.parametrize("n", [1, 2, 7, 25, 60])
def test_nodes_and_weights_are_those_of_numpy(n: int) -> None:
    t, w = np.polynomial.hermite.hermgauss(n)
    x, log_w = hermite_rule(n)
    np.testing.assert_allclose(x, math.sqrt(2) * t, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.exp(log_w - x * x / 2), math.sqrt(2) * w, rtol=1e-10)


@pytest.mark.parametrize("n", [5, 40, 160, 200])
def test_even_moments_of_the_normal_distribution_are_exact(n: int) -> None:
    x, log_w = hermite_rule(n)
    weight = np.exp(log_w - x * x / 2) / math.sqrt(2 * math.pi)
    for power, moment in ((0, 1.0), (2, 1.0), (4, 3.0), (6, 15.0), (8, 105.0)):
        assert float((weight * x**power).sum()) == pytest.approx(moment, rel=1e-12)
    assert np.array_equal(x, -x[::-1])
    assert not x.flags.writeable


def test_the_trapezoidal_rule_integrates_what_is_far_from_normal() -> None:
    x, log_w = trapezoidal_rule(0.125, 30.0)
    assert float((np.exp(log_w) / np.cosh(x)).sum()) == pytest.approx(math.pi, rel=1e-12)
    assert (x[0], x[-1], x.size) == (-30.0, 30.0, 481)
