"""The compiled function for many sets of effects on one design."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.compiled.keeping import kept, sources
from metasyn.numerics.compiled.lanes import (
    LANES,
    gather,
    highest_of,
    lanes,
    load,
    pointer,
    root_of_power,
    select,
    store,
)
from metasyn.numerics.compiled.likelihood import BRACKET, COUNT, FINE, maximise
from metasyn.numerics.compiled.regression import ROOM
from metasyn.numerics.compiled.roots import solve_weighted_rss
from metasyn.numerics.compiled.sums import (
    HEAD,
    RSS,
    SIZE,
    UNIT,
    V_MAX,
    V_MEAN,
    V_MIN,
    K,
    P,
    kernel,
)
from metasyn.numerics.compiled.terms import residual_terms

__all__ = ["CODES", "fit"]

Array = NDArray[np.float64]

_COMMON, _PM, _DL, _HE, _HS, _SJ, _ML, _REML = range(8)
CODES = {
    "common": _COMMON, "PM": _PM, "EB": _PM, "DL": _DL, "HE": _HE, "HS": _HS, "SJ": _SJ, "ML": _ML,
    "REML": _REML,
}  # fmt: skip
# More numbers of eight sets: mean square of the values around their mean, and of the variances what the
# unweighted fit leaves of them.
_SPREAD, _V_LEFT = HEAD, HEAD + LANES
_HEAD = HEAD + 2 * LANES


@kernel
def _project(basis: Any, p: int, rows: int, e: Any, to: Any) -> None:
    """Take the columns of the basis out of e, and add their coefficients to `to`."""
    for column in range(p):
        along = lanes(0.0)
        for i in range(rows):
            along = along + load(e, i * LANES) * basis[i * p + column]
        for i in range(rows):
            store(e, i * LANES, load(e, i * LANES) - along * basis[i * p + column])
        store(to, column * LANES, load(to, column * LANES) + along)


@kernel
def _read(data: Any, first: int, n: int, problem: Any, head: Any) -> Any:
    """Eight sets into the lanes; their smallest variance and the mean square of their values."""
    y_, v_, ends = data
    e, v, rows = problem[0], problem[1], problem[2]
    for lane in range(LANES):
        start = min(first + lane, n - 1) * rows
        ends[lane], ends[LANES + lane] = start, start + rows - 1
    lowest, total, square = lanes(math.inf), lanes(0.0), lanes(0.0)
    for i in range(rows):
        one, variance = gather(y_, ends, False, ends, i), gather(v_, ends, False, ends, i)
        store(e, i * LANES, one)
        store(v, i * LANES, variance)
        total = total + one
        lowest = select(variance < lowest, variance, lowest)
    mean = total / float(rows)
    for i in range(rows):
        r = load(e, i * LANES) - mean
        square = square + r * r
    store(head, _SPREAD, square / float(rows))
    return lowest


@kernel
def _prepare(data: Any, first: int, n: int, problem: Any, head: Any, to: Any) -> None:
    """Residuals and variances of eight sets on their own scales, and the coefficients taken out."""
    e, v, rows, basis, p = problem[:5]
    lowest = _read(data, first, n, problem, head)
    for column in range(p):
        store(to, column * LANES, lanes(0.0))
    _project(basis, p, rows, e, to)
    _project(basis, p, rows, e, to)  # removes what rounding left of the first
    size = root_of_power(lowest)
    inverse = 1.0 / size
    square, total, left, high = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
    for i in range(rows):
        one, variance = load(e, i * LANES) * inverse, load(v, i * LANES) * inverse * inverse
        store(e, i * LANES, one)
        store(v, i * LANES, variance)
        leverage = 0.0
        for column in range(p):
            leverage += basis[i * p + column] * basis[i * p + column]
        square, total, high = square + one * one, total + variance, highest_of(variance, high)
        left = left + variance * (1.0 - leverage)
    store(head, K, lanes(float(rows)))
    store(head, P, lanes(float(p)))
    store(head, SIZE, size)
    store(head, UNIT, size * size)
    store(head, V_MIN, lowest * inverse * inverse)
    store(head, V_MAX, high)
    store(head, V_MEAN, total / float(rows))
    store(head, RSS, square)
    store(head, _SPREAD, load(head, _SPREAD) * inverse * inverse)
    store(head, _V_LEFT, left)


@kernel
def _closed(method: int, problem: Any, head: Any, at_zero: Any) -> Any:
    total, rss, _, trace = at_zero
    df = load(head, K) - load(head, P)
    if method == _HE:
        return (load(head, RSS) - load(head, _V_LEFT)) / df
    if method == _HS:
        return (rss - load(head, K)) / total
    if method == _SJ:
        start = load(head, _SPREAD)
        return start * residual_terms(problem, start)[1] / df
    return (rss - df) / trace


@kernel
def _tau2(method: int, fixed: float, problem: Any, head: Any, at_zero: Any, work: Any) -> Any:
    """tau2 in units of the problem, and whether it was reached."""
    yes = load(head, K) > 0.0
    if method == _COMMON:
        return fixed / load(head, UNIT), yes
    if method == _PM:
        return solve_weighted_rss(problem, head, load(head, K) - load(head, P), at_zero[1])
    if method >= _ML:
        t, _, _, reached = maximise(problem, head, method == _REML, work)
        return t, reached
    return highest_of(_closed(method, problem, head, at_zero), lanes(0.0)), yes


@kernel
def _write(out: Any, row: int, n: int, first: int, values: Any, buffer: Any) -> None:
    store(buffer, 0, values)
    for lane in range(min(LANES, n - first)):
        out[row * n + first + lane] = buffer[lane]


@kernel
def _fit_all(
    method: int, fixed: float, data: Any, n: int, problem: Any, head: Any, to: Any, work: Any, out: Any
) -> None:
    p, a = problem[4], problem[6]
    buffer = work[1]
    for first in range(0, n, LANES):
        _prepare(data, first, n, problem, head, to)
        at_zero = residual_terms(problem, lanes(0.0))
        t, reached = _tau2(method, fixed, problem, head, at_zero, work)
        rss = residual_terms(problem, t)[1]
        size, unit = load(head, SIZE), load(head, UNIT)
        _write(out, 0, n, first, t * unit, buffer)
        _write(out, 1, n, first, rss, buffer)
        _write(out, 2, n, first, at_zero[1], buffer)
        _write(out, 3, n, first, select(reached, 1.0, 0.0), buffer)
        vector = (4 * p * p + p) * LANES
        for column in range(p):
            one = load(to, column * LANES) + size * load(a, vector + column * LANES)
            _write(out, 4 + column, n, first, one, buffer)
        for place in range(p * p):
            _write(out, 4 + p + place, n, first, load(a, place * LANES) * unit, buffer)


@cache
def _entry() -> Callable[..., None]:
    digest = sources()

    def fit(method, fixed, y, v, basis, whole, rooms, first, out):  # type: ignore[no-untyped-def]
        if len(digest) == 0:
            return
        n, k = y.shape
        p, size = basis.shape[1], k * LANES
        e = first
        a = e + 5 * size
        head = a + (4 * p * p + 3 * p) * LANES
        to = head + _HEAD
        count = to + p * LANES
        fine = count + COUNT
        found = fine + FINE
        problem = (
            pointer(rooms, e), pointer(rooms, e + size), k, pointer(basis, 0), p,
            pointer(rooms, e + 2 * size), pointer(rooms, a),
        )  # fmt: skip
        work = (
            pointer(rooms, found), pointer(rooms, count), pointer(rooms, e + 3 * size),
            pointer(rooms, e + 4 * size), pointer(rooms, fine),
        )  # fmt: skip
        data = pointer(y, 0), pointer(v, 0), pointer(whole, 0)
        _fit_all(
            method, fixed, data, n, problem, pointer(rooms, head), pointer(rooms, to), work, pointer(out, 0)
        )

    return kept(fit)


def fit(method: str, fixed: float, y: Array, v: Array, basis: Array) -> Array:
    """One estimator of tau2 for all sets on one design.

    Parameters
    ----------
    method : str
        One of `CODES`.
    fixed : float
        tau2 of the method `"common"`.
    y, v : ndarray of shape (n, k)
        Contiguous.
    basis : ndarray of shape (k, p)
        Orthonormal columns, contiguous.

    Returns
    -------
    ndarray of shape (4 + p + p * p, n)
        tau2, weighted residual sum of squares, Q, whether the equation was solved, coefficients of the basis,
        their covariance.
    """
    n, k = y.shape
    p = basis.shape[1]
    out = np.empty((4 + p + p * p, n))
    length = (5 * k + p) * LANES + ROOM(p) + _HEAD + COUNT + FINE + (k + 2 * LANES) * BRACKET + LANES
    rooms = np.empty(length)
    first = -(rooms.ctypes.data // 8) % LANES
    if n:
        _entry()(
            CODES[method], float(fixed), y, v, basis, np.empty(2 * LANES, dtype=np.int64), rooms, first, out
        )
    return out
