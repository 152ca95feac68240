"""Dorn SD, Kaptchuk TJ, Park JB, et al. A meta-analysis of the placebo response in complementary and

alternative medicine trials of irritable bowel syndrome. Neurogastroenterol Motil 2007;19:630-637.
10.1111/j.1365-2982.2007.00937.x, Table I: responders in 19 trials, log risk ratios. The test of excess
significance (Ioannidis and Trikalinos 2007) is that of metafor's own test on these data (test_misc_tes) and
of `tests/reference/oracle`, section 7; the article is the source of the data only.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis.small_study import excess_significance
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Responders and patients: active, then placebo.
TRIALS = (
    (29, 38, 11, 32), (20, 31, 21, 30), (14, 23, 30, 46), (17, 30, 5, 13), (11, 27, 6, 23), (24, 29, 5, 29),
    (26, 32, 9, 22), (17, 18, 13, 18), (4, 12, 5, 13), (21, 60, 26, 59), (15, 17, 8, 17), (37, 51, 20, 52),
    (13, 33, 17, 33), (19, 20, 3, 20), (29, 50, 30, 46), (13, 16, 5, 16), (25, 33, 8, 26), (37, 57, 17, 50),
    (55, 90, 37, 90),
)  # fmt: skip


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    return effect_sizes("RR", **counts(TRIALS))


def test_chi_squared(trials: EffectSet) -> None:
    found = excess_significance(trials, test="chi2")
    assert found.observed == 10
    as_printed([found.expected, found.statistic], "4.923333 7.065648")
    as_printed(found.pvalue, "0.003928794")


@pytest.mark.parametrize(("test", "pvalue"), [("binomial", "0.01159554"), ("exact", "0.007778529")])
def test_other_reference_distributions(trials: EffectSet, test: str, pvalue: str) -> None:
    as_printed(excess_significance(trials, test=test).pvalue, pvalue)
