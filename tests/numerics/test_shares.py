"""Sums over shares against dense matrices and rational arithmetic."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

from metasyn.numerics.shares import complement, projection_traces, share_variance


@pytest.mark.parametrize("k", [2, 3, 8, 40])
def test_traces_are_those_of_the_dense_projection(k: int) -> None:
    p = np.random.default_rng(k).dirichlet(np.ones(k))
    P = np.diag(p) - np.outer(p, p)
    assert projection_traces(p) == pytest.approx((np.trace(P), np.trace(P @ P)), rel=1e-13)
    x = np.arange(k, dtype=float)
    assert share_variance(p, x) == pytest.approx((p @ x, p @ x**2 - (p @ x) ** 2), rel=1e-12)


def test_a_dominant_share_keeps_its_digits() -> None:
    small = [F(1, 10**20), F(3, 10**20)]
    exact = [1 - sum(small), *small]
    p = np.array([float(x) for x in exact])
    assert complement(p) == pytest.approx([float(1 - x) for x in exact], rel=1e-15)
    trace = sum((x * (1 - x) for x in exact), F(0))
    cross = [(a * b) ** 2 for i, a in enumerate(exact) for b in exact[:i]]
    square = sum(((x * (1 - x)) ** 2 for x in exact), F(0)) + 2 * sum(cross, F(0))
    assert projection_traces(p) == pytest.approx((float(trace), float(square)), rel=1e-14)
