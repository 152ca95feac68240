"""The model for a given between-study standard deviation: everything is normal and closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.bayes.mu_prior import MuPrior, NormalMean

__all__ = ["Conditional", "conditional", "log_likelihood_at", "slope_of_log_likelihood"]

Array = NDArray[np.float64]

_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional:
    """What is known of mu where tau is given, arrays of shape (n,), one entry per tau.

    Attributes
    ----------
    log_likelihood : ndarray
        Log of the density of the data with mu integrated out over its prior (a flat one counts as 1).
    mean, variance : ndarray
        Of the normal posterior of mu.
    """

    log_likelihood: Array
    mean: Array
    variance: Array


def conditional(tau: Array, yi: Array, vi: Array, mu_prior: MuPrior) -> Conditional:
    """Condition on every tau.

    With w_i = 1 / (v_i + tau^2), and the prior of mu as one more observation with weight 1 / sd^2:
    mean = sum(w y) / sum(w), variance = 1 / sum(w), and the likelihood is that of the observations
    with mean and variance of mu integrated out.
    """
    weights = 1 / (vi + tau[:, None] ** 2)
    total, weighted, spread = weights.sum(axis=1), weights @ yi, -np.log(weights).sum(axis=1)
    dimension = yi.size - 1
    if isinstance(mu_prior, NormalMean):
        own = mu_prior.sd**-2.0
        total, weighted = total + own, weighted + own * mu_prior.mean
        spread, dimension = spread - math.log(own), dimension + 1
    mean = weighted / total
    squares = (weights * (yi - mean[:, None]) ** 2).sum(axis=1)
    if isinstance(mu_prior, NormalMean):
        squares = squares + own * (mu_prior.mean - mean) ** 2
    return Conditional(
        log_likelihood=-0.5 * (dimension * _LOG_2PI + spread + np.log(total) + squares),
        mean=mean,
        variance=1 / total,
    )


def slope_of_log_likelihood(tau: Array, yi: Array, vi: Array, mu_prior: MuPrior) -> Array:
    """Derivative of `Conditional.log_likelihood` with respect to tau, shape (n,)."""
    weights = 1 / (vi + tau[:, None] ** 2)
    found = conditional(tau, yi, vi, mu_prior)
    squares = weights * weights
    residuals = (squares * (yi - found.mean[:, None]) ** 2).sum(axis=1)
    return np.asarray(tau * (residuals - weights.sum(axis=1) + squares.sum(axis=1) * found.variance))


def log_likelihood_at(tau: Array, yi: Array, vi: Array, mu: float) -> Array:
    """Log of the density of the data where mu is given too, shape (n,)."""
    total = vi + tau[:, None] ** 2
    return np.asarray(-0.5 * (_LOG_2PI + np.log(total) + (yi - mu) ** 2 / total).sum(axis=1))
