"""The integral over tau of a Bayesian synthesis as a sum over points, as few as give the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.bayes.fit import BayesFit
from metasyn.synthesis.bayes.mu_prior import FlatMean

__all__ = ["TauPoints", "enough_points", "farthest", "points_up_to"]

_Array = NDArray[np.float64]
# Points of the sums that are tried, fewest first; a sum must be this close to the integral.
_POINTS = (8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 52, 68, 90, 120)
_CLOSE = 3e-7
# Share of the posterior of tau beyond the points on each side.
_BEYOND, _BEYOND_LONG_TAIL = 1e-7, 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TauPoints:
    """Points of tau with their share in the integral, and the normal distribution of mu at each.

    Attributes
    ----------
    tau, h : ndarray of shape (n,)
        Points, and the width each stands for.
    prior, likelihood : ndarray of shape (n,)
        Density of the prior; likelihood of tau over its largest value, mu integrated out (flat prior).
    g : ndarray of shape (n,)
        h times prior times likelihood, over the sum.
    mean, sd : ndarray of shape (n,)
        Of mu, given tau.
    """

    tau: _Array
    h: _Array
    prior: _Array
    likelihood: _Array
    g: _Array
    mean: _Array
    sd: _Array

    @property
    def area(self) -> float:
        """The sum of h times prior times likelihood."""
        return float((self.h * self.prior * self.likelihood).sum())


def enough_points(
    fit: BayesFit, check: Callable[[TauPoints], Sequence[tuple[float, float]]]
) -> TauPoints | None:
    """As few points as give the numbers.

    Parameters
    ----------
    fit : BayesFit
    check : callable
        Of the points: pairs of what the sums give and what the result has.

    Returns
    -------
    TauPoints or None
        None where no sum of those tried gives them, or mu has an informative prior.
    """
    if not isinstance(fit.mu_prior, FlatMean):
        return None
    for points in _POINTS:
        at = points_up_to(fit, farthest(fit), points)
        if all(abs(value - target) < _CLOSE for value, target in check(at)):
            return at
    return None


def farthest(fit: BayesFit) -> float:
    """The tau that hardly anything of the posterior lies beyond."""
    share = 1 - (_BEYOND_LONG_TAIL if np.isfinite(fit.tau_prior.tail) else _BEYOND)
    return min(fit.tau_prior.upper, float(fit.tau.quantile(np.array([share]))[0]))


def points_up_to(fit: BayesFit, upper: float, points: int) -> TauPoints:
    """Gauss-Legendre points from 0 to an upper bound.

    On tau; on ln tau for priors of ln tau, on tau/(tau + median) for priors with a long tail.
    """
    x, h = np.polynomial.legendre.leggauss(points)
    if fit.tau_prior.name in ("log-normal", "log-t"):
        reach = np.log(upper / fit.tau.quantile(np.array([_BEYOND]))[0])
        tau = upper * np.exp((x - 1) * reach / 2)
        h = h * tau * reach / 2
    elif np.isfinite(fit.tau_prior.tail) and np.isinf(fit.tau_prior.upper):
        middle = float(fit.tau.quantile(np.array([0.5]))[0])
        most = upper / (middle + upper)
        share = (x + 1) * most / 2
        tau, h = middle * share / (1 - share), h * most / 2 * middle / (1 - share) ** 2
    else:
        tau, h = (x + 1) * upper / 2, h * upper / 2
    logs, mean, sd = _given_tau(fit, tau)
    prior, likelihood = np.exp(fit.tau_prior.log_density(tau, fit.vi)), np.exp(logs - _largest(fit))
    g = h * prior * likelihood
    return TauPoints(tau=tau, h=h, prior=prior, likelihood=likelihood, g=g / g.sum(), mean=mean, sd=sd)


def _given_tau(fit: BayesFit, tau: _Array) -> tuple[_Array, _Array, _Array]:
    """Log likelihood of tau without constants, mean and standard deviation of mu."""
    w = 1 / (fit.vi + tau[:, None] ** 2)
    total = w.sum(axis=1)
    mean = (w @ fit.yi) / total
    q = (w * (fit.yi - mean[:, None]) ** 2).sum(axis=1)
    return (np.log(w).sum(axis=1) - np.log(total) - q) / 2, mean, 1 / np.sqrt(total)


def _largest(fit: BayesFit) -> float:
    """The largest log likelihood on a grid of tau, 0 included."""
    reach = float(np.ptp(fit.yi)) + float(np.sqrt(fit.vi.max()))
    return float(_given_tau(fit, np.linspace(0.0, 2 * reach, 401))[0].max())
