"""Egger M, Davey Smith G, Altman DG, editors. Systematic reviews in health care: meta-analysis in context.

2nd ed. London: BMJ Books; 2001, Table 18.2: intravenous magnesium in acute myocardial infarction, 16 trials.
The data are that table's; the tests of funnel asymmetry are those of metafor's own test on them
(test_misc_pub_bias) and of `tests/reference/oracle`, section 7: the book's own figures were not at hand.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis.small_study import begg_test, egger_test
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Deaths and patients: magnesium, then control.
TRIALS = (
    (1, 40, 2, 36), (9, 135, 23, 135), (2, 200, 7, 200), (1, 48, 1, 46), (10, 150, 8, 148), (1, 59, 9, 56),
    (1, 25, 3, 23), (0, 22, 1, 21), (6, 76, 11, 75), (1, 27, 7, 27), (2, 89, 12, 80), (5, 23, 13, 33),
    (4, 130, 8, 122), (90, 1159, 118, 1157), (4, 107, 17, 108), (2216, 29011, 2103, 29039),
)  # fmt: skip


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("OR", **counts(TRIALS))


def test_regression_on_the_standard_error(trials: EffectSet) -> None:
    found = egger_test(trials, model="random-effects", tau2_method="REML", ci_method="wald")
    as_printed(found.slope.statistic, "-4.6686")


def test_regression_on_the_root_of_the_inverse_size(trials: EffectSet) -> None:
    size = [n1 + n2 for _, n1, _, n2 in TRIALS]
    found = egger_test(trials, predictor="sqrtninv", model="multiplicative", ni=size)
    as_printed(found.slope.statistic, "-5.6083")


def test_rank_correlation(trials: EffectSet) -> None:
    found = begg_test(trials)
    as_printed([found.tau, found.pvalue], "0.15 0.4503")
