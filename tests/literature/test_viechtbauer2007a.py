"""Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Stat Med

2007;26:37-52. 10.1002/sim.2514, Table II (page 44): pre-eclampsia in nine trials of diuretics in
pregnancy (Collins, Yusuf and Peto, BMJ 1985;290:17-23), log odds ratios: tau2 and its intervals. The
figures are those that metafor's page analyses:viechtbauer2007a and its own test compare with the table.

Left out: the two bootstrap intervals, which are random and which metasyn does not offer.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity, Tau2Estimate
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Cases and participants: treated, then control.
TRIALS = (
    (14, 131, 14, 136),
    (21, 385, 17, 134),
    (14, 57, 24, 48),
    (6, 38, 18, 40),
    (12, 1011, 35, 760),
    (138, 1370, 175, 1336),
    (15, 506, 20, 524),
    (6, 108, 2, 103),
    (65, 153, 40, 102),
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("OR", **counts(TRIALS))


def between_trials(trials: EffectSet, method: str, ci_method: str = "q-profile") -> Tau2Estimate:
    found = pool(trials, profile="metafor", tau2_method=method, tau2_ci_method=ci_method).heterogeneity
    assert isinstance(found, Heterogeneity)
    return found.tau2


def ends(found: Tau2Estimate) -> list[float]:
    assert isinstance(found.ci, Interval)
    return [found.ci.low, found.ci.high]


def test_estimates(trials: EffectSet) -> None:
    found = [between_trials(trials, method).value for method in ("DL", "ML", "REML", "SJ")]
    as_printed(found, "0.230 0.239 0.301 0.456")


def test_q_profile(trials: EffectSet) -> None:
    as_printed(ends(between_trials(trials, "DL")), "0.072 2.203")


@pytest.mark.parametrize(("method", "printed"), [("ML", "0.027 1.131"), ("REML", "0.043 1.475")])
def test_profile_likelihood(trials: EffectSet, method: str, printed: str) -> None:
    as_printed(ends(between_trials(trials, method, "profile-likelihood")), printed)


def test_generalised_q_beside_biggerstaff_and_tweedie(trials: EffectSet) -> None:
    """The table's 0.048 to 2.355 approximates the distribution of Q by a gamma distribution.

    The exact distribution moves the lower end little, the upper end far: at tau2 = 2.355 a Q as small
    as the observed one has probability 0.006, not 0.025.
    """
    low, high = ends(between_trials(trials, "DL", "generalised-q"))
    as_printed(low, "0.048", units=1)
    assert 1 < high < 2.355


@pytest.mark.parametrize(("method", "printed"), [("ML", "-0.101 0.578"), ("REML", "-0.131 0.732")])
def test_wald(trials: EffectSet, method: str, printed: str) -> None:
    """The interval itself is not offered (it leaves the range of variances); its parts are."""
    found = between_trials(trials, method)
    half = 1.96 * float(found.se)
    as_printed([found.value - half, found.value + half], printed)


def test_sidik_jonkman(trials: EffectSet) -> None:
    """(k - 1) tau2 over the chi-square quantiles of k - 1 = 8, 17.5345 and 2.1797: its part is offered."""
    found = between_trials(trials, "SJ").value
    as_printed([8 * found / 17.5345461, 8 * found / 2.1797307], "0.208 1.675")
