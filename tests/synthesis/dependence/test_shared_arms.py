"""Comparisons with a common arm, against the delta method by numerical differentiation, and simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from metasyn.effects.means import mean_difference, standardised_mean_difference
from metasyn.effects.rates import log_rate_ratio
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence import (
    arm_variance,
    sampling_covariance,
    shared_arm_covariance,
    shared_arm_smd,
)

# Four arms, and five comparisons of them; the third has the common arm on the other side.
EVENTS, N = np.array([12.0, 20.0, 9.0, 30.0]), np.array([50.0, 55.0, 40.0, 81.0])
MEANS, SDS = np.array([3.1, 4.0, 2.2, 5.0]), np.array([1.1, 1.9, 0.8, 1.5])
FIRST, SECOND = np.array([0, 1, 3]), np.array([3, 3, 2])
ARMS = {"groups_1": FIRST.tolist(), "groups_2": SECOND.tolist()}
ONE = ["trial"] * 3


def differentiated(effect: Callable[[np.ndarray], np.ndarray], at: np.ndarray, spread: np.ndarray) -> Any:
    """J diag(spread) J' with J by central differences."""
    steps = 1e-5 * at
    columns = []
    for i, h in enumerate(steps):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        columns.append((effect(up) - effect(down)) / (2 * h))
    jacobian = np.array(columns).T
    return jacobian @ np.diag(spread) @ jacobian.T


def from_parts(parts: np.ndarray) -> np.ndarray:
    found = shared_arm_covariance(ONE, **ARMS, variances_1=parts[FIRST], variances_2=parts[SECOND])
    return found.blocks[0]


@pytest.mark.parametrize(
    ("measure", "formula"), [("OR", log_odds_ratio), ("RR", log_risk_ratio), ("RD", risk_difference)]
)
def test_two_by_two_tables(measure: str, formula: Callable[..., Any]) -> None:
    def effects(events: np.ndarray) -> np.ndarray:
        # As a function of continuous events: the library's own takes whole counts only.
        p = events / N
        value = {"OR": np.log(p / (1 - p)), "RR": np.log(p), "RD": p}[measure]
        return value[FIRST] - value[SECOND]

    want = differentiated(effects, EVENTS, EVENTS * (N - EVENTS) / N)
    got = from_parts(arm_variance(measure, events=EVENTS, n=N))
    np.testing.assert_allclose(got, want, rtol=1e-7)
    yi, vi = formula(EVENTS[FIRST], N[FIRST], EVENTS[SECOND], N[SECOND])
    np.testing.assert_allclose(effects(EVENTS), yi, rtol=1e-12)
    np.testing.assert_allclose(got.diagonal(), vi, rtol=1e-12)


def test_rates_and_hazards() -> None:
    time = np.array([100.0, 90.0, 80.0, 170.0])
    want = differentiated(lambda x: np.log(x / time)[FIRST] - np.log(x / time)[SECOND], EVENTS, EVENTS)
    for measure in ("IRR", "HR"):
        np.testing.assert_allclose(from_parts(arm_variance(measure, events=EVENTS)), want, rtol=1e-7)
    vi = log_rate_ratio(EVENTS[FIRST], time[FIRST], EVENTS[SECOND], time[SECOND])[1]
    np.testing.assert_allclose(want.diagonal(), vi, rtol=1e-7)


def test_hazard_ratios_by_the_information_of_exponential_times() -> None:
    """The inverse of the observed information of log hazards with x events is 1/x."""
    hazard, time = EVENTS / 100, 100.0

    def likelihood(log_hazard: float, x: float) -> float:
        return x * log_hazard - np.exp(log_hazard) * time

    h = 1e-4
    curvature = [
        -(likelihood(m + h, x) - 2 * likelihood(m, x) + likelihood(m - h, x)) / h**2
        for m, x in zip(np.log(hazard), EVENTS, strict=True)
    ]
    np.testing.assert_allclose(arm_variance("HR", events=EVENTS), 1 / np.array(curvature), rtol=1e-5)


def test_mean_differences() -> None:
    want = differentiated(lambda m: m[FIRST] - m[SECOND], MEANS, SDS**2 / N)
    got = from_parts(arm_variance("MD", sd=SDS, n=N))
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-12)
    columns = (MEANS[FIRST], SDS[FIRST], N[FIRST], MEANS[SECOND], SDS[SECOND], N[SECOND])
    np.testing.assert_allclose(got.diagonal(), mean_difference(*columns)[1], rtol=1e-12)


def test_sign_follows_the_side_of_the_common_arm() -> None:
    block = from_parts(arm_variance("OR", events=EVENTS, n=N))
    common = arm_variance("OR", events=[30], n=[81])[0]
    assert block[0, 1] == pytest.approx(common)
    assert block[0, 2] == block[1, 2] == pytest.approx(-common)


def test_arms_of_equal_size_are_those_of_vcalc() -> None:
    """With 1/size as contribution the correlations are those of `sampling_covariance` with groups."""
    ours = shared_arm_covariance(ONE, **ARMS, variances_1=1 / N[FIRST], variances_2=1 / N[SECOND])
    theirs = sampling_covariance([1.0] * 3, ONE, **ARMS, sizes_1=N[FIRST], sizes_2=N[SECOND])
    np.testing.assert_allclose(ours.correlations()[0], theirs.blocks[0], rtol=1e-12)


