"""The sign-flip permutation test against full enumeration, subset means, and metafor."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.mean import Inference, fit_mean, infer
from metasyn.synthesis.mean.permutation import EXACT_UP_TO, SAMPLED
from metasyn.values import Interval, NotEstimable

REFERENCE = Path(__file__).parents[2] / "reference" / "intervals.json"


def permuted(y: Any, v: Any, *, level: float = 0.95, null: float | None = 0.0, **options: Any) -> Inference:
    seed = options.pop("seed", 1)
    return infer(fit_mean(y, v, 0.1, **options), "permutation", level=level, null=null, seed=seed)


def enumerated_p(y: Any, v: Any, mean: float) -> float:
    """All 2^k patterns, the DerSimonian-Laird z statistic of each written out."""
    d, w = y - mean, 1 / v
    z = []
    for signs in itertools.product((1, -1), repeat=y.size):
        e = d * np.array(signs)
        q = float((w * (e - np.average(e, weights=w)) ** 2).sum())
        tau2 = max(0.0, (q - (e.size - 1)) / (w.sum() - (w * w).sum() / w.sum()))
        weights = 1 / (v + tau2)
        z.append(abs(float((weights * e).sum())) / math.sqrt(weights.sum()))
    return float(np.mean(np.array(z) >= z[0] - 1e-9))


def data_set(seed: int, k: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2, 1, k))
    return 0.4 + rng.normal(0, rng.choice([0.0, 0.5]), k) + rng.normal(0, 1, k) * np.sqrt(v), v


@pytest.mark.parametrize("seed", range(8))
def test_p_values_are_those_of_full_enumeration(seed: int) -> None:
    y, v = data_set(seed, 3 + seed % 6)
    for mean in (0.0, 0.3, float(y[0])):
        assert permuted(y, v, null=mean).pvalue == enumerated_p(y, v, mean)


@pytest.mark.parametrize("seed", range(8))
def test_the_interval_ends_where_the_enumerated_p_value_steps(seed: int) -> None:
    y, v = data_set(seed, 6 + seed % 3)
    found = permuted(y, v).ci
    assert isinstance(found, Interval)
    width = found.high - found.low
    for bound, outwards in ((found.low, -1.0), (found.high, 1.0)):
        assert enumerated_p(y, v, bound - outwards * 1e-9 * width) > 0.05
        assert enumerated_p(y, v, bound + outwards * 1e-6 * width) <= 0.05
    further = width * np.geomspace(0.01, 10, 8)
    for x in (*(found.low - further), *(found.high + further)):
        assert enumerated_p(y, v, float(x)) <= 0.05


@pytest.mark.parametrize("seed", range(6))
def test_with_fixed_weights_the_ends_are_weighted_means_of_subsets(seed: int) -> None:
    """Hartigan's typical values: a pattern is as extreme as the observed one for the means between those
    of the effects it flips and of those it leaves.
    """
    y, v = data_set(seed, 7)
    found = permuted(y, v, tau2_method="fixed by the user").ci
    w = 1 / (v + 0.1)
    lows, highs = [], []
    for signs in itertools.product((True, False), repeat=6):
        kept = np.array((*signs, True))
        if not kept.all():
            ends = [np.average(y[kept], weights=w[kept]), np.average(y[~kept], weights=w[~kept])]
            lows.append(min(ends))
            highs.append(max(ends))
    # p > 0.05 needs more than 0.05 * 64 = 3.2 of 64 patterns: the observed one and 3 more.
    assert isinstance(found, Interval)
    assert found.low == pytest.approx(sorted(lows)[2], rel=1e-10, abs=1e-12)
    assert found.high == pytest.approx(sorted(highs)[-3], rel=1e-10, abs=1e-12)


def test_user_weights_are_obeyed() -> None:
    y, v = data_set(3, 7)
    equal = permuted(y, v, weights=np.ones(7))
    signs = np.array(list(itertools.product((1, -1), repeat=7)))
    sums = np.abs(signs @ y)
    assert equal.pvalue == np.mean(sums >= sums[0] * (1 - 1e-12))
    assert equal.statistic == pytest.approx(float(y.mean()) / equal.se, rel=1e-12)


def test_agrees_with_permutest_of_metafor() -> None:
    """metafor's search for the bounds ends at an absolute 1e-8 or so; its p values are exact."""
    compared = 0
    for name, one in json.loads(REFERENCE.read_text(encoding="utf-8"))["sets"].items():
        want = one["permutation"]
        if want is None:
            continue
        y, v = np.array(one["yi"]), np.array(one["vi"])
        found = permuted(y, v)
        assert found.pvalue == want["pvalue"], name
        assert found.statistic == pytest.approx(want["statistic"], rel=1e-12), name
        for have, bound in zip(("low", "high"), want["ci"] or (), strict=False):
            if bound is not None:  # metafor finds no upper bound with ties
                assert getattr(found.ci, have) == pytest.approx(bound, abs=1e-8), name
                compared += 1
    assert compared >= 8


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_few_studies_have_no_interval_and_the_reason_names_the_smallest_p(k: int) -> None:
    y, v = data_set(1, k)
    found = permuted(y, v)
    assert isinstance(found.ci, NotEstimable)
    assert f"with k={k} the smallest attainable two-sided p is 2/{2**k}" in found.ci.reason
    assert found.pvalue == enumerated_p(y, v, 0.0)
    assert isinstance(permuted(y, v, level=1 - 2 / 2**k if k < 5 else 0.9).ci, Interval)


def test_random_patterns_are_reproducible_and_close_to_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    y, v = data_set(4, EXACT_UP_TO)
    exact = permuted(y, v, null=0.35)
    monkeypatch.setattr("metasyn.synthesis.mean.permutation.EXACT_UP_TO", 10)
    first, again, other = (permuted(y, v, null=0.35, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first.ci != other.ci
    assert f"{SAMPLED} random" in first.note
    assert isinstance(first.pvalue, float)
    assert isinstance(exact.pvalue, float)
    assert abs(first.pvalue - exact.pvalue) < 4 * math.sqrt(exact.pvalue * (1 - exact.pvalue) / SAMPLED)
    assert isinstance(first.ci, Interval)
    assert isinstance(exact.ci, Interval)
    width = exact.ci.high - exact.ci.low
    assert first.ci.low == pytest.approx(exact.ci.low, abs=0.05 * width)
    assert first.ci.high == pytest.approx(exact.ci.high, abs=0.05 * width)


def test_identical_effects_accept_that_value_only() -> None:
    found = permuted(np.full(7, 0.3), np.linspace(0.1, 0.4, 7))
    assert isinstance(found.ci, Interval)
    assert [found.ci.low, found.ci.high] == pytest.approx([0.3, 0.3], rel=1e-12)
    assert found.pvalue == 2 / 2**7
    assert permuted(np.zeros(7), np.linspace(0.1, 0.4, 7)).pvalue == 1


def test_the_note_says_which_tau2_the_statistic_uses() -> None:
    y, v = data_set(2, 7)
    assert "by DL" in permuted(y, v, tau2_method="REML").note
    assert permuted(y, v, tau2_method="DL").note == ""
