"""Posterior densities on a grid, as figures need them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.bayes.mu_prior import FlatMean
from metasyn.synthesis.sensitivity.tables import read_only
from metasyn.values import Interval, require_whole
from metasyn.vocabulary import Posterior, require_option

if TYPE_CHECKING:
    from metasyn.synthesis.bayes.model import BayesResult

__all__ = ["PosteriorDensity", "posterior_density"]

Array = NDArray[np.float64]

# The grid reaches as far as this share of the highest density, found among these shares of probability.
_FAINT = 1e-3
_TAILS = np.array([1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-7])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PosteriorDensity:
    """A posterior density on a grid, arrays of shape (n,), read-only.

    Attributes
    ----------
    values : ndarray
        Increasing, analysis scale, as far out as the density can be seen.
    density : ndarray
    centre : float
        The posterior median.
    interval : Interval
        The credible interval of the result.
    prior : ndarray or None
        Density of the prior at the same values; None if it is improper.
    """

    values: Array
    density: Array
    centre: float
    interval: Interval
    prior: Array | None

    def __post_init__(self) -> None:
        read_only(self)


def posterior_density(result: BayesResult, of: Posterior, *, n: int = 401) -> PosteriorDensity:
    """The posterior density of `mu`, `tau` or `predictive` on an even grid.

    Parameters
    ----------
    result : BayesResult
    of : {'mu', 'tau', 'predictive'}
    n : int
        Points; at least 10.

    Returns
    -------
    PosteriorDensity
        The grid of `tau` begins at 0, or one step later where a density is infinite there.

    Examples
    --------
    >>> from metasyn.synthesis.bayes import pool_bayes
    >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR")
    >>> found = posterior_density(result, "tau", n=101)
    >>> float(found.values[0]), bool(found.density[-1] < 0.002 * found.density.max())
    (0.0, True)
    """
    require_option("of", of, Posterior)
    n = require_whole("n", n, at_least=10)
    fit, summary = result.fit, getattr(result, of)
    found = getattr(fit, of)
    top = float(found.pdf(np.array([summary.median if of == "tau" else summary.mode]))[0])
    high = _end(found.quantile(1 - _TAILS), found, top)
    if of == "tau":
        if math.isfinite(fit.tau_prior.upper) and found.pdf(np.array([high]))[0] >= _FAINT * top:
            high = fit.tau_prior.upper
        values = np.linspace(0.0, high, n)
        density = found.pdf(values)
        prior = None
        if fit.tau_prior.proper:
            inside = np.maximum(values, 1e-140)
            with np.errstate(over="ignore"):
                prior = np.exp(fit.tau_prior.log_density(inside, fit.vi))
        if max(density[0], 0.0 if prior is None else prior[0]) > 1e6 * top:
            values, density = values[1:].copy(), density[1:].copy()
            prior = None if prior is None else prior[1:].copy()
        if high == fit.tau_prior.upper:  # the density ends here, not the grid
            values, density = np.append(values, high * (1 + 1e-9)), np.append(density, 0.0)
            prior = None if prior is None else np.append(prior, 0.0)
    else:
        values = np.linspace(_end(found.quantile(_TAILS), found, top), high, n)
        density, prior = found.pdf(values), None
        if of == "mu" and not isinstance(result.mu_prior, FlatMean):
            sd = result.mu_prior.sd
            z = (values - result.mu_prior.mean) / sd
            prior = np.exp(-0.5 * z * z) / (sd * math.sqrt(2 * math.pi))
    return PosteriorDensity(
        values=values,
        density=density,
        centre=summary.median,
        interval=summary.interval(result.interval),
        prior=prior,
    )


def _end(candidates: Array, found: object, top: float) -> float:
    """The first of ever farther values at which the density can no longer be seen."""
    faint = np.flatnonzero(found.pdf(candidates) < _FAINT * top)  # type: ignore[attr-defined]
    return float(candidates[faint[0] if faint.size else -1])
