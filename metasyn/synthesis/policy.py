"""The stated rule, on the number of studies, that decides what headlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from metasyn.synthesis.beside import Beside
from metasyn.synthesis.mean import MeanFit
from metasyn.synthesis.model import Policy, SynthesisSpec
from metasyn.synthesis.policy_models import (
    COUNTS,
    COUNTS_ASKED,
    POSTERIOR_ASKED,
    REPLACED,
    TWO,
    differing_answers,
    glmm_ci,
)
from metasyn.synthesis.profiles import PROFILES, departures
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import CiMethod, Model, Profile

__all__ = ["REQUESTED", "Choice", "choose", "single_study"]

REQUESTED = "as requested"
# q is 1 by definition where tau2 solves the generalised Q equation (PM, EB): rounding is not a reason.
_ROUNDING = 1e-9
_FEW_STUDIES = 5
_ALONE = Beside()

_TWO_NO_PRIOR = (
    "Two study results are too few to tell how much true effects differ between studies, and for this "
    "measure no prior is usual that could stand for that: random-effects model with a Hartung-Knapp interval "
    "that is kept from being too narrow (ad hoc correction) and is very wide; the common-effect estimate "
    "beside it speaks about these two only."
)
_FEW = (
    "Three or four study results: random-effects model with a Hartung-Knapp interval that is kept from being "
    "too narrow when they happen to agree (ad hoc correction); with so few of them the power is low."
)
_MORE = (
    "Five or more study results: random-effects model with the Hartung-Knapp interval, which allows for not "
    "knowing exactly how much true effects differ between studies."
)
_NO_SPREAD = (
    "Five or more study results: random-effects model with a Hartung-Knapp interval; the variance "
    "between studies is estimated as 0, so the interval is kept from being too narrow (ad hoc correction)."
)
_LITTLE_SPREAD = (
    "Five or more study results: random-effects model with a Hartung-Knapp interval; its standard error "
    "would come out smaller than the usual one, so that one is kept as its floor (ad hoc correction)."
)
_TWO_RANDOM = (
    "with two studies its Hartung-Knapp interval is kept from being too narrow (ad hoc correction) "
    "and is very wide."
)

_WALD_ALWAYS = (
    "The rule of {label}: random-effects model with the usual (Wald) interval, for any number of studies."
)
_IQWIG = (
    "The rule of {label}: random-effects model with the Hartung-Knapp interval; where that is narrower than "
    "the usual (Wald) interval by DerSimonian and Laird, the unmodified standard error with the "
    "t distribution takes its place."
)
_COCHRANE_HK = (
    "The rule of {label}: there are more than two study results and the variance between studies is "
    "estimated as above 0, so the random-effects model has the Hartung-Knapp interval."
)
_COCHRANE_TWO = (
    "The rule of {label}: with two study results the Hartung-Knapp interval is not used; random-effects "
    "model with the usual (Wald) interval."
)
_COCHRANE_NO_SPREAD = (
    "The rule of {label}: the variance between studies is estimated as 0, where the Hartung-Knapp interval "
    "can be too narrow; random-effects model with the usual (Wald) interval."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What headlines, and why."""

    model: Model
    ci_method: CiMethod
    policy: Policy
    findings: tuple[Finding, ...] = ()


def choose(spec: SynthesisSpec, random: MeanFit, beside: Beside = _ALONE) -> Choice:
    """Model and interval for two studies or more.

    What the request names is obeyed. What it leaves open follows from the number of studies k:

    ===  ==============  =========================================================
    k    model           interval
    ===  ==============  =========================================================
    2    bayesian        credible, half-normal(0.5) as prior of tau, for log ratios,
                         logits and standardised differences
         random-effects  ad hoc Hartung-Knapp for other measures, and if random
                         effects are asked for
    3-4  random-effects  ad hoc Hartung-Knapp
    5+   random-effects  Hartung-Knapp; ad hoc where q < 1 or tau2 = 0
    3+   glmm            t on k - 1 degrees of freedom, for proportions from counts;
                         the two lines above where the mixed model has no estimate
    ===  ==============  =========================================================

    A named interval, or a fixed tau2, implies the random-effects model; a named common-effect
    model implies the Wald interval. Under another profile than `"metasyn"` the table is that
    profile's rule (`metasyn.synthesis.profiles`): always the random-effects model.

    Parameters
    ----------
    spec : SynthesisSpec
    random : MeanFit
        The random-effects fit, k >= 2.
    beside : Beside
        The mixed model and the Bayesian models of the same effects.

    References
    ----------
    Bender R et al. Res Synth Methods 2018;9:382-392. 10.1002/jrsm.1297
    Röver C, Knapp G, Friede T. BMC Med Res Methodol 2015;15:99. 10.1186/s12874-015-0091-1
    """
    choice = _first(spec, random, beside) or _choice(spec, random)
    if spec.profile == "metasyn":
        return choice
    return replace(choice, findings=(*choice.findings, *_about_profile(spec, choice, random)))


