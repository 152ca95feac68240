"""Groups: the rule on tau2, single effects, and the test between groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.mean import fit_mean
from metasyn.synthesis.model import Heterogeneity, SubgroupAnalysis
from metasyn.values import Interval, NotEstimable


def data(*sizes: int) -> dict[str, Any]:
    rng = np.random.default_rng(11)
    k = sum(sizes)
    by = [name for name, size in zip("abcdef", sizes, strict=False) for _ in range(size)]
    vi = rng.uniform(0.02, 0.2, k)
    return {"yi": rng.normal(-0.3, np.sqrt(vi + 0.1)), "vi": vi, "by": by}


def run(*sizes: int, **options: Any) -> SubgroupAnalysis:
    groups = pool(**data(*sizes), **options).subgroups
    assert groups is not None
    return groups


@pytest.mark.parametrize(
    ("sizes", "mode"), [((5, 5), "separate"), ((9, 4), "common"), ((6, 1), "common"), ((1, 1), "separate")]
)
def test_rule(sizes: tuple[int, ...], mode: str) -> None:
    groups = run(*sizes)
    assert groups.tau2_mode == mode
    assert groups.reason.endswith(".")
    assert [result.k for result in groups.results] == list(sizes)


def test_separate_groups_are_syntheses_of_their_own() -> None:
    given = data(6, 5)
    groups = run(6, 5)
    alone = pool(yi=given["yi"][:6], vi=given["vi"][:6])
    assert groups.tau2 is None
    assert groups.results[0].estimate == alone.estimate
    assert groups.results[0].ci == alone.ci
    assert groups.results[0].policy == alone.policy


def test_common_groups_share_tau2_and_residual_degrees_of_freedom() -> None:
    groups = run(4, 3, 1, level=0.9)
    assert groups.tau2 is not None
    first, second, single = groups.results
    assert first.policy.rule == second.policy.rule == "common-tau2"
    assert first.df == 8 - 3
    assert first.ci_method == "hartung-knapp-adhoc"
    assert isinstance(first.heterogeneity, Heterogeneity)
    assert first.heterogeneity.tau2 is groups.tau2
    assert first.heterogeneity.df == 3
    assert isinstance(first.heterogeneity.tau2.ci, Interval)
    assert isinstance(first.heterogeneity.I2_ci, Interval)
    assert single.policy.rule == "k-aware/1"
    given = data(4, 3, 1)
    assert single.se == pytest.approx(given["vi"][7] ** 0.5)


def test_prediction_in_groups_with_a_common_tau2() -> None:
    groups = run(4, 3, 2)
    assert groups.tau2 is not None
    given = data(4, 3, 2)
    fit = fit_mean(given["yi"][:4], given["vi"][:4], groups.tau2.value)
    half = 2.4469118511449692 * (fit.variance + groups.tau2.value) ** 0.5  # R: qt(.975, 6)
    assert isinstance(groups.results[0].pi, Interval)
    assert groups.results[0].pi.high == pytest.approx(fit.estimate + half, rel=1e-12)
    assert isinstance(groups.results[2].pi, NotEstimable)


def test_a_requested_interval_is_obeyed_in_groups() -> None:
    for method in ("wald", "t", "hartung-knapp"):
        groups = run(4, 3, ci_method=method)
        assert {result.ci_method for result in groups.results} == {method}
        assert {result.policy.rule for result in groups.results} == {"as requested"}


def test_common_effect_groups_partition_q() -> None:
    """Q = Q within + Q between, an identity of the common-effect model."""
    whole = pool(**data(4, 3, 5), model="common-effect")
    groups = whole.subgroups
    assert groups is not None
    assert groups.tau2 is not None
    assert groups.tau2.value == 0
    assert isinstance(whole.heterogeneity, Heterogeneity)
    within = sum(r.heterogeneity.Q for r in groups.results if isinstance(r.heterogeneity, Heterogeneity))
    assert groups.Q_between == pytest.approx(whole.heterogeneity.Q - within, rel=1e-10)


def test_a_fixed_tau2_holds_in_every_group() -> None:
    groups = run(4, 1, tau2=0.05)
    assert groups.tau2_mode == "common"
    assert groups.tau2 is not None
    assert (groups.tau2.value, groups.tau2.method) == (0.05, "fixed by the user")
    given = data(4, 1)
    fit = fit_mean(given["yi"][:4], given["vi"][:4], 0.05)
    assert groups.results[0].estimate == fit.estimate
    gap = fit.estimate - given["yi"][4]
    assert groups.Q_between == pytest.approx(gap**2 / (fit.variance + given["vi"][4] + 0.05), rel=1e-12)
    lonely = run(1, 1, tau2=0.05)
    assert lonely.tau2_mode == "common"


def test_single_effects_only() -> None:
    groups = run(1, 1, 1)
    given = data(1, 1, 1)
    w = 1 / given["vi"]
    mean = np.average(given["yi"], weights=w)
    assert groups.Q_between == pytest.approx((w * (given["yi"] - mean) ** 2).sum(), rel=1e-12)
    assert groups.df == 2
    asked = run(1, 1, 1, subgroup_tau2="common")
    assert asked.tau2_mode == "separate"
    assert "cannot be estimated" in asked.reason


def test_two_studies_in_a_separate_group_enter_the_test_with_their_random_effects_mean() -> None:
    groups = run(2, 6, subgroup_tau2="separate")
    assert groups.results[0].ci_method == "hartung-knapp-adhoc"  # the headline of two studies
    given = data(2, 6)
    means = [
        pool(yi=given["yi"][part], vi=given["vi"][part], ci_method="wald") for part in (slice(2), slice(2, 8))
    ]
    gap = means[0].estimate - means[1].estimate
    assert groups.Q_between == pytest.approx(gap**2 / (means[0].se ** 2 + means[1].se ** 2), rel=1e-12)


def test_one_group() -> None:
    groups = run(5)
    assert isinstance(groups.Q_between, NotEstimable)
    assert isinstance(groups.pvalue, NotEstimable)
    assert groups.df == 0


def test_by_a_column_in_order_of_first_appearance() -> None:
    effects = effects_from_arrays(
        yi=[0.1, 0.2, 0.3, 0.4], vi=[0.1] * 4, attributes={"class": ["z", "", "z", "a"]}
    )
    groups = pool(effects, by="class").subgroups
    assert groups is not None
    assert groups.by == "class"
    assert groups.names == ("z", "not stated", "a")
    assert groups.indices == ((0, 2), (1,), (3,))


def test_groups_may_be_numbers() -> None:
    groups = pool(yi=[0.1, 0.2, 0.4], vi=[0.1] * 3, by=[2, 1, 2]).subgroups  # type: ignore[list-item]
    assert groups is not None
    assert groups.names == ("2", "1")


@pytest.mark.parametrize("profile", ["cochrane-2025", "iqwig-6", "metafor", "meta-8", "meta-7", "revman-5"])
def test_under_the_profile_of_a_tool_every_group_is_its_own_synthesis(profile: Any) -> None:
    y, v, by = [0.1, 0.5, 0.3, 0.9, 0.2], [0.1, 0.2, 0.1, 0.3, 0.1], list("aabbb")
    groups = pool(yi=y, vi=v, by=by, profile=profile).subgroups
    assert groups is not None
    assert groups.tau2_mode == "separate"
    for group, rows in zip(groups.results, ([0, 1], [2, 3, 4]), strict=True):
        alone = pool(yi=[y[i] for i in rows], vi=[v[i] for i in rows], profile=profile)
        assert (group.ci_method, group.ci) == (alone.ci_method, alone.ci)


def test_an_interval_that_groups_cannot_share_is_refused_for_a_profile_as_by_name() -> None:
    for options in ({"profile": "iqwig-6"}, {"ci_method": "kenward-roger"}):
        with pytest.raises(OptionError, match="share one between-study variance"):
            pool(yi=[0.1, 0.5, 0.3], vi=[0.1, 0.2, 0.1], by=list("aab"), subgroup_tau2="common", **options)
