"""Follmann DA, Proschan MA. Valid inference in random effects meta-analysis. Biometrics 1999;55:732-737.

10.1111/j.0006-341X.1999.00732.x, the eight trials of Table 1, Peto's log odds ratios. Permutation p value
10/256, and the interval of the means that are not rejected, as metafor's own test of the example has them
(test_misc_permutest). That takes the DerSimonian-Laird mean itself as the statistic.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Events and participants of the two groups.
TRIALS = (
    (173, 5331, 210, 5296),
    (157, 1906, 193, 1900),
    (131, 4541, 121, 4516),
    (56, 2051, 84, 2030),
    (52, 424, 65, 422),
    (36, 1149, 42, 1129),
    (62, 6582, 20, 1663),
    (2, 88, 2, 30),
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("PETO", **counts(TRIALS))


def share_as_far(effects: EffectSet, mean: float) -> float:
    """Share of the 256 patterns of signs whose mean is as far out, each pooled anew."""
    centred = effects.yi - mean
    found = [
        pool(yi=centred * signs, vi=effects.vi, profile="metafor", tau2_method="DL").estimate
        for signs in product((1.0, -1.0), repeat=centred.size - 1)
        for signs in [(1.0, *signs)]
    ]
    # A pattern and its mirror image are equally far out: half of them are enough.
    return float(np.mean(np.abs(found) >= abs(found[0]) * (1 - 1e-12)))


def test_permutation_of_the_mean(trials: EffectSet) -> None:
    assert share_as_far(trials, 0.0) == 10 / 256


def test_interval_of_the_mean(trials: EffectSet) -> None:
    """-0.3677 to -0.0020: the ends are where the share passes 0.05."""
    for end, outwards in ((-0.3677, -1), (-0.0020, 1)):
        assert share_as_far(trials, end - outwards * 1e-3) > 0.05
        assert share_as_far(trials, end + outwards * 1e-3) <= 0.05


def test_our_permutation_interval(trials: EffectSet) -> None:
    """With z in place of the mean as the statistic, here and by default in metafor, p is 14/256.

    metafor's permutest (3.8-1) then has -0.36771 to 0.00120.
    """
    result = pool(trials, tau2_method="DL", ci_method="permutation")
    assert isinstance(result.ci, Interval)
    assert result.pvalue == 14 / 256
    as_printed([result.ci.low, result.ci.high], "-0.3677 0.0012")
