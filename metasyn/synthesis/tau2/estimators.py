"""Estimators of the between-study variance for a mean or a general design."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import AdditiveProblem, prepare, solve_weighted_rss
from metasyn.numerics.roots import Root
from metasyn.numerics.tails import chi2_quantile
from metasyn.synthesis.arrays import effects_from_arrays, require_poolable
from metasyn.synthesis.tau2 import moments
from metasyn.synthesis.tau2.generalised_q import solve_generalised_q
from metasyn.synthesis.tau2.likelihood import maximise
from metasyn.synthesis.tau2.weights import checked_weights
from metasyn.vocabulary import Tau2Method, require_option

__all__ = ["Tau2Solution", "estimate_tau2", "estimate_tau2_of"]

Array = NDArray[np.float64]


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

    def __str__(self) -> str:
        why = " (the estimator's own solution is negative)" if self.truncated else ""
        several = f"; {self.n_optima} local maxima of the likelihood, this is the highest"
        return f"tau2 = {self.value:.6g}{why}{several if self.n_optima > 1 else ''}"


def estimate_tau2(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    X: ArrayLike | None = None,
    method: Tau2Method = "REML",
    weights: ArrayLike | None = None,
) -> Tau2Solution:
    r"""Between-study variance of a random-effects model.

    With w = 1/(v + t), P = W - WX(X'WX)^{-1}X'W, Q(t) = y'Py and p columns of X:

    =================  ================================================================
    DL                 (Q(0) - (k-p)) / tr P(0)
    DL2                d + (Q(d) - (k-p)) / tr P(d), d the DL estimate: the moment
                       estimator with weights 1/(v + d)
    HE                 (unweighted residual sum of squares - sum (1-h_i) v_i) / (k-p)
    HS                 (Q(0) - k) / sum w(0)
    HSk                (Q(0) k/(k-p) - k) / sum w(0)
    SJ                 s Q(s) / (k-p), s the mean squared deviation of y from its mean
    GENQ               (y'Py - tr PV) / tr P with the user's weights in P
    PM, EB             Q(t) = k-p
    DLIT, SJIT         the limits of iterating DL and SJ, which solve Q(t) = k-p too
    PMM                Q(t) = median of the chi-square distribution on k-p
    GENQM              the t for which the observed y'Py of GENQ is the median of its
                       distribution
    ML                 global maximum of -sum log(v+t)/2 - Q(t)/2
    REML               the same minus log det(X'WX)/2
    =================  ================================================================

    A negative solution is replaced by 0 and marked as truncated.

    Parameters
    ----------
    yi, vi : array_like of shape (k,)
        Estimates and sampling **variances** on the analysis scale.
    X : array_like of shape (k, p), optional
        Design of full column rank; default a column of ones.
    method : str
        One of the estimators above.
    weights : array_like of shape (k,), optional
        Weights >= 0 of GENQ and GENQM, which need them; no other estimator takes any.

    Returns
    -------
    Tau2Solution

    Raises
    ------
    OptionError
        If the method is unknown, the weights are missing, superfluous or wrong, or a value is not
        finite or a variance not above zero.
    NotEstimableError
        If k - p < 1, the design is not of full rank, or the solver does not converge.

    References
    ----------
    Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects
    model. J Educ Behav Stat 2005;30:261-293. 10.3102/10769986030003261
    Veroniki AA et al. Methods to estimate the between-study variance and its uncertainty in
    meta-analysis. Res Synth Methods 2016;7:55-79. 10.1002/jrsm.1164
    DerSimonian R, Kacker R. Random-effects model for meta-analysis of clinical trials: an update.
    Contemp Clin Trials 2007;28:105-114. 10.1016/j.cct.2006.04.004
    Brannick MT et al. Bias and precision of alternate estimators in meta-analysis. Organ Res Methods
    2019;22:490-514. 10.1177/1094428117741966

    Viechtbauer W. Median-unbiased estimators for the amount of heterogeneity in meta-analysis. European
    Congress of Methodology, Valencia, 2021

    Examples
    --------
    >>> yi, vi = [-0.9, -0.1, -0.5, -1.4], [0.1, 0.05, 0.2, 0.1]
    >>> round(estimate_tau2(yi, vi, method="DL").value, 6)
    0.300357
    >>> round(estimate_tau2(yi, vi, method="GENQ", weights=[1, 1, 1, 2]).value, 6)
    0.247778
    """
    require_option("tau2_method", method, Tau2Method)
    if weights is not None and method not in _WEIGHTED:
        raise OptionError(f"tau2_method={method!r} takes no weights; they belong to 'GENQ' and 'GENQM'.")
    effects = effects_from_arrays(yi=yi, vi=vi)
    require_poolable(effects)
    if effects.k == 0:
        raise NotEstimableError("there are no effects to estimate a between-study variance from.")
    problem = prepare(effects.yi, effects.vi, _design(X, effects.k))
    return estimate_tau2_of(problem, method, None if weights is None else checked_weights(weights, effects.k))


def estimate_tau2_of(
    problem: AdditiveProblem, method: Tau2Method, weights: Array | None = None
) -> Tau2Solution:
    """The same for data that are already on a common scale; the value is in units of the data.

    Weights, in the order of the rows, are those of the pooled mean too: estimators other than GENQ
    and GENQM have no use for them.
    """
    df = problem.k - problem.p
    if df < 1:
        raise NotEstimableError(
            f"the between-study variance cannot be estimated from {problem.k} effect(s) "
            f"and {problem.p} mean(s): at least one effect more than means is needed."
        )
    if method in _WEIGHTED:
        if weights is None:
            raise OptionError(f"tau2_method={method!r} needs weights, one per effect; got none.")
        return _WEIGHTED[method](problem, weights)
    return _ESTIMATORS[method](problem)


def _design(X: ArrayLike | None, k: int) -> Array | None:
    if X is None:
        return None
    try:
        design = np.array(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(f"X must hold numbers only; {error}.") from None
    if design.ndim != 2 or design.shape[0] != k or not design.shape[1]:
        raise OptionError(
            f"X must have one row per effect and a column or more, ({k}, p); got {design.shape}."
        )
    if not np.isfinite(design).all():
        row, col = np.argwhere(~np.isfinite(design))[0]
        value = float(design[row, col])
        raise OptionError(f"X must be finite; row {row + 1}, column {col + 1} is {value!r}.")
    return design


def _closed(formula: Callable[[AdditiveProblem], float]) -> Callable[[AdditiveProblem], Tau2Solution]:
    def estimate(problem: AdditiveProblem) -> Tau2Solution:
        return _truncated(problem, formula(problem))

    return estimate


def _truncated(problem: AdditiveProblem, raw: float) -> Tau2Solution:
    return Tau2Solution(value=max(0.0, raw) * problem.unit, truncated=raw < 0)


def _solved(problem: AdditiveProblem, root: Root | None) -> Tau2Solution:
    if root is None:
        return Tau2Solution(value=0.0, truncated=True)
    if not root.converged:
        raise NotEstimableError(f"the generalised Q equation was not solved in {root.iterations} iterations.")
    return Tau2Solution(value=root.root * problem.unit, iterations=root.iterations)


def _paule_mandel(problem: AdditiveProblem) -> Tau2Solution:
    return _solved(problem, solve_weighted_rss(problem, problem.k - problem.p))


def _paule_mandel_median(problem: AdditiveProblem) -> Tau2Solution:
    return _solved(problem, solve_weighted_rss(problem, chi2_quantile(0.5, problem.k - problem.p)))


def _generalised_q(problem: AdditiveProblem, weights: Array) -> Tau2Solution:
    return _truncated(problem, moments.generalised_q(problem, weights))


def _generalised_q_median(problem: AdditiveProblem, weights: Array) -> Tau2Solution:
    return _solved(problem, solve_generalised_q(problem, weights, 0.5))


def _likelihood(restricted: bool) -> Callable[[AdditiveProblem], Tau2Solution]:
    def estimate(problem: AdditiveProblem) -> Tau2Solution:
        best = maximise(problem, restricted=restricted)
        return Tau2Solution(
            value=best.t * problem.unit,
            truncated=best.falling_at_zero,
            iterations=best.iterations,
            n_optima=best.n_optima,
        )

    return estimate


_ESTIMATORS: Mapping[str, Callable[[AdditiveProblem], Tau2Solution]] = MappingProxyType(
    {
        "REML": _likelihood(restricted=True),
        "ML": _likelihood(restricted=False),
        "DL": _closed(moments.dersimonian_laird),
        "DL2": _closed(moments.dersimonian_laird_two_step),
        "HE": _closed(moments.hedges),
        "HS": _closed(moments.hunter_schmidt),
        "HSk": _closed(moments.hunter_schmidt_corrected),
        "SJ": _closed(moments.sidik_jonkman),
        "PM": _paule_mandel,
        "EB": _paule_mandel,
        "DLIT": _paule_mandel,
        "SJIT": _paule_mandel,
        "PMM": _paule_mandel_median,
    }
)
_WEIGHTED: Mapping[str, Callable[[AdditiveProblem, Array], Tau2Solution]] = MappingProxyType(
    {"GENQ": _generalised_q, "GENQM": _generalised_q_median}
)
