"""Permutation, likelihood-ratio and Wald-type tests, predictions and text: behaviour and refusals."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics import rearranged
from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.moderators import (
    RegressionResult,
    collinearity,
    likelihood_ratio_test,
    meta_regression,
    permutation,
    permutation_test,
    refit,
)
from metasyn.synthesis.moderators.refit import Refit
from metasyn.values import NotEstimable

YI = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.7, 0.2]
VI = [0.1, 0.05, 0.2, 0.1, 0.08, 0.3, 0.15]
DATA = {"x": [3.0, 0, 1, 5, 2, 4, 1], "g": list("aabbaab")}


def fit(formula: str = "~ x", **options: Any) -> RegressionResult:
    return meta_regression(formula=formula, **({"yi": YI, "vi": VI, "data": DATA} | options))


@pytest.mark.parametrize("method", ["DL", "HE", "HS", "SJ", "PM", "EB", "ML", "REML", "PMM", "DL2", "HSk"])
@pytest.mark.parametrize("test", ["wald", "hartung-knapp", "hartung-knapp-adhoc"])
def test_refitting_is_fitting(method: Any, test: Any) -> None:
    """The statistics of rearranged data, against the regression of the same data fitted alone."""
    rng = np.random.default_rng(4)
    result = fit("~ x + g", tau2_method=method, test=test)
    orders = np.array([rng.permutation(7) for _ in range(25)])
    got = Refit.of(result).statistics(orders)
    for order, statistics in zip(orders, got, strict=True):
        alone = meta_regression(
            yi=np.array(YI)[order], vi=np.array(VI)[order], X=result.design.X, tau2_method=method, test=test
        )
        want = [abs(float(c.statistic)) for c in alone.coefficients]
        assert statistics[1:3] == pytest.approx(want[1:], rel=1e-8)
        assert not isinstance(alone.omnibus, NotEstimable)
        factor = 1 if test == "wald" else alone.omnibus.df
        assert statistics[-1] / factor == pytest.approx(alone.omnibus.statistic, rel=1e-8)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_highest_maximum_is_found_in_every_order(method: Any) -> None:
    """Variances over five powers of ten and outliers: likelihoods with several maxima and near misses."""
    rng = np.random.default_rng(5)
    near = 0
    for _ in range(12):
        k = int(rng.integers(4, 12))
        y, v = rng.standard_t(2, k) * rng.uniform(0.1, 3), 10.0 ** rng.uniform(-4, 1, k)
        X = np.column_stack([np.ones(k), rng.normal(size=k)])
        orders = np.array([rng.permutation(k) for _ in range(15)])
        unit = v.min()
        stacked = rearranged.rearrange(y / np.sqrt(unit), v / unit, orders, orthonormal_columns(X))
        found = rearranged.maximum_likelihood(stacked, restricted=method == "REML") * unit
        for order, tau2 in list(zip(orders, found, strict=True))[:6]:
            alone = meta_regression(yi=y[order], vi=v[order], X=X, tau2_method=method).tau2
            assert tau2 == pytest.approx(alone, rel=1e-8, abs=1e-9 * unit)
        grid = rearranged._grid(stacked, method == "REML")
        scan = rearranged._scan(stacked, grid, method == "REML")
        near += int(rearranged._comes_near(grid, scan, 1.0).sum())
    assert near > 0  # else the finer grid is never asked


def test_exact_permutations_against_metafor() -> None:
    """metafor 3.8-1: permutest(rma(yi, vi, mods = ~ ablat, data = escalc(...dat.bcg)[1:6, ]), exact = TRUE).

    With control = list(stepadj = 0.5, maxiter = 10000), without which two of its 720 orders do not converge
    and are left out.
    """
    yi = [
        -0.889311333920205,
        -1.58538865720143,
        -1.34807314829969,
        -1.44155119002131,
        -0.217547322211296,
        -0.786115585818864,
    ]
    vi = [
        0.325584765003961,
        0.194581121398144,
        0.415367965367965,
        0.0200100319022476,
        0.0512101721696309,
        0.00690561845590876,
    ]
    result = meta_regression(
        yi=yi, vi=vi, formula="~ x", data={"x": [44.0, 55.0, 42.0, 52.0, 13.0, 44.0]}, test="wald"
    )
    found = permutation_test(result, "exact")
    assert found.n == 360  # one latitude occurs twice
    assert found.pvalues[1] == pytest.approx(0.03888888889, abs=5e-11)


@pytest.mark.parametrize("formula", ["~ x", "~ 1"])
def test_blocks_change_nothing(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [permutation_test(fit(formula), n) for n in (100, 6000)]
    monkeypatch.setattr(permutation, "_BLOCK", 50 * 7)
    assert [permutation_test(fit(formula), n).to_dict() for n in (100, 6000)] == [
        one.to_dict() for one in whole
    ]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
@pytest.mark.parametrize("formula", ["~ x + g", "~ 1"])
def test_compiled_code_gives_the_same_statistics(
    formula: str, method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    result = fit(formula, tau2_method=method, test="hartung-knapp")
    rng = np.random.default_rng(4)
    model = Refit.of(result)
    orders = np.array([rng.permutation(7) for _ in range(60)])
    by_arrays = model.statistics(orders)
    monkeypatch.setattr(refit, "chosen_backend", lambda *_: "compiled")
    assert model.statistics(orders) == pytest.approx(by_arrays, rel=1e-9)


def test_exact_permutations_by_brute_force() -> None:
    """Every one of 6! orders fitted alone, of a category with repeats: the same proportion."""
    yi, vi, g = YI[:6], VI[:6], list("aabbab")
    result = meta_regression(yi=yi, vi=vi, formula="~ g", data={"g": g}, tau2_method="DL", test="wald")
    observed = abs(float(result.coefficients[1].statistic))
    hits = [
        abs(
            float(
                meta_regression(
                    yi=yi, vi=vi, formula="~ g", data={"g": list(order)}, tau2_method="DL", test="wald"
                )
                .coefficients[1]
                .statistic
            )
        )
        >= observed * (1 - 1e-9)
        for order in set(itertools.permutations(g))
    ]
    test = permutation_test(result)
    assert (test.exact, test.n) == (True, len(hits)) == (True, 20)
    assert test.pvalues[1] == test.omnibus_pvalue == pytest.approx(np.mean(hits), abs=1e-15)
    assert test.resolution == 1 / 20


def test_random_permutations_come_near_the_exact_ones() -> None:
    result = fit("~ x", tau2_method="DL")
    exact, drawn = permutation_test(result, "exact"), permutation_test(result, 2000, seed=3)
    assert exact.n == 2520
    assert not drawn.exact
    assert abs(float(exact.omnibus_pvalue) - float(drawn.omnibus_pvalue)) < 0.05
    again = permutation_test(result, 2000, seed=3)
    assert again.pvalues == drawn.pvalues
    assert permutation_test(result, 2000, seed=4).pvalues[1] != drawn.pvalues[1]
    assert permutation_test(result, 9).resolution == 0.1


def test_signs_are_flipped_without_moderators() -> None:
    """With equal variances and a fixed tau2 the statistic is the sum, whose signs can be counted."""
    yi = [0.1, 0.4, 0.5, 0.9, -0.2]
    result = meta_regression(yi=yi, vi=[0.2] * 5, formula="~ 1", tau2=0.1, test="wald")
    sums = [abs(np.dot(signs, yi)) for signs in itertools.product([-1, 1], repeat=5)]
    test = permutation_test(result)
    assert (test.exact, test.n) == (True, 32)
    assert test.pvalues[0] == np.mean(np.array(sums) >= abs(sum(yi)) - 1e-12)
    assert isinstance(test.omnibus_pvalue, NotEstimable)
    assert permutation_test(fit("~ 1"), 50).n == 50


@pytest.mark.parametrize("k", [2, 3, 5])
def test_no_pattern_of_signs_is_alone_as_far_from_zero(k: int) -> None:
    """Effects that all lie on one side are as far as signs can bring them: p is then the smallest one."""
    result = meta_regression(yi=[0.5] * k, vi=[0.2] * k, formula="~ 1", tau2=0.1, test="wald")
    test = permutation_test(result)
    assert test.resolution == test.pvalues[0] == 2 / 2**k
    assert f"smallest p possible {2 / 2**k:.4g}" in str(test)


@pytest.mark.parametrize(
    ("formula", "n", "total"), [("~ x", "exact", 2520), ("~ x", 90, 90), ("~ 1", 50, 50)]
)
def test_progress_is_told_after_every_part(
    monkeypatch: pytest.MonkeyPatch, formula: str, n: Any, total: int
) -> None:
    result = fit(formula)
    alone = permutation_test(result, n, seed=5)
    monkeypatch.setattr(permutation, "_BLOCK", result.k * 40)
    told: list[tuple[int, int | None]] = []
    found = permutation_test(result, n, seed=5, progress=lambda done, of: told.append((done, of)))
    assert told == [(min(i, total), total) for i in range(40, total + 40, 40)]
    assert alone.to_dict() == found.to_dict() or n != "exact"


def test_permutation_refusals() -> None:
    with pytest.raises(NotEstimableError, match="without an intercept"):
        permutation_test(fit("~ g - 1"))
    for n in (0, 2.5, True, "all"):
        with pytest.raises(OptionError, match="n must be a whole number >= 1 or 'exact'"):
            permutation_test(fit(), n)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="seed must be"):
        permutation_test(fit(), seed=-1)
    many = {"x": list(range(14))}
    large = meta_regression(yi=YI * 2, vi=VI * 2, formula="~ x", data=many)
    with pytest.raises(OptionError, match="distinct permutations, more than"):
        permutation_test(large, "exact")
    straight = meta_regression(yi=[1, 2, 3, 4], vi=[1] * 4, formula="~ x", data={"x": [0, 1, 2, 3]}, tau2=0)
    with pytest.raises(NotEstimableError, match="exactly on the fitted values"):
        permutation_test(meta_regression(yi=[1] * 4, vi=[1] * 4, formula="~ x", data={"x": [0, 1, 3, 7]}))
    assert straight.k == 4


def test_weights_travel_with_their_effects() -> None:
    weights = [5.0, 1, 2, 1, 3, 1, 4]
    result = fit("~ g", weights=weights, tau2_method="DL", test="wald")
    test = permutation_test(result)
    assert test.n == 35
    assert 0 < float(test.omnibus_pvalue) <= 1


ML: dict[str, Any] = {"tau2_method": "ML"}
EMPTY_ML: dict[str, Any] = {"tau2_method": "ML", "formula": "~ 1"}


@pytest.mark.parametrize(
    ("full", "reduced", "error", "message"),
    [
        ({}, {"formula": "~ 1"}, NotEstimableError, 'REML likelihoods.*tau2_method="ML"'),
        (
            {"tau2_method": "DL"},
            {"tau2_method": "DL", "formula": "~ 1"},
            NotEstimableError,
            "DL does not max",
        ),
        (ML, {"formula": "~ 1"}, OptionError, "one estimator"),
        (ML, {**ML, "formula": "~ g"}, OptionError, "must be a part of the full"),
        (EMPTY_ML, ML, OptionError, "must be a part of the full"),
        (ML, ML, OptionError, "must be a part of the full"),
        ({**ML, "weights": [1.0] * 7}, EMPTY_ML, OptionError, "user weights"),
        (ML, {**EMPTY_ML, "yi": YI[::-1]}, OptionError, "same effects"),
        ({}, {"model": "common-effect"}, OptionError, "tau2=0.0 instead"),
    ],
)
def test_likelihood_ratio_refusals(full: Any, reduced: Any, error: Any, message: str) -> None:
    a = fit(**({"formula": "~ x"} | full))
    b = fit(**({"formula": "~ x"} | reduced))
    with pytest.raises(error, match=message):
        likelihood_ratio_test(a, b)


def test_likelihood_ratio_of_tau2() -> None:
    """REML may compare one design with and without a between-study variance."""
    test = likelihood_ratio_test(fit(), fit(tau2=0.0))
    assert test.df == 1
    assert test.statistic >= 0
    assert isinstance(test.R2, NotEstimable)
    common = likelihood_ratio_test(fit(tau2_method="ML"), fit(tau2_method="ML", model="common-effect"))
    fixed = likelihood_ratio_test(fit(tau2_method="ML"), fit(tau2_method="ML", tau2=0.0))
    assert common.statistic == pytest.approx(fixed.statistic, rel=1e-12)
    with pytest.raises(OptionError, match="reduced must be a RegressionResult"):
        likelihood_ratio_test(fit(), "x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ("z", "'z' is not a coefficient or a term; known names: Intercept, x"),
        (2, "2 is not a position from 0 to 1"),
        ([], "at least one"),
        ([[1.0, 2, 3]], r"shape \(m, 2\)"),
        ([["a", "b"]], "contrasts must be numbers"),
        ([1.0, np.nan], "finite numbers"),
        ([True], "True is not"),
    ],
)
def test_wald_refusals(which: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fit().wald_test(which)


def test_wald_more() -> None:
    with pytest.raises(NotEstimableError, match="depend on each other"):
        fit().wald_test([[0.0, 1], [0, 2]])
    with pytest.raises(OptionError, match="values must be 1 finite"):
        fit().wald_test("x", [1, 2])
    assert fit().wald_test([1.0, -2.0]).names == ("Intercept - 2 x",)
    assert "F = " in str(fit().wald_test("x"))
    assert "chi-square = " in str(fit(test="wald").wald_test("x"))


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"x": 1}, "newdata lacks 'g'; a prediction needs x, g"),
        ({"x": 1, "g": "q"}, "'g' has 'q', which does not occur in the fit; known: a, b"),
        ({"x": "high", "g": "a"}, "'x' must be numbers"),
        ({"x": None, "g": "a"}, "'x' is missing in row 1"),
        ({"x": [1, 2, 3], "g": ["a", "b"]}, "of one length"),
        ({"x": [], "g": []}, "no rows"),
        ([[1, 2]], "DataFrame or a mapping with x, g"),
    ],
)
def test_prediction_refusals(new: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fit("~ x + g").predict(new)


def test_prediction_of_a_matrix_fit() -> None:
    X = np.column_stack([np.ones(7), DATA["x"]])
    result = meta_regression(yi=YI, vi=VI, X=X, names=["const", "x"])
    named = result.predict({"x": [0, 2.5]})
    assert np.array_equal(named.estimate, result.predict([[1, 0], [1, 2.5]]).estimate)
    assert result.predict(pd.DataFrame({"x": [2.5]})).estimate[0] == named.estimate[1]
    with pytest.raises(OptionError, match="one column for each of const, x"):
        result.predict([[1, 2, 3]])
    assert meta_regression(
        yi=YI, vi=VI, X=pd.DataFrame({"one": np.ones(7), "x": DATA["x"]})
    ).design.names == (
        "one",
        "x",
    )


def test_numeric_categories_are_closed() -> None:
    data = {"n": [1, 1, 2, 2, 3, 3, 3]}
    result = fit("~ C(n)", data=data)
    assert result.predict({"n": [3]}).estimate[0] == pytest.approx(result.fitted[-1], rel=1e-12)
    with pytest.raises(OptionError, match="'n' has 4, which does not occur"):
        result.predict({"n": [4]})


def test_common_effect() -> None:
    result = fit(model="common-effect", test="wald")
    assert result.tau2 == 0
    assert isinstance(result.predict().pi, NotEstimable)
    Q, Q0 = result.heterogeneity.Q, fit("~ 1", model="common-effect").heterogeneity.Q
    assert not isinstance(result.omnibus, NotEstimable)
    assert result.omnibus.statistic == pytest.approx(Q0 - Q, rel=1e-10)
    assert pytest.approx(max(0, 1 - (Q / 5) / (Q0 / 6)), rel=1e-10) == result.R2


def test_a_perfect_fit_has_no_knapp_hartung_test() -> None:
    yi = [1.0, 2, 3, 4]
    result = meta_regression(yi=[5.0] * 4, vi=[1.0] * 4, formula="~ x", data={"x": yi})
    assert result.scale == 0
    assert isinstance(result["x"].statistic, NotEstimable)
    assert not isinstance(result.omnibus, NotEstimable)
    assert isinstance(result.omnibus.pvalue, NotEstimable)
    assert isinstance(result.R2, NotEstimable)
    assert "tau2-interval-empty" in {f.code for f in result.findings}
    with pytest.raises(NotEstimableError):
        collinearity(result)
    assert "not estimable" in str(result)
    assert np.isnan(result.to_frame()["statistic"]).all()


def test_plain_data_and_text() -> None:
    for result in (
        fit("~ x + g", missing="drop", data={**DATA, "x": [3, None, 1, 5, 2, 4, 1]}),
        fit("~ 1", tau2_method="DL"),
        fit("~ g - 1", model="common-effect", test="wald"),
        fit(tau2=0.1),
    ):
        plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert [row["name"] for row in plain["coefficients"]] == list(result.design.names)
        assert all(plain[name] is None for name in plain["not_estimable"])
        frame = result.to_frame()
        assert frame["estimate"].tolist() == result.estimates.tolist()
        assert all(name in str(result) for name in result.design.names)
        json.dumps(result.predict().to_dict(), allow_nan=False)
        assert len(result.predict().to_frame()) == len(result.predict()) == result.k
        assert str(result.predict()).count("\n") >= result.k
    assert "left out: Study 2" in str(fit("~ x", missing="drop", data={"x": [3, None, 1, 5, 2, 4, 1]}))
    test = permutation_test(fit("~ g"))
    assert test.to_frame()["pvalue"].isna().tolist() == [True, False]
    json.dumps(test.to_dict(), allow_nan=False)
    assert collinearity(fit("~ x + g")).to_frame()["of"].tolist() == ["coefficient"] * 2 + ["term"] * 2
    assert collinearity(fit("~ x + g")).to_dict()["condition_number"] > 1
    assert "p = " in str(likelihood_ratio_test(fit(), fit(tau2=0.0)))


def test_results_cannot_be_changed() -> None:
    result = fit()
    for array in (result.vcov, result.fitted, result.hat, result.design.X, result.predict().ci):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
