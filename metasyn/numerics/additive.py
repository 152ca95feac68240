"""Weighted least squares with weights 1/(v + t), as a function of the common addend t >= 0.

Everything is in units of a power of two near the smallest `v`, so that no result depends on the
scale of the data, and around the most precise value, so that no digits are lost to a large offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.regression import residuals_from, spans
from metasyn.numerics.roots import Root
from metasyn.numerics.wls import inner, orthonormal_columns

__all__ = [
    "AdditiveProblem",
    "Moments",
    "log_determinant",
    "moments",
    "prepare",
    "residual_sums",
    "rss_and_trace",
    "slope_terms",
    "solve_weighted_rss",
    "weighted_rss",
]

Array = NDArray[np.float64]

# Margin by which a bracket is widened: above rounding, below everything that matters.
_MARGIN = 1e-9
_EPSILON = 2.0**-52
# A Newton step relative to t + min v after which the next could no longer be seen.
_SMALL_STEP = 1e-9
_MAX_STEPS = 400

# The methods `sum` and `min` cost twice as much on short arrays.
_total, _lowest = np.add.reduce, np.minimum.reduce
_ZERO = np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdditiveProblem:
    """Data on a common scale.

    Attributes
    ----------
    e : ndarray of shape (k,)
        `y`, shifted (mean only) or as least squares residuals (general design); divided by the
        square root of `unit`.
    v : ndarray of shape (k,)
        Variances in units of `unit`; the smallest is in [1, 4).
    basis : ndarray of shape (k, p) or None
        Orthonormal columns of the design; None for a mean.
    p : int
        Columns of the design.
    unit : float
        A power of four: t in units of the data is `unit` times t here.
    rss : float
        Unweighted residual sum of squares.
    leverage_v : float
        Sum of h_i v_i, h the unweighted leverages.
    spread : float
        Mean squared deviation of `y` from its unweighted mean.
    v_min, v_max, v_mean : float
        Smallest, largest and mean variance.
    rss_at_zero, trace_at_zero : float
        y'Py and the trace of P with the weights 1/v.
    """

    e: Array
    v: Array
    basis: Array | None
    p: int
    unit: float
    rss: float
    leverage_v: float
    spread: float
    v_min: float
    v_max: float
    v_mean: float
    rss_at_zero: float
    trace_at_zero: float

    @property
    def k(self) -> int:
        """Number of rows."""
        return self.e.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sums at several t, arrays of shape (n,). P is the projection W - WX(X'WX)^-1 X'W.

    Attributes
    ----------
    rss : y'Py, the weighted residual sum of squares.
    rss2 : y'PPy.
    trace : trace of P.
    trace_w : sum of the weights.
    """

    rss: Array
    rss2: Array
    trace: Array
    trace_w: Array


def prepare(y: Array, v: Array, X: Array | None = None) -> AdditiveProblem:
    """Bring data to a common scale.

    Parameters
    ----------
    y, v : ndarray of shape (k,)
        Values and positive variances.
    X : ndarray of shape (k, p), optional
        Design of full column rank; None for a mean.

    Raises
    ------
    NotEstimableError
        If `X` is not of full column rank.
    """
    size = math.ldexp(1.0, math.floor(math.log2(float(_lowest(v))) / 2))
    unit = size * size
    v = v / unit
    e = (y - y[v.argmin()]) / size
    deviation = e - float(_total(e)) / e.size
    square = float(_total(deviation * deviation))
    v_mean = float(_total(v)) / v.size
    basis, p, rss, leverage_v = None, 1, square, v_mean
    if X is not None:
        basis = orthonormal_columns(X)
        p = basis.shape[1]
        if not spans(basis, np.ones((e.size, 1))):  # an offset may only be taken out where the model has one
            e = y / size
        e = residuals_from(basis, e)
        rss = inner(e, e)
        leverage_v = inner(np.einsum("ij,ij->i", basis, basis), v)
    rss_at_zero, trace_at_zero = _rss_and_trace(e, v, basis)
    return AdditiveProblem(
        e=e,
        v=v,
        basis=basis,
        p=p,
        unit=unit,
        rss=rss,
        leverage_v=leverage_v,
        spread=square / e.size,
        v_min=float(_lowest(v)),
        v_max=float(np.maximum.reduce(v)),
        v_mean=v_mean,
        rss_at_zero=rss_at_zero,
        trace_at_zero=trace_at_zero,
    )


def _rss_and_trace(e: Array, v: Array, basis: Array | None) -> tuple[float, float]:
    """y'Py and the trace of P with weights 1/v."""
    w = 1.0 / v
    if basis is None:
        total = float(_total(w))
        r = e - float(_total(w * e)) / total
        return float(_total(w * r * r)), 2 * float(_total(w[1:] * np.add.accumulate(w)[:-1])) / total
    at = _general_moments(w[None, :], e, basis)
    return float(at.rss[0]), float(at.trace[0])


def rss_and_trace(problem: AdditiveProblem, t: float) -> tuple[float, float]:
    """y'Py and the trace of P at one t."""
    if t == 0:
        return problem.rss_at_zero, problem.trace_at_zero
    return _rss_and_trace(problem.e, problem.v + t, problem.basis)


