"""The compiled functions themselves: all sets of a part in one call, without the interpreter's lock."""

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
    any_of,
    highest_of,
    lanes,
    load,
    magnitude,
    pointer,
    select,
    sqrt,
    store,
)
from metasyn.numerics.compiled.likelihood import BRACKET, COUNT, FINE, maximise
from metasyn.numerics.compiled.roots import solve_weighted_rss
from metasyn.numerics.compiled.sums import (
    BAD,
    CENTRE,
    GOAL,
    HEAD,
    NONE,
    RSS,
    SIZE,
    SIZES,
    UNIT,
    V_MEAN,
    K,
    by_size,
    kernel,
    mean_terms,
    moments,
    pack,
)
from metasyn.numerics.compiled.tails import chi2_tail, t_tail

__all__ = ["CODES", "COLUMNS", "POOLED", "TABLES", "fit"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

COLUMNS = (
    "estimate", "variance", "tau2", "rss", "Q", "typical", "truncated", "n_optima", "converged",
    "low", "high",
)  # fmt: skip
"""Rows of fits; the last two are those of the Q-profile interval, where there are targets for it."""
POOLED = (
    "estimate", "se", "df", "statistic", "ci_low", "ci_high", "pi_low", "pi_high",
    "tau2", "Q", "I2", "H2", "status", "tau2_low", "tau2_high", "pvalue", "Q_pvalue",
)  # fmt: skip
"""Rows of syntheses; the status is a position in `metasyn.batch.STATUS`."""
# Rows of the tables by number of effects.
TABLES = ("target", "low", "high", "quantile", "prediction", "df", "tail")
_TARGETS, _LOWS, _HIGHS, _QUANTILES, _PREDICTIONS, _DFS, _TAILS = np.arange(7)  # not literal: see `NONE`
# Where they stand in a buffer of eight sets; of the optional ones the first is named.
_ESTIMATE, _VARIANCE, _TAU2, _RSS, _Q, _TYPICAL, _TRUNCATED, _OPTIMA, _CONVERGED, _ENDS = range(
    0, 10 * LANES, LANES
)
(
    _MU, _SE, _DF, _STATISTIC, _CI_LOW, _CI_HIGH, _PI_LOW, _PI_HIGH, _T, _QS, _I2, _H2, _STATUS,
    _T_ENDS, _, _TAIL,
) = range(0, 16 * LANES, LANES)  # fmt: skip
_BUFFER = 17 * LANES

# Estimators by number; those that solve y'Py = target are 1.
_COMMON, _TARGET, _DL, _DL2, _HE, _HS, _HSK, _SJ = range(8)
_LIKELIHOOD = 100
CHUNK = 1024
CODES = {
    "common": _COMMON, "PM": _TARGET, "EB": _TARGET, "DLIT": _TARGET, "SJIT": _TARGET, "PMM": _TARGET,
    "DL": _DL, "DL2": _DL2, "HE": _HE, "HS": _HS, "HSk": _HSK, "SJ": _SJ, "ML": _LIKELIHOOD,
    "REML": _LIKELIHOOD + 1,
}  # fmt: skip


@kernel
def _looked_up(tables: Any, row: Any, head: Any) -> Any:
    """What a table has for the number of effects of each lane."""
    values, most = tables
    one = values[row * most + int(head[K])]
    if not any_of(load(head, K) < head[K]) and not any_of(load(head, K) > head[K]):
        return lanes(one)
    for lane in range(LANES):
        head[GOAL + lane] = values[row * most + int(head[K + lane])]
    return load(head, GOAL)


@kernel
def _by_target(e: Any, v: Any, rows: int, head: Any, tables: Any, row: Any, at_zero: Any) -> Any:
    """The root for the target of each lane's number of effects; 0 for one effect."""
    target = _looked_up(tables, row, head)
    root, reached = solve_weighted_rss((e, v, rows), head, target, at_zero)
    return root, at_zero < target, reached


@kernel
def _closed(method: int, e: Any, v: Any, rows: int, head: Any, at_zero: Any) -> Any:
    """What the closed formulas give before it is cut off at 0."""
    total, rss, trace = at_zero
    k = load(head, K)
    df = k - 1.0
    if method == _HE:
        return load(head, RSS) / df - load(head, V_MEAN)
    if method == _HS:
        return (rss - k) / total
    if method == _HSK:
        return (rss * k / df - k) / total
    if method == _SJ:
        start = load(head, RSS) / k
        return start * mean_terms(e, v, rows, start)[2] / df
    t = (rss - df) / trace
    if method == _DL2:
        t = highest_of(t, lanes(0.0))
        _, rss, trace = moments(e, v, rows, t)
        t = t + (rss - df) / trace
    return t


@kernel
def _write(to: Any, start: Any, stop: Any) -> None:
    """What stands in a part of the buffer to the places of the eight sets, row by row."""
    out, n, sets, first, most, buffer = to
    for lane in range(min(LANES, most - first)):
        place = sets[first + lane]
        for row in range(start, stop, LANES):
            out[place + row // LANES * n] = buffer[row + lane]


@kernel
def _put_fit(buffer: Any, head: Any, at: Any, at_zero: Any, kind: Any) -> None:
    """A fit: what follows from tau2, and what sort of solution it is."""
    t, mean, total, rss = at
    _, Q, trace = at_zero
    truncated, n_optima, converged = kind
    unit, k = load(head, UNIT), load(head, K)
    one = k < 2.0
    store(buffer, _ESTIMATE, load(head, CENTRE) + load(head, SIZE) * mean)
    store(buffer, _VARIANCE, unit / total)
    store(buffer, _TAU2, t * unit)
    store(buffer, _RSS, rss)
    store(buffer, _Q, Q)
    store(buffer, _TYPICAL, select(trace > 0.0, (k - 1.0) / trace * unit, math.inf))
    store(buffer, _TRUNCATED, select(truncated & ~one, 1.0, 0.0))
    store(buffer, _OPTIMA, select(one, 1.0, n_optima))
    store(buffer, _CONVERGED, select(converged | one, 1.0, 0.0))


@kernel
def _profile(problem: Any, head: Any, tables: Any, at_zero: Any) -> Any:
    """The Q-profile interval; an end that was not reached is NaN."""
    e, v, rows = problem
    unit = load(head, UNIT)
    low, _, reached = _by_target(e, v, rows, head, tables, _LOWS, at_zero[1])
    high, _, reached_too = _by_target(e, v, rows, head, tables, _HIGHS, at_zero[1])
    return select(reached, low * unit, math.nan), select(reached_too, high * unit, math.nan)


@kernel
def _status(head: Any, sound: Any) -> Any:
    """Positions in `metasyn.batch.STATUS`."""
    k, bad = load(head, K), load(head, BAD)
    status = select(sound, 0.0, lanes(5.0))
    status = select(k < 2.0, 1.0, status)
    status = select(bad > 0.0, select(bad > 1.0, 3.0, lanes(4.0)), status)
    return select(k < 1.0, 2.0, status)


@kernel
def _heterogeneity(common: bool, k: Any, Q: Any, trace: Any, t: Any) -> Any:
    """I2 and H2; t in units of the problem, as is the typical variance (k - 1) / trace."""
    df = k - 1.0
    if common:
        return select(Q > 0.0, highest_of((Q - df) / Q, lanes(0.0)), 0.0), Q / df
    typical = df / trace
    return select(t > 0.0, 1.0 / (1.0 + typical / t), 0.0), t / typical + 1.0


@kernel
def _put_pooled(buffer: Any, head: Any, at: Any, at_zero: Any, how: Any, tables: Any, reached: Any) -> Any:
    """A synthesis but for its p values and the interval of tau2; which lanes have one."""
    t, mean, total, rss = at
    scaled, common = how
    k, unit = load(head, K), load(head, UNIT)
    q = select(k < 2.0, 1.0, rss / (k - 1.0))
    variance = unit / total
    scale = q if scaled == 1 else (highest_of(q, lanes(1.0)) if scaled == 2 else lanes(1.0))
    estimate, se = load(head, CENTRE) + load(head, SIZE) * mean, sqrt(variance * scale)
    sound = reached & (magnitude(estimate) < math.inf) & (se < math.inf)
    status = _status(head, sound)
    shown, several = status < 2.0, status < 1.0
    half = _looked_up(tables, _QUANTILES, head) * se
    beyond = _looked_up(tables, _PREDICTIONS, head) * sqrt(variance + t * unit)
    store(buffer, _MU, select(shown, estimate, math.nan))
    store(buffer, _SE, select(shown, se, math.nan))
    store(buffer, _DF, select(shown, _looked_up(tables, _DFS, head), math.nan))
    store(buffer, _STATISTIC, select(shown & (se > 0.0), estimate / se, math.nan))
    store(buffer, _CI_LOW, select(shown, estimate - half, math.nan))
    store(buffer, _CI_HIGH, select(shown, estimate + half, math.nan))
    store(buffer, _PI_LOW, select(several, estimate - beyond, math.nan))
    store(buffer, _PI_HIGH, select(several, estimate + beyond, math.nan))
    store(buffer, _T, select(several, t * unit, math.nan))
    I2, H2 = _heterogeneity(common, k, at_zero[1], at_zero[2], t)
    store(buffer, _QS, select(several, at_zero[1], math.nan))
    store(buffer, _I2, select(several, I2, math.nan))
    store(buffer, _H2, select(several, H2, math.nan))
    store(buffer, _STATUS, status)
    return several


@kernel
def _put_tails(buffer: Any, head: Any, tables: Any, rooms: Any) -> None:
    """The p values of the mean and of Q; NaN where they are left to the caller."""
    tail = t_tail(load(buffer, _STATISTIC), load(buffer, _DF), _looked_up(tables, _TAILS, head), rooms)
    store(buffer, _TAIL, tail)
    store(buffer, _TAIL + LANES, chi2_tail(load(buffer, _QS), load(head, K) - 1.0, rooms))


@kernel
def _solve(method: int, fixed: float, e: Any, v: Any, rows: int, head: Any, tables: Any, at_zero: Any) -> Any:
    """tau2 in units of the problem, whether it was cut off, and whether it was reached."""
    yes = load(head, K) > 0.0
    if method == _COMMON:
        return fixed / load(head, UNIT), ~yes, yes
    if method == _TARGET:
        return _by_target(e, v, rows, head, tables, _TARGETS, at_zero[1])
    t = _closed(method, e, v, rows, head, at_zero)
    return highest_of(t, lanes(0.0)), t < 0.0, yes


@kernel
def _fit(
    method: int, fixed: float, given: Any, n: int, rooms: Any, tables: Any, how: Any, out: Any, of: int
) -> None:
    """Sets, eight by eight, by one estimator."""
    data, bounds, sets, _ = given
    e, v, head, buffer, work = rooms
    pooled, scaled, profile, tails = how
    for first in range(0, n, LANES):
        rows = pack(data, bounds, sets, n, first, e, v, head)
        at_zero = moments(e, v, rows, lanes(0.0))
        n_optima = lanes(1.0)
        if method >= _LIKELIHOOD:
            t, truncated, n_optima, reached = maximise((e, v, rows), head, method > _LIKELIHOOD, work)
        else:
            t, truncated, reached = _solve(method, fixed, e, v, rows, head, tables, at_zero)
        if method != _COMMON:
            t = select(load(head, K) < 2.0, 0.0, t)
        mean, total, rss = mean_terms(e, v, rows, t)
        at, kind = (t, mean, total, rss), (truncated, n_optima, reached)
        to, several, ends = (out, of, sets, first, n, buffer), reached | ~reached, NONE + _ENDS
        if pooled:
            several = _put_pooled(buffer, head, at, at_zero, (scaled, method == _COMMON), tables, reached)
            ends = NONE + _T_ENDS
        else:
            _put_fit(buffer, head, at, at_zero, kind)
        _write(to, NONE, ends)
        if profile:
            low, high = _profile((e, v, rows), head, tables, at_zero)
            store(buffer, ends, select(several, low, math.nan))
            store(buffer, ends + LANES, select(several, high, math.nan))
            _write(to, ends, ends + 2 * LANES)
        if tails:
            _put_tails(buffer, head, tables, work[1])
            _write(to, NONE + _TAIL, NONE + _BUFFER)


@kernel
def _padded(rows: int) -> int:
    """Rows in whole blocks of eight."""
    return (rows + LANES - 1) // LANES * LANES


@kernel
def _rooms(scratch: Any, first: int, size: int) -> Any:
    """Room for eight sets, their own numbers, what is written and what a scan needs."""
    e, v, one_e, one_v = first, first + size, first + 2 * size, first + 3 * size
    head = first + 4 * size
    buffer = head + HEAD
    count = buffer + _BUFFER
    fine = count + COUNT
    found = fine + FINE
    work = (
        pointer(scratch, found), pointer(scratch, count), pointer(scratch, one_e), pointer(scratch, one_v),
        pointer(scratch, fine),
    )  # fmt: skip
    return pointer(scratch, e), pointer(scratch, v), pointer(scratch, head), pointer(scratch, buffer), work


@cache
def _entry() -> Callable[..., None]:
    # The digest is a constant of the functions, by which numba tells kept ones from outdated ones.
    digest = sources()

    def fit(method, fixed, y, v, order, ordered, bounds, tables, how, whole, scratch, first, most, out):  # type: ignore[no-untyped-def]
        if len(digest) == 0:
            return
        n = bounds.size - 1
        data = (
            pointer(y, 0), pointer(v, 0), pointer(order, 0), ordered, pointer(whole, 0), y.size,
            order.size if ordered else y.size,
        )  # fmt: skip
        counts, sets = pointer(whole, 2 * LANES), pointer(whole, 2 * LANES + SIZES + 1)
        given = data, pointer(bounds, 0), sets, counts
        rooms = _rooms(scratch, first, _padded(most) * LANES)
        by_k = pointer(tables, 0), tables.shape[1]
        for start in range(0, n, CHUNK):
            stop = min(n, start + CHUNK)
            by_size(given[1], start, stop, sets, counts)
            _fit(method, fixed, given, stop - start, rooms, by_k, how, pointer(out, 0), n)

    return kept(fit)


def fit(
    method: str, fixed: float, y: Array, v: Array, order: Whole | None, bounds: Whole, tables: Array,
    *, pooled: bool = False, scaled: int = 0, profile: bool = False, tails: bool = False,
) -> Array:  # fmt: skip
    """One estimator for all sets.

    Parameters
    ----------
    method : str
        One of `CODES`.
    fixed : float
        tau2 of the method `"common"`.
    y, v : ndarray of shape (m,)
        Values and variances.
    order : ndarray of int or None
        Positions of the values of set after set; None where they stand so.
    bounds : ndarray of int, shape (n + 1,)
        Where each set begins.
    tables : ndarray of shape (r, K + 1)
        `TABLES` by number of values, as many of them as are needed.
    pooled : bool
        Whether to write `POOLED`, else `COLUMNS`; then no set may be empty, and all values must be sound.
    scaled : int
        Variance of the mean times the Hartung-Knapp factor (1), or that where it is above 1 (2).
    profile : bool
        Whether to compute the Q-profile interval.
    tails : bool
        Whether to compute p values, of syntheses only. Those that are no short sum are NaN.

    Returns
    -------
    ndarray of shape (len(COLUMNS) or len(POOLED), n)
        The rows of the Q-profile interval and of p values are undefined where they were not asked for.
    """
    # The kernels take addresses: neighbours in an array must be neighbours in memory.
    y, v, tables = (np.ascontiguousarray(values, dtype=float) for values in (y, v, tables))
    bounds = np.ascontiguousarray(bounds, dtype=np.int64)
    n = bounds.size - 1
    out = np.empty((len(POOLED if pooled else COLUMNS), n))
    most = int(np.diff(bounds).max(initial=1))
    scratch = np.empty(_scratch_size(most) + LANES)
    first = -(scratch.ctypes.data // 8) % LANES
    whole = np.empty(2 * LANES + SIZES + 1 + CHUNK, dtype=np.int64)
    positions = np.zeros(1, dtype=np.int64) if order is None else np.ascontiguousarray(order, dtype=np.int64)
    _entry()(
        CODES[method], float(fixed), y, v, positions, order is not None, bounds, tables,
        (pooled, scaled, profile, tails), whole, scratch, first, most, out,
    )  # fmt: skip
    return out


def _scratch_size(most: int) -> int:
    """Floats that sets of up to so many effects need."""
    most += LANES
    return LANES * 4 * most + (most + LANES) * BRACKET + HEAD + COUNT + FINE + _BUFFER
