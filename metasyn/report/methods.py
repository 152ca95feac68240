"""The methods section: only what was used, with the exact options and the literature for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metasyn.analysis.result import AnalysisResult
from metasyn.names import MODEL_NAMES
from metasyn.report.blocks import Definitions, Section
from metasyn.report.groups import outcome_label
from metasyn.report.methods_data import Method, data_methods
from metasyn.report.methods_further import further_methods
from metasyn.report.methods_words import (
    BAYES_TEXT,
    CI_TEXT,
    GLMM_END,
    GLMM_FIT,
    GLMM_LAWS,
    INTERVAL_LEADS,
    PI_KEYS,
    TAU2_CI_TEXT,
    TAU2_KEYS,
)
from metasyn.report.phrases import capital, sentence
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.profiles import PROFILES, departures
from metasyn.tables.words import PI_WORDS, TAU2_WORDS
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, I2Method, Tau2CiMethod
from metasyn.wording import plain_number

__all__ = ["cited_literature", "methods_section"]

_Labelled = tuple[tuple[str, SynthesisResult], ...]


def methods_section(result: AnalysisResult) -> Section:
    """Measures, routes, models, intervals and tests that were used, and the exact options.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    Section
        What it cites is `cited_literature`.
    """
    options = Definitions(_options(result.analysis.synthesis, _syntheses(result)))
    return Section(
        anchor="methods",
        heading="Methods",
        blocks=tuple(block for method in _methods(result) for block in method.blocks()),
        sections=(Section(anchor="options", heading="Exact options", blocks=(options,)),),
    )


def cited_literature(result: AnalysisResult) -> tuple[str, ...]:
    """Keys of the literature that the methods section cites, each once, in order of first use."""
    return tuple(dict.fromkeys(key for method in _methods(result) for key in method.keys))


def _methods(result: AnalysisResult) -> tuple[Method, ...]:
    return (*data_methods(result), *_model_methods(_syntheses(result)), *further_methods(result))


def _syntheses(result: AnalysisResult) -> _Labelled:
    """Main syntheses and those of cohorts apart, with what they are about."""
    found: list[tuple[str, SynthesisResult]] = []
    for part in result.outcomes:
        label = outcome_label(part)
        if isinstance(part.synthesis, SynthesisResult):
            found.append((label, part.synthesis))
        for other in part.apart:
            if isinstance(other.synthesis, SynthesisResult):
                found.append((f"{label}, {other.apart.title}", other.synthesis))
    return tuple(found)


def _model_methods(syntheses: _Labelled) -> Iterator[Method]:
    pooled = [one for _, one in syntheses if one.pooled]
    if not pooled:
        yield Method("Pooling.", "No outcome has more than one usable result; nothing was pooled")
        return
    by_rule = any(one.policy.rule.startswith("k-aware") for one in pooled)
    spec = pooled[0].request
    few = by_rule and any(one.k <= 4 for one in pooled)
    lead = "What headlines follows a stated rule on the number of studies" if by_rule else ""
    if any(one.policy.rule.startswith(f"{spec.profile}/") for one in pooled):
        lead = _profile_lead(spec)
    yield Method(
        "Model.",
        lead or "The model was requested",
        ("few",) if few else (),
        tuple(f"{label}: {sentence(one.policy.reason)}" for label, one in syntheses),
    )
    yield from _model_kinds(pooled)
    yield from _variance_methods(pooled)
    for method in dict.fromkeys(one.ci_method for one in pooled):
        text, literature = CI_TEXT[method]
        yield Method(INTERVAL_LEADS[method], f"{text}{_whose(method, pooled)}", literature)
    if any(not isinstance(one.pi, NotEstimable) for one in pooled):
        for name in dict.fromkeys(one.request.pi_method for one in pooled):
            text = f"The prediction interval of the true effect in a new study uses the {PI_WORDS[name]}"
            yield Method("Prediction.", text, PI_KEYS[name])


def _whose(method: CiMethod, pooled: Sequence[SynthesisResult]) -> str:
    """Of which models an interval is, where others have another one."""
    models = dict.fromkeys(MODEL_NAMES[one.model] for one in pooled if one.ci_method == method)
    others = any(one.ci_method != method for one in pooled)
    return f" (model: {', '.join(models)})" if others else ""


def _model_kinds(pooled: list[SynthesisResult]) -> Iterator[Method]:
    """What is particular to a mixed model of counts and to a Bayesian model."""
    counted = tuple(dict.fromkeys(one.effects.measure.code for one in pooled if one.beside.glmm is not None))
    if counted:
        laws = [GLMM_LAWS[code] for code in counted]
        ends = [GLMM_END[code] for code in counted if code in GLMM_END]
        unit = "cohort" if len(ends) == len(counted) else "study"
        share = f"A weight is the share of a {unit} in the information on the mean"
        text = ". ".join((*(law for law, _ in laws), GLMM_FIT, *ends, share))
        yield Method(
            "Mixed model of counts.", text, tuple(dict.fromkeys(key for _, keys in laws for key in keys))
        )
    priors = dict.fromkeys(name for one in pooled for name, _ in one.beside.bayes)
    if priors:
        empirical = ("turner",) if any(name.startswith("Turner") for name in priors) else ()
        text = f"{BAYES_TEXT} Priors of τ: {'; '.join(priors)}"
        yield Method("Bayesian model.", text, ("bayesmeta", "half-normal", *empirical))


_NOT_MIXED = "Where no mixed model of counts headlines, and in the normal-normal models beside one, "
_SHARE = (
    "I² is computed from τ² and the typical sampling variance: the share of the variability of the study "
    "results that goes beyond chance; it is not sorted into classes"
)


def _profile_lead(spec: SynthesisSpec) -> str:
    """Whose rule decides what headlines, and which choices are not those of its defaults."""
    label = PROFILES[spec.profile].label
    changed = "; ".join(f"{name} is {asked} instead of {usual}" for name, asked, usual in departures(spec))
    if changed:
        return f"What headlines follows the rule of {label}, but not all else its defaults: {changed}"
    return f"What headlines follows the defaults of {label}"


def _variance_methods(pooled: list[SynthesisResult]) -> Iterator[Method]:
    """How the variance between studies is estimated where no mixed model headlines, which says so itself."""
    known = [one for one in pooled if not isinstance(one.heterogeneity, NotEstimable)]
    counted = any(one.model == "glmm" for one in known)
    pooled = [one for one in known if one.model != "glmm"]
    where = _NOT_MIXED if counted else ""
    if counted and not pooled:
        yield Method("Heterogeneity.", _SHARE, ("i2",))
    used = dict.fromkeys(
        one.heterogeneity.tau2.method for one in pooled if not isinstance(one.heterogeneity, NotEstimable)
    )
    for method in used:
        if method in TAU2_KEYS:
            text = f"{where}the variance of the true effects (τ²) is estimated by {TAU2_WORDS[method]}"
            yield Method("Between-study variance.", capital(text), (TAU2_KEYS[method],))
        else:
            yield Method("Between-study variance.", sentence(f"τ²: {method}"))
    for request in dict.fromkeys((one.request.tau2_ci_method, one.request.i2_method) for one in pooled):
        if used:
            yield _heterogeneity_method(*request, where)


def _heterogeneity_method(tau2_ci_method: Tau2CiMethod, i2_method: I2Method, where: str) -> Method:
    intervals, keys = TAU2_CI_TEXT[tau2_ci_method]
    head = f"{where}Q is Cochran's statistic with inverse-variance weights. "
    tail = "the share of the variability of the study results that goes beyond chance; it is not sorted into "
    if i2_method == "Q":
        text = (
            f"{head}The intervals of τ² are {intervals}. I² and H² are computed from Q, with the "
            f"intervals of Higgins and Thompson. I² is {tail}classes"
        )
    else:
        text = (
            f"{head}The intervals of τ², I² and H² are {intervals}. I² is computed from τ² and the "
            f"typical sampling variance: {tail}classes"
        )
    return Method("Heterogeneity.", text, ("q", *keys, "i2"))


def _options(spec: SynthesisSpec, syntheses: _Labelled) -> tuple[tuple[str, str], ...]:
    by_policy = "not set: decided by the stated policy on the number of studies"
    items = [
        ("model", spec.model or by_policy),
        ("tau2_method", spec.tau2_method),
        ("tau2_ci_method", spec.tau2_ci_method),
        ("i2_method", spec.i2_method),
        ("tau2", "estimated" if spec.tau2 is None else f"fixed at {plain_number(spec.tau2)}"),
        ("ci_method", spec.ci_method or by_policy),
        ("pi_method", spec.pi_method),
        ("level", plain_number(spec.level)),
        ("seed", str(spec.seed)),
        ("profile", spec.profile),
        ("outcome_type", spec.outcome_type or "not stated"),
        ("comparison_type", spec.comparison_type or "not stated"),
    ]
    used = dict.fromkeys(
        f"k = {one.k}: {one.model}, {one.ci_method} (rule {one.policy.rule})"
        for _, one in syntheses
        if one.pooled
    )
    if used:
        items.append(("used", "; ".join(used)))
    return tuple(items)
