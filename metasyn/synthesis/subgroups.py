"""Results within groups and the test between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.numerics.additive import prepare
from metasyn.numerics.tails import chi2_upper_p
from metasyn.numerics.wls import inner, weighted_mean
from metasyn.synthesis.core import assemble, predict, synthesise, user_weights
from metasyn.synthesis.heterogeneity import (
    COMMON_EFFECT,
    FIXED,
    heterogeneity,
    within_group_heterogeneity,
)
from metasyn.synthesis.mean import MeanFit, fit_mean
from metasyn.synthesis.mixed_groups import mixed_groups
from metasyn.synthesis.model import Policy, SubgroupAnalysis, SynthesisResult, SynthesisSpec, Tau2Estimate
from metasyn.synthesis.policy import REQUESTED, Choice, choose
from metasyn.synthesis.policy_models import model_first
from metasyn.synthesis.tau2 import estimate_tau2_of
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, Model, SubgroupTau2

__all__ = ["NOT_STATED", "subgroup_analysis"]

Array = NDArray[np.float64]

NOT_STATED = "not stated"
SEPARATE_FROM = 5

_ENOUGH = f"every group has {SEPARATE_FROM} effects or more: each estimates its own between-study variance."
_SMALL = f"a group has fewer than {SEPARATE_FROM} effects: the groups share one between-study variance."
_ALONE = (
    "every group is a single effect: a shared between-study variance cannot be estimated, "
    "and each is shown with its own sampling error."
)
_NORMAL_GROUPS = (
    "Groups that share a variance are pooled by the logit normal-normal model, which estimates it by REML: a "
    "mixed model of the counts has maximum likelihood only, whose variance is far too small where there are "
    "many groups of few cohorts."
)
_NO_MIXED = (
    "The mixed model of the counts has no estimate for these groups ({why}); the normal-normal model takes "
    "its place."
)
_NO_TAU2 = "the common-effect model has no between-study variance."
_GIVEN_TAU2 = "the between-study variance was fixed by the user and holds in every group."
_GROUP_POLICY = (
    "The groups share one between-study variance, estimated from all of them; the interval is "
    "Hartung-Knapp's with its ad hoc floor, on effects minus groups degrees of freedom."
)
_SHOWN: tuple[tuple[Model, CiMethod], ...] = tuple(
    ("random-effects", method) for method in ("wald", "t", "hartung-knapp", "hartung-knapp-adhoc")
)
_SHAREABLE = tuple(method for _, method in _SHOWN)


def subgroup_analysis(
    effects: EffectSet, by: str, spec: SynthesisSpec, *, subgroup_tau2: SubgroupTau2 | None = None
) -> SubgroupAnalysis:
    r"""Pool within groups and test the difference between them.

    With a **common** tau2, one regression on group membership gives it (cell means, estimator as in
    `spec`), and every group's mean is one of its coefficients: 1/W_g is the Wald variance,
    s2 = sum w r^2 / (K - G) over all groups the Hartung-Knapp factor, t on K - G degrees of freedom.
    With **separate** tau2 every group is a synthesis of its own under the same request.

    The test is Q = sum w_g (b_g - b)^2 on G - 1 degrees of freedom, w_g the inverse Wald variance
    of the group's random-effects mean (v + tau2 for a single effect), b their weighted mean. With a
    common tau2 this is the Wald-type test of the regression coefficients.

    Parameters
    ----------
    effects : EffectSet
    by : str
        Column that makes the groups; an empty entry is the group "not stated".
    spec : SynthesisSpec
    subgroup_tau2 : {'common', 'separate'}, optional
        Default: separate if every group has five effects or more, else common.

    Returns
    -------
    SubgroupAnalysis
        Groups in order of first appearance.

    Raises
    ------
    OptionError
        If the effects do not have the column.

    References
    ----------
    Borenstein M, Higgins JPT. Meta-analysis and subgroups. Prev Sci 2013;14:134-143.
    10.1007/s11121-013-0377-7

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> groups = pool(yi=[-0.9, -0.7, -0.1, 0.1], vi=[0.1, 0.1, 0.1, 0.1], by=["a", "a", "b", "b"]).subgroups
    >>> groups.names, groups.tau2_mode, round(groups.Q_between, 6), groups.df
    (('a', 'b'), 'common', 6.4, 1)
    """
    labels = [label or NOT_STATED for label in effects.column(by)]
    if not labels:
        raise OptionError("there are no effects to group.")
    names = tuple(dict.fromkeys(labels))
    indices = tuple(tuple(i for i, x in enumerate(labels) if x == name) for name in names)
    mode, reason = _mode(spec, [len(i) for i in indices], subgroup_tau2)
    shared: Tau2Estimate | None = None
    mixed = None
    if mode == "common" and spec.model == "glmm":
        mixed = mixed_groups(effects, by, names, indices, spec)
    elif mode == "common" and model_first(spec, effects.measure, max(effects.k, 3)) == "glmm":
        reason = f"{reason} {_NORMAL_GROUPS}"
    if isinstance(mixed, SubgroupAnalysis):
        return replace(mixed, reason=f"{reason} {mixed.reason}")
    if spec.model == "glmm" and mode == "common":
        spec = spec.update(model=None, ci_method=None)
    if mixed is not None:
        reason = f"{reason} {_NO_MIXED.format(why=mixed.reason)}"
    if mode == "common" and spec.model != "common-effect":
        shared, results, centres, variances = _common(effects, indices, spec)
    else:
        results = tuple(synthesise(effects.take(i), spec.taking(i)) for i in indices)
        centres, variances = _own_means(results)
        if mode == "common":
            shared = Tau2Estimate(value=0.0, method=COMMON_EFFECT, ci=NotEstimable(_NO_TAU2))
    Q, pvalue = _between(centres, variances)
    return SubgroupAnalysis(
        by=by,
        names=names,
        indices=indices,
        results=results,
        tau2_mode=mode,
        tau2=shared,
        Q_between=Q,
        df=len(names) - 1,
        pvalue=pvalue,
        reason=reason,
    )


def _mode(spec: SynthesisSpec, sizes: Sequence[int], asked: SubgroupTau2 | None) -> tuple[SubgroupTau2, str]:
    """Whether the groups share tau2, and why."""
    estimable = sum(sizes) > len(sizes) or spec.tau2 is not None or spec.model == "common-effect"
    if spec.model == "bayesian" or spec.ci_method == "credible":
        return _of_bayesian(asked)
    own = spec.ci_method or ("hartung-knapp-iqwig" if spec.profile == "iqwig-6" else None)
    if own is not None and own not in _SHAREABLE and spec.model != "glmm" and spec.model != "common-effect":
        if asked == "common":
            raise OptionError(
                f"the {own!r} interval is not defined for groups that share one between-study variance; "
                "ask for subgroup_tau2='separate' or another interval."
            )
        return "separate", f"The interval {own} is not defined for a shared between-study variance."
    if asked == "common" and not estimable:
        return "separate", f"A common between-study variance was requested, but {_ALONE}"
    if asked is not None:
        return asked, f"As requested: {asked} between-study variance."
    if spec.model == "common-effect":
        return "common", _NO_TAU2.capitalize()
    if spec.tau2 is not None:
        return "common", _GIVEN_TAU2.capitalize()
    if spec.profile != "metasyn":
        return "separate", f"By the profile {spec.profile} every group is a synthesis of its own."
    if min(sizes) >= SEPARATE_FROM:
        return "separate", _ENOUGH.capitalize()
    return ("common", _SMALL.capitalize()) if estimable else ("separate", _ALONE.capitalize())


def _of_bayesian(asked: SubgroupTau2 | None) -> tuple[SubgroupTau2, str]:
    if asked == "common":
        raise OptionError("groups share no posterior of tau: ask for subgroup_tau2='separate'.")
    return "separate", "The Bayesian model is fitted in every group by itself."


def _common(
    effects: EffectSet, indices: Sequence[Sequence[int]], spec: SynthesisSpec
) -> tuple[Tau2Estimate, tuple[SynthesisResult, ...], Array, Array]:
    """Group means of one regression on group membership."""
    X = np.zeros((effects.k, len(indices)))
    for column, rows in enumerate(indices):
        X[list(rows), column] = 1.0
    df = effects.k - len(indices)
    shared = _shared_tau2(effects, X, spec, df)
    weights = user_weights(effects, spec)
    fits = [
        fit_mean(
            effects.yi[list(rows)],
            effects.vi[list(rows)],
            shared.value,
            weights=None if weights is None else weights[list(rows)],
            tau2_method=shared.method,
        )
        for rows in indices
    ]
    q = sum(fit.q * fit.df for fit in fits if fit.df) / df if df else 0.0
    whole = fit_mean(effects.yi, effects.vi, shared.value, weights=weights, tau2_method=shared.method)
    choice = _group_choice(spec, whole)
    request = spec.update(tau2=shared.value)
    results = []
    for rows, own in zip(indices, fits, strict=True):
        group = effects.take(rows)
        if own.k == 1:
            results.append(synthesise(group, spec.taking(rows)))
            continue
        fit = own.sharing(q=q, df=df)
        pi = predict(fit, spec, choice.ci_method)
        found = within_group_heterogeneity(
            group.yi, group.vi, shared, level=spec.level, i2_method=spec.i2_method
        )
        results.append(
            assemble(group, request.taking(rows), choice, {"random-effects": fit}, found, pi, shown=_SHOWN)
        )
    return (
        shared,
        tuple(results),
        np.array([fit.estimate for fit in fits]),
        np.array([fit.variance for fit in fits]),
    )


def _group_choice(spec: SynthesisSpec, whole: MeanFit) -> Choice:
    """The interval of every group: as requested, or by the rule of the profile."""
    if spec.ci_method is not None:
        ci_method: CiMethod = spec.ci_method
        policy = Policy(rule=REQUESTED, reason="The interval is as requested; the groups share one tau2.")
    elif spec.profile == "metasyn":
        ci_method, policy = "hartung-knapp-adhoc", Policy(rule="common-tau2", reason=_GROUP_POLICY)
    else:
        chosen = choose(spec.update(model="random-effects"), whole)
        ci_method = chosen.ci_method
        reason = f"{chosen.policy.reason} The rule was applied to all groups together: they share one tau2."
        policy = replace(chosen.policy, reason=reason)
    return Choice(model="random-effects", ci_method=ci_method, policy=policy)


def _shared_tau2(effects: EffectSet, X: Array, spec: SynthesisSpec, df: int) -> Tau2Estimate:
    if spec.tau2 is not None:
        fixed = NotEstimable("the between-study variance was fixed, not estimated")
        return Tau2Estimate(value=float(spec.tau2), method=FIXED, ci=fixed)
    problem = prepare(effects.yi, effects.vi, X)
    weights = user_weights(effects, spec)
    solution = estimate_tau2_of(problem, spec.tau2_method, weights)
    found, _ = heterogeneity(
        problem,
        solution,
        method=spec.tau2_method,
        level=spec.level,
        tau2_ci_method=spec.tau2_ci_method,
        weights=weights,
    )
    return found.tau2


def _own_means(results: Sequence[SynthesisResult]) -> tuple[Array, Array]:
    """Means and Wald variances of groups pooled apart: random-effects, unless common-effect is asked for."""
    pairs = []
    for result in results:
        if result.model == "glmm":
            pairs.append((result.estimate, result.se))
            continue
        asked = result.request.model
        model: Model = asked if asked in ("random-effects", "common-effect") else "random-effects"
        wald = next((a for a in result.alternatives if (a.model, a.ci_method) == (model, "wald")), None)
        pairs.append((wald.estimate, wald.se) if wald else (result.estimate, result.se))
    table = np.array(pairs)
    return table[:, 0], table[:, 1] ** 2


def _between(centres: Array, variances: Array) -> tuple[float | NotEstimable, float | NotEstimable]:
    """Chi-square of the group means around their inverse-variance mean, and its p value."""
    if centres.size < 2:
        only = NotEstimable("there is only one group")
        return only, only
    w = 1.0 / variances
    centre, _ = weighted_mean(centres, w)
    Q = inner(w, (centres - centre) ** 2)
    return Q, chi2_upper_p(Q, centres.size - 1)
