"""The stated rule on k, and that what is named is obeyed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity, SynthesisSpec
from metasyn.values import Interval, NotEstimable

# At the REML solution the Hartung-Knapp factor q of the first 5 and of all 6 is above 1.
YI = (-0.90, 0.15, -0.40, -1.10, 0.05, -0.60)
VI = (0.02, 0.30, 0.06, 0.05, 0.07, 0.04)


def run(k: int, **options: Any) -> SynthesisResult:
    return pool(yi=YI[:k], vi=VI[:k], **options)


def codes(result: SynthesisResult) -> set[str]:
    return {finding.code for finding in result.findings}


@pytest.mark.parametrize(
    ("k", "rule", "model", "ci_method"),
    [
        (1, "k-aware/1", "common-effect", "wald"),
        (2, "k-aware/2", "random-effects", "hartung-knapp-adhoc"),  # no measure, so no usual prior
        (3, "k-aware/3-4", "random-effects", "hartung-knapp-adhoc"),
        (4, "k-aware/3-4", "random-effects", "hartung-knapp-adhoc"),
        (5, "k-aware/5+", "random-effects", "hartung-knapp"),
        (6, "k-aware/5+", "random-effects", "hartung-knapp"),
    ],
)
def test_nothing_named(k: int, rule: str, model: str, ci_method: str) -> None:
    result = run(k)
    assert (result.policy.rule, result.model, result.ci_method) == (rule, model, ci_method)
    assert result.policy.reason.endswith(".")


def test_one_study_is_reported_not_pooled() -> None:
    result = run(1)
    assert not result.pooled
    assert (result.estimate, result.se) == (YI[0], VI[0] ** 0.5)
    assert isinstance(result.ci, Interval)
    assert result.ci.low == pytest.approx(YI[0] - 1.959963984540054 * VI[0] ** 0.5, rel=1e-14)
    assert result.weights.tolist() == [1.0]
    assert isinstance(result.heterogeneity, NotEstimable)
    assert isinstance(result.pi, NotEstimable)
    assert result.alternatives == ()
    assert codes(run(1, ci_method="hartung-knapp")) == {"request-not-applicable"}


def test_two_studies_show_what_is_withheld() -> None:
    result = run(2)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.method == "REML"
    assert result.heterogeneity.tau2.value > 0.1
    assert isinstance(result.pi, NotEstimable)
    assert "three studies" in result.pi.reason
    shown = {(a.model, a.ci_method): a for a in result.alternatives}
    assert len(shown) == 4
    assert [pair for pair, a in shown.items() if a.headline] == [("random-effects", "hartung-knapp-adhoc")]
    knapp = shown["random-effects", "hartung-knapp"]
    assert knapp.df == 1
    w = 1 / 0.02 + 1 / 0.30
    common = shown["common-effect", "wald"].estimate
    assert common == pytest.approx((YI[0] / 0.02 + YI[1] / 0.30) / w, rel=1e-14)


def test_agreeing_studies_get_the_floor() -> None:
    result = pool(yi=[-0.5, -0.51, -0.49, -0.5, -0.52], vi=VI[:5])
    assert result.ci_method == "hartung-knapp-adhoc"
    assert "ad hoc" in result.policy.reason
    assert {"ad-hoc-floor", "tau2-truncated", "tau2-interval-empty"} <= codes(result)


def test_spread_a_little_below_expectation_gets_the_floor_too() -> None:
    result = pool(yi=[-0.9, 0.15, -0.4, -1.1, 0.05], vi=[0.05, 0.04, 0.06, 0.05, 0.07])
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.value > 0
    assert result.ci_method == "hartung-knapp-adhoc"
    assert "that one is kept as its floor" in result.policy.reason


@pytest.mark.parametrize("method", ["PM", "EB"])
def test_rounding_does_not_trigger_the_floor(method: Any) -> None:
    """With these estimators q is 1 by definition, in arithmetic 1 plus or minus the last digit."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        yi, vi = rng.normal(0, 1, 8), rng.uniform(0.02, 0.2, 8)
        assert pool(yi=yi, vi=vi, tau2_method=method).ci_method == "hartung-knapp"


def test_an_interval_narrower_than_wald_is_flagged() -> None:
    result = pool(yi=[-0.5, -0.51, -0.49, -0.5, -0.52], vi=VI[:5], ci_method="hartung-knapp")
    assert result.ci_method == "hartung-knapp"
    assert "narrower-than-wald" in codes(result)
    assert "narrower-than-wald" not in codes(run(6, ci_method="hartung-knapp"))


