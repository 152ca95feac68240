"""van Houwelingen HC, Arends LR, Stijnen T. Advanced methods in meta-analysis: multivariate approach

and meta-regression. Stat Med 2002;21:589-624. 10.1002/sim.1040: the BCG vaccine trials as log odds ratios;
the common effect (page 596), the maximum likelihood fit (page 597), a new trial's effect (page 599) and the
regression on latitude (pages 608-609). Pages and figures as metafor's page analyses:vanhouwelingen2002 and
its own test compare them; `tests/reference/oracle`, section 7, holds the same.

Left out: the bivariate models (pages 604-613).
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import meta_regression
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import BCG, bcg_counts


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("OR", **bcg_counts())


def odds_ratios(result: SynthesisResult) -> list[float]:
    assert isinstance(result.ci, Interval)
    return [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)]


def test_common_effect(trials: EffectSet) -> None:
    """Page 596; the paper prints 0.703 for the upper end, 0.7024 here."""
    result = pool(trials, profile="metafor", model="common-effect")
    as_printed(odds_ratios(result), "0.647 0.595 0.703", units=1)


def test_maximum_likelihood(trials: EffectSet) -> None:
    """Page 597."""
    result = pool(trials, profile="metafor", tau2_method="ML")
    as_printed(odds_ratios(result), "0.476 0.336 0.675")
    assert isinstance(result.heterogeneity, Heterogeneity)
    as_printed(result.heterogeneity.tau2.value, "0.302")


@pytest.mark.parametrize(
    ("ci_method", "printed"),
    [
        # The likelihood-based interval of the paper's profile plot, 0.12 to 0.89, to four digits.
        ("profile-likelihood", "0.1151 0.8937"),
        # The paper's 0.135 to 1.181 takes a Satterthwaite approximation; this is the exact one.
        ("q-profile", "0.1302 1.1812"),
    ],
)
def test_intervals_of_tau2(trials: EffectSet, ci_method: str, printed: str) -> None:
    found = pool(trials, profile="metafor", tau2_method="ML", tau2_ci_method=ci_method).heterogeneity
    assert isinstance(found, Heterogeneity)
    assert isinstance(found.tau2.ci, Interval)
    # R's search for the ends stops at steps of 1.2e-4: 0.1302 for 0.130149.
    as_printed([found.tau2.ci.low, found.tau2.ci.high], printed, units=1)


def test_knapp_and_hartung(trials: EffectSet) -> None:
    """Not in the paper; on metafor's page."""
    result = pool(trials, tau2_method="ML", ci_method="hartung-knapp")
    as_printed(odds_ratios(result)[1:], "0.318 0.714")


def test_a_new_trial(trials: EffectSet) -> None:
    """Page 599: the paper's interval of a new trial's log odds ratio ignores the error of the mean."""
    result = pool(trials, profile="metafor", tau2_method="ML")
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert isinstance(result.pi, Interval)
    half = 1.959963984540054 * result.heterogeneity.tau2.tau
    as_printed([result.estimate - half, result.estimate + half], "-1.820 0.336")
    as_printed([result.pi.low, result.pi.high], "-1.875 0.391")


def test_latitude(trials: EffectSet) -> None:
    """Pages 608-609."""
    data = {"ablat": [trial.ablat for trial in BCG]}
    result = meta_regression(trials, "~ ablat", data=data, tau2_method="ML", test="wald")
    as_printed([c.estimate for c in result.coefficients], "0.371 -0.033")
    as_printed([c.se for c in result.coefficients], "0.106 0.003")
    as_printed(result.tau2, "0.004")
    as_printed(100 * float(result.R2), "98.7")
