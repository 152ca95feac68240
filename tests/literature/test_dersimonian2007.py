"""DerSimonian R, Kacker R. Random-effects model for meta-analysis of clinical trials: an update. Contemp

Clin Trials 2007;28:105-114. 10.1016/j.cct.2006.04.004, Tables 3 and 4 (pages 111-112): aspirin against
pre-eclampsia in six trials (CLASP), log odds ratios; tau, mean and standard error by the estimators of
the paper. Pages and figures as metafor's page analyses:dersimonian2007 and its own test compare them.

Left out: SJ2, Sidik and Jonkman's estimator started from CA, which metasyn does not offer.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.tau2 import estimate_tau2
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Cases and participants: aspirin, then control.
TRIALS = (
    (5, 156, 8, 74),
    (5, 303, 17, 303),
    (12, 565, 9, 477),
    (69, 1570, 94, 1565),
    (9, 103, 11, 105),
    (313, 4659, 352, 4650),
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("OR", **counts(TRIALS))


def tau_mean_se(result: SynthesisResult) -> list[float]:
    assert isinstance(result.heterogeneity, Heterogeneity)
    return [result.heterogeneity.tau2.tau, result.estimate, result.se]


@pytest.mark.parametrize(
    ("method", "printed"),
    [
        ("PM", "0.3681 -0.3811 0.2060"),
        ("HE", "0.4410 -0.4035 0.2327"),  # "CA" in the paper: Cochran's analysis of variance
        ("DL", "0.2323 -0.3240 0.1540"),
        ("DL2", "0.3254 -0.3655 0.1901"),
        ("EB", "0.3681 -0.3811 0.2060"),
        ("REML", "0.1843 -0.2980 0.1343"),
        ("HS", "0.1330 -0.2666 0.1125"),
        ("SJ", "0.4572 -0.4079 0.2386"),
    ],
)
def test_estimators(trials: EffectSet, method: str, printed: str) -> None:
    as_printed(tau_mean_se(pool(trials, profile="metafor", tau2_method=method)), printed)


def test_two_step_from_cochran(trials: EffectSet) -> None:
    """CA2: the generalised Q statistic with the weights of the first step."""
    first = estimate_tau2(trials.yi, trials.vi, method="HE").value
    second = estimate_tau2(trials.yi, trials.vi, method="GENQ", weights=1 / (trials.vi + first)).value
    as_printed(tau_mean_se(pool(trials, profile="metafor", tau2=second)), "0.3831 -0.3861 0.2115")


def test_maximum_likelihood(trials: EffectSet) -> None:
    """The maximum is at tau2 = 0; R's iterations stop on the way, at tau = 0.0023."""
    tau, mean, se = tau_mean_se(pool(trials, profile="metafor", tau2_method="ML"))
    assert tau == 0
    as_printed([mean, se], "-0.1974 0.0694", units=1)
