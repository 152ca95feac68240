"""Mixed models of counts and Bayesian models as headlines: against R, and what request and rule put first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.special import expit

from metasyn.effects.model import EffectSet
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import SynthesisResult, SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.glmm import pool_glmm, pool_glmm_groups
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.profiles import profile_spec
from metasyn.synthesis.sensitivity import influence
from metasyn.synthesis.threshold import probability_beyond
from metasyn.values import Interval, NotEstimable
from tests.synthesis.glmm import direct_integrals

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "models.json").read_text(encoding="utf-8"))
MIXED, PAIRS = REFERENCE["mixed"], REFERENCE["pairs"]
# What lme4's search is good for; the same fits are held to independent integrals in tests/synthesis/glmm.
LME4 = 1e-6


def proportions(events: list[int], n: list[int], groups: list[Any] | None = None) -> EffectSet:
    columns = {"events": list(map(str, events)), "n": list(map(str, n))}
    if groups is not None:
        columns["group"] = [f"g{one}" for one in groups]
    return effects_from_table(columns, measure="PLO", level=0.95, file="counts", zero_cells="only0")


def ends(interval: Interval | NotEstimable) -> tuple[float, float]:
    assert isinstance(interval, Interval)
    return interval.low, interval.high


def codes(result: SynthesisResult) -> set[str]:
    return {finding.code for finding in result.findings}


@pytest.mark.parametrize("name", MIXED)
def test_proportions_headline_what_rma_glmm_gives(name: str) -> None:
    want = MIXED[name]
    result = pool(proportions(want["x"], want["n"]))
    assert (result.model, result.ci_method, result.policy.rule) == ("glmm", "t", "k-aware/counts")
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert found.test == "likelihood-ratio"
    numbers = [result.estimate, result.se, *ends(result.ci), *ends(result.pi)]
    numbers += [found.I2, found.H2, found.Q, found.pvalue]
    expected = [want["estimate"], want["se"], *want["ci"], *want["pi"], want["I2"], want["H2"]]
    expected += [want["lrt"], want["lrt_p"]]
    assert numbers == pytest.approx(expected, rel=LME4, abs=1e-8)
    assert found.tau2.value == pytest.approx(want["tau2"], rel=LME4, abs=1e-6)
    mixed = result.beside.glmm
    assert mixed is not None
    assert not isinstance(mixed.marginal, NotEstimable)
    assert mixed.marginal.value == pytest.approx(want["marginal"], rel=LME4)
    assert mixed.conditional.value == pytest.approx(result.natural(result.estimate), rel=1e-14)
    assert result.weights.sum() == pytest.approx(1, rel=1e-12)
    assert (result.weights > 0).all()


def test_the_interval_of_tau2_holds_what_the_likelihood_allows() -> None:
    """At its ends twice the fall of the brute-force profile likelihood is the chi-square quantile 3.84."""
    x, n = [0, 2, 1, 5, 4, 9, 12], [10, 25, 7, 30, 25, 20, 22]
    z = np.linspace(-12, 12, 2401)
    normal = stats.norm.pdf(z) * (z[1] - z[0])

    def log_likelihood(mean: float, tau2: float) -> float:
        p = expit(mean + np.sqrt(tau2) * z)
        return sum(float(np.log(normal @ stats.binom.pmf(a, size, p))) for a, size in zip(x, n, strict=True))

    found = pool_glmm(events=x, n=n, tau2_interval=True)
    low, high = ends(found.tau2_ci)
    assert 0 < low < found.tau2 < high  # type: ignore[operator]
    for tau2 in (low, high):
        top = minimize_scalar(lambda mean, tau2=tau2: -log_likelihood(mean, tau2), bracket=(-2.5, -0.5))
        assert 2 * (found.log_likelihood + top.fun) == pytest.approx(1.959963984540054**2, rel=1e-6)
    bound = pool_glmm(events=[4, 8, 6, 5], n=[20, 40, 31, 24], tau2_interval=True)
    assert bound.tau2 == 0
    assert ends(bound.tau2_ci)[0] == 0
    assert isinstance(pool_glmm(events=x, n=n).tau2_ci, NotEstimable)


def test_weights_are_shares_of_the_information_on_the_mean() -> None:
    """Second differences of the brute-force log-likelihood of every study."""
    x, n = MIXED["rare"]["x"], MIXED["rare"]["n"]
    result, h = pool(proportions(x, n)), 1e-3
    tau2 = result.heterogeneity.tau2.value  # type: ignore[union-attr]

    def bend(events: int, size: int) -> float:
        up, middle, down = (
            direct_integrals.single([events], [size], result.estimate + step, tau2) for step in (h, 0.0, -h)
        )
        return (2 * middle - up - down) / h**2

    information = np.array([bend(*pair) for pair in zip(x, n, strict=True)])
    assert result.weights == pytest.approx(information / information.sum(), rel=1e-5)


@pytest.mark.parametrize("name", MIXED)
def test_groups_that_share_a_variance_are_a_regression(name: str) -> None:
    want = MIXED[name]
    found = pool_glmm_groups(events=want["x"], n=want["n"], groups=want["g"])
    assert found.estimates == pytest.approx(want["groups"]["estimates"], rel=LME4)
    assert found.se == pytest.approx(want["groups"]["se"], rel=LME4)
    assert found.tau2 == pytest.approx(want["groups"]["tau2"], rel=1e-5, abs=1e-6)
    assert found.between.statistic == pytest.approx(want["groups"]["Q"], rel=LME4)  # type: ignore[union-attr]


def test_groups_use_the_mixed_model_when_it_is_named_only() -> None:
    want = MIXED["rare"]
    effects = proportions(want["x"], want["n"], want["g"])
    by_rule = pool(effects, by="group").subgroups
    assert by_rule is not None
    assert {one.model for one in by_rule.results} == {"random-effects"}
    assert "estimates it by REML" in by_rule.reason
    asked = pool(effects, by="group", model="glmm").subgroups
    assert asked is not None
    assert [one.model for one in asked.results] == ["glmm", "glmm"]
    assert [one.estimate for one in asked.results] == pytest.approx(want["groups"]["estimates"], rel=LME4)
    assert asked.Q_between == pytest.approx(want["groups"]["Q"], rel=LME4)
    assert "too small" in asked.reason
    one = asked.results[0]
    assert one.df == 4
    assert ends(one.confidence_interval()) == ends(one.ci)


def test_a_group_without_events_stands_by_itself() -> None:
    effects = proportions([0, 0, 3, 5, 4, 2], [10, 12, 20, 22, 19, 11], list("aabbcc"))
    groups = pool(effects, by="group", model="glmm").subgroups
    assert groups is not None
    assert [one.model for one in groups.results] == ["random-effects", "glmm", "glmm"]
    assert groups.df == 1
    assert "ga" in groups.reason


def test_without_any_event_the_normal_model_takes_its_place_and_says_so() -> None:
    effects = proportions([0, 0, 0], [7, 10, 25])
    result = pool(effects)
    assert (result.model, result.policy.rule) == ("random-effects", "k-aware/counts-replaced")
    assert "no study has an event" in result.policy.reason
    assert "glmm-not-estimable" in codes(result)
    usual = pool(effects, model="random-effects")
    assert (result.estimate, result.ci) == (usual.estimate, usual.ci)
    with pytest.raises(NotEstimableError, match="model='glmm': no study has an event"):
        pool(effects, model="glmm")


@pytest.mark.parametrize(
    "options",
    [
        {"model": "random-effects"},
        {"model": "common-effect"},
        {"ci_method": "hartung-knapp"},
        {"tau2_method": "REML"},
        {"tau2_method": "DL"},
        {"tau2": 0.1},
        {"weights": [1, 2, 1, 1, 1, 1]},
        {"i2_method": "Q"},
        {"pi_method": "hartung-knapp"},
        {"profile": "metafor"},
        {"profile": "cochrane-2025"},
    ],
    ids=str,
)
def test_what_names_the_normal_model_is_obeyed(options: dict[str, Any]) -> None:
    result = pool(proportions(MIXED["rare"]["x"], MIXED["rare"]["n"]), **options)
    assert result.model in ("random-effects", "common-effect")
    assert result.beside.mixed is None


def test_a_mixed_model_by_name() -> None:
    want = MIXED["rare"]
    effects = proportions(want["x"], want["n"])
    asked = pool(effects, model="glmm", ci_method="wald")
    assert (asked.model, asked.ci_method, asked.policy.rule) == ("glmm", "wald", "as requested")
    half = 1.959963984540054 * want["se"]
    assert ends(asked.ci) == pytest.approx((want["estimate"] - half, want["estimate"] + half), rel=LME4)
    profile = pool(effects, model="glmm", ci_method="profile-likelihood")
    own = pool_glmm(events=want["x"], n=want["n"], ci_method="profile-likelihood")
    assert ends(profile.ci) == ends(own.ci)
    assert ends(profile.confidence_interval(0.8)) == pytest.approx(
        ends(pool_glmm(events=want["x"], n=want["n"], ci_method="profile-likelihood", level=0.8).ci)
    )
    assert pool(effects, spec=profile_spec("metafor", model="glmm")).ci_method == "wald"
    idle = pool(effects, model="glmm", tau2_method="PM")
    assert "option-not-used" in codes(idle)
    assert isinstance(profile.confidence_interval(method="hartung-knapp"), NotEstimable)


def test_estimates_without_counts_cannot_have_one() -> None:
    result = pool(yi=[-1.0, -0.5, -2.0, -1.2, -0.8], vi=[0.1, 0.2, 0.3, 0.1, 0.2], measure="PLO")
    assert (result.model, result.policy.rule) == ("random-effects", "k-aware/5+")
    assert "glmm-without-counts" in codes(result)
    with pytest.raises(NotEstimableError, match="without events and participants"):
        pool(yi=[-1.0, -0.5], vi=[0.1, 0.2], measure="PLO", model="glmm")
    with pytest.raises(OptionError, match="HR has no mixed model of its own"):
        pool(yi=[-1.0, -0.5], vi=[0.1, 0.2], measure="HR", model="glmm")


@pytest.mark.parametrize("name", PAIRS)
def test_two_studies_headline_the_posterior(name: str) -> None:
    want = PAIRS[name]
    result = pool(yi=want["yi"], sei=want["sei"], measure="OR")
    assert (result.model, result.ci_method, result.policy.rule) == ("bayesian", "credible", "k-aware/2-prior")
    shown = {way.prior: way for way in result.alternatives if way.model == "bayesian"}
    for prior, key in (("half-normal(0.5)", "half_normal"), ("Turner 2015 (all outcomes)", "turner")):
        way, expected = shown[prior], want[key]
        numbers = [way.estimate, way.se, *ends(way.ci)]
        assert numbers == pytest.approx([expected["median"], expected["sd"], *expected["ci"]], abs=2e-8)
    assert result.beside.bayes[0][1].p_below_null == pytest.approx(want["half_normal"]["below"], abs=1e-9)
    assert (result.estimate, result.ci) == (shown["half-normal(0.5)"].estimate, shown["half-normal(0.5)"].ci)
    assert isinstance(result.pvalue, NotEstimable)
    classical = {(way.model, way.ci_method) for way in result.alternatives}
    assert classical >= {("common-effect", "wald"), ("random-effects", "hartung-knapp")}
    # Given tau the mean is sum w y / sum w, so the posterior mean is the mean with the averaged weights.
    mean = result.beside.bayes[0][1].mu.mean
    assert float(result.weights @ np.array(want["yi"])) == pytest.approx(mean, rel=1e-10)
    assert ends(result.confidence_interval(0.8))[0] > ends(result.ci)[0]


def test_the_kind_of_outcome_chooses_the_empirical_prior() -> None:
    kinds = {
        "outcome_type": "all-cause mortality",
        "comparison_type": "pharmacological vs placebo or control",
    }
    result = pool(yi=[-0.5, -0.3], sei=[0.2, 0.2], measure="OR", spec=SynthesisSpec(**kinds))  # type: ignore[arg-type]
    (name, found) = result.beside.bayes[1]
    assert name == "Turner 2015 (all-cause mortality; pharmacological vs placebo or control)"
    # ln tau^2 ~ N(-3.95, 1.34^2), halved for tau.
    assert str(found.tau_prior) == "log-normal(location -1.975, scale 0.67)"
    with pytest.raises(OptionError, match="belong together"):
        SynthesisSpec(outcome_type="pain")
    smd = pool(yi=[0.2, 0.3], vi=[0.02, 0.03], measure="SMD")
    # Its t tails leave the mean without a standard deviation: in the table of priors, no alternative.
    assert [name for name, _ in smd.beside.bayes] == ["half-normal(0.5)", "Rhodes 2015 (all outcomes)"]
    assert {way.prior for way in smd.alternatives} == {"half-normal(0.5)", ""}


@pytest.mark.parametrize("measure", ["MD", "RD", "GEN", "PAS"])
def test_without_a_usual_prior_two_studies_keep_a_wide_interval(measure: str) -> None:
    result = pool(yi=[-0.5, -0.3], sei=[0.2, 0.2], measure=measure)
    assert (result.model, result.ci_method) == ("random-effects", "hartung-knapp-adhoc")
    assert result.beside.bayes == ()
    assert "no prior is usual" in result.policy.reason


def test_three_and_four_have_it_beside_and_more_do_not() -> None:
    yi, vi = np.array([-0.4, -0.1, 0.2, -0.3, 0.1]), np.full(5, 0.05)
    for k, there in ((3, True), (4, True), (5, False)):
        result = pool(yi=yi[:k], vi=vi[:k], measure="HR")
        assert result.model == "random-effects"
        assert bool(result.beside.bayes) is there
    assert pool(yi=yi, vi=vi, measure="HR", model="bayesian").model == "bayesian"
    assert pool(yi=yi, vi=vi, measure="HR", ci_method="credible").model == "bayesian"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "glmm", "tau2": 0.1}, "takes no tau2"),
        ({"model": "glmm", "ci_method": "hartung-knapp"}, "one of 'wald', 't', 'profile-likelihood'"),
        ({"model": "glmm", "pi_method": "bootstrap"}, "pi_method of model='glmm'"),
        ({"model": "bayesian", "ci_method": "wald"}, "one of 'credible'"),
        ({"model": "random-effects", "ci_method": "credible"}, "belongs to model='bayesian'"),
        ({"model": "bayesian", "weights": (1.0, 2.0)}, "takes no weights"),
    ],
)
def test_options_that_a_model_does_not_have(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        SynthesisSpec(**options)


def test_leaving_one_out_keeps_the_mixed_model_where_it_can() -> None:
    effects = proportions([0, 0, 3, 6], [10, 12, 25, 30])
    found = [one.result for one in leave_one_out(effects)]
    assert [one.model for one in found] == ["glmm"] * 4
    alone = proportions([0, 0, 0, 6], [10, 12, 25, 30])
    models = [one.result.model for one in leave_one_out(alone)]
    assert models == ["glmm", "glmm", "glmm", "random-effects"]


def test_questions_after_it() -> None:
    effects = proportions(MIXED["classes"]["x"], MIXED["classes"]["n"])
    result = pool(effects)
    assert influence(result).model == "random-effects"
    beyond = probability_beyond(result, 0.2, natural=True)
    # t on k - 1 = 14 degrees of freedom, from R: pt((qlogis(0.2) - estimate) / sqrt(se^2 + tau2), 14).
    spread = np.hypot(MIXED["classes"]["se"], MIXED["classes"]["tau2"] ** 0.5)
    want = stats.t.cdf((np.log(0.25) - MIXED["classes"]["estimate"]) / spread, 14)
    assert beyond.below == pytest.approx(want, rel=1e-4)  # type: ignore[union-attr]
    two = pool(yi=[-0.5, -0.3], sei=[0.2, 0.2], measure="OR")
    assert isinstance(probability_beyond(two, 0.8, natural=True), NotEstimable)
