"""Residuals and predictions of the studies' effects against dense matrices, and special cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import t_quantile
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import blup, influence, residuals
from metasyn.values import NotEstimable

YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79, -1.62, 0.01])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007, 0.223, 0.004])
WALD = SynthesisSpec(model="random-effects", ci_method="wald")


def test_residuals_are_those_of_the_hat_matrix() -> None:
    """raw = (I - H) y with covariance (I - H) M (I - H)', M the diagonal of v + tau2."""
    for spec in (WALD, SynthesisSpec(model="common-effect"), SynthesisSpec(tau2=0.4)):
        result = pool(yi=YI, vi=VI, spec=spec)
        found = residuals(result)
        keep = np.eye(8) - np.outer(np.ones(8), result.weights)
        t = 0.0 if result.model == "common-effect" else result.heterogeneity.tau2.value  # type: ignore[union-attr]
        se = np.sqrt(np.diag(keep @ np.diag(VI + t) @ keep.T))
        assert found.raw == pytest.approx(keep @ YI, rel=1e-12)
        assert found.se == pytest.approx(se, rel=1e-12)
        assert found.standardised == pytest.approx((keep @ YI) / se, rel=1e-12)
        assert found.pearson == pytest.approx((keep @ YI) / np.sqrt(VI + t), rel=1e-12)
        assert found.fitted == pytest.approx(YI - found.raw, rel=1e-12)
        assert (found.hat == found.weight).all()
        assert found.hat == pytest.approx(result.weights, rel=1e-14)


def test_studentised_residuals_are_those_of_the_influence() -> None:
    for spec in (WALD, SynthesisSpec(model="random-effects", ci_method="hartung-knapp")):
        found, other = residuals(yi=YI, vi=VI, spec=spec), influence(yi=YI, vi=VI, spec=spec)
        assert np.array_equal(found.studentised, other.rstudent)  # type: ignore[arg-type]
        assert found.deleted == pytest.approx(YI - other.estimate_deleted, rel=1e-14)


def test_a_common_effect_has_the_same_standardised_and_studentised_residuals() -> None:
    """With known variances nothing is estimated anew: both are y_i against the mean of the others."""
    found = residuals(yi=YI, vi=VI, spec=SynthesisSpec(model="common-effect"))
    assert found.standardised == pytest.approx(found.studentised, rel=1e-12)


def test_a_study_that_dwarfs_the_others_keeps_its_digits() -> None:
    """1 - h would be 1e-14 with two correct digits here."""
    vi = np.array([1e-14, 1.0, 4.0])
    found = residuals(yi=[0.0, 1.0, 2.0], vi=vi, spec=SynthesisSpec(model="common-effect"))
    assert found.se[0] == pytest.approx(np.sqrt(1e-14 * 1.25e-14), rel=1e-12)


def test_two_effects_have_no_studentised_residual_under_random_effects() -> None:
    found = residuals(yi=YI[:2], vi=VI[:2], spec=WALD)
    assert isinstance(found.studentised, NotEstimable)
    assert "single one is left" in found.studentised.reason
    assert found.standardised == pytest.approx([-found.standardised[1], found.standardised[1]])
    assert "studentised" not in found.to_frame()
    assert found.to_dict()["studentised"] is None


def test_identical_others_have_no_studentised_residual_by_hartung_knapp() -> None:
    spec = SynthesisSpec(model="common-effect", ci_method="hartung-knapp")
    found = residuals(yi=[1.0, 3.0, 1.0], vi=[1.0, 1.0, 1.0], spec=spec)
    assert isinstance(found.studentised, NotEstimable)
    assert "identical" in found.studentised.reason


def test_predictions_solve_the_mixed_model_equations() -> None:
    """Henderson: mean and deviations together, from one penalised least squares system."""
    result = pool(yi=YI, vi=VI, spec=WALD)
    tau2 = result.heterogeneity.tau2.value  # type: ignore[union-attr]
    Z = np.hstack([np.ones((8, 1)), np.eye(8)])
    system = Z.T @ np.diag(1 / VI) @ Z
    system[1:, 1:] += np.eye(8) / tau2
    covariance = np.linalg.inv(system)
    solution = covariance @ Z.T @ (YI / VI)
    found = blup(result)
    assert found.random_effect == pytest.approx(solution[1:], rel=1e-9)
    assert found.estimate == pytest.approx(solution[0] + solution[1:], rel=1e-9)
    assert found.random_effect_se == pytest.approx(np.sqrt(np.diag(covariance)[1:]), rel=1e-9)
    assert found.se == pytest.approx(np.sqrt(np.diag(Z @ covariance @ Z.T)), rel=1e-9)
    assert found.shrinkage == pytest.approx(VI / (VI + tau2), rel=1e-13)
    half = 1.959963984540054
    assert found.pi_high - found.estimate == pytest.approx(half * found.se, rel=1e-12)
    assert found.random_effect - found.random_effect_low == pytest.approx(
        half * found.random_effect_se, rel=1e-12
    )


