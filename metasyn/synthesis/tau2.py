"""Estimators of the between-study variance for a mean or a general design."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, moments, prepare, solve_weighted_rss, weighted_rss
from metasyn.synthesis.likelihood import maximise
from metasyn.vocabulary import Tau2Method, require_option

__all__ = ["Tau2Solution", "estimate_tau2", "estimate_tau2_of"]

_ZERO = np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Solution:
    """A point estimate of tau2 and how it was reached.

    Attributes
    ----------
    value : float
        tau2 >= 0, squared units of the data.
    truncated : bool
        True if the estimator's own solution was negative and 0 stands in its place.
    iterations : int
        Steps of the root finder, 0 for closed forms.
    n_optima : int
        Local maxima of the likelihood found (1 for estimators without a likelihood).
    """

    value: float
    truncated: bool = False
    iterations: int = 0
    n_optima: int = 1


def estimate_tau2(
    yi: NDArray[np.float64],
    vi: NDArray[np.float64],
    *,
    X: NDArray[np.float64] | None = None,
    method: Tau2Method = "REML",
) -> Tau2Solution:
    r"""Between-study variance of a random-effects model.

    With w = 1/(v + t), P = W - WX(X'WX)^{-1}X'W, Q(t) = y'Py and p columns of X:

    ========  =======================================================================
    DL        (Q(0) - (k-p)) / tr P(0)
    HE        (unweighted residual sum of squares - sum (1-h_i) v_i) / (k-p)
    HS        (Q(0) - k) / sum w(0)
    SJ        t0 Q(t0) / (k-p), t0 the mean squared deviation of y from its mean
    PM, EB    Q(t) = k-p
    ML        global maximum of -sum log(v+t)/2 - Q(t)/2
    REML      the same minus log det(X'WX)/2
    ========  =======================================================================

    A negative solution is replaced by 0 and marked as truncated.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances** on the analysis scale.
    X : ndarray of shape (k, p), optional
        Design of full column rank; default a column of ones.
    method : str
        One of the estimators above.

    Returns
    -------
    Tau2Solution

    Raises
    ------
    OptionError
        If the method is unknown.
    NotEstimableError
        If k - p < 1, the design is not of full rank, or the solver does not converge.

    References
    ----------
    Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects
    model. J Educ Behav Stat 2005;30:261-293. 10.3102/10769986030003261
    Veroniki AA et al. Methods to estimate the between-study variance and its uncertainty in
    meta-analysis. Res Synth Methods 2016;7:55-79. 10.1002/jrsm.1164

    Examples
    --------
    >>> import numpy as np
    >>> yi, vi = np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1])
    >>> round(estimate_tau2(yi, vi, method="DL").value, 6)
    0.300357
    """
    require_option("tau2_method", method, Tau2Method)
    return estimate_tau2_of(prepare(yi, vi, X), method)


def estimate_tau2_of(problem: AdditiveProblem, method: Tau2Method) -> Tau2Solution:
    """The same for data that are already on a common scale; the value is in units of the data."""
    df = problem.k - problem.p
    if df < 1:
        raise NotEstimableError(
            f"the between-study variance cannot be estimated from {problem.k} effect(s) "
            f"and {problem.p} mean(s): at least one effect more than means is needed."
        )
    return _ESTIMATORS[method](problem, df)


def _closed(problem: AdditiveProblem, raw: float) -> Tau2Solution:
    return Tau2Solution(value=max(0.0, raw) * problem.unit, truncated=raw < 0)


def _dl(problem: AdditiveProblem, df: int) -> Tau2Solution:
    at_zero = moments(problem, _ZERO)
    return _closed(problem, float((at_zero.rss[0] - df) / at_zero.trace[0]))


def _he(problem: AdditiveProblem, df: int) -> Tau2Solution:
    return _closed(problem, (problem.rss - (float(problem.v.sum()) - problem.leverage_v)) / df)


def _hs(problem: AdditiveProblem, df: int) -> Tau2Solution:
    at_zero = moments(problem, _ZERO)
    return _closed(problem, float((at_zero.rss[0] - problem.k) / at_zero.trace_w[0]))


def _sj(problem: AdditiveProblem, df: int) -> Tau2Solution:
    start = problem.spread
    return _closed(problem, start * weighted_rss(problem, start) / df)


def _pm(problem: AdditiveProblem, df: int) -> Tau2Solution:
    root = solve_weighted_rss(problem, df)
    if root is None:
        return Tau2Solution(value=0.0, truncated=True)
    if not root.converged:
        raise NotEstimableError(f"the generalised Q equation was not solved in {root.iterations} iterations.")
    return Tau2Solution(value=root.root * problem.unit, iterations=root.iterations)


def _likelihood(restricted: bool) -> Callable[[AdditiveProblem, int], Tau2Solution]:
    def estimate(problem: AdditiveProblem, df: int) -> Tau2Solution:
        best = maximise(problem, restricted=restricted)
        return Tau2Solution(
            value=best.t * problem.unit,
            truncated=best.falling_at_zero,
            iterations=best.iterations,
            n_optima=best.n_optima,
        )

    return estimate


_ESTIMATORS: Mapping[Tau2Method, Callable[[AdditiveProblem, int], Tau2Solution]] = MappingProxyType(
    {
        "REML": _likelihood(restricted=True),
        "DL": _dl,
        "PM": _pm,
        "ML": _likelihood(restricted=False),
        "EB": _pm,
        "HE": _he,
        "HS": _hs,
        "SJ": _sj,
    }
)
