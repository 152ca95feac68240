"""What an interval method answers, and the two shapes an answer takes: symmetric or refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metasyn.numerics.tails import two_sided_p, two_sided_quantile
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import Tau2Method, choices

__all__ = [
    "NO_NULL",
    "Inference",
    "fixed_tau2",
    "interval_around",
    "interval_remarks",
    "refused",
    "shares_tau2",
    "symmetric",
]

NO_NULL = NotEstimable("this measure has no value of no effect to test against")
_NO_DF_CI = NotEstimable("there are no degrees of freedom left for this interval")
_NO_DF_TEST = NotEstimable("there are no degrees of freedom left for this test")
_IDENTICAL = NotEstimable("all effects are identical: the standard error of this method is zero")
_ESTIMATORS = frozenset(choices(Tau2Method))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """One way of stating the uncertainty of a mean.

    Attributes
    ----------
    estimate : float
        The mean that the interval belongs to: the fit's own, except for methods that come with
        another one (Henmi-Copas: the common-effect mean; profile likelihood: the ML mean).
    se, df : float
        Standard error and degrees of freedom (inf for the normal) of the interval, or of the Wald
        interval where the method has none of its own.
    ci : Interval or NotEstimable
    statistic, pvalue : float or NotEstimable
        Test of the null value.
    note : str
        What a reader must know about how this interval came about, e.g. which branch a rule took;
        empty if there is nothing to say.
    """

    estimate: float
    se: float
    df: float
    ci: Interval | NotEstimable
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    note: str = ""


def interval_remarks(inference: Inference) -> tuple[Finding, ...]:
    """The note of an interval as findings, for a result that has to say which rule it used.

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean, infer
    >>> fit = fit_mean(np.array([0.70, 0.71, 0.72]), np.array([0.02, 0.03, 0.04]), 0.0)
    >>> interval_remarks(infer(fit, "hartung-knapp-hybrid", level=0.95, null=0.0))[0].code
    'interval-rule'
    >>> interval_remarks(infer(fit, "wald", level=0.95, null=0.0))
    ()
    """
    if not inference.note:
        return ()
    return (Finding(code="interval-rule", message=inference.note, severity="note"),)


def interval_around(estimate: float, se: float, df: float, level: float) -> Interval | NotEstimable:
    """`estimate` plus and minus a quantile times `se`."""
    if df < 1:
        return _NO_DF_CI
    half = two_sided_quantile(1 - level, df) * se
    return Interval(estimate - half, estimate + half, level)


def symmetric(
    estimate: float, se: float, df: float, *, level: float, null: float | None, note: str = ""
) -> Inference:
    """An interval around the estimate with a t or normal quantile, and the test that goes with it."""
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    if null is None:
        statistic = pvalue = NO_NULL
    elif df < 1:
        statistic = pvalue = _NO_DF_TEST
    elif se == 0:
        statistic = pvalue = _IDENTICAL
    else:
        statistic = (estimate - null) / se
        pvalue = two_sided_p(statistic, df)
    return Inference(
        estimate=estimate,
        se=se,
        df=df,
        ci=interval_around(estimate, se, df, level),
        statistic=statistic,
        pvalue=pvalue,
        note=note,
    )


def refused(fit: MeanFit, reason: str, *, null: float | None) -> Inference:
    """An interval method that is not defined for this fit, and why."""
    missing = NotEstimable(reason)
    test = NO_NULL if null is None else missing
    return Inference(
        estimate=fit.estimate,
        se=math.sqrt(fit.variance),
        df=math.inf,
        ci=missing,
        statistic=test,
        pvalue=test,
    )


def fixed_tau2(fit: MeanFit) -> bool:
    """True if tau2 was not estimated from the data: given by the user, or the common-effect model."""
    return bool(fit.tau2_method) and fit.tau2_method not in _ESTIMATORS


def shares_tau2(fit: MeanFit) -> bool:
    """True if tau2 was estimated together with other groups."""
    return fit.df != fit.k - 1
