"""Cochran's Q, I2 and H2."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, prepare
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.model import Heterogeneity, Tau2Estimate
from metasyn.synthesis.q_statistic import I2_and_H2_from_Q, I2_and_H2_intervals_from_Q
from metasyn.synthesis.tau2 import Tau2Solution, tau2_interval, tau2_se
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import I2Method, Tau2CiMethod, Tau2Method

if TYPE_CHECKING:
    from metasyn.synthesis.glmm.model import GlmmResult

__all__ = [
    "COMMON_EFFECT",
    "FIXED",
    "common_effect_heterogeneity",
    "heterogeneity",
    "mixed_heterogeneity",
    "within_group_heterogeneity",
]

FIXED = "fixed by the user"
COMMON_EFFECT = "common-effect model"


def cochran_q(problem: AdditiveProblem) -> tuple[float, float]:
    """Q with common-effect weights, and the typical sampling variance (k - p) / tr P(0)."""
    df = problem.k - problem.p
    return problem.rss_at_zero, df / problem.trace_at_zero * problem.unit


def heterogeneity(
    problem: AdditiveProblem,
    solution: Tau2Solution,
    *,
    method: str,
    level: float,
    tau2_ci_method: Tau2CiMethod = "q-profile",
    i2_method: I2Method = "tau2",
    weights: NDArray[np.float64] | None = None,
) -> tuple[Heterogeneity, bool]:
    r"""Heterogeneity under the random-effects model.

    From tau2: I2 = tau2 / (tau2 + v~) and H2 = (tau2 + v~) / v~ with the typical sampling variance
    v~ = (k - p) / tr P(0), which for a mean is (k-1) sum w / ((sum w)^2 - sum w^2), w = 1/v; their
    intervals are that of tau2, carried over. From Q: I2 = max(0, (Q - df) / Q), H2 = max(1, Q / df)
    and the test-based intervals of Higgins and Thompson.

    Parameters
    ----------
    problem : AdditiveProblem
    solution : Tau2Solution
        In units of the data.
    method : str
        The estimator, or `FIXED`.
    level : float
    tau2_ci_method : str
        Interval of tau2; see `metasyn.synthesis.tau2.tau2_interval` for which estimators it fits.
    i2_method : {'tau2', 'Q'}
    weights : ndarray of shape (k,), optional
        The user's, needed by GENQ and GENQM; Q, I2 and H2 keep their own weights 1/v.

    Returns
    -------
    Heterogeneity, bool
        The second is True if the interval of tau2 is empty.

    Raises
    ------
    OptionError
        If the interval of tau2 does not belong to the estimator.

    References
    ----------
    Higgins JPT, Thompson SG. Stat Med 2002;21:1539-1558. 10.1002/sim.1186
    """
    df = problem.k - problem.p
    Q, typical = cochran_q(problem)
    tau2, empty = _tau2_estimate(problem, solution, method, level, tau2_ci_method, weights)
    if i2_method == "Q":
        I2, H2 = I2_and_H2_from_Q(Q, df)
        I2_ci, H2_ci = I2_and_H2_intervals_from_Q(Q, df, level)
    else:
        I2, H2 = share(solution.value, typical), solution.value / typical + 1
        I2_ci, H2_ci = carried(tau2.ci, typical)
    return Heterogeneity(
        Q=Q,
        df=df,
        pvalue=chi2_upper_p(Q, df),
        I2=I2,
        H2=H2,
        I2_ci=I2_ci,
        H2_ci=H2_ci,
        tau2=tau2,
        i2_method=i2_method,
    ), empty


def _tau2_estimate(
    problem: AdditiveProblem,
    solution: Tau2Solution,
    method: str,
    level: float,
    ci_method: Tau2CiMethod,
    weights: NDArray[np.float64] | None,
) -> tuple[Tau2Estimate, bool]:
    """The estimate with its standard error and interval, and whether the interval is empty."""
    if method == FIXED:
        fixed = NotEstimable("the between-study variance was fixed, not estimated")
        return Tau2Estimate(value=solution.value, method=FIXED, ci=fixed, se=fixed), False
    found = tau2_interval(problem, method, level=level, ci_method=ci_method, weights=weights)
    return Tau2Estimate(
        value=solution.value,
        method=method,
        ci=found.interval,
        truncated=solution.truncated,
        iterations=solution.iterations,
        n_optima=solution.n_optima,
        ci_method=ci_method,
        se=tau2_se(problem, solution.value, cast("Tau2Method", method), weights),
        pieces=found.pieces,
    ), found.empty


def share(tau2: float, typical: float) -> float:
    """tau2 / (tau2 + v), in a form whose rounding keeps the order of two values of tau2."""
    return 1 / (1 + typical / tau2) if tau2 > 0 else 0.0


def carried(
    tau2_ci: Interval | NotEstimable, typical: float
) -> tuple[Interval | NotEstimable, Interval | NotEstimable]:
    """An interval of tau2 carried to I2 and H2 by the formulas of the point estimates."""
    if isinstance(tau2_ci, NotEstimable):
        return tau2_ci, tau2_ci
    low, high, level = tau2_ci.low, tau2_ci.high, tau2_ci.level
    return (
        Interval(share(low, typical), share(high, typical), level),
        Interval(low / typical + 1, high / typical + 1, level),
    )


def within_group_heterogeneity(
    yi: NDArray[np.float64],
    vi: NDArray[np.float64],
    shared: Tau2Estimate,
    *,
    level: float = 0.95,
    i2_method: I2Method = "tau2",
) -> Heterogeneity:
    """Q within a group of k >= 2 effects, and I2 and H2 from a tau2 that several groups share, or from Q."""
    problem = prepare(yi, vi)
    solution = Tau2Solution(value=shared.value)
    own, _ = heterogeneity(problem, solution, method=FIXED, level=level, i2_method=i2_method)
    if i2_method == "Q":
        return replace(own, tau2=shared)
    I2_ci, H2_ci = carried(shared.ci, cochran_q(problem)[1])
    return replace(own, tau2=shared, I2_ci=I2_ci, H2_ci=H2_ci)


def common_effect_heterogeneity(
    problem: AdditiveProblem, *, level: float = 0.95, i2_method: I2Method = "tau2"
) -> Heterogeneity:
    """Heterogeneity under an explicitly requested common-effect model, from Q.

    tau2 is 0 by assumption; I2 = max(0, (Q - df) / Q), H2 = Q / df. Their intervals belong to
    the random-effects model, except where I2 from Q is asked for: then H2 is at least 1 and they
    are those of Higgins and Thompson.
    """
    df = problem.k - problem.p
    Q, _ = cochran_q(problem)
    assumed = NotEstimable("the common-effect model takes the between-study variance as zero")
    I2, H2 = I2_and_H2_from_Q(Q, df)
    I2_ci, H2_ci = I2_and_H2_intervals_from_Q(Q, df, level) if i2_method == "Q" else (assumed, assumed)
    return Heterogeneity(
        Q=Q,
        df=df,
        pvalue=chi2_upper_p(Q, df),
        I2=I2,
        H2=H2 if i2_method == "Q" else Q / df,
        I2_ci=I2_ci,
        H2_ci=H2_ci,
        tau2=Tau2Estimate(value=0.0, method=COMMON_EFFECT, ci=assumed, se=assumed),
        i2_method="Q",
    )


def mixed_heterogeneity(mixed: GlmmResult) -> Heterogeneity:
    """Heterogeneity under a mixed model of counts: its own tau2, and the likelihood-ratio test.

    I2 and H2 follow from tau2 and the typical sampling variance of the estimates with 1/2 added to zero
    cells, as metafor has them.

    Raises
    ------
    NotEstimableError
        If the model with an effect for every study has no maximum.
    """
    if isinstance(mixed.lrt, NotEstimable) or isinstance(mixed.tau2, NotEstimable):
        raise NotEstimableError(f"heterogeneity of the mixed model: {mixed.lrt}.")
    typical = mixed.typical_variance
    I2_ci, H2_ci = carried(mixed.tau2_ci, typical)
    bound = NotEstimable("tau2 is at its bound, 0")
    return Heterogeneity(
        Q=mixed.lrt.statistic,
        df=mixed.lrt.df,
        pvalue=mixed.lrt.pvalue,
        I2=share(mixed.tau2, typical),
        H2=mixed.tau2 / typical + 1,
        I2_ci=I2_ci,
        H2_ci=H2_ci,
        tau2=Tau2Estimate(
            value=mixed.tau2,
            method="ML",
            ci=mixed.tau2_ci,
            iterations=mixed.convergence.iterations,
            ci_method="profile-likelihood",
            se=math.sqrt(mixed.covariance[1, 1]) if mixed.tau2 > 0 else bound,
        ),
        test="likelihood-ratio",
    )
