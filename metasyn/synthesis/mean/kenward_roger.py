"""The Kenward-Roger variance and degrees of freedom of a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metasyn.numerics.shares import projection_traces, share_variance
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.record import fixed_tau2, shares_tau2
from metasyn.values import NotEstimable

__all__ = ["KenwardRoger", "kenward_roger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KenwardRoger:
    """Inflated variance of the mean and the degrees of freedom of its t distribution."""

    variance: float
    df: float

    def shortage(self, *, less: int = 0) -> NotEstimable | None:
        """Why there is no interval with so many degrees of freedom less, where under one is left."""
        if self.df - less >= 1:
            return None
        return NotEstimable(
            f"only {self.df:.2g} Kenward-Roger degrees of freedom"
            + (f", less {less}," if less else "")
            + " are left: tau2 is too small beside the differences in precision"
        )


def kenward_roger(fit: MeanFit) -> KenwardRoger | NotEstimable:
    r"""Kenward-Roger adjustment of a REML mean, with the expected information of tau2.

    With w = 1/(v + tau2), Wj = sum w^j:

    * information of tau2: I = W2/2 - W3/W1 + (W2/W1)^2 / 2
    * variance of the mean: V = (1 + 2 (W3/W1 - (W2/W1)^2) / I) / W1
    * degrees of freedom: 2 I / (V W2)^2

    The expansion behind it breaks down where tau2 is near 0 and the precisions are very unequal:
    the degrees of freedom then fall to 0 and the interval covers everything. Below one degree of
    freedom none is given here.

    Parameters
    ----------
    fit : MeanFit
        With tau2 by REML.

    Returns
    -------
    KenwardRoger or NotEstimable
        The reason where tau2 is not a REML estimate of these effects or weights were given by the
        user.

    References
    ----------
    Partlett C, Riley RD. Random effects meta-analysis: coverage performance of 95% confidence and
    prediction intervals following REML estimation. Stat Med 2017;36:301-317. 10.1002/sim.7140
    Kenward MG, Roger JH. Biometrics 1997;53:983-997. 10.2307/2533558

    Examples
    --------
    Equal precisions leave the ordinary k - 1:

    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([0.1, 0.5, 0.6, 0.9]), np.full(4, 0.04), 0.07, tau2_method="REML")
    >>> round(kenward_roger(fit).df, 12)
    3.0
    """
    reason = _undefined(fit)
    return NotEstimable(reason) if reason else _adjusted(fit)


def _undefined(fit: MeanFit) -> str:
    """Why the adjustment does not exist for this fit, or nothing."""
    if fit.k < 2:
        return "the Kenward-Roger interval needs at least two effects"
    if fit.user_weights:
        return "the Kenward-Roger interval is defined for weights 1/(v + tau2), not for weights of one's own"
    if shares_tau2(fit):
        return "the Kenward-Roger interval is not defined where groups share one between-study variance"
    if fixed_tau2(fit):
        return "the Kenward-Roger interval allows for the estimation of tau2, but tau2 is not estimated here"
    if fit.tau2_method not in ("REML", ""):
        return (
            f"the Kenward-Roger interval is derived for tau2 by REML; here the estimator is {fit.tau2_method}"
        )
    return ""


def _adjusted(fit: MeanFit) -> KenwardRoger:
    """The formulas in terms of shares of the weight p = w / W1, free of cancellation."""
    p = fit.weights
    information = projection_traces(p)[1] / 2
    concentration, spread = share_variance(p, p)
    if information == 0:  # the others have vanished beside one weight
        return KenwardRoger(variance=math.inf, df=0.0)
    inflation = 1 + 2 * spread / information
    return KenwardRoger(
        variance=inflation * fit.variance,
        df=2 * information / (inflation * concentration) ** 2,
    )