def weighted_rss(problem: AdditiveProblem, t: float) -> float:
    """Weighted residual sum of squares at one t: decreasing and convex in t."""
    if problem.basis is not None:
        return float(moments(problem, np.array([t])).rss[0])
    w = 1.0 / (problem.v + t)
    r = problem.e - float(_total(w * problem.e)) / float(_total(w))
    return float(_total(w * r * r))


def moments(problem: AdditiveProblem, t: Array) -> Moments:
    """Sums at several t at once.

    Parameters
    ----------
    t : ndarray of shape (n,)
    """
    W = 1.0 / (problem.v + t[:, None])
    if problem.basis is not None:
        return _general_moments(W, problem.e, problem.basis)
    total, trace = _totals_and_traces(W)
    R = problem.e - (np.einsum("gk,k->g", W, problem.e) / total)[:, None]
    WR = W * R
    return Moments(
        rss=np.einsum("gk,gk->g", WR, R), rss2=np.einsum("gk,gk->g", WR, WR), trace=trace, trace_w=total
    )


def slope_terms(problem: AdditiveProblem, t: Array) -> tuple[Array, Array, Array]:
    """y'PPy, the trace of P and the sum of the weights at several t, shape (n,): what a score needs."""
    if problem.basis is not None:
        at = moments(problem, t)
        return at.rss2, at.trace, at.trace_w
    W = 1.0 / (problem.v + t[:, None])
    total, trace = _totals_and_traces(W)
    W *= problem.e - (np.einsum("gk,k->g", W, problem.e) / total)[:, None]
    return np.einsum("gk,gk->g", W, W), trace, total


def _totals_and_traces(W: Array) -> tuple[Array, Array]:
    """Sum of the weights and trace of P for a mean, for every row of W."""
    # Sums of positive terms: s - sum(w^2)/s would cancel where one weight dominates.
    running = np.add.accumulate(W, axis=1)
    total = running[:, -1]
    return total, 2 * np.einsum("gk,gk->g", W[:, 1:], running[:, :-1]) / total


def _general_moments(W: Array, e: Array, B: Array) -> Moments:
    """Moments for a design with the orthonormal columns B, for every row of W."""
    A = _cross(W, B)
    b = np.linalg.solve(A, ((W * e) @ B)[:, :, None])[:, :, 0]
    R = e - b @ B.T
    WR = W * R
    total = W.sum(axis=1)
    return Moments(
        rss=np.einsum("gk,gk->g", WR, R),
        rss2=np.einsum("gk,gk->g", WR, WR),
        trace=total - np.trace(np.linalg.solve(A, _cross(W * W, B)), axis1=1, axis2=2),
        trace_w=total,
    )


def log_determinant(problem: AdditiveProblem, t: float) -> float:
    """Logarithm of the determinant of X'WX, up to a constant that does not depend on t."""
    W = 1.0 / (problem.v + t)
    if problem.basis is None:
        return math.log(float(W.sum()))
    return float(np.linalg.slogdet(_cross(W[None, :], problem.basis)[0])[1])


def _cross(W: Array, B: Array) -> Array:
    """X'WX for every row of W, shape (n, p, p)."""
    p = B.shape[1]
    products = (B[:, :, None] * B[:, None, :]).reshape(B.shape[0], p * p)
    return (W @ products).reshape(-1, p, p)


def residual_sums(problem: AdditiveProblem, t: float) -> tuple[float, float]:
    """y'Py and y'PPy at one t: the weighted residual sum of squares and minus its slope."""
    if problem.basis is not None:
        at = moments(problem, np.array([t]))
        return float(at.rss[0]), float(at.rss2[0])
    w = 1.0 / (problem.v + t)
    r = problem.e - float(_total(w * problem.e)) / float(_total(w))
    wr = w * r
    return float(_total(wr * r)), float(_total(wr * wr))


def solve_weighted_rss(problem: AdditiveProblem, target: float) -> Root | None:
    """The t >= 0 at which the weighted residual sum of squares is `target`; None if it is below at 0.

    Newton's method on the reciprocal of the sum, which is nearly a straight line in t (exactly one
    where all variances are equal), safeguarded by a bracket that needs no search: with u the
    unweighted sum, the weighted one lies between u / (t + max v) and u / (t + min v).

    Parameters
    ----------
    problem : AdditiveProblem
    target : float
        Above 0.
    """
    if problem.rss_at_zero <= target:
        return None if problem.rss_at_zero < target else Root(root=0.0, converged=True, iterations=0)
    centre, v_min = problem.rss / target, problem.v_min
    low = max(0.0, centre * (1 - _MARGIN) - problem.v_max)
    high = max(low, centre * (1 + _MARGIN) - v_min)
    t = min(max(centre - problem.v_mean, low), high)
    for step in range(1, _MAX_STEPS + 1):
        rss, rss2 = residual_sums(problem, t)
        if rss > target:
            low = t
        else:
            high = t
        new = t + rss * (rss - target) / (target * rss2)
        # Newton's error after a step is of the order of the square of the step.
        enough = _SMALL_STEP
        if not low <= new <= high:
            new, enough = _middle(low, high, v_min), 4 * _EPSILON
        if rss == target or abs(new - t) <= enough * (new + v_min):
            return Root(root=t if rss == target else new, converged=True, iterations=step)
        t = new
    return Root(root=t, converged=False, iterations=_MAX_STEPS)


def _middle(low: float, high: float, v_min: float) -> float:
    """Between two bounds, even in log(t + min v)."""
    return math.sqrt((low + v_min) * (high + v_min)) - v_min
