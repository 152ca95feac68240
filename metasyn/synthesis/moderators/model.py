"""What is asked of a meta-regression and what it answers, as frozen records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet, Exclusion
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.values import Finding, Interval, NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from metasyn.synthesis.moderators.prediction import Predictions

__all__ = ["Coefficient", "RegressionResult", "WaldTest"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One row of the table of coefficients.

    Attributes
    ----------
    name : str
    estimate, se : float
        Analysis scale, per unit of the column of the design.
    statistic, pvalue : float or NotEstimable
        Test of zero.
    df : float
        Degrees of freedom of the reference distribution; inf for the normal.
    ci : Interval
    """

    name: str
    estimate: float
    se: float
    statistic: float | NotEstimable
    df: float
    pvalue: float | NotEstimable
    ci: Interval

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import coefficient_to_text

        return coefficient_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaldTest:
    """Test that several combinations of the coefficients are zero (or given values).

    Attributes
    ----------
    names : tuple of str
        The coefficients tested, or the rows of the contrast matrix in words.
    contrasts : ndarray of shape (m, p)
    values : ndarray of shape (m,)
        What the combinations are tested against.
    estimates, se : ndarray of shape (m,)
        The combinations and their standard errors.
    statistic : float or NotEstimable
        Chi-square on m degrees of freedom, or F on m and k - p.
    df : int
        m.
    df_residual : float
        k - p for F; inf for chi-square.
    pvalue : float or NotEstimable
    """

    names: tuple[str, ...]
    contrasts: Array
    values: Array
    estimates: Array
    se: Array
    statistic: float | NotEstimable
    df: int
    df_residual: float
    pvalue: float | NotEstimable

    @property
    def distribution(self) -> str:
        """`"chi-square"` or `"F"`."""
        return "chi-square" if np.isinf(self.df_residual) else "F"

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import wald_to_text

        return wald_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionResult:
    """A complete meta-regression: built once, never filled later.

    Attributes
    ----------
    effects : EffectSet
        The effects that entered; `exclusions` names those without a moderator value.
    request : RegressionSpec
    design : Design
    k, p : int
        Effects and coefficients.
    coefficients : tuple of Coefficient
    vcov : ndarray of shape (p, p)
        Covariance of the coefficients, as used for the intervals.
    scale : float
        What the covariance was multiplied with: the Knapp-Hartung factor, 1 for other tests.
    heterogeneity : Heterogeneity
        Of the residuals: QE as `Q` on k - p degrees of freedom, tau2 with its interval, I2, H2.
    omnibus : WaldTest or NotEstimable
        QM: all coefficients but the intercept; all of them in a design without one.
    R2 : float or NotEstimable
        Proportion of the between-study variance explained, max(0, 1 - tau2 / tau2_null); for the
        common-effect model the adjusted R2 of weighted least squares.
    tau2_null : float or NotEstimable
        tau2 of the same estimator without moderators.
    log_likelihood, deviance, aic, bic, aicc : float or NotEstimable
        Of ML or REML; of ML for the common-effect model.
    fitted, residuals, hat : ndarray of shape (k,)
        Fitted values, y minus them, leverages.
    weights : ndarray of shape (k,)
        Weights of the fit: 1 / (v + tau2) or those of the user.
    exclusions : tuple of Exclusion
        Effects left out for a missing value.
    findings : tuple of Finding
    """

    effects: EffectSet
    request: RegressionSpec
    design: Design
    k: int
    p: int
    coefficients: tuple[Coefficient, ...]
    vcov: Array
    scale: float
    heterogeneity: Heterogeneity
    omnibus: WaldTest | NotEstimable
    R2: float | NotEstimable
    tau2_null: float | NotEstimable
    log_likelihood: float | NotEstimable
    deviance: float | NotEstimable
    aic: float | NotEstimable
    bic: float | NotEstimable
    aicc: float | NotEstimable
    fitted: Array
    residuals: Array
    hat: Array
    weights: Array
    exclusions: tuple[Exclusion, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for name in ("vcov", "fitted", "residuals", "hat", "weights"):
            getattr(self, name).flags.writeable = False

    @property
    def df_residual(self) -> int:
        """Effects minus coefficients."""
        return self.k - self.p

    @property
    def tau2(self) -> float:
        """Residual between-study variance, squared analysis scale."""
        return self.heterogeneity.tau2.value

    @property
    def estimates(self) -> Array:
        """The coefficients as an array of shape (p,)."""
        return np.array([c.estimate for c in self.coefficients])

    def __getitem__(self, name: str) -> Coefficient:
        """The coefficient of that name."""
        from metasyn.synthesis.moderators.wald import coefficient_columns

        return self.coefficients[coefficient_columns(self.design, [name], terms=False)[0]]

    def predict(self, newdata: Any = None, *, level: float | None = None) -> Predictions:
        """Fitted means for given moderator values, with confidence and prediction intervals.

        See `metasyn.synthesis.moderators.prediction.predict`.
        """
        from metasyn.synthesis.moderators.prediction import predict

        return predict(self, newdata, level=level)

    def wald_test(
        self, which: str | int | Sequence[str | int] | ArrayLike, values: ArrayLike | None = None
    ) -> WaldTest:
        """Test of some coefficients, terms or linear combinations.

        See `metasyn.synthesis.moderators.wald.wald_test`.
        """
        from metasyn.synthesis.moderators.wald import wald_test

        return wald_test(self, which, values)

    def to_frame(self) -> pd.DataFrame:
        """The table of coefficients, one row each."""
        from metasyn.synthesis.moderators.text import regression_to_frame

        return regression_to_frame(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, numbers at full precision."""
        from metasyn.synthesis.moderators.text import regression_to_dict

        return regression_to_dict(self)

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import regression_to_text

        return regression_to_text(self)
