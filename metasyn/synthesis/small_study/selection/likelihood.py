"""The log likelihood of a selection model with its exact gradient and Hessian."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from metasyn.synthesis.small_study.selection.axis import Axis, continuous_axis, p_values, step_axis
from metasyn.synthesis.small_study.selection.weights import FAMILIES, LogWeights, step_log_weights
from metasyn.vocabulary import Alternative, SelectionFunction

__all__ = ["SelectionLikelihood", "selection_likelihood"]

Array = NDArray[np.float64]
Parts = tuple[float, Array, Array]
_ROOT_2PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SelectionLikelihood:
    """Selected effects: density w(p) f(y) / A with A the integral of w f over y, f normal.

    Attributes
    ----------
    y, v : ndarray of shape (k,)
    function : str
    axis : Axis
    p, q : ndarray of shape (k,)
        Observed p values, censored where the function asks for it, and 1 - p.
    interval : ndarray of int, shape (k,)
        For a step function: the interval of every observed p value.
    n_delta : int
        Parameters of the selection function.
    n_censored : int
        Observed p values that were set to the censoring point.
    """

    y: Array
    v: Array
    function: SelectionFunction
    axis: Axis
    p: Array
    q: Array
    interval: NDArray[np.int_]
    n_delta: int
    n_censored: int

    def __call__(self, mu: float, tau2: float, delta: Array) -> Parts:
        """Log likelihood, gradient of shape (2 + m,) and Hessian, in the order mu, tau2, delta."""
        family = FAMILIES[self.function]
        if family.log_weights is None:
            observed = step_log_weights(delta, self.interval)
            points = step_log_weights(delta, self.axis.interval)
        else:
            observed = family.log_weights(delta, self.p, self.q)
            points = family.log_weights(delta, self.axis.p, self.axis.q)
        # A common factor of all weights cancels; without it nothing over- or underflows.
        top = float(points.value.max())
        value, gradient, hessian = self._density(mu, tau2)
        minus, minus_gradient, minus_hessian = self._log_integral(mu, tau2, points, top)
        gradient[2:] = observed.slope.sum(axis=1)
        hessian[2:, 2:] = observed.curvature.sum(axis=2)
        value += float((observed.value - top).sum())
        return value - minus, gradient - minus_gradient, hessian - minus_hessian

    def _density(self, mu: float, tau2: float) -> Parts:
        """Sum of log f."""
        s2, e = self.v + tau2, self.y - mu
        n = 2 + self.n_delta
        gradient, hessian = np.zeros(n), np.zeros((n, n))
        gradient[0] = (e / s2).sum()
        gradient[1] = 0.5 * (e * e / s2**2 - 1 / s2).sum()
        hessian[0, 0] = -(1 / s2).sum()
        hessian[0, 1] = hessian[1, 0] = -(e / s2**2).sum()
        hessian[1, 1] = (0.5 / s2**2 - e * e / s2**3).sum()
        return -0.5 * float((np.log(2 * math.pi * s2) + e * e / s2).sum()), gradient, hessian

    def _log_integral(self, mu: float, tau2: float, points: LogWeights, top: float) -> Parts:
        """Sum of log A. A derivative in mu is a factor He_1 in the integral, one in tau2 half an He_2."""
        s = np.sqrt(self.v + tau2)
        w = np.exp(points.value - top)
        dw = w * points.slope
        d2w = w * (points.curvature + points.slope[:, None, :] * points.slope[None, :, :])
        t = self._hermite_integrals(mu, s)
        a = t[0] @ w
        n = 2 + self.n_delta
        first, second = np.empty((n, self.y.size)), np.empty((n, n, self.y.size))
        first[0], first[1] = t[1] @ w / s, t[2] @ w / (2 * s**2)
        first[2:] = dw @ t[0].T
        second[0, 0], second[1, 1] = t[2] @ w / s**2, t[4] @ w / (4 * s**4)
        second[0, 1] = second[1, 0] = t[3] @ w / (2 * s**3)
        second[0, 2:] = second[2:, 0] = dw @ t[1].T / s
        second[1, 2:] = second[2:, 1] = dw @ t[2].T / (2 * s**2)
        second[2:, 2:] = d2w @ t[0].T
        first, second = first / a, second / a
        hessian = second.sum(axis=2) - first @ first.T
        return float(np.log(a).sum()), first.sum(axis=1), hessian

    def _hermite_integrals(self, mu: float, s: Array) -> list[Array]:
        """Integrals of f He_n for n = 0 to 4 over every piece, and their integrand at every point."""
        root = np.sqrt(self.v)
        low, high = (_standardised(edge, root, mu, s) for edge in (self.axis.low, self.axis.high))
        z = (self.axis.node * root[:, None] - mu) / s[:, None]
        f = np.exp(-0.5 * z * z) / _ROOT_2PI * (root / s)[:, None] * self.axis.width
        pieces = [_normal_mass(low, high), *(a - b for a, b in zip(_edge(low), _edge(high), strict=True))]
        return [
            np.concatenate([piece, f * he], axis=1) for piece, he in zip(pieces, _hermite(z), strict=True)
        ]


def selection_likelihood(
    y: Array, v: Array, *, function: SelectionFunction, alternative: Alternative, steps: Array
) -> SelectionLikelihood:
    """The likelihood of one selection model; `less` must have been turned into `greater` by its sign.

    Parameters
    ----------
    y, v : ndarray of shape (k,)
    function : str
    alternative : {'greater', 'two-sided'}
    steps : ndarray
        Increasing, the last one 1; for the step function.
    """
    p, q = p_values(y / np.sqrt(v), alternative)
    family = FAMILIES[function]
    if function == "step":
        axis, n_delta = step_axis(steps, alternative), steps.size
        interval = np.searchsorted(steps, np.minimum(p, 1.0), side="left")
    else:
        axis, n_delta = continuous_axis(family.censored, alternative), len(family.names)
        interval = np.zeros(y.size, dtype=int)
    inside = (p >= family.censored) & (q >= family.censored)
    return SelectionLikelihood(
        y=y,
        v=v,
        function=function,
        axis=axis,
        p=np.clip(p, family.censored, 1 - family.censored),
        q=np.clip(q, family.censored, 1 - family.censored),
        interval=interval,
        n_delta=n_delta,
        n_censored=int((~inside).sum()),
    )


def _standardised(edge: Array, root: Array, mu: float, s: Array) -> Array:
    return (edge * root[:, None] - mu) / s[:, None]


def _normal_mass(low: Array, high: Array) -> Array:
    """Phi(high) - Phi(low), from whichever tail keeps the digits."""
    flip = low > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    return np.asarray(ndtr(b) - ndtr(a))


def _hermite(z: Array) -> list[Array]:
    """He_0 to He_4."""
    z2 = z * z
    return [np.ones_like(z), z, z2 - 1, (z2 - 3) * z, (z2 - 6) * z2 + 3]


def _edge(z: Array) -> list[Array]:
    """He_n phi at an edge for n = 0 to 3: minus the antiderivatives of He_1 phi to He_4 phi."""
    inner = np.where(np.isfinite(z), z, 0.0)
    phi = np.where(np.isfinite(z), np.exp(-0.5 * inner * inner) / _ROOT_2PI, 0.0)
    return [he * phi for he in _hermite(inner)[:4]]
