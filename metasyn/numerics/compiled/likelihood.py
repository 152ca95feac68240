"""The global maximum of the (restricted) likelihood of eight sets side by side.

The scan, its bound, its grid and the polishing are those of `metasyn.numerics.stacked_likelihood`.
"""

from __future__ import annotations

import math
from typing import Any

from metasyn.numerics.compiled.lanes import LANES, any_of, lanes, load, magnitude, select, sqrt, store
from metasyn.numerics.compiled.sums import (
    EPSILON,
    LAST,
    MARGIN,
    MAX_STEPS,
    RSS,
    SMALL_STEP,
    STEP,
    V_MAX,
    V_MIN,
    K,
    P,
    between,
    kernel,
)
from metasyn.numerics.compiled.terms import minus_two_log, ratio_and_slope, residual_terms

__all__ = ["BRACKET", "COUNT", "FINE", "bracket_rows", "maximise"]

_STEP = 0.25
FINE = 5 * LANES
"""Finer points around one that comes close to zero."""

# A bracket of every lane: its ends and a guess, or the root in place of the lower end.
_LOW, _HIGH, _GUESS = 0, LANES, 2 * LANES
_ROOT = 0
BRACKET = 3 * LANES
# Brackets of every lane so far, four rows to pass masks through, and for how many there is room.
_ROOM = 5 * LANES
COUNT = 6 * LANES


@kernel
def bracket_rows(k: int) -> int:
    """More than the maxima that k effects can have."""
    return k + 8


@kernel
def _score(problem: Any, t: Any, restricted: bool) -> Any:
    """Twice the derivative of the likelihood in t, and trace / y'PPy - 1."""
    total, _, rss2, trace = residual_terms(problem, t)
    if not restricted:
        trace = total
    return rss2 - trace, trace / rss2 - 1.0


@kernel
def _bound(head: Any, restricted: bool) -> Any:
    """Where the score is negative ever after; points of the grid up to there and their distance."""
    k, v_min = load(head, K), load(head, V_MIN)
    m = k - load(head, P) if restricted else k
    u = load(head, RSS) / (2.0 * m) * (1 + MARGIN)
    bound = u + sqrt(u * u + 2.0 * u * (load(head, V_MAX) - v_min)) - v_min
    bound = select(bound > 0.0, bound * (1 + MARGIN), 0.0)
    store(head, STEP, bound / v_min)
    most = 0.0
    for lane in range(LANES):
        span = math.log1p(head[STEP + lane])
        last = max(8.0, math.ceil(span / _STEP)) if span > 0 else 0.0
        head[LAST + lane] = last
        head[STEP + lane] = math.expm1(span / last) if last else 0.0
        most = max(most, last)
    return bound, most


@kernel
def _add(lane: int, low: float, high: float, guess: float, found: Any, count: Any) -> None:
    """One more bracket of a lane; one that finds no room is counted all the same."""
    place = int(count[lane]) * BRACKET + lane
    if count[lane] < count[_ROOM]:
        found[place + _LOW], found[place + _HIGH], found[place + _GUESS] = low, high, guess
    count[lane] += 1


@kernel
def _guess(low: Any, high: Any, below: Any, above: Any) -> Any:
    """Where a straight line between the ratios of two points is 0, or the middle."""
    rise = above - below
    share = select((rise > 0.0) & (rise < math.inf), (0.0 - below) / rise, 0.5)
    inside = (share >= 0.0) & (share <= 1.0)
    return low + select(inside, share, 0.5) * (high - low)


@kernel
def _refine(problem: Any, lane: int, low: float, high: float, restricted: bool, work: Any) -> None:
    """Falling cells of one set among finer points around one that comes close to zero without crossing."""
    found, count, one_e, one_v, fine = work
    e, v, rows = problem[:3]
    spread = (one_e, one_v, *problem[2:])
    for i in range(rows):
        store(one_e, i * LANES, lanes(e[i * LANES + lane]))
        store(one_v, i * LANES, lanes(v[i * LANES + lane]))
    step = (high - low) / (FINE - 1)
    for start in range(0, FINE, LANES):
        for i in range(start, start + LANES):
            fine[i] = low + i * step
        store(fine, start, _score(spread, load(fine, start), restricted)[0])
    sign = 0.0
    for i in range(FINE):
        new = math.copysign(1.0, fine[i]) if fine[i] != 0 else sign
        if sign > 0 and new < 0:
            _add(lane, low + (i - 1) * step, low + i * step, low + (i - 0.5) * step, found, count)
        sign = new


@kernel
def _note(which: Any, low: Any, high: Any, guess: Any, found: Any, count: Any) -> None:
    """A bracket for each lane of the mask."""
    store(count, LANES, select(which, 1.0, 0.0))
    store(count, 2 * LANES, low)
    store(count, 3 * LANES, high)
    store(count, 4 * LANES, guess)
    for lane in range(LANES):
        if count[LANES + lane] > 0:
            ends = count[2 * LANES + lane], count[3 * LANES + lane]
            _add(lane, ends[0], ends[1], count[4 * LANES + lane], found, count)


@kernel
def _look_closer(problem: Any, near: Any, low: Any, high: Any, restricted: bool, work: Any) -> None:
    """Refine the lanes of the mask."""
    count = work[1]
    store(count, LANES, select(near, 1.0, 0.0))
    store(count, 2 * LANES, low)
    store(count, 3 * LANES, high)
    for lane in range(LANES):
        if count[LANES + lane] > 0:
            _refine(problem, lane, count[2 * LANES + lane], count[3 * LANES + lane], restricted, work)


