"""Berkey CS, Hoaglin DC, Mosteller F, Colditz GA. A random-effects regression model for meta-analysis.

Stat Med 1995;14:395-411. 10.1002/sim.4780140406, page 408: the BCG vaccine trials, log risk ratios with
smoothed sampling variances, absolute latitude centred at 33.46; empirical Bayes. Page and figures as
metafor's page analyses:berkey1995 and its own test of the example compare them.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import meta_regression, predict
from tests.literature.printed import as_printed
from tests.literature.tables import BCG, bcg_counts

LATITUDE = {"latitude": [trial.ablat - 33.46 for trial in BCG]}


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    table = bcg_counts()
    smoothed = sum(
        np.sum((n - x) / x) / (13 * n)
        for x, n in ((table["events_1"], table["n_1"]), (table["events_2"], table["n_2"]))
    )
    return effect_sizes("RR", yi=effect_sizes("RR", **table).yi, vi=smoothed)


def test_random_effects(trials: EffectSet) -> None:
    result = pool(trials, profile="metafor", tau2_method="EB")
    assert isinstance(result.heterogeneity, Heterogeneity)
    as_printed([result.estimate, result.se], "-0.5429 0.1842")
    as_printed(result.heterogeneity.tau2.value, "0.268")


def test_latitude(trials: EffectSet) -> None:
    result = meta_regression(trials, "~ latitude", data=LATITUDE, tau2_method="EB", test="wald")
    # The intercept is printed as -0.6304.
    as_printed(result["Intercept"].estimate, "-0.6304", units=1)
    as_printed(result["latitude"].estimate, "-0.0268")
    as_printed([c.se for c in result.coefficients], "0.1591 0.0110")
    as_printed(result.tau2, "0.157")
    as_printed(100 * float(result.R2), "41")
    as_printed(np.exp(predict(result, {"latitude": [0, 42 - 33.46]}).estimate), "0.53 0.42")


def test_latitude_without_residual_heterogeneity(trials: EffectSet) -> None:
    result = meta_regression(trials, "~ latitude", data=LATITUDE, model="common-effect", test="wald")
    # Printed as -0.5950 and 0.0039; -0.59493 and 0.00395 here.
    as_printed(result["Intercept"].estimate, "-0.5950", units=1)
    as_printed(result["latitude"].estimate, "-0.0282")
    as_printed([c.se for c in result.coefficients], "0.0696 0.0039", units=1)
    as_printed(np.exp(predict(result, {"latitude": [0, 42 - 33.46]}).estimate), "0.55 0.43")
