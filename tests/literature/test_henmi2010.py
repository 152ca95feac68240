"""Henmi M, Copas JB. Confidence intervals for random effects meta-analysis and robustness to publication

bias. Stat Med 2010;29:2969-2983. 10.1002/sim.4029, page 2978: acupoint P6 stimulation against nausea
(Lee and Done, Cochrane Database Syst Rev 2004, CD003281), log odds ratios of 16 trials. Page and figures as
metafor's page analyses:henmi2010 and its own test of the example compare them.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Patients with nausea and participants: stimulated, then control.
TRIALS = (
    (18, 100, 20, 100),
    (5, 50, 18, 50),
    (9, 20, 7, 20),
    (32, 135, 31, 139),
    (9, 23, 10, 23),
    (11, 18, 12, 18),
    (69, 122, 80, 122),
    (3, 25, 12, 25),
    (1, 30, 1, 30),
    (11, 30, 19, 30),
    (7, 44, 16, 39),
    (4, 47, 6, 47),
    (1, 30, 13, 30),
    (24, 40, 71, 80),
    (16, 50, 53, 88),
    (28, 110, 25, 111),
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("OR", **counts(TRIALS))


@pytest.mark.parametrize(
    ("ci_method", "printed"),
    [("wald", "-0.6787 -1.0664 -0.2911"), ("henmi-copas", "-0.5145 -0.9994 -0.0295")],
)
def test_nausea(trials: EffectSet, ci_method: str, printed: str) -> None:
    result = pool(trials, tau2_method="DL", ci_method=ci_method)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert isinstance(result.ci, Interval)
    as_printed(result.heterogeneity.tau2.value, "0.3325")
    as_printed([result.estimate, result.ci.low, result.ci.high], printed)
