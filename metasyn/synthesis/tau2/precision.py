"""Standard errors of the estimators of the between-study variance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import AdditiveProblem
from metasyn.numerics.quadratic_forms import ResidualForm, residual_form, squared_trace_of_mean
from metasyn.synthesis.tau2.generalised_q import own_weights
from metasyn.synthesis.tau2.moments import dersimonian_laird, weighted_form
from metasyn.vocabulary import Tau2Method

__all__ = ["tau2_se"]

Array = NDArray[np.float64]


def tau2_se(problem: AdditiveProblem, tau2: float, method: Tau2Method, weights: Array | None = None) -> float:
    r"""Standard error of an estimate of the between-study variance.

    With S = V + tau2, w = 1/(v + tau2) and P the projection of each estimator's own weights, for
    a quadratic form Var(y'Py) = 2 tr(PSPS):

    =====================  =====================================================================
    DL, DL2, HE            sqrt(Var(y'Py)) / tr P (weights 1/v; 1/(v + t), t from DL; 1)
    GENQ, GENQM            the same with the user's weights
    HS, HSk                sqrt(Var(y'Py)) / sum(1/v); times k/(k-p) for HSk
    SJ                     t sqrt(Var(y'Py)) / (k-p), weights 1/(v + t), t the estimator's start
    PM, EB, DLIT, SJIT,    sqrt(2 k^2 / (k-p)) / sum w
    PMM
    ML                     sqrt(2 / sum w^2): expected information
    REML                   sqrt(2 / tr(PP)), weights w
    =====================  =====================================================================

    These treat the weights as fixed and the estimate as not truncated at 0: they describe the
    estimator's scatter and are no basis for an interval.

    Parameters
    ----------
    problem : AdditiveProblem
    tau2 : float
        The estimate, in squared units of the data.
    method : str
        The estimator.
    weights : ndarray of shape (k,), optional
        Of GENQ and GENQM.

    Returns
    -------
    float
        In squared units of the data; 0 for SJ where all effects are identical.

    References
    ----------
    Viechtbauer W. J Educ Behav Stat 2005;30:261-293. 10.3102/10769986030003261
    Jackson D et al. Methods for calculating confidence and credible intervals for the residual
    between-study variance in random effects meta-regression models. BMC Med Res Methodol
    2014;14:103. 10.1186/1471-2288-14-103

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.numerics.additive import prepare
    >>> data = prepare(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]))
    >>> round(tau2_se(data, 0.300357, "DL"), 6)
    0.336746
    """
    return _scaled_se(problem, tau2 / problem.unit, method, weights) * problem.unit


def _scaled_se(problem: AdditiveProblem, t: float, method: Tau2Method, weights: Array | None) -> float:
    """In units of the problem."""
    df = problem.k - problem.p
    total = problem.v + t
    own = problem.v_min + t  # weights relative to the largest: their squares stay in range
    if method == "ML":
        return own * math.sqrt(2 / float(np.square(own / total).sum()))
    if method == "REML" and problem.basis is None:
        return own * math.sqrt(2 / squared_trace_of_mean(own / total))
    if method == "REML":
        return 2 * own / _spread(residual_form(own / total, problem.basis), np.ones(problem.k))
    if method in ("PM", "EB", "DLIT", "SJIT", "PMM"):
        return math.sqrt(2 / df) * problem.k / float((1 / total).sum())
    if method == "SJ":
        start = problem.spread
        if start == 0:
            return 0.0
        form = residual_form((problem.v_min + start) / (problem.v + start), problem.basis)
        return start / (problem.v_min + start) * _spread(form, total) / df
    if method == "DL2":
        first = max(0.0, dersimonian_laird(problem))
        form = residual_form((problem.v_min + first) / (problem.v + first), problem.basis)
    else:
        form = weighted_form(problem, own_weights(problem, method, weights))
    if method in ("HS", "HSk"):
        factor = problem.k / df if method == "HSk" else 1.0
        return factor * _spread(form, total) / float(form.a.sum())
    return _spread(form, total) / form.mean(np.ones(problem.k))


def _spread(form: ResidualForm, variances: Array) -> float:
    return math.sqrt(form.variance(variances))
