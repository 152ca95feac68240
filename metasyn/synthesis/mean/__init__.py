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

__all__ = [
    "Inference",
    "MeanFit",
    "fit_mean",
    "infer",
    "interval_around",
    "interval_remarks",
    "prediction_interval",
    "reference_df",
    "standard_error",
]
