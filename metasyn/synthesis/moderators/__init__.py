"""Moderators: meta-regression, its tests, predictions and diagnostics."""

from metasyn.synthesis.moderators.collinearity import Collinearity, InflationFactor, collinearity
from metasyn.synthesis.moderators.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from metasyn.synthesis.moderators.model import Coefficient, RegressionResult, WaldTest
from metasyn.synthesis.moderators.permutation import PermutationTest, permutation_test
from metasyn.synthesis.moderators.prediction import Predictions, predict
from metasyn.synthesis.moderators.regression import meta_regression
from metasyn.synthesis.moderators.wald import wald_test

__all__ = [
    "Coefficient",
    "Collinearity",
    "InflationFactor",
    "LikelihoodRatioTest",
    "PermutationTest",
    "Predictions",
    "RegressionResult",
    "WaldTest",
    "collinearity",
    "likelihood_ratio_test",
    "meta_regression",
    "permutation_test",
    "predict",
    "wald_test",
]
