"""Prediction intervals: where the true effect of a new study may lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.mean.bootstrap import bootstrap_predictions
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.inference import standard_error
from metasyn.synthesis.mean.kenward_roger import kenward_roger
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, PiMethod, require_option

__all__ = ["MIN_K_PREDICTION", "Predictive", "prediction_interval", "predictive_distribution"]

MIN_K_PREDICTION = 3

_FEW = NotEstimable("a prediction interval needs at least three studies")
_NOT_ASKED = NotEstimable("no prediction interval was asked for")
_NO_DF = NotEstimable("there are no degrees of freedom left for a prediction interval")
# Degrees of freedom are those of the fit less these; inf for the normal.
_LESS = {
    "t(k-1)": 0.0,
    "t(k-2)": 1.0,
    "normal": -math.inf,
    "hartung-knapp": 0.0,
    "hartung-knapp(k-2)": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictive:
    """A predictive distribution in closed form: centre + scale times t on `df` (inf: normal)."""

    centre: float
    scale: float
    df: float


def predictive_distribution(
    fit: MeanFit, pi_method: PiMethod, *, ci_method: CiMethod = "wald"
) -> Predictive | NotEstimable:
    r"""The t or normal distribution behind a prediction interval; see `prediction_interval`.

    `bootstrap` has none in closed form: the answer then says so.

    Raises
    ------
    OptionError
        If the method is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([0.0, 0.5, 1.0]), np.array([0.1, 0.1, 0.1]), 0.2)
    >>> predictive_distribution(fit, "t(k-1)").df
    2.0
    """
    if fit.k < MIN_K_PREDICTION:
        return _FEW
    less = _LESS.get(pi_method)
    if less is None:
        return _kenward_roger(fit, pi_method)
    df = fit.df - less
    if df < 1:
        return _NO_DF
    variance = fit.variance
    if pi_method in ("hartung-knapp", "hartung-knapp(k-2)"):
        floored = ci_method == "hartung-knapp-adhoc"
        variance = standard_error(fit, "hartung-knapp-adhoc" if floored else "hartung-knapp") ** 2
    return Predictive(centre=fit.estimate, scale=math.sqrt(variance + fit.tau2), df=df)


def _kenward_roger(fit: MeanFit, pi_method: PiMethod) -> Predictive | NotEstimable:
    """The Kenward-Roger forms; anything else is not a closed form."""
    closed = (*_LESS, "kenward-roger", "kenward-roger(df-1)")
    if pi_method not in closed:
        require_option("pi_method", pi_method, PiMethod)
        if pi_method == "none":
            return _NOT_ASKED
        return NotEstimable(f"the prediction method {pi_method!r} has no distribution in closed form")
    found = kenward_roger(fit)
    if isinstance(found, NotEstimable):
        return found
    less = int(pi_method == "kenward-roger(df-1)")
    short = found.shortage(less=less)
    if short is not None:
        return short
    return Predictive(centre=fit.estimate, scale=math.sqrt(found.variance + fit.tau2), df=found.df - less)


def prediction_interval(
    fit: MeanFit,
    pi_method: PiMethod,
    *,
    level: float,
    ci_method: CiMethod = "wald",
    seed: int = 1,
) -> Interval | NotEstimable:
    r"""Interval for the true effect in a new setting.

    ===================  ==============================================================
    t(k-1)               mu ± t_{df} sqrt(1/sum w + tau2), df = k - 1
    t(k-2)               mu ± t_{df-1} sqrt(1/sum w + tau2)
    normal               mu ± z sqrt(1/sum w + tau2)
    hartung-knapp        mu ± t_{df} sqrt(SE_HK^2 + tau2)
    hartung-knapp(k-2)   mu ± t_{df-1} sqrt(SE_HK^2 + tau2)
    kenward-roger        mu ± t_{df_KR} sqrt(SE_KR^2 + tau2)
    kenward-roger(df-1)  mu ± t_{df_KR - 1} sqrt(SE_KR^2 + tau2)
    bootstrap            quantiles of 25,000 draws, see `bootstrap_predictions`
    none                 not asked for
    ===================  ==============================================================

    SE_HK has its floor where `ci_method` is `hartung-knapp-adhoc`. None of the closed forms is exact.
    Below three studies no interval is given, whichever is asked for.

    Parameters
    ----------
    fit : MeanFit
        A random-effects fit.
    pi_method : str
    level : float
    ci_method : str
        The interval of the mean.
    seed : int
        Of the bootstrap.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159.
    10.1111/j.1467-985X.2008.00552.x
    Partlett C, Riley RD. Stat Med 2017;36:301-317. 10.1002/sim.7140
    Nagashima K, Noma H, Furukawa TA. Stat Methods Med Res 2019;28:1689-1702. 10.1177/0962280218773520

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([0.0, 0.5, 1.0]), np.array([0.1, 0.1, 0.1]), 0.2)
    >>> found = prediction_interval(fit, "t(k-1)", level=0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (-1.8567, 2.8567)
    """
    if pi_method == "bootstrap":
        drawn = bootstrap_predictions(fit, seed=seed)
        if isinstance(drawn, NotEstimable):
            return drawn
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]).tolist()
        return Interval(low, high, level)
    found = predictive_distribution(fit, pi_method, ci_method=ci_method)
    if isinstance(found, NotEstimable):
        return found
    half = two_sided_quantile(1 - level, found.df) * found.scale
    return Interval(found.centre - half, found.centre + half, level)
