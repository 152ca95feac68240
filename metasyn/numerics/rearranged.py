"""Many regressions on one design at once: the same effects, in another order in every row of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.bracketed import newton_in_brackets
from metasyn.numerics.roots import starts_towards_zero

__all__ = [
    "Rearranged",
    "RearrangedFit",
    "fit_stack",
    "maximum_likelihood",
    "moments",
    "rearrange",
    "solve_rss",
]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

_EPSILON = 2.0**-52
_MARGIN = 1e-9
# Grid in log(t + min v), and parts of a cell, as for a single fit.
_STEP, _REFINEMENT = 0.25, 16
_MAX_STEPS = 400
# Multiplications of one matrix product: so few that the linear algebra starts no threads for them.
_PRODUCT = 2**18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rearranged:
    """n orders of k values on one design, in one unit.

    Attributes
    ----------
    values, variances : ndarray of shape (k,)
        Of the values, in their own order; variances positive.
    orders : ndarray of int, shape (n, k)
        Which value stands at each row of the design.
    y, e : ndarray of shape (n, k)
        Values at the rows of the design, and what is left of them outside it.
    v : ndarray of shape (n, k)
    basis : ndarray of shape (k, p)
        Orthonormal columns of the design.
    products : ndarray of shape (k, p * p)
        Products of pairs of columns, row by row.
    """

    values: Array
    variances: Array
    orders: Integers
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

    def take(self, rows: Integers) -> Rearranged:
        """Some orders of the stack; one may occur more than once."""
        return Rearranged(
            values=self.values,
            variances=self.variances,
            orders=self.orders[rows],
            y=self.y[rows],
            e=self.e[rows],
            v=self.v[rows],
            basis=self.basis,
            products=self.products,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RearrangedFit:
    """Weighted fits at one t per set, arrays over n.

    Attributes
    ----------
    rss, rss2 : y'Py and y'PPy.
    trace, trace_w : trace of P, sum of the weights.
    coefficients : ndarray of shape (n, p)
        Of the orthonormal columns.
    covariance : ndarray of shape (n, p, p)
    """

    rss: Array
    rss2: Array
    trace: Array
    trace_w: Array
    coefficients: Array
    covariance: Array


def rearrange(values: Array, variances: Array, orders: Integers, basis: Array) -> Rearranged:
    """Bring n orders of the same values together.

    Parameters
    ----------
    values, variances : ndarray of shape (k,)
    orders : ndarray of int, shape (n, k)
    basis : ndarray of shape (k, p)
        Orthonormal columns.
    """
    y = values[orders]
    e = y
    for _ in range(2):  # the second pass removes what rounding left of the first
        e = e - (e @ basis) @ basis.T
    k, p = basis.shape
    products = (basis[:, :, None] * basis[:, None, :]).reshape(k, p * p)
    return Rearranged(
        values=values,
        variances=variances,
        orders=orders,
        y=y,
        e=e,
        v=variances[orders],
        basis=basis,
        products=products,
    )


def inverse(A: Array) -> Array:
    """Inverses of positive definite matrices, shape (..., p, p)."""
    p = A.shape[-1]
    if p > 2:
        return np.asarray(np.linalg.inv(A), dtype=float)
    if p == 1:
        return 1.0 / A
    a, b, d = A[..., 0, 0], A[..., 0, 1], A[..., 1, 1]
    determinant = a * d - b * b
    found = np.empty_like(A)
    found[..., 0, 0], found[..., 1, 1] = d / determinant, a / determinant
    found[..., 0, 1] = found[..., 1, 0] = -b / determinant
    return found


def fit_stack(problem: Rearranged, t: Array) -> RearrangedFit:
    """Weighted least squares with weights 1/(v + t), one t per set.

    Parameters
    ----------
    t : ndarray of shape (n,)
    """
    W = 1.0 / (problem.v + t[:, None])
    p, B = problem.p, problem.basis
    covariance = inverse((W @ problem.products).reshape(-1, p, p))
    b = np.einsum("nij,nj->ni", covariance, (W * problem.e) @ B)
    R = problem.e - b @ B.T
    WR = W * R
    total = W.sum(axis=1)
    squares = ((W * W) @ problem.products).reshape(-1, p, p)
    return RearrangedFit(
        rss=np.einsum("nk,nk->n", WR, R),
        rss2=np.einsum("nk,nk->n", WR, WR),
        trace=total - np.einsum("nij,nji->n", covariance, squares),
        trace_w=total,
        coefficients=problem.y @ B + b,
        covariance=covariance,
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

    The score is scanned on one grid for all sets, every falling crossing polished, and the highest maximum
    of each set taken, 0 among them.

    Raises
    ------
    NotEstimableError
        If a root was not reached to full precision.
    """
    n = problem.y.shape[0]
    at_zero, (sets, low, high, guess) = _brackets(problem, restricted)
    chosen = problem.take(sets)
    polished, done = newton_in_brackets(
        lambda t: _ratio_and_slope(chosen, t, restricted), low, high, guess, float(problem.variances.min())
    )
    if not done.all():
        raise NotEstimableError("the score equation of the likelihood was not solved to full precision.")
    candidates = np.concatenate([np.zeros(at_zero.size), polished])
    owners = np.concatenate([at_zero, sets])
    best = np.zeros(n)
    best[owners] = candidates
    rival = np.flatnonzero(np.bincount(owners, minlength=n)[owners] > 1)  # rare
    if rival.size:
        height = _log_likelihood(problem.take(owners[rival]), candidates[rival], restricted)
        order = rival[np.lexsort((height, owners[rival]))]  # the last of each owner is its highest
        best[owners[order]] = candidates[order]
    return best


