"""The methods of what comes after the synthesis: parts, small studies, variations, absolute effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from metasyn.analysis.result import AnalysisResult, OutcomeResult, SmallStudy
from metasyn.effects.measure import get_measure
from metasyn.report.dependence import dependence_methods
from metasyn.report.groups import outcome_label
from metasyn.report.methods_data import Method
from metasyn.synthesis.absolute import absolute_effect
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.small_study import MIN_STUDIES, RegressionTest
from metasyn.tables.words import TAU2_WORDS, TEST_WORDS
from metasyn.values import NotEstimable
from metasyn.vocabulary import TestName

__all__ = ["further_methods"]

_TEST_KEYS: Mapping[TestName, str] = MappingProxyType(
    {"egger": "egger", "harbord": "harbord", "peters": "peters", "pustejovsky": "pustejovsky"}
)


def further_methods(result: AnalysisResult) -> Iterator[Method]:
    """What was asked beyond the synthesis itself, with its exact choices.

    Parameters
    ----------
    result : AnalysisResult

    Yields
    ------
    Method
    """
    parts = result.outcomes
    subgroups = [groups for part in parts for groups in part.subgroups]
    if subgroups:
        yield Method("Subgroups.", _subgroup_text(subgroups))
    yield from dependence_methods(result)
    yield from _small_study_methods(result)
    if any(part.sensitivity for part in parts):
        groups = dict.fromkeys(variant.group for part in parts for variant in part.sensitivity)
        yield Method("Sensitivity.", f"The synthesis is repeated with another choice of: {'; '.join(groups)}")
    if any(part.leave_one_out for part in parts):
        yield Method(
            "Leaving out one at a time.",
            "The synthesis is repeated without each effect in turn, by the model and interval that headline "
            "with all of them",
        )
    if any(part.cumulative is not None for part in parts):
        yield Method(
            "As the evidence came in.",
            "The effects enter by the year of their study, those of one year in table order; model and "
            "interval are those that headline with all of them",
            ("cumulative",),
        )
    yield from _absolute_methods(parts)
    if result.analysis.claims:
        yield Method(
            "Sentences of the analyst.",
            "Each sentence about a result that the analysis declares is bound to conditions on the numbers; "
            "the report is not built when one of them does not hold",
        )
    if result.external:
        yield Method("Results of others.", "Published pooled results are shown for comparison and not pooled")


def _subgroup_text(subgroups: list[SubgroupAnalysis]) -> str:
    modes = dict.fromkeys(groups.tau2_mode for groups in subgroups)
    words = {
        "common": "one between-study variance shared by the groups",
        "separate": "a between-study variance of its own in each group",
    }
    used = " or ".join(words[mode] for mode in modes)
    return (
        f"Groups are pooled with {used}, as stated with each table. The test between groups compares the "
        "group means with their inverse-variance mean (chi-square with as many degrees of freedom as "
        "groups less one)"
    )


def _small_study_methods(result: AnalysisResult) -> Iterator[Method]:
    """The test of each measure and why it was chosen, and trim and fill."""
    found = [part.small_study for part in result.outcomes if isinstance(part.small_study, SmallStudy)]
    if not found:
        yield Method(
            "Small-study effects.",
            f"They are examined from {MIN_STUDIES} results on, which no outcome has",
            ("sterne",),
        )
        return
    for one in {one.advice.measure: one for one in found}.values():
        contours = get_measure(one.advice.measure).null is not None
        keys = (*_keys_of(one), "sterne", *(("contours",) if contours else ()))
        text = (
            f"From {MIN_STUDIES} results on, a {'contour-enhanced ' if contours else ''}funnel plot and "
            f"{TEST_WORDS[one.advice.test]}{_model(one)}: {one.advice.reason}"
        )
        yield Method("Small-study effects.", text, keys)
    for method in dict.fromkeys(
        one.trim_fill.observed.request.tau2_method
        for one in found
        if not isinstance(one.trim_fill, NotEstimable)
    ):
        text = (
            "A sensitivity analysis: the number of missing results by the estimator L0, random effects with "
            f"{TAU2_WORDS[method]} and Wald intervals, the side by the regression on the standard error"
        )
        yield Method("Trim and fill.", text, ("trim-fill",))


def _keys_of(found: SmallStudy) -> tuple[str, ...]:
    key = _TEST_KEYS.get(found.advice.test)
    return () if key is None else (key,)


def _model(found: SmallStudy) -> str:
    """How the regression was weighted."""
    if not isinstance(found.test, RegressionTest):
        return ""
    return f" (regression on {found.test.predictor}, weights {found.test.weights}, {found.test.model})"


def _absolute_methods(parts: tuple[OutcomeResult, ...]) -> Iterator[Method]:
    """The formula of every outcome that has a baseline risk."""
    formulas: dict[str, list[str]] = {}
    for part in parts:
        for baseline in part.outcome.baselines if isinstance(part.synthesis, SynthesisResult) else ():
            assert isinstance(part.synthesis, SynthesisResult)
            effect = absolute_effect(part.synthesis, baseline)
            if not isinstance(effect, NotEstimable):
                formulas.setdefault(effect.formula, []).append(outcome_label(part))
    for formula, labels in formulas.items():
        text = f"{', '.join(dict.fromkeys(labels))}: {formula}, at the stated baseline risk"
        yield Method("Absolute effects.", text, ("grade-27",))