def test_predictions_against_r_with_hartung_knapp_standard_errors() -> None:
    """metafor 3.8-1, blup(rma(y, v, test="knha", control=list(threshold=1e-14, maxiter=10000)))."""
    found = blup(yi=YI, vi=VI, spec=SynthesisSpec(model="random-effects", ci_method="hartung-knapp"))
    assert found.estimate[:3] == pytest.approx(
        [-0.8949792804956, -1.347219806685, -1.108916370636], rel=1e-11
    )
    assert found.se[:3] == pytest.approx([0.42752653725836, 0.36453726272852, 0.45565805341903], rel=1e-11)
    assert found.pi_low[:2] == pytest.approx([-1.9059188986962, -2.2092134587424], rel=1e-11)
    assert found.df == 7


def test_level_and_degrees_of_freedom() -> None:
    spec = SynthesisSpec(model="random-effects", ci_method="t", level=0.8)
    found = blup(yi=YI, vi=VI, spec=spec)
    assert found.level == 0.8
    assert found.pi_high - found.pi_low == pytest.approx(2 * t_quantile(0.2, 7) * found.se, rel=1e-12)


def test_an_interval_of_another_kind_lends_nothing() -> None:
    methods: tuple[Any, ...] = ("profile-likelihood", "henmi-copas", "permutation")
    usual = blup(yi=YI, vi=VI, spec=WALD)
    for ci_method in methods:
        found = blup(yi=YI, vi=VI, spec=SynthesisSpec(ci_method=ci_method))
        assert np.array_equal(found.se, usual.se)
        assert found.df == np.inf


def test_without_heterogeneity_every_study_has_the_mean() -> None:
    result = pool(yi=YI, vi=VI, model="common-effect")
    found = blup(result)
    assert found.estimate.tolist() == [result.estimate] * 8
    assert found.se == pytest.approx([result.se] * 8)
    assert found.random_effect_se.tolist() == [0] * 8
    assert found.shrinkage.tolist() == [1] * 8


def test_invariances() -> None:
    base, res = blup(yi=YI, vi=VI, spec=WALD), residuals(yi=YI, vi=VI, spec=WALD)
    order = np.random.default_rng(3).permutation(8)
    assert blup(yi=YI[order], vi=VI[order], spec=WALD).se == pytest.approx(base.se[order], rel=1e-11)
    assert blup(yi=YI + 3, vi=VI, spec=WALD).estimate == pytest.approx(base.estimate + 3, rel=1e-11)
    for size in (1e-8, 1e8):
        scaled = blup(yi=YI * size, vi=VI * size**2, spec=WALD)
        assert scaled.pi_low == pytest.approx(base.pi_low * size, rel=1e-10)
        other = residuals(yi=YI * size, vi=VI * size**2, spec=WALD)
        assert other.studentised == pytest.approx(res.studentised, rel=1e-10)
        assert other.standardised == pytest.approx(res.standardised, rel=1e-10)


@pytest.mark.parametrize("function", [residuals, blup])
def test_records_and_refusals(function: Any) -> None:
    found = function(yi=YI, vi=VI, labels=list("abcdefgh"))
    frame, data = found.to_frame(), found.to_dict()
    assert list(frame.index) == list("abcdefgh") == data["labels"]
    for name in frame.columns:
        assert frame[name].tolist() == data[name] == getattr(found, name).tolist()
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0
    with pytest.raises(NotEstimableError, match="at least two effects; there is 1"):
        function(yi=[1.0], vi=[1.0])
    with pytest.raises(NotEstimableError, match="inverse-variance weights"):
        function(yi=YI, vi=VI, spec=SynthesisSpec(weights=(1.0,) * 8, ci_method="wald"))
