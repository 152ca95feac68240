"""Options that were named: which of them the headline does not use, and which of them decided it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.policy_models import model_first, normal_options
from metasyn.synthesis.profiles import departures
from metasyn.values import Finding
from metasyn.vocabulary import Model

__all__ = ["decided_by", "unused_options"]

_OF_VARIANCE = ("tau2_method", "tau2_ci_method", "i2_method")
_NORMAL = (*_OF_VARIANCE, "pi_method")
_HEADLINE = {"glmm": "the mixed model of the counts (GLMM)", "bayesian": "the Bayesian random-effects model"}
_CLASSICAL = "it is used for the classical results beside it"
_COMMON = "the common-effect model, which has no between-study variance"
_BY_LIKELIHOOD = "which estimates the between-study variance by maximum likelihood"
_POSTERIOR = "where a posterior with a stated prior stands for the between-study variance"


def unused_options(result: SynthesisResult, named: Set[str]) -> tuple[Finding, ...]:
    """Options that were named and that the headline does not use.

    Parameters
    ----------
    result : SynthesisResult
    named : set of str
        Names of the options that were given by name; those that differ from the defaults of the profile
        count as named too.

    Returns
    -------
    tuple of Finding
        With code `"option-not-used"`, each naming the option and the headline.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> two = pool(yi=[-0.5, -0.3], sei=[0.2, 0.2], measure="HR", pi_method="t(k-2)")
    >>> [one.message.split(",")[0] for one in two.findings if one.code == "option-not-used"]
    ["pi_method='t(k-2)' is not used by the headline"]
    """
    spec = result.request
    asked = {*named, *(name for name, _, _ in departures(spec))}
    return tuple(
        Finding(
            code="option-not-used",
            message=f"{name}={getattr(spec, name)!r} is not used by the headline, {why}.",
            severity="note",
        )
        for name, why in _idle(result, spec)
        if name in asked
    )


def _idle(result: SynthesisResult, spec: SynthesisSpec) -> Iterator[tuple[str, str]]:
    """Every option without a part in the headline, and why."""
    if result.k == 1:
        yield from ((name, "which is the only study as it is") for name in _OF_VARIANCE)
    elif result.model == "glmm":
        yield from _idle_in_mixed(spec)
    elif result.model == "bayesian":
        yield "tau2_method", f"{_HEADLINE['bayesian']}, {_POSTERIOR}; {_CLASSICAL}"
        if spec.pi_method != "none":
            yield (
                "pi_method",
                (f"{_HEADLINE['bayesian']}, whose interval for a new study comes from the same posterior"),
            )
    elif spec.model == "common-effect":
        yield "tau2_method", f"{_COMMON}; {_CLASSICAL}"
        yield "tau2_ci_method", _COMMON
        if spec.pi_method != "none":
            yield "pi_method", f"{_COMMON}, and so no distribution to predict from"
    elif spec.tau2 is not None:
        yield "tau2_method", "whose between-study variance was fixed"
        yield "tau2_ci_method", "whose between-study variance was fixed"


def _idle_in_mixed(spec: SynthesisSpec) -> Iterator[tuple[str, str]]:
    """Options without a part in a mixed model of counts that headlines."""
    yield "tau2_method", f"{_HEADLINE['glmm']}, {_BY_LIKELIHOOD}; {_CLASSICAL}"
    if spec.tau2_ci_method != "profile-likelihood":
        interval = "whose interval of the between-study variance is by profile likelihood"
        yield "tau2_ci_method", f"{_HEADLINE['glmm']}, {interval}"
    if spec.i2_method != "tau2":
        yield "i2_method", f"{_HEADLINE['glmm']}, whose I² follows from its between-study variance"


def decided_by(
    spec: SynthesisSpec, effects: EffectSet, k: int, model: Model, named: Set[str] = frozenset()
) -> str:
    """The sentence that an option which was named put another model first; empty where none did.

    Parameters
    ----------
    spec : SynthesisSpec
        The request as it came.
    effects : EffectSet
    k : int
        How many of them are pooled.
    model : str
        What headlines.
    named : set of str
        As of `unused_options`.
    """
    if k < 2 or spec.model or spec.ci_method or spec.tau2 is not None or spec.profile != "metasyn":
        return ""
    usual = model_first(SynthesisSpec(), effects.measure, k)
    if usual in (None, model) or (usual == "glmm" and isinstance(effects.effects, GivenEffects)):
        return ""
    names = ["weights"] if spec.weights is not None else []
    if usual == "glmm":
        names += [name for name in _NORMAL if name in {*normal_options(spec), *({"tau2_method"} & named)}]
    if not names:
        return ""
    told = [name if name == "weights" else f"{name}={getattr(spec, name)!r}" for name in names]
    belong, it = ("belongs", "it") if told != ["weights"] and len(told) == 1 else ("belong", "them")
    return (
        f"{' and '.join(told)} {belong} to the normal-normal model of estimates and variances, which "
        f"therefore comes first; without {it} {_HEADLINE[str(usual)]} would."
    )
