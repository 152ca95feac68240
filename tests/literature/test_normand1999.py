"""Normand SLT. Tutorial in biostatistics. Meta-analysis: formulating, evaluating, combining, and

reporting. Stat Med 1999;18:321-359. 10.1002/(SICI)1097-0258(19990215)18:3<321::AID-SIM28>3.0.CO;2-P
Lidocaine after myocardial infarction (Hine 1989, risk differences of death in percent; Table III, page 330,
and Table VII, page 349) and length of hospital stay after stroke (mean differences in days; Table VIII, page
351, and Table IX, page 352). Pages and figures as metafor's page analyses:normand1999 and its own test
compare them; the four-digit figures of the lidocaine trials are those of `tests/reference/oracle`, section 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Deaths and participants: lidocaine, then control.
TRIALS = (
    (2, 39, 1, 43),
    (4, 44, 4, 44),
    (6, 107, 4, 110),
    (7, 103, 5, 100),
    (7, 110, 3, 106),
    (11, 154, 4, 146),
)
# Stroke patients: n, mean and standard deviation of the stay, specialist then routine care.
STROKE = (
    (155, 55, 47, 156, 75, 64),
    (31, 27, 7, 32, 29, 4),
    (75, 64, 17, 71, 119, 29),
    (18, 66, 20, 18, 137, 48),
    (8, 14, 8, 13, 18, 11),
    (57, 19, 7, 52, 18, 4),
    (34, 52, 45, 33, 41, 34),
    (110, 21, 16, 183, 31, 27),
    (60, 30, 27, 52, 23, 20),
)


def in_percent() -> dict[str, Any]:
    effects = effect_sizes("RD", **counts(TRIALS))
    return {"yi": 100 * effects.yi, "vi": 1e4 * effects.vi, "measure": "GEN"}


@pytest.fixture(scope="module")
def stays() -> EffectSet:
    """With the pooled standard deviation of each trial in both groups."""
    n1, m1, s1, n2, m2, s2 = np.array(STROKE, dtype=float).T
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    return effect_sizes("MD", mean_1=m1, sd_1=pooled, n_1=n1, mean_2=m2, sd_2=pooled, n_2=n2)


def test_table_iii() -> None:
    data = in_percent()
    as_printed(data["yi"], "2.8026 0.0000 1.9711 1.7961 3.5334 4.4031")
    as_printed(data["vi"], "17.7575 37.5657 8.1323 10.8998 8.0114 6.1320")
    half = 1.959963984540054 * np.sqrt(data["vi"])
    as_printed(data["yi"] - half, "-5.5 -12.0 -3.6 -4.7 -2.0 -0.5")
    as_printed(data["yi"] + half, "11.1 12.0 7.6 8.3 9.1 9.3")


@pytest.mark.parametrize(
    "options",
    [
        {"model": "common-effect"},
        {"tau2_method": "DL", "ci_method": "wald"},
        {"tau2_method": "REML", "ci_method": "wald"},
    ],
)
def test_table_vii(options: dict[str, Any]) -> None:
    """All three coincide, as tau2 is 0; 2.94 (0.4 to 5.5) in the table."""
    result = pool(**in_percent(), **options)
    assert isinstance(result.ci, Interval)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.value == 0
    as_printed([result.estimate, result.ci.low, result.ci.high], "2.9444 0.3831 5.5058")


def test_table_viii(stays: EffectSet) -> None:
    as_printed(stays.yi, "-20 -2 -55 -71 -4 1 11 -10 7")
    as_printed(stays.vi, "40.59 2.05 15.28 150.22 20.19 1.22 95.38 8.03 20.69")


@pytest.mark.parametrize(
    ("options", "tau2", "mean"),
    [
        ({"model": "common-effect"}, None, "-3.49 -5.03 -1.96"),
        ({"tau2_method": "DL"}, "218.72", "-14.10 -24.45 -3.75"),
        ({"tau2_method": "REML"}, "685.20", "-15.12 -32.67 2.43"),
    ],
    ids=["common", "DL", "REML"],
)
def test_table_ix(stays: EffectSet, options: dict[str, Any], tau2: str | None, mean: str) -> None:
    result = pool(stays, profile="metafor", **options)
    assert isinstance(result.ci, Interval)
    assert isinstance(result.heterogeneity, Heterogeneity)
    as_printed([result.estimate, result.ci.low, result.ci.high], mean)
    if tau2 is not None:
        as_printed(result.heterogeneity.tau2.value, tau2)
