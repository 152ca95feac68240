"""Nagashima's parametric bootstrap of the predictive distribution of a new study's true effect."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import AdditiveProblem, prepare, weighted_rss
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.record import fixed_tau2, shares_tau2
from metasyn.values import NotEstimable, require_whole

__all__ = [
    "DRAWS",
    "PredictionNoise",
    "bootstrap_predictions",
    "prediction_noise",
    "predictions",
    "tau2_draws",
]

Array = NDArray[np.float64]

DRAWS = 25_000
# Effects of one block of random numbers (not to be changed, or every seed means other draws), and of a step.
_BLOCK = 2**18
_CACHED = 2**15


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
    return predictions(fit.yi, fit.vi, prediction_noise(fit.k, np.random.default_rng(seed), draws))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictionNoise:
    """The random numbers of some draws for k effects, which know nothing of the data.

    Attributes
    ----------
    effects : ndarray of shape (n, k)
        Standard normal.
    new : ndarray of shape (n,)
        Standard normal.
    mean : ndarray of shape (n,)
        Student's t on k - 1 degrees of freedom.
    """

    effects: Array
    new: Array
    mean: Array

    def few_at_a_time(self) -> Iterator[PredictionNoise]:
        """So many draws at a time as stay in a processor's cache."""
        n, k = self.effects.shape
        for start in range(0, n, size := max(1, _CACHED // k)):
            rows = slice(start, start + size)
            yield PredictionNoise(effects=self.effects[rows], new=self.new[rows], mean=self.mean[rows])


def prediction_noise(k: int, rng: np.random.Generator, draws: int) -> list[PredictionNoise]:
    """The random numbers of all draws, in blocks."""
    block = max(1, _BLOCK // k)
    return [_noise(k, rng, min(block, draws - done)) for done in range(0, draws, block)]


def _noise(k: int, rng: np.random.Generator, n: int) -> PredictionNoise:
    effects = rng.standard_normal((n, k))
    return PredictionNoise(effects=effects, new=rng.standard_normal(n), mean=rng.standard_t(k - 1, n))


def predictions(yi: Array, vi: Array, noise: list[PredictionNoise]) -> Array:
    """Draws of the true effect of a new study from given random numbers, on the scale of the data.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Three effects at least.
    noise : list of PredictionNoise
    """
    problem = prepare(yi, vi)
    origin, size = float(yi[vi.argmin()]), math.sqrt(problem.unit)
    drawn = [_predicted(problem, few) for block in noise for few in block.few_at_a_time()]
    return origin + size * np.concatenate(drawn)


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
    return _excess(problem, rng.standard_normal((n, problem.k)))


def _excess(problem: AdditiveProblem, noise: Array) -> Array:
    """max(0, (Q - a) / b) for each row of normal deviates."""
    w = 1.0 / problem.v
    u = np.sqrt(w / w.sum())
    x = noise - np.einsum("ij,j->i", noise, u)[:, None] * u
    x *= x
    excess: Array = (weighted_rss(problem, 0.0) - x.sum(axis=1)) / np.einsum("ij,j->i", x, w)
    return np.maximum(0.0, excess)


def _predicted(problem: AdditiveProblem, noise: PredictionNoise) -> Array:
    """Predictions on the problem's scale."""
    tau2 = _excess(problem, noise.effects)
    weights = 1.0 / (problem.v + tau2[:, None])
    total = weights.sum(axis=1)
    mean = np.einsum("ij,j->i", weights, problem.e) / total
    residual = problem.e - mean[:, None]
    se = np.sqrt((weights * residual * residual).sum(axis=1) / ((problem.k - 1) * total))
    drawn: Array = mean + np.sqrt(tau2) * noise.new - se * noise.mean
    return drawn