def _first(spec: SynthesisSpec, random: MeanFit, beside: Beside) -> Choice | None:
    """The Bayesian model or the mixed model of counts, where one of them comes first."""
    if beside.first == "bayesian":
        asked = spec.model is not None or spec.ci_method is not None
        policy = (
            Policy(rule=REQUESTED, reason=POSTERIOR_ASKED)
            if asked
            else Policy(rule="k-aware/2-prior", reason=TWO)
        )
        return Choice(model="bayesian", ci_method="credible", policy=policy)
    if beside.first != "glmm":
        return None
    if isinstance(beside.mixed, NotEstimable):
        return _replaced(spec, random, beside.mixed.reason)
    policy = (
        Policy(rule=REQUESTED, reason=COUNTS_ASKED)
        if spec.model == "glmm"
        else Policy(rule="k-aware/counts", reason=COUNTS)
    )
    findings = () if beside.mixed is None else differing_answers(beside.mixed)
    return Choice(model="glmm", ci_method=glmm_ci(spec), policy=policy, findings=findings)


def _replaced(spec: SynthesisSpec, random: MeanFit, why: str) -> Choice:
    """The normal-normal model in the place of a mixed model without an estimate."""
    choice = _choice(spec.update(model=None, ci_method=None), random)
    by_rule = spec.model is None
    place, logit = ("comes first for proportions", "logit ") if by_rule else ("was asked for", "")
    reason = REPLACED.format(place=place, logit=logit, why=why, instead=choice.policy.reason)
    return replace(
        choice,
        policy=Policy(rule="k-aware/counts-replaced", reason=reason),
        findings=(
            *choice.findings,
            Finding(
                code="glmm-not-estimable",
                message=f"the mixed model of the counts has no estimate ({why}); the {logit}normal-normal "
                "model stands in its place.",
                severity="warning",
            ),
        ),
    )


def _choice(spec: SynthesisSpec, random: MeanFit) -> Choice:
    """What is named is obeyed; the rest follows from the rule of the profile."""
    model, ci_method = spec.model, spec.ci_method
    if model is not None and ci_method is not None:
        return _requested(model, ci_method, "Model and interval are as requested.")
    if model == "common-effect":
        return _requested(model, "wald", "The common-effect model is as requested, with its Wald interval.")
    if ci_method is not None:
        return _requested(
            "random-effects",
            ci_method,
            "The interval is as requested and belongs to the random-effects model.",
        )
    by_rule = _by_k(random) if spec.profile == "metasyn" else _by_profile(spec.profile, random)
    if model is None and spec.tau2 is None:
        return by_rule
    return _random_as_requested(by_rule, spec)


def _requested(model: Model, ci_method: CiMethod, reason: str) -> Choice:
    return Choice(model=model, ci_method=ci_method, policy=Policy(rule=REQUESTED, reason=reason))


def _by_k(random: MeanFit) -> Choice:
    """Nothing is named."""
    if random.k == 2:
        return Choice(
            model="random-effects",
            ci_method="hartung-knapp-adhoc",
            policy=Policy(rule="k-aware/2", reason=_TWO_NO_PRIOR),
            findings=(_LOW_POWER,),
        )
    if random.k <= 4:
        return Choice(
            model="random-effects",
            ci_method="hartung-knapp-adhoc",
            policy=Policy(rule="k-aware/3-4", reason=_FEW),
            findings=(_LOW_POWER,),
        )
    if random.tau2 == 0 or random.q < 1 - _ROUNDING:
        return Choice(
            model="random-effects",
            ci_method="hartung-knapp-adhoc",
            policy=Policy(rule="k-aware/5+", reason=_NO_SPREAD if random.tau2 == 0 else _LITTLE_SPREAD),
            findings=(_FLOORED,),
        )
    return Choice(
        model="random-effects", ci_method="hartung-knapp", policy=Policy(rule="k-aware/5+", reason=_MORE)
    )


