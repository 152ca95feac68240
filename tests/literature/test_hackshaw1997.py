"""Hackshaw AK, Law MR, Wald NJ. The accumulated evidence on lung cancer and environmental tobacco smoke. BMJ

1997;315:980-988. 10.1136/bmj.315.7114.980: in 37 studies the excess risk of lung cancer in non-smokers who
live with a smoker is 24 % (13 % to 36 %; abstract). The study figures are those of Hackshaw 1998. The step
function selection model on the same data is that of metafor's own test (test_misc_selmodel) and of
`tests/reference/oracle`, section 7.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.synthesis.small_study import SelectionModel, selection_model
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import PASSIVE_SMOKING, passive_smoking


def test_excess_risk() -> None:
    ratio, low, high = np.array(PASSIVE_SMOKING).T
    effects = effect_sizes("RR", estimate=ratio, ci_low=low, ci_high=high)
    result = pool(effects, profile="metafor", tau2_method="DL")
    assert isinstance(result.ci, Interval)
    ends = [result.estimate, result.ci.low, result.ci.high]
    as_printed([100 * (math.exp(x) - 1) for x in ends], "24 13 36")


@pytest.fixture(scope="module")
def selected() -> SelectionModel:
    return selection_model(
        **passive_smoking(), function="step", steps=[0.05, 0.10, 0.50, 1], alternative="greater"
    )


def test_steps(selected: SelectionModel) -> None:
    weights = selected.weights[-3:]
    # 2.422079, 0.977543, 0.396713 and 1.66085, 0.820387, 0.469235 there, from a search that stops before the
    # sixth digit and a numerical Hessian.
    as_printed([weight.value for weight in weights], "2.4221 0.9775 0.3967")
    as_printed([float(weight.se) for weight in weights], "1.661 0.8204 0.4692")


def test_likelihood_ratio(selected: SelectionModel) -> None:
    assert selected.lr_df == 3
    as_printed(float(selected.lr), "7.066137")
    as_printed(selected.tau2, "0.030713")
