"""Tail probabilities for whole degrees of freedom, of eight sets side by side, as finite sums.

Where a sum would be long, or loses digits, the answer is NaN and left to the caller.
"""

from __future__ import annotations

import math
from typing import Any

from metasyn.numerics.compiled.lanes import (
    LANES,
    any_of,
    lanes,
    load,
    magnitude,
    select,
    sqrt,
    store,
)
from metasyn.numerics.compiled.sums import kernel

__all__ = ["chi2_tail", "t_tail"]

_MOST = 400.0
"""Degrees of freedom."""
_FAR = 1e-4
"""Of t, below which one less the inner probability has too few digits."""
_STEPS = 4000
_HIGHEST = 700.0
"""Half of chi-square, above which the exponential comes near to what a float can hold."""
_EPSILON = 2.0**-53
_ROOT_HALF = math.sqrt(0.5)


@kernel
def _highest(values: Any, rooms: Any) -> float:
    """Of all lanes, 0 at least."""
    store(rooms, 0, values)
    most = 0.0
    for lane in range(LANES):
        most = max(most, rooms[lane])
    return most


@kernel
def _power(base: Any, exponent: Any, most: float) -> Any:
    """Whole powers, by squaring."""
    result, rest = lanes(1.0), exponent
    step = 1.0
    while step <= most:
        step = 2.0 * step
    while step >= 1.0:
        result = result * result
        taken = rest >= step
        result, rest = select(taken, result * base, result), select(taken, rest - step, rest)
        step = 0.5 * step
    return result


@kernel
def _odd(df: Any, most: float) -> Any:
    """Where whole numbers are odd."""
    step, rest = 2.0, df
    while step <= most:
        step = 2.0 * step
    while step >= 2.0:
        rest = select(rest >= step, rest - step, rest)
        step = 0.5 * step
    return rest > 0.0


@kernel
def _inner(x: Any, sine: Any, df: Any, odd: Any, most: float, rooms: Any) -> Any:
    """P(|T| < t), x the squared cosine of the angle whose tangent is t / sqrt(df)."""
    index = select(odd, 1.0, lanes(0.0))
    term = select(df >= 2.0, 1.0, lanes(0.0))
    total, index = term, index + 1.0
    for _ in range(int(most) // 2):
        term = select(index + 1.0 < df, term * x * (index / (index + 1.0)), 0.0)
        total, index = total + term, index + 2.0
    total = total * sine
    if any_of(odd):
        store(rooms, 0, sine)
        store(rooms, LANES, sqrt(x))
        for lane in range(LANES):
            rooms[2 * LANES + lane] = math.atan2(rooms[lane], rooms[LANES + lane])
        whole = (load(rooms, 2 * LANES) + total * load(rooms, LANES)) * (2.0 / math.pi)
        total = select(odd, whole, total)
    return total


@kernel
def _outer(x: Any, sine: Any, df: Any, factor: Any, wanted: Any, most: float) -> Any:
    """P(|T| >= t) as the rest of the same series; NaN where it goes on too long."""
    term, index = select(wanted, 1.0, lanes(0.0)), df + 1.0
    total = term
    for _ in range(_STEPS):
        term = term * x * (index / (index + 1.0))
        total, index = total + term, index + 2.0
        # What is left is less than a geometric series.
        if not any_of(term * x > total * (1.0 - x) * _EPSILON):
            break
    unfinished = term * x > total * (1.0 - x) * _EPSILON
    found = factor * sine * _power(sqrt(x), df, most) * total
    return select(unfinished, math.nan, found)


@kernel
def _normal(statistic: Any, rooms: Any) -> Any:
    store(rooms, 0, magnitude(statistic) * _ROOT_HALF)
    for lane in range(LANES):
        rooms[lane] = math.erfc(rooms[lane])
    return load(rooms, 0)


@kernel
def t_tail(statistic: Any, df: Any, factor: Any, rooms: Any) -> Any:
    """P(|T| >= |t|) of Student's t, or of the normal where the degrees of freedom are inf.

    The factor is 1 / (a B(a, 1/2)), a half the degrees of freedom.
    """
    normal = df == math.inf
    short = (df <= _MOST) & (df >= 1.0)
    whole = select(short, df, 1.0)
    square = statistic * statistic
    # What overflows is left to the caller.
    short = short & (square < math.inf)
    total = whole + square
    x, sine = whole / total, magnitude(statistic) / sqrt(total)
    found = lanes(0.0)
    if any_of(short):
        most = _highest(whole, rooms)
        found = 1.0 - _inner(x, sine, whole, _odd(whole, most), most, rooms)
        far = short & (found < _FAR)
        if any_of(far):
            found = select(far, _outer(x, sine, whole, factor, far, most), found)
    found = select(short, found, math.nan)
    if any_of(normal):
        found = select(normal, _normal(statistic, rooms), found)
    return found


@kernel
def chi2_tail(value: Any, df: Any, rooms: Any) -> Any:
    """P(X >= x) of chi-square: sums of positive terms only."""
    half = 0.5 * value
    short = (df <= _MOST) & (df >= 1.0) & (half <= _HIGHEST) & (half >= 0.0)
    whole, half = select(short, df, 1.0), select(short, half, 0.0)
    most = _highest(whole, rooms)
    odd = _odd(whole, most)
    root = sqrt(half)
    store(rooms, 0, half)
    store(rooms, LANES, root)
    store(rooms, 2 * LANES, select(odd, 1.0, lanes(0.0)))
    for lane in range(LANES):
        rooms[lane] = math.exp(-rooms[lane])
        rooms[LANES + lane] = math.erfc(rooms[LANES + lane]) if rooms[2 * LANES + lane] > 0.0 else 0.0
    # Terms x^j / j!, and for odd degrees of freedom x^(j - 1/2) / Gamma(j + 1/2), from j = 1 on.
    index = select(odd, 1.5, lanes(1.0))
    term = select(odd, select(whole >= 3.0, root * (2.0 / math.sqrt(math.pi)), 0.0), lanes(1.0))
    total = term
    for _ in range(int(most) // 2):
        term = select(2.0 * index < whole, term * half / index, 0.0)
        total, index = total + term, index + 1.0
    return select(short, load(rooms, 0) * total + load(rooms, LANES), math.nan)