def _by_profile(name: Profile, random: MeanFit) -> Choice:
    """Nothing is named, and another tool's or guideline's rule is followed."""
    if name == "iqwig-6":
        return _profile_choice(name, "hartung-knapp-iqwig", "random", _IQWIG)
    if name == "cochrane-2025":
        if random.k > 2 and random.tau2 > 0:
            return _profile_choice(name, "hartung-knapp", "hk", _COCHRANE_HK)
        return _profile_choice(name, "wald", "wald", _COCHRANE_TWO if random.k == 2 else _COCHRANE_NO_SPREAD)
    return _profile_choice(name, "wald", "random", _WALD_ALWAYS)


def _profile_choice(name: Profile, ci_method: CiMethod, rule: str, reason: str) -> Choice:
    policy = Policy(rule=f"{name}/{rule}", reason=reason.format(label=PROFILES[name].label))
    return Choice(model="random-effects", ci_method=ci_method, policy=policy)


def _about_profile(spec: SynthesisSpec, choice: Choice, random: MeanFit) -> Iterator[Finding]:
    """Where the result is not quite what its profile's name says, and where its rule is weak."""
    changed = [f"{option} is {asked!r} instead of {usual!r}" for option, asked, usual in departures(spec)]
    if changed:
        yield Finding(
            code="profile-changed",
            message=f"not all as in profile {spec.profile!r}: {', '.join(changed)}.",
            severity="note",
        )
    if choice.policy.rule.startswith("cochrane-2025/"):
        yield _UNCONFIRMED
    if choice.policy.rule != REQUESTED and random.k < _FEW_STUDIES:
        yield _WALD_FEW if choice.ci_method == "wald" else _LOW_POWER


def _random_as_requested(by_k: Choice, spec: SynthesisSpec) -> Choice:
    """The random-effects model is named or implied by a fixed tau2; k decides the interval."""
    asked = (
        "The random-effects model is as requested"
        if spec.tau2 is None
        else "A random-effects model, as the between-study variance was fixed by the user"
    )
    if by_k.policy.rule == "k-aware/2":
        return Choice(
            model="random-effects",
            ci_method="hartung-knapp-adhoc",
            policy=Policy(rule=by_k.policy.rule, reason=f"{asked}; {_TWO_RANDOM}"),
            findings=(_LOW_POWER,),
        )
    return Choice(
        model="random-effects",
        ci_method=by_k.ci_method,
        policy=Policy(rule=by_k.policy.rule, reason=f"{asked}; the interval by rule. {by_k.policy.reason}"),
        findings=by_k.findings,
    )


def single_study(spec: SynthesisSpec) -> Choice:
    """One study is reported with its own interval, whatever was asked for."""
    findings: tuple[Finding, ...] = ()
    asked = [word for word in (spec.model, spec.ci_method) if word not in (None, "wald", "common-effect")]
    if asked or spec.tau2:
        findings = (
            Finding(
                code="request-not-applicable",
                message="what was requested needs two studies or more; the only one is reported as it is.",
                severity="note",
            ),
        )
    return Choice(
        model="common-effect",
        ci_method="wald",
        policy=Policy(
            rule="k-aware/1" if spec.profile == "metasyn" else f"{spec.profile}/1",
            reason="One study: there is nothing to pool; its own estimate and standard error are reported.",
        ),
        findings=findings,
    )


_LOW_POWER = Finding(
    code="low-power",
    message="with fewer than five studies a random-effects interval has low power: a wide interval does not "
    "show that there is no effect.",
    severity="note",
)
_UNCONFIRMED = Finding(
    code="profile-unconfirmed",
    message="when Cochrane's methods use the Wald interval instead of Hartung-Knapp's is recalled, not "
    "confirmed from a source.",
    severity="note",
)
_WALD_FEW = Finding(
    code="wald-few-studies",
    message="the Wald interval takes the variance between studies as known; with fewer than five studies it "
    "tends to be too narrow.",
    severity="warning",
)
_FLOORED = Finding(
    code="ad-hoc-floor",
    message="the Hartung-Knapp interval is used with its ad hoc floor: its standard error is not taken "
    "smaller than the usual one.",
    severity="note",
)
