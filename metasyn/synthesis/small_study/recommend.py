"""Which test of small-study effects fits which effect measure, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from metasyn.values import Finding
from metasyn.vocabulary import Measure, Predictor, TestName, require_option

__all__ = ["RecommendedTest", "linked_finding", "recommended_test"]

STERNE = "10.1136/bmj.d4002"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedTest:
    """The test that fits a measure.

    Attributes
    ----------
    measure : str
    test : str
        Its name; what `small_study_effects` runs.
    predictor : str
        Predictor of the regression, where the test lets it be chosen.
    reason : str
        One sentence.
    reference : str
        DOI.
    linked : bool
        True if the standard error of this measure is tied to the effect, so that a regression on
        it finds asymmetry where there is none.
    """

    measure: Measure
    test: TestName
    predictor: Predictor
    reason: str
    reference: str
    linked: bool

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import recommended_to_text

        return recommended_to_text(self)


_ODDS = (
    "the standard error of a log odds ratio is computed from the same cells as the odds ratio, so Egger's "
    "test finds asymmetry where there is none; Harbord's score test does not (Peters' is the other choice)"
)
_BINARY = (
    "the standard error is computed from the same cells as the effect, so Egger's test finds asymmetry where "
    "there is none; Peters' test regresses on 1/n instead (made for odds ratios, carried over to others)"
)
_PROPORTION = (
    "the standard error of a proportion follows from the proportion itself; a regression on 1/n in the "
    "manner of Peters does not use it (no test is validated for proportions: look at a funnel against size)"
)
_SMD = (
    "the sampling variance of a standardised mean difference contains the difference itself; Pustejovsky and "
    "Rodgers regress on sqrt(1/n1 + 1/n2) instead"
)
_SIZE = (
    "the standard error of this measure is computed from the effect or its parts; a regression on 1/sqrt(n) "
    "does not use it"
)
_FREE = (
    "the standard error of this measure is not computed from the effect, so Egger's regression on it is "
    "acceptable"
)
_HR = (
    "the standard error of a log hazard ratio rests on the number of events, not on the ratio itself, so "
    "Egger's regression is acceptable where it comes from the printed interval"
)
_GEN = (
    "nothing is known of this measure, so Egger's regression is used; if its standard error is computed from "
    "the effect, give the measure and use the test recommended for it"
)

_GROUPS: tuple[tuple[tuple[Measure, ...], TestName, Predictor, str, str, bool], ...] = (
    (("OR", "PETO"), "harbord", "sei", _ODDS, "10.1002/sim.2380", True),
    (("RR", "RD"), "peters", "ninv", _BINARY, "10.1001/jama.295.6.676", True),
    (("PLO", "PR", "PLN"), "peters", "ninv", _PROPORTION, "10.1016/j.jclinepi.2014.03.003", True),
    (("SMD", "SMDH", "SMD1", "SMD1H"), "pustejovsky", "sei", _SMD, "10.1002/jrsm.1332", True),
    (
        (
            "PHI", "YUQ", "YUY", "OR2DL", "OR2DN", "IRR", "IRD", "IR", "IRLN", "ROM", "CVR", "MNLN", "CVLN",
            "COR", "UCOR", "PCOR", "SPCOR", "ARAW", "SMCC", "SMCR", "SMCRH", "ROMC", "CVRC",
        ),
        "egger", "sqrtninv", _SIZE, "10.1002/jrsm.1332", True,
    ),
    (("HR",), "egger", "sei", _HR, STERNE, False),
    (
        ("MD", "MN", "MC", "ZCOR", "AS", "PAS", "PFT", "IRSD", "IRS", "IRFT", "VR", "VRC", "SDLN", "MEDLN"),
        "egger", "sei", _FREE, STERNE, False,
    ),
    (("GEN",), "egger", "sei", _GEN, STERNE, False),
)  # fmt: skip

_TABLE: Mapping[str, RecommendedTest] = MappingProxyType(
    {
        measure: RecommendedTest(
            measure=measure, test=test, predictor=predictor, reason=reason, reference=reference, linked=linked
        )
        for measures, test, predictor, reason, reference, linked in _GROUPS
        for measure in measures
    }
)


def recommended_test(measure: str) -> RecommendedTest:
    """The test of small-study effects that fits an effect measure.

    Egger's test takes for granted that a study's standard error says nothing about its effect. Where
    the one is computed from the other (odds and risk ratios, standardised mean differences,
    proportions), the test is significant too often.

    Parameters
    ----------
    measure : str
        Code of the measure.

    Raises
    ------
    OptionError
        If the measure is unknown.

    References
    ----------
    Sterne JAC et al. Recommendations for examining and interpreting funnel plot asymmetry in
    meta-analyses of randomised controlled trials. BMJ 2011;343:d4002. 10.1136/bmj.d4002
    Pustejovsky JE, Rodgers MA. Testing for funnel plot asymmetry of standardized mean differences.
    Res Synth Methods 2019;10:57-71. 10.1002/jrsm.1332
    Hunter JP et al. In meta-analyses of proportion studies, funnel plots were found to be an
    inaccurate method of assessing publication bias. J Clin Epidemiol 2014;67:897-903.
    10.1016/j.jclinepi.2014.03.003

    Examples
    --------
    >>> recommended_test("OR").test, recommended_test("HR").test, recommended_test("SMD").test
    ('harbord', 'egger', 'pustejovsky')
    """
    return _TABLE[require_option("measure", measure, Measure)]


def linked_finding(measure: Measure, test: str) -> tuple[Finding, ...]:
    """What must be said when a test uses a standard error that is tied to the effect."""
    advice = recommended_test(measure)
    if not advice.linked:
        return ()
    instead = advice.test if advice.test != "egger" else f"egger with predictor={advice.predictor!r}"
    return (
        Finding(
            code="standard-error-tied-to-effect",
            message=(
                f"{test} uses the standard errors of measure {measure!r}: {advice.reason}. "
                f"Recommended: {instead} ({advice.reference})."
            ),
            severity="warning",
        ),
    )