@pytest.mark.parametrize("k", [2, 3, 6])
@pytest.mark.parametrize("ci_method", ["wald", "t", "hartung-knapp", "hartung-knapp-adhoc"])
def test_a_named_interval_implies_random_effects(k: int, ci_method: Any) -> None:
    result = run(k, ci_method=ci_method)
    assert (result.model, result.ci_method) == ("random-effects", ci_method)
    assert result.policy.rule == "as requested"
    assert sum(a.headline for a in result.alternatives) == 1


@pytest.mark.parametrize("k", [2, 3, 6])
def test_a_named_common_effect_model_implies_wald(k: int) -> None:
    result = run(k, model="common-effect")
    assert (result.model, result.ci_method, result.policy.rule) == ("common-effect", "wald", "as requested")
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.method == "common-effect model"
    assert isinstance(result.heterogeneity.tau2.ci, NotEstimable)
    assert isinstance(result.pi, NotEstimable)
    both = run(k, model="common-effect", ci_method="hartung-knapp")
    assert (both.model, both.ci_method) == ("common-effect", "hartung-knapp")


@pytest.mark.parametrize(
    ("k", "ci_method"),
    [(2, "hartung-knapp-adhoc"), (3, "hartung-knapp-adhoc"), (5, "hartung-knapp")],
)
@pytest.mark.parametrize("named", [{"model": "random-effects"}, {"tau2": 0.1}])
def test_named_random_effects_leave_the_interval_to_k(k: int, ci_method: str, named: dict[str, Any]) -> None:
    result = run(k, **named)
    assert (result.model, result.ci_method) == ("random-effects", ci_method)


def test_a_fixed_tau2_is_used_as_it_is() -> None:
    result = run(6, tau2=0.07)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.value == 0.07
    assert result.heterogeneity.tau2.method == "fixed by the user"
    assert isinstance(result.heterogeneity.tau2.ci, NotEstimable)
    w = [1 / (v + 0.07) for v in VI]
    assert result.estimate == pytest.approx(
        sum(a * b for a, b in zip(w, YI, strict=True)) / sum(w), rel=1e-14
    )


@pytest.mark.parametrize(("k", "flagged"), [(3, True), (4, True), (5, False)])
def test_prediction_from_few_studies_is_flagged(k: int, flagged: bool) -> None:
    result = run(k)
    assert isinstance(result.pi, Interval)
    assert ("few-studies-pi" in codes(result)) == flagged
    assert ("low-power" in codes(result)) == flagged


def test_a_point_outside_its_interval_is_explained(reference: dict[str, Any]) -> None:
    """DerSimonian-Laird's tau2 of Normand's length-of-stay data is below the Q-profile interval."""
    data = reference["normand1999"]
    result = pool(yi=data["yi"], vi=data["vi"], tau2_method="DL")
    assert isinstance(result.heterogeneity, Heterogeneity)
    tau2 = result.heterogeneity.tau2
    assert isinstance(tau2.ci, Interval)
    assert tau2.value not in tau2.ci
    assert "tau2-outside-interval" in codes(result)


def test_several_optima_are_a_warning() -> None:
    result = pool(yi=[0.17, -0.09, 2.32, 1.39, -0.13], vi=[0.066, 0.004, 1.163, 0.372, 0.011])
    assert "several-optima" in codes(result)


def test_spec_refuses_contradictions() -> None:
    with pytest.raises(ValueError, match="no between-study variance"):
        SynthesisSpec(model="common-effect", tau2=0.1)
    for wrong in (-0.1, float("nan"), "0.1"):
        with pytest.raises(ValueError, match="finite number >= 0"):
            SynthesisSpec(tau2=wrong)  # type: ignore[arg-type]


def test_two_studies_that_disagree_are_said_to() -> None:
    """Risk ratios 1.01 and 1.69 with these standard errors: Q = (difference)^2 / (sum of variances) = 6.8."""
    apart = pool(yi=[0.0119, 0.5245], vi=[0.0907**2, 0.1754**2], measure="RR", model="common-effect")
    assert "studies-disagree" in codes(apart)
    together = pool(yi=[0.0119, 0.10], vi=[0.0907**2, 0.1754**2], measure="RR", model="common-effect")
    assert "studies-disagree" not in codes(together)
    assert "studies-disagree" not in codes(pool(yi=[0.0119, 0.5245], vi=[0.0082, 0.0308], measure="RR"))


@pytest.mark.parametrize(("yi", "vi"), [([1e200, 2.0], [1.0, 1.0]), ([1.0, 2.0], [1e-320, 1.0])])
def test_sizes_beyond_double_precision_are_refused(yi: list[float], vi: list[float]) -> None:
    with pytest.raises(OptionError, match="double precision"):
        pool(yi=yi, vi=vi)
