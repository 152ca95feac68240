"""Viechtbauer W. Accounting for heterogeneity via random-effects models and moderator analyses in

meta-analysis. Z Psychol 2007;215:104-121. 10.1027/0044-3409.215.2.104: St John's wort for depression (Linde
2005, Br J Psychiatry 186:99-107), log risk ratios of response in 17 trials; pages 106 to 113. Pages and
figures as metafor's page analyses:viechtbauer2007b and its own test compare them; figures of the article
that differ are named.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import RegressionResult, meta_regression, predict
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Responders and patients, St John's wort then placebo; mg a day, weeks, baseline score (HRSD).
TRIALS = (
    (20, 25, 11, 25, 380, 8, 19.5),
    (14, 20, 9, 20, 900, 4, 12.5),
    (4, 25, 2, 25, 900, 4, 22.7),
    (20, 32, 6, 33, 900, 6, 16.5),
    (28, 50, 13, 55, 900, 4, 15.8),
    (34, 48, 25, 49, 240, 6, 23.6),
    (35, 53, 12, 54, 900, 4, 20.7),
    (24, 49, 16, 49, 900, 6, 21.1),
    (45, 80, 12, 79, 500, 6, 19.4),
    (67, 106, 22, 47, 1050, 6, 22.7),
    (34, 60, 17, 59, 900, 6, 16.7),
    (46, 70, 34, 70, 500, 6, 20.9),
    (55, 123, 57, 124, 900, 6, 21.5),
    (23, 37, 15, 35, 900, 6, 19.9),
    (26, 98, 19, 102, 1050, 8, 22.5),
    (46, 113, 56, 116, 1200, 8, 22.9),
    (98, 186, 80, 189, 900, 6, 21.9),
)
# Total dose in grams, centred at 34, and baseline score centred at 20.
MODERATORS = {
    "dose": [mg * 7 / 1000 * weeks - 34 for *_, mg, weeks, _ in TRIALS],
    "baseline": [trial[-1] - 20 for trial in TRIALS],
}


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("RR", **counts([trial[:4] for trial in TRIALS]))


def risk_ratios(result: SynthesisResult) -> list[float]:
    assert isinstance(result.ci, Interval)
    return [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)]


def regression(trials: EffectSet, method: str = "DL", weights: list[int] | None = None) -> RegressionResult:
    formula = "~ dose * baseline"
    return meta_regression(trials, formula, data=MODERATORS, tau2_method=method, weights=weights, test="wald")


def test_two_trials(trials: EffectSet) -> None:
    """Page 106; the article prints 1.01 for 1.0039."""
    half = 1.959963984540054 * np.sqrt(trials.vi)
    shown = [12, 16]
    as_printed(np.exp(trials.yi - half)[shown], "0.74 1.00")
    as_printed(np.exp(trials.yi + half)[shown], "1.28 1.54")


def test_common_effect(trials: EffectSet) -> None:
    """Page 107; the article prints 1.39 for the mean, and 55.54 for Q, presumably a misprint."""
    result = pool(trials, profile="metafor", model="common-effect")
    as_printed(risk_ratios(result), "1.3840 1.2599 1.5204")
    assert isinstance(result.heterogeneity, Heterogeneity)
    as_printed(result.heterogeneity.Q, "51.5454")


def test_random_effects(trials: EffectSet) -> None:
    """Page 109; the article prints 1.90 and 0.091, and 0.87 to 2.83 without the error of the mean."""
    result = pool(trials, profile="metafor", tau2_method="DL")
    as_printed(risk_ratios(result), "1.5722 1.3103 1.8864")
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert isinstance(result.pi, Interval)
    tau = result.heterogeneity.tau2.tau
    as_printed(tau**2, "0.0903")
    as_printed([result.natural(x) for x in (result.pi.low, result.pi.high)], "0.8488 2.9120")
    bare = (result.estimate - 1.96 * tau, result.estimate + 1.96 * tau)
    as_printed([result.natural(x) for x in bare], "0.87 2.83")


def test_dose_and_baseline(trials: EffectSet) -> None:
    """Table II (page 113) and page 112; the article prints 48 % for the R2."""
    result = regression(trials)
    as_printed(result.tau2, "0.0475")
    as_printed(100 * float(result.R2), "47.3778")
    assert [c.name for c in result.coefficients] == ["Intercept", "dose", "baseline", "dose:baseline"]
    as_printed([c.estimate for c in result.coefficients], "0.47625885 -0.0058448 -0.06722782 -0.00156996")
    as_printed([c.se for c in result.coefficients], "0.08764097 0.00999872 0.03522283 0.00344659")
    as_printed([c.statistic for c in result.coefficients], "5.43420301 -0.58455444 -1.9086436 -0.45551255")
    as_printed([c.pvalue for c in result.coefficients], "0.00000006 0.55884735 0.05630808 0.64874054")


def test_predicted(trials: EffectSet) -> None:
    """Page 113: 34 g in all, at baseline scores of 12.5 and 23.6; the article prints 4.90 for 4.88."""
    found = predict(regression(trials), {"dose": [0, 0], "baseline": [12.5 - 20, 23.6 - 20]})
    as_printed(np.exp(found.estimate), "2.6657 1.2639")
    as_printed(np.exp(found.ci), "1.4560 4.8806 0.9923 1.6099")


@pytest.mark.parametrize(
    ("method", "printed"),
    [
        ("HS", "0.0253 0.0197"),
        ("HE", "0.0388 0.0764"),
        ("DL", "0.0475 0.0376"),
        ("GENQ", "0.0600 0.0528"),
        ("SJ", "0.0912 0.0436"),
        ("DLIT", "0.0633 0.0460"),
        ("SJIT", "0.0633 0.0460"),
        ("PM", "0.0633 0.0460"),
        ("ML", "0.0240 0.0222"),
        ("REML", "0.0558 0.0409"),
        ("EB", "0.0633 0.0460"),
    ],
)
def test_every_estimator(trials: EffectSet, method: str, printed: str) -> None:
    """Not in the article; tau2 and its standard error as metafor's test of the example has them."""
    weights = [trial[1] + trial[3] for trial in TRIALS] if method == "GENQ" else None
    tau2 = regression(trials, method, weights).heterogeneity.tau2
    as_printed([tau2.value, float(tau2.se)], printed)
