"""The pooled mean: its fit, its confidence intervals, prediction intervals."""

from metasyn.synthesis.mean.fit import MeanFit, fit_mean
from metasyn.synthesis.mean.inference import (
    Inference,
    infer,
    interval_around,
    interval_remarks,
    reference_df,
    standard_error,
)
from metasyn.synthesis.mean.prediction import prediction_interval
from metasyn.synthesis.mean.threshold import ThresholdProbability, probability_beyond

__all__ = [
    "Inference",
    "MeanFit",
    "ThresholdProbability",
    "fit_mean",
    "infer",
    "interval_around",
    "interval_remarks",
    "prediction_interval",
    "probability_beyond",
    "reference_df",
    "standard_error",
]
