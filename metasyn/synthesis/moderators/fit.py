"""One regression from arrays: tau2, coefficients and their covariance, before any of it is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import AdditiveProblem, prepare, weighted_rss
from metasyn.numerics.regression import LinearFit, linear_fit
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.synthesis.tau2 import Tau2Solution, estimate_tau2_of

__all__ = ["ArrayFit", "estimate", "fit_arrays"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayFit:
    """A fitted regression.

    Attributes
    ----------
    problem : AdditiveProblem
        The data on a common scale, for everything that concerns tau2.
    solution : Tau2Solution
        tau2 in units of the data; 0 for the common-effect model.
    linear : LinearFit
        Its covariance is that of the Wald test.
    scale : float
        What the test multiplies the covariance with.
    """

    problem: AdditiveProblem
    solution: Tau2Solution
    linear: LinearFit
    scale: float


def fit_arrays(
    y: Array, v: Array, X: Array, spec: RegressionSpec, *, intercept: int | None, weights: Array | None = None
) -> ArrayFit:
    """Estimate tau2 and the coefficients.

    Parameters
    ----------
    y, v : ndarray of shape (k,)
    X : ndarray of shape (k, p)
        Full column rank, k > p.
    spec : RegressionSpec
        Its weights are not read: `weights` are.
    intercept : int or None
        The column of ones.
    weights : ndarray of shape (k,), optional
    """
    problem = prepare(y, v, X)
    solution = estimate(problem, spec, weights)
    linear = linear_fit(X, y, v + solution.value, weights=weights, intercept=intercept)
    # With user weights too: the mean square of the residuals that inverse-variance weights leave.
    rss = linear.rss if weights is None else weighted_rss(problem, solution.value / problem.unit)
    q = rss / (problem.k - problem.p)
    scale = {"hartung-knapp": q, "hartung-knapp-adhoc": max(1.0, q)}.get(spec.test, 1.0)
    return ArrayFit(problem=problem, solution=solution, linear=linear, scale=scale)


def estimate(problem: AdditiveProblem, spec: RegressionSpec, weights: Array | None) -> Tau2Solution:
    """tau2 as requested: estimated, fixed, or 0 for the common-effect model."""
    if spec.model == "common-effect":
        return Tau2Solution(value=0.0)
    if spec.tau2 is not None:
        return Tau2Solution(value=float(spec.tau2))
    if spec.tau2_method in ("GENQ", "GENQM"):
        return estimate_tau2_of(problem, spec.tau2_method, weights=weights)
    return estimate_tau2_of(problem, spec.tau2_method)
