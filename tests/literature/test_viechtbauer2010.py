"""Viechtbauer W. Conducting meta-analyses in R with the metafor package. J Stat Softw 2010;36(3):1-48.

10.18637/jss.v036.i03: the BCG vaccine trials (Colditz 1994, JAMA 271:698-702), log risk ratios, random
effects by REML unless said otherwise. Numbers as printed there, so compared to their last printed digit.

The paper's REML fits stop when tau2 changes by less than 1e-5 (section 3.6, p. 39). Where that shows in
the last printed digits, mostly of the intercept at year 0, the test allows more units and says so.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import (
    RegressionResult,
    WaldTest,
    likelihood_ratio_test,
    meta_regression,
    permutation_test,
    predict,
)
from metasyn.synthesis.sensitivity import blup, cumulative, influence, leave_one_out
from metasyn.synthesis.small_study import egger_test, trim_and_fill
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import BCG, bcg_counts

MODERATORS = {name: [getattr(trial, name) for trial in BCG] for name in ("ablat", "year", "alloc")}


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    labels = [f"{trial.author}, {trial.year}" for trial in BCG]
    return effect_sizes("RR", **bcg_counts(), labels=labels)


@pytest.fixture(scope="module")
def random_effects(trials: EffectSet) -> SynthesisResult:
    return pool(trials, profile="metafor")


def regression(trials: EffectSet, formula: str, **options: object) -> RegressionResult:
    return meta_regression(trials, formula, data=MODERATORS, **{"test": "wald", **options})


def rows(result: RegressionResult) -> list[float]:
    """The table of coefficients, row by row, as metafor prints it."""
    return [
        number
        for c in result.coefficients
        for number in (c.estimate, c.se, float(c.statistic), float(c.pvalue), c.ci.low, c.ci.high)
    ]


def test_effect_sizes(trials: EffectSet) -> None:
    """Page 10: log risk ratios and sampling variances."""
    as_printed(
        trials.yi,
        "-0.88931133 -1.58538866 -1.34807315 -1.44155119 -0.21754732 -0.78611559 -1.62089822 0.01195233 "
        "-0.46941765 -1.37134480 -0.33935883 0.44591340 -0.01731395",
    )
    as_printed(
        trials.vi,
        "0.325584765 0.194581121 0.415367965 0.020010032 0.051210172 0.006905618 0.223017248 0.003961579 "
        "0.056434210 0.073024794 0.012412214 0.532505845 0.071404660",
    )


def test_single_trials(trials: EffectSet) -> None:
    """Figure 1 (page 15): risk ratio and 95 % interval of every trial."""
    half = 1.959963984540054 * np.sqrt(trials.vi)
    low, high = np.exp(trials.yi - half), np.exp(trials.yi + half)
    as_printed(np.exp(trials.yi), "0.41 0.20 0.26 0.24 0.80 0.46 0.20 1.01 0.63 0.25 0.71 1.56 0.98")
    as_printed(low, "0.13 0.09 0.07 0.18 0.52 0.39 0.08 0.89 0.39 0.15 0.57 0.37 0.58")
    as_printed(high, "1.26 0.49 0.92 0.31 1.25 0.54 0.50 1.14 1.00 0.43 0.89 6.53 1.66")


def test_random_effects(random_effects: SynthesisResult) -> None:
    """Section 3.4, page 14: the random-effects model."""
    found = random_effects.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert isinstance(random_effects.ci, Interval)
    as_printed([found.tau2.value, float(found.tau2.se), found.tau2.tau], "0.3132 0.1664 0.5597")
    as_printed([100 * found.I2, found.H2], "92.22 12.86")
    as_printed(found.Q, "152.2330")
    assert found.df == 12
    assert found.pvalue < 0.0001
    as_printed(
        [
            random_effects.estimate,
            random_effects.se,
            float(random_effects.statistic),
            random_effects.ci.low,
            random_effects.ci.high,
        ],
        "-0.7145 0.1798 -3.9744 -1.0669 -0.3622",
    )
    assert float(random_effects.pvalue) < 0.0001


def test_intervals_of_the_heterogeneity(random_effects: SynthesisResult) -> None:
    """Page 14, confint(): Q-profile intervals of tau2, tau, I2 and H2."""
    found = random_effects.heterogeneity
    assert isinstance(found, Heterogeneity)
    tau2, tau, i2, h2 = found.tau2.ci, found.tau2.tau_ci, found.I2_ci, found.H2_ci
    for interval in (tau2, tau, i2, h2):
        assert isinstance(interval, Interval)
    as_printed([tau2.low, tau2.high], "0.1197 1.1115")
    as_printed([tau.low, tau.high], "0.3460 1.0543")
    as_printed([100 * found.I2, 100 * i2.high], "92.2214 97.6781")
    as_printed([found.H2, h2.high], "12.8558 43.0677")
    # The lower ends are printed as 81.9177 and 5.5303, but R's search for tau2 had stopped at a step of
    # 1.2e-4; the end that solves Q(tau2) = chi2(12, 0.975) = 23.33666 gives 81.9206 and 5.5312.
    as_printed([100 * i2.low, h2.low], "81.92 5.53")
    yi, vi = random_effects.effects.yi, random_effects.effects.vi
    weights = 1 / (vi + tau2.low)
    centre = weights @ yi / weights.sum()
    assert weights @ (yi - centre) ** 2 == pytest.approx(23.336664158645346, rel=1e-12)


def test_back_transformed(random_effects: SynthesisResult) -> None:
    """Page 21, predict(): the mean risk ratio, its interval, and the prediction interval."""
    ci, pi = random_effects.ci, random_effects.pi
    assert isinstance(ci, Interval)
    assert isinstance(pi, Interval)
    ends = [random_effects.estimate, ci.low, ci.high, pi.low, pi.high]
    as_printed([random_effects.natural(x) for x in ends], "0.49 0.34 0.70 0.15 1.55")
    # The same to four digits, as metafor prints them without digits=2.
    as_printed([random_effects.natural(x) for x in ends], "0.4894 0.3441 0.6962 0.1546 1.5490")


def test_two_moderators(trials: EffectSet) -> None:
    """Page 16: absolute latitude and year."""
    result = regression(trials, "~ ablat + year")
    found = result.heterogeneity
    as_printed([found.tau2.value, float(found.tau2.se), found.tau2.tau], "0.1108 0.0845 0.3328")
    as_printed([found.Q, found.pvalue], "28.3251 0.0016")
    assert found.df == 10
    assert isinstance(result.omnibus, WaldTest)
    # Printed as 12.2043; the restricted likelihood solved to the end gives 12.20449.
    as_printed(float(result.omnibus.statistic), "12.2043", units=3)
    as_printed(float(result.omnibus.pvalue), "0.0022")
    table = rows(result)
    as_printed(table[:1] + table[1:2], "-3.5455 29.0959", units=4)
    as_printed(table[2:4], "-0.1219 0.9030")
    as_printed(table[4:6], "-60.5724 53.4814", units=8)
    as_printed(
        table[6:], "-0.0280 0.0102 -2.7371 0.0062 -0.0481 -0.0080 0.0019 0.0147 0.1299 0.8966 -0.0269 0.0307"
    )
    # 65 % of the heterogeneity, from the rounded variances in the text.
    as_printed(100 * float(result.R2), "65")


def test_predicted_risk_ratios(trials: EffectSet) -> None:
    """Page 17: predicted mean risk ratios in 1970 at latitudes 10 to 60, with both intervals."""
    result = regression(trials, "~ ablat + year")
    found = predict(result, {"ablat": range(10, 70, 10), "year": [1970] * 6})
    assert isinstance(found.pi, np.ndarray)
    as_printed(np.exp(found.estimate), "0.9345 0.7062 0.5337 0.4033 0.3048 0.2303")
    as_printed(np.exp(found.ci[:, 0]), "0.5833 0.5149 0.4196 0.2956 0.1916 0.1209")
    as_printed(np.exp(found.ci[:, 1]), "1.4973 0.9686 0.6789 0.5502 0.4848 0.4386")
    as_printed(np.exp(found.pi[:, 0]), "0.4179 0.3421 0.2663 0.1958 0.1369 0.0921")
    as_printed(np.exp(found.pi[:, 1]), "2.0899 1.4579 1.0697 0.8306 0.6787 0.5761")


def test_a_factor_without_intercept(trials: EffectSet) -> None:
    """Page 19: the mean of every method of allocation."""
    result = regression(trials, "~ C(alloc) - 1")
    assert [c.name for c in result.coefficients] == [
        f"C(alloc)[{x}]" for x in ("alternate", "random", "systematic")
    ]
    as_printed(
        rows(result),
        "-0.5180 0.4412 -1.1740 0.2404 -1.3827 0.3468 -0.9658 0.2672 -3.6138 0.0003 -1.4896 -0.4420 "
        "-0.4289 0.3449 -1.2434 0.2137 -1.1050 0.2472",
    )


def test_a_factor_against_a_reference(trials: EffectSet) -> None:
    """Page 19: differences from random allocation, and the omnibus test."""
    result = regression(trials, "~ C(alloc, contr.treatment('random'))")
    assert isinstance(result.omnibus, WaldTest)
    assert result.omnibus.df == 2
    as_printed([float(result.omnibus.statistic), float(result.omnibus.pvalue)], "1.7675 0.4132")
    as_printed(
        rows(result),
        "-0.9658 0.2672 -3.6138 0.0003 -1.4896 -0.4420 0.4478 0.5158 0.8682 0.3853 -0.5632 1.4588 "
        "0.5369 0.4364 1.2303 0.2186 -0.3184 1.3921",
    )


def test_knapp_and_hartung(trials: EffectSet) -> None:
    """Page 20: allocation and latitude with the Knapp-Hartung adjustment."""
    result = regression(trials, "~ C(alloc) + ablat", test="hartung-knapp")
    found = result.heterogeneity
    as_printed([found.tau2.value, float(found.tau2.se), found.tau2.tau], "0.1446 0.1124 0.3803")
    as_printed([found.Q, found.pvalue], "26.2034 0.0019")
    assert isinstance(result.omnibus, WaldTest)
    assert (result.omnibus.df, result.omnibus.df_residual) == (3, 9)
    as_printed([float(result.omnibus.statistic), float(result.omnibus.pvalue)], "3.4471 0.0650")
    as_printed(
        rows(result),
        "0.2932 0.4188 0.7000 0.5016 -0.6543 1.2407 -0.2675 0.3624 -0.7381 0.4793 -1.0873 0.5523 "
        "0.0585 0.3925 0.1490 0.8849 -0.8294 0.9463 -0.0273 0.0095 -2.8669 0.0186 -0.0488 -0.0058",
    )


def test_leave_one_out(trials: EffectSet, random_effects: SynthesisResult) -> None:
    """Page 24, leave1out(): risk ratios, tests and heterogeneity without each trial."""
    found = [x.result for x in leave_one_out(trials, random_effects.request)]
    ci = [x.ci for x in found]
    heterogeneity = [x.heterogeneity for x in found]
    as_printed(
        [x.natural(x.estimate) for x in found],
        "0.493 0.520 0.504 0.533 0.466 0.491 0.519 0.452 0.477 0.520 0.469 0.468 0.460",
    )
    as_printed(
        [float(x.statistic) for x in found],
        "-3.722 -3.620 -3.692 -3.558 -3.984 -3.550 -3.631 -4.418 -3.769 -3.544 -3.871 -4.173 -4.191",
    )
    as_printed(
        [math.exp(x.low) for x in ci],
        "0.340 0.365 0.350 0.377 0.320 0.332 0.365 0.317 0.324 0.363 0.319 0.327 0.319",
    )
    as_printed(
        [math.exp(x.high) for x in ci],
        "0.716 0.741 0.725 0.754 0.678 0.727 0.740 0.643 0.701 0.747 0.688 0.668 0.661",
    )
    as_printed(
        [x.Q for x in heterogeneity],
        "151.583 145.318 150.197 96.563 151.320 128.187 145.830 67.986 152.205 139.827 151.466 150.787 "
        "149.788",
    )
    as_printed(
        [x.tau2.value for x in heterogeneity],
        "0.336 0.293 0.321 0.263 0.328 0.360 0.293 0.273 0.349 0.299 0.340 0.308 0.304",
    )
    as_printed(
        [100 * x.I2 for x in heterogeneity],
        "93.226 92.254 92.935 90.412 92.763 90.912 92.278 87.031 93.213 92.232 91.811 92.678 92.344",
    )
    as_printed(
        [x.H2 for x in heterogeneity],
        "14.762 12.910 14.155 10.430 13.819 11.003 12.950 7.711 14.735 12.874 12.211 13.658 13.062",
    )


def test_influence_says_the_same(random_effects: SynthesisResult) -> None:
    """Page 24 again: tau2 and Q without each trial, from the influence diagnostics."""
    found = influence(random_effects)
    as_printed(
        found.tau2_deleted, "0.336 0.293 0.321 0.263 0.328 0.360 0.293 0.273 0.349 0.299 0.340 0.308 0.304"
    )
    as_printed(
        found.Q_deleted,
        "151.583 145.318 150.197 96.563 151.320 128.187 145.830 67.986 152.205 139.827 151.466 150.787 "
        "149.788",
    )


def test_funnel_asymmetry(trials: EffectSet) -> None:
    """Page 30: weighted regression with multiplicative dispersion, on the standard error."""
    found = egger_test(trials, model="multiplicative")
    assert found.slope.df == 11
    as_printed([found.slope.statistic, found.slope.pvalue], "-1.4013 0.1887")


def test_funnel_asymmetry_beside_moderators(trials: EffectSet) -> None:
    """Pages 30-31: sample size as a predictor in the mixed-effects model with latitude and year."""
    size = [t.tpos + t.tneg + t.cpos + t.cneg for t in BCG]
    result = meta_regression(trials, "~ ablat + year + size", data={**MODERATORS, "size": size}, test="wald")
    as_printed([float(result["size"].statistic), float(result["size"].pvalue)], "0.7470 0.4550")


def test_trim_and_fill(trials: EffectSet) -> None:
    """Pages 31-32: four studies filled in on the right, common-effect model."""
    found = trim_and_fill(trials, model="common-effect")
    result = found.result
    assert (found.k0, found.side, result.k) == (4, "right", 17)
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert isinstance(result.ci, Interval)
    assert result.heterogeneity.df == 16
    as_printed(result.heterogeneity.Q, "262.7316")
    as_printed(
        [result.estimate, result.se, float(result.statistic), result.ci.low, result.ci.high],
        "-0.2910 0.0383 -7.6057 -0.3660 -0.2160",
    )


def test_cumulative(trials: EffectSet, random_effects: SynthesisResult) -> None:
    """Figure 9 (page 33): the trials added in the order of their years."""
    found = cumulative(trials, order=MODERATORS["year"], spec=random_effects.request).steps
    assert [step.added for step in found][:3] == [
        "Aronson, 1948",
        "Ferguson & Simes, 1949",
        "Stein & Aronson, 1953",
    ]
    as_printed(
        [step.result.natural(step.result.estimate) for step in found],
        "0.41 0.27 0.38 0.37 0.33 0.38 0.41 0.45 0.42 0.46 0.49 0.45 0.49",
    )
    as_printed(
        [math.exp(step.result.ci.low) for step in found],
        "0.13 0.13 0.23 0.24 0.22 0.26 0.28 0.31 0.29 0.32 0.35 0.32 0.34",
    )
    as_printed(
        [math.exp(step.result.ci.high) for step in found],
        "1.26 0.53 0.61 0.57 0.49 0.55 0.59 0.67 0.62 0.65 0.70 0.64 0.70",
    )


def test_likelihood_ratio(trials: EffectSet) -> None:
    """Page 34, anova(): latitude by maximum likelihood, with the fit statistics of both models."""
    full, reduced = (regression(trials, formula, tau2_method="ML") for formula in ("~ ablat", "~ 1"))
    test = likelihood_ratio_test(full, reduced)
    as_printed([test.statistic, test.pvalue], "9.9588 0.0016")
    as_printed(100 * float(test.R2), "87.73")
    assert (test.parameters_full, test.parameters_reduced) == (3, 2)
    as_printed([full.aic, full.bic, full.log_likelihood], "21.3713 23.0662 -7.6857")
    as_printed([reduced.aic, reduced.bic, reduced.log_likelihood], "29.3302 30.4601 -12.6651")
    as_printed([full.heterogeneity.Q, full.tau2], "30.7331 0.0344")
    as_printed([reduced.heterogeneity.Q, reduced.tau2], "152.2330 0.2800")


def test_exact_permutation(trials: EffectSet) -> None:
    """Page 35, permutest(): all 8192 patterns of signs."""
    found = permutation_test(regression(trials, "~ 1"), "exact")
    assert (found.exact, found.n) == (True, 8192)
    as_printed(found.pvalues, "0.0015")


def test_approximate_permutation(trials: EffectSet) -> None:
    """Page 36: 10,000 random permutations of latitude and year; 1,500 others here.

    Both are random, so the p values are compared at four of their joint standard errors.
    """
    found = permutation_test(regression(trials, "~ ablat + year"), 1500)
    for p, printed in (
        (found.omnibus_pvalue, 0.0232),
        (found.pvalues[1], 0.0224),
        (found.pvalues[2], 0.8950),
    ):
        spread = math.sqrt(printed * (1 - printed) * (1 / 1500 + 1 / 10_000))
        assert p == pytest.approx(printed, abs=4 * spread)


def test_best_linear_unbiased_predictions(random_effects: SynthesisResult) -> None:
    """Page 38, blup(): rows 1 to 5 and 13."""
    found = blup(random_effects)
    shown = [0, 1, 2, 3, 4, 12]
    as_printed(found.estimate[shown], "-0.8002 -1.2517 -0.9869 -1.3979 -0.2874 -0.1467")
    as_printed(found.se[shown], "0.4099 0.3532 0.4348 0.1376 0.2113 0.2434")
    as_printed(found.pi_low[shown], "-1.6037 -1.9440 -1.8392 -1.6675 -0.7015 -0.6239")
    as_printed(found.pi_high[shown], "0.0032 -0.5594 -0.1346 -1.1283 0.1268 0.3304")


def test_deleted_residuals_beside_moderators(trials: EffectSet) -> None:
    """Page 23, rstudent(): each trial against the prediction of the model fitted without it.

    One standard error, 0.808349 here, is printed as 0.8084: R's iterations had stopped (see above).
    """
    found = []
    for i in (0, 1, 2, 3, 6, 11, 12):
        others = [j for j in range(len(BCG)) if j != i]
        data = {name: [MODERATORS[name][j] for j in others] for name in ("ablat", "year")}
        result = meta_regression(trials.take(others), "~ ablat + year", data=data, test="wald")
        there = predict(result, {"ablat": [BCG[i].ablat], "year": [BCG[i].year]})
        residual = trials.yi[i] - there.estimate[0]
        se = math.sqrt(there.se[0] ** 2 + result.tau2 + trials.vi[i])
        found += [residual, se, residual / se]
    as_printed(
        found,
        "0.2229 0.7486 0.2978 -0.2828 0.6573 -0.4303 -0.3826 0.7501 -0.5100 -1.0900 0.7768 -1.4032 "
        "-1.4061 0.5416 -2.5961 1.1864 0.8084 1.4677 0.7972 0.3742 2.1302",
        units=1,
    )
