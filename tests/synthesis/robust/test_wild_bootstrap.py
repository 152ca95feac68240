"""The cluster wild bootstrap: every vector of signs refitted with dense matrices, and Fisher's own test."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust import WildBootstrapTest, cluster_robust, pool_che, wild_bootstrap_test
from metasyn.synthesis.robust.wild import MOST_EXACT
from metasyn.values import NotEstimable
from tests.synthesis.robust.dense_equations import Dense, made_up

# Darwin's 15 pairs of maize plants, in eighths of an inch, from Fisher's The Design of Experiments (1935),
# section 17; by section 21 of the 32,768 assignments of signs 1,726 have a sum at least as far from zero.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def refitted(data: Dense, kind: str, C: np.ndarray, c: np.ndarray) -> tuple[float, list[float]]:
    """The statistic, and those of all sign vectors: restricted least squares and CR written out."""

    def statistic(y: np.ndarray) -> float:
        own = Dense(y, data.X, data.F, data.labels)
        away = C @ own.b - c
        return float(away @ np.linalg.inv(C @ own.covariance(kind) @ C.T) @ away)

    bend = data.M @ C.T @ np.linalg.inv(C @ data.M @ C.T)
    under_null = data.X @ (data.b - bend @ (C @ data.b - c))
    labels = np.unique(data.labels)
    found = []
    for signs in product([-1.0, 1.0], repeat=labels.size):
        by_row = np.array(signs)[np.searchsorted(labels, data.labels)]
        found.append(statistic(under_null + by_row * (data.y - under_null)))
    return statistic(data.y), found


def robust_of(data: Dense, kind: str) -> Any:
    names = ["Intercept", *(f"x{j}" for j in range(1, data.X.shape[1]))]
    return cluster_robust(
        yi=data.y, working=data.F, clusters=data.labels, design=data.X, names=names, variance=kind
    )


@pytest.mark.parametrize(
    ("kind", "C", "c"),
    [
        ("CR2", [[0, 1, 0]], [0.0]),
        ("CR0", [[0, 0, 1]], [0.4]),
        ("CR1p", [[0, 1, -1]], [0.0]),
        ("CR2", [[0, 1, 0], [0, 0, 1]], [0.5, -0.9]),
    ],
)
def test_every_sign_vector_refitted(kind: str, C: list[list[float]], c: list[float]) -> None:
    data = made_up(4, m=6, k=17)
    observed, found = refitted(data, kind, np.array(C, dtype=float), np.array(c))
    got = wild_bootstrap_test(robust_of(data, kind), C, c)
    assert got.statistic == pytest.approx(observed, rel=1e-10)
    assert (got.exact, got.n_signs, got.seed) == (True, 32, None)
    assert got.pvalue == np.mean(np.array(found) >= observed * (1 - 1e-9))
    assert 2**-5 <= got.pvalue < 1


def test_fisher_of_darwins_maize() -> None:
    """One row per cluster and equal variances: the p value is that of the sum with signs turned."""
    got = wild_bootstrap_test(
        cluster_robust(yi=DARWIN, working=[1.0] * 15, clusters=range(15)), ["Intercept"]
    )
    assert got.exact
    assert got.n_clusters == MOST_EXACT
    assert got.pvalue == 1726 / 32768
    sums = np.array(list(product([-1, 1], repeat=15))) @ np.array(DARWIN)
    assert int((np.abs(sums) >= sum(DARWIN)).sum()) == 1726


def test_drawn_signs() -> None:
    """More clusters than are gone through: near the p value of another seed, the same with the same one."""
    data = made_up(7, m=MOST_EXACT + 1, k=40)
    robust = robust_of(data, "CR2")
    one, again, other = (wild_bootstrap_test(robust, ["x1"], draws=4000, seed=seed) for seed in (1, 1, 2))
    assert one.to_dict() == again.to_dict()
    assert (one.exact, one.n_signs, one.seed) == (False, 4000, 1)
    assert one.pvalue != other.pvalue
    assert abs(one.pvalue - other.pvalue) < 4 * np.hypot(one.pvalue_se, other.pvalue_se)
    assert isinstance(one.beside, WaldTest)
    assert one.beside.pvalue == pytest.approx(robust["x1"].pvalue, rel=1e-9)
    assert f"(standard error {one.pvalue_se:.2g})" in str(one)
    assert "4000 signs of 16 clusters drawn, seed 1" in str(one)


def test_an_effect_beyond_all_signs() -> None:
    """The least p value there is: 2 of 2^m exactly, and never 0 by drawing."""
    few = cluster_robust(yi=[5, 6, 5.5, 6.2, 5.1, 5.8], working=[0.1] * 6, clusters=range(6))
    assert wild_bootstrap_test(few, ["Intercept"]).pvalue == 2**-5
    many = cluster_robust(yi=np.linspace(5, 6, 20), working=[0.1] * 20, clusters=range(20))
    assert wild_bootstrap_test(many, ["Intercept"], draws=999).pvalue == 1 / 1000
    assert wild_bootstrap_test(many, ["Intercept"], [5.5], draws=999).pvalue > 0.5


def test_of_the_correlated_and_hierarchical_effects_model() -> None:
    """The test of its robust part; order and scale of the rows do not matter; it says when it cannot tell."""
    y = np.array([0.59, 0.44, 0.23, 0.46, -0.51, -0.19, 0.28, 0.42, 0.41])
    v = np.array([0.047, 0.087, 0.071, 0.023, 0.091, 0.091, 0.131, 0.101, 0.129])
    clusters = np.array(list("aaabbccdd"))
    result = pool_che(yi=y, vi=v, clusters=clusters, sensitivity=[], variance_ci="none")
    got = wild_bootstrap_test(result, ["Intercept"])
    assert isinstance(got, WildBootstrapTest)
    assert got.to_dict() == wild_bootstrap_test(result.robust, ["Intercept"]).to_dict()
    order = np.random.default_rng(1).permutation(9)
    turned = pool_che(
        yi=-3 * y[order], vi=9 * v[order], clusters=clusters[order], sensitivity=[], variance_ci="none"
    )
    other = wild_bootstrap_test(turned, ["Intercept"])
    assert other.pvalue == got.pvalue
    assert other.statistic == pytest.approx(got.statistic, rel=1e-6)
    (finding,) = got.findings
    assert finding.code == "wild-too-few-clusters"
    assert (
        "with 4 clusters no p value below 0.125 is possible, so that one above 0.05 says nothing"
        in finding.message
    )
    assert "all signs of 4 clusters" in str(got)


def test_where_degrees_of_freedom_give_up() -> None:
    """Five coefficients of seven clusters: no Hotelling test, but the signs can be gone through."""
    result = robust_of(made_up(1, m=7, k=21, p=6), "CR2")
    got = wild_bootstrap_test(result, [f"x{j}" for j in range(1, 6)])
    assert isinstance(got.beside, NotEstimable)
    assert "degrees of freedom for 5 combinations" in got.beside.reason
    assert got.beside.reason in str(got)
    assert got.to_dict()["beside"] == {"not_estimable": got.beside.reason}
    assert 2**-6 <= got.pvalue <= 1


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"which": ["year"]}, OptionError, "name one or more of Intercept, x1, x2"),
        ({"which": ["x1"], "values": [1, 2]}, OptionError, "values must hold 1 finite numbers"),
        ({"which": ["x1"], "draws": 10}, OptionError, "draws must be a whole number, at least 99"),
        ({"which": ["x1"], "seed": -1}, OptionError, "seed must be a whole number, at least 0"),
        ({"which": [[0, 1, 0], [0, 2, 0]]}, NotEstimableError, "the combinations follow from each other"),
    ],
)
def test_refusals(given: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        wild_bootstrap_test(robust_of(made_up(2), "CR2"), **given)


def test_one_cluster_alone_is_refused() -> None:
    design = np.column_stack([np.ones(6), [1, 1, 0, 0, 0, 0]])
    result = cluster_robust(
        yi=[0.3, -0.1, 0.9, 0.4, 0.2, 0.8], working=[0.1] * 6, clusters=list("aabbcd"), design=design
    )
    with pytest.raises(NotEstimableError, match="x2: it rests on one cluster alone"):
        wild_bootstrap_test(result, ["x2"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("m", "treated", "within"), [(8, 2, (0.01, 0.05)), (12, 3, (0.02, 0.06)), (12, 6, (0.03, 0.07))]
)
def test_how_often_it_is_wrong(m: int, treated: int, within: tuple[float, float]) -> None:
    """Rejections at 5% of a true hypothesis, 1,000 sets, with a working model that is not the true one.

    Where few clusters have the moderator, CR2 with Satterthwaite's degrees of freedom hardly ever rejects.
    """
    rng, wild, robust = np.random.default_rng(100 * m + treated), 0, 0
    for _ in range(1000):
        labels = np.repeat(np.arange(m), rng.integers(1, 5, m))
        same, v = labels[:, None] == labels, rng.chisquare(4, labels.size) / 40

        def covariance(r: float, same: np.ndarray = same, v: np.ndarray = v) -> np.ndarray:
            return np.where(np.eye(v.size, dtype=bool), 1.0, r * same) * np.sqrt(np.outer(v, v))

        true = covariance(0.6) + 0.1 * same + 0.03 * np.eye(labels.size)
        result = cluster_robust(
            yi=np.linalg.cholesky(true) @ rng.normal(size=labels.size),
            working=covariance(0.2) + 0.05 * same,
            clusters=labels,
            design=np.column_stack([np.ones(labels.size), labels < treated]),
        )
        wild += wild_bootstrap_test(result, ["x2"]).pvalue <= 0.05
        robust += float(result["x2"].pvalue) <= 0.05  # type: ignore[arg-type]
    assert within[0] <= wild / 1000 <= within[1]
    assert robust <= wild
