"""The option words of this room."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "Alternative",
    "ExcessTest",
    "FailSafeMethod",
    "Predictor",
    "RegressionModel",
    "SelectionFunction",
    "Side",
    "TestName",
    "TrimFillEstimator",
]

TestName = Literal[
    "egger",
    "begg",
    "thompson",
    "harbord",
    "peters",
    "macaskill",
    "deeks",
    "schwarzer",
    "pustejovsky",
]
# "multiplicative": weighted least squares with a dispersion factor, R's lm().
RegressionModel = Literal["random-effects", "common-effect", "multiplicative"]
Predictor = Literal["sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"]
TrimFillEstimator = Literal["L0", "R0", "Q0"]
Side = Literal["left", "right"]
FailSafeMethod = Literal["rosenthal", "orwin", "rosenberg", "general"]
ExcessTest = Literal["chi2", "binomial", "exact"]
Alternative = Literal["greater", "less", "two-sided"]
SelectionFunction = Literal["step", "beta", "half-normal", "negative-exponential", "logistic", "power"]
