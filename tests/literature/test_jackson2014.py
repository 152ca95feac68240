"""Jackson D, Turner R, Rhodes K, Viechtbauer W. Methods for calculating confidence and credible intervals

for the residual between-study variance in random effects meta-regression models. BMC Med Res Methodol
2014;14:103. 10.1186/1471-2288-14-103: its two examples, a binary and a continuous covariate. Data and the
95 % intervals of tau2 are those of metafor's own test of the examples (test_analysis_example_jackson2014),
to four decimals; the article itself was read in its abstract only, so no table is named.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from metasyn.synthesis.moderators import meta_regression
from metasyn.values import Interval
from tests.literature.printed import as_printed


class Example(NamedTuple):
    yi: list[float]
    vi: list[float]
    xi: list[int]
    reml: str
    inverse_variance: str
    inverse_se: str
    paule_mandel: str


BINARY = Example(
    yi=[0.0267, 0.8242, 0.3930, 2.4405, 2.1401, 1.2528, 2.4849, 0.3087, 1.4246, 0.1823, 1.1378, 1.2321,
        2.0695, 4.0237, 1.4383, 1.6021],
    vi=[0.1285, 0.0315, 0.0931, 2.0967, 1.0539, 0.1602, 1.0235, 0.0218, 0.5277, 0.0556, 0.3304, 0.1721,
        0.4901, 2.0200, 0.3399, 0.1830],
    xi=[0] * 10 + [1] * 6,
    reml="0.0110 0.6330",
    inverse_variance="0.0029 0.6907",
    inverse_se="0.0000 1.1245",
    paule_mandel="0.0023 1.4871",
)  # fmt: skip
CONTINUOUS = Example(
    yi=[0.54, 0.4, 0.64, 0.365, 0.835, 0.02, 0.12, 0.085, 1.18, 0.08, 0.18, 0.325, 0.06, 0.715, 0.065, 0.245,
        0.24, 0.06, 0.19],
    vi=[0.0176, 0.019, 0.0906, 0.0861, 0.0063, 0.0126, 0.0126, 0.0041, 0.0759, 0.0126, 0.0104, 0.0242, 0.0026,
        0.2629, 0.0169, 0.0156, 0.0481, 0.0084, 0.0044],
    xi=[1986, 1987, 1988, 1988, 1998, 1999, 2000, 2000, 2000, 2001, 2001, 2001, 2002, 2002, 2002, 2002, 2003,
        2003, 2003],
    reml="0.0163 0.1108",
    inverse_variance="0.0170 0.1393",
    inverse_se="0.0180 0.1375",
    paule_mandel="0.0178 0.1564",
)  # fmt: skip
EXAMPLES = pytest.mark.parametrize("example", [BINARY, CONTINUOUS], ids=["binary", "continuous"])


def interval(example: Example, **options: object) -> Interval:
    found = meta_regression(
        yi=example.yi, vi=example.vi, formula="~ x", data={"x": example.xi}, test="wald", **options
    ).heterogeneity.tau2.ci
    assert isinstance(found, Interval)
    return found


@EXAMPLES
@pytest.mark.parametrize(("power", "field"), [(1.0, "inverse_variance"), (0.5, "inverse_se")])
def test_generalised_cochran(example: Example, power: float, field: str) -> None:
    found = interval(
        example,
        tau2_method="GENQ",
        weights=np.array(example.vi) ** -power,
        tau2_ci_method="generalised-q",
    )
    # R's search for the ends stops at steps of 1.2e-4: the last figure may be one off (1.1245 for 1.12456).
    as_printed([found.low, found.high], getattr(example, field), units=1)


@EXAMPLES
def test_q_profile(example: Example) -> None:
    found = interval(example, tau2_method="PM")
    as_printed([found.low, found.high], example.paule_mandel)


@EXAMPLES
def test_wald_on_the_log_scale(example: Example) -> None:
    """The interval itself is not offered; estimate and standard error of REML are its parts."""
    tau2 = meta_regression(
        yi=example.yi, vi=example.vi, formula="~ x", data={"x": example.xi}, test="wald"
    ).heterogeneity.tau2
    half = 1.96 * float(tau2.se) / tau2.value
    as_printed([tau2.value * math.exp(-half), tau2.value * math.exp(half)], example.reml)
