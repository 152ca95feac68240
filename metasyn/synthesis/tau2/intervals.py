"""Intervals of the between-study variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, prepare, solve_weighted_rss
from metasyn.numerics.tails import chi2_quantile
from metasyn.values import Interval

__all__ = ["QProfile", "profile_of", "q_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QProfile:
    """Q-profile interval of tau2.

    `empty` is True where even tau2 = 0 leaves less variation than the interval's upper bound
    allows: no value of tau2 is compatible with the data, and [0, 0] stands for that.
    """

    interval: Interval
    empty: bool


def q_profile(
    yi: NDArray[np.float64],
    vi: NDArray[np.float64],
    *,
    X: NDArray[np.float64] | None = None,
    level: float = 0.95,
) -> QProfile:
    r"""Q-profile interval of the between-study variance.

    The values t with chi2_{1-a/2} >= sum w (y - Xb)^2 >= chi2_{a/2}, w = 1/(v + t), on k - p degrees
    of freedom. Both bounds are solved to full precision and never capped.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.
    X : ndarray of shape (k, p), optional
        Design; default a column of ones.
    level : float

    Returns
    -------
    QProfile

    Raises
    ------
    NotEstimableError
        If k - p < 1.

    References
    ----------
    Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis.
    Stat Med 2007;26:37-52. 10.1002/sim.2514

    Examples
    --------
    >>> import numpy as np
    >>> yi, vi = np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1])
    >>> bounds = q_profile(yi, vi).interval
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0228, 4.214)
    """
    return profile_of(prepare(yi, vi, X), level)


def profile_of(problem: AdditiveProblem, level: float) -> QProfile:
    """The same for data that are already on a common scale; bounds in units of the data."""
    df = problem.k - problem.p
    if df < 1:
        raise NotEstimableError("an interval of the between-study variance needs k - p >= 1.")
    tail = (1 - level) / 2
    high = _bound(problem, chi2_quantile(1 - tail, df))
    if high is None:
        return QProfile(interval=Interval(0.0, 0.0, level), empty=True)
    low = _bound(problem, chi2_quantile(tail, df))
    return QProfile(interval=Interval(low or 0.0, high, level), empty=False)


def _bound(problem: AdditiveProblem, quantile: float) -> float | None:
    root = solve_weighted_rss(problem, quantile)
    if root is None:
        return None
    if not root.converged:
        raise NotEstimableError("a bound of the Q-profile interval was not solved to full precision.")
    return root.root * problem.unit
