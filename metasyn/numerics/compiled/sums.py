"""Eight sets of effects side by side: bringing them to their scales, and sums with weights 1/(v + t).

The arithmetic of `metasyn.numerics.stacked`, with sums that need one pass: the most precise value of a
set stands first and is the origin, so that its weight is the largest and its own term of every sum is 0.
With it no sum of squares around the mean loses more than a factor of about 2 k of the precision of a float.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from metasyn.numerics.compiled.lanes import (
    LANES,
    any_of,
    gather,
    highest_of,
    lanes,
    load,
    magnitude,
    root_of_power,
    select,
    sqrt,
    store,
    turn,
)

__all__ = [
    "BAD", "CENTRE", "EPSILON", "GOAL", "HEAD", "K", "LAST", "MARGIN", "MAX_STEPS", "NONE", "P", "RSS",
    "SIZE", "SIZES", "SMALL_STEP", "STEP", "UNIT", "V_MAX", "V_MEAN", "V_MIN", "between", "by_size", "kernel",
    "mean_terms", "moments", "pack", "projections", "sums",
]  # fmt: skip

numba: Any = import_module("numba")
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# As in `metasyn.numerics.stacked`.
MARGIN = 1e-9
EPSILON = 2.0**-52
SMALL_STEP = 1e-9
MAX_STEPS = 400

# Rows of the eight sets' own numbers, in units of the problem from V_MIN on.
K, UNIT, SIZE, CENTRE, V_MIN, V_MAX, V_MEAN, RSS, LAST, STEP, GOAL, BAD, P = (
    row * LANES for row in range(13)
)
HEAD = 13 * LANES

SIZES = 256
"""Sets of so many effects and more are not told apart in sorting."""
# Of no literal type, for each of which a function that is given it would be compiled anew.
NONE = np.int64(0)


def kernel(function: Kernel) -> Kernel:
    """A function that is compiled when a kernel that calls it is; it cannot be called from elsewhere."""
    lean = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: Kernel = numba.njit(nogil=True, error_model="numpy", **lean)(function)
    return compiled


@kernel
def _gather(data: Any, rows: Any, e: Any, v: Any) -> None:
    """The values of eight sets as they are; after the last of a set anything."""
    y_, v_, order, ordered, ends, stop, _ = data
    high = 0
    for lane in range(LANES):
        high = max(high, ends[lane])
    if not ordered and high + rows + LANES <= stop:
        for i in range(0, rows, LANES):
            turn(e, i * LANES, y_, ends, i)
            turn(v, i * LANES, v_, ends, i)
    else:
        for i in range(rows):
            store(e, i * LANES, gather(y_, order, ordered, ends, i))
            store(v, i * LANES, gather(v_, order, ordered, ends, i))


@kernel
def _arrange(rows: Any, e: Any, v: Any, head: Any) -> None:
    """A variance of inf where a set has no value, and the most precise value first.

    A set with a value that is not finite (2) or a variance that is not finite and above 0 (1) is marked, and
    stands as zeros of variance 1.
    """
    k, lowest, at = load(head, K), lanes(math.inf), lanes(0.0)
    bad, worse = lowest < 0.0, lowest < 0.0
    for i in range(rows):
        here = lanes(float(i))
        known, variance = here < k, load(v, i * LANES)
        bad = bad | known & ~((variance > 0.0) & (variance < math.inf))
        worse = worse | known & ~(magnitude(load(e, i * LANES)) < math.inf)
        variance = select(known, variance, math.inf)
        store(v, i * LANES, variance)
        lower = variance < lowest
        lowest, at = select(lower, variance, lowest), select(lower, here, at)
    if any_of(bad | worse):
        at = select(bad | worse, 0.0, at)
        for i in range(rows):
            store(e, i * LANES, select(bad | worse, 0.0, load(e, i * LANES)))
            one = select(lanes(float(i)) < k, 1.0, lanes(math.inf))
            store(v, i * LANES, select(bad | worse, one, load(v, i * LANES)))
    store(head, BAD, select(worse, 2.0, select(bad, 1.0, 0.0)))
    store(head, CENTRE, at)
    for lane in range(LANES):
        place = int(head[CENTRE + lane]) * LANES + lane
        e[lane], e[place] = e[place], e[lane]
        v[lane], v[place] = v[place], v[lane]


@kernel
def _scale(rows: Any, e: Any, v: Any, head: Any) -> None:
    """Every set on its own scale; largest and mean variance, and the unweighted sum of squares."""
    centre, lowest, k = load(e, 0), load(v, 0), load(head, K)
    size = root_of_power(lowest)
    inverse = 1.0 / size
    v_min = lowest * inverse * inverse
    total, square, v_total, v_max = lanes(0.0), lanes(0.0), v_min, v_min
    store(e, 0, lanes(0.0))
    store(v, 0, v_min)
    for i in range(1, rows):
        variance = load(v, i * LANES)
        known = variance < math.inf
        one = select(known, (load(e, i * LANES) - centre) * inverse, 0.0)
        variance = variance * inverse * inverse
        store(e, i * LANES, one)
        store(v, i * LANES, variance)
        variance = select(known, variance, 0.0)
        total, square = total + one, square + one * one
        v_total, v_max = v_total + variance, highest_of(variance, v_max)
    store(head, P, lanes(1.0))
    store(head, SIZE, size)
    store(head, UNIT, size * size)
    store(head, CENTRE, centre)
    store(head, V_MIN, v_min)
    store(head, V_MAX, v_max)
    store(head, V_MEAN, v_total / k)
    store(head, RSS, highest_of(square - total * total / k, lanes(0.0)))


@kernel
def pack(data: Any, bounds: Any, sets: Any, n: int, first: int, e: Any, v: Any, head: Any) -> Any:
    """The next eight of n sets into the lanes, the last one again where there are no more."""
    ends = data[4]
    rows = NONE
    for lane in range(LANES):
        s = sets[min(first + lane, n - 1)]
        # A set without values is given a place to look at, too.
        ends[lane] = min(bounds[s], data[6] - 1)
        ends[LANES + lane] = max(ends[lane], bounds[s + 1] - 1)
        k = bounds[s + 1] - bounds[s]
        head[K + lane] = k
        rows = max(rows, k)
    _gather(data, rows, e, v)
    _arrange(rows, e, v, head)
    _scale(rows, e, v, head)
    return rows


@kernel
def by_size(bounds: Any, start: int, stop: int, sets: Any, counts: Any) -> None:
    """The numbers of the sets from `start` on, those of few effects first, so that neighbours are alike."""
    for size in range(SIZES + 1):
        counts[size] = 0
    for s in range(start, stop):
        counts[min(bounds[s + 1] - bounds[s], SIZES - 1) + 1] += 1
    for size in range(SIZES):
        counts[size + 1] += counts[size]
    for s in range(start, stop):
        size = min(bounds[s + 1] - bounds[s], SIZES - 1)
        sets[counts[size]] = s
        counts[size] += 1


@kernel
def between(low: Any, high: Any, v_min: Any) -> Any:
    """Between two bounds, even in log(t + min v)."""
    return sqrt((low + v_min) * (high + v_min)) - v_min


@kernel
def weighted(e: Any, v: Any, row: int, t: Any) -> Any:
    """w, w e and w e^2 of one row of effects, w = 1/(v + t)."""
    one = load(e, row * LANES)
    w = 1.0 / (load(v, row * LANES) + t)
    return w, w * one, w * one * one


@kernel
def sums(e: Any, v: Any, rows: int, t: Any) -> Any:
    """Largest weight, then over the other effects w, w^2, w e, w e^2, w^2 e, w^2 e^2."""
    w0 = 1.0 / (load(v, 0) + t)
    w1, w2, we, wee = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
    wwe, wwee = lanes(0.0), lanes(0.0)
    for i in range(1, rows):
        w, r, square = weighted(e, v, i, t)
        w1, w2 = w1 + w, w2 + w * w
        we, wee = we + r, wee + square
        wwe, wwee = wwe + w * r, wwee + r * r
    return w0, w1, w2, we, wee, wwe, wwee


@kernel
def projections(of: Any) -> Any:
    """Sum of the weights, y'Py, y'PPy and the trace of P."""
    w0, w1, w2, we, wee, wwe, wwee = of
    total = w0 + w1
    mean = we / total
    rss = highest_of(wee - mean * we, lanes(0.0))
    rss2 = highest_of(wwee - 2.0 * mean * wwe + mean * mean * (w2 + w0 * w0), lanes(0.0))
    trace = (2.0 * w0 * w1 + highest_of(w1 * w1 - w2, lanes(0.0))) / total
    return total, rss, rss2, trace


@kernel
def moments(e: Any, v: Any, rows: int, t: Any) -> Any:
    """Of `projections` all but y'PPy, by fewer sums."""
    w0 = 1.0 / (load(v, 0) + t)
    w1, w2, we, wee = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
    for i in range(1, rows):
        w, r, square = weighted(e, v, i, t)
        w1, w2 = w1 + w, w2 + w * w
        we, wee = we + r, wee + square
    total = w0 + w1
    trace = (2.0 * w0 * w1 + highest_of(w1 * w1 - w2, lanes(0.0))) / total
    return total, highest_of(wee - we / total * we, lanes(0.0)), trace


@kernel
def mean_terms(e: Any, v: Any, rows: int, t: Any) -> Any:
    """Weighted mean, sum of the weights, and y'Py."""
    w0 = 1.0 / (load(v, 0) + t)
    total, we, wee = w0, lanes(0.0), lanes(0.0)
    for i in range(1, rows):
        one = load(e, i * LANES)
        w = 1.0 / (load(v, i * LANES) + t)
        r = w * one
        total, we, wee = total + w, we + r, wee + r * one
    mean = we / total
    return mean, total, highest_of(wee - mean * we, lanes(0.0))
