"""Citkowicz M, Vevea JL. A parsimonious weight function for modeling publication bias. Psychol Methods

2017;22:28-41. 10.1037/met0000119: practice facilitation in primary care (Baskerville 2012, Ann Fam Med
10:63-74), standardised mean differences of 23 studies; the selection model with a beta weight function by
maximum likelihood. Figures as metafor's own test of the example (test_misc_selmodel) and
`tests/reference/oracle`, section 7, have them; the article's table was not at hand.

Left out: the model with blinding as a moderator (selection models here have none).
"""

from __future__ import annotations

import pytest

from metasyn.synthesis.small_study import SelectionModel, selection_model
from tests.literature.printed import as_printed

YI = [
    1.01, 0.82, 0.59, 0.44, 0.84, 0.73, 1.12, 0.04, 0.24, 0.32, 1.04, 1.31, 0.59, 0.66, 0.62, 0.47, 1.08,
    0.98, 0.26, 0.39, 0.60, 0.94, 0.11,
]  # fmt: skip
SEI = [
    0.52, 0.46, 0.23, 0.18, 0.29, 0.29, 0.36, 0.37, 0.15, 0.40, 0.32, 0.57, 0.29, 0.19, 0.31, 0.27, 0.32,
    0.32, 0.18, 0.18, 0.31, 0.53, 0.27,
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> SelectionModel:
    return selection_model(yi=YI, sei=SEI, function="beta", alternative="greater")


def test_weight_function(found: SelectionModel) -> None:
    # 0.4731131 and 4.4613162 there, but R's search stops at tau2 = 0.0000024 on the way to 0.
    as_printed([weight.value for weight in found.weights], "0.473 4.461")
    as_printed([float(weight.se) for weight in found.weights], "0.235 2.184")


def test_likelihood_ratio(found: SelectionModel) -> None:
    assert found.lr_df == 2
    assert found.tau2 == pytest.approx(0, abs=3e-6)
    # 7.846907 where R stops; the maximum is a little higher.
    assert 7.846907 <= float(found.lr) < 7.8473
