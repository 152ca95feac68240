"""Weighted means with weights 1/(v + t) of many sets at once: the arithmetic of `additive`, a row per set.

Each row is on its own scale, a power of two near its smallest variance, and around its most precise
value. A place where a row has no value holds variance inf and value 0: its weight is exactly 0.
No row depends on its companions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "StackedMeans",
    "StackedProblem",
    "StackedRoots",
    "middle",
    "prepare_stacked",
    "rss_and_trace_stacked",
    "slope_terms_stacked",
    "solve_weighted_rss_stacked",
    "trace_of_projection",
    "weighted_means",
    "weights_and_residuals",
]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# As in `additive`.
_MARGIN = 1e-9
_EPSILON = 2.0**-52
_SMALL_STEP = 1e-9
_MAX_STEPS = 400
_total = np.add.reduce


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StackedProblem:
    """n sets of up to k values, each on its own scale.

    Attributes
    ----------
    e : ndarray of shape (n, k)
        Values less `centre`, divided by `size`; 0 where there is none.
    v : ndarray of shape (n, k)
        Variances over `unit`, the smallest of a row in [1, 4); inf where there is none.
    k : ndarray of shape (n,)
        Values in each row, as floats.
    centre, size, unit : ndarray of shape (n,)
        The most precise value of a row; the unit of its values, a power of two, and the square of that.
    rss : ndarray of shape (n,)
        Unweighted sum of squares around the unweighted mean.
    v_min, v_max, v_mean : ndarray of shape (n,)
    """

    e: Array
    v: Array
    k: Array
    centre: Array
    size: Array
    unit: Array
    rss: Array
    v_min: Array
    v_max: Array
    v_mean: Array

    def take(self, rows: NDArray[Any]) -> StackedProblem:
        """Some of the rows, by number or by a boolean array."""
        return StackedProblem(**{name: getattr(self, name)[rows] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StackedMeans:
    """Weighted means in units of the data, arrays of shape (n,).

    Attributes
    ----------
    mean, variance : weighted mean and 1 / sum of the weights.
    rss : weighted sum of squares around the mean.
    """

    mean: Array
    variance: Array
    rss: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StackedRoots:
    """One root per row, arrays of shape (n,).

    Attributes
    ----------
    root : in units of the problem; 0 where there is none.
    none : True where the function is below its target at 0 already.
    converged : True where the root was reached to full precision.
    """

    root: Array
    none: Flags
    converged: Flags


def prepare_stacked(y: Array, v: Array, present: Flags) -> StackedProblem:
    """Bring many sets to their scales.

    Parameters
    ----------
    y, v : ndarray of shape (k,) or (n, k)
        Values and positive variances; what stands where nothing is present is not looked at.
    present : ndarray of bool, shape (n, k)
        True where a set has a value; at least one in each row.
    """
    absent = ~present
    v = np.where(present, v, np.inf)
    at = v.argmin(axis=1)[:, None]
    lowest = np.take_along_axis(v, at, axis=1)
    size = np.ldexp(1.0, np.floor(np.log2(lowest) / 2).astype(np.int64))
    unit = size * size
    v /= unit
    e = np.where(present, y, 0.0)
    centre = np.take_along_axis(e, at, axis=1)
    e -= centre
    e /= size
    e[absent] = 0.0
    k = _total(present, axis=1, dtype=float)
    deviation = e - (_total(e, axis=1) / k)[:, None]
    deviation[absent] = 0.0
    known = np.where(present, v, 0.0)
    return StackedProblem(
        e=e,
        v=v,
        k=k,
        centre=centre[:, 0],
        size=size[:, 0],
        unit=unit[:, 0],
        rss=np.einsum("nk,nk->n", deviation, deviation),
        v_min=lowest[:, 0] / unit[:, 0],
        v_max=np.maximum.reduce(known, axis=1),
        v_mean=_total(known, axis=1) / k,
    )


def weights_and_residuals(e: Array, v: Array, t: Array) -> tuple[Array, Array, Array]:
    """Weights 1/(v + t), their sums, and the values less their weighted mean.

    Parameters
    ----------
    e, v : ndarray of shape (..., k)
    t : ndarray of shape (...)

    Returns
    -------
    ndarray of shape (..., k), ndarray of shape (...), ndarray of shape (..., k)
    """
    w = 1.0 / (v + t[..., None])
    total = _total(w, axis=-1)
    return w, total, e - (np.einsum("...k,...k->...", w, e) / total)[..., None]


def trace_of_projection(w: Array, total: Array) -> Array:
    """Trace of P for a mean, shape (...): a sum of positive terms, which cannot cancel."""
    running = np.add.accumulate(w, axis=-1)
    trace: Array = 2 * np.einsum("...k,...k->...", w[..., 1:], running[..., :-1]) / total
    return trace


def weighted_means(problem: StackedProblem, t: Array) -> StackedMeans:
    """Weighted mean of each row at its own t.

    Parameters
    ----------
    t : ndarray of shape (n,)
        In units of the problem.
    """
    w = 1.0 / (problem.v + t[:, None])
    total = _total(w, axis=1)
    mean = np.einsum("nk,nk->n", w, problem.e) / total
    r = problem.e - mean[:, None]
    return StackedMeans(
        mean=problem.centre + problem.size * mean,
        variance=problem.unit / total,
        rss=np.einsum("nk,nk,nk->n", w, r, r),
    )


def rss_and_trace_stacked(problem: StackedProblem, t: Array) -> tuple[Array, Array, Array]:
    """y'Py, the trace of P and the sum of the weights, each of shape (n,), at one t per row."""
    w, total, r = weights_and_residuals(problem.e, problem.v, t)
    return np.einsum("nk,nk,nk->n", w, r, r), trace_of_projection(w, total), total


