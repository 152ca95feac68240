"""The one entry to pooling."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from numpy.typing import ArrayLike

from metasyn.effects.inputs import text_column
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.arrays import effects_or_arrays, weight_tuple
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult, SynthesisSpec
from metasyn.synthesis.named_options import decided_by, unused_options
from metasyn.synthesis.policy_models import model_first
from metasyn.synthesis.profiles import profile_spec
from metasyn.synthesis.subgroups import subgroup_analysis
from metasyn.synthesis.zero_cells import all_zero_note, nobody_or_everybody
from metasyn.values import NotEstimable
from metasyn.vocabulary import (
    CiMethod,
    I2Method,
    Model,
    PiMethod,
    Profile,
    SubgroupTau2,
    Tau2CiMethod,
    Tau2Method,
    require_option,
)

__all__ = ["pool", "pool_named"]


def pool(
    effects: EffectSet | None = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    model: Model | None = None,
    tau2_method: Tau2Method | None = None,
    tau2: float | None = None,
    weights: ArrayLike | None = None,
    ci_method: CiMethod | None = None,
    pi_method: PiMethod | None = None,
    tau2_ci_method: Tau2CiMethod | None = None,
    i2_method: I2Method | None = None,
    level: float | None = None,
    seed: int | None = None,
    profile: Profile | None = None,
    by: str | Sequence[str] | None = None,
    subgroup_tau2: SubgroupTau2 | None = None,
    spec: SynthesisSpec | None = None,
) -> SynthesisResult:
    r"""Pool study-level effects under a random-effects, the common-effect, a mixed or the Bayesian model.

    The pooled effect is sum w y / sum w with w = 1 / (v + tau2), tau2 = 0 for the common-effect
    model. What is not named is decided by a stated rule on the number of studies; the rule and
    every withheld alternative are in the result.

    Parameters
    ----------
    effects : EffectSet, optional
        Standardised effects; or give arrays.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale (log for ratios).
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors; exactly one of them with `yi`.
    labels : sequence of str, optional
        Names of the studies, with `yi`.
    measure : str
        Effect measure, with `yi`: the null value and the natural scale.
    model : {'random-effects', 'common-effect', 'glmm', 'bayesian'}, optional
        Default by k and measure: for proportions from counts `'glmm'`, the mixed model of the counts
        (random-effects logistic regression); for two studies `'bayesian'` with half-normal(0.5) as prior
        of tau, on log ratio, logit and standardised scales; else random-effects.
    tau2_method : str, optional
        Estimator of the between-study variance, default REML; see
        `metasyn.synthesis.tau2.estimate_tau2` for all of them.
    tau2 : float, optional
        A fixed between-study variance instead; implies the random-effects model.
    weights : array_like of shape (k,), optional
        User weights of the mean, >= 0, instead of 1 / (v + tau2); GENQ and GENQM need them.
    ci_method : str, optional
        Interval of the mean, see `metasyn.synthesis.mean.infer`. Default by k; a named one implies
        the random-effects model.
    pi_method : str, optional
        Prediction interval, from three studies on, default t(k-1); see
        `metasyn.synthesis.mean.prediction_interval`.
    tau2_ci_method : {'q-profile', 'generalised-q', 'jackson', 'profile-likelihood'}, optional
        Interval of the between-study variance, default Q-profile.
    i2_method : {'tau2', 'Q'}, optional
        I2 and H2 from tau2 (default), or from Cochran's Q with the interval of Higgins and Thompson.
    level : float, optional
        Level of every interval, as a proportion; default 0.95.
    seed : int, optional
        For intervals that draw random numbers; default 1.
    profile : str, optional
        Whose defaults stand for what is not named: `"metasyn"` (the rule on the number of studies),
        `"cochrane-2025"`, `"iqwig-6"`, `"metafor"`, `"meta-8"`, `"meta-7"`, `"revman-5"`.
    by : str or sequence of str, optional
        A column of the effects, or one group label per effect: fills `subgroups`.
    subgroup_tau2 : {'common', 'separate'}, optional
        Whether the groups share one between-study variance. Default: separate if every group has
        five effects or more, else common.
    spec : SynthesisSpec, optional
        The options as one record, instead of `model` to `level`.

    Returns
    -------
    SynthesisResult

    Raises
    ------
    OptionError
        For options outside their vocabulary or in conflict, for the Bayesian model on a scale without a
        usual prior of tau, and for effects that cannot be pooled (all of them named).
    NotEstimableError
        If there is no effect, or a mixed model that is asked for by name has no estimate.

    References
    ----------
    Viechtbauer W. J Stat Softw 2010;36(3):1-48. 10.18637/jss.v036.i03

    Examples
    --------
    Three trials, log hazard ratios with standard errors:

    >>> result = pool(yi=[-0.60, -0.22, 0.05], sei=[0.20, 0.15, 0.25], measure="HR")
    >>> round(result.natural(result.estimate), 3), result.ci_method, result.policy.rule
    (0.76, 'hartung-knapp-adhoc', 'k-aware/3-4')
    """
    named = {
        "model": model,
        "tau2_method": tau2_method,
        "tau2": tau2,
        "weights": None if weights is None else weight_tuple(weights),
        "ci_method": ci_method,
        "pi_method": pi_method,
        "tau2_ci_method": tau2_ci_method,
        "i2_method": i2_method,
        "level": level,
        "seed": seed,
    }
    if spec is not None and not isinstance(spec, SynthesisSpec):
        raise OptionError(f"spec must be a SynthesisSpec; got {type(spec).__name__}.")
    if spec is not None and (profile is not None or any(value is not None for value in named.values())):
        raise OptionError("give the options either by name or in spec=, not both.")
    if subgroup_tau2 is not None:
        require_option("subgroup_tau2", subgroup_tau2, SubgroupTau2)
        if by is None:
            raise OptionError("subgroup_tau2 needs by=, the column that makes the groups.")
    spec = spec or profile_spec(profile or "metasyn", **named)
    if isinstance(effects, SynthesisResult):
        raise OptionError("this is pooled already; give result.effects to pool it in another way.")
    effects = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    given = frozenset(name for name, value in named.items() if value is not None)
    return pool_named(effects, spec, given, by=by, subgroup_tau2=subgroup_tau2)


def pool_named(
    effects: EffectSet,
    spec: SynthesisSpec,
    named: Set[str],
    *,
    by: str | Sequence[str] | None = None,
    subgroup_tau2: SubgroupTau2 | None = None,
) -> SynthesisResult:
    """What `pool` does once the request is a record; `named` are the options that were given by name."""
    effects, by = _grouped(effects, by)
    asked = spec
    if "tau2_method" in named and effects.k > 1 and model_first(spec, effects.measure, effects.k) == "glmm":
        # An estimator that is named belongs to the normal-normal model.
        spec = spec if spec.model is not None else spec.update(model="random-effects")
    result = synthesise(effects, spec)
    if spec.model == "glmm" and isinstance(result.beside.mixed, NotEstimable):
        raise NotEstimableError(f"model='glmm': {result.beside.mixed.reason}.")
    why = decided_by(asked, effects, effects.k, result.model, named)
    reason = f"{result.policy.reason} {why}".rstrip()
    result = replace(
        result,
        policy=replace(result.policy, reason=reason),
        findings=(*result.findings, *unused_options(result, named)),
    )
    if by is None:
        return result
    groups = subgroup_analysis(effects, by, spec, subgroup_tau2=subgroup_tau2)
    if nobody_or_everybody(effects) is None:
        groups = _with_empty_ones(groups)
    return replace(result, subgroups=groups)


def _with_empty_ones(groups: SubgroupAnalysis) -> SubgroupAnalysis:
    """Groups in which nobody, or everybody, had the event say so, in their findings and in the reason."""
    results, told = [], [groups.reason]
    for name, one in zip(groups.names, groups.results, strict=True):
        found = all_zero_note(one.effects, one.request.level)
        told += [f"{name}: {finding.message}" for finding in found]
        new = tuple(finding for finding in found if finding not in one.findings)
        results.append(replace(one, findings=(*one.findings, *new)) if new else one)
    return replace(groups, results=tuple(results), reason=" ".join(told))


def _grouped(effects: EffectSet, by: str | Sequence[str] | None) -> tuple[EffectSet, str | None]:
    """Effects that carry their group as a column, and its name."""
    if by is None or isinstance(by, str):
        return effects, by
    names = text_column("by", by)
    if len(names) != effects.k:
        raise OptionError(f"by must have one label per effect; got {len(names)} for {effects.k} effects.")
    return effects.with_column("group", names), "group"
