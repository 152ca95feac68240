"""The bounded maximiser on functions whose maxima are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.numerics.newton import maximise_bounded

FREE = np.full(2, -np.inf)


def rosenbrock(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    a, b = x
    gradient = -np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)])
    hessian = -np.array([[2 - 400 * (b - 3 * a * a), -400 * a], [-400 * a, 200.0]])
    return -((1 - a) ** 2 + 100 * (b - a * a) ** 2), gradient, hessian


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -4.0), (0.0, 5.0)])
def test_a_curved_valley(start: tuple[float, float]) -> None:
    found = maximise_bounded(rosenbrock, np.array(start), FREE)
    assert found.converged
    assert found.x == pytest.approx([1.0, 1.0], rel=1e-10)


def test_a_bound_that_holds_the_maximum() -> None:
    found = maximise_bounded(rosenbrock, np.array([3.0, 3.0]), np.array([-np.inf, 2.0]))
    assert found.converged
    assert found.x[1] == 2.0
    assert found.free.tolist() == [True, False]
    assert found.gradient[1] < 0
    assert abs(found.gradient[0]) < 1e-10


def test_no_maximum_is_said() -> None:
    def rising(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        return float(x[0]), np.ones(1), np.zeros((1, 1))

    assert not maximise_bounded(rising, np.zeros(1), np.full(1, -np.inf), max_iterations=20).converged


def test_a_saddle_is_left() -> None:
    def double_well(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        a = float(x[0])
        return -(a**4) + a * a, np.array([-4 * a**3 + 2 * a]), np.array([[-12 * a * a + 2]])

    found = maximise_bounded(double_well, np.array([0.01]), np.full(1, -np.inf))
    assert found.converged
    assert found.x[0] == pytest.approx(math.sqrt(0.5), rel=1e-12)


def test_the_units_of_a_variable_do_not_matter() -> None:
    def scaled(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        unit = np.array([1e6, 1e-9])
        value, gradient, hessian = rosenbrock(x / unit)
        return value, gradient / unit, hessian / np.outer(unit, unit)

    found = maximise_bounded(scaled, np.array([-1.2e6, 1e-9]), FREE)
    assert found.converged
    assert found.x == pytest.approx([1e6, 1e-9], rel=1e-10)


def test_values_that_are_not_finite_are_never_accepted() -> None:
    def log_like(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        a = float(x[0])
        if a <= 0:
            return -math.inf, np.zeros(1), np.eye(1)
        return math.log(a) - a, np.array([1 / a - 1]), np.array([[-1 / a**2]])

    found = maximise_bounded(log_like, np.array([30.0]), np.full(1, -np.inf))
    assert found.converged
    assert found.x[0] == pytest.approx(1.0, rel=1e-12)