def _brackets(problem: Rearranged, restricted: bool) -> tuple[Integers, tuple[Any, ...]]:
    """The sets whose likelihood falls at 0, and the cells in which one turns: set, ends and a guess."""
    grid = _grid(problem, restricted)
    values = _scan(problem, grid, restricted)
    at_zero = np.flatnonzero(values[:, 0] <= 0)
    cells = _falling_cells(grid, values, np.arange(len(values)))
    near = np.flatnonzero(_comes_near(grid, values, problem.variances.min()))
    if not near.size:
        return at_zero, cells
    share = np.arange(_REFINEMENT) / _REFINEMENT
    fine = np.append((grid[:-1, None] + np.diff(grid)[:, None] * share).ravel(), grid[-1])
    finer = _falling_cells(fine, _scan(problem.take(near), fine, restricted), near)
    others = ~np.isin(cells[0], near)
    return at_zero, tuple(np.concatenate([one[others], two]) for one, two in zip(cells, finer, strict=True))


def moments(problem: Rearranged) -> tuple[Array, Array, Array]:
    """Residual sum of squares, trace of P and sum of the weights at t = 0."""
    at = fit_stack(problem, np.zeros(problem.y.shape[0]))
    return at.rss, at.trace, at.trace_w


def _grid(problem: Rearranged, restricted: bool) -> Array:
    """From 0 to a bound that no maximum of any of the sets exceeds."""
    m = problem.k - (problem.p if restricted else 0)
    low, high = float(problem.variances.min()), float(problem.variances.max())
    u = float(np.einsum("nk,nk->n", problem.e, problem.e).max(initial=0.0)) / (2 * m) * (1 + _MARGIN)
    bound = max(0.0, u + np.sqrt(u * u + 2 * u * (high - low)) - low) * (1 + _MARGIN)
    span = np.log1p(bound / low)
    steps = max(8, int(np.ceil(span / _STEP))) + 1
    grid: Array = low * np.expm1(np.linspace(0.0, span, steps))
    return grid


