"""One synthesis of one set of effects: the only place where the parts are put together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.freeman_tukey import DOUBLE_ARCSINE_WARNING
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.synthesis.arrays import require_poolable
from metasyn.synthesis.beside import NO_POSTERIOR_PREDICTION, Beside, companions
from metasyn.synthesis.heterogeneity import (
    COMMON_EFFECT,
    FIXED,
    common_effect_heterogeneity,
    heterogeneity,
    mixed_heterogeneity,
)
from metasyn.synthesis.mean import Inference, MeanFit, fit_mean, infer, prediction_interval
from metasyn.synthesis.mean.record import interval_remarks
from metasyn.synthesis.model import Alternative, Heterogeneity, SynthesisResult, SynthesisSpec
from metasyn.synthesis.policy import Choice, choose, single_study
from metasyn.synthesis.possible_range import beyond_range
from metasyn.synthesis.profiles import profile_remarks
from metasyn.synthesis.tau2 import Tau2Solution, estimate_tau2_of
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import CiMethod, Model

__all__ = ["assemble", "predict", "synthesise", "user_weights"]

NO_PREDICTION = NotEstimable(
    "the common-effect model assumes one true effect: there is no distribution to predict from"
)
FEW_FOR_PREDICTION = 5
_ALONE = Beside()
_DISAGREE = 0.1

# What is always computed beside the headline.
_SHOWN: tuple[tuple[Model, CiMethod], ...] = (
    ("common-effect", "wald"),
    ("random-effects", "wald"),
    ("random-effects", "hartung-knapp"),
    ("random-effects", "hartung-knapp-adhoc"),
)


def synthesise(effects: EffectSet, spec: SynthesisSpec) -> SynthesisResult:
    """Pool one set of effects, without subgroups.

    Parameters
    ----------
    effects : EffectSet
    spec : SynthesisSpec

    Returns
    -------
    SynthesisResult

    Raises
    ------
    OptionError
        If an effect is not finite or a variance not above zero.
    NotEstimableError
        If there is no effect.
    """
    require_poolable(effects)
    if effects.k == 0:
        raise NotEstimableError("there are no effects to pool.")
    if effects.k == 1:
        return _report_single(effects, spec)
    weights = user_weights(effects, spec)
    problem = prepare(effects.yi, effects.vi)
    if spec.tau2 is None:
        solution = estimate_tau2_of(problem, spec.tau2_method, weights)
        method = str(spec.tau2_method)
    else:
        solution, method = Tau2Solution(value=float(spec.tau2)), FIXED
    fits: dict[Model, MeanFit] = {
        "random-effects": fit_mean(
            effects.yi, effects.vi, solution.value, weights=weights, tau2_method=method
        ),
        "common-effect": fit_mean(effects.yi, effects.vi, 0.0, weights=weights, tau2_method=COMMON_EFFECT),
    }
    beside = companions(effects, spec)
    choice = choose(spec, fits["random-effects"], beside)
    pi: Interval | NotEstimable
    if choice.model == "glmm" and beside.glmm is not None:
        found, empty, pi = mixed_heterogeneity(beside.glmm), False, beside.glmm.pi
    elif spec.model == "common-effect":
        found, empty = common_effect_heterogeneity(problem, level=spec.level, i2_method=spec.i2_method), False
        pi = NO_PREDICTION
    else:
        found, empty = heterogeneity(
            problem,
            solution,
            method=method,
            level=spec.level,
            tau2_ci_method=spec.tau2_ci_method,
            i2_method=spec.i2_method,
            weights=weights,
        )
        pi = NO_POSTERIOR_PREDICTION
        if choice.model != "bayesian":
            pi = predict(fits["random-effects"], spec, choice.ci_method)
    remarks = (*profile_remarks(effects, spec.profile), *_empty_finding(empty))
    return assemble(effects, spec, choice, fits, found, pi, findings=remarks, beside=beside)


def user_weights(effects: EffectSet, spec: SynthesisSpec) -> NDArray[np.float64] | None:
    """The weights of the request, one per effect.

    Raises
    ------
    OptionError
        If there are not as many as effects.
    """
    if spec.weights is None:
        return None
    if len(spec.weights) != effects.k:
        raise OptionError(
            f"weights must have one value per effect; got {len(spec.weights)} for {effects.k} effects."
        )
    return np.array(spec.weights, dtype=float)


def predict(fit: MeanFit, spec: SynthesisSpec, ci_method: CiMethod) -> Interval | NotEstimable:
    """The prediction interval of the request; none where none is asked for."""
    if spec.pi_method == "none":
        return NotEstimable("no prediction interval was asked for")
    return prediction_interval(fit, spec.pi_method, level=spec.level, ci_method=ci_method, seed=spec.seed)


def assemble(
    effects: EffectSet,
    spec: SynthesisSpec,
    choice: Choice,
    fits: dict[Model, MeanFit],
    found: Heterogeneity,
    pi: Interval | NotEstimable,
    *,
    shown: Sequence[tuple[Model, CiMethod]] = _SHOWN,
    findings: Iterable[Finding] = (),
    beside: Beside = _ALONE,
) -> SynthesisResult:
    """Build a result from fits at hand, the headline as chosen."""
    inferences = _inferences(effects, spec, choice, fits, shown, beside)
    headline = next(key for key in inferences if key[:2] == (choice.model, choice.ci_method))
    fit, chosen = fits.get(choice.model, fits["random-effects"]), inferences[headline]
    alternatives = tuple(
        Alternative(
            model=model,
            ci_method=ci_method,
            prior=prior,
            estimate=one.estimate,
            se=one.se,
            df=one.df,
            ci=one.ci,
            pvalue=one.pvalue,
            headline=(model, ci_method, prior) == headline,
        )
        for (model, ci_method, prior), one in inferences.items()
    )
    own_weights = beside.weights(choice.model)
    return SynthesisResult(
        effects=effects,
        request=spec,
        model=choice.model,
        ci_method=choice.ci_method,
        policy=choice.policy,
        k=effects.k,
        n_studies=effects.n_studies,
        estimate=chosen.estimate,
        se=chosen.se,
        df=chosen.df,
        statistic=chosen.statistic,
        pvalue=chosen.pvalue,
        ci=chosen.ci,
        pi=pi,
        weights=fit.weights if own_weights is None else own_weights,
        fit=fit,
        heterogeneity=found,
        beside=beside,
        alternatives=alternatives,
        findings=(
            *choice.findings,
            *beside.notes,
            *(beside.glmm.findings if choice.model == "glmm" and beside.glmm is not None else ()),
            *interval_remarks(chosen),
            *((DOUBLE_ARCSINE_WARNING,) if effects.measure.code == "PFT" else ()),
            *findings,
            *_findings(alternatives, found, pi, effects.k),
            *beyond_range(effects.measure, chosen.ci, pi),
        ),
    )


def _inferences(
    effects: EffectSet,
    spec: SynthesisSpec,
    choice: Choice,
    fits: dict[Model, MeanFit],
    shown: Sequence[tuple[Model, CiMethod]],
    beside: Beside,
) -> dict[tuple[Model, CiMethod, str], Inference]:
    """Every model and interval: of estimates and variances, and those beside them, what is first first."""
    headline = (choice.model, choice.ci_method)
    pairs = shown if choice.model not in fits or headline in shown else (*shown, headline)
    null = effects.measure.null
    found = {
        (*pair, ""): infer(fits[pair[0]], pair[1], level=spec.level, null=null, seed=spec.seed)
        for pair in pairs
    }
    others = beside.inferences(effects.measure, spec)
    return {**others, **found} if choice.model not in fits else {**found, **others}


def _report_single(effects: EffectSet, spec: SynthesisSpec) -> SynthesisResult:
    """k = 1: the study's own estimate and interval."""
    choice = single_study(spec)
    fit = fit_mean(effects.yi, effects.vi, 0.0, tau2_method=COMMON_EFFECT)
    own = infer(fit, choice.ci_method, level=spec.level, null=effects.measure.null)
    return SynthesisResult(
        effects=effects,
        request=spec,
        model=choice.model,
        ci_method=choice.ci_method,
        policy=choice.policy,
        k=1,
        n_studies=1,
        estimate=fit.estimate,
        se=own.se,
        df=own.df,
        statistic=own.statistic,
        pvalue=own.pvalue,
        ci=own.ci,
        pi=NotEstimable("a prediction interval needs at least three studies"),
        weights=np.ones(1),
        fit=fit,
        heterogeneity=NotEstimable("heterogeneity needs at least two studies"),
        findings=(*choice.findings, *beyond_range(effects.measure, own.ci)),
    )


