"""The weighted mean at one between-study variance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.wls import inner, weighted_mean
from metasyn.synthesis.tau2.weights import checked_weights

__all__ = ["MeanFit", "fit_mean"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanFit:
    """A weighted mean at one tau2, before any choice of interval.

    Attributes
    ----------
    estimate : float
        Weighted mean, weights w = 1/(v + tau2) or the user's.
    variance : float
        The squared Wald standard error: 1 / sum w, or with user weights a
        sum a^2 (v + tau2) / (sum a)^2.
    q : float
        Mean square of the residuals around the inverse-variance mean, whichever weights the
        estimate has: sum w (y - mu)^2 / df, the Hartung-Knapp factor.
    df : int
        Degrees of freedom of `q`: k - 1, or effects minus groups where groups share tau2.
    k : int
        Effects that enter the mean.
    tau2 : float
    weights : ndarray of shape (k,)
        Summing to 1.
    yi, vi : ndarray of shape (k,)
        The data of the fit: what intervals other than the Wald type are computed from.
    tau2_method : str
        The estimator that gave tau2, or words for a fixed one; empty where it is not known.
    user_weights : bool
        True if `weights` were given by the user and are not 1/(v + tau2).
    """

    estimate: float
    variance: float
    q: float
    df: int
    k: int
    tau2: float
    weights: NDArray[np.float64]
    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    tau2_method: str = ""
    user_weights: bool = False

    def sharing(self, *, q: float, df: int) -> MeanFit:
        """The same mean with the residual mean square of a larger model."""
        return replace(self, q=q, df=df)


def fit_mean(
    yi: NDArray[np.float64],
    vi: NDArray[np.float64],
    tau2: float,
    *,
    weights: NDArray[np.float64] | None = None,
    tau2_method: str = "",
) -> MeanFit:
    """The weighted mean at a given between-study variance.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.
    tau2 : float
        0 for the common-effect model.
    weights : ndarray of shape (k,), optional
        The user's, >= 0 and not all zero, instead of 1/(v + tau2). Equal ones give the unweighted
        mean.
    tau2_method : str
        The estimator that gave tau2, kept with the fit.

    Raises
    ------
    OptionError
        If the weights are not k finite numbers >= 0, or all are zero.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0)
    >>> fit.estimate, fit.variance, fit.q
    (0.5, 0.25, 1.0)
    >>> fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0, weights=np.array([1, 3])).estimate
    0.75
    """
    w = 1.0 / (vi + tau2)
    centre, total = weighted_mean(yi, w)
    residual = yi - centre
    df = yi.size - 1
    estimate, variance, shares = centre, 1.0 / total, w / total
    if weights is not None:
        a = checked_weights(weights, yi.size)
        a = a / a.max()
        estimate, sum_a = weighted_mean(yi, a)
        shares = a / sum_a
        variance = inner(shares * shares, vi + tau2)
    return MeanFit(
        estimate=estimate,
        variance=variance,
        q=inner(w, residual * residual) / df if df else math.nan,
        df=df,
        k=yi.size,
        tau2=tau2,
        weights=shares,
        yi=yi,
        vi=vi,
        tau2_method=tau2_method,
        user_weights=weights is not None,
    )
