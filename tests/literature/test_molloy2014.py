"""Molloy GJ, O'Carroll RE, Ferguson E. Conscientiousness and medication adherence: a meta-analysis. Ann

Behav Med 2014;47:92-101. 10.1007/s12160-013-9524-4, abstract: 16 studies of 3476 people, mean correlation
0.15 (0.09 to 0.21). Data as in metadat's dat.molloy2014.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.values import Interval
from tests.literature.printed import as_printed

N = [109, 749, 55, 107, 72, 65, 174, 326, 58, 771, 56, 91, 116, 537, 158, 65]
R = [
    0.187,
    0.162,
    0.340,
    0.320,
    0.270,
    0.000,
    0.175,
    0.050,
    0.260,
    0.010,
    -0.090,
    0.370,
    0.000,
    0.150,
    0.240,
    0.040,
]


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_mean_correlation(method: str) -> None:
    result = pool(effect_sizes("ZCOR", r=R, n=N), profile="metafor", tau2_method=method)
    assert result.k == 16
    assert isinstance(result.ci, Interval)
    as_printed(
        [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.15 0.09 0.21"
    )
