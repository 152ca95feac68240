"""The correlated and hierarchical effects model: the working model by brute force, then the robust part."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaincinv

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Effect, EffectSet, Route
from metasyn.errors import NotEstimableError, OptionError
from metasyn.evidence.model import Cohort, Study
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.dependence import dependence_groups, sampling_covariance
from metasyn.synthesis.multilevel.pool import pool_multilevel
from metasyn.synthesis.robust import CheResult, cluster_robust, pool_che
from metasyn.synthesis.robust.che import SENSITIVITY
from metasyn.values import Interval, NotEstimable
from tests.synthesis.robust.dense_equations import Dense

# Made up: six clusters of 5, 2, 1, 1, 2 and 1 rows.
Y = np.array([0.59, 0.44, 0.23, 0.46, 0.62, -0.51, -0.19, 0.28, 0.42, 0.41, 0.54, 0.73])
V = np.array([0.047, 0.087, 0.071, 0.023, 0.053, 0.091, 0.091, 0.131, 0.101, 0.129, 0.06, 0.044])
CLUSTERS = np.array([0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 4, 5])
X = np.column_stack([np.ones(12), [2, 2, 1, 1, 3, 5, 4, 3, 2, 6, 5, 1]])
ARRAYS: dict[str, Any] = {"yi": Y, "vi": V, "clusters": CLUSTERS}


def sampling(rho: float, apart: np.ndarray | None = None) -> np.ndarray:
    """Constant correlation within clusters, written out."""
    same = CLUSTERS[:, None] == CLUSTERS[None, :]
    if apart is not None:
        same = same & (apart[:, None] == apart[None, :])
    return np.where(np.eye(12, dtype=bool), np.diag(V), rho * same * np.sqrt(np.outer(V, V)))


def by_brute_force(
    rho: float, X: np.ndarray = X[:, :1], apart: np.ndarray | None = None
) -> tuple[Dense, Any]:
    """REML of tau2 and omega2 by a general optimiser on dense matrices, then the dense CR2."""
    same = (CLUSTERS[:, None] == CLUSTERS[None, :]).astype(float)
    known = sampling(rho, apart)

    def marginal(theta: np.ndarray) -> np.ndarray:
        return known + theta[0] ** 2 * same + theta[1] ** 2 * np.eye(12)

    def loss(theta: np.ndarray) -> float:
        F = marginal(theta)
        W = np.linalg.inv(F)
        information = X.T @ W @ X
        rest = Y - X @ np.linalg.solve(information, X.T @ W @ Y)
        return float(np.linalg.slogdet(F)[1] + np.linalg.slogdet(information)[1] + rest @ W @ rest)

    tight = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 10_000, "maxfev": 10_000}
    starts = ([0.3, 0.1], [0.1, 0.3], [0.4, 0.01])
    best = min((minimize(loss, s, method="Nelder-Mead", options=tight) for s in starts), key=lambda r: r.fun)
    return Dense(Y, X, marginal(best.x), CLUSTERS), best.x**2


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.9])
def test_brute_force(rho: float) -> None:
    dense, (tau2, omega2) = by_brute_force(rho)
    got = pool_che(**ARRAYS, rho=rho, sensitivity=[], variance_ci="none")
    assert got.tau2 == pytest.approx(tau2, rel=1e-6)
    assert got.omega2 == pytest.approx(omega2, rel=1e-5, abs=1e-9)
    assert got.estimate == pytest.approx(dense.b[0], rel=1e-6)
    assert got.se == pytest.approx(math.sqrt(dense.covariance("CR2")[0, 0]), rel=1e-6)
    assert got.df == pytest.approx(dense.freedom("CR2", np.eye(1)), rel=1e-6)


def test_moderators() -> None:
    dense, _ = by_brute_force(0.6, X)
    got = pool_che(**ARRAYS, X=X, names=["Intercept", "dose"], variance_ci="none")
    np.testing.assert_allclose([row.estimate for row in got.robust.coefficients], dense.b, rtol=1e-5)
    assert got.robust["dose"].se == pytest.approx(math.sqrt(dense.covariance("CR2")[1, 1]), rel=1e-5)
    assert got.robust["dose"].df == pytest.approx(dense.freedom("CR2", np.eye(2)[1:]), rel=1e-5)
    assert isinstance(got.pi, NotEstimable)
    formula = pool_che(**ARRAYS, formula="~ dose", data={"dose": X[:, 1]}, variance_ci="none")
    assert formula.robust["dose"].se == pytest.approx(got.robust["dose"].se, rel=1e-9)


def test_subgroups_without_common_participants() -> None:
    apart = np.array([0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0])
    dense, _ = by_brute_force(0.6, apart=apart)
    got = pool_che(**ARRAYS, subgroups=apart, variance_ci="none")
    np.testing.assert_allclose(got.covariance.matrix(), sampling(0.6, apart), rtol=1e-12)
    assert got.se == pytest.approx(math.sqrt(dense.covariance("CR2")[0, 0]), rel=1e-6)
    assert got.se != pytest.approx(pool_che(**ARRAYS, variance_ci="none").se, rel=1e-3)
    other, _ = by_brute_force(0.9, apart=apart)
    assert got.sensitivity[-1].coefficients[0].estimate == pytest.approx(other.b[0], rel=1e-6)  # type: ignore


def test_every_rho_of_the_sensitivity_is_its_own_analysis() -> None:
    got = pool_che(**ARRAYS)
    assert got.spec.rho == 0.6
    assert [at.rho for at in got.sensitivity] == list(SENSITIVITY) == [0.2, 0.4, 0.6, 0.8, 0.9]
    for at in got.sensitivity:
        alone = pool_che(**ARRAYS, rho=at.rho, sensitivity=[], variance_ci="none")
        assert len(alone.sensitivity) == 1
        assert at.coefficients[0].estimate == pytest.approx(alone.estimate, rel=1e-9)  # type: ignore[index]
        assert at.coefficients[0].ci.low == pytest.approx(alone.ci.low, rel=1e-7)  # type: ignore
        assert at.tau2 == pytest.approx(alone.tau2, rel=1e-7)


def test_the_prediction_interval() -> None:
    got = pool_che(**ARRAYS)
    assert isinstance(got.pi, Interval)
    assert isinstance(got.df, float)
    assert isinstance(got.se, float)
    x = betaincinv(got.df / 2, 0.5, 0.05)
    half = math.sqrt(got.df * (1 - x) / x) * math.sqrt(got.se**2 + got.tau2 + got.omega2)
    assert (got.pi.low, got.pi.high) == pytest.approx((got.estimate - half, got.estimate + half), rel=1e-12)


def test_an_answer_that_depends_on_rho_is_said_to() -> None:
    got = pool_che(**ARRAYS)
    (finding,) = [finding for finding in got.findings if finding.code == "che-depends-on-rho"]
    assert "rho = 0.9 than with 0.6" in finding.message
    assert 0 in got.ci  # type: ignore[operator]
    assert got.sensitivity[-1].coefficients[0].ci.low > 0  # type: ignore
    clear = pool_che(**(ARRAYS | {"yi": Y + 2}), variance_ci="none")
    assert [finding.code for finding in clear.findings if finding.code.startswith("che")] == []


def effect_set() -> EffectSet:
    """The same rows as effects of studies, the two of study 1 of one cohort."""
    route = Route(name="given", grade=1, formula="as given")
    rows = [
        Effect(
            label=f"row {i}", yi=y, vi=v, route=route, study_id=f"s{c}", cohort_id=f"s{c}.{i if c else 'all'}"
        )
        for i, (y, v, c) in enumerate(zip(Y.tolist(), V.tolist(), CLUSTERS.tolist(), strict=True))
    ]
    return EffectSet(measure=get_measure("HR"), effects=rows)


def test_effects_bring_their_own_clusters() -> None:
    effects = effect_set()
    by_study = pool_che(effects, variance_ci="none")
    assert by_study.estimate == pytest.approx(pool_che(**ARRAYS, variance_ci="none").estimate, rel=1e-12)
    groups = dependence_groups(effects, by=["same cohort"])
    by_cohort = pool_che(effects, clusters=groups, variance_ci="none")
    assert (by_study.n_clusters, by_cohort.n_clusters) == (6, 8)
    text = str(by_study)
    assert text.startswith(f"hazard ratio {math.exp(by_study.estimate):.4g}, 95% CI ")
    with pytest.raises(OptionError, match="those of another set"):
        pool_che(effects.take(range(11)), clusters=groups)


def test_sampling_covariances_from_the_evidence() -> None:
    """Rows of one study without common participants are not correlated, a part and its whole are."""
    effects = effect_set()
    cohorts = {
        row.cohort_id: Cohort(cohort_id=row.cohort_id, study_id=row.study_id, label=row.label, n=50 + 10 * i)
        for i, row in enumerate(effects.effects)
    }
    cohorts["s1.5"] = replace(cohorts["s1.5"], part_of="s1.6")
    studies = {
        row.study_id: Study(study_id=row.study_id, label=row.study_id, design="") for row in effects.effects
    }
    evidence = Evidence(sources={}, studies=studies, cohorts=cohorts, outcomes={}, results=())
    got = pool_che(effects, evidence=evidence, variance_ci="none", rho=0.5)
    known = sampling(0.5)
    known[np.ix_([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])] = np.diag(V[:5]) + 0.5 * (
        np.sqrt(np.outer(V[:5], V[:5])) - np.diag(V[:5])
    )  # five rows of one cohort: rho
    known[5, 6] = known[6, 5] = math.sqrt(100 / 110) * math.sqrt(V[5] * V[6])
    known[9, 10] = known[10, 9] = 0.0
    np.testing.assert_allclose(got.covariance.matrix(), known, rtol=1e-12)
    model = pool_multilevel(
        yi=Y, sampling=known, levels={"study": CLUSTERS, "effect": None}, variance_ci="none"
    )
    want = cluster_robust(model, clusters=CLUSTERS)["Intercept"]
    assert (got.estimate, got.se, got.df) == pytest.approx((want.estimate, want.se, want.df), rel=1e-7)
    assert "rho = 0.5 where the evidence has no number" in str(got)
    assert got.to_dict()["from_evidence"]
    assert len(got.sensitivity) == 6
    told = pool_che(effects.take(range(4, 12)), evidence=evidence, variance_ci="none")
    assert [at.rho for at in told.sensitivity] == [0.6]
    assert "nothing is assumed about correlations" in str(told)
    with pytest.raises(OptionError, match="give subgroups or evidence"):
        pool_che(effects, evidence=evidence, subgroups=CLUSTERS)


def test_the_order_of_the_rows_does_not_matter() -> None:
    order = np.random.default_rng(3).permutation(12)
    shuffled = pool_che(yi=Y[order], vi=V[order], clusters=CLUSTERS[order], variance_ci="none")
    got = pool_che(**ARRAYS, variance_ci="none")
    assert shuffled.estimate == pytest.approx(got.estimate, rel=1e-7)
    assert shuffled.se == pytest.approx(got.se, rel=1e-7)
    want = sampling_covariance(V, CLUSTERS, rho=0.6).matrix()[np.ix_(order, order)]
    np.testing.assert_allclose(shuffled.covariance.matrix(), want, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: pool_che(yi=Y, vi=V, clusters=range(12)),
            NotEstimableError,
            "no cluster has two rows: 12 rows",
        ),
        (lambda: pool_che(yi=Y, vi=V), NotEstimableError, "pooled by pool()"),
        (lambda: pool_che(yi=Y, vi=V, clusters=[1] * 12), NotEstimableError, "all rows are in one cluster"),
        (lambda: pool_che(**ARRAYS, rho=1), OptionError, "rho must be a correlation, 0 <= rho < 1; got 1"),
        (lambda: pool_che(**ARRAYS, sensitivity=[-0.1]), OptionError, "sensitivity must be a correlation"),
        (lambda: pool_che(**ARRAYS, method="DL"), OptionError, "method must be one of 'REML', 'ML'"),
        (lambda: pool_che(**ARRAYS, variance="HC3"), OptionError, "variance must be one of"),
        (lambda: pool_che(yi=Y, vi=-V, clusters=CLUSTERS), OptionError, "vi"),
        (lambda: pool_che(), OptionError, "nothing to pool"),
    ],
)
def test_refusals(call: Callable[[], CheResult], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_as_data_and_text() -> None:
    got = pool_che(**ARRAYS)
    data = got.to_dict()
    assert data["robust"]["coefficients"][0]["se"] == got.se
    assert [at["rho"] for at in data["sensitivity"]] == list(SENSITIVITY)
    frame = got.to_frame()
    assert frame["estimate"].tolist() == [at.coefficients[0].estimate for at in got.sensitivity]  # type: ignore
    assert got.confidence_interval(0.9).high < got.ci.high  # type: ignore[union-attr]
    text = str(got)
    for words in ("rho = 0.6, REML", f"tau2 (between clusters) = {got.tau2:.6g}", "other correlations:"):
        assert words in text