def _empty_finding(empty: bool) -> tuple[Finding, ...]:
    if not empty:
        return ()
    return (
        Finding(
            code="tau2-interval-empty",
            message="the studies agree more closely than sampling error alone would make likely: no value of "
            "the between-study variance is compatible with them, and its interval is given as 0 to 0.",
            severity="note",
        ),
    )


def _findings(
    alternatives: Sequence[Alternative], found: Heterogeneity, pi: Interval | NotEstimable, k: int
) -> Iterable[Finding]:
    """What a reader of the result must know."""
    tau2 = found.tau2
    if tau2.truncated:
        yield Finding(
            code="tau2-truncated",
            message="the studies differ less than chance alone would make them: the "
            f"{tau2.method} estimate of the between-study variance would be below zero, and is set to 0.",
            severity="note",
        )
    if tau2.n_optima > 1:
        yield Finding(
            code="several-optima",
            message=f"the {tau2.method} likelihood of the between-study variance has {tau2.n_optima} maxima; "
            "the highest was taken.",
            severity="warning",
        )
    if isinstance(tau2.ci, Interval) and tau2.value not in tau2.ci:
        yield Finding(
            code="tau2-outside-interval",
            message=f"the estimate of the between-study variance lies outside its {tau2.ci_method} interval; "
            "the two follow different principles.",
            severity="note",
        )
    if tau2.pieces:
        yield Finding(
            code="tau2-interval-has-a-gap",
            message="the likelihood has several maxima: the interval of the between-study variance spans a "
            "gap of values that are not compatible with the data.",
            severity="note",
        )
    headline = next(a for a in alternatives if a.headline)
    if headline.model == "common-effect" and found.pvalue < _DISAGREE:
        yield Finding(
            code="studies-disagree",
            message="the studies differ (Q has p < 0.10); the common-effect estimate is an "
            "average of results that disagree, and its interval does not show that.",
            severity="warning",
        )
    if _narrower_than_wald(alternatives):
        yield Finding(
            code="narrower-than-wald",
            message="the Hartung-Knapp interval is narrower than the Wald interval: the studies happen "
            "to agree closely, and the interval may be too narrow.",
            severity="warning",
        )
    if isinstance(pi, Interval) and k < FEW_FOR_PREDICTION:
        yield Finding(
            code="few-studies-pi",
            message=f"a prediction interval from {k} studies is very uncertain itself.",
            severity="note",
        )


def _narrower_than_wald(alternatives: Sequence[Alternative]) -> bool:
    headline = next(a for a in alternatives if a.headline)
    wald = next((a for a in alternatives if a.model == headline.model and a.ci_method == "wald"), None)
    return (
        headline.ci_method == "hartung-knapp" and wald is not None and _width(headline.ci) < _width(wald.ci)
    )


def _width(interval: Interval | NotEstimable) -> float:
    return math.inf if isinstance(interval, NotEstimable) else interval.high - interval.low
