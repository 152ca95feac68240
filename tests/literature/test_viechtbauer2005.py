"""Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model.

J Educ Behav Stat 2005;30:261-293. 10.3102/10769986030003261: the two examples of pages 271 and 272,
with tau2 by seven estimators. The figures, to their last digit, are those that metafor's page
analyses:viechtbauer2005 and its own test of the example compare with these pages.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.vocabulary import Tau2Method
from tests.literature.printed import as_printed

ESTIMATORS: tuple[Tau2Method, ...] = ("HS", "HE", "DL", "ML", "REML", "EB", "SJ")

PAGE_271 = {
    "yi": [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232],
    "vi": [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040],
}
PAGE_272 = {
    "yi": [
        0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134, 0.019, 0.175, 0.056, 0.045,
        0.103, 0.121, -0.482, 0.290, 0.342,
    ],
    "vi": [
        0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034, 0.033, 0.031, 0.034, 0.039, 0.167,
        0.134, 0.096, 0.016, 0.035,
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "tau2", "I2", "H2", "se"),
    [
        (
            PAGE_271,
            "0.228 0.148 0.277 0.197 0.223 0.192 0.199",
            "77.23 68.80 80.44 74.51 76.84 74.05 74.75",
            "4.39 3.21 5.11 3.92 4.32 3.85 3.96",
            "0.1328 0.1234 0.1841 0.1255 0.1464 0.1330 0.0979",
        ),
        (
            PAGE_272,
            "0.010 0.000 0.013 0.013 0.016 0.010 0.025",
            "22.93 0.00 27.53 28.45 32.02 23.72 42.67",
            "1.30 1.00 1.38 1.40 1.47 1.31 1.74",
            "0.0138 0.0217 0.0159 0.0151 0.0167 0.0156 0.0118",
        ),
    ],
    ids=["page 271", "page 272"],
)
def test_seven_estimators(data: dict[str, list[float]], tau2: str, I2: str, H2: str, se: str) -> None:
    """Standard errors of tau2 are not on these pages; they are those of metafor's test of the example."""
    found = [pool(**data, profile="metafor", tau2_method=method).heterogeneity for method in ESTIMATORS]
    assert all(isinstance(x, Heterogeneity) for x in found)
    as_printed([x.tau2.value for x in found], tau2)
    as_printed([100 * x.I2 for x in found], I2)
    as_printed([x.H2 for x in found], H2)
    as_printed(np.array([x.tau2.se for x in found], dtype=float), se)
