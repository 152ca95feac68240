"""The global maximum of the (restricted) likelihood in t of many sets at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.bracketed import newton_in_brackets
from metasyn.numerics.roots import starts_towards_zero
from metasyn.numerics.stacked import (
    StackedProblem,
    rss_and_trace_stacked,
    slope_terms_stacked,
    trace_of_projection,
    weights_and_residuals,
)

__all__ = ["StackedMaxima", "maximise_stacked"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

# Grid in log(t + min v), as for a single set.
_STEP = 0.25
_REFINEMENT = 16
_MARGIN = 1e-9
# Elements of one block of the rows x grid x k array: small enough to stay in the processor's cache.
_BLOCK = 2**16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StackedMaxima:
    """Where the likelihood of each row is highest, arrays of shape (n,).

    Attributes
    ----------
    t : in units of the problem.
    falling_at_zero : True where the maximum is at 0 with the likelihood falling there.
    n_optima : local maxima found, 0 included where the likelihood falls from there.
    converged : True where every root was reached to full precision; False where squares of the values
        overflow.
    """

    t: Array
    falling_at_zero: NDArray[np.bool_]
    n_optima: NDArray[np.int64]
    converged: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Brackets:
    """Cells in which the score falls through zero: row, ends and a guess, arrays of shape (m,)."""

    row: Integers
    low: Array
    high: Array
    guess: Array


def maximise_stacked(problem: StackedProblem, *, restricted: bool) -> StackedMaxima:
    """Scan the score of each row between 0 and a bound that no root can exceed, polish, take the best.

    The bound and the grid of every row are those of a single set
    (`metasyn.synthesis.tau2.likelihood.maximise`).

    Parameters
    ----------
    problem : StackedProblem
        With at least two values in each row.
    restricted : bool
        REML if True, ML if False.

    Examples
    --------
    With equal variances REML is the sample variance less the sampling variance, 19/3 - 1, and 4/2 - 1:

    >>> import numpy as np
    >>> from metasyn.numerics.stacked import prepare_stacked
    >>> present = np.array([[True, True, True], [True, False, True]])
    >>> problem = prepare_stacked(np.array([0.0, 5.0, 2.0]), np.ones(3), present)
    >>> (maximise_stacked(problem, restricted=True).t * problem.unit).round(12).tolist()
    [5.333333333333, 1.0]
    """
    n = problem.k.size
    t, n_optima = np.zeros(n), np.ones(n, dtype=np.int64)
    falling, converged = np.ones(n, dtype=bool), np.ones(n, dtype=bool)
    m = problem.k - 1 if restricted else problem.k
    u = problem.rss / (2 * m) * (1 + _MARGIN)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        bound = u + np.sqrt(u * u + 2 * u * (problem.v_max - problem.v_min)) - problem.v_min
        known = np.isfinite(bound / problem.v_min)
    converged[~known] = False
    live = np.flatnonzero(known & (bound > 0))
    bound = bound * (1 + _MARGIN)
    size = _rows_per_block(problem, bound, live)
    for start in range(0, live.size, size):
        rows = live[start : start + size]
        part = problem if rows.size == n else problem.take(rows)
        found = _maximise(part, bound[rows], restricted)
        t[rows], falling[rows] = found.t, found.falling_at_zero
        n_optima[rows], converged[rows] = found.n_optima, found.converged
    return StackedMaxima(t=t, falling_at_zero=falling, n_optima=n_optima, converged=converged)


def _rows_per_block(problem: StackedProblem, bound: Array, live: Integers) -> int:
    if not live.size:
        return 1
    points = int(_points(bound[live], problem.v_min[live])[1].max())
    return max(1, _BLOCK // (points * int(problem.e.shape[1])))


def _points(bound: Array, v_min: Array) -> tuple[Array, Integers]:
    """Length of the grid in log(t + min v) and number of its points, per row."""
    span = np.log1p(bound / v_min)
    return span, np.maximum(8, np.ceil(span / _STEP)).astype(np.intp) + 1


def _maximise(problem: StackedProblem, bound: Array, restricted: bool) -> StackedMaxima:
    """The same for rows that all have a bound above 0, few enough for one array."""
    grid, n_points = _grid(bound, problem.v_min)
    values, guesses = _scores(problem.e[:, None, :], problem.v[:, None, :], grid, restricted)
    values *= grid + problem.v_min[:, None]
    signs = _filled_signs(values)
    brackets = _falling_cells(grid, signs, guesses, np.arange(bound.size))
    hidden = _hidden_cells(problem, grid, values, n_points, restricted)
    if hidden is not None:
        brackets = _joined(brackets, hidden)
    roots, reached = _polish(problem, brackets, restricted)
    n = bound.size
    falling = signs[:, 0] < 0
    n_optima = np.bincount(brackets.row, minlength=n) + falling
    t, converged = np.zeros(n), np.ones(n, dtype=bool)
    t[brackets.row] = roots
    converged[brackets.row[~reached]] = False
    several = np.flatnonzero(n_optima > 1)
    for row in several.tolist():  # rare
        candidates = roots[brackets.row == row]
        if falling[row]:
            candidates = np.append(0.0, candidates)
        t[row] = _highest(problem.take(np.full(candidates.size, row)), candidates, restricted)
    return StackedMaxima(
        t=t, falling_at_zero=falling & (t == 0), n_optima=n_optima.astype(np.int64), converged=converged
    )


def _grid(bound: Array, v_min: Array) -> tuple[Array, Integers]:
    """From exactly 0 to exactly the bound of each row, which is repeated where other rows go on."""
    span, n_points = _points(bound, v_min)
    last = (n_points - 1)[:, None]
    places = np.minimum(np.arange(int(n_points.max())), last)
    grid: Array = v_min[:, None] * np.expm1(places * (span / last[:, 0])[:, None])
    return np.where(places == last, bound[:, None], grid), n_points


def _scores(e: Array, v: Array, t: Array, restricted: bool) -> tuple[Array, Array]:
    """Twice the derivative of the likelihood in t, and trace / y'PPy, which is nearly straight in t."""
    rss2, trace, total = slope_terms_stacked(e, v, t)
    if not restricted:
        trace = total
    with np.errstate(over="ignore"):
        ratio = np.divide(trace, rss2, out=np.full(rss2.shape, np.inf), where=rss2 > 0)
    return rss2 - trace, ratio


