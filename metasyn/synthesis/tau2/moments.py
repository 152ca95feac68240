"""Estimators of the between-study variance in closed form: a quadratic form and its expectation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import AdditiveProblem, rss_and_trace, weighted_rss
from metasyn.numerics.quadratic_forms import ResidualForm, residual_form

__all__ = [
    "dersimonian_laird",
    "dersimonian_laird_two_step",
    "generalised_q",
    "hedges",
    "hunter_schmidt",
    "hunter_schmidt_corrected",
    "sidik_jonkman",
    "weighted_form",
]

Array = NDArray[np.float64]


def dersimonian_laird(problem: AdditiveProblem) -> float:
    """(Q(0) - (k - p)) / tr P(0), in units of the problem; like all here negative if it comes out so."""
    rss, trace = rss_and_trace(problem, 0.0)
    return (rss - (problem.k - problem.p)) / trace


def dersimonian_laird_two_step(problem: AdditiveProblem) -> float:
    """The moment estimator with weights 1/(v + t), t the DerSimonian-Laird estimate.

    tr PV = (k - p) - t tr P there, so that the estimate is t + (Q(t) - (k - p)) / tr P(t).
    """
    t = max(0.0, dersimonian_laird(problem))
    rss, trace = rss_and_trace(problem, t)
    return t + (rss - (problem.k - problem.p)) / trace


def hedges(problem: AdditiveProblem) -> float:
    """The unweighted residual sum of squares less its expectation at 0, over k - p."""
    expected = problem.v_mean * problem.k - problem.leverage_v
    return (problem.rss - expected) / (problem.k - problem.p)


def hunter_schmidt(problem: AdditiveProblem) -> float:
    """(Q(0) - k) / sum w."""
    return (weighted_rss(problem, 0.0) - problem.k) / float((1 / problem.v).sum())


def hunter_schmidt_corrected(problem: AdditiveProblem) -> float:
    """(Q(0) k / (k - p) - k) / sum w."""
    k = problem.k
    return (weighted_rss(problem, 0.0) * k / (k - problem.p) - k) / float((1 / problem.v).sum())


def sidik_jonkman(problem: AdditiveProblem) -> float:
    """t Q(t) / (k - p) with t the mean squared deviation of y from its unweighted mean."""
    start = problem.spread
    return start * weighted_rss(problem, start) / (problem.k - problem.p)


def generalised_q(problem: AdditiveProblem, weights: Array) -> float:
    """(y'Py - tr PV) / tr P with the user's weights in P."""
    form = weighted_form(problem, weights)
    return (form.value(problem.e) - form.mean(problem.v)) / form.mean(np.ones(problem.k))


def weighted_form(problem: AdditiveProblem, weights: Array) -> ResidualForm:
    """The residual sum of squares with the user's weights.

    Raises
    ------
    NotEstimableError
        If fewer than p + 1 weights are positive, or their rows leave the design short of full rank.
    """
    positive = int(np.count_nonzero(weights))
    if positive <= problem.p:
        raise NotEstimableError(
            f"the generalised Q statistic needs more weights above zero than means: "
            f"{positive} of {problem.k} are, for {problem.p} mean(s)."
        )
    return residual_form(weights, problem.basis)
