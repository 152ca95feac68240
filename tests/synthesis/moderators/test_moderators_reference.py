"""Regressions against metafor where the reference cases of tests/oracle have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.moderators import collinearity, meta_regression, permutation_test
from metasyn.values import NotEstimable

TESTS: dict[str, Any] = {
    "z": "wald", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc", "t": "t",
}  # fmt: skip


def close(got: Any, want: Any, rel: float = 1e-8) -> bool:
    """Relative to the largest value: a covariance near zero has no digits of its own."""
    return bool(np.allclose(got, want, rtol=rel, atol=1e-12 + 1e-10 * float(np.max(np.abs(want)))))


@pytest.mark.parametrize("index", range(15))
def test_fits(made_with_r: dict[str, Any], bcg: dict[str, Any], index: int) -> None:
    want = made_with_r["fits"][index]
    result = meta_regression(
        formula=want["formula"],
        tau2_method=want["method"],
        test=TESTS[want["test"]],
        weights=want["weights"],
        **bcg,
    )
    rows = result.coefficients
    omnibus = result.omnibus
    assert not isinstance(omnibus, NotEstimable)
    got = {
        "beta": [c.estimate for c in rows],
        "se": [c.se for c in rows],
        "zval": [c.statistic for c in rows],
        "pval": [c.pvalue for c in rows],
        "ci_low": [c.ci.low for c in rows],
        "ci_high": [c.ci.high for c in rows],
        "vcov": result.vcov,
        "tau2": result.tau2,
        "QE": result.heterogeneity.Q,
        "QM": omnibus.statistic,
        "QMp": omnibus.pvalue,
        "I2": result.heterogeneity.I2,
        "hat": result.hat,
    }
    if want["logLik"] is not None:
        got |= {"logLik": result.log_likelihood, "AICc": result.aicc}
    wrong = {name: (value, want[name]) for name, value in got.items() if not close(value, want[name])}
    assert wrong == {}


def test_predictions(made_with_r: dict[str, Any], bcg: dict[str, Any]) -> None:
    want = made_with_r["predictions"]
    result = meta_regression(formula="~ ablat * year", level=0.9, **bcg)
    there = result.predict(want["new"])
    # Years in the thousands and their products: R's normal equations keep about eight digits.
    assert close(there.estimate, want["pred"], 1e-7)
    assert close(there.se, want["se"], 1e-7)
    assert close(there.ci, np.transpose([want["ci_low"], want["ci_high"]]), 1e-7)
    assert close(there.pi, np.transpose([want["pi_low"], want["pi_high"]]), 1e-7)
    assert [finding.where for finding in there.findings] == ["ablat"]


def test_residual_q_without_an_intercept(made_with_r: dict[str, Any], bcg: dict[str, Any]) -> None:
    """metafor centres y before it computes QE, which only an intercept allows; R's own lm() does not."""
    want = made_with_r["origin"]
    result = meta_regression(formula="~ ablat - 1", model="common-effect", test="wald", **bcg)
    omnibus = result.omnibus
    assert not isinstance(omnibus, NotEstimable)
    assert result.estimates[0] == pytest.approx(want["beta"], rel=1e-12)
    assert omnibus.statistic == pytest.approx(want["QM"], rel=1e-12)
    assert pytest.approx(want["QE"], rel=1e-12) == result.heterogeneity.Q
    assert want["QE_of_rma"] > 4 * want["QE"]


def test_exact_permutations(made_with_r: dict[str, Any], bcg: dict[str, Any]) -> None:
    few = made_with_r["few"]
    yi, vi = (np.array(bcg[name])[few] for name in ("yi", "vi"))
    data = {name: [column[i] for i in few] for name, column in bcg["data"].items()}
    for want in made_with_r["permutations"]:
        common = want["method"] == "EE"
        result = meta_regression(
            yi=yi,
            vi=vi,
            formula=want["formula"],
            data=data,
            model="common-effect" if common else "random-effects",
            tau2_method="REML" if common else want["method"],
            test=TESTS[want["test"]],
        )
        test = permutation_test(result, "exact")
        assert (test.exact, test.n) == (True, want["n"]), want
        if want["formula"] == "~ 1":
            assert test.pvalues[0] == pytest.approx(want["pval"], abs=1e-12)
            continue
        assert isinstance(test.pvalues[0], NotEstimable)
        # Where rma() fails on a permutation, permutest() leaves it out; here every one is counted.
        ours = np.array([*test.pvalues[1:], test.omnibus_pvalue]) * test.n
        theirs = np.array([*want["pval"][1:], want["QMp"]]) * (want["n"] - want["failed"])
        assert want["failed"] <= 2
        assert (ours - theirs > -1e-6).all(), want
        assert (ours - theirs < want["failed"] + 1e-6).all(), want


def test_variance_inflation(made_with_r: dict[str, Any], bcg: dict[str, Any]) -> None:
    for want in made_with_r["inflation"]:
        found = collinearity(meta_regression(formula=want["formula"], test="wald", **bcg))
        assert close([f.vif for f in found.coefficients], want["vif"], 1e-6), want["formula"]
        assert close([f.sif for f in found.coefficients], want["sif"], 1e-6)
        if want["formula"] != "~ ablat + year":
            alloc = next(f for f in found.terms if f.name == "alloc")
            assert close([alloc.vif, alloc.sif], [want["gvif"], want["gsif"]], 1e-6)
            assert alloc.m == len(want["columns"])
