"""Cochran's Q, I2 and H2 from tau2, and the Q-profile interval."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, moments, prepare, solve_weighted_rss
from metasyn.numerics.tails import chi2_quantile, chi2_upper_p
from metasyn.synthesis.model import Heterogeneity, Tau2Estimate
from metasyn.synthesis.tau2 import Tau2Solution
from metasyn.values import Interval, NotEstimable

__all__ = [
    "COMMON_EFFECT",
    "FIXED",
    "QProfile",
    "common_effect_heterogeneity",
    "heterogeneity",
    "q_profile",
    "within_group_heterogeneity",
]

FIXED = "fixed by the user"
COMMON_EFFECT = "common-effect model"


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


def cochran_q(problem: AdditiveProblem) -> tuple[float, float]:
    """Q with common-effect weights, and the typical sampling variance (k - p) / tr P(0)."""
    at_zero = moments(problem, np.zeros(1))
    df = problem.k - problem.p
    return float(at_zero.rss[0]), df / float(at_zero.trace[0]) * problem.unit


def heterogeneity(
    problem: AdditiveProblem, solution: Tau2Solution, *, method: str, level: float
) -> tuple[Heterogeneity, bool]:
    r"""Heterogeneity under the random-effects model.

    I2 = tau2 / (tau2 + v~) and H2 = (tau2 + v~) / v~ with the typical sampling variance
    v~ = (k - p) / tr P(0), which for a mean is (k-1) sum w / ((sum w)^2 - sum w^2), w = 1/v.

    Parameters
    ----------
    problem : AdditiveProblem
    solution : Tau2Solution
        In units of the data.
    method : str
        The estimator, or `FIXED`.
    level : float

    Returns
    -------
    Heterogeneity, bool
        The second is True if the Q-profile interval is empty.

    References
    ----------
    Higgins JPT, Thompson SG. Stat Med 2002;21:1539-1558. 10.1002/sim.1186
    """
    df = problem.k - problem.p
    Q, typical = cochran_q(problem)
    tau2_ci: Interval | NotEstimable
    if method == FIXED:
        empty, tau2_ci = False, NotEstimable("the between-study variance was fixed, not estimated")
    else:
        profile = profile_of(problem, level)
        empty, tau2_ci = profile.empty, profile.interval
    I2_ci, H2_ci = carried(tau2_ci, typical)
    return Heterogeneity(
        Q=Q,
        df=df,
        pvalue=chi2_upper_p(Q, df),
        I2=solution.value / (solution.value + typical),
        H2=solution.value / typical + 1,
        I2_ci=I2_ci,
        H2_ci=H2_ci,
        tau2=Tau2Estimate(
            value=solution.value,
            method=method,
            ci=tau2_ci,
            truncated=solution.truncated,
            iterations=solution.iterations,
            n_optima=solution.n_optima,
        ),
    ), empty


def carried(
    tau2_ci: Interval | NotEstimable, typical: float
) -> tuple[Interval | NotEstimable, Interval | NotEstimable]:
    """An interval of tau2 carried to I2 and H2 by the formulas of the point estimates."""
    if isinstance(tau2_ci, NotEstimable):
        return tau2_ci, tau2_ci
    low, high, level = tau2_ci.low, tau2_ci.high, tau2_ci.level
    return (
        Interval(low / (low + typical), high / (high + typical), level),
        Interval(low / typical + 1, high / typical + 1, level),
    )


def within_group_heterogeneity(
    yi: NDArray[np.float64], vi: NDArray[np.float64], shared: Tau2Estimate
) -> Heterogeneity:
    """Q within a group of k >= 2 effects, and I2 and H2 from a tau2 that several groups share."""
    problem = prepare(yi, vi)
    solution = Tau2Solution(value=shared.value)
    own, _ = heterogeneity(problem, solution, method=FIXED, level=0.95)
    _, typical = cochran_q(problem)
    I2_ci, H2_ci = carried(shared.ci, typical)
    return replace(own, tau2=shared, I2_ci=I2_ci, H2_ci=H2_ci)


def common_effect_heterogeneity(problem: AdditiveProblem) -> Heterogeneity:
    """Heterogeneity under an explicitly requested common-effect model, from Q.

    tau2 is 0 by assumption; I2 = max(0, (Q - df) / Q), H2 = Q / df.
    """
    df = problem.k - problem.p
    Q, _ = cochran_q(problem)
    assumed = NotEstimable("the common-effect model takes the between-study variance as zero")
    return Heterogeneity(
        Q=Q,
        df=df,
        pvalue=chi2_upper_p(Q, df),
        I2=max(0.0, (Q - df) / Q) if Q > 0 else 0.0,
        H2=Q / df,
        I2_ci=assumed,
        H2_ci=assumed,
        tau2=Tau2Estimate(value=0.0, method=COMMON_EFFECT, ci=assumed),
    )
