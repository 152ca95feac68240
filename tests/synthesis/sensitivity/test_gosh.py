"""All subsets against `pool` on each, and the sample of subsets."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import gosh

YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007])
FIGURES = ("k", "Q", "I2", "H2", "tau2", "estimate")
SPECS = [
    SynthesisSpec(model="common-effect"),
    SynthesisSpec(model="random-effects", ci_method="wald"),
    SynthesisSpec(model="random-effects", tau2_method="PM", ci_method="wald"),
    SynthesisSpec(tau2=0.3, ci_method="wald"),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"{s.model}-{s.tau2_method}-{s.tau2}")
def test_each_subset_is_a_synthesis(spec: SynthesisSpec) -> None:
    found = gosh(yi=YI, vi=VI, spec=spec)
    assert (found.n_subsets, found.exhaustive, found.seed) == (63, True, None)
    rows = {tuple(np.flatnonzero(here).tolist()): i for i, here in enumerate(found.present)}
    assert set(rows) == {one for n in range(1, 7) for one in combinations(range(6), n)}
    for places, i in rows.items():
        assert found.k[i] == len(places)
        if len(places) == 1:
            assert found.estimate[i] == YI[places[0]]
            assert (found.Q[i], found.I2[i], found.H2[i]) == (0, 0, 1)
            assert found.tau2[i] == (spec.tau2 or 0)
            continue
        one: Any = pool(yi=YI[list(places)], vi=VI[list(places)], spec=spec)
        h = one.heterogeneity
        assert found.estimate[i] == pytest.approx(one.estimate, rel=1e-11)
        for name, value in (("Q", h.Q), ("I2", h.I2), ("H2", h.H2), ("tau2", h.tau2.value)):
            assert getattr(found, name)[i] == pytest.approx(value, rel=1e-10, abs=1e-12), (name, places)


def test_order_is_binary() -> None:
    found = gosh(yi=YI, vi=VI)
    assert (found.present @ 2 ** np.arange(6)).tolist() == list(range(1, 64))


def test_a_sample_is_different_subsets_and_repeatable() -> None:
    found, again = (gosh(yi=YI, vi=VI, n_subsets=40, seed=7) for _ in range(2))
    masks = (found.present @ 2 ** np.arange(6)).tolist()
    assert len(set(masks)) == 40
    assert 0 not in masks
    assert (found.exhaustive, found.seed) == (False, 7)
    assert np.array_equal(found.estimate, again.estimate)
    assert masks != (gosh(yi=YI, vi=VI, n_subsets=40, seed=8).present @ 2 ** np.arange(6)).tolist()
    everything = gosh(yi=YI, vi=VI)
    for name in FIGURES:
        rows = [mask - 1 for mask in masks]
        assert getattr(found, name) == pytest.approx(getattr(everything, name)[rows], rel=1e-12)
    assert gosh(yi=YI, vi=VI, n_subsets=1000).exhaustive


def test_a_sample_of_many_effects_takes_each_subset_alike() -> None:
    rng = np.random.default_rng(4)
    found = gosh(yi=rng.normal(0, 1, 100), vi=rng.uniform(0.1, 1, 100), n_subsets=2000, spec=SPECS[0])
    assert found.present.shape == (2000, 100)
    # Binomial(2000, 1/2) per effect and Binomial(100, 1/2) per subset, five standard errors wide.
    assert np.abs(found.present.sum(axis=0) - 1000).max() < 5 * np.sqrt(500)
    assert abs(found.k.mean() - 50) < 5 * 5 / np.sqrt(2000)


def test_scale_shift_and_order() -> None:
    base = gosh(yi=YI, vi=VI, spec=SPECS[1])
    for size in (1e-8, 1e8):
        scaled = gosh(yi=YI * size, vi=VI * size**2, spec=SPECS[1])
        assert scaled.estimate == pytest.approx(base.estimate * size, rel=1e-10)
        same = pytest.approx(base.I2, rel=1e-9, abs=1e-12)
        assert same == scaled.I2
    assert gosh(yi=YI + 2, vi=VI, spec=SPECS[1]).estimate == pytest.approx(base.estimate + 2, rel=1e-10)
    turned = gosh(yi=YI[::-1], vi=VI[::-1], spec=SPECS[1])
    places = turned.present[:, ::-1] @ 2 ** np.arange(6) - 1
    assert turned.tau2 == pytest.approx(base.tau2[places], rel=1e-10, abs=1e-14)


def test_record() -> None:
    found = gosh(yi=YI, vi=VI, labels=list("abcdef"))
    frame = found.to_frame()
    assert frame.columns.tolist() == [*FIGURES, *"abcdef"]
    assert frame["k"].tolist() == frame[list("abcdef")].sum(axis=1).tolist()
    assert found.containing("c").sum() == 32
    for name in (*FIGURES, "present"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0
    assert found.to_dict()["present"][0] == [True] + [False] * 5
    with pytest.raises(OptionError, match="label='x' must name one effect; 0 of"):
        found.containing("x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_subsets": 0}, "n_subsets must be a whole number >= 1 or 'all'; got 0"),
        ({"n_subsets": 2.5}, "n_subsets must be a whole number >= 1 or 'all'; got 2.5"),
        ({"n_subsets": True}, "n_subsets must be a whole number"),
        ({"seed": -1}, "seed must be a whole number >= 0; got -1"),
        ({"seed": None}, "seed must be a whole number >= 0; got None"),
    ],
)
def test_bad_options(options: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        gosh(yi=YI, vi=VI, **options)


def test_refusals() -> None:
    with pytest.raises(OptionError, match="too much to hold in memory; at most"):
        gosh(yi=np.arange(60.0), vi=np.ones(60), n_subsets=10**9)
    with pytest.raises(NotEstimableError, match="there is 1"):
        gosh(yi=[1.0], vi=[1.0])
    with pytest.raises(NotEstimableError, match="inverse-variance weights"):
        gosh(yi=YI, vi=VI, spec=SynthesisSpec(weights=(1.0,) * 6, ci_method="wald"))


def test_it_shows_itself_in_words_not_in_arrays() -> None:
    found = gosh(yi=YI, vi=VI, spec=SPECS[0])
    assert repr(found) == str(found)
    assert "array(" not in repr(found)
