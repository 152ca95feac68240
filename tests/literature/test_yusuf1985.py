"""Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Beta blockade during and after myocardial infarction:

an overview of the randomized trials. Prog Cardiovasc Dis 1985;27:335-371. 10.1016/s0033-0620(85)80003-7,
Table 6: total mortality in the trials of short-term treatment by mouth; odds ratio 0.93 (0.74 to 1.18) by
Peto's method. Figures as metafor's page analyses:yusuf1985 and its own test compare them (the test names
page 107, which this article does not have; the table is that of metadat's dat.yusuf1985). The trial without
figures (Snow 1) is left out.
"""

from __future__ import annotations

import math

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.synthesis.counts import peto
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Deaths and patients: beta blocker, then control.
TRIALS = (
    (14, 56, 15, 58), (18, 66, 19, 64), (15, 100, 12, 95), (10, 52, 12, 47), (21, 226, 24, 228),
    (3, 38, 6, 31), (2, 20, 3, 20), (19, 76, 15, 67), (15, 106, 9, 114), (5, 62, 4, 57), (0, 9, 0, 8),
    (8, 133, 11, 127), (3, 48, 3, 49), (0, 16, 0, 13), (1, 42, 1, 46), (0, 25, 3, 25), (14, 221, 15, 228),
    (0, 11, 0, 11), (8, 259, 7, 129), (6, 157, 4, 158), (3, 177, 2, 136),
)  # fmt: skip


def test_peto() -> None:
    result = peto(**counts(TRIALS))
    as_printed([math.exp(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.93 0.74 1.18")


def test_peto_by_inverse_variance() -> None:
    effects = effect_sizes("PETO", **counts(TRIALS), zero_cells="none")
    result = pool(effects, profile="metafor", model="common-effect")
    assert isinstance(result.ci, Interval)
    as_printed(
        [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.93 0.74 1.18"
    )
