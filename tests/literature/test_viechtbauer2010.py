"""Viechtbauer W. Conducting meta-analyses in R with the metafor package. J Stat Softw 2010;36(3):1-48.

10.18637/jss.v036.i03, section 3: the BCG vaccine trials (Colditz 1994, JAMA 271:698-702), log risk
ratios, random effects by REML. Numbers as printed there, so compared to their last printed digit.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval

# Tuberculosis positive and negative: vaccinated, then control.
TRIALS = (
    ("Aronson", 4, 119, 11, 128),
    ("Ferguson & Simes", 6, 300, 29, 274),
    ("Rosenthal et al", 3, 228, 11, 209),
    ("Hart & Sutherland", 62, 13536, 248, 12619),
    ("Frimodt-Moller et al", 33, 5036, 47, 5761),
    ("Stein & Aronson", 180, 1361, 372, 1079),
    ("Vandiviere et al", 8, 2537, 10, 619),
    ("TPT Madras", 505, 87886, 499, 87892),
    ("Coetzee & Berjak", 29, 7470, 45, 7232),
    ("Rosenthal et al", 17, 1699, 65, 1600),
    ("Comstock et al", 186, 50448, 141, 27197),
    ("Comstock & Webster", 5, 2493, 3, 2338),
    ("Comstock et al", 27, 16886, 29, 17825),
)


def test_bcg_random_effects() -> None:
    a, b, c, d = np.array([trial[1:] for trial in TRIALS], dtype=float).T
    yi = np.log(a / (a + b)) - np.log(c / (c + d))
    vi = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    result = pool(yi=yi, vi=vi, measure="RR", model="random-effects", ci_method="wald", pi_method="normal")
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert isinstance(result.ci, Interval)
    assert isinstance(found.tau2.ci, Interval)
    assert isinstance(found.I2_ci, Interval)
    assert found.tau2.value == pytest.approx(0.3132, abs=5e-5)
    assert pytest.approx(92.22, abs=5e-3) == 100 * found.I2
    assert found.H2 == pytest.approx(12.86, abs=5e-3)  # noqa: SIM300
    assert (found.Q, found.df) == (pytest.approx(152.2330, abs=5e-5), 12)
    assert result.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert result.se == pytest.approx(0.1798, abs=5e-5)
    assert result.statistic == pytest.approx(-3.9744, abs=5e-5)
    assert (result.ci.low, result.ci.high) == pytest.approx((-1.0669, -0.3622), abs=5e-5)
    assert (found.tau2.ci.low, found.tau2.ci.high) == pytest.approx((0.1197, 1.1115), abs=5e-5)
    assert isinstance(result.pi, Interval)
    natural = [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)]
    assert natural == pytest.approx([0.4894, 0.3441, 0.6962], abs=5e-5)
    assert [result.natural(x) for x in (result.pi.low, result.pi.high)] == pytest.approx(
        [0.1546, 1.5490], abs=5e-5
    )