def _scan(problem: Rearranged, t: Array, restricted: bool) -> Array:
    """Twice the derivative of the likelihood of each set at the points of one grid, shape (n, points).

    At one t the weights of the values are the same in every order: all sums are products of the rearranged
    design with them.
    """
    w = 1.0 / (problem.variances[:, None] + t)
    weights = np.concatenate([w, w * w], axis=1)
    rows = max(1, _PRODUCT // weights.size)
    design = problem.basis[np.argsort(problem.orders, axis=1)]
    parts = [
        _scores(problem.values - problem.values.mean(), weights, design[i : i + rows], restricted)
        for i in range(0, len(design), rows)
    ]
    return np.concatenate(parts)


def _scores(y: Array, weights: Array, design: Array, restricted: bool) -> Array:
    """The same from the weights and their squares, shape (k, 2 points), and designs, shape (n, k, p)."""
    (n, _, p), points = design.shape, weights.shape[1] // 2
    columns = np.ascontiguousarray(np.moveaxis(design, 2, 0))
    pairs = [(i, j) for i in range(p) for j in range(i, p)]
    A, S = np.empty((2, p, p, n, points))
    for i, j in pairs:
        found = (columns[i] * columns[j]) @ weights
        A[i, j] = A[j, i] = found[:, :points]
        S[i, j] = S[j, i] = found[:, points:]
    c, c2 = np.split(columns @ (weights * y[:, None]), 2, axis=2)
    C = np.moveaxis(inverse(np.moveaxis(A, (0, 1), (2, 3))), (2, 3), (0, 1))
    b = [sum(C[i, j] * c[j] for j in range(p)) for i in range(p)]
    total = weights.sum(axis=0)
    score: Array = (y * y) @ weights[:, points:] - total[:points] - 2 * sum(b[i] * c2[i] for i in range(p))
    for i, j in pairs:
        product = b[i] * b[j] + C[i, j] if restricted else b[i] * b[j]
        score += (1 + (i != j)) * product * S[i, j]
    return score


def _falling_cells(grid: Array, values: Array, numbers: Integers) -> tuple[Any, ...]:
    """Number of the set, ends and a guess of every cell in which the score falls through zero."""
    sets, cells = np.nonzero((values[:, :-1] > 0) & (values[:, 1:] <= 0))
    above, below = values[sets, cells], values[sets, cells + 1]
    low, high = grid[cells], grid[cells + 1]
    return numbers[sets], low, high, low + above / (above - below) * (high - low)


def _comes_near(grid: Array, values: Array, v_min: float) -> NDArray[np.bool_]:
    """In which sets the score comes close to zero at a point of the grid, or after the first, and leaves."""
    values = values * (grid + v_min)
    size = np.abs(values)
    rise = size[:, 1:] >= size[:, :-1]
    same_side = (values[:, 2:] * values[:, :-2] > 0) & (values[:, 1:-1] * values[:, 2:] >= 0)
    between = (~rise[:, :-1] & rise[:, 1:] & same_side).any(axis=1)
    return np.asarray(between | starts_towards_zero(*values[:, :3].T))


def _log_likelihood(problem: Rearranged, t: Array, restricted: bool) -> Array:
    at = fit_stack(problem, t)
    value = np.log(problem.v + t[:, None]).sum(axis=1) + at.rss
    if restricted:
        value -= np.linalg.slogdet(at.covariance)[1]
    height: Array = -0.5 * value
    return height


def _ratio_and_slope(problem: Rearranged, t: Array, restricted: bool) -> tuple[Array, Array]:
    """trace / y'PPy - 1, which rises through zero at a maximum, and its derivative."""
    W = 1.0 / (problem.v + t[:, None])
    p, B = problem.p, problem.basis
    covariance = inverse((W @ problem.products).reshape(-1, p, p))
    WE = W * problem.e
    WR = WE - W * (np.einsum("nij,nj->ni", covariance, WE @ B) @ B.T)
    rss2 = np.einsum("nk,nk->n", WR, WR)
    W2R = W * WR
    c = W2R @ B
    rss3 = np.einsum("nk,nk->n", WR, W2R) - np.einsum("ni,nij,nj->n", c, covariance, c)
    WW = W * W
    trace, trace2 = W.sum(axis=1), WW.sum(axis=1)
    if restricted:
        squares = (WW @ problem.products).reshape(-1, p, p)
        cubes = ((WW * W) @ problem.products).reshape(-1, p, p)
        H = covariance @ squares
        trace = trace - np.einsum("nii->n", H)
        trace2 = trace2 - 2 * np.einsum("nij,nij->n", covariance, cubes) + np.einsum("nij,nji->n", H, H)
    ratio = trace / rss2
    return ratio - 1, (2 * ratio * rss3 - trace2) / rss2
