"""The permutation test of many means: that of each mean alone, by brute force and with random patterns."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from metasyn.batch import permutation_many
from metasyn.batch.permutation_many import permute_many
from metasyn.batch.statuses import STATUS
from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.moderators import meta_regression, permutation_test

# Its import sets a variable of the environment, which a test must not.

RNG = np.random.default_rng(12)
KEYS = np.array(list("aaabbbbbbbbcdddddde"))
Y = RNG.normal(0.4, 0.4, KEYS.size)
V = RNG.uniform(0.01, 0.3, KEYS.size)
V[KEYS == "e"] = np.nan


@pytest.mark.parametrize("method", ["REML", "DL"])
def test_all_patterns_by_brute_force(method: Any) -> None:
    found = permute_many(Y, V, KEYS, tau2_method=method, n_jobs=1)
    assert [STATUS[code] for code in found.status] == [
        "ok",
        "ok",
        "one effect",
        "ok",
        "variance not above zero",
    ]
    assert found.exact.tolist() == [True, True, False, True, False]
    assert found.n.tolist() == [8, 256, 0, 64, 0]
    for i, key in ((0, "a"), (1, "b"), (3, "d")):
        y, v = Y[key == KEYS], V[key == KEYS]
        z = []
        for signs in itertools.product([1, -1], repeat=y.size):
            one = pool(
                yi=y * signs,
                vi=v,
                model="random-effects",
                tau2_method=method,
                ci_method="wald",
                pi_method="none",
            )
            z.append(abs(one.estimate / one.se))
        hits = sum(value >= z[0] * (1 - 1e-8) for value in z)
        assert abs(found.statistic[i]) == pytest.approx(z[0], rel=1e-9)
        assert found.pvalue[i] == pytest.approx(hits / len(z), abs=1e-15)
        alone = permutation_test(
            meta_regression(yi=y, vi=v, formula="~ 1", data={}, tau2_method=method, test="wald")
        )
        assert found.pvalue[i] == alone.pvalues[0]


def test_random_patterns_come_near_and_belong_to_the_group() -> None:
    exact = permute_many(Y, V, KEYS, tau2_method="DL", n_jobs=1).pvalue[1]
    drawn = permute_many(Y, V, KEYS, tau2_method="DL", n=255, seed=2, n_jobs=1)
    assert (drawn.exact[1], drawn.n[1]) == (False, 256)
    assert abs(drawn.pvalue[1] - exact) < 4 * np.sqrt(exact * (1 - exact) / 255)
    assert drawn.pvalue[1] * 256 == pytest.approx(round(drawn.pvalue[1] * 256))
    # Never 0: the observed pattern counts.
    far = permute_many(Y[:3] + 50, V[:3], n=2, n_jobs=1)
    assert far.pvalue[0] >= 1 / 3


def test_parts_and_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    options: Any = {"tau2_method": "DL", "n": 30}
    alone = permute_many(Y, V, KEYS, n_jobs=1, **options).to_frame()
    monkeypatch.setattr(permutation_many, "_STACK", 35)
    assert alone.equals(permute_many(Y, V, KEYS, n_jobs=2, **options).to_frame())


def test_the_common_effect_and_refusals() -> None:
    y, v = Y[:3], V[:3]
    found = permute_many(y, v, model="common-effect", n_jobs=1)
    w = 1 / v
    z = [abs((w * y * s).sum()) for s in itertools.product([1, -1], repeat=3)]
    assert found.pvalue[0] == sum(one >= z[0] * (1 - 1e-8) for one in z) / 8
    with pytest.raises(OptionError, match="needs weights"):
        permute_many(y, v, tau2_method="GENQ")
    with pytest.raises(OptionError, match="n must be a whole number >= 1"):
        permute_many(y, v, n=0)
