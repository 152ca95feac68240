"""Konstantopoulos S. Fixed effects and variance components estimation in three-level meta-analysis. Res

Synth Methods 2011;2:61-76. 10.1002/jrsm.35, Table 4 (page 70): modified school calendars in 56 schools
(data of that paper), the two-level models by REML. Page and figures as metafor's page
analyses:konstantopoulos2011 and its own test compare them; the Q-profile intervals are metafor's.

Left out: the three-level models of Table 5.
"""

from __future__ import annotations

import numpy as np

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import meta_regression
from metasyn.values import Interval
from tests.literature.printed import as_printed

SCHOOLS = (
    (1976, -0.18, 0.118), (1976, -0.22, 0.118), (1976, 0.23, 0.144), (1976, -0.30, 0.144),
    (1989, 0.13, 0.014), (1989, -0.26, 0.014), (1989, 0.19, 0.015), (1989, 0.32, 0.024),
    (1994, 0.45, 0.023), (1994, 0.38, 0.043), (1994, 0.29, 0.012), (1976, 0.16, 0.020), (1976, 0.65, 0.004),
    (1976, 0.36, 0.004), (1976, 0.60, 0.007), (1997, 0.08, 0.019), (1997, 0.04, 0.007), (1997, 0.19, 0.005),
    (1997, -0.06, 0.004), (1976, -0.18, 0.020), (1976, 0.00, 0.018), (1976, 0.00, 0.019),
    (1976, -0.28, 0.022), (1976, -0.04, 0.020), (1976, -0.30, 0.021), (1976, 0.07, 0.006),
    (1976, 0.00, 0.007), (1976, 0.05, 0.007), (1976, -0.08, 0.007), (1976, -0.09, 0.007),
    (1997, 0.30, 0.015), (1997, 0.98, 0.011), (1997, 1.19, 0.010), (1997, -0.07, 0.001),
    (1997, -0.05, 0.001), (1997, -0.01, 0.001), (1997, 0.02, 0.001), (1997, -0.03, 0.001),
    (1997, 0.00, 0.001), (1997, 0.01, 0.001), (1997, -0.10, 0.001), (2000, 0.50, 0.010),
    (2000, 0.66, 0.011), (2000, 0.20, 0.010), (2000, 0.00, 0.009), (2000, 0.05, 0.013), (2000, 0.07, 0.013),
    (2000, -0.52, 0.031), (2000, 0.70, 0.031), (2000, -0.03, 0.030), (2000, 0.27, 0.030),
    (2000, -0.34, 0.030), (1995, 0.12, 0.087), (1995, 0.61, 0.082), (1994, 0.04, 0.067),
    (1994, -0.05, 0.067),
)  # fmt: skip
YEAR, YI, VI = np.array(SCHOOLS).T


def test_two_levels() -> None:
    result = pool(yi=YI, vi=VI, profile="metafor")
    assert isinstance(result.heterogeneity, Heterogeneity)
    tau2 = result.heterogeneity.tau2
    as_printed([result.estimate, result.se, tau2.value, float(tau2.se)], "0.1279 0.0439 0.0884 0.0202")
    assert isinstance(tau2.ci, Interval)
    # R's search for the ends stops at steps of 1.2e-4: 0.0564 for 0.05647.
    as_printed([tau2.ci.low, tau2.ci.high], "0.0564 0.1388", units=1)


def test_year_of_the_study() -> None:
    result = meta_regression(yi=YI, vi=VI, formula="~ year", data={"year": YEAR - YEAR.mean()}, test="wald")
    tau2 = result.heterogeneity.tau2
    as_printed([c.estimate for c in result.coefficients], "0.1258 0.0052")
    # The paper prints 0.043 for 0.0440 and 0.088 for 0.0889.
    as_printed([c.se for c in result.coefficients], "0.0440 0.0044")
    as_printed([tau2.value, float(tau2.se)], "0.0889 0.0205")
    assert isinstance(tau2.ci, Interval)
    as_printed([tau2.ci.low, tau2.ci.high], "0.0560 0.1376")
