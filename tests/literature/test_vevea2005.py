"""Vevea JL, Woods CM. Publication bias in research synthesis: sensitivity analysis using a priori weight

functions. Psychol Methods 2005;10:428-443. 10.1037/1082-989X.10.4.428: validity of student ratings (Cohen
1981; 20 correlations) under four given weight functions. Steps, weights and figures as metafor's help of
selmodel and its own test of the example (test_misc_selmodel) have them; the article's own table was not at
hand.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis.small_study import selection_model
from tests.literature.printed import as_printed

N = [10, 20, 13, 22, 28, 12, 12, 36, 19, 12, 36, 75, 33, 121, 37, 14, 40, 16, 14, 20]
R = [
    0.68, 0.56, 0.23, 0.64, 0.49, -0.04, 0.49, 0.33, 0.58, 0.18, -0.11, 0.27, 0.26, 0.40, 0.49, 0.51, 0.40,
    0.34, 0.42, 0.16,
]  # fmt: skip
STEPS = [0.005, 0.01, 0.05, 0.10, 0.25, 0.35, 0.50, 0.65, 0.75, 0.90, 0.95, 0.99, 0.995, 1]
WEIGHTS = {
    "moderate one-tailed": [1, 0.99, 0.95, 0.80, 0.75, 0.65, 0.60, 0.55, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50],
    "severe one-tailed": [1, 0.99, 0.90, 0.75, 0.60, 0.50, 0.40, 0.35, 0.30, 0.25, 0.10, 0.10, 0.10, 0.10],
    "moderate two-tailed": [1, 0.99, 0.95, 0.90, 0.80, 0.75, 0.60, 0.60, 0.75, 0.80, 0.90, 0.95, 0.99, 1],
    "severe two-tailed": [1, 0.99, 0.90, 0.75, 0.60, 0.50, 0.25, 0.25, 0.50, 0.60, 0.75, 0.90, 0.99, 1],
}


@pytest.fixture(scope="module")
def correlations() -> EffectSet:
    return effect_sizes("ZCOR", r=R, n=N)


@pytest.mark.parametrize(
    ("selection", "printed"),
    [
        ("moderate one-tailed", "0.351894 0.0045"),
        ("severe one-tailed", "0.321518 0.009544"),
        ("moderate two-tailed", "0.362019 0.002774"),
        ("severe two-tailed", "0.33218 0.005652"),
    ],
)
def test_given_weights(correlations: EffectSet, selection: str, printed: str) -> None:
    found = selection_model(
        correlations, function="step", steps=STEPS, delta=WEIGHTS[selection], alternative="greater"
    )
    as_printed([found.estimate.estimate, found.tau2], printed)
