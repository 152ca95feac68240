"""The stated rule, on the number of studies, that decides what headlines."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.synthesis.intervals import MeanFit
from metasyn.synthesis.model import Policy, SynthesisSpec
from metasyn.values import Finding
from metasyn.vocabulary import CiMethod, Model

__all__ = ["REQUESTED", "Choice", "choose", "single_study"]

REQUESTED = "as requested"
# q is 1 by definition where tau2 solves the generalised Q equation (PM, EB): rounding is not a reason.
_ROUNDING = 1e-9

_TWO = (
    "Two study results are too few to tell how much true effects differ between studies, so the headline "
    "is the common-effect estimate, which speaks about these two only; the random-effects intervals are "
    "shown beside it."
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What headlines, and why."""

    model: Model
    ci_method: CiMethod
    policy: Policy
    findings: tuple[Finding, ...] = ()


def choose(spec: SynthesisSpec, random: MeanFit) -> Choice:
    """Model and interval for two studies or more.

    What the request names is obeyed. What it leaves open follows from the number of studies k:

    ===  ==============  =========================================================
    k    model           interval
    ===  ==============  =========================================================
    2    common-effect   Wald (ad hoc Hartung-Knapp if random effects are asked for)
    3-4  random-effects  ad hoc Hartung-Knapp
    5+   random-effects  Hartung-Knapp; ad hoc where q < 1 or tau2 = 0
    ===  ==============  =========================================================

    A named interval, or a fixed tau2, implies the random-effects model; a named common-effect
    model implies the Wald interval.

    Parameters
    ----------
    spec : SynthesisSpec
    random : MeanFit
        The random-effects fit, k >= 2.

    References
    ----------
    Bender R et al. Res Synth Methods 2018;9:382-392. 10.1002/jrsm.1297
    Röver C, Knapp G, Friede T. BMC Med Res Methodol 2015;15:99. 10.1186/s12874-015-0091-1
    """
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
    if model is None and spec.tau2 is None:
        return _by_k(random)
    return _random_as_requested(_by_k(random), spec)


def _requested(model: Model, ci_method: CiMethod, reason: str) -> Choice:
    return Choice(model=model, ci_method=ci_method, policy=Policy(rule=REQUESTED, reason=reason))


def _by_k(random: MeanFit) -> Choice:
    """Nothing is named."""
    if random.k == 2:
        return Choice(model="common-effect", ci_method="wald", policy=Policy(rule="k-aware/2", reason=_TWO))
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


def _random_as_requested(by_k: Choice, spec: SynthesisSpec) -> Choice:
    """The random-effects model is named or implied by a fixed tau2; k decides the interval."""
    asked = (
        "The random-effects model is as requested"
        if spec.tau2 is None
        else "A random-effects model, as the between-study variance was fixed by the user"
    )
    if by_k.model == "common-effect":
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
            rule="k-aware/1",
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
_FLOORED = Finding(
    code="ad-hoc-floor",
    message="the Hartung-Knapp interval is used with its ad hoc floor: its standard error is not taken "
    "smaller than the usual one.",
    severity="note",
)
