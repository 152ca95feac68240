"""Which model comes first where it is not the normal-normal one of estimates and variances, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.effects.measure import EffectMeasure
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.synthesis.usual_scale import has_usual_scale
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import CiMethod, GlmmCi, GlmmPi, Model, choices

if TYPE_CHECKING:
    from metasyn.synthesis.glmm.model import GlmmResult

__all__ = [
    "COUNTS",
    "COUNTS_ASKED",
    "POSTERIOR_ASKED",
    "REPLACED",
    "TWO",
    "glmm_ci",
    "model_first",
    "normal_options",
    "differing_answers",
]

COUNTS = (
    "Proportions from events and participants: random-effects logistic regression of the counts themselves "
    "(mixed model, GLMM). It adds nothing to cohorts without events and needs no normal approximation for "
    "small ones; its interval has the t distribution with k \N{MINUS SIGN} 1 degrees of freedom. The "
    "logit normal-normal model is shown beside it."
)
COUNTS_ASKED = "The mixed model of the counts (GLMM) is as requested."
POSTERIOR_ASKED = "The Bayesian random-effects model is as requested, with half-normal(0.5) as prior of τ."
REPLACED = (
    "The mixed model of the counts (GLMM), which {place}, has no estimate here: {why}. "
    "The {logit}normal-normal model takes its place. {instead}"
)
TWO = (
    "Two study results are too few to tell from them alone how much true effects differ between studies. "
    "The headline is the Bayesian random-effects estimate, in which a stated prior stands for that "
    "(half-normal with scale 0.5 for τ); the classical intervals are shown beside it."
)


def model_first(spec: SynthesisSpec, measure: EffectMeasure, k: int) -> Model | None:
    """The mixed model of counts or the Bayesian model, where request or rule put one of them first.

    Parameters
    ----------
    spec : SynthesisSpec
    measure : EffectMeasure
    k : int
        Number of effects, 2 or more.

    Returns
    -------
    str or None
        `"glmm"`, `"bayesian"`, or None for the normal-normal model.

    Notes
    -----
    A request that names the normal-normal model, one of its intervals, a fixed tau2, weights, or another
    estimator or interval than the default of it is obeyed, and so is the rule of another profile. What
    is left: k = 2 on a scale with a usual prior of tau is Bayesian, proportions are a mixed model.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> [model_first(SynthesisSpec(), get_measure(code), k) for code, k in (("PLO", 7), ("HR", 2))]
    ['glmm', 'bayesian']
    >>> model_first(SynthesisSpec(model="random-effects"), get_measure("PLO"), 7) is None
    True
    """
    if spec.model in ("glmm", "bayesian"):
        return spec.model
    if spec.ci_method == "credible":
        return "bayesian"
    if spec.model or spec.ci_method or spec.profile != "metasyn":
        return None
    if spec.tau2 is not None or spec.weights is not None:
        return None
    if k == 2:
        return "bayesian" if has_usual_scale(measure) else None
    return "glmm" if measure.code == "PLO" and not normal_options(spec) else None


def normal_options(spec: SynthesisSpec) -> tuple[str, ...]:
    """Options that are named and that only the normal-normal model has.

    Examples
    --------
    >>> normal_options(SynthesisSpec(tau2_method="DL", pi_method="t(k-2)"))
    ('tau2_method',)
    """
    usual = SynthesisSpec()
    its_own = {
        "tau2_method": spec.tau2_method != usual.tau2_method,
        "i2_method": spec.i2_method != usual.i2_method,
        "tau2_ci_method": spec.tau2_ci_method not in (usual.tau2_ci_method, "profile-likelihood"),
        "pi_method": spec.pi_method not in choices(GlmmPi),
    }
    return tuple(name for name, named in its_own.items() if named)


def differing_answers(mixed: GlmmResult) -> tuple[Finding, ...]:
    """Why test of heterogeneity and interval of tau2 of a mixed model seem to disagree, where they do.

    Parameters
    ----------
    mixed : GlmmResult

    Returns
    -------
    tuple of Finding
        One where the likelihood-ratio test has p below 1 minus the level, and the interval holds 0.
    """
    test, interval = mixed.lrt, mixed.tau2_ci
    if isinstance(test, NotEstimable) or not isinstance(interval, Interval):
        return ()
    if test.pvalue >= 1 - interval.level or interval.low > 0:
        return ()
    return (_TWO_QUESTIONS,)


def glmm_ci(spec: SynthesisSpec) -> CiMethod:
    """The interval of the mixed model: as requested, t by the rule, Wald under another profile."""
    if spec.ci_method in choices(GlmmCi):
        return spec.ci_method
    return "t" if spec.profile == "metasyn" else "wald"


_TWO_QUESTIONS = Finding(
    code="test-and-interval-differ",
    message="the likelihood-ratio test finds differences between the studies, and yet the interval of the "
    "between-study variance begins at 0. The two ask different questions: the test compares one value for "
    "all studies with a value of its own for each, the interval asks how wide a normal distribution of true "
    "values may be, and few studies do not exclude a width of 0. So differences are likely, their size is "
    "not known.",
    severity="note",
)
