"""Rothman KJ, Greenland S, Lash TL. Modern epidemiology. 3rd ed. Philadelphia: Lippincott Williams &

Wilkins; 2008, chapter 15: tolbutamide and death (Table 15-1), smoking and coronary death in British doctors
(Table 15-2), spermicide use and Down syndrome (Table 15-5); strata, crude effects, Mantel-Haenszel with 90 %
limits. Tables and figures as metafor's page analyses:rothman2008 and its own test compare them, to four
decimals where the chapter prints two or three (it has 0.088 for an upper limit of 0.0874, and 0.001 for a
chi-square of 0.0017).

Left out: the maximum likelihood estimates (conditional and unconditional logistic models).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis.counts import ChiSquaredTest, CountSynthesis, mantel_haenszel
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Events and persons: exposed, then unexposed; by age.
TOLBUTAMIDE = ((8, 106, 5, 120), (22, 98, 16, 85))
SPERMICIDE = ((3, 12, 104, 1163), (1, 4, 5, 91))
# Deaths and years: smokers, then non-smokers.
DOCTORS = (
    (32, 52407, 2, 18790),
    (104, 43248, 12, 10673),
    (206, 28612, 28, 5710),
    (186, 12663, 28, 2585),
    (102, 5317, 31, 1462),
)
YEARS = 1e4


def rates(table: tuple[tuple[int, ...], ...]) -> dict[str, np.ndarray]:
    x1, t1, x2, t2 = np.array(table, dtype=float).T
    return {"events_1": x1, "time_1": t1 / YEARS, "events_2": x2, "time_2": t2 / YEARS}


def crude(columns: dict[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: [values.sum()] for name, values in columns.items()}


def ratios(effects: EffectSet) -> np.ndarray:
    """Ratio, lower and upper 95 % limit of each row, in this order."""
    half = 1.959963984540054 * np.sqrt(effects.vi)
    return np.exp([effects.yi, effects.yi - half, effects.yi + half])


def differences(effects: EffectSet) -> np.ndarray:
    """Difference, variance, standard error and z of each row."""
    se = np.sqrt(effects.vi)
    return np.array([effects.yi, effects.vi, se, effects.yi / se])


def limits(result: CountSynthesis) -> list[float]:
    return [result.estimate, result.ci.low, result.ci.high]


def test_table_15_1_strata_and_crude() -> None:
    table = counts(TOLBUTAMIDE)
    as_printed(
        differences(effect_sizes("RD", **table)), "0.0338 0.0363 0.0010 0.0036 0.0315 0.0598 1.0738 0.6064"
    )
    as_printed(differences(effect_sizes("RD", **crude(table))), "0.0446 0.0011 0.0326 1.3683")
    as_printed(ratios(effect_sizes("RR", **table)), "1.8113 1.1926 0.6112 0.6713 5.3679 2.1188")
    as_printed(ratios(effect_sizes("RR", **crude(table))), "1.4356 0.8510 2.4216")


@pytest.mark.parametrize(
    ("measure", "estimate", "heterogeneity"),
    [
        ("RD", "0.0349 -0.0176 0.0874", "0.0017 0.9669"),
        ("RR", "0.2818 -0.1442 0.7078", "0.4472 0.5037"),
        ("OR", "0.3387 -0.1731 0.8505", "0.3474 0.5556"),
    ],
)
def test_table_15_1_pooled(measure: str, estimate: str, heterogeneity: str) -> None:
    result = mantel_haenszel(**counts(TOLBUTAMIDE), measure=measure, level=0.90)
    as_printed(limits(result), estimate)
    assert isinstance(result.heterogeneity, ChiSquaredTest)
    as_printed([result.heterogeneity.statistic, result.heterogeneity.pvalue], heterogeneity)


def test_table_15_1_ratios() -> None:
    for measure, printed in (("RR", "1.3256 0.8658 2.0296"), ("OR", "1.4031 0.8411 2.3409")):
        result = mantel_haenszel(**counts(TOLBUTAMIDE), measure=measure, level=0.90)
        as_printed([math.exp(x) for x in limits(result)], printed)


def three_tests(result: CountSynthesis) -> list[float]:
    """Cochran's, Mantel and Haenszel's and Tarone's tests."""
    found = (result.cochran, result.association, result.tarone)
    assert all(isinstance(test, ChiSquaredTest) for test in found)
    return [x for test in found for x in (test.statistic, test.pvalue)]


def test_table_15_1_tests() -> None:
    result = mantel_haenszel(**counts(TOLBUTAMIDE), measure="OR", level=0.90, correct=False)
    as_printed(three_tests(result), "1.1976 0.2738 1.1914 0.2750 0.3489 0.5547")


def test_table_15_2_strata_and_crude() -> None:
    table = rates(DOCTORS)
    found = differences(effect_sizes("IRD", **table))
    as_printed(found[0], "5.0417 12.8040 22.9610 38.5674 -20.2008")
    as_printed(found[1], "1.7316 16.0947 111.0423 535.0172 1811.1307")
    as_printed(found[2], "1.3159 4.0118 10.5377 23.1304 42.5574")
    as_printed(found[3], "3.8313 3.1916 2.1789 1.6674 -0.4747")
    as_printed(differences(effect_sizes("IRD", **crude(table))), "18.5370 9.6796 3.1112 5.9581")
    ratio, low, high = ratios(effect_sizes("IRR", **table))
    as_printed(ratio, "5.7366 2.1388 1.4682 1.3561 0.9047")
    as_printed(low, "1.3748 1.1767 0.9894 0.9115 0.6053")
    as_printed(high, "23.9371 3.8876 2.1789 2.0176 1.3524")
    as_printed(ratios(effect_sizes("IRR", **crude(table))), "1.7198 1.3940 2.1219")


def test_table_15_2_pooled() -> None:
    difference = mantel_haenszel(**rates(DOCTORS), measure="IRD", level=0.90)
    assert isinstance(difference.heterogeneity, ChiSquaredTest)
    as_printed(limits(difference), "11.4392 6.3498 16.5286")
    as_printed([difference.heterogeneity.statistic, difference.heterogeneity.pvalue], "26.8758 0.0000")
    ratio = mantel_haenszel(**rates(DOCTORS), measure="IRR", level=0.90)
    assert isinstance(ratio.heterogeneity, ChiSquaredTest)
    as_printed(limits(ratio), "0.3539 0.1776 0.5303")
    as_printed([math.exp(x) for x in limits(ratio)], "1.4247 1.1944 1.6994")
    as_printed([ratio.heterogeneity.statistic, ratio.heterogeneity.pvalue], "10.4117 0.0340")


@pytest.mark.parametrize(("correct", "printed"), [(True, "10.7021 0.0011"), (False, "11.0162 0.0009")])
def test_table_15_2_test(correct: bool, printed: str) -> None:
    found = mantel_haenszel(**rates(DOCTORS), measure="IRR", level=0.90, correct=correct).association
    assert isinstance(found, ChiSquaredTest)
    as_printed([found.statistic, found.pvalue], printed)


def test_table_15_5() -> None:
    result = mantel_haenszel(**counts(SPERMICIDE), measure="OR", level=0.90, correct=False)
    as_printed(limits(result), "1.3300 0.3579 2.3021")
    as_printed([math.exp(x) for x in limits(result)], "3.7812 1.4304 9.9954")
    assert isinstance(result.heterogeneity, ChiSquaredTest)
    as_printed([result.heterogeneity.statistic, result.heterogeneity.pvalue], "0.1378 0.7105")
    as_printed(three_tests(result), "5.8248 0.0158 5.8092 0.0159 0.1391 0.7092")
