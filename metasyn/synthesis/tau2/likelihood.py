"""The global maximum of the (restricted) likelihood in tau2, with every local one counted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, log_determinant, slope_terms, weighted_rss
from metasyn.numerics.roots import all_roots

__all__ = ["Maximum", "log_likelihood", "maximise", "score"]

Array = NDArray[np.float64]

# Grid in log(t + min v): each study enters through 1/(v + t), which changes over about one unit.
_STEP = 0.25
# Elements of one block of the k x grid array: small enough to stay in the processor's cache.
_BLOCK = 2**13
# Margin on the bound beyond which the score is negative: above rounding.
_MARGIN = 1e-9
_total = np.add.reduce


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the likelihood is highest.

    Attributes
    ----------
    t : float
        In units of the problem.
    falling_at_zero : bool
        True if the maximum is at 0 with the likelihood falling there: the unconstrained solution
        is negative.
    iterations : int
    n_optima : int
        Local maxima found, 0 included where the likelihood falls from there.
    """

    t: float
    falling_at_zero: bool
    iterations: int
    n_optima: int


def log_likelihood(problem: AdditiveProblem, t: float, *, restricted: bool) -> float:
    """Profile log likelihood of t, up to a constant."""
    value = float(np.log(problem.v + t).sum()) + weighted_rss(problem, t)
    if restricted:
        value += log_determinant(problem, t)
    return -0.5 * value


def score(problem: AdditiveProblem, t: Array, *, restricted: bool) -> Array:
    """Derivative of the profile log likelihood with respect to log(t + min v), shape (n,).

    The factor (t + min v) is positive and keeps the values of one order over the whole range.
    """
    rss2, trace, trace_w = slope_terms(problem, t)
    return 0.5 * (rss2 - (trace if restricted else trace_w)) * (t + problem.v_min)


def maximise(problem: AdditiveProblem, *, restricted: bool) -> Maximum:
    """Scan the score between 0 and a bound that no root can exceed, polish, and take the best.

    Parameters
    ----------
    problem : AdditiveProblem
        With k - p >= 1.
    restricted : bool
        REML if True, ML if False.

    Raises
    ------
    NotEstimableError
        If a root was not polished to full precision.

    Notes
    -----
    With u the unweighted residual sum of squares, m = k - p (REML) or k (ML), y'PPy is at most
    u / (t + min v)^2 and the trace at least m / (t + max v): the score is negative where
    m (t + min v)^2 > u (t + max v).
    """
    m = problem.k - problem.p if restricted else problem.k
    gap = problem.v_max - problem.v_min
    u = problem.rss / (2 * m) * (1 + _MARGIN)
    bound = u + math.sqrt(u * u + 2 * u * gap) - problem.v_min
    if bound <= 0:
        return Maximum(t=0.0, falling_at_zero=True, iterations=0, n_optima=1)
    grid = _grid(bound * (1 + _MARGIN), problem.v_min)
    crossings = all_roots(
        lambda t: _blocked_score(problem, t, restricted),
        grid,
        scalar=lambda t: _score_at(problem, t, restricted),
        scale=problem.v_min,
    )
    peaks = [crossing.at for crossing in crossings if crossing.falling]
    if not all(peak.converged for peak in peaks):
        raise NotEstimableError("the score equation of the likelihood was not solved to full precision.")
    falls_at_zero = not crossings or not crossings[0].falling
    candidates = ([0.0] if falls_at_zero else []) + [peak.root for peak in peaks]
    best = candidates[0]
    if len(candidates) > 1:
        best = max(candidates, key=lambda t: log_likelihood(problem, t, restricted=restricted))
    return Maximum(
        t=best,
        falling_at_zero=falls_at_zero and best == 0.0,
        iterations=sum(crossing.at.iterations for crossing in crossings),
        n_optima=len(candidates),
    )


def _score_at(problem: AdditiveProblem, t: float, restricted: bool) -> float:
    """The score at one t; a mean is written out, as this is the hot loop."""
    if problem.basis is not None:
        return float(score(problem, np.array([t]), restricted=restricted)[0])
    w = 1.0 / (problem.v + t)
    total = float(_total(w))
    trace = 2 * float(_total(w[1:] * np.add.accumulate(w)[:-1])) / total if restricted else total
    r = w * (problem.e - float(_total(w * problem.e)) / total)
    return 0.5 * (float(_total(r * r)) - trace) * (t + problem.v_min)


def _blocked_score(problem: AdditiveProblem, t: Array, restricted: bool) -> Array:
    size = max(1, _BLOCK // (problem.k * problem.p))
    if t.size <= size:
        return score(problem, t, restricted=restricted)
    blocks = [t[i : i + size] for i in range(0, t.size, size)]
    return np.concatenate([score(problem, block, restricted=restricted) for block in blocks])


def _grid(bound: float, v_min: float) -> Array:
    """From exactly 0 to exactly the bound, even in log(t + min v)."""
    span = math.log1p(bound / v_min)
    n = max(8, math.ceil(span / _STEP)) + 1
    grid: Array = v_min * np.expm1(np.arange(n) * (span / (n - 1)))
    grid[0], grid[-1] = 0.0, bound
    return grid