def smd_block(means: np.ndarray, sizes: np.ndarray, pairs: Any, **options: Any) -> tuple[Any, Any]:
    """Standardised differences of arms with standard deviation 1, and their block."""
    first, second = np.array(pairs).T
    ones = np.ones(len(first))
    yi, vi = standardised_mean_difference(
        means[first], ones, sizes[first], means[second], ones, sizes[second], correct=False
    )
    found = shared_arm_smd(
        yi, vi, ["trial"] * len(first), groups_1=first.tolist(), groups_2=second.tolist(),
        sizes_1=sizes[first], sizes_2=sizes[second], **options,
    )  # fmt: skip
    return yi, found.blocks[0]


def test_standardised_differences_by_the_delta_method() -> None:
    """Of means and variances of the arms, variance of s^2 being 2 sigma^4 / n (large samples)."""
    sizes, means = np.array([200.0, 150.0, 300.0]), np.array([1.5, 2.0, 0.1])
    pairs = [(0, 2), (1, 2)]

    def effects(theta: np.ndarray) -> np.ndarray:
        m, s2 = theta[:3], theta[3:]
        pooled = [(sizes[a] * s2[a] + sizes[b] * s2[b]) / (sizes[a] + sizes[b]) for a, b in pairs]
        return np.array([(m[a] - m[b]) / np.sqrt(s) for (a, b), s in zip(pairs, pooled, strict=True)])

    want = differentiated(effects, np.r_[means, 1, 1, 1], np.r_[1 / sizes, 2 / sizes])
    _, got = smd_block(means, sizes, pairs)
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_standardised_differences_with_one_standard_deviation() -> None:
    """Gleser and Olkin: 1/n + yi yj / (2 N), N all participants; by the delta method too."""
    sizes, means = np.array([200.0, 150.0, 300.0]), np.array([1.5, 2.0, 0.1])
    pairs = [(0, 2), (1, 2)]
    weights = sizes / sizes.sum()

    def effects(theta: np.ndarray) -> np.ndarray:
        pooled = np.sqrt(weights @ theta[3:])
        return np.array([(theta[a] - theta[b]) / pooled for a, b in pairs])

    want = differentiated(effects, np.r_[means, 1, 1, 1], np.r_[1 / sizes, 2 / sizes])
    yi, got = smd_block(means, sizes, pairs, n_total=[sizes.sum()] * 2)
    assert got[0, 1] == pytest.approx(want[0, 1], rel=1e-6)
    assert got[0, 1] == pytest.approx(1 / 300 + yi[0] * yi[1] / (2 * 650), rel=1e-12)


def test_standardised_differences_by_simulation() -> None:
    """400,000 trials of three arms: the covariance is the stated one within 1.5 %."""
    rng, draws = np.random.default_rng(11), 400_000
    sizes, means = np.array([200.0, 150.0, 300.0]), np.array([1.5, 2.0, 0.1])
    m = means + rng.normal(size=(draws, 3)) / np.sqrt(sizes)
    s2 = rng.chisquare(sizes - 1, size=(draws, 3)) / (sizes - 1)

    def difference(a: int, b: int) -> np.ndarray:
        pooled = ((sizes[a] - 1) * s2[:, a] + (sizes[b] - 1) * s2[:, b]) / (sizes[a] + sizes[b] - 2)
        out: np.ndarray = (m[:, a] - m[:, b]) / np.sqrt(pooled)
        return out

    seen = np.cov(difference(0, 2), difference(1, 2))
    _, got = smd_block(means, sizes, [(0, 2), (1, 2)])
    assert got[0, 1] == pytest.approx(seen[0, 1], rel=0.015)
    assert got[0, 1] > 1.4 / 300  # the part by the common standard deviation is in it


def test_a_comparison_that_follows_from_the_others_is_refused() -> None:
    parts = arm_variance("OR", events=EVENTS, n=N)
    with pytest.raises(NotEstimableError, match=r"cluster 'trial'.*One comparison follows from the others"):
        shared_arm_covariance(
            ONE, groups_1=[0, 1, 0], groups_2=[2, 2, 1], variances_1=parts[[0, 1, 0]],
            variances_2=parts[[2, 2, 1]],
        )  # fmt: skip


def test_addends_of_one_row_only() -> None:
    """Where the rows disagree about the common arm, the covariance is the geometric mean."""
    found = shared_arm_covariance(
        ["s", "s"], groups_1=["a", "b"], groups_2=["c", "c"], variances_1=[0.2, 0.3], variances_2=[0.1, 0.4]
    )
    assert found.blocks[0][0, 1] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: arm_variance("OR", events=[1]), "OR takes events and n of each arm; got events"),
        (lambda: arm_variance("HR", events=[1], n=[2]), "HR takes events of each arm"),
        (lambda: arm_variance("OR", events=[3, 0], n=[9, 9]), "arm 2 has no sampling variance"),
        (lambda: arm_variance("SMD", n=[9]), "measure must be one of"),
        (
            lambda: shared_arm_covariance(
                ["s"], groups_1=["a"], groups_2=["a"], variances_1=[1], variances_2=[1]
            ),
            "row 1 compares an arm with itself",
        ),
        (
            lambda: shared_arm_covariance(
                ["s"], groups_1=["a"], groups_2=["b"], variances_1=[1], variances_2=[0]
            ),
            "variances_2 must be finite and above zero",
        ),
        (
            lambda: shared_arm_smd(
                [1, 2], [1], ["s"], groups_1=["a"], groups_2=["b"], sizes_1=[1], sizes_2=[1]
            ),
            "yi must hold one estimate per row",
        ),
    ],
)
def test_what_breaks_a_rule_is_named(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        call()
