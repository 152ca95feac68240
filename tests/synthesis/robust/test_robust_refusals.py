"""What has no robust variance is refused or named, and what is not to be relied on is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from metasyn import meta_regression, pool
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.multilevel.pool import pool_multilevel
from metasyn.synthesis.robust import cluster_robust
from metasyn.values import NotEstimable

Y = [0.3, -0.1, 0.9, 0.4, 0.2, 0.8]
V = [0.1, 0.2, 0.15, 0.1, 0.3, 0.2]
CLUSTERS = ["a", "a", "b", "b", "c", "d"]
ARRAYS: dict[str, Any] = {"yi": Y, "working": V, "clusters": CLUSTERS}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: cluster_robust(**(ARRAYS | {"clusters": ["a"] * 6})),
            NotEstimableError,
            "all rows are in one cluster ('a')",
        ),
        (
            lambda: cluster_robust(yi=Y, working=V),
            OptionError,
            "give a fitted model, or yi, working and clusters",
        ),
        (lambda: cluster_robust(pool(yi=Y, vi=V), **ARRAYS), OptionError, "not both; got yi, working too"),
        (
            lambda: cluster_robust(pool(yi=Y, vi=V)),
            OptionError,
            "clusters= must say which rows belong together",
        ),
        (lambda: cluster_robust(pool(yi=Y, vi=V), clusters=["a", "b"]), OptionError, "got 2 for 6 rows"),
        (lambda: cluster_robust(Y), OptionError, "got list. Arrays are given by name"),
        (lambda: cluster_robust(**ARRAYS, variance="CR3"), OptionError, "variance must be one of"),
        (lambda: cluster_robust(**ARRAYS, df_method="kr"), OptionError, "df_method must be one of"),
        (lambda: cluster_robust(**ARRAYS, level=95), OptionError, "Write 0.95 for 95%"),
        (lambda: cluster_robust(**ARRAYS, design=[[1, 2]] * 6), NotEstimableError, "follow from each other"),
        (lambda: cluster_robust(**ARRAYS, names=["a", "b"]), OptionError, "got 2 for 1 columns"),
        (lambda: cluster_robust(**ARRAYS, design=np.ones((3, 1))), OptionError, "one row per estimate (6)"),
        (lambda: cluster_robust(**(ARRAYS | {"yi": [*Y[:5], None]})), OptionError, "finite estimates"),
        (
            lambda: cluster_robust(
                **(ARRAYS | {"working": [[[0.1, 0.2], [0.2, 0.1]], [[1, 0], [0, 1]], [[1]], [[1]]]})
            ),
            NotEstimableError,
            "cluster 'a' (rows 1, 2): the covariances are not positive definite",
        ),
        (
            lambda: cluster_robust(**ARRAYS, design=np.vander(range(6), 4), variance="CR1p"),
            NotEstimableError,
            "4 clusters and 4 coefficients",
        ),
        (lambda: cluster_robust(**ARRAYS)["year"], OptionError, "there is no coefficient 'year'"),
        (lambda: cluster_robust(**ARRAYS).wald_test(["year"]), OptionError, "name one or more of Intercept"),
        (
            lambda: cluster_robust(**ARRAYS).wald_test([[1.0, 0.0]]),
            OptionError,
            "combinations need 1 columns",
        ),
        (
            lambda: cluster_robust(**ARRAYS).wald_test([[1.0], [2.0]]),
            NotEstimableError,
            "follow from each other",
        ),
    ],
)
def test_refusals(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_a_coefficient_that_rests_on_one_cluster_has_no_standard_error() -> None:
    """Whether cluster a differs from the others is told by its two rows alone."""
    design = np.column_stack([np.ones(6), [1, 1, 0, 0, 0, 0]])
    for kind in ("CR0", "CR1", "CR2"):
        got = cluster_robust(**ARRAYS, design=design, names=["Intercept", "a"], variance=kind)
        alone = got["a"]
        assert isinstance(alone.se, NotEstimable)
        assert alone.se == alone.df == alone.ci == alone.pvalue
        assert isinstance(got["Intercept"].se, float)
        assert isinstance(got.omnibus, NotEstimable)
        assert "a: not estimable, it rests on one cluster alone" in str(got)
        assert got.to_dict()["coefficients"][1]["se"] == {"not_estimable": alone.se.reason}
        assert np.isnan(got.to_frame()["se"][1])


def test_estimates_on_the_fitted_values() -> None:
    got = cluster_robust(yi=[0.5] * 4, working=[0.1] * 4, clusters=list("abcd"))["Intercept"]
    assert isinstance(got.se, NotEstimable)
    assert "no residuals" in got.se.reason


def test_few_degrees_of_freedom_are_a_warning() -> None:
    got = cluster_robust(**ARRAYS)
    assert got["Intercept"].df < 4
    (finding,) = got.findings
    assert (finding.code, finding.severity) == ("robust-few-df", "warning")
    assert f"{got['Intercept'].df:.3g} degrees of freedom" in finding.message
    many = cluster_robust(yi=np.tile(Y, 3), working=np.tile(V, 3), clusters=range(18))
    assert many["Intercept"].df > 4
    assert many.findings == ()


def test_a_warning_also_with_m_minus_p_degrees() -> None:
    (finding,) = cluster_robust(**ARRAYS, variance="CR1p").findings
    assert "3 degrees of freedom" in finding.message


def test_where_cr2_is_not_exact_it_says_so() -> None:
    """A level for every cluster and unequal variances: CR2 is off on average, by how much is said."""
    labels = np.repeat(np.arange(4), 3)
    rng = np.random.default_rng(3)
    design = np.column_stack([rng.normal(size=12), labels[:, None] == np.arange(4)]).astype(float)
    working = rng.uniform(0.1, 0.5, 12)
    got = cluster_robust(yi=rng.normal(size=12), working=working, clusters=labels, design=design)
    ratio = got.sandwich.expected(np.eye(5)[:1])[0, 0] / got.sandwich.bread[0, 0]
    assert abs(ratio - 1) > 1e-3
    found = [finding.message for finding in got.findings if finding.code == "robust-cr2-inexact"]
    assert len(found) == 1
    assert f"{ratio:.3g} times" in found[0]
    assert isinstance(got["x1"].se, float)


def test_a_joint_test_needs_clusters() -> None:
    design = np.vander(np.arange(6), 3, increasing=True)
    two = cluster_robust(yi=Y, working=V, clusters=list("aaabbb"), design=design)
    assert two.omnibus == NotEstimable("2 clusters do not tell the covariance of 2 combinations")
    with pytest.raises(NotEstimableError, match="x2, x3: 2 clusters do not tell"):
        two.wald_test(["x2", "x3"])


def test_models_whose_estimate_has_other_weights_are_refused() -> None:
    weighted = pool(yi=Y, vi=V, weights=[1, 2, 3, 4, 5, 6])
    with pytest.raises(OptionError, match="do not come from inverse-variance weights"):
        cluster_robust(weighted, clusters=CLUSTERS)


def test_fitted_models() -> None:
    """Pooling, regression and a multilevel model give what their covariance gives as arrays."""
    pooled = pool(yi=Y, vi=V)
    got = cluster_robust(pooled, clusters=CLUSTERS)
    total = np.array(V) + pooled.heterogeneity.tau2.value  # type: ignore[union-attr]
    same = cluster_robust(yi=Y, working=total, clusters=CLUSTERS)
    np.testing.assert_array_equal(got.covariance, same.covariance)
    assert got["Intercept"].estimate == pytest.approx(pooled.estimate, rel=1e-12)

    regression = meta_regression(yi=Y, vi=V, formula="~ x", data={"x": [1, 0, 3, 2, 5, 4]})
    got = cluster_robust(regression, clusters=CLUSTERS)
    assert got.names == ("Intercept", "x")
    np.testing.assert_allclose([row.estimate for row in got.coefficients], regression.estimates, rtol=1e-9)
    assert got["x"].working_se == pytest.approx(
        float(np.sqrt(regression.vcov[1, 1] / regression.scale)), rel=1e-9
    )

    model = pool_multilevel(yi=Y, vi=V, levels={"study": CLUSTERS, "effect": None}, variance_ci="none")
    got = cluster_robust(model)
    assert got.n_clusters == 4
    wider = cluster_robust(model, clusters=["a", "a", "b", "b", "a", "d"])
    assert wider.model.covariance.names == ("a", "b", "d")
    assert wider["Intercept"].estimate == pytest.approx(got["Intercept"].estimate, rel=1e-12)

    apart = pool_multilevel(
        yi=[1.0, 1.2, -1.0, -0.9, 0.4, 0.2],
        vi=V,
        levels={"study": CLUSTERS, "effect": None},
        variance_ci="none",
    )
    assert apart.components[0].variance > 0.1
    with pytest.raises(OptionError, match="rows 1 and 2 covary but are in different clusters"):
        cluster_robust(apart, clusters=range(6))
