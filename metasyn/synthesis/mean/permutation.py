"""The sign-flip permutation test of the mean and the interval of the values it does not reject."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import AdditiveProblem, prepare
from metasyn.numerics.shares import complement
from metasyn.synthesis.mean.fit import MeanFit, fit_mean
from metasyn.synthesis.mean.record import NO_NULL, Inference, fixed_tau2, refused, shares_tau2
from metasyn.synthesis.tau2.estimators import estimate_tau2_of
from metasyn.values import Interval, NotEstimable

__all__ = ["EXACT_UP_TO", "SAMPLED", "permutation"]

Array = NDArray[np.float64]
Signs = NDArray[np.int8]
Statistic = Callable[[Signs, Array], Array]

# All sign patterns up to this many effects; beyond, this many random ones besides the observed.
EXACT_UP_TO = 14
SAMPLED = 4999
# For very many effects fewer, as far as this many signs go, but at least `SAMPLED_AT_LEAST`.
SAMPLED_SIGNS, SAMPLED_AT_LEAST = 20_000_000, 999
# z statistics this close, relative to the observed one where that is above 1, are ties.
_TIE = 1e-13
_DOUBLINGS = 200
_BLOCK = 2**18


def permutation(fit: MeanFit, *, level: float, null: float | None, seed: int = 1) -> Inference:
    r"""Permutation test of Follmann and Proschan, and the interval from inverting it.

    If mu is the mean and the effects scatter symmetrically around it, every pattern of signs of
    y - mu is equally likely. The **statistic** is the absolute z statistic of the random-effects mean
    of the flipped y - mu, its tau2 by DerSimonian and Laird **estimated anew for every pattern**;
    where tau2 or the weights are fixed it is the weighted sum with those weights. The two-sided p
    value is the proportion of patterns, the observed one among them, with a statistic at least as
    large. All 2^k patterns are used up to k = 14, beyond that the observed and 4999 random ones.

    The interval holds the values of mu with p > 1 - level; its ends are the steps of the p value on
    the way out from the mean. No p value below 2 / 2^k exists: with fewer than 6 studies there is no
    95 % interval.

    Parameters
    ----------
    fit : MeanFit
    level : float
    null : float or None
    seed : int
        Of the random patterns; the same seed gives the same answer.

    Returns
    -------
    Inference
        `statistic` is the observed z statistic; `se` that of the Wald interval of the fit.

    References
    ----------
    Follmann DA, Proschan MA. Valid inference in random effects meta-analysis. Biometrics
    1999;55:732-737. 10.1111/j.0006-341X.1999.00732.x

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([0.2, 0.5, 0.6, 0.9]), np.full(4, 0.04), 0.04)
    >>> found = permutation(fit, level=0.95, null=0.0)
    >>> found.pvalue
    0.125
    >>> found.ci.reason
    'the permutation test cannot reach this level: with k=4 the smallest attainable two-sided p is 2/16'
    """
    if fit.k < 2:
        return refused(fit, "the permutation test needs at least two effects", null=null)
    if shares_tau2(fit):
        return refused(
            fit,
            "the permutation test is not defined where groups share one between-study variance",
            null=null,
        )
    test = _Test.of(fit, seed)
    statistic: float | NotEstimable = NO_NULL
    pvalue: float | NotEstimable = NO_NULL
    if null is not None:
        statistic, pvalue = test.signed_statistic(null), test.pvalue(null)
    return Inference(
        estimate=fit.estimate,
        se=math.sqrt(fit.variance),
        df=math.inf,
        ci=_interval(test, level),
        statistic=statistic,
        pvalue=pvalue,
        note=_note(fit, test),
    )


def _note(fit: MeanFit, test: _Test) -> str:
    parts = []
    if test.sampled:
        parts.append(f"the permutation test used {len(test.signs) - 1} random sign patterns")
    if not test.fixed and fit.tau2_method not in ("DL", ""):
        parts.append(
            "the statistic of the permutation test estimates tau2 by DL for every sign pattern, "
            f"not by {fit.tau2_method}"
        )
    return "; ".join(parts) + "." if parts else ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Test:
    """The test of any mean, on the problem's scale; the first row of `signs` is the observed pattern."""

    problem: AdditiveProblem
    signs: Signs
    sampled: bool
    fixed: bool
    statistic: Statistic
    origin: float
    size: float
    start: float
    step: float

    @classmethod
    def of(cls, fit: MeanFit, seed: int) -> _Test:
        problem = prepare(fit.yi, fit.vi)
        origin, size = float(fit.yi[fit.vi.argmin()]), math.sqrt(problem.unit)
        fixed = fit.user_weights or fixed_tau2(fit)
        return cls(
            problem=problem,
            signs=_signs(fit.k, seed),
            sampled=fit.k > EXACT_UP_TO,
            fixed=fixed,
            statistic=_weighted_sum(fit, problem.unit) if fixed else _random_effects_z(problem),
            origin=origin,
            size=size,
            start=((fit.estimate if fixed else _dl_mean(problem, fit)) - origin) / size,
            step=math.sqrt(fit.variance / problem.unit),
        )

    def signed_statistic(self, mean: float) -> float:
        """The statistic of the observed pattern."""
        return float(self.statistic(self.signs[:1], self._deviation(mean))[0])

    def pvalue(self, mean: float) -> float:
        """Proportion of patterns at least as extreme as the observed one."""
        return float(self.extreme(self.signs, self._deviation(mean)).mean())

    def extreme(self, signs: Signs, deviation: Array) -> NDArray[np.bool_]:
        """Which patterns are at least as extreme as the observed one; z is free of units, and so are ties."""
        observed = abs(float(self.statistic(self.signs[:1], deviation)[0]))
        kept: NDArray[np.bool_] = np.abs(self.statistic(signs, deviation)) >= observed - _TIE * max(
            1.0, observed
        )
        return kept

    def _deviation(self, mean: float) -> Array:
        return self.problem.e - (mean - self.origin) / self.size


