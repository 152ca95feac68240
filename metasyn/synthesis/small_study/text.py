"""Tests and corrections of small-study effects as text, each with what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.effects.measure import get_measure
from metasyn.synthesis.lines import columns, natural, notes, number, percent, reference, spread
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.asymmetry import PREDICTORS, RankTest, RegressionTest
from metasyn.synthesis.small_study.recommend import RecommendedTest
from metasyn.synthesis.small_study.regression import Coefficient, Line
from metasyn.values import NotEstimable
from metasyn.vocabulary import Measure, TestName

if TYPE_CHECKING:
    from metasyn.synthesis.small_study.excess import ExcessSignificance
    from metasyn.synthesis.small_study.fail_safe import FailSafeN
    from metasyn.synthesis.small_study.pet_peese import PetPeese
    from metasyn.synthesis.small_study.trim_fill import TrimFill

__all__ = [
    "coefficient_to_text",
    "excess_to_text",
    "fail_safe_to_text",
    "line_to_text",
    "pet_peese_to_text",
    "rank_test_to_text",
    "recommended_to_text",
    "regression_test_to_text",
    "trim_fill_to_text",
]

_TITLES: dict[TestName, str] = {
    "egger": "Egger's regression test",
    "begg": "Begg and Mazumdar's rank test",
    "thompson": "Thompson and Sharp's regression test",
    "harbord": "Harbord's score test",
    "peters": "Peters' regression test",
    "macaskill": "Macaskill's regression test",
    "deeks": "Deeks' regression test",
    "schwarzer": "Schwarzer's rank test",
    "pustejovsky": "Pustejovsky and Rodgers' regression test",
}
_NOT_WHY = (
    "asymmetry means that small studies show other effects than large ones, not why; "
    "a large p value does not show that they agree"
)


def coefficient_to_text(one: Coefficient) -> str:
    """Estimate, interval and test on one line."""
    return (
        f"{one.estimate:.6g} (se {one.se:.6g}), {percent(one.ci.level)} CI {spread(one.ci)}; "
        f"{reference(one.statistic, one.df, one.pvalue)}"
    )


def line_to_text(line: Line) -> str:
    """Intercept, slope and what the residuals have."""
    return "\n".join([f"intercept: {line.intercept}", f"slope: {line.slope}", _residual(line)])


def _residual(line: Line) -> str:
    if line.model == "multiplicative":
        return f"multiplicative: dispersion {line.dispersion:.6g}"
    return f"{line.model}: tau2 = {line.tau2:.6g}"


def regression_test_to_text(test: RegressionTest) -> str:
    """The slope with its test, the limit estimate, and what neither says."""
    tau2 = f", tau2 = {test.tau2:.6g} ({test.tau2_method})" if test.tau2_method else ""
    return "\n".join(
        [
            f"{_TITLES[test.test]} of funnel asymmetry, k = {test.k}",
            f"{get_measure(test.measure).scale} on {test.predictor}, weights {test.weights}, "
            f"{test.model}{tau2}",
            f"slope: {test.slope}",
            *_limit(test),
            _NOT_WHY,
            *notes(test.findings),
        ]
    )


def _limit(test: RegressionTest) -> list[str]:
    """The effect where the predictor is 0."""
    name = "limit estimate (effect at predictor 0)"
    if isinstance(test.limit, NotEstimable):
        return [f"{name}: {number(test.limit)}"]
    level = percent(test.limit.ci.level)
    found = f"{name}: {test.limit.estimate:.6g} (se {test.limit.se:.6g}), {level} CI {spread(test.limit.ci)}"
    return [found, *_back(test.measure, test.limit)]


def _back(measure: Measure, one: Coefficient) -> list[str]:
    """On the natural scale, where that is another one."""
    said = natural(measure, one.estimate, one.ci)
    return [f"that is {said}"] if said else []


def rank_test_to_text(test: RankTest) -> str:
    """The rank correlation with its test."""
    p = "exact" if test.exact else "from z, there are ties"
    return "\n".join(
        [
            f"{_TITLES[test.test]} of funnel asymmetry, {get_measure(test.measure).label}, k = {test.k}",
            f"Kendall's tau = {test.tau:.6g}; score = {test.score:g} (sd {test.score_se:.6g}), "
            f"z = {test.z:.6g}, p = {test.pvalue:.4g} ({p})",
            _NOT_WHY,
            *notes(test.findings),
        ]
    )


def recommended_to_text(advice: RecommendedTest) -> str:
    """Test, reason and reference."""
    predictor = f" on {_article(PREDICTORS[advice.predictor])}" if advice.test == "egger" else ""
    return "\n".join(
        [
            f"{get_measure(advice.measure).label}: {_TITLES[advice.test]}{predictor} (test={advice.test!r})",
            advice.reason,
            f"DOI {advice.reference}",
        ]
    )


def _article(predictor: str) -> str:
    return predictor if predictor.startswith("1") else f"the {predictor}"


def trim_fill_to_text(found: TrimFill) -> str:
    """How many effects were added where, and the synthesis with and without them."""
    side = "given" if found.side_source == "given" else "found by the regression on the standard error"
    level, measure = percent(found.observed.request.level), found.observed.effects.measure
    head = ["", "k", "estimate", "se", f"{level} CI", measure.label]
    return "\n".join(
        [
            f"trim and fill ({found.estimator}): {found.k0} effect(s) added on the {found.side} ({side}), "
            f"k = {found.k}",
            f"standard error of that number: {number(found.k0_se)}{_none_missing(found.k0_pvalue)}",
            *columns([head, _pooled("observed", found.observed), _pooled("with added", found.result)]),
            *([f"mirrored about {found.centre:.6g}: {_named(found.mirrored)}"] if found.k0 else []),
            "a sensitivity analysis, not a better estimate: a funnel is asymmetric for other reasons as well",
            *notes(found.findings),
        ]
    )


def _none_missing(pvalue: float | NotEstimable) -> str:
    """The test that one of the estimators has."""
    return "" if isinstance(pvalue, NotEstimable) else f"; test of no missing study: p = {pvalue:.4g}"


def _pooled(name: str, result: SynthesisResult) -> list[str]:
    shown = result.natural(result.estimate)
    numbers = [f"{result.estimate:.6g}", f"{result.se:.6g}", spread(result.ci), f"{shown:.4g}"]
    return [name, str(result.k), *numbers]


def _named(labels: tuple[str, ...]) -> str:
    more = f" and {len(labels) - 12} more" if len(labels) > 12 else ""
    return ", ".join(labels[:12]) + more


def pet_peese_to_text(found: PetPeese) -> str:
    """Both regressions, which one was taken and why."""
    differs = "differs" if found.chosen == "PEESE" else "does not differ"
    level = percent(found.estimate.ci.level)
    head = ["", "estimate", "se", f"{level} CI", "p", "slope", "p of slope"]
    rows = [_line_row("PET", found.pet), _line_row("PEESE", found.peese)]
    return "\n".join(
        [
            f"PET-PEESE ({found.pet.model}), {get_measure(found.measure).scale}, k = {found.k}",
            *columns([head, *rows]),
            f"{found.chosen}, because the estimate of PET {differs} from 0 at alpha = {found.alpha:g}: "
            f"{found.estimate}",
            *_back(found.measure, found.estimate),
            "extrapolated to a study of unlimited size: it holds if all asymmetry is selective publication "
            "and follows the line",
            *notes(found.findings),
        ]
    )


def _line_row(name: str, line: Line) -> list[str]:
    at, slope = line.intercept, line.slope
    cells = [f"{at.estimate:.6g}", f"{at.se:.6g}", spread(at.ci), f"{at.pvalue:.4g}"]
    return [name, *cells, f"{slope.estimate:.6g}", f"{slope.pvalue:.4g}"]


def fail_safe_to_text(found: FailSafeN) -> str:
    """The number, what it would do, and what it is not."""
    if found.target is not None:
        goal = f"bring the mean to {found.target:.6g}"
    else:
        sided = "one-sided" if found.method == "rosenthal" else "two-sided"
        goal = f"bring the {sided} p value to {found.alpha:g}"
    if isinstance(found.n, NotEstimable):
        count = f"not estimable ({found.n.reason})"
    else:
        already = "" if found.n else ": the result is there already"
        count = f"{found.n} null studies would {goal}{already}"
    observed = [
        f"{name} {number(value, digits=digits)}"
        for name, value, digits in (("mean", found.estimate, 6), ("p =", found.pvalue, 4))
        if not isinstance(value, NotEstimable)
    ]
    lines = [f"fail-safe N ({found.method}), k = {found.k}", count, f"observed: {', '.join(observed)}"]
    if not isinstance(found.estimate_with, NotEstimable):
        lines.append(
            f"with them: mean {found.estimate_with:.6g}, p = {number(found.pvalue_with, digits=4)}, "
            f"tau2 = {number(found.tau2_with)}"
        )
    lines.append("it does not estimate how many studies are missing")
    return "\n".join([*lines, *notes(found.findings)])


def excess_to_text(found: ExcessSignificance) -> str:
    """Observed and expected numbers with their test."""
    statistic = "" if isinstance(found.statistic, NotEstimable) else f"chi-square = {found.statistic:.6g}, "
    return "\n".join(
        [
            f"test of excess significance ({found.test}), k = {found.k}",
            f"significant at alpha = {found.alpha:g} ({found.alternative}): {found.observed} observed, "
            f"{found.expected:.6g} expected, ratio {number(found.ratio)}",
            f"{statistic}p = {found.pvalue:.4g} (one-sided)",
            f"power at a true effect of {found.theta:.6g} with tau2 = {found.tau2:.6g}; "
            f"the effect at which p = 0.1: {number(found.theta_limit)}",
            "it asks whether there are more significant studies than their power allows for, not why",
            *notes(found.findings),
        ]
    )
