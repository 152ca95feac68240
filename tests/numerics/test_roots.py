"""Bracketed roots: precision relative to the root, honest reports, every root of a scan."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.numerics.roots import all_roots, bracketed_root


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1.0, 1e150])
def test_precision_is_relative_to_the_root(scale: float) -> None:
    found = bracketed_root(lambda x: math.atan(x / scale - 1), 0.0, 1e3 * scale)
    assert found.converged
    assert found.root == pytest.approx(scale, rel=1e-14)


@settings(deadline=None, derandomize=True)
@given(st.floats(0.01, 50), st.floats(1.5, 9))
def test_convex_falling_functions(root: float, power: float) -> None:
    found = bracketed_root(lambda x: (1 + x) ** -power - (1 + root) ** -power, 0.0, 1000.0)
    assert found.converged
    assert found.root == pytest.approx(root, rel=1e-11)


def test_a_jump_is_bracketed() -> None:
    found = bracketed_root(lambda x: -1.0 if x < math.e else 1.0, 0.0, 10.0)
    assert found.converged
    assert found.root == pytest.approx(math.e, rel=1e-14)


def test_a_root_at_an_end_is_returned_as_it_is() -> None:
    assert bracketed_root(lambda x: x, 0.0, 1.0).root == 0.0
    assert bracketed_root(lambda x: x - 1, 0.0, 1.0).root == 1.0


def test_no_sign_change_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sign change"):
        bracketed_root(lambda x: 1 + x * x, -1.0, 2.0)


def test_too_few_iterations_are_reported() -> None:
    found = bracketed_root(lambda x: math.expm1(x) - 1, 0.0, 5.0, max_iterations=3)
    assert not found.converged
    assert found.iterations == 3


def test_all_roots_with_their_direction() -> None:
    found = all_roots(np.sin, np.linspace(0.5, 10.0, 200), scalar=math.sin)
    assert [one.at.root for one in found] == pytest.approx([math.pi, 2 * math.pi, 3 * math.pi], rel=1e-14)
    assert [one.falling for one in found] == [True, False, True]


def test_two_roots_between_neighbouring_grid_points() -> None:
    """On the grid the function is positive everywhere; it dips below zero inside one cell."""

    def dip(x: np.ndarray | float) -> np.ndarray | float:
        return (x - 0.53) * (x - 0.57)

    grid = np.linspace(0.0, 1.0, 11)
    assert (dip(grid) > 0).all()
    found = all_roots(dip, grid, scalar=dip)  # type: ignore[arg-type]
    assert [one.at.root for one in found] == pytest.approx([0.53, 0.57], rel=1e-13)
    assert [one.falling for one in found] == [True, False]


def test_a_zero_on_the_grid_is_one_root_only() -> None:
    found = all_roots(lambda x: 1 - x, np.array([0.0, 1.0, 2.0]), scalar=lambda x: 1 - x)
    assert [(one.at.root, one.falling) for one in found] == [(1.0, True)]


def test_nothing_to_find() -> None:
    assert all_roots(np.zeros_like, np.array([0.0, 1.0]), scalar=lambda _: 0.0) == ()
    assert all_roots(np.exp, np.array([0.0, 1.0]), scalar=math.exp) == ()
