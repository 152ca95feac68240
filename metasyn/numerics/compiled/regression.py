"""Eight sets of effects on one design, side by side: sums with weights 1/(v + t).

A problem is (e, v, rows, basis, p, w, a): residuals and variances, the orthonormal columns of the design, row
after row, their number, room for the weights of eight sets, and for four symmetric matrices and two vectors.
"""

from __future__ import annotations

import math
from typing import Any

from metasyn.numerics.compiled.lanes import LANES, lanes, load, store
from metasyn.numerics.compiled.sums import kernel

__all__ = ["ROOM", "coefficients", "height", "slope", "terms"]


def ROOM(p: int) -> int:
    """Floats of the matrices and vectors of a problem of p columns."""
    return (4 * p * p + 3 * p) * LANES


@kernel
def _collect(problem: Any, t: Any) -> Any:
    """B'WB, B'W^2B, B'W^3B and B'We; sums of w and w^2; the weights."""
    e, v, rows, basis, p, weights, a = problem
    squares, cubes, vector = p * p * LANES, 2 * p * p * LANES, 4 * p * p * LANES
    for place in range(0, (4 * p * p + 3 * p) * LANES, LANES):
        store(a, place, lanes(0.0))
    total, total2 = lanes(0.0), lanes(0.0)
    for i in range(rows):
        w = 1.0 / (load(v, i * LANES) + t)
        store(weights, i * LANES, w)
        total, total2 = total + w, total2 + w * w
        one = load(e, i * LANES)
        for row in range(p):
            wb = w * basis[i * p + row]
            at = vector + row * LANES
            store(a, at, load(a, at) + wb * one)
            for column in range(row + 1):
                at = (row * p + column) * LANES
                wbb = wb * basis[i * p + column]
                store(a, at, load(a, at) + wbb)
                store(a, squares + at, load(a, squares + at) + w * wbb)
                store(a, cubes + at, load(a, cubes + at) + w * w * wbb)
    for row in range(p):
        for column in range(row):
            for start in (0, squares, cubes):
                store(a, start + (column * p + row) * LANES, load(a, start + (row * p + column) * LANES))
    return total, total2


@kernel
def _invert(a: Any, p: int) -> Any:
    """A symmetric positive definite matrix by its inverse, in place; its determinant."""
    determinant = lanes(1.0)
    for pivot in range(p):
        diagonal = (pivot * p + pivot) * LANES
        value = load(a, diagonal)
        determinant = determinant * value
        store(a, diagonal, lanes(1.0))
        for column in range(p):
            at = (pivot * p + column) * LANES
            store(a, at, load(a, at) / value)
        for row in range(p):
            if row != pivot:
                factor = load(a, (row * p + pivot) * LANES)
                store(a, (row * p + pivot) * LANES, lanes(0.0))
                for column in range(p):
                    at = (row * p + column) * LANES
                    store(a, at, load(a, at) - factor * load(a, (pivot * p + column) * LANES))
    return determinant


@kernel
def _product_trace(a: Any, one: int, other: int, p: int) -> Any:
    """Trace of the product of two matrices."""
    trace = lanes(0.0)
    for row in range(p):
        for column in range(p):
            left = load(a, one + (row * p + column) * LANES)
            trace = trace + left * load(a, other + (column * p + row) * LANES)
    return trace


@kernel
def _multiply(a: Any, left: int, right: int, to: int, p: int, columns: int) -> None:
    """A p x p matrix times a p x columns one."""
    for row in range(p):
        for column in range(columns):
            value = lanes(0.0)
            for i in range(p):
                one = load(a, left + (row * p + i) * LANES)
                value = value + one * load(a, right + (i * columns + column) * LANES)
            store(a, to + (row * columns + column) * LANES, value)


@kernel
def coefficients(problem: Any, t: Any) -> Any:
    """Inverse of B'WB first in the room, coefficients behind; sums of w, w^2; the determinant."""
    p, a = problem[4], problem[6]
    total, total2 = _collect(problem, t)
    determinant = _invert(a, p)
    vector = 4 * p * p * LANES
    _multiply(a, 0, vector, vector + p * LANES, p, 1)
    return total, total2, determinant


@kernel
def _residual_sums(problem: Any) -> Any:
    """y'Py, y'PPy and the sum of w (Py)^2; B'W Py after the coefficients."""
    e, _, rows, basis, p, weights, a = problem
    found, cross = (4 * p * p + p) * LANES, (4 * p * p + 2 * p) * LANES
    rss, rss2, rss3 = lanes(0.0), lanes(0.0), lanes(0.0)
    for i in range(rows):
        r, w = load(e, i * LANES), load(weights, i * LANES)
        for row in range(p):
            r = r - load(a, found + row * LANES) * basis[i * p + row]
        u = w * r
        rss, rss2, rss3 = rss + u * r, rss2 + u * u, rss3 + w * u * u
        for row in range(p):
            store(a, cross + row * LANES, load(a, cross + row * LANES) + w * u * basis[i * p + row])
    return rss, rss2, rss3


@kernel
def terms(problem: Any, t: Any) -> Any:
    """Sum of the weights, y'Py, y'PPy and the trace of P."""
    p, a = problem[4], problem[6]
    total, _, _ = coefficients(problem, t)
    rss, rss2, _ = _residual_sums(problem)
    return total, rss, rss2, total - _product_trace(a, 0, p * p * LANES, p)


@kernel
def slope(problem: Any, t: Any, restricted: bool) -> Any:
    """trace / y'PPy - 1, which rises through zero at a maximum, and its derivative."""
    p, a = problem[4], problem[6]
    size = p * p * LANES
    total, total2, _ = coefficients(problem, t)
    _, rss2, rss3 = _residual_sums(problem)
    cross = 4 * size + 2 * p * LANES
    _multiply(a, 0, cross, 4 * size, p, 1)
    for row in range(p):
        rss3 = rss3 - load(a, cross + row * LANES) * load(a, 4 * size + row * LANES)
    trace, trace2 = total, total2
    if restricted:
        trace = total - _product_trace(a, 0, size, p)
        _multiply(a, 0, size, 3 * size, p, p)
        trace2 = total2 - 2.0 * _product_trace(a, 0, 2 * size, p) + _product_trace(a, 3 * size, 3 * size, p)
    ratio = trace / rss2
    return ratio - 1.0, (2.0 * ratio * rss3 - trace2) / rss2


@kernel
def height(problem: Any, lane: int, t: float, restricted: bool) -> float:
    """-2 log likelihood of one lane, up to a constant."""
    v, rows, p, a = problem[1], problem[2], problem[4], problem[6]
    determinant = coefficients(problem, lanes(t))[2]
    rss = _residual_sums(problem)[0]
    store(a, 4 * p * p * LANES, rss)
    store(a, (4 * p * p + p) * LANES, determinant)
    value: float = a[4 * p * p * LANES + lane]
    if restricted:
        value += math.log(a[(4 * p * p + p) * LANES + lane])
    for place in range(lane, rows * LANES, LANES):
        value += math.log(v[place] + t)
    return value
