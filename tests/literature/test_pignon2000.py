"""Pignon JP, Bourhis J, Domenge C, Designé L. Chemotherapy added to locoregional treatment for head and

neck squamous-cell carcinoma: three meta-analyses of updated individual data. Lancet 2000;355:949-955.
10.1016/S0140-6736(00)90011-4, summary: pooled hazard ratio of death 0.90 (0.85 to 0.94), no significant
benefit of adjuvant or neoadjuvant, significant benefit of concomitant chemotherapy. Log-rank O - E and V of
the 65 comparisons as in metadat's dat.pignon2000.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import SubgroupAnalysis
from metasyn.values import Interval
from tests.literature.printed import as_printed

ADJUVANT = (
    (-1.8, 14.5), (11.8, 57.1), (-7.4, 80.6), (-5.6, 8.5), (0.4, 6.4), (1.8, 8.7), (-0.2, 5.0),
    (-3.9, 30.2),
)  # fmt: skip
NEOADJUVANT = (
    (0.0, 7.8), (-0.8, 125.9), (2.2, 27.9), (-3.3, 13.5), (-0.6, 63.1), (-9.2, 29.7), (6.3, 16.6),
    (2.6, 36.6), (-2.0, 25.8), (-2.1, 18.1), (7.2, 19.8), (2.7, 22.2), (1.2, 9.0), (0.4, 11.9),
    (-3.6, 33.2), (-0.3, 13.4), (-4.2, 92.2), (1.6, 19.6), (-5.7, 20.2), (-8.5, 47.4), (-7.5, 24.8),
    (-6.5, 15.9), (-5.7, 46.5), (-4.0, 5.2), (-2.9, 25.8), (5.4, 9.2), (-8.1, 46.6), (-1.1, 6.7),
    (0.6, 9.0), (4.6, 5.9), (-7.1, 16.4),
)  # fmt: skip
CONCOMITANT = (
    (1.8, 8.0), (-4.3, 8.4), (-17.9, 14.1), (1.2, 40.0), (-3.1, 6.7), (2.1, 5.5), (-4.4, 7.0), (-2.0, 9.9),
    (-12.0, 10.4), (4.5, 45.6), (-25.3, 121.2), (-6.8, 4.6), (-2.4, 66.2), (2.0, 24.3), (-4.3, 41.2),
    (5.4, 79.4), (2.1, 11.9), (-13.5, 16.6), (-8.7, 31.7), (-2.2, 11.2), (-0.8, 12.2), (-14.3, 30.0),
    (-5.1, 28.3), (-13.3, 21.9), (-16.8, 29.8), (-5.3, 12.3),
)  # fmt: skip
GROUPS = {"adjuvant": ADJUVANT, "neoadjuvant": NEOADJUVANT, "concomitant": CONCOMITANT}


@pytest.fixture(scope="module")
def result() -> SynthesisResult:
    observed, variance = np.array([row for rows in GROUPS.values() for row in rows]).T
    timing = [name for name, rows in GROUPS.items() for _ in rows]
    effects = effect_sizes("HR", yi=observed / variance, vi=1 / variance, attributes={"timing": timing})
    assert effects.k == 65
    return pool(effects, profile="metafor", model="common-effect", by="timing")


def test_pooled_hazard_ratio(result: SynthesisResult) -> None:
    assert isinstance(result.ci, Interval)
    as_printed(
        [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.90 0.85 0.94"
    )
    assert float(result.pvalue) < 0.0001


def test_timing(result: SynthesisResult) -> None:
    assert isinstance(result.subgroups, SubgroupAnalysis)
    pvalues = dict(zip(result.subgroups.names, [x.pvalue for x in result.subgroups.results], strict=True))
    assert pvalues["adjuvant"] > 0.05
    assert pvalues["neoadjuvant"] > 0.05
    assert pvalues["concomitant"] < 0.001