def slope_terms_stacked(e: Array, v: Array, t: Array) -> tuple[Array, Array, Array]:
    """y'PPy, the trace of P and the sum of the weights.

    Parameters
    ----------
    e, v : ndarray of shape (..., k)
        Values and variances as in `StackedProblem`.
    t : ndarray of shape (...)
    """
    w, total, r = weights_and_residuals(e, v, t)
    r *= w
    return np.einsum("...k,...k->...", r, r), trace_of_projection(w, total), total


def solve_weighted_rss_stacked(problem: StackedProblem, target: Array) -> StackedRoots:
    """The t >= 0 at which the weighted residual sum of squares of each row is its target.

    Newton's method on the reciprocal of the sum within the bracket of `additive.solve_weighted_rss`,
    for all rows together; a row that is solved is not moved again.

    Parameters
    ----------
    target : ndarray of shape (n,)
        Above 0.

    Returns
    -------
    StackedRoots

    Examples
    --------
    Two sets over the same three values; the second has only the outer two, which differ by 2:

    >>> import numpy as np
    >>> present = np.array([[True, True, True], [True, False, True]])
    >>> problem = prepare_stacked(np.array([0.0, 5.0, 2.0]), np.ones(3), present)
    >>> found = solve_weighted_rss_stacked(problem, problem.k - 1)
    >>> (found.root * problem.unit).round(12).tolist()
    [5.333333333333, 1.0]
    """
    n = problem.k.size
    at_zero = rss_and_trace_stacked(problem, np.zeros(n))[0]
    root, converged = np.zeros(n), np.ones(n, dtype=bool)
    rows = np.flatnonzero(at_zero > target)
    if rows.size:
        whole = rows.size == n
        root[rows], converged[rows] = _newton(
            problem if whole else problem.take(rows), target if whole else target[rows]
        )
    return StackedRoots(root=root, none=at_zero < target, converged=converged)


def _newton(problem: StackedProblem, target: Array) -> tuple[Array, Flags]:
    """The roots of rows that all have one, and whether each was reached."""
    centre, v_min = problem.rss / target, problem.v_min
    low = np.maximum(0.0, centre * (1 - _MARGIN) - problem.v_max)
    high = np.maximum(low, centre * (1 + _MARGIN) - v_min)
    t = np.minimum(np.maximum(centre - problem.v_mean, low), high)
    done = np.zeros(t.size, dtype=bool)
    for _ in range(_MAX_STEPS):
        w, _, r = weights_and_residuals(problem.e, problem.v, t)
        rw = r * w
        rss = np.einsum("nk,nk->n", r, rw)
        above, exact = rss > target, rss == target
        low, high = np.where(above, t, low), np.where(above, high, t)
        new = t + rss * (rss - target) / (target * np.einsum("nk,nk->n", rw, rw))
        outside = ~((low <= new) & (new <= high))
        new = np.where(outside, middle(low, high, v_min), new)
        enough = np.where(outside, 4 * _EPSILON, _SMALL_STEP)
        solved = exact | (np.abs(new - t) <= enough * (new + v_min))
        t = np.where(done | exact, t, new)
        done |= solved
        if done.all():
            break
    return t, done


def middle(low: Array, high: Array, v_min: Array) -> Array:
    """Between two bounds, even in log(t + min v)."""
    between: Array = np.sqrt((low + v_min) * (high + v_min)) - v_min
    return between
