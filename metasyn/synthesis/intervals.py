"""Confidence intervals of the mean, the test of no effect, and prediction intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.tails import two_sided_p, two_sided_quantile
from metasyn.numerics.wls import inner, weighted_mean
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, PiMethod

__all__ = [
    "Inference",
    "MeanFit",
    "fit_mean",
    "infer",
    "interval_around",
    "prediction_interval",
    "reference_df",
    "standard_error",
]

MIN_K_PREDICTION = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanFit:
    """An inverse-variance mean at one tau2, before any choice of interval.

    Attributes
    ----------
    estimate : float
        Weighted mean, weights 1/(v + tau2).
    variance : float
        1 / sum of the weights: the squared Wald standard error.
    q : float
        Weighted mean square of the residuals, sum w (y - mu)^2 / df: the Hartung-Knapp factor.
    df : int
        Degrees of freedom of `q`: k - 1, or effects minus groups where groups share tau2.
    k : int
        Effects that enter the mean.
    tau2 : float
    weights : ndarray of shape (k,)
        Summing to 1.
    """

    estimate: float
    variance: float
    q: float
    df: int
    k: int
    tau2: float
    weights: NDArray[np.float64]

    def sharing(self, *, q: float, df: int) -> MeanFit:
        """The same mean with the residual mean square of a larger model."""
        return replace(self, q=q, df=df)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """One way of stating the uncertainty of a mean."""

    se: float
    df: float
    ci: Interval | NotEstimable
    statistic: float | NotEstimable
    pvalue: float | NotEstimable


def fit_mean(yi: NDArray[np.float64], vi: NDArray[np.float64], tau2: float) -> MeanFit:
    """The inverse-variance weighted mean at a given between-study variance.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.
    tau2 : float
        0 for the common-effect model.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0)
    >>> fit.estimate, fit.variance, fit.q
    (0.5, 0.25, 1.0)
    """
    w = 1.0 / (vi + tau2)
    estimate, total = weighted_mean(yi, w)
    residual = yi - estimate
    df = yi.size - 1
    return MeanFit(
        estimate=estimate,
        variance=1.0 / total,
        q=inner(w, residual * residual) / df if df else math.nan,
        df=df,
        k=yi.size,
        tau2=tau2,
        weights=w / total,
    )


def standard_error(fit: MeanFit, ci_method: CiMethod) -> float:
    r"""Standard error of the mean that belongs to an interval.

    ==================  =========================================================
    wald, t             sqrt(1 / sum w)
    hartung-knapp       sqrt(q / sum w)
    hartung-knapp-adhoc sqrt(max(1, q) / sum w)
    ==================  =========================================================

    References
    ----------
    Hartung J, Knapp G. Stat Med 2001;20:3875-3889. 10.1002/sim.1009
    Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for
    random-effects meta-analysis with few studies. BMC Med Res Methodol 2015;15:99.
    10.1186/s12874-015-0091-1
    """
    if ci_method == "hartung-knapp":
        return math.sqrt(fit.variance * fit.q)
    if ci_method == "hartung-knapp-adhoc":
        return math.sqrt(fit.variance * max(1.0, fit.q))
    return math.sqrt(fit.variance)


def reference_df(fit: MeanFit, ci_method: CiMethod) -> float:
    """Degrees of freedom of the reference distribution; inf for the normal."""
    return math.inf if ci_method == "wald" else float(fit.df)


def interval_around(estimate: float, se: float, df: float, level: float) -> Interval | NotEstimable:
    """`estimate` plus and minus a quantile times `se`."""
    if df < 1:
        return NotEstimable("there are no degrees of freedom left for this interval")
    half = two_sided_quantile(1 - level, df) * se
    return Interval(estimate - half, estimate + half, level)


def infer(fit: MeanFit, ci_method: CiMethod, *, level: float, null: float | None) -> Inference:
    """Standard error, interval and test of the null value for one interval method.

    Parameters
    ----------
    fit : MeanFit
    ci_method : {'wald', 't', 'hartung-knapp', 'hartung-knapp-adhoc'}
        Normal quantile for Wald, Student's t with `fit.df` for the others.
    level : float
    null : float or None
        Value of no effect; None where the measure has none.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0)
    >>> infer(fit, "wald", level=0.95, null=0.0).statistic
    1.0
    """
    se, df = standard_error(fit, ci_method), reference_df(fit, ci_method)
    ci = interval_around(fit.estimate, se, df, level)
    statistic: float | NotEstimable
    if null is None:
        statistic = NotEstimable("a proportion has no value of no effect to test against")
    elif df < 1:
        statistic = NotEstimable("there are no degrees of freedom left for this test")
    elif se == 0:
        statistic = NotEstimable("all effects are identical: the standard error of this method is zero")
    else:
        statistic = (fit.estimate - null) / se
    pvalue = statistic if isinstance(statistic, NotEstimable) else two_sided_p(statistic, df)
    return Inference(se=se, df=df, ci=ci, statistic=statistic, pvalue=pvalue)


def prediction_interval(
    fit: MeanFit, pi_method: PiMethod, *, level: float, ci_method: CiMethod = "wald"
) -> Interval | NotEstimable:
    r"""Interval for the true effect in a new setting.

    =============  ================================================================
    t(k-1)         mu ± t_{df} sqrt(1/sum w + tau2), df = k - 1
    t(k-2)         mu ± t_{df-1} sqrt(1/sum w + tau2)
    hartung-knapp  mu ± t_{df} sqrt(SE_HK^2 + tau2); SE_HK floored if `ci_method` is
    normal         mu ± z sqrt(1/sum w + tau2)
    =============  ================================================================

    None of these is exact. Below three studies none is given, whichever is asked for.

    Parameters
    ----------
    fit : MeanFit
        A random-effects fit.
    pi_method : str
    level : float
    ci_method : str
        The interval of the mean: decides whether the Hartung-Knapp standard error has its floor.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159.
    10.1111/j.1467-985X.2008.00552.x
    Nagashima K, Noma H, Furukawa TA. Stat Methods Med Res 2019;28:1689-1702. 10.1177/0962280218773520
    """
    if fit.k < MIN_K_PREDICTION:
        return NotEstimable("a prediction interval needs at least three studies")
    df = {"t(k-2)": fit.df - 1.0, "normal": math.inf}.get(pi_method, float(fit.df))
    if df < 1:
        return NotEstimable("there are no degrees of freedom left for a prediction interval")
    variance = fit.variance
    if pi_method == "hartung-knapp":
        floored = ci_method == "hartung-knapp-adhoc"
        variance = standard_error(fit, "hartung-knapp-adhoc" if floored else "hartung-knapp") ** 2
    return interval_around(fit.estimate, math.sqrt(variance + fit.tau2), df, level)
