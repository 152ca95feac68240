"""Many regressions on one design at once: the data differ from row to row of a stack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RearrangedFit", "Rearranged", "fit_stack", "maximum_likelihood", "moments", "solve_rss", "stack"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_EPSILON = 2.0**-52
_MARGIN = 1e-9
# Grid in log(t + min v), as for a single fit: each row enters through 1/(v + t).
_STEP = 0.125
_MAX_STEPS = 400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rearranged:
    """n sets of k values on one design, in one unit.

    Attributes
    ----------
    y, e : ndarray of shape (n, k)
        Values, and what is left of them outside the design.
    v : ndarray of shape (n, k)
        Variances, positive.
    basis : ndarray of shape (k, p)
        Orthonormal columns of the design.
    products : ndarray of shape (k, p * p)
        Products of pairs of columns, row by row.
    """

    y: Array
    e: Array
    v: Array
    basis: Array
    products: Array

    @property
    def k(self) -> int:
        """Values per set."""
        return int(self.y.shape[1])

    @property
    def p(self) -> int:
        """Columns of the design."""
        return int(self.basis.shape[1])

    def take(self, rows: NDArray[np.intp]) -> Rearranged:
        """Some sets of the stack; a set may occur more than once."""
        return Rearranged(
            y=self.y[rows], e=self.e[rows], v=self.v[rows], basis=self.basis, products=self.products
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RearrangedFit:
    """Weighted fits at one t per set, arrays over n.

    Attributes
    ----------
    rss, rss2 : y'Py and y'PPy.
    trace, trace_w : trace of P, sum of the weights.
    log_det : logarithm of the determinant of X'WX.
    coefficients : ndarray of shape (n, p)
        Of the orthonormal columns.
    covariance : ndarray of shape (n, p, p)
    """

    rss: Array
    rss2: Array
    trace: Array
    trace_w: Array
    log_det: Array
    coefficients: Array
    covariance: Array


def stack(y: Array, v: Array, basis: Array) -> Rearranged:
    """Bring n sets together.

    Parameters
    ----------
    y, v : ndarray of shape (n, k)
    basis : ndarray of shape (k, p)
        Orthonormal columns.
    """
    e = y
    for _ in range(2):  # the second pass removes what rounding left of the first
        e = e - (e @ basis) @ basis.T
    k, p = basis.shape
    products = (basis[:, :, None] * basis[:, None, :]).reshape(k, p * p)
    return Rearranged(y=y, e=e, v=v, basis=basis, products=products)


def fit_stack(problem: Rearranged, t: Array) -> RearrangedFit:
    """Weighted least squares with weights 1/(v + t), one t per set.

    Parameters
    ----------
    t : ndarray of shape (n,)
    """
    W = 1.0 / (problem.v + t[:, None])
    p, B = problem.p, problem.basis
    A = (W @ problem.products).reshape(-1, p, p)
    inverse = np.asarray(np.linalg.inv(A), dtype=float)
    b = np.einsum("nij,nj->ni", inverse, (W * problem.e) @ B)
    R = problem.e - b @ B.T
    WR = W * R
    total = W.sum(axis=1)
    squares = ((W * W) @ problem.products).reshape(-1, p, p)
    return RearrangedFit(
        rss=np.einsum("nk,nk->n", WR, R),
        rss2=np.einsum("nk,nk->n", WR, WR),
        trace=total - np.einsum("nij,nji->n", inverse, squares),
        trace_w=total,
        log_det=np.linalg.slogdet(A)[1],
        coefficients=problem.y @ B + b,
        covariance=inverse,
    )


def solve_rss(problem: Rearranged, target: float) -> Array:
    """The t >= 0 at which the weighted residual sum of squares is `target`; 0 where it is below at 0.

    Newton's method from the left: the sum is convex and falling, so that no step goes too far.
    """
    t = np.zeros(problem.y.shape[0])
    rows = np.arange(t.size)
    for _ in range(_MAX_STEPS):
        at = fit_stack(problem.take(rows), t[rows])
        step = np.divide(at.rss - target, at.rss2, out=np.zeros(rows.size), where=at.rss > target)
        moving = step > 4 * _EPSILON * t[rows]
        rows = rows[moving]
        if not rows.size:
            break
        t[rows] += step[moving]
    return t


def maximum_likelihood(problem: Rearranged, *, restricted: bool) -> Array:
    """The t >= 0 where the (restricted) likelihood of each set is highest, shape (n,).

    The score is scanned on one grid for all sets, every falling crossing polished by bisection and
    secant steps, and the highest maximum of each set taken, 0 among them.
    """
    n, m = problem.y.shape[0], problem.k - (problem.p if restricted else 0)
    low, high = problem.v.min(axis=1), problem.v.max(axis=1)
    u = np.einsum("nk,nk->n", problem.e, problem.e) / (2 * m) * (1 + _MARGIN)
    bound = max(0.0, float((u + np.sqrt(u * u + 2 * u * (high - low)) - low).max())) * (1 + _MARGIN)
    v_min = float(low.min())
    steps = max(8, int(np.ceil(np.log1p(bound / v_min) / _STEP))) + 1
    grid = v_min * np.expm1(np.linspace(0.0, np.log1p(bound / v_min), steps))
    values = np.stack([_score(problem, np.full(n, t), restricted) for t in grid], axis=1)
    falling = (values[:, :-1] > 0) & (values[:, 1:] <= 0)
    sets, cells = np.nonzero(falling)
    at_zero = np.flatnonzero(values[:, 0] <= 0)
    polished = _polish(problem.take(sets), grid[cells], grid[cells + 1], restricted)
    candidates = np.concatenate([np.zeros(at_zero.size), polished])
    owners = np.concatenate([at_zero, sets])
    chosen = problem.take(owners)
    height = _log_likelihood(chosen, candidates, restricted)
    best = np.zeros(n)
    order = np.lexsort((height, owners))  # the last of each owner is its highest
    best[owners[order]] = candidates[order]
    return best


def moments(problem: Rearranged) -> tuple[Array, Array, Array]:
    """Residual sum of squares, trace of P and sum of the weights at t = 0."""
    at = fit_stack(problem, np.zeros(problem.y.shape[0]))
    return at.rss, at.trace, at.trace_w


def _score(problem: Rearranged, t: Array, restricted: bool) -> Array:
    at = fit_stack(problem, t)
    slope: Array = at.rss2 - (at.trace if restricted else at.trace_w)
    return slope


def _log_likelihood(problem: Rearranged, t: Array, restricted: bool) -> Array:
    at = fit_stack(problem, t)
    value = np.log(problem.v + t[:, None]).sum(axis=1) + at.rss
    height: Array = -0.5 * (value + at.log_det if restricted else value)
    return height


def _polish(problem: Rearranged, low: Array, high: Array, restricted: bool) -> Array:
    """Roots inside brackets where the score falls: secant steps that stay inside, else the middle."""
    a, b = low.copy(), high.copy()
    if not a.size:
        return a
    fa, fb = _score(problem, a, restricted), _score(problem, b, restricted)
    x = a
    for step in range(_MAX_STEPS):
        if step % 3 == 2:
            x = 0.5 * (a + b)
        else:
            with np.errstate(invalid="ignore", divide="ignore"):
                x = b - fb * (b - a) / (fb - fa)
            x = np.where((x > a) & (x < b), x, 0.5 * (a + b))
        fx = _score(problem, x, restricted)
        left = fx > 0
        a, fa = np.where(left, x, a), np.where(left, fx, fa)
        b, fb = np.where(left, b, x), np.where(left, fb, fx)
        if (b - a <= 4 * _EPSILON * b).all():
            break
    return np.where(np.abs(fa) < np.abs(fb), a, b)
