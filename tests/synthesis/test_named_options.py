"""Options that the headline does not use are named, and so are those that changed the headline."""

from __future__ import annotations

from typing import Any

import pytest

import metasyn
from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisResult, SynthesisSpec, pool

COUNTS = {"events": [0, 6, 0, 13, 1], "n": [7, 31, 10, 44, 12]}
TWO: dict[str, Any] = {"yi": [-0.478, -0.635], "sei": [0.136, 0.176], "measure": "HR"}


def proportions(**options: Any) -> SynthesisResult:
    return pool(metasyn.effect_sizes("PLO", **COUNTS), **options)


def unused(result: SynthesisResult) -> list[str]:
    found = [one.message for one in result.findings if one.code == "option-not-used"]
    assert all("is not used by the headline, " in message for message in found)
    return [message.split("=")[0] for message in found]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, []),
        ({"tau2_method": "DL"}, ["tau2_method"]),
        ({"tau2_method": "REML"}, ["tau2_method"]),
        ({"pi_method": "t(k-2)"}, ["pi_method"]),
        ({"pi_method": "none"}, []),
        ({"model": "random-effects", "tau2_method": "DL"}, []),
        (
            {"model": "common-effect", "tau2_method": "DL", "pi_method": "t(k-2)"},
            ["tau2_method", "pi_method"],
        ),
        ({"tau2": 0.1, "tau2_method": "DL"}, ["tau2_method"]),
        ({"profile": "meta-7"}, []),
    ],
    ids=str,
)
def test_of_two_studies(options: dict[str, Any], names: list[str]) -> None:
    assert unused(pool(**TWO, **options)) == names


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, []),
        ({"tau2_method": "DL"}, []),
        ({"model": "glmm", "tau2_method": "DL"}, ["tau2_method"]),
        ({"model": "glmm", "tau2_ci_method": "q-profile"}, ["tau2_ci_method"]),
        ({"model": "glmm", "tau2_ci_method": "profile-likelihood", "pi_method": "t(k-2)"}, []),
        ({"model": "glmm", "i2_method": "Q"}, ["i2_method"]),
        ({"spec": SynthesisSpec(model="glmm", tau2_method="PM")}, ["tau2_method"]),
    ],
    ids=str,
)
def test_of_proportions(options: dict[str, Any], names: list[str]) -> None:
    assert unused(proportions(**options)) == names


def test_one_study_uses_none() -> None:
    assert unused(pool(yi=[0.1], vi=[0.1], measure="HR", tau2_method="DL")) == ["tau2_method"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tau2_method": "DL"}, "tau2_method='DL' belongs to"),
        ({"tau2_method": "REML"}, "tau2_method='REML' belongs to"),
        ({"i2_method": "Q", "pi_method": "bootstrap"}, "i2_method='Q' and pi_method='bootstrap' belong to"),
        ({"weights": [1, 1, 1, 1, 1]}, "weights belong to"),
    ],
    ids=str,
)
def test_why_names_what_took_the_mixed_model_from_the_head(options: dict[str, Any], told: str) -> None:
    reason = proportions(**options).policy.reason
    assert told in reason
    assert "the mixed model of the counts (GLMM) would" in reason


def test_weights_take_the_bayesian_model_from_the_head() -> None:
    assert "the Bayesian random-effects model would" in pool(**TWO, weights=[1, 1]).policy.reason


@pytest.mark.parametrize(
    "options",
    [{}, {"pi_method": "t(k-2)"}, {"model": "random-effects", "tau2_method": "DL"}, {"profile": "metafor"}],
    ids=str,
)
def test_why_names_nothing_where_nothing_changed(options: dict[str, Any]) -> None:
    assert " would." not in proportions(**options).policy.reason
    assert " would." not in pool(yi=[-1.0, -0.5, -2.0], vi=[0.1, 0.2, 0.3], measure="PLO").policy.reason


@pytest.mark.parametrize("measure", ["MD", "RD", "PAS", "COR"])
@pytest.mark.parametrize("options", [{"model": "bayesian"}, {"ci_method": "credible"}], ids=str)
def test_no_prior_in_units_of_the_outcome(measure: str, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"half-normal\(0\.5\) as prior of tau.*pool_bayes\(tau_prior="):
        pool(yi=[10, -20, 35], vi=[9, 16, 25], measure=measure, **options)


def test_a_measure_that_is_not_stated_is_remarked() -> None:
    codes = [one.code for one in pool(yi=[0.1, 0.2, 0.4], vi=[0.1] * 3, model="bayesian").findings]
    assert "prior-scale" in codes
    assert "prior-scale" not in [one.code for one in pool(**TWO, model="bayesian").findings]


@pytest.mark.parametrize(
    ("events", "n", "there"),
    # R, metafor: rma.glmm(xi, ti, measure="IRLN") of 7, 0, 19 in 12.5, 8, 40: tau2 = 0, LRT p = 0.023.
    [([7, 0, 19], [12.5, 8, 40], True), ([7, 3, 19], [12.5, 8, 40], False)],
)
def test_a_small_p_beside_an_interval_from_0_is_explained(
    events: list[int], n: list[float], there: bool
) -> None:
    result = pool(metasyn.effect_sizes("IRLN", events=events, time=n), model="glmm")
    found = result.heterogeneity
    assert (found.pvalue < 0.05) is there  # type: ignore[union-attr]
    assert found.tau2.ci.low == 0  # type: ignore[union-attr]
    assert ("test-and-interval-differ" in [one.code for one in result.findings]) is there


def test_both_agree_where_the_interval_is_above_0() -> None:
    result = pool(metasyn.effect_sizes("PLO", events=[1, 30, 2, 44, 20], n=[50] * 5))
    assert result.heterogeneity.pvalue < 0.05  # type: ignore[union-attr]
    assert result.heterogeneity.tau2.ci.low > 0  # type: ignore[union-attr]
    assert "test-and-interval-differ" not in [one.code for one in result.findings]