def _dl_mean(problem: AdditiveProblem, fit: MeanFit) -> float:
    """The mean at which the statistic of the observed pattern is zero."""
    return fit_mean(fit.yi, fit.vi, estimate_tau2_of(problem, "DL").value).estimate


def _signs(k: int, seed: int) -> Signs:
    """Half of all patterns, as a pattern and its mirror image have one absolute statistic; or random."""
    if k <= EXACT_UP_TO:
        rows = np.arange(2 ** (k - 1))
        flipped = (rows[:, None] >> np.arange(k)) & 1  # the last effect keeps its sign
    else:
        draws = min(SAMPLED, max(SAMPLED_AT_LEAST, SAMPLED_SIGNS // k))
        flipped = np.random.default_rng(seed).integers(0, 2, size=(draws + 1, k), dtype=np.int8)
        flipped[0] = 0
    return (1 - 2 * flipped).astype(np.int8)


def _weighted_sum(fit: MeanFit, unit: float) -> Statistic:
    """z statistic with fixed weights: a sum of flipped deviations over a constant."""
    scaled = fit.weights / math.sqrt(fit.variance / unit)
    return lambda signs, deviation: np.einsum("ij,j->i", signs, scaled * deviation)


def _random_effects_z(problem: AdditiveProblem) -> Statistic:
    """z statistic of the random-effects mean with tau2 by DerSimonian and Laird, for every pattern."""
    v, df = problem.v, problem.k - 1
    w = 1.0 / v
    total = float(w.sum())
    trace = float((w * complement(w / total)).sum())

    def block(signs: Signs, deviation: Array) -> Array:
        values = signs * deviation
        mean = np.einsum("ij,j->i", values, w) / total
        q = np.einsum("ij,j->i", (values - mean[:, None]) ** 2, w)
        weights = 1.0 / (v + np.maximum(0.0, (q - df) / trace)[:, None])
        z: Array = np.einsum("ij,ij->i", weights, values) / np.sqrt(weights.sum(axis=1))
        return z

    def statistic(signs: Signs, deviation: Array) -> Array:
        size = max(1, _BLOCK // deviation.size)
        return np.concatenate([block(signs[i : i + size], deviation) for i in range(0, signs.shape[0], size)])

    return statistic


def _interval(test: _Test, level: float) -> Interval | NotEstimable:
    """The means that the test does not reject."""
    k, n = test.problem.k, len(test.signs)
    allowed = math.floor((1 - level) * n * (1 + 1e-12))  # rejected with at most so many patterns
    if allowed < 1:
        smallest = f"1/{n}" if test.sampled else f"2/{2**k}"
        return NotEstimable(
            "the permutation test cannot reach this level: "
            f"with k={k} the smallest attainable two-sided p is {smallest}"
        )
    low, high = (_bound(test, allowed, side) for side in (-1.0, 1.0))
    if low is None or high is None:
        return NotEstimable("too few of the random sign patterns differ for the permutation test")
    return Interval(test.origin + test.size * low, test.origin + test.size * high, level)


def _bound(test: _Test, allowed: int, side: float) -> float | None:
    """Outwards from the estimate to a mean that is rejected, then halving."""

    def extreme(distance: float, signs: Signs) -> NDArray[np.bool_]:
        return test.extreme(signs, test.problem.e - (test.start + side * distance))

    inner, outer = 0.0, test.step
    for _ in range(_DOUBLINGS):
        at_outer = extreme(outer, test.signs)
        if at_outer.sum() <= allowed:
            break
        inner, outer = outer, 2 * outer
    else:
        return None
    at_inner = extreme(inner, test.signs)
    for prune in (True, False):
        found = _halved(extreme, test.signs, (inner, outer), (at_inner, at_outer), allowed, prune=prune)
        if extreme(found[0], test.signs).sum() > allowed >= extreme(found[1], test.signs).sum():
            break
    return test.start + side * found[0]


def _halved(
    extreme: Callable[[float, Signs], NDArray[np.bool_]],
    signs: Signs,
    ends: tuple[float, float],
    at_ends: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    allowed: int,
    *,
    prune: bool,
) -> tuple[float, float]:
    """The step of the p value as neighbouring numbers.

    With `prune`, a pattern that is as extreme at both ends is taken to be so between them as well:
    true but for rare exceptions, and checked by the caller.
    """
    (inner, outer), (at_inner, at_outer), settled = ends, at_ends, 0
    resolved = outer * 2.0**-70  # where every mean but one is rejected, both ends go to 0
    while inner < (middle := 0.5 * (inner + outer)) < outer and outer > resolved:
        if prune:
            settled += int((at_inner & at_outer).sum())
            open_ = at_inner != at_outer
            signs, at_inner, at_outer = signs[open_], at_inner[open_], at_outer[open_]
        at_middle = extreme(middle, signs)
        if settled + int(at_middle.sum()) > allowed:
            inner, at_inner = middle, at_middle
        else:
            outer, at_outer = middle, at_middle
    return inner, outer
