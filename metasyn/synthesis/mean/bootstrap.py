"""Nagashima's parametric bootstrap of the predictive distribution of a new study's true effect."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import AdditiveProblem, prepare, weighted_rss
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.record import fixed_tau2, shares_tau2
from metasyn.values import NotEstimable, require_whole

__all__ = ["DRAWS", "bootstrap_predictions", "tau2_draws"]

Array = NDArray[np.float64]

DRAWS = 25_000
_BLOCK = 2**18


def bootstrap_predictions(fit: MeanFit, *, seed: int = 1, draws: int = DRAWS) -> Array | NotEstimable:
    r"""Draws of the true effect of a new study that carry the uncertainty of tau2.

    For every draw: tau2 from the confidence distribution H(t) = P(Q_t >= Q), Q_t the exact
    distribution of Cochran's Q under between-study variance t; then, with w = 1/(v + tau2), the
    weighted mean m, the Hartung-Knapp standard error s, and

        m + sqrt(tau2) Z - s T,   Z standard normal, T Student's t on k - 1 degrees of freedom.

    No inversion of H is needed: Q_t = a + t b with a = x'x, b = sum w x^2 and x a normal vector
    with the common-effect weighted mean taken out, so that max(0, (Q - a) / b) has distribution H.

    Parameters
    ----------
    fit : MeanFit
        Only its data are used.
    seed : int
        The same seed gives the same draws.
    draws : int

    Returns
    -------
    ndarray of shape (draws,) or NotEstimable
        On the scale of the data.

    Raises
    ------
    OptionError
        If `draws` is not a whole number of at least 100, or `seed` not a whole number >= 0.

    References
    ----------
    Nagashima K, Noma H, Furukawa TA. Prediction intervals for random-effects meta-analysis: a
    confidence distribution approach. Stat Methods Med Res 2019;28:1689-1702. 10.1177/0962280218773520

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]), 0.2)
    >>> bootstrap_predictions(fit, draws=1000).shape
    (1000,)
    """
    require_whole("draws", draws, at_least=100)
    require_whole("seed", seed, at_least=0)
    reason = _undefined(fit)
    if reason:
        return NotEstimable(reason)
    problem = prepare(fit.yi, fit.vi)
    origin, size = float(fit.yi[fit.vi.argmin()]), math.sqrt(problem.unit)
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // problem.k)
    parts = [_draw(problem, rng, min(block, draws - done)) for done in range(0, draws, block)]
    return origin + size * np.concatenate(parts)


def _undefined(fit: MeanFit) -> str:
    """Why there is no such distribution for this fit, or nothing."""
    if fit.k < 3:
        return "a prediction interval needs at least three studies"
    if fit.user_weights:
        return "the bootstrap prediction interval has weights 1/(v + tau2), not weights of one's own"
    if fixed_tau2(fit):
        return "the bootstrap prediction interval draws tau2 anew, but tau2 is not estimated here"
    if shares_tau2(fit):
        return (
            "the bootstrap prediction interval is not defined where groups share one between-study variance"
        )
    return ""


def tau2_draws(problem: AdditiveProblem, rng: np.random.Generator, n: int) -> Array:
    """Draws from the confidence distribution of tau2, on the problem's scale, shape (n,)."""
    w = 1.0 / problem.v
    u = np.sqrt(w / w.sum())
    x = rng.standard_normal((n, problem.k))
    x -= np.einsum("ij,j->i", x, u)[:, None] * u
    x *= x
    excess: Array = (weighted_rss(problem, 0.0) - x.sum(axis=1)) / np.einsum("ij,j->i", x, w)
    return np.maximum(0.0, excess)


def _draw(problem: AdditiveProblem, rng: np.random.Generator, n: int) -> Array:
    """n predictions on the problem's scale."""
    tau2 = tau2_draws(problem, rng, n)
    weights = 1.0 / (problem.v + tau2[:, None])
    total = weights.sum(axis=1)
    mean = np.einsum("ij,j->i", weights, problem.e) / total
    residual = problem.e - mean[:, None]
    se = np.sqrt((weights * residual * residual).sum(axis=1) / ((problem.k - 1) * total))
    drawn: Array = mean + np.sqrt(tau2) * rng.standard_normal(n) - se * rng.standard_t(problem.k - 1, n)
    return drawn
