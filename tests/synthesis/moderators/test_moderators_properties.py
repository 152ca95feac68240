"""What must hold for every regression."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import (
    RegressionResult,
    collinearity,
    likelihood_ratio_test,
    meta_regression,
)
from metasyn.values import NotEstimable
from metasyn.vocabulary import Tau2Method, choices

FINE = settings(max_examples=25, deadline=None, derandomize=True)
METHODS = [m for m in choices(Tau2Method) if not m.startswith("GENQ")]
TESTS: Any = ["wald", "t", "hartung-knapp", "hartung-knapp-adhoc"]


def example(seed: int, k: int = 14) -> dict[str, Any]:
    """Effects on a moderator and a group with three levels, each level several times."""
    rng = np.random.default_rng(seed)
    x = rng.normal(2000, 12, k).round(1)
    group = np.array(["b", "a", "c"])[np.arange(k) % 3]
    vi = 10 ** rng.uniform(-2.5, 0, k)
    tau2 = rng.choice([0.0, 0.05, 0.5])
    yi = 0.02 * (x - 2000) + 0.4 * (group == "a") + rng.normal(size=k) * np.sqrt(vi + tau2)
    return {"yi": yi, "vi": vi, "data": {"x": x, "g": group}}


seeds = st.integers(0, 10_000)
methods = st.sampled_from(METHODS)
tests = st.sampled_from(TESTS)


def said(result: RegressionResult) -> list[float]:
    """What does not depend on how a design is coded."""
    omnibus = result.omnibus
    assert not isinstance(omnibus, NotEstimable)
    assert not isinstance(omnibus.statistic, NotEstimable)
    found = result.heterogeneity
    return [omnibus.statistic, result.tau2, found.Q, found.I2, *result.fitted, *result.hat]


def same(a: Any, b: Any, rel: float = 1e-7) -> None:
    assert np.allclose(a, b, rtol=rel, atol=1e-9)


@FINE
@given(seeds, methods, tests)
def test_the_reference_level_does_not_matter(seed: int, method: Any, test: Any) -> None:
    given_ = example(seed)
    options: Any = {"tau2_method": method, "test": test}
    first = meta_regression(formula="~ g * x", **given_, **options)
    other = meta_regression(formula="~ C(g, contr.treatment('c')) * x", **given_, **options)
    sums = meta_regression(formula="~ C(g, contr.sum) * x", **given_, **options)
    same(said(first)[1:], said(other)[1:])
    same(said(first)[1:], said(sums)[1:])
    alone = [
        meta_regression(formula=f, **given_, **options)
        for f in ("~ g", "~ C(g, contr.treatment('b'))", "~ C(g, contr.helmert)")
    ]
    same(said(alone[0]), said(alone[1]))
    same(said(alone[0]), said(alone[2]))
    generalised = [collinearity(meta_regression(formula=f, **given_, **options)).terms[0].vif for f in (
        "~ g + x", "~ C(g, contr.treatment('c')) + x",
    )]  # fmt: skip
    assert generalised[0] == pytest.approx(generalised[1], rel=1e-7)


@FINE
@given(seeds, methods, tests, st.floats(-3000, 3000), st.sampled_from([1e-6, -2.0, 365.25, 1e8]))
def test_shift_and_scale_of_a_moderator(
    seed: int, method: Any, test: Any, shift: float, factor: float
) -> None:
    given_ = example(seed)
    before = meta_regression(formula="~ x + g", tau2_method=method, test=test, **given_)
    data = {**given_["data"], "x": (given_["data"]["x"] + round(shift)) * factor}
    after = meta_regression(
        formula="~ x + g", tau2_method=method, test=test, yi=given_["yi"], vi=given_["vi"], data=data
    )
    same(said(before), said(after), 1e-6)
    assert after["x"].estimate * factor == pytest.approx(before["x"].estimate, rel=1e-6, abs=1e-9)
    assert after["x"].se * abs(factor) == pytest.approx(before["x"].se, rel=1e-7)
    for name in ("g[T.b]", "g[T.c]"):
        assert after[name].estimate == pytest.approx(before[name].estimate, rel=1e-6, abs=1e-8)


@FINE
@given(seeds, methods, tests, st.sampled_from([1e-8, 1e8]))
def test_scale_of_the_data(seed: int, method: Any, test: Any, factor: float) -> None:
    given_ = example(seed)
    a = meta_regression(formula="~ x", tau2_method=method, test=test, **given_)
    b = meta_regression(
        formula="~ x",
        tau2_method=method,
        test=test,
        yi=given_["yi"] * factor,
        vi=given_["vi"] * factor**2,
        data=given_["data"],
    )
    assert b.tau2 / factor**2 == pytest.approx(a.tau2, rel=1e-10)
    for one, other in zip(a.coefficients, b.coefficients, strict=True):
        assert other.se / factor == pytest.approx(one.se, rel=1e-10)
        assert other.statistic == pytest.approx(one.statistic, rel=1e-9)


@FINE
@given(seeds, methods, tests)
def test_order_and_sign(seed: int, method: Any, test: Any) -> None:
    given_ = example(seed)
    order = np.random.default_rng(seed).permutation(len(given_["yi"]))
    a = meta_regression(formula="~ x + g", tau2_method=method, test=test, **given_)
    b = meta_regression(
        formula="~ x + g",
        tau2_method=method,
        test=test,
        yi=-given_["yi"][order],
        vi=given_["vi"][order],
        data={name: column[order] for name, column in given_["data"].items()},
    )
    same(b.estimates, -a.estimates)
    same(b.hat, a.hat[order])
    same(b.vcov / np.abs(a.vcov).max(), a.vcov / np.abs(a.vcov).max())


@FINE
@given(seeds, methods, tests)
def test_without_moderators_it_is_pooling(seed: int, method: Any, test: Any) -> None:
    given_ = example(seed, k=9)
    result = meta_regression(formula="~ 1", tau2_method=method, test=test, yi=given_["yi"], vi=given_["vi"])
    pooled = pool(yi=given_["yi"], vi=given_["vi"], tau2_method=method, ci_method=test)
    assert isinstance(pooled.heterogeneity, Heterogeneity)
    one = result.coefficients[0]
    assert result.tau2 == pytest.approx(pooled.heterogeneity.tau2.value, rel=1e-10, abs=1e-14)
    assert (one.estimate, one.se) == pytest.approx((pooled.estimate, pooled.se), rel=1e-10)
    assert isinstance(pooled.ci, type(one.ci))
    assert (one.ci.low, one.ci.high) == pytest.approx((pooled.ci.low, pooled.ci.high), rel=1e-9)
    assert pytest.approx(pooled.heterogeneity.I2, rel=1e-9, abs=1e-14) == result.heterogeneity.I2
    same(result.weights / result.weights.sum(), pooled.weights)
    assert isinstance(result.omnibus, NotEstimable)
    assert isinstance(result.R2, NotEstimable)


@FINE
@given(seeds, st.sampled_from(["REML", "ML", "DL", "PM", "SJ"]))
def test_groups_with_one_tau2_are_a_subgroup_analysis(seed: int, method: Any) -> None:
    given_ = example(seed)
    groups = given_["data"]["g"].tolist()
    means = meta_regression(formula="~ g - 1", tau2_method=method, **given_)
    split = pool(
        yi=given_["yi"],
        vi=given_["vi"],
        by=groups,
        subgroup_tau2="common",
        tau2_method=method,
        ci_method="hartung-knapp",
    ).subgroups
    assert split is not None
    for name, group in zip(split.names, split.results, strict=True):
        own = means[f"g[{name}]"]
        assert (own.estimate, own.se) == pytest.approx((group.estimate, group.se), rel=1e-9)
    test = meta_regression(formula="~ g", tau2_method=method, test="wald", **given_).omnibus
    assert not isinstance(test, NotEstimable)
    assert test.statistic == pytest.approx(split.Q_between, rel=1e-8)
    assert test.pvalue == pytest.approx(split.pvalue, rel=1e-7)


@FINE
@given(seeds, tests)
def test_tests_agree_with_each_other(seed: int, test: Any) -> None:
    given_ = example(seed)
    result = meta_regression(formula="~ x + g", test=test, **given_)
    single = result.wald_test("x")
    assert single.statistic == pytest.approx(float(result["x"].statistic) ** 2, rel=1e-9)
    assert single.pvalue == pytest.approx(result["x"].pvalue, rel=1e-8)
    term, contrast = result.wald_test("g"), result.wald_test([[0, 1.0, 1, 0], [0, 1.0, -1, 0]])
    columns = [result.design.names.index(name) for name in ("g[T.b]", "g[T.c]")]
    assert result.wald_test(columns).statistic == term.statistic
    rotated = np.zeros((2, 4))
    rotated[:, columns] = [[1, 1], [1, -1]]
    assert result.wald_test(rotated).statistic == pytest.approx(term.statistic, rel=1e-8)
    assert contrast.df == term.df == 2
    whole = result.wald_test(["x", "g"])
    assert not isinstance(result.omnibus, NotEstimable)
    assert whole.statistic == pytest.approx(result.omnibus.statistic, rel=1e-9)
    shifted = result.wald_test("x", [result["x"].estimate])
    assert shifted.statistic == pytest.approx(0, abs=1e-20)


@FINE
@given(seeds)
def test_residuals_are_orthogonal_and_likelihood_is_highest(seed: int) -> None:
    """The normal equations, and the ML likelihood written out, on a grid around the estimate."""
    given_ = example(seed)
    result = meta_regression(formula="~ x + g", tau2_method="ML", **given_)
    X, w = result.design.X, result.weights
    assert np.allclose(X.T @ (w * result.residuals), 0, atol=1e-9 * np.abs(X.T).max() * w.sum())
    assert result.hat.sum() == pytest.approx(result.p, rel=1e-9)
    v = np.asarray(given_["vi"])

    def height(tau2: float) -> float:
        a = 1 / (v + tau2)
        root = np.sqrt(a)
        scaled = X / np.abs(X).max(axis=0)
        b = np.linalg.lstsq(scaled * root[:, None], root * given_["yi"], rcond=None)[0]
        r = given_["yi"] - scaled @ b
        return float((np.log(a / (2 * math.pi)) - a * r * r).sum() / 2)

    assert result.log_likelihood == pytest.approx(height(result.tau2), rel=1e-9)
    assert max(height(t) for t in np.geomspace(1e-8, 1e4, 200)) <= result.log_likelihood + 1e-9


@FINE
@given(seeds)
def test_likelihood_ratio(seed: int) -> None:
    given_ = example(seed)
    fits = [meta_regression(formula=f, tau2_method="ML", **given_) for f in ("~ 1", "~ x", "~ x + g")]
    tests = [likelihood_ratio_test(fits[i + 1], fits[i]) for i in (0, 1)]
    whole = likelihood_ratio_test(fits[2], fits[0])
    assert whole.statistic == pytest.approx(sum(test.statistic for test in tests), rel=1e-9, abs=1e-12)
    assert [test.df for test in (*tests, whole)] == [1, 2, 3]
    assert 0 <= whole.pvalue <= 1
    # The same space in other columns has the same likelihood.
    recoded = meta_regression(formula="~ g + I(3 * x - 4000)", tau2_method="ML", **given_)
    assert recoded.log_likelihood == pytest.approx(fits[2].log_likelihood, rel=1e-10)
    reml = [
        meta_regression(formula=f, tau2_method="REML", **given_) for f in ("~ x + g", "~ g + I(3 * x - 4000)")
    ]
    assert reml[0].log_likelihood == pytest.approx(reml[1].log_likelihood, rel=1e-10)


def test_predictions_are_those_of_the_fit() -> None:
    given_ = example(3)
    result = meta_regression(formula="~ g * center(x)", **given_)
    own = result.predict()
    same(own.estimate, result.fitted)
    again = result.predict(given_["data"])
    same(again.estimate, own.estimate)
    same(again.pi, own.pi)
    assert again.findings == ()
    single = result.predict({"g": "a", "x": 2000.0})
    assert len(single) == 1
    assert np.all(single.pi[:, 0] <= single.ci[:, 0])
    wide = result.predict({"g": "a", "x": 2000.0}, level=0.99)
    assert wide.ci[0, 1] > single.ci[0, 1]
    width = np.diff(single.pi)[0, 0] ** 2 - np.diff(single.ci)[0, 0] ** 2
    scale = (np.diff(single.ci)[0, 0] / single.se[0]) ** 2
    assert width / scale == pytest.approx(result.tau2, rel=1e-9)
    matrix = meta_regression(yi=given_["yi"], vi=given_["vi"], X=result.design.X, names=result.design.names)
    same(matrix.predict(result.design.X).estimate, own.estimate)


def test_user_weights_are_those_of_inverse_variance_when_they_are() -> None:
    given_ = example(5)
    plain = meta_regression(formula="~ x", tau2=0.2, **given_)
    weighted = meta_regression(formula="~ x", tau2=0.2, weights=7 / (given_["vi"] + 0.2), **given_)
    same(plain.estimates, weighted.estimates)
    same(plain.vcov, weighted.vcov)
    same(plain.hat, weighted.hat)
    assert plain.log_likelihood == pytest.approx(weighted.log_likelihood, rel=1e-12)
    unweighted = meta_regression(formula="~ x", weights=np.ones(14), **given_)
    same(unweighted.estimates, np.linalg.lstsq(unweighted.design.X, given_["yi"], rcond=None)[0])


def test_weights_over_twelve_orders_of_magnitude() -> None:
    """Against exact rational arithmetic would be equal to the digits that the data have."""
    from fractions import Fraction

    rng = np.random.default_rng(8)
    x, vi = rng.normal(size=12).round(3), 10.0 ** rng.uniform(-8, 4, 12)
    yi = (1 + 0.5 * x + rng.normal(size=12) * np.sqrt(vi)).round(6)
    result = meta_regression(yi=yi, vi=vi, formula="~ x", data={"x": x}, model="common-effect")
    w, fx, fy = ([Fraction(float(v)) for v in values] for values in (1 / vi, x, yi))
    s, sx, sy = (
        sum(w),
        sum(a * b for a, b in zip(w, fx, strict=True)),
        sum(a * b for a, b in zip(w, fy, strict=True)),
    )
    sxx = sum(a * b * b for a, b in zip(w, fx, strict=True))
    sxy = sum(a * b * c for a, b, c in zip(w, fx, fy, strict=True))
    slope = float((s * sxy - sx * sy) / (s * sxx - sx * sx))
    assert result["x"].estimate == pytest.approx(slope, rel=1e-11)
    assert result["x"].se == pytest.approx(
        math.sqrt(float(s / (s * sxx - sx * sx)) * result.scale), rel=1e-11
    )


@FINE
@given(seeds, st.sampled_from([0.0, 5.0, -300.0]))
def test_without_an_intercept_by_explicit_matrices(seed: int, offset: float) -> None:
    """DerSimonian-Laird with the k x k projection written out; centring y would change all of it."""
    given_ = example(seed)
    y, v = given_["yi"] + offset, given_["vi"]
    x = (given_["data"]["x"] - 1990)[:, None]
    result = meta_regression(yi=y, vi=v, X=x, tau2_method="DL", test="wald")
    W = np.diag(1 / v)
    P = W - W @ x @ np.linalg.inv(x.T @ W @ x) @ x.T @ W
    k = len(y)
    assert pytest.approx(y @ P @ y, rel=1e-9) == result.heterogeneity.Q
    assert result.tau2 == pytest.approx(max(0, (y @ P @ y - (k - 1)) / np.trace(P)), rel=1e-9)
    w = 1 / (v + result.tau2)
    assert result.estimates[0] == pytest.approx((w * x[:, 0] * y).sum() / (w * x[:, 0] ** 2).sum(), rel=1e-9)
    assert isinstance(result.R2, NotEstimable)
    assert not isinstance(result.omnibus, NotEstimable)
    assert result.omnibus.df == 1
