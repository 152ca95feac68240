"""Normand SLT. Tutorial in biostatistics. Meta-analysis: formulating, evaluating, combining, and

reporting. Stat Med 1999;18:321-359. 10.1002/(SICI)1097-0258(19990215)18:3<321::AID-SIM28>3.0.CO;2-P
Lidocaine after myocardial infarction (Hine 1989): risk differences of death in percent; common-effect,
DerSimonian-Laird and REML results coincide, as tau2 is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval

# Deaths and participants: lidocaine, then control.
TRIALS = (
    (2, 39, 1, 43),
    (4, 44, 4, 44),
    (6, 107, 4, 110),
    (7, 103, 5, 100),
    (7, 110, 3, 106),
    (11, 154, 4, 146),
)


@pytest.mark.parametrize(
    "options",
    [
        {"model": "common-effect"},
        {"tau2_method": "DL", "ci_method": "wald"},
        {"tau2_method": "REML", "ci_method": "wald"},
    ],
)
def test_lidocaine(options: dict[str, Any]) -> None:
    a, n1, c, n2 = np.array(TRIALS, dtype=float).T
    p, q = a / n1, c / n2
    result = pool(yi=100 * (p - q), vi=1e4 * (p * (1 - p) / n1 + q * (1 - q) / n2), measure="RD", **options)
    assert isinstance(result.ci, Interval)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert result.heterogeneity.tau2.value == 0
    assert [result.estimate, result.ci.low, result.ci.high] == pytest.approx(
        [2.9444, 0.3831, 5.5058], abs=5e-5
    )
