"""Selection functions: the logarithm of the probability of selection, relative, with its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from metasyn.vocabulary import SelectionFunction

__all__ = ["FAMILIES", "Family", "LogWeights", "step_log_weights"]

Array = NDArray[np.float64]

_WEIGHTS = ((1.0, 0.0), (0.25, 0.0), (0.25, -0.5), (0.03, -1.0), (4.0, 0.0))
_POWERS = ((1.0, 0.0), (0.3, 0.0), (0.3, -0.5), (3.0, 0.0))
_RATES = ((0.0, 0.0), (8.0, 0.0), (8.0, -0.5), (1.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogWeights:
    """Log weights at n points.

    Attributes
    ----------
    value : ndarray of shape (n,)
    slope : ndarray of shape (m, n)
        Derivatives with respect to the m parameters.
    curvature : ndarray of shape (m, m, n)
    """

    value: Array
    slope: Array
    curvature: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One selection function.

    Attributes
    ----------
    names : tuple of str
        Parameters, in order; empty for the step function, whose number depends on the steps.
    log_weights : callable or None
        `(delta, p, 1 - p) -> LogWeights`; None for the step function.
    no_selection : float
        Value of every parameter without selection.
    censored : float
        p values closer than this to 0 or 1 are set to it: the function is unbounded there.
    logs : bool
        Parameters are above 0 and searched on the log scale; else they are >= 0. Either way the log
        likelihood is concave in what is searched, all else fixed.
    starts : tuple of pairs
        Values of every parameter from which the search starts, each with a shift of the mean in units of
        the spread.
    """

    names: tuple[str, ...]
    log_weights: Callable[[Array, Array, Array], LogWeights] | None
    no_selection: float
    censored: float
    logs: bool
    starts: tuple[tuple[float, float], ...]


def _linear(*basis: Callable[[Array, Array], Array]) -> Callable[[Array, Array, Array], LogWeights]:
    """log w = sum of delta_j times a function of p and 1 - p."""

    def log_weights(delta: Array, p: Array, q: Array) -> LogWeights:
        slope = np.stack([one(p, q) for one in basis])
        return LogWeights(
            value=delta @ slope, slope=slope, curvature=np.zeros((delta.size, delta.size, p.size))
        )

    return log_weights


def _beta(delta: Array, p: Array, q: Array) -> LogWeights:
    slope = np.stack([np.log(p), np.log(q)])
    return LogWeights(value=(delta - 1) @ slope, slope=slope, curvature=np.zeros((2, 2, p.size)))


def _logistic(delta: Array, p: Array, q: Array) -> LogWeights:
    """2 exp(-delta p) / (1 + exp(-delta p)) = 2 / (1 + exp(delta p))."""
    up = expit(delta[0] * p)
    return LogWeights(
        value=np.log(2.0) - np.logaddexp(0.0, delta[0] * p),
        slope=(-p * up)[None, :],
        curvature=(-p * p * up * (1 - up))[None, None, :],
    )


def step_log_weights(delta: Array, interval: NDArray[np.int_]) -> LogWeights:
    """log w = log of the delta of the interval."""
    inside = (interval == np.arange(delta.size)[:, None]).astype(float)
    curvature = np.zeros((delta.size, delta.size, interval.size))
    each = np.arange(delta.size)
    curvature[each, each] = -inside / delta[:, None] ** 2
    return LogWeights(value=np.log(delta)[interval], slope=inside / delta[:, None], curvature=curvature)


FAMILIES: Mapping[SelectionFunction, Family] = MappingProxyType(
    {
        "step": Family(
            names=(), log_weights=None, no_selection=1.0, censored=0.0, logs=True, starts=_WEIGHTS
        ),
        "beta": Family(
            names=("power of p", "power of 1 - p"),
            log_weights=_beta,
            no_selection=1.0,
            censored=1e-5,
            logs=False,
            starts=_POWERS,
        ),
        "half-normal": Family(
            names=("decline",),
            log_weights=_linear(lambda p, q: -p * p),
            no_selection=0.0,
            censored=0.0,
            logs=False,
            starts=_RATES,
        ),
        "negative-exponential": Family(
            names=("decline",),
            log_weights=_linear(lambda p, q: -p),
            no_selection=0.0,
            censored=0.0,
            logs=False,
            starts=_RATES,
        ),
        "logistic": Family(
            names=("decline",),
            log_weights=_logistic,
            no_selection=0.0,
            censored=0.0,
            logs=False,
            starts=_RATES,
        ),
        "power": Family(
            names=("decline",),
            log_weights=_linear(lambda p, q: np.log(q)),
            no_selection=0.0,
            censored=1e-5,
            logs=False,
            starts=_RATES,
        ),
    }
)
