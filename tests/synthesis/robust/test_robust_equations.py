"""Robust covariances and degrees of freedom against dense matrices, and what must hold of any of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import betainc, betaincinv

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust import RobustResult, cluster_robust
from metasyn.synthesis.robust.sandwich import sandwich
from metasyn.synthesis.robust.working import working_model
from metasyn.vocabulary import RobustVariance, choices
from tests.synthesis.robust.dense_equations import Dense, made_up

KINDS = choices(RobustVariance)
TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def robust(set_: Dense, kind: str = "CR2", **options: str) -> RobustResult:
    return cluster_robust(
        yi=set_.y, working=set_.F, clusters=set_.labels, design=set_.X, variance=kind, **options
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dense_equations(kind: str, seed: int) -> None:
    want = made_up(seed)
    got = robust(want, kind, df_method="satterthwaite")
    np.testing.assert_allclose([row.estimate for row in got.coefficients], want.b, **TIGHT)
    np.testing.assert_allclose(got.covariance, want.covariance(kind), **TIGHT)
    np.testing.assert_allclose(got.sandwich.bread, want.M, **TIGHT)
    np.testing.assert_allclose(got.sandwich.expected(np.eye(3)), want.expected(kind), **TIGHT)
    for j, row in enumerate(got.coefficients):
        C = np.eye(3)[j : j + 1]
        assert row.df == pytest.approx(want.freedom(kind, C), rel=1e-10)
        assert row.se == pytest.approx(math.sqrt(want.covariance(kind)[j, j]), rel=1e-10)
        assert row.working_se == pytest.approx(math.sqrt(want.M[j, j]), rel=1e-10)
    for C in (np.eye(3)[1:], np.eye(3), np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]])):
        test = got.wald_test(C)
        F, df = want.hotelling(kind, C)
        assert test.statistic == pytest.approx(F, rel=1e-9)
        assert test.df_residual == pytest.approx(df, rel=1e-9)
    assert isinstance(got.omnibus, WaldTest)
    assert got.omnibus.statistic == pytest.approx(want.hotelling(kind, np.eye(3)[1:])[0], rel=1e-9)


def test_singular_adjustments() -> None:
    """A level for every cluster leaves no residual along it: the symmetric pseudo-inverse square root."""
    rng = np.random.default_rng(4)
    labels = np.repeat(np.arange(5), [3, 4, 2, 3, 4])
    X = np.column_stack([rng.normal(size=16), labels[:, None] == np.arange(5)])
    want = Dense(rng.normal(size=16), X.astype(float), np.diag(rng.uniform(0.1, 0.4, 16)), labels)
    got = robust(want)
    np.testing.assert_allclose(got.covariance, want.covariance("CR2"), rtol=1e-8, atol=1e-12)
    assert got.coefficients[0].df == pytest.approx(want.freedom("CR2", np.eye(6)[:1]), rel=1e-8)


def test_cr2_is_right_on_average_if_the_working_model_holds() -> None:
    """By the equation, and by 20,000 sets drawn from the working model."""
    want = made_up(5)
    model = working_model(yi=want.y, working=want.F, clusters=want.labels, design=want.X)
    np.testing.assert_allclose(sandwich(model, "CR2").expected(np.eye(3)), want.M, **TIGHT)
    assert np.all(np.diag(sandwich(model, "CR0").expected(np.eye(3))) < 0.95 * np.diag(want.M))
    rng = np.random.default_rng(6)
    draws = rng.normal(size=(20_000, want.y.size)) @ np.linalg.cholesky(want.F).T
    parts = [draws @ T.T for T in want.makers("CR2")]
    mean = sum(np.einsum("np,nq->pq", part, part) for part in parts) / draws.shape[0]
    np.testing.assert_allclose(np.diag(mean), np.diag(want.M), rtol=0.03)


def test_satterthwaite_degrees_are_those_of_the_simulated_variance() -> None:
    """2 E^2 / var of the robust variance over 40,000 sets drawn from the working model."""
    want = made_up(7)
    rng = np.random.default_rng(8)
    draws = rng.normal(size=(40_000, want.y.size)) @ np.linalg.cholesky(want.F).T
    variances = sum((draws @ T[1]) ** 2 for T in want.makers("CR2"))
    df = 2 * variances.mean() ** 2 / variances.var()
    row = robust(want).coefficients[1]
    assert row.df == pytest.approx(df, rel=0.05)


def test_t_test_and_interval() -> None:
    """p by the incomplete beta function, and an interval whose bounds have p = 1 - level."""
    row = robust(made_up(1)).coefficients[1]
    assert isinstance(row.df, float)
    assert isinstance(row.se, float)
    assert isinstance(row.statistic, float)
    assert row.statistic == pytest.approx(row.estimate / row.se, rel=1e-14)
    assert row.pvalue == pytest.approx(
        betainc(row.df / 2, 0.5, row.df / (row.df + row.statistic**2)), rel=1e-12
    )
    x = betaincinv(row.df / 2, 0.5, 0.05)
    quantile = math.sqrt(row.df * (1 - x) / x)
    assert row.ci.high - row.estimate == pytest.approx(quantile * row.se, rel=1e-12)  # type: ignore[union-attr]
    wide = robust(made_up(1)).confidence_interval("x2", level=0.99)
    assert wide.low < row.ci.low  # type: ignore[union-attr]


def test_residual_degrees_of_freedom() -> None:
    set_ = made_up(2)
    got = robust(set_, "CR1p")
    assert got.df_method == "residual"
    assert {row.df for row in got.coefficients} == {5.0}
    test = got.wald_test(["x2", "x3"])
    C = np.eye(3)[1:]
    Q = (C @ set_.b) @ np.linalg.inv(C @ set_.covariance("CR1p") @ C.T) @ (C @ set_.b)
    assert (test.statistic, test.df, test.df_residual) == (pytest.approx(Q / 2, rel=1e-10), 2, 5.0)


def test_equal_independent_rows_are_the_t_test_of_one_sample() -> None:
    """Clusters of one with equal variances: CR1 and CR2 give s^2 / k, and k - 1 degrees of freedom."""
    y = np.array([0.3, -0.1, 0.9, 0.4, 0.2])
    for kind in ("CR1", "CR2"):
        row = cluster_robust(yi=y, working=[0.2] * 5, clusters=range(5), variance=kind)["Intercept"]
        assert row.se == pytest.approx(y.std(ddof=1) / math.sqrt(5), rel=1e-12)
        assert row.df == pytest.approx(4, rel=1e-12)


def test_one_test_is_the_square_of_the_other() -> None:
    got = robust(made_up(3))
    row, test = got.coefficients[2], got.wald_test(["x3"])
    assert test.statistic == pytest.approx(row.statistic**2, rel=1e-10)  # type: ignore[operator]
    assert test.df_residual == pytest.approx(row.df, rel=1e-10)
    assert test.pvalue == pytest.approx(row.pvalue, rel=1e-9)
    shifted = got.wald_test(["x3"], [row.estimate])
    assert shifted.statistic == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("kind", KINDS)
def test_order_units_and_recoding_do_not_matter(kind: str) -> None:
    set_ = made_up(9)
    base = robust(set_, kind)
    order = np.random.default_rng(1).permutation(set_.y.size)
    shuffled = Dense(set_.y[order], set_.X[order], set_.F[np.ix_(order, order)], set_.labels[order])
    np.testing.assert_allclose(robust(shuffled, kind).covariance, base.covariance, **TIGHT)
    units = Dense(1000 * set_.y, set_.X * [1, 1e-4, 1], 1e6 * set_.F, set_.labels)
    turned = robust(units, kind)
    scale = np.array([1e3, 1e7, 1e3])
    np.testing.assert_allclose(turned.covariance, base.covariance * np.outer(scale, scale), rtol=1e-8)
    for one, two in zip(turned.coefficients, base.coefficients, strict=True):
        assert one.df == pytest.approx(two.df, rel=1e-9)
        assert one.pvalue == pytest.approx(two.pvalue, rel=1e-9)


def test_the_working_variance_may_be_off_by_a_factor() -> None:
    """The robust covariance is told from the residuals: 100 times the working variance changes nothing."""
    set_ = made_up(10)
    tenfold = Dense(set_.y, set_.X, 100 * set_.F, set_.labels)
    np.testing.assert_allclose(robust(tenfold).covariance, robust(set_).covariance, **TIGHT)


def test_results_as_data_and_text() -> None:
    got = robust(made_up(1))
    data = got.to_dict()
    assert data["coefficients"][1]["se"] == got.coefficients[1].se
    assert sum(len(rows) for rows in data["clusters"].values()) == 26
    frame = got.to_frame()
    assert frame["df"].tolist() == [row.df for row in got.coefficients]
    assert frame["ci_high"][0] == got.coefficients[0].ci.high  # type: ignore[union-attr]
    text = str(got)
    assert text.startswith("cluster-robust (CR2, Satterthwaite's degrees of freedom), 26 rows in 8 clusters")
    assert f"{got['x2'].estimate:.4g}" in text
    with pytest.raises(ValueError, match="read-only"):
        got.covariance[0, 0] = 0