def _filled_signs(values: Array) -> Array:
    """Signs along the last axis, a zero taking that of the point before it (at the start: after it)."""
    signs: Array = np.sign(values)
    if signs.all():
        return signs
    places = np.where(signs != 0, np.arange(signs.shape[1]), -1)
    before = np.maximum.accumulate(places, axis=1)
    first = np.where(signs != 0, np.arange(signs.shape[1]), signs.shape[1] - 1).min(axis=1)
    filled: Array = np.take_along_axis(signs, np.where(before < 0, first[:, None], before), axis=1)
    return np.where(filled == 0, -1.0, filled)


def _falling_cells(grid: Array, signs: Array, ratio: Array, labels: Integers) -> _Brackets:
    """Cells of each row between a point with positive and one with negative score."""
    row, cell = np.nonzero((signs[:, :-1] > 0) & (signs[:, 1:] < 0))
    low, high = grid[row, cell], grid[row, cell + 1]
    below, above = ratio[row, cell] - 1, ratio[row, cell + 1] - 1
    rise = above - below
    usable = np.isfinite(rise) & (rise > 0)
    step = np.divide(-below, rise, out=np.full(row.size, 0.5), where=usable)
    guess = np.minimum(np.maximum(low + step * (high - low), low), high)
    return _Brackets(row=labels[row], low=low, high=high, guess=guess)


def _hidden_cells(
    problem: StackedProblem, grid: Array, values: Array, n_points: Integers, restricted: bool
) -> _Brackets | None:
    """Falling cells among finer points around every point that comes close to zero without crossing.

    And in the first cell where it starts towards zero and is farther from it at the second point.
    """
    size = np.abs(values)
    rise = size[:, 1:] >= size[:, :-1]
    near = ~rise[:, :-1] & rise[:, 1:]
    near &= (values[:, 2:] * values[:, :-2] > 0) & (values[:, 1:-1] * values[:, 2:] >= 0)
    near &= np.arange(near.shape[1]) < (n_points - 2)[:, None]
    at_once = np.flatnonzero(starts_towards_zero(*values[:, :3].T))
    row, cell = np.nonzero(near)
    last = np.append(cell + 2, np.ones_like(at_once))
    row, cell = np.append(row, at_once), np.append(cell, np.zeros_like(at_once))
    if not row.size:
        return None
    part = np.linspace(0.0, 1.0, 2 * _REFINEMENT + 1)
    low, high = grid[row, cell][:, None], grid[row, last][:, None]
    fine = low + part * (high - low)
    scores, ratio = _scores(problem.e[row][:, None, :], problem.v[row][:, None, :], fine, restricted)
    return _falling_cells(fine, _filled_signs(scores), ratio, row)


def _joined(one: _Brackets, other: _Brackets) -> _Brackets:
    names = ("row", "low", "high", "guess")
    return _Brackets(**{n: np.concatenate([getattr(one, n), getattr(other, n)]) for n in names})


def _polish(
    problem: StackedProblem, brackets: _Brackets, restricted: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """The roots of trace / y'PPy - 1 within the brackets."""
    row, low, high, t = brackets.row, brackets.low, brackets.high, brackets.guess
    if row.size == problem.k.size and (row == np.arange(row.size)).all():
        e, v, v_min = problem.e, problem.v, problem.v_min
    else:
        e, v, v_min = problem.e[row], problem.v[row], problem.v_min[row]
    return newton_in_brackets(lambda at: _ratio_and_slope(e, v, at, restricted), low, high, t, v_min)


def _ratio_and_slope(e: Array, v: Array, t: Array, restricted: bool) -> tuple[Array, Array]:
    """trace / y'PPy - 1, which rises through zero at a maximum, and its derivative, shape (m,)."""
    w, total, r = weights_and_residuals(e, v, t)
    r *= w
    rw = r * w
    rss2 = np.einsum("nk,nk->n", r, r)
    rss3 = np.einsum("nk,nk->n", r, rw) - np.add.reduce(rw, axis=1) ** 2 / total
    ww = w * w
    trace, trace2 = total, np.add.reduce(ww, axis=1)
    if restricted:
        trace = trace_of_projection(w, total)
        trace2 = trace2 - 2 * np.einsum("nk,nk->n", ww, w) / total + (trace2 / total) ** 2
    ratio = trace / rss2
    return ratio - 1, (2 * ratio * rss3 - trace2) / rss2


def _highest(problem: StackedProblem, t: Array, restricted: bool) -> float:
    """The t, one per row of the same set, at which the likelihood is highest."""
    rss, _, total = rss_and_trace_stacked(problem, t)
    v = np.where(np.isfinite(problem.v), problem.v + t[:, None], 1.0)
    value = np.log(v).sum(axis=1) + rss + (np.log(total) if restricted else 0.0)
    return float(t[value.argmin()])
