"""All subsets on several cores and in parts: the numbers of `gosh`, whoever pools them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.batch.subsets import all_subsets, subset_parts
from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import gosh, gosh_subsets

# Its import sets a variable of the environment, which a test must not.

RNG = np.random.default_rng(17)
YI = RNG.normal(0.2, 0.4, 11)
VI = RNG.uniform(0.01, 0.3, 11)
DL = SynthesisSpec(model="random-effects", tau2_method="DL", ci_method="wald")
FIGURES = ("packed", "k", "Q", "I2", "H2", "tau2", "estimate")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gosh_subsets, "_PART", 600)
    monkeypatch.setattr(gosh_subsets, "_FEW", 0)


def test_subsets_of_equal_size_together_are_those_of_pool(small_parts: None) -> None:
    found = all_subsets(yi=YI, vi=VI, n_jobs=1)
    assert (found.n_subsets, found.exhaustive) == (2**11 - 1, True)
    for i in RNG.integers(0, found.n_subsets, 60).tolist():
        here = [j for j in range(11) if i + 1 >> j & 1]
        assert np.flatnonzero(found.present[i]).tolist() == here
        assert found.k[i] == len(here)
        if len(here) > 1:
            one: Any = pool(yi=YI[here], vi=VI[here], model="random-effects")
            assert found.estimate[i] == pytest.approx(one.estimate, rel=1e-10)
            assert found.tau2[i] == pytest.approx(one.heterogeneity.tau2.value, rel=1e-10, abs=1e-12)
            assert found.I2[i] == pytest.approx(one.heterogeneity.I2, rel=1e-10, abs=1e-12)
            assert found.H2[i] == pytest.approx(one.heterogeneity.H2, rel=1e-10)
            assert found.Q[i] == pytest.approx(one.heterogeneity.Q, rel=1e-10)


def test_parts_and_workers_change_nothing(small_parts: None) -> None:
    told: list[Any] = []
    alone = all_subsets(yi=YI, vi=VI, spec=DL, n_jobs=1)
    shared = all_subsets(yi=YI, vi=VI, spec=DL, n_jobs=2, progress=lambda *done: told.append(done))
    parts = list(subset_parts(yi=YI, vi=VI, spec=DL, n_jobs=1))
    assert told == [(i, 4) for i in range(1, 5)]
    assert [part.k.size for part in parts] == [600, 600, 600, 247]
    for name in FIGURES:
        assert np.array_equal(getattr(alone, name), getattr(shared, name))
        assert np.array_equal(getattr(alone, name), np.concatenate([getattr(part, name) for part in parts]))


def test_a_sample_in_parts_is_that_of_gosh(small_parts: None) -> None:
    y, v = np.resize(YI, 40), np.resize(VI, 40)
    found = all_subsets(yi=y, vi=v, n_subsets=1500, seed=5, spec=DL, n_jobs=1)
    same = gosh(yi=y, vi=v, n_subsets=1500, seed=5, spec=DL)
    assert not found.exhaustive
    assert np.array_equal(found.present, same.present)
    assert len(np.unique(found.packed, axis=0)) == 1500
    whole = np.array([pool(yi=y[here], vi=v[here], spec=DL).estimate for here in found.present[:20]])
    assert found.estimate[:20] == pytest.approx(whole, rel=1e-11)


def test_all_is_for_24_effects_at_most() -> None:
    with pytest.raises(OptionError, match="goes up to 24 effects; there are 25"):
        all_subsets(yi=np.arange(25.0), vi=np.ones(25))
    first = next(iter(subset_parts(yi=np.arange(24.0), vi=np.ones(24), spec=DL, n_jobs=1)))
    assert first.k.size == 65_536
    assert first.packed.nbytes == 3 * 65_536
    # Equal variances: the mean of effects 0, 1, ... that are in the subset.
    here = np.unpackbits(first.packed, axis=1, count=24, bitorder="little")
    np.testing.assert_allclose(first.estimate, (here @ np.arange(24.0)) / first.k, rtol=1e-12)


@pytest.mark.parametrize("jobs", [0, -5, "2", 1.5, True])
def test_what_is_no_number_of_workers_is_refused_for_a_single_part_too(jobs: Any) -> None:
    with pytest.raises(OptionError, match="n_jobs must be 1 or more, or -1"):
        all_subsets(yi=YI, vi=VI, spec=DL, n_jobs=jobs)
    with pytest.raises(OptionError, match="n_jobs must be 1 or more, or -1"):
        next(subset_parts(yi=YI, vi=VI, spec=DL, n_jobs=jobs))


@pytest.mark.parametrize("pooled", [gosh, all_subsets])
def test_methods_are_a_spec_and_nothing_else(pooled: Any) -> None:
    with pytest.raises(OptionError, match=r"spec must be a SynthesisSpec.*got 'REML'"):
        pooled(yi=YI, vi=VI, spec="REML")


def test_all_beyond_16_on_request() -> None:
    spec = SynthesisSpec(model="common-effect")
    found = gosh(yi=np.resize(YI, 17), vi=np.resize(VI, 17), n_subsets="all", spec=spec)
    assert (found.n_subsets, found.exhaustive, found.seed) == (2**17 - 1, True, None)
    weights = found.present / np.resize(VI, 17)
    np.testing.assert_allclose(found.estimate, weights @ np.resize(YI, 17) / weights.sum(axis=1), rtol=1e-11)
