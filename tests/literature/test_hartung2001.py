"""Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary

outcome. Stat Med 2001;20:3875-3889. 10.1002/sim.1009: cisapride against placebo in 13 trials, log odds
ratios with 1/2 added to every cell. Data and figures as the vignette of the R package pimeta (1.1.4) prints
them: the DerSimonian-Laird mean and Nagashima's bootstrap prediction interval (Stat Methods Med Res
2019;28:1689-1702, 10.1177/0962280218773520). The article's own table was not at hand.
"""

from __future__ import annotations

import math

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from tests.literature.printed import as_printed

SUCCESSES = (
    [15, 12, 29, 42, 14, 44, 14, 29, 10, 17, 38, 19, 21],
    [9, 1, 18, 31, 6, 17, 7, 23, 3, 6, 12, 22, 19],
)
PATIENTS = (
    [16, 16, 34, 56, 22, 54, 17, 58, 14, 26, 44, 29, 38],
    [16, 16, 34, 56, 22, 55, 15, 58, 15, 27, 45, 30, 38],
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes(
        "OR",
        events_1=SUCCESSES[0],
        n_1=PATIENTS[0],
        events_2=SUCCESSES[1],
        n_2=PATIENTS[1],
        zero_cells="all",
    )


def test_effect_sizes(trials: EffectSet) -> None:
    as_printed(trials.yi[:3], "2.098986 3.357026 1.565232")
    as_printed(trials.vi[:3] ** 0.5, "0.9847737 1.0165653 0.5747840")


def test_mean_and_heterogeneity(trials: EffectSet) -> None:
    result = pool(trials, profile="revman-5")
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    as_printed(result.natural(result.estimate), "4.141")
    as_printed([found.tau2.value], "0.718")
    as_printed(100 * found.I2, "69.9")


def test_bootstrap_prediction_interval(trials: EffectSet) -> None:
    """Both take 25,000 random draws, the ends vary with a standard deviation of 0.022: four joint ones."""
    found = pool(trials, tau2_method="DL", ci_method="hartung-knapp", pi_method="bootstrap").pi
    assert isinstance(found, Interval)
    assert [found.low, found.high] == pytest.approx([math.log(0.533), math.log(33.692)], abs=0.125)