@kernel
def _starts_towards_zero(one: Any, two: Any, three: Any) -> Any:
    """As `metasyn.numerics.roots.starts_towards_zero`."""
    square, product = one * one, one * two
    return (square > 0.0) & (product >= square) & (3.0 * square - 4.0 * product + one * three > 0.0)


@kernel
def _scan(problem: Any, head: Any, restricted: bool, work: Any) -> Any:
    """Note every falling cell of the grid; the sign of the score at 0."""
    bound, most = _bound(head, restricted)
    last, step, v_min = load(head, LAST), load(head, STEP), load(head, V_MIN)
    t, t1, t2 = lanes(0.0), lanes(0.0), lanes(0.0)
    value1, value2, ratio1 = lanes(0.0), lanes(0.0), lanes(0.0)
    first, sign = lanes(0.0), lanes(0.0)
    for j in range(int(most) + 1):
        here = lanes(float(j))
        if j:
            t = t1 + (t1 + v_min) * step
            t = select((here < last) & (t < bound), t, bound)
        score, ratio = _score(problem, t, restricted)
        value = score * (t + v_min)
        new = select(value > 0.0, 1.0, select(value < 0.0, -1.0, sign))
        first = select(first == 0.0, new, first)
        inside = here <= last
        falls = inside & (sign > 0.0) & (new < 0.0)
        if any_of(falls):
            _note(falls, t1, t, _guess(t1, t, ratio1, ratio), work[0], work[1])
        size, size1 = magnitude(value), magnitude(value1)
        near = inside & (here > 1.0) & (size1 < magnitude(value2)) & (size >= size1)
        near = near & (value * value2 > 0.0) & (value1 * value >= 0.0)
        high = t
        if j == 2:
            at_once = inside & _starts_towards_zero(value2, value1, value)
            near, high = near | at_once, select(at_once, t1, t)
        if any_of(near):
            _look_closer(problem, near, t2, high, restricted, work)
        t1, t2, value1, value2, ratio1, sign = t, t1, value, value1, ratio, new
    return first


@kernel
def _polish(problem: Any, head: Any, active: Any, low: Any, high: Any, t: Any, restricted: bool) -> Any:
    """Newton on trace / y'PPy - 1 within the brackets, with a bisection where a step does not halve."""
    v_min = load(head, V_MIN)
    done, before = ~active, high - low
    for _ in range(MAX_STEPS):
        if not any_of(~done):
            break
        value, slope = ratio_and_slope(problem, t, restricted)
        low, high = select(value < 0.0, t, low), select(value > 0.0, t, high)
        step = value / slope
        new = t - step
        safe = (slope > 0.0) & (new >= low) & (new <= high) & (magnitude(step) <= 0.5 * before)
        new = select(safe, new, between(low, high, v_min))
        step = magnitude(new - t)
        exact = value == 0.0
        solved = exact | (step <= select(safe, SMALL_STEP, 4 * EPSILON) * (new + v_min))
        t = select(done | exact, t, new)
        done = done | solved
        before = select(safe, step, high - low)
    return t, done


@kernel
def _best(problem: Any, lane: int, falling: bool, restricted: bool, work: Any) -> float:
    """Of the roots of a lane, and 0 where the likelihood falls from there, that of the highest one."""
    found, count = work[0], work[1]
    best, lowest = 0.0, math.inf
    if falling:
        lowest = minus_two_log(problem, lane, 0.0, restricted)
    for place in range(lane, int(min(count[lane], count[_ROOM])) * BRACKET, BRACKET):
        value = minus_two_log(problem, lane, found[place + _ROOT], restricted)
        if value < lowest:
            best, lowest = found[place + _ROOT], value
    return best


@kernel
def maximise(problem: Any, head: Any, restricted: bool, work: Any) -> Any:
    """Where the likelihood is highest; where it falls from 0; maxima; where all were reached."""
    found, count = work[0], work[1]
    store(count, 0, lanes(0.0))
    count[_ROOM] = bracket_rows(problem[2])
    first = _scan(problem, head, restricted, work)
    falling = first <= 0.0
    t, reached, number = lanes(0.0), ~falling | falling, load(count, 0)
    n_optima = number + select(falling, 1.0, 0.0)
    room = count[_ROOM]
    for place in range(0, int(room) * BRACKET, BRACKET):
        active = number > float(place // BRACKET)
        if not any_of(active):
            break
        low, high = load(found, place + _LOW), load(found, place + _HIGH)
        guess = load(found, place + _GUESS)
        root, done = _polish(problem, head, active, low, high, guess, restricted)
        store(found, place + _ROOT, root)
        t, reached = select(active, root, t), reached & done
    if any_of(n_optima > 1.0):
        store(count, LANES, t)
        store(count, 2 * LANES, n_optima)
        for lane in range(LANES):
            if count[2 * LANES + lane] > 1:
                falls = count[2 * LANES + lane] > count[lane]
                count[LANES + lane] = _best(problem, lane, falls, restricted, work)
        t = load(count, LANES)
    reached = reached & (number <= room) & (n_optima > 0.0)
    return t, falling & (t == 0.0), n_optima, reached
