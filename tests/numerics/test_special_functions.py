"""Gamma ratios and the hypergeometric function, against closed forms and recurrences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.numerics.gammas import gamma_half_step
from metasyn.numerics.hypergeometric import gauss_2f1


def test_gamma_half_step_of_whole_and_half_numbers() -> None:
    # Gamma(1/2) = sqrt(pi), Gamma(1) = 1, Gamma(3/2) = sqrt(pi)/2, Gamma(2) = 1
    want = [1 / math.sqrt(math.pi), math.sqrt(math.pi) / 2, 2 / math.sqrt(math.pi)]
    np.testing.assert_allclose(gamma_half_step([0.5, 1.0, 1.5]), want, rtol=1e-15)
    assert gamma_half_step(0.0) == 0.0


@pytest.mark.parametrize("x", [0.5, 3.0, 20.25, 99.4, 99.6, 100.1, 1e4, 1e8])
def test_gamma_half_step_recurrence(x: float) -> None:
    """Two half steps are one whole step: Gamma(x + 1) / Gamma(x) = x; across the switch at 100 too."""
    assert float(gamma_half_step(x) * gamma_half_step(x + 0.5)) == pytest.approx(x, rel=4e-15)


@pytest.mark.parametrize("below_1", [0.9, 0.3, 1e-3, 1e-8, 1e-14])
def test_hypergeometric_closed_forms(below_1: float) -> None:
    """DLMF 15.4.4, and 2F1(1,1;3;z) = 2 (z + (1-z) ln(1-z)) / z^2."""
    z = 1 - below_1
    want = math.acos(math.sqrt(below_1)) / math.sqrt(z)
    assert gauss_2f1(0.5, 0.5, [1.5], [below_1])[0] == pytest.approx(want, rel=1e-14)
    want = 2 * (z + below_1 * math.log(below_1)) / z**2
    assert gauss_2f1(1.0, 1.0, [3.0], [below_1])[0] == pytest.approx(want, rel=1e-13)


def test_hypergeometric_at_zero() -> None:
    np.testing.assert_array_equal(gauss_2f1(0.5, 0.5, [1.5, 7.0, 1e6], 1.0), 1.0)


@pytest.mark.parametrize(
    ("a", "c"), [(0.5, 1.5), (0.5, 2.0), (0.5, 5.0), (1.0, 2.5), (1.0, 6.0), (1.0, 40.0)]
)
def test_hypergeometric_at_one(a: float, c: float) -> None:
    """Gauss: 2F1(a, a; c; 1) = Gamma(c) Gamma(c - 2a) / Gamma(c - a)^2."""
    want = math.gamma(c) * math.gamma(c - 2 * a) / math.gamma(c - a) ** 2
    assert gauss_2f1(a, a, [c], [0.0])[0] == pytest.approx(want, rel=1e-13)


def test_hypergeometric_contiguity() -> None:
    """DLMF 15.5.18 in c, over small and large c and arguments up to 1."""
    for a in (0.5, 1.0):
        for c in (3.5, 6.0, 20.0, 150.5, 4000.0):
            for below_1 in (0.0, 1e-6, 0.04, 0.5, 0.97):
                z = 1 - below_1
                low, mid, high = gauss_2f1(a, a, [c - 1, c, c + 1], below_1)
                left = c * (c - 1) * (-below_1) * low
                middle = c * (c - 1 - (2 * c - 2 * a - 1) * z) * mid
                right = (c - a) ** 2 * z * high
                assert abs(left + middle + right) < 1e-12 * max(abs(left), abs(middle), abs(right))
