"""Raudenbush SW, Bryk AS. Empirical Bayes meta-analysis. J Educ Stat 1985;10:75-98.

10.3102/10769986010002075: teacher expectancy in 19 studies; the random-effects model (pages 83, 85, 86), its
empirical Bayes estimates (Figure 2) and the regression on weeks of prior contact (pages 90, 92), by REML.
Pages and figures as metafor's page analyses:raudenbush1985 and its own test compare them; the paper prints
three digits or fewer and Q as 35.85 and 16.58. The intervals of the empirical Bayes estimates are metafor's.
"""

from __future__ import annotations

import pytest

from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import RegressionResult, meta_regression, predict
from metasyn.synthesis.sensitivity import blup
from tests.literature.printed import as_printed
from tests.literature.tables import EXPECTANCY, expectancy_data

WEEKS = {"weeks": [min(study.weeks, 3) for study in EXPECTANCY]}


@pytest.fixture(scope="module")
def random_effects() -> SynthesisResult:
    return pool(**expectancy_data(), profile="metafor")


@pytest.fixture(scope="module")
def on_weeks() -> RegressionResult:
    return meta_regression(**expectancy_data(), formula="~ weeks", data=WEEKS, test="wald")


def test_random_effects(random_effects: SynthesisResult) -> None:
    found = random_effects.heterogeneity
    assert isinstance(found, Heterogeneity)
    as_printed([found.tau2.value, random_effects.estimate], "0.0188 0.0837")
    as_printed([found.Q, random_effects.statistic], "35.8295 1.6208")


# R's Fisher scoring stops when tau2 moves by less than 1e-5; the last of four figures may be one off.
UNITS = 1.0


def test_empirical_bayes(random_effects: SynthesisResult) -> None:
    found = blup(random_effects)
    as_printed(
        found.estimate,
        "0.0543 0.1006 -0.0064 0.2144 0.1051 -0.0082 0.0174 -0.0293 0.1604 0.2485 0.1618 0.1102 0.0646 "
        "0.1105 -0.0288 0.0258 0.1905 0.0744 0.0248",
        units=UNITS,
    )
    as_printed(
        found.pi_low,
        "-0.1324 -0.1033 -0.2228 -0.0533 -0.1622 -0.1737 -0.1481 -0.2689 -0.0543 0.0000 -0.0970 -0.1303 "
        "-0.1920 -0.1463 -0.2405 -0.1906 -0.0076 -0.0808 -0.1954",
        units=UNITS,
    )
    as_printed(
        found.random_effect,
        "-0.0294 0.0169 -0.0901 0.1307 0.0214 -0.0919 -0.0664 -0.1131 0.0767 0.1648 0.0781 0.0265 -0.0191 "
        "0.0268 -0.1125 -0.0579 0.1068 -0.0093 -0.0589",
        units=UNITS,
    )


def test_weeks_of_contact(on_weeks: RegressionResult) -> None:
    as_printed(on_weeks.tau2, "0.0000")
    as_printed([c.estimate for c in on_weeks.coefficients], "0.4072 -0.1572")
    as_printed([c.statistic for c in on_weeks.coefficients], "4.6782 -4.3884", units=UNITS)
    as_printed(on_weeks.heterogeneity.Q, "16.5708")


def test_fitted_means(on_weeks: RegressionResult) -> None:
    """metafor's page, predict(): by weeks of contact, 3 for three and more."""
    found = predict(on_weeks, {"weeks": [0, 1, 2, 3]})
    as_printed(found.estimate, "0.4072 0.2499 0.0927 -0.0645")
    as_printed(found.ci[:, 0], "0.2366 0.1391 0.0198 -0.1552")
    as_printed(found.ci[:, 1], "0.5778 0.3607 0.1656 0.0261")
