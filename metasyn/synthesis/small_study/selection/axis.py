"""The axis of test statistics cut into pieces of constant weight and points of a quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, ndtr, ndtri

from metasyn.vocabulary import Alternative

__all__ = ["Axis", "continuous_axis", "p_values", "step_axis"]

Array = NDArray[np.float64]

# Gauss-Legendre points of one panel; a panel is at most one standard error wide.
_POINTS = 16
# Beyond this many standard errors p is 0 or 1 to full precision.
_FAR = 8.5
# Ratio of the ends of a panel near the point where a two-sided p value is 1.
_RATIO = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """Where a selection function is looked at, on the axis of z = y / se.

    Attributes
    ----------
    low, high : ndarray of shape (c,)
        Ends of the pieces on which the weight is constant.
    node, width : ndarray of shape (n,)
        Points and weights of the quadrature over the rest.
    p, q : ndarray of shape (c + n,)
        p value and 1 - p on the pieces, then at the points (for a step function: not used).
    interval : ndarray of int, shape (c,)
        For a step function: to which interval of p a piece belongs.
    """

    low: Array
    high: Array
    node: Array
    width: Array
    p: Array
    q: Array
    interval: NDArray[np.int_]


def p_values(z: Array, alternative: Alternative) -> tuple[Array, Array]:
    """p and 1 - p of statistics; `less` is `greater` of the negative and is not asked for here."""
    if alternative == "two-sided":
        p = 2 * ndtr(-np.abs(z))
        # erf keeps the digits of 1 - p where p is near 1.
        return p, erf(np.abs(z) / math.sqrt(2))
    return ndtr(-z), ndtr(z)


def step_axis(steps: Array, alternative: Alternative) -> Axis:
    """Pieces between the z values that belong to the steps (the last step is 1)."""
    inner = steps[:-1]
    if alternative == "two-sided":
        cuts = -ndtri(inner / 2)
        edges = np.concatenate([[-math.inf], -cuts, cuts[::-1], [math.inf]])
        order = np.arange(steps.size)
        interval = np.concatenate([order, order[-2::-1]])
    else:
        cuts = -ndtri(inner)
        edges = np.concatenate([[-math.inf], cuts[::-1], [math.inf]])
        interval = np.arange(steps.size)[::-1]
    empty = np.empty(0)
    return Axis(low=edges[:-1], high=edges[1:], node=empty, width=empty, p=empty, q=empty, interval=interval)


def continuous_axis(censored: float, alternative: Alternative) -> Axis:
    """Constant tails where p is censored (or 0 or 1 to full precision), quadrature between them."""
    if alternative == "two-sided":
        far = -float(ndtri(censored / 2)) if censored else _FAR
        # p = 1 - censored; next to 0 p is 1 - sqrt(2 / pi) |z|.
        near = float(ndtri(0.5 + censored / 2)) if censored else 0.0
        half, half_width = _panels(_graded(near, far))
        node, width = np.concatenate([-half[::-1], half]), np.concatenate([half_width[::-1], half_width])
        low, high = np.array([-math.inf, -near, far]), np.array([-far, near, math.inf])
        piece_p = np.array([censored, 1 - censored, censored])
    else:
        far = -float(ndtri(censored)) if censored else _FAR
        node, width = _panels(np.linspace(-far, far, 2 * math.ceil(far) + 1))
        low, high = np.array([-math.inf, far]), np.array([-far, math.inf])
        piece_p = np.array([1 - censored, censored])
    if censored == 0.0:
        keep = high > low
        low, high, piece_p = low[keep], high[keep], piece_p[keep]
    p, q = p_values(node, alternative)
    piece_q = np.where(piece_p > 0.5, censored, 1 - censored)
    return Axis(
        low=low,
        high=high,
        node=node,
        width=width,
        p=np.concatenate([piece_p, p]),
        q=np.concatenate([piece_q, q]),
        interval=np.zeros(low.size, dtype=int),
    )


def _graded(near: float, far: float) -> Array:
    """Ends of panels that grow away from 0: a power of |z| is smooth on each of them."""
    ends = [near]
    if near > 0:
        while ends[-1] * _RATIO < 1.0:
            ends.append(ends[-1] * _RATIO)
    start = ends[-1]
    rest = np.linspace(start, far, math.ceil(far - start) + 1)
    return np.concatenate([ends[:-1], rest])


def _panels(ends: Array) -> tuple[Array, Array]:
    """Gauss-Legendre points and weights of every panel."""
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    half = np.diff(ends)[:, None] / 2
    middle = (ends[:-1] + ends[1:])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()
