"""Subgroups of proportions by one mixed model of the counts, with a variance that the groups share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.beside import Beside
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.heterogeneity import carried, share
from metasyn.synthesis.mean import fit_mean
from metasyn.synthesis.mean.record import NO_NULL, interval_around
from metasyn.synthesis.model import (
    Alternative,
    Heterogeneity,
    Policy,
    SubgroupAnalysis,
    SynthesisResult,
    Tau2Estimate,
)
from metasyn.synthesis.policy_models import glmm_ci
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod

__all__ = ["mixed_groups"]

_Rows = Sequence[Sequence[int]]
_FEWEST_FOR_PREDICTION = 3
_METHODS: tuple[CiMethod, ...] = ("t", "wald")

_POLICY = Policy(
    rule="common-tau2/counts",
    reason="One mixed model of the counts (random-effects logistic regression on the groups): every group "
    "has a mean of its own, all share one between-study variance; the interval has the t distribution on "
    "cohorts minus groups degrees of freedom. The variance is by maximum likelihood, which is too small "
    "where groups are many and small: intervals are then too narrow, and the test finds differences "
    "too easily.",
)
_LEFT_OUT = "Without part in the mixed model and in the test: {names}."


def mixed_groups(
    effects: EffectSet,
    by: str,
    names: tuple[str, ...],
    indices: tuple[tuple[int, ...], ...],
    spec: SynthesisSpec,
) -> SubgroupAnalysis | NotEstimable:
    """Groups by one mixed model of the counts.

    A group in which nobody, or everybody, had the event has no finite mean. It is shown by itself and has
    no part in the shared variance and in the test.

    Parameters
    ----------
    effects : EffectSet
    by : str
        The column that makes the groups.
    names : tuple of str
    indices : tuple of tuple of int
        Rows of every group.
    spec : SynthesisSpec

    Returns
    -------
    SubgroupAnalysis or NotEstimable
        Or why there is none.
    """
    counts = _counts(effects, spec)
    if isinstance(counts, NotEstimable):
        return counts
    x, n = counts
    used = [g for g, rows in enumerate(indices) if 0 < x[list(rows)].sum() < n[list(rows)].sum()]
    rows = [i for g in used for i in indices[g]]
    if len(rows) <= len(used):
        return NotEstimable("no group with a finite mean has two cohorts")
    number = [place for place, g in enumerate(used) for _ in indices[g]]
    from metasyn.synthesis.glmm.groups import pool_glmm_groups

    try:
        fitted = pool_glmm_groups(events=x[rows], n=n[rows], groups=number, level=spec.level)
    except NotEstimableError as error:
        return NotEstimable(str(error).rstrip("."))
    shared = Tau2Estimate(
        value=fitted.tau2, method="ML", ci=fitted.tau2_ci, ci_method="profile-likelihood",
        iterations=fitted.convergence.iterations,
    )  # fmt: skip
    results, at = [], 0
    for g, members in enumerate(indices):
        if g in used and len(members) > 1:
            weights = fitted.weights[at : at + len(members)]
            mean = fitted.estimates[used.index(g)], fitted.se[used.index(g)]
            group = effects.take(members)
            inside = list(members)
            results.append(
                _group(group, spec, shared, mean, weights, len(rows) - len(used), (x[inside], n[inside]))
            )
        else:
            results.append(synthesise(effects.take(members), spec.taking(members)))
        at += len(members) if g in used else 0
    apart = _without_mean(names, indices, x, n)
    test = fitted.between
    if len(used) == 1 and apart:
        test = NotEstimable(f"only {names[used[0]]} has an estimate in the mixed model: {apart}")
    return SubgroupAnalysis(
        by=by,
        names=names,
        indices=indices,
        results=tuple(results),
        tau2_mode="common",
        tau2=shared,
        Q_between=test if isinstance(test, NotEstimable) else test.statistic,
        df=len(used) - 1,
        pvalue=test if isinstance(test, NotEstimable) else test.pvalue,
        reason=f"{_POLICY.reason} {_LEFT_OUT.format(names=apart) if apart else ''}".strip(),
    )


def _without_mean(
    names: tuple[str, ...],
    indices: tuple[tuple[int, ...], ...],
    x: NDArray[np.float64],
    n: NDArray[np.float64],
) -> str:
    """The groups whose mean is not finite, each with what was seen in it."""
    told = []
    for name, members in zip(names, indices, strict=True):
        events, size = (int(column[list(members)].sum()) for column in (x, n))
        if events in (0, size):
            who = "everybody" if events else "nobody"
            told.append(f"in {name} {who} had the event ({events}/{size})")
    return ", ".join(told)


def _counts(
    effects: EffectSet, spec: SynthesisSpec
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | NotEstimable:
    """Events and participants of every cohort, or why groups of them have no mixed model together."""
    if effects.measure.code != "PLO":
        return NotEstimable("groups that share a variance have one for single proportions only")
    if glmm_ci(spec) == "profile-likelihood":
        return NotEstimable("groups that share a variance have no profile-likelihood interval")
    counts = (
        [] if isinstance(effects.effects, GivenEffects) else [effect.counts for effect in effects.effects]
    )
    known = [one for one in counts if one is not None and one.n_2 is None]
    if not counts or len(known) < len(counts):
        return NotEstimable("not every estimate rests on events and participants")
    x, n = np.array([(one.events_1, one.n_1) for one in known], dtype=float).T
    return x, n


def _group(
    group: EffectSet,
    spec: SynthesisSpec,
    shared: Tau2Estimate,
    mean: tuple[float, float],
    weights: NDArray[np.float64],
    df: int,
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> SynthesisResult:
    """The result of one group of two cohorts or more."""
    estimate, se = map(float, mean)
    headline = glmm_ci(spec)
    degrees = {"t": float(df), "wald": math.inf}
    alternatives = tuple(
        Alternative(
            model="glmm",
            ci_method=method,
            estimate=estimate,
            se=se,
            df=degrees[method],
            ci=interval_around(estimate, se, degrees[method], spec.level),
            pvalue=NO_NULL,
            headline=method == headline,
        )
        for method in _METHODS
    )
    chosen = next(one for one in alternatives if one.headline)
    return SynthesisResult(
        effects=group,
        request=spec,
        model="glmm",
        ci_method=headline,
        policy=_POLICY,
        k=group.k,
        n_studies=group.n_studies,
        estimate=estimate,
        se=se,
        df=chosen.df,
        statistic=NO_NULL,
        pvalue=NO_NULL,
        ci=chosen.ci,
        pi=_prediction(group.k, estimate, math.hypot(se, shared.tau), df, spec),
        weights=weights.copy(),
        fit=fit_mean(group.yi, group.vi, shared.value, tau2_method=shared.method),
        heterogeneity=_within(group, shared, counts),
        alternatives=alternatives,
        beside=Beside(first="glmm"),
    )


def _prediction(
    k: int, estimate: float, spread: float, df: int, spec: SynthesisSpec
) -> Interval | NotEstimable:
    """On the degrees of freedom of all groups together, as the interval of the mean."""
    if spec.pi_method == "none":
        return NotEstimable("no prediction interval was asked for")
    if k < _FEWEST_FOR_PREDICTION:
        return NotEstimable("a prediction interval needs at least three studies")
    degrees = {"t(k-1)": float(df), "t(k-2)": df - 1.0}.get(spec.pi_method, math.inf)
    return interval_around(estimate, spread, degrees, spec.level)


def _within(
    group: EffectSet, shared: Tau2Estimate, counts: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Heterogeneity:
    """The likelihood-ratio test within the group, and I2 and H2 from the shared variance."""
    x, n = counts
    p, common = x / n, x.sum() / n.sum()
    own = xlogy(x, p) + xlogy(n - x, 1 - p)
    one = xlogy(x, common) + xlogy(n - x, 1 - common)
    lrt = max(2 * float((own - one).sum()), 0.0)
    w = 1 / group.vi
    typical = (group.k - 1) / float(w.sum() - (w * w).sum() / w.sum())
    I2_ci, H2_ci = carried(shared.ci, typical)
    return Heterogeneity(
        Q=lrt,
        df=group.k - 1,
        pvalue=chi2_upper_p(lrt, group.k - 1),
        I2=share(shared.value, typical),
        H2=shared.value / typical + 1,
        I2_ci=I2_ci,
        H2_ci=H2_ci,
        tau2=shared,
        test="likelihood-ratio",
    )
