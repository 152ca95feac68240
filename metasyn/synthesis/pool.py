"""The one entry to pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.subgroups import subgroup_analysis
from metasyn.vocabulary import CiMethod, Model, PiMethod, SubgroupTau2, Tau2Method, require_option

__all__ = ["pool"]


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
    tau2_method: Tau2Method = "REML",
    tau2: float | None = None,
    ci_method: CiMethod | None = None,
    pi_method: PiMethod = "t(k-1)",
    level: float = 0.95,
    by: str | Sequence[str] | None = None,
    subgroup_tau2: SubgroupTau2 | None = None,
    spec: SynthesisSpec | None = None,
) -> SynthesisResult:
    r"""Pool study-level effects under a random-effects or the common-effect model.

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
    model : {'random-effects', 'common-effect'}, optional
        Default by k: common-effect for two studies, else random-effects.
    tau2_method : {'REML', 'DL', 'PM', 'ML', 'EB', 'HE', 'HS', 'SJ'}
        Estimator of the between-study variance; see `metasyn.synthesis.tau2.estimate_tau2`.
    tau2 : float, optional
        A fixed between-study variance instead; implies the random-effects model.
    ci_method : {'hartung-knapp', 'hartung-knapp-adhoc', 'wald', 't'}, optional
        Interval of the mean. Default by k; a named one implies the random-effects model.
    pi_method : {'t(k-1)', 't(k-2)', 'hartung-knapp', 'normal'}
        Prediction interval, from three studies on.
    level : float
        Level of every interval, as a proportion.
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
        For options outside their vocabulary or in conflict, and for effects that cannot be
        pooled (all of them named).
    NotEstimableError
        If there is no effect.

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
    named = SynthesisSpec(
        model=model, tau2_method=tau2_method, tau2=tau2, ci_method=ci_method, pi_method=pi_method, level=level
    )
    if spec is not None and named != SynthesisSpec():
        raise OptionError("give the options either by name or in spec=, not both.")
    if subgroup_tau2 is not None:
        require_option("subgroup_tau2", subgroup_tau2, SubgroupTau2)
        if by is None:
            raise OptionError("subgroup_tau2 needs by=, the column that makes the groups.")
    spec = spec or named
    arrays = {"yi": yi, "vi": vi, "sei": sei, "labels": labels}
    effects, by = _grouped(_effects(effects, arrays, measure), by)
    result = synthesise(effects, spec)
    if by is None:
        return result
    return replace(result, subgroups=subgroup_analysis(effects, by, spec, subgroup_tau2=subgroup_tau2))


def _effects(effects: object, arrays: dict[str, Any], measure: str) -> EffectSet:
    """The one source of effects that was given."""
    named = [name for name, value in arrays.items() if value is not None]
    if effects is None:
        if arrays["yi"] is None:
            raise OptionError("nothing to pool: give effects, or yi= with vi= or sei=.")
        return effects_from_arrays(measure=measure, **arrays)
    if not isinstance(effects, EffectSet):
        raise OptionError(
            f"the first argument must be an EffectSet; got {type(effects).__name__}. "
            "Arrays are given by name: pool(yi=..., vi=...)."
        )
    if named:
        raise OptionError(f"give either effects or arrays, not both; got effects and {', '.join(named)}.")
    if measure not in ("GEN", effects.measure.code):
        raise OptionError(
            f"measure={measure!r}, but the effects are on the scale of {effects.measure.code!r}."
        )
    return effects


def _grouped(effects: EffectSet, by: str | Sequence[str] | None) -> tuple[EffectSet, str | None]:
    """Effects that carry their group as a column, and its name."""
    if by is None or isinstance(by, str):
        return effects, by
    names = [str(name) for name in by]
    if len(names) != effects.k:
        raise OptionError(f"by must have one label per effect; got {len(names)} for {effects.k} effects.")
    carried = tuple(
        replace(effect, attributes={**effect.attributes, "group": name})
        for effect, name in zip(effects.effects, names, strict=True)
    )
    return replace(effects, effects=carried), "group"
