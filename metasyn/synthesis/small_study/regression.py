"""The straight line behind every regression test, and the records of what the tests find."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import two_sided_p, two_sided_quantile
from metasyn.numerics.wls import weighted_least_squares
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Interval
from metasyn.vocabulary import RegressionModel, Tau2Method

__all__ = ["Coefficient", "Line", "additive_line", "multiplicative_line"]

Array = NDArray[np.float64]
_NO_SCATTER = "the effects lie exactly on a straight line: there is no error to test against."


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of a regression.

    Attributes
    ----------
    estimate, se : float
    df : float
        Degrees of freedom of the reference distribution; inf for the normal.
    statistic, pvalue : float
        Two-sided test of 0.
    ci : Interval
    """

    estimate: float
    se: float
    df: float
    statistic: float
    pvalue: float
    ci: Interval

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "estimate": self.estimate,
            "se": self.se,
            "df": None if math.isinf(self.df) else self.df,
            "statistic": self.statistic,
            "p": self.pvalue,
            "ci": [self.ci.low, self.ci.high],
            "level": self.ci.level,
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import coefficient_to_text

        return coefficient_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fitted straight line.

    Attributes
    ----------
    intercept, slope : Coefficient
    model : str
    tau2 : float
        Additive residual variance; 0 where the model has none.
    dispersion : float
        Multiplicative residual variance; 1 where the model has none.
    """

    intercept: Coefficient
    slope: Coefficient
    model: RegressionModel
    tau2: float
    dispersion: float

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import line_to_text

        return line_to_text(self)


def multiplicative_line(y: Array, x: Array, weights: Array, *, level: float) -> Line:
    """Weighted least squares with an estimated dispersion factor and t with k - 2 df.

    Raises
    ------
    NotEstimableError
        If the predictor does not vary, or the points lie on a line.
    """
    coefficients, covariance, rss = _fit(y, x, weights)
    df = y.size - 2
    dispersion = rss / df
    # Rounding of the residuals, not scatter.
    if rss <= 1e-28 * float((weights * y * y).sum()):
        raise NotEstimableError(
            "the effects lie exactly on a straight line: there is no error to test against."
        )
    intercept, slope = _coefficients(coefficients, dispersion * covariance, float(df), level)
    return Line(intercept=intercept, slope=slope, model="multiplicative", tau2=0.0, dispersion=dispersion)


def additive_line(
    y: Array,
    v: Array,
    x: Array,
    *,
    tau2_method: Tau2Method | None,
    ci_method: str,
    level: float,
) -> Line:
    """Meta-regression on one predictor, with residual heterogeneity or (`tau2_method=None`) without.

    Raises
    ------
    NotEstimableError
        If the predictor does not vary, or tau2 cannot be estimated.
    """
    k = y.size
    _require_spread(x)
    X = np.column_stack([np.ones(k), x])
    tau2 = 0.0 if tau2_method is None else estimate_tau2(y, v, X=X, method=tau2_method).value
    coefficients, covariance, rss = _fit(y, x, 1.0 / (v + tau2))
    factor = 1.0
    if ci_method == "hartung-knapp":
        factor = rss / (k - 2)
    elif ci_method == "hartung-knapp-adhoc":
        factor = max(1.0, rss / (k - 2))
    df = math.inf if ci_method == "wald" else float(k - 2)
    intercept, slope = _coefficients(coefficients, factor * covariance, df, level)
    model: RegressionModel = "common-effect" if tau2_method is None else "random-effects"
    return Line(intercept=intercept, slope=slope, model=model, tau2=tau2, dispersion=1.0)


def _require_spread(x: Array) -> None:
    if float(x.max() - x.min()) <= 1e-12 * float(np.abs(x).max()):
        raise NotEstimableError(
            "the predictor is the same for every effect: a regression on it cannot be estimated."
        )


def _fit(y: Array, x: Array, weights: Array) -> tuple[Array, Array, float]:
    """Coefficients, inverse of X'WX and residual sum of squares, in units of the data."""
    _require_spread(x)
    # On scales of one: the line must not depend on the units.
    size_x, size_w = float(np.abs(x).max()), float(weights.max())
    centre = float(y[weights.argmax()])
    X = np.column_stack([np.ones(x.size), x / size_x])
    fit = weighted_least_squares(X, y - centre, weights / size_w)
    scale = np.array([1.0, size_x])
    coefficients = fit.coefficients / scale + np.array([centre, 0.0])
    return coefficients, fit.unscaled_covariance / np.outer(scale, scale) / size_w, fit.rss * size_w


def _coefficients(b: Array, covariance: Array, df: float, level: float) -> tuple[Coefficient, Coefficient]:
    first, second = (_coefficient(float(b[i]), math.sqrt(float(covariance[i, i])), df, level) for i in (0, 1))
    return first, second


def _coefficient(estimate: float, se: float, df: float, level: float) -> Coefficient:
    if se == 0:
        raise NotEstimableError(
            "the effects lie exactly on a straight line: there is no error to test against."
        )
    half = two_sided_quantile(1 - level, df) * se
    return Coefficient(
        estimate=estimate,
        se=se,
        df=df,
        statistic=estimate / se,
        pvalue=two_sided_p(estimate / se, df),
        ci=Interval(estimate - half, estimate + half, level),
    )
