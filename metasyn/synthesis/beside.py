"""The mixed model of counts and the Bayesian models of a synthesis: as its headline, or beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.given import GivenEffects
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.mean.record import NO_NULL, Inference, interval_around, symmetric
from metasyn.synthesis.policy_models import glmm_ci, model_first
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.synthesis.usual_scale import USUAL_PRIOR, has_usual_scale
from metasyn.synthesis.zero_cells import all_zero_note, zero_cell_note
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import CiMethod, GlmmCi, GlmmMeasure, Model, choices

if TYPE_CHECKING:
    from metasyn.synthesis.bayes.model import BayesResult
    from metasyn.synthesis.bayes.prior import TauPrior
    from metasyn.synthesis.glmm.model import GlmmResult

__all__ = ["NO_POSTERIOR_PREDICTION", "Beside", "companions"]

Key = tuple[Model, CiMethod, str]

NO_POSTERIOR_PREDICTION = NotEstimable(
    "the interval for a new study is part of the Bayesian results, which state their prior"
)
_NO_P = NotEstimable("a Bayesian result has the probability of an effect in the place of a p value")
# Up to so many studies a Bayesian result stands beside the classical ones.
_FEW = 4
_EMPIRICAL_BINARY = ("OR", "RR", "HR", "IRR", "PETO")
_EMPIRICAL_CONTINUOUS = ("SMD", "SMDH", "SMD1", "SMD1H")
# What to ask for where a measure has no mixed model of its own.
_INSTEAD = {
    "RR": "measure='OR', or mantel_haenszel(measure='RR') in Python",
    "RD": "measure='OR', or mantel_haenszel(measure='RD') in Python",
    "PETO": "model='common-effect' with zero_cells='none', which is Peto's method, or measure='OR'",
    **dict.fromkeys(("AS", "PHI", "YUQ", "YUY", "OR2DL", "OR2DN"), "measure='OR'"),
    "IRSD": "measure='IRR'",
    "IRD": "measure='IRR', or mantel_haenszel(measure='IRD') in Python",
}
_IN_PLACE_OF = {"proportion": "measure='PLO'", "rate": "measure='IRLN' (one group) or 'IRR' (two)"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beside:
    """What else was computed of the same effects.

    Attributes
    ----------
    first : {'glmm', 'bayesian'} or None
        Which of the two request or rule put first; None for neither.
    mixed : GlmmResult, NotEstimable or None
        The mixed model of the counts, or why there is none; None where it was not looked for.
    bayes : tuple of (str, BayesResult)
        Bayesian syntheses by the name of their prior of tau, the usual prior first.
    notes : tuple of Finding
    """

    first: Model | None = None
    mixed: GlmmResult | NotEstimable | None = None
    bayes: tuple[tuple[str, BayesResult], ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def glmm(self) -> GlmmResult | None:
        """The mixed model, where it has an estimate."""
        return None if isinstance(self.mixed, NotEstimable) else self.mixed

    def inferences(self, measure: EffectMeasure, spec: SynthesisSpec) -> Mapping[Key, Inference]:
        """Estimate and interval of each, by model, interval and prior; what is first comes first."""
        mixed = {} if self.glmm is None else _mixed_inferences(self.glmm, measure, spec)
        # A prior so wide that the mean has no standard deviation stands in the table of priors only.
        posterior = {
            ("bayesian", "credible", name): _posterior(one, one.mu.sd, measure)
            for name, one in self.bayes
            if not isinstance(one.mu.sd, NotEstimable)
        }
        return {**posterior, **mixed} if self.first == "bayesian" else {**mixed, **posterior}  # type: ignore[dict-item]

    def weights(self, model: Model) -> NDArray[np.float64] | None:
        """Weights of the effects under one of the two models; None for another model.

        Of the mixed model the share in the information on the mean, 0 for a study that says nothing; of the
        Bayesian model the posterior mean of the normalised weights 1 / (v + tau^2).
        """
        if model == "glmm" and self.glmm is not None:
            shares, silent = self.glmm.weights, {row.row for row in self.glmm.silent}
            assert not isinstance(shares, NotEstimable)
            found = np.zeros(self.glmm.k)
            found[[i for i in range(self.glmm.k) if i not in silent]] = shares
            return found
        if model == "bayesian":
            fit = self.bayes[0][1].fit
            w = 1 / (fit.vi + fit.tau.integral.tau[:, None] ** 2)
            return np.asarray(fit.tau.integral.weights @ (w / w.sum(axis=1, keepdims=True)))
        return None

    def interval(self, model: Model, method: CiMethod, level: float) -> Interval | NotEstimable:
        """The interval of the mean at another level, or by another method of the same model."""
        if model == "bayesian" and method == "credible":
            return self.bayes[0][1].credible_interval(level=level)
        if model == "glmm" and self.glmm is not None and method in choices(GlmmCi):
            if method == "profile-likelihood":
                return _again(self.glmm, level).ci
            df = math.inf if method == "wald" else self.glmm.k_used - 1.0
            return interval_around(self.glmm.estimate, self.glmm.se, df, level)
        name = "the mixed model of counts" if model == "glmm" else "the Bayesian model"
        return NotEstimable(f"{name} has no interval of kind {method}")


def companions(effects: EffectSet, spec: SynthesisSpec, *, brief: bool = False) -> Beside:
    """Fit what the request or the policy calls for beside the normal-normal model.

    Parameters
    ----------
    effects : EffectSet
        Two or more.
    spec : SynthesisSpec
    brief : bool
        Without the interval of tau2 of the mixed model and without empirical priors: for many subsets.

    Raises
    ------
    OptionError
        If a model is asked for that the measure does not have, or the Bayesian one where no prior of tau
        is usual.
    """
    first, measure = model_first(spec, effects.measure, effects.k), effects.measure
    if spec.model == "glmm" and measure.code not in choices(GlmmMeasure):
        raise OptionError(_no_mixed_model(measure))
    if first == "bayesian" and measure.code != "GEN" and not has_usual_scale(measure):
        raise OptionError(_no_prior(measure))
    notes: tuple[Finding, ...] = ()
    if first == "glmm" and spec.model is None and isinstance(effects.effects, GivenEffects):
        first, notes = None, (_WITHOUT_COUNTS,)
    if not brief:
        notes += all_zero_note(effects, spec.level)
        notes += () if first == "glmm" else zero_cell_note(effects)
    by_policy = first is not None and spec.model is None and spec.ci_method is None
    wants_mixed = first == "glmm" or (by_policy and measure.code == "PLO")
    mixed = _mixed(effects, spec, tau2_interval=not brief) if wants_mixed else None
    if first == "bayesian" and isinstance(mixed, NotEstimable):
        mixed = None
    bayes = _bayes(effects, spec, first, brief=brief)
    if first == "bayesian":
        notes += bayes[0][1].findings
    return Beside(first=first, mixed=mixed, bayes=bayes, notes=notes)


def _no_mixed_model(measure: EffectMeasure) -> str:
    """That a measure has no mixed model of the counts, and what to ask for."""
    other = _INSTEAD.get(measure.code) or _IN_PLACE_OF.get(measure.family, "model='random-effects'")
    return (
        f"model='glmm' is for counts as {', '.join(choices(GlmmMeasure))}; {measure.code} has no mixed "
        f"model of its own: ask for {other}."
    )


def _no_prior(measure: EffectMeasure) -> str:
    """That the Bayesian model has no usual prior of tau for a measure, and what to ask for."""
    return (
        f"the Bayesian model has {USUAL_PRIOR} as prior of tau, which is meant for log ratios, logits and "
        f"standardised differences; for {measure.code} tau is in units of the {measure.scale}. Ask for "
        "model='random-effects', or in Python for pool_bayes(tau_prior=half_normal(...)) with a scale that "
        "covers the differences between studies you consider possible."
    )


def _mixed(effects: EffectSet, spec: SynthesisSpec, *, tau2_interval: bool) -> GlmmResult | NotEstimable:
    """The mixed model of the counts behind the effects, or why there is none."""
    if isinstance(effects.effects, GivenEffects):
        size = "person-time" if effects.measure.code in ("IRLN", "IRR") else "participants"
        return NotEstimable(f"the estimates are given without events and {size}: give the counts")
    from metasyn.synthesis.glmm.pool import pool_glmm

    try:
        return pool_glmm(
            effects,
            level=spec.level,
            ci_method=glmm_ci(spec),
            pi_method=spec.pi_method,
            separation="refuse",
            tau2_interval=tau2_interval,
        )
    except (NotEstimableError, OptionError) as error:
        return NotEstimable(str(error).rstrip("."))


def _again(mixed: GlmmResult, level: float) -> GlmmResult:
    """The same counts with a profile-likelihood interval at another level."""
    from metasyn.synthesis.glmm.pool import pool_glmm

    data, spec, method = mixed.data, mixed.spec, "profile-likelihood"
    size = "time" if data.person_time else "n"
    columns: dict[str, Any] = {"events": data.events_1, size: data.size_1}
    if data.events_2 is not None:
        columns = {
            "events_1": data.events_1, f"{size}_1": data.size_1, "events_2": data.events_2,
            f"{size}_2": data.size_2,
        }  # fmt: skip
    return pool_glmm(**columns, measure=spec.measure, model=spec.model, level=level, ci_method=method)


def _bayes(
    effects: EffectSet, spec: SynthesisSpec, first: Model | None, *, brief: bool
) -> tuple[tuple[str, BayesResult], ...]:
    """Bayesian syntheses: by request, by rule for two studies, beside the headline for three and four."""
    usual = has_usual_scale(effects.measure)
    by_policy = spec.profile == "metasyn" and not (spec.model or spec.ci_method or spec.weights)
    if first != "bayesian" and not (by_policy and spec.tau2 is None and usual and effects.k <= _FEW):
        return ()
    from metasyn.synthesis.bayes import pool_bayes

    # Without a prior pool_bayes takes the usual one, and says so where the measure is not stated.
    priors: dict[str, TauPrior | None] = {USUAL_PRIOR: None}
    if not brief and (effects.k == 2 or spec.outcome_type is not None):
        priors |= _empirical(effects.measure.code, spec)
    return tuple(
        (name, pool_bayes(effects, tau_prior=prior, level=spec.level)) for name, prior in priors.items()
    )


def _empirical(code: str, spec: SynthesisSpec) -> dict[str, TauPrior]:
    """The empirical prior that fits the measure, for the declared kind of outcome and comparison."""
    from metasyn.synthesis.bayes import rhodes_prior, turner_prior

    if code in _EMPIRICAL_BINARY:
        kind = f"{spec.outcome_type}; {spec.comparison_type}" if spec.outcome_type else "all outcomes"
        return {f"Turner 2015 ({kind})": turner_prior(spec.outcome_type, spec.comparison_type)}
    if code in _EMPIRICAL_CONTINUOUS:
        return {"Rhodes 2015 (all outcomes)": rhodes_prior()}
    return {}


def _mixed_inferences(mixed: GlmmResult, measure: EffectMeasure, spec: SynthesisSpec) -> dict[Key, Inference]:
    """The interval of the request, then the usual ones."""
    own: CiMethod = mixed.spec.ci_method
    found: dict[Key, Inference] = {}
    usual: tuple[CiMethod, ...] = (own, "t", "wald")
    for method in dict.fromkeys(usual):
        if method == "profile-likelihood":
            test = NO_NULL if measure.null is None else NotEstimable("the interval comes without a test")
            found["glmm", method, ""] = Inference(
                estimate=mixed.estimate, se=mixed.se, df=math.inf, ci=mixed.ci, statistic=test, pvalue=test
            )
            continue
        df = math.inf if method == "wald" else mixed.k_used - 1.0
        made = symmetric(mixed.estimate, mixed.se, df, level=spec.level, null=measure.null)
        found["glmm", method, ""] = made
    return found


def _posterior(one: BayesResult, sd: float, measure: EffectMeasure) -> Inference:
    """Median, standard deviation and credible interval of the mean."""
    test = NO_NULL if measure.null is None else _NO_P
    return Inference(estimate=one.estimate, se=sd, df=math.inf, ci=one.ci, statistic=test, pvalue=test)


_WITHOUT_COUNTS = Finding(
    code="glmm-without-counts",
    message="the estimates are given without events and participants: the mixed model of the counts, which "
    "comes first for proportions, cannot be fitted.",
    severity="note",
)
