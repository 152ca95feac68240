"""Weighted least squares with weights 1/(v + t), as a function of the common addend t >= 0.

Everything is in units of a power of two near the smallest `v`, so that no result depends on the
scale of the data, and around the most precise value, so that no digits are lost to a large offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.roots import Root, bracketed_root
from metasyn.numerics.wls import inner, orthonormal_columns

__all__ = [
    "AdditiveProblem",
    "Moments",
    "log_determinant",
    "moments",
    "prepare",
    "solve_weighted_rss",
    "weighted_rss",
]

Array = NDArray[np.float64]

# Margin by which a bracket is widened: above rounding, below everything that matters.
_MARGIN = 1e-9


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
    """

    e: Array
    v: Array
    basis: Array | None
    p: int
    unit: float
    rss: float
    leverage_v: float
    spread: float

    @property
    def k(self) -> int:
        """Number of rows."""
        return self.e.size

    @property
    def v_min(self) -> float:
        """Smallest variance."""
        return float(self.v.min())

    @property
    def v_max(self) -> float:
        """Largest variance."""
        return float(self.v.max())


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
    exponent = math.floor(math.log2(float(v.min())) / 2)
    size = math.ldexp(1.0, exponent)
    unit = size * size
    v = v / unit
    e = (y - y[v.argmin()]) / size
    deviation = e - e.mean()
    spread = inner(deviation, deviation) / e.size
    if X is None:
        rss, leverage_v, basis, p = spread * e.size, float(v.mean()), None, 1
    else:
        basis = orthonormal_columns(X)
        p = basis.shape[1]
        for _ in range(2):  # the second pass removes what rounding left of the first
            e = e - basis @ (basis.T @ e)
        rss = inner(e, e)
        leverage_v = inner(np.einsum("ij,ij->i", basis, basis), v)
    return AdditiveProblem(
        e=e, v=v, basis=basis, p=p, unit=unit, rss=rss, leverage_v=leverage_v, spread=spread
    )


def weighted_rss(problem: AdditiveProblem, t: float) -> float:
    """Weighted residual sum of squares at one t: decreasing and convex in t."""
    if problem.basis is not None:
        return float(moments(problem, np.array([t])).rss[0])
    w = 1.0 / (problem.v + t)
    r = problem.e - inner(w, problem.e) / float(w.sum())
    return inner(w, r * r)


def moments(problem: AdditiveProblem, t: Array) -> Moments:
    """Sums at several t at once.

    Parameters
    ----------
    t : ndarray of shape (n,)
    """
    W = 1.0 / (problem.v + t[:, None])
    if problem.basis is None:
        # Sums of positive terms: s - sum(w^2)/s would cancel where one weight dominates.
        running = np.cumsum(W, axis=1)
        total = running[:, -1]
        trace = 2 * np.einsum("gk,gk->g", W[:, 1:], running[:, :-1]) / total
        R = problem.e - ((W @ problem.e) / total)[:, None]
    else:
        B = problem.basis
        A = _cross(W, B)
        b = np.linalg.solve(A, ((W * problem.e) @ B)[:, :, None])[:, :, 0]
        R = problem.e - b @ B.T
        total = W.sum(axis=1)
        trace = total - np.trace(np.linalg.solve(A, _cross(W * W, B)), axis1=1, axis2=2)
    WR = W * R
    return Moments(
        rss=np.einsum("gk,gk->g", WR, R), rss2=np.einsum("gk,gk->g", WR, WR), trace=trace, trace_w=total
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


def solve_weighted_rss(problem: AdditiveProblem, target: float) -> Root | None:
    """The t >= 0 at which the weighted residual sum of squares is `target`; None if it is below at 0.

    The bracket needs no search: with u the unweighted sum, the weighted one lies between
    u / (t + max v) and u / (t + min v).
    """
    at_zero = weighted_rss(problem, 0.0) - target
    if at_zero < 0:
        return None
    centre = problem.rss / target
    low = max(0.0, centre * (1 - _MARGIN) - problem.v_max)
    high = max(0.0, centre * (1 + _MARGIN) - problem.v_min)
    return bracketed_root(
        lambda t: weighted_rss(problem, t) - target,
        low,
        high,
        f_low=at_zero if low == 0 else None,
    )
