"""van Houwelingen HC, Arends LR, Stijnen T. Advanced methods in meta-analysis: multivariate approach

and meta-regression. Stat Med 2002;21:589-624. 10.1002/sim.1040, section 3: the BCG vaccine trials as
log odds ratios; the common-effect odds ratio and the maximum likelihood random-effects fit.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval

# Diseased and not diseased: vaccinated, then not vaccinated.
COUNTS = (
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
)


def odds_ratios(result: SynthesisResult) -> list[float]:
    assert isinstance(result.ci, Interval)
    return [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)]


def test_bcg_odds_ratios() -> None:
    a, b, c, d = np.array(COUNTS, dtype=float).T
    data = {"yi": np.log(a * d / (b * c)), "vi": 1 / a + 1 / b + 1 / c + 1 / d, "measure": "OR"}
    common = pool(**data, model="common-effect")
    assert odds_ratios(common) == pytest.approx([0.647, 0.595, 0.702], abs=6e-4)
    random = pool(**data, tau2_method="ML", ci_method="wald", pi_method="normal")
    assert odds_ratios(random) == pytest.approx([0.476, 0.336, 0.675], abs=6e-4)
    assert isinstance(random.heterogeneity, Heterogeneity)
    assert random.heterogeneity.tau2.value == pytest.approx(0.302, abs=6e-4)
    assert isinstance(random.pi, Interval)
    # The paper's 95 % interval of a new trial's log odds ratio ignores the error of the mean.
    sd = random.heterogeneity.tau2.value**0.5
    bare = [random.estimate - 1.96 * sd, random.estimate + 1.96 * sd]
    assert bare == pytest.approx([-1.820, 0.336], abs=2e-3)
    assert random.pi.low < bare[0] < bare[1] < random.pi.high
