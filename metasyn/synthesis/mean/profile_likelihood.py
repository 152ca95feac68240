"""The profile likelihood interval of the mean, tau2 maximised out globally."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, prepare
from metasyn.numerics.roots import Crossing, all_roots, bracketed_root
from metasyn.numerics.tails import chi2_quantile, normal_two_sided_p
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.record import NO_NULL, Inference, fixed_tau2, refused, shares_tau2, symmetric
from metasyn.synthesis.tau2.likelihood import maximise, score
from metasyn.values import Interval, NotEstimable

__all__ = ["profile_likelihood"]

Array = NDArray[np.float64]

# Grid in log(t + min v): each study enters through 1/(v + t), which changes over about one unit.
_STEP = 0.125
# Extra points within each range of t that the likelihood does not reject.
_WITHIN = 33
# Elements of one block of the grid x k array.
_BLOCK = 2**20
_MARGIN = 1e-9
_APART = (
    "the likelihood has several maxima and the values of the mean that it does not reject "
    "are not one interval: the bounds enclose all of them."
)


def profile_likelihood(fit: MeanFit, *, level: float, null: float | None) -> Inference:
    r"""Likelihood-ratio interval and test of the mean under maximum likelihood.

    With l(mu, t) = -1/2 sum [log(v+t) + (y-mu)^2/(v+t)], the interval holds every mu with
    2 (max l - max_t l(mu, t)) <= chi2_{1, level}. It is found exactly as a problem in t alone: for a
    given t these mu lie within sqrt(g(t) / W(t)) of the weighted mean m(t), W(t) = sum 1/(v+t),
    g(t) = chi2 - 2 (max l - l(m(t), t)), so that the upper bound is the global maximum of
    m(t) + sqrt(g(t) / W(t)) over all t >= 0 with g(t) >= 0, and the lower bound likewise.

    The interval belongs to the **ML** estimate of the mean, whichever estimator of tau2 the fit has.
    Where tau2 is fixed the likelihood is quadratic and the interval is the Wald interval. Where the
    likelihood has several maxima in tau2 the accepted values may fall apart into several intervals;
    the bounds then enclose all of them, and `note` says so.

    Parameters
    ----------
    fit : MeanFit
    level : float
    null : float or None
        Value of no effect; the statistic is the signed root of the likelihood ratio, with a normal
        reference.

    Returns
    -------
    Inference

    Raises
    ------
    NotEstimableError
        If a bound was not solved to full precision.

    References
    ----------
    Hardy RJ, Thompson SG. A likelihood approach to meta-analysis with random effects. Stat Med
    1996;15:619-629. 10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]), 0.2)
    >>> found = profile_likelihood(fit, level=0.95, null=0.0)
    >>> round(found.ci.low, 6), round(found.ci.high, 6)
    (-1.37603, -0.063371)
    """
    reason = _undefined(fit)
    if reason:
        return refused(fit, reason, null=null)
    if fixed_tau2(fit):
        return symmetric(
            fit.estimate,
            math.sqrt(fit.variance),
            math.inf,
            level=level,
            null=null,
            note="tau2 is fixed: the profile likelihood interval is the Wald interval.",
        )
    problem = prepare(fit.yi, fit.vi)
    origin, size = float(fit.yi[fit.vi.argmin()]), math.sqrt(problem.unit)
    peak = _peak(problem)
    low, high, whole = _bounds(problem, peak, chi2_quantile(1 - level, 1))
    statistic: float | NotEstimable = NO_NULL
    if null is not None:
        scaled = (null - origin) / size
        statistic = math.copysign(math.sqrt(_likelihood_ratio(problem, peak, scaled)), peak.mean - scaled)
    return Inference(
        estimate=origin + size * peak.mean,
        se=size / math.sqrt(peak.total),
        df=math.inf,
        ci=Interval(origin + size * low, origin + size * high, level),
        statistic=statistic,
        pvalue=statistic if isinstance(statistic, NotEstimable) else normal_two_sided_p(statistic),
        note="" if whole else _APART,
    )


def _undefined(fit: MeanFit) -> str:
    """Why there is no such interval for this fit, or nothing."""
    if fit.k < 2:
        return "the profile likelihood interval needs at least two effects"
    if fit.user_weights:
        return "the profile likelihood interval comes with its own weights, not with weights of one's own"
    if shares_tau2(fit):
        return "the profile likelihood interval is not defined where groups share one between-study variance"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peak:
    """The global maximum of the likelihood: t, the mean there, the sum of weights, the residual sum."""

    t: float
    mean: float
    total: float
    rss: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curve:
    """Along t: the weighted mean, the sum of weights, and the log likelihood below the peak, (n,)."""

    mean: Array
    total: Array
    fall: Array


def _peak(problem: AdditiveProblem) -> _Peak:
    t = maximise(problem, restricted=False).t
    w = 1.0 / (problem.v + t)
    total = float(w.sum())
    mean = float((w * problem.e).sum()) / total
    return _Peak(t=t, mean=mean, total=total, rss=float((w * (problem.e - mean) ** 2).sum()))


def _curve(problem: AdditiveProblem, peak: _Peak, t: Array) -> _Curve:
    """`fall` is twice the drop of the profile log likelihood from its peak, as small differences."""
    parts = []
    for block in _blocks(problem, t):
        W = 1.0 / (problem.v + block[:, None])
        total = W.sum(axis=1)
        mean = (W * problem.e).sum(axis=1) / total
        rss = (W * (problem.e - mean[:, None]) ** 2).sum(axis=1)
        rise = _log_ratio(problem, peak, block[:, None]).sum(axis=1)
        parts.append((mean, total, rise + (rss - peak.rss)))
    mean, total, fall = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Curve(mean=mean, total=total, fall=fall)


def _log_ratio(problem: AdditiveProblem, peak: _Peak, t: Array) -> Array:
    """log((v + t) / (v + peak)), to full precision near the peak as well as far from it."""
    size = problem.v + peak.t
    step = (t - peak.t) / size
    near = np.abs(step) < 0.5
    ratio: Array = np.where(near, np.log1p(np.where(near, step, 0.0)), np.log((problem.v + t) / size))
    return ratio


def _blocks(problem: AdditiveProblem, t: Array) -> Iterator[Array]:
    size = max(1, _BLOCK // problem.k)
    return (t[i : i + size] for i in range(0, t.size, size))


def _bounds(problem: AdditiveProblem, peak: _Peak, quantile: float) -> tuple[float, float, bool]:
    """Lowest and highest accepted mean, and whether all between them are accepted."""
    mirrored, turned = replace(problem, e=-problem.e), replace(peak, mean=-peak.mean)
    ranges = _accepted_ranges(problem, peak, quantile)
    pieces = sorted(
        (-_highest(mirrored, turned, quantile, ends), _highest(problem, peak, quantile, ends))
        for ends in ranges
    )
    high, whole = pieces[0][1], True
    for low_end, high_end in pieces[1:]:
        whole = whole and low_end <= high
        high = max(high, high_end)
    return pieces[0][0], high, whole


def _accepted_ranges(
    problem: AdditiveProblem, peak: _Peak, quantile: float
) -> tuple[tuple[float, float], ...]:
    """The ranges of t whose profile likelihood is not rejected; the peak lies in one of them.

    Beyond T, with k log(T + min v) the sum of logarithms and residuals at the cut, none is accepted.
    """
    cut = float(np.log(problem.v + peak.t).sum()) + peak.rss + quantile
    bound = max(math.exp(cut / problem.k) - problem.v_min, peak.t) * (1 + _MARGIN) + _MARGIN
    grid = _even(problem, 0.0, bound, _STEP)
    local = [c.at.root for c in _score_roots(problem, grid) if c.falling]
    grid = np.unique(np.concatenate([grid, local, [peak.t]]))
    inside = _curve(problem, peak, grid).fall <= quantile
    inside |= grid == peak.t

    def excess(t: float) -> float:
        return float(_curve(problem, peak, np.array([t])).fall[0]) - quantile

    edges = [0.0] if inside[0] else []
    edges += [_root(excess, float(grid[i]), float(grid[i + 1])) for i in np.flatnonzero(np.diff(inside))]
    if inside[-1]:
        edges.append(bound)
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    found = bracketed_root(function, low, high)
    if not found.converged:
        raise NotEstimableError(
            "a bound of the profile likelihood interval was not solved to full precision."
        )
    return found.root


def _even(problem: AdditiveProblem, low: float, high: float, step: float) -> Array:
    """Points from exactly `low` to exactly `high`, even in log(t + min v)."""
    start, stop = math.log(low + problem.v_min), math.log(high + problem.v_min)
    n = max(8, math.ceil((stop - start) / step)) + 1
    grid = np.exp(np.linspace(start, stop, n)) - problem.v_min
    grid = np.clip(grid, low, high)
    grid[0], grid[-1] = low, high
    return np.unique(grid)


def _score_roots(problem: AdditiveProblem, grid: Array) -> tuple[Crossing, ...]:
    def blocked(t: Array) -> Array:
        return np.concatenate([score(problem, b, restricted=False) for b in _blocks(problem, t)])

    return all_roots(blocked, grid, scalar=lambda t: float(blocked(np.array([t]))[0]))


def _highest(problem: AdditiveProblem, peak: _Peak, quantile: float, ends: tuple[float, float]) -> float:
    """Global maximum of mean + sqrt(room / total) over one accepted range of t.

    Its slope has the sign of the derivative of the likelihood in t at that mean, which is continuous:
    positive at a lower end above 0, negative at an upper end.
    """
    low, high = ends

    def top(t: Array) -> Array:
        at = _curve(problem, peak, t)
        edge: Array = at.mean + np.sqrt(np.maximum(quantile - at.fall, 0.0) / at.total)
        return edge

    def slope(t: Array) -> Array:
        return np.concatenate([_slope_at(problem, b, top(b)) for b in _blocks(problem, t)])

    grid = _even(problem, low, high, min(_STEP, math.log((high + 1.0) / (low + 1.0)) / _WITHIN or _STEP))
    if low <= peak.t <= high:
        grid = np.unique(np.append(grid, peak.t))
    crossings = all_roots(slope, grid, scalar=lambda t: float(slope(np.array([t]))[0]))
    candidates = [low, high] + [c.at.root for c in crossings if c.falling]
    return float(top(np.array(candidates)).max())


def _slope_at(problem: AdditiveProblem, t: Array, mean: Array) -> Array:
    """Derivative of the log likelihood in log(t + min v) at given means, shape (n,)."""
    W = 1.0 / (problem.v + t[:, None])
    R = W * (problem.e - mean[:, None])
    slope: Array = 0.5 * ((R * R).sum(axis=1) - W.sum(axis=1)) * (t + problem.v_min)
    return slope


def _likelihood_ratio(problem: AdditiveProblem, peak: _Peak, mean: float) -> float:
    """Twice the drop of the log likelihood from its peak to its maximum over t at one mean.

    The score in t is negative where k (t + min v)^2 > sum (y - mean)^2 (t + max v).
    """
    d2 = (problem.e - mean) ** 2
    u = float(d2.sum()) / (2 * problem.k) * (1 + _MARGIN)
    bound = u + math.sqrt(u * u + 2 * u * (problem.v_max - problem.v_min)) - problem.v_min

    def slope(t: Array) -> Array:
        return np.concatenate([_slope_at(problem, b, np.full(b.size, mean)) for b in _blocks(problem, t)])

    candidates = [0.0]
    if bound > 0:
        grid = _even(problem, 0.0, bound * (1 + _MARGIN), _STEP)
        crossings = all_roots(slope, grid, scalar=lambda t: float(slope(np.array([t]))[0]))
        candidates += [c.at.root for c in crossings if c.falling]
    drops = [
        float((_log_ratio(problem, peak, np.array(t)) + d2 / (problem.v + t)).sum()) - peak.rss
        for t in candidates
    ]
    return max(0.0, min(drops))
