"""What must hold for every set of effects."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from metasyn.vocabulary import CiMethod, Tau2Method, choices

FINE = settings(max_examples=60, deadline=None, derandomize=True)

# Whole thousandths: close ties and exact repeats occur, and no digit is lost by shifting.
estimates = st.integers(-3000, 3000).map(lambda i: i / 1024)
variances = st.integers(1, 4000).map(lambda i: i / 1024)
studies = st.lists(st.tuples(estimates, variances), min_size=2, max_size=9)
# GENQ and GENQM need weights, and the slow intervals have tests of their own in tests/synthesis/mean.
methods = st.sampled_from([m for m in choices(Tau2Method) if not m.startswith("GENQ")])
SLOW_OR_NOT_ALWAYS = ("permutation", "profile-likelihood", "henmi-copas", "kenward-roger", "credible")
ci_methods = st.sampled_from([m for m in choices(CiMethod) if m not in SLOW_OR_NOT_ALWAYS])


def run(data: list[tuple[float, float]], **options: Any) -> SynthesisResult:
    y, v = np.array(data).T
    return pool(yi=y, vi=v, model="random-effects", **options)


def numbers(result: SynthesisResult) -> dict[str, float]:
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert isinstance(result.ci, Interval)
    assert isinstance(found.tau2.ci, Interval)
    return {
        "estimate": result.estimate,
        "se": result.se,
        "low": result.ci.low,
        "high": result.ci.high,
        "tau2": found.tau2.value,
        "tau2 low": found.tau2.ci.low,
        "tau2 high": found.tau2.ci.high,
        "I2": found.I2,
        "H2": found.H2,
        "Q": found.Q,
    }


@FINE
@given(studies, methods, ci_methods)
def test_ranges(data: list[tuple[float, float]], method: Any, ci_method: Any) -> None:
    result = run(data, tau2_method=method, ci_method=ci_method)
    got = numbers(result)
    assert got["tau2"] >= 0
    assert 0 <= got["I2"] < 1
    assert got["H2"] >= 1
    assert 0 <= got["tau2 low"] <= got["tau2 high"] < math.inf
    assert result.weights.sum() == pytest.approx(1)
    assert (result.weights > 0).all()
    y = [one[0] for one in data]
    assert min(y) - 1e-12 <= result.estimate <= max(y) + 1e-12
    assert got["low"] <= result.estimate <= got["high"]


@FINE
@given(studies, methods, ci_methods, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    data: list[tuple[float, float]], method: Any, ci_method: Any, random: Any
) -> None:
    order = list(range(len(data)))
    random.shuffle(order)
    plain = run(data, tau2_method=method, ci_method=ci_method)
    mixed = run([data[i] for i in order], tau2_method=method, ci_method=ci_method)
    assert numbers(mixed) == pytest.approx(numbers(plain), rel=1e-9, abs=1e-9)
    assert mixed.weights == pytest.approx(plain.weights[order], rel=1e-9)


@FINE
@given(studies, methods, ci_methods, st.integers(-4096, 4096))
def test_shift(data: list[tuple[float, float]], method: Any, ci_method: Any, shift: int) -> None:
    plain = numbers(run(data, tau2_method=method, ci_method=ci_method))
    moved = numbers(run([(y + shift, v) for y, v in data], tau2_method=method, ci_method=ci_method))
    for name in ("estimate", "low", "high"):
        plain[name] += shift
    assert moved == pytest.approx(plain, rel=1e-9, abs=1e-9)


@FINE
@given(studies, methods, ci_methods)
def test_sign_flip(data: list[tuple[float, float]], method: Any, ci_method: Any) -> None:
    """Exchanging the groups of every study negates a log ratio, exactly."""
    plain = numbers(run(data, tau2_method=method, ci_method=ci_method))
    flipped = numbers(run([(-y, v) for y, v in data], tau2_method=method, ci_method=ci_method))
    plain["estimate"], plain["low"], plain["high"] = -plain["estimate"], -plain["high"], -plain["low"]
    assert flipped == plain


@FINE
@given(studies, methods, ci_methods, st.sampled_from([1e-8, 1e-3, 7.0, 1e8]))
def test_scale(data: list[tuple[float, float]], method: Any, ci_method: Any, factor: float) -> None:
    plain = numbers(run(data, tau2_method=method, ci_method=ci_method))
    scaled = numbers(
        run([(y * factor, v * factor**2) for y, v in data], tau2_method=method, ci_method=ci_method)
    )
    for name, value in plain.items():
        unit = (
            factor**2
            if name.startswith("tau2")
            else factor
            if name in ("estimate", "se", "low", "high")
            else 1
        )
        assert scaled[name] / unit == pytest.approx(value, rel=1e-8, abs=1e-9), name


@FINE
@given(studies, st.sampled_from(["REML", "ML"]), estimates)
def test_a_study_without_information_changes_nothing(
    data: list[tuple[float, float]], method: Any, stray: float
) -> None:
    """vi to infinity drops a study from the mean, from Q, and from the likelihood of tau2.

    (The moment estimators keep counting it in k - 1.)
    """
    lonely = pool(yi=[y for y, _ in data], vi=[v for _, v in data], model="common-effect")
    more = pool(yi=[y for y, _ in data] + [stray], vi=[v for _, v in data] + [1e14], model="common-effect")
    assert more.estimate == pytest.approx(lonely.estimate, abs=1e-9)
    assert more.se == pytest.approx(lonely.se, rel=1e-9)
    assert more.weights[-1] < 1e-12
    assert pytest.approx(lonely.heterogeneity.Q, rel=1e-9, abs=1e-9) == more.heterogeneity.Q  # type: ignore[union-attr]
    with_tau2 = run(data, tau2_method=method)
    without = run([*data, (stray, 1e14)], tau2_method=method)
    if with_tau2.heterogeneity.tau2.n_optima == 1 == without.heterogeneity.tau2.n_optima:  # type: ignore[union-attr]
        want = numbers(with_tau2)["tau2"]
        assert numbers(without)["tau2"] == pytest.approx(want, rel=1e-6, abs=1e-6)


@FINE
@given(studies)
def test_the_floor_and_the_interval_of_the_same_mean(data: list[tuple[float, float]]) -> None:
    plain = run(data, ci_method="hartung-knapp")
    floored = run(data, ci_method="hartung-knapp-adhoc")
    wald = run(data, ci_method="wald")
    assert floored.se == max(plain.se, wald.se)
    assert plain.estimate == floored.estimate == wald.estimate


@FINE
@given(studies, ci_methods)
def test_interval_and_p_value_agree(data: list[tuple[float, float]], ci_method: Any) -> None:
    result = run(data, ci_method=ci_method)
    assume(isinstance(result.pvalue, float))
    assert isinstance(result.ci, Interval)
    assert isinstance(result.pvalue, float)
    assume(abs(result.pvalue - 0.05) > 1e-9)
    assert (0.0 in result.ci) == (result.pvalue > 0.05)


@FINE
@given(studies, ci_methods)
def test_a_higher_level_is_wider(data: list[tuple[float, float]], ci_method: Any) -> None:
    result = run(data, ci_method=ci_method)
    narrow, wide = (result.confidence_interval(level) for level in (0.8, 0.99))
    assert isinstance(narrow, Interval)
    assert isinstance(wide, Interval)
    assert narrow.low in wide
    assert narrow.high in wide
