"""Miller JJ. The inverse of the Freeman-Tukey double arcsine transformation. Am Stat 1978;32:138.

10.1080/00031305.1978.10479283, the worked example of that page: four proportions. Figures as metafor's page
analyses:miller1978 and its own test compare them. Miller's transform is twice the one used here.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.freeman_tukey import from_double_arcsine, from_double_arcsine_harmonic
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.values import Interval
from tests.literature.printed import as_printed

N = [11, 17, 21, 6]


@pytest.fixture(scope="module")
def proportions() -> EffectSet:
    return effect_sizes("PFT", events=[3, 6, 10, 1], n=N)


def test_transform(proportions: EffectSet) -> None:
    as_printed(2 * proportions.yi, "1.1391 1.2888 1.5253 0.9515")
    as_printed(4 * proportions.vi, "0.0870 0.0571 0.0465 0.1538")


@pytest.mark.parametrize(
    ("weights", "mean", "proportion"), [([1, 1, 1, 1], "1.2262", "0.3164"), (None, "1.3093", "0.3595")]
)
def test_mean(proportions: EffectSet, weights: list[int] | None, mean: str, proportion: str) -> None:
    result = pool(proportions, profile="metafor", model="common-effect", weights=weights)
    as_printed(2 * result.estimate, mean)
    as_printed(from_double_arcsine_harmonic(result.estimate, N), proportion)


def test_back_transform() -> None:
    """metafor's page goes on with five studies, from no event to events only; figures as given there."""
    n = [10, 10, 15, 20, 20]
    effects = effect_sizes("PFT", events=[0, 4, 9, 16, 20], n=n)
    assert from_double_arcsine(effects.yi, n) == pytest.approx([0.0, 0.4, 0.6, 0.8, 1.0], abs=1e-12)
    result = pool(effects, profile="metafor", model="common-effect")
    assert isinstance(result.ci, Interval)
    ends = np.array([result.estimate, result.ci.low, result.ci.high])
    as_printed(from_double_arcsine_harmonic(ends, n), "0.6886 0.5734 0.7943")
