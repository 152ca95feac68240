"""Integrals of positive functions by adaptive Gauss-Kronrod panels, and the distribution they describe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

__all__ = ["Panels", "adaptive_panels"]

Array = NDArray[np.float64]

_TOLERANCE = 1e-13
_MOST_ROUNDS = 40
_MOST_PANELS = 4096
# Newton steps towards a quantile inside one panel; half of them would do without the safeguard.
_MOST_STEPS = 60


def _kronrod() -> tuple[Array, Array, Array]:
    """The 15-point Kronrod rule and the weights of the 7-point Gauss rule in it.

    The Kronrod points are the zeros of P7 and of the Stieltjes polynomial E8, the polynomial of degree
    8 for which P7 E8 is orthogonal to everything of lower degree than 8 (Laurie 1997).
    """
    p7 = np.eye(8)[7]
    x, w = legendre.leggauss(40)
    basis = legendre.legvander(x, 8)
    inner = (basis * (w * legendre.legval(x, p7))[:, None]).T @ basis
    stieltjes = np.append(np.linalg.lstsq(inner[:, :8], -inner[:, 8], rcond=None)[0], 1.0)
    nodes = np.sort(np.concatenate([legendre.legroots(p7), legendre.legroots(stieltjes)]))
    nodes = (nodes - nodes[::-1]) / 2
    moments = np.zeros(15)
    moments[0] = 2.0
    weights = np.linalg.solve(legendre.legvander(nodes, 14).T, moments)
    gauss = np.zeros(15)
    gauss[1::2] = legendre.leggauss(7)[1]
    return nodes, (weights + weights[::-1]) / 2, gauss


_NODES, _WEIGHTS, _GAUSS = _kronrod()
# Values at the nodes -> coefficients of Legendre polynomials -> those of the integral from -1.
_TO_SERIES = np.linalg.inv(legendre.legvander(_NODES, 14))
_TO_INTEGRAL = legendre.legint(_TO_SERIES, lbnd=-1)
_RISING = tuple((2 * n + 1) / (n + 1) for n in range(15))
_FALLING = tuple(n / (n + 1) for n in range(15))
# Where Newton's method for a quantile begins: between two of these.
_GRID = np.linspace(-1.0, 1.0, 17)
_AT_GRID = legendre.legvander(_GRID, 15)
# After a step of this size the next one would be below the rounding error.
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panels:
    """A positive function on panels; also the distribution with that density.

    Attributes
    ----------
    edges : ndarray of shape (p + 1,)
    nodes, weights, values : ndarray of shape (p, 15)
        Points, the weights of the integral, and the function.
    below : ndarray of shape (p + 1,)
        Integral up to each edge.
    error : float
        Estimated error of the whole integral, relative to it.
    converged : bool
        False if panels were still being halved when the limit was reached.
    """

    edges: Array
    nodes: Array
    weights: Array
    values: Array
    below: Array
    error: float
    converged: bool

    def __post_init__(self) -> None:
        for array in (self.edges, self.nodes, self.weights, self.values, self.below):
            array.flags.writeable = False

    @property
    def total(self) -> float:
        """The integral over all panels."""
        return float(self.below[-1])

    def cdf(self, x: Array) -> Array:
        """Share of the integral up to each x, shape (m,)."""
        inside = np.clip(x, self.edges[0], self.edges[-1])
        panel = np.clip(np.searchsorted(self.edges, inside) - 1, 0, len(self.edges) - 2)
        half = np.diff(self.edges)[panel] / 2
        basis = _legendre((inside - self.edges[panel]) / half - 1)
        share = half * (basis * (_TO_INTEGRAL @ self.values[panel].T)).sum(axis=0)
        return np.asarray((self.below[panel] + share) / self.total)

    def quantile(self, p: Array) -> Array:
        """The x up to which a share p of the integral lies, shape (m,)."""
        target = np.clip(p, 0.0, 1.0) * self.total
        panel = np.clip(np.searchsorted(self.below, target) - 1, 0, len(self.edges) - 2)
        half = np.diff(self.edges)[panel] / 2
        integral = _TO_INTEGRAL @ self.values[panel].T
        density = _TO_SERIES @ self.values[panel].T
        wanted = (target - self.below[panel]) / half
        reached = _AT_GRID @ integral
        cell = np.clip((reached < wanted).sum(axis=0) - 1, 0, _GRID.size - 2)
        low, high, at = _GRID[cell], _GRID[cell + 1], np.arange(wanted.size)
        first, step = reached[cell, at], np.maximum(reached[cell + 1, at] - reached[cell, at], 1e-300)
        x = low + (high - low) * np.clip((wanted - first) / step, 0.0, 1.0)
        for _ in range(_MOST_STEPS):
            basis = _legendre(x)
            off = (basis * integral).sum(axis=0) - wanted
            low, high = np.where(off < 0, x, low), np.where(off < 0, high, x)
            new = x - off / np.maximum((basis[:15] * density).sum(axis=0), 1e-300)
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            done = np.abs(new - x).max() <= _NEARLY
            x = new
            if done:
                break
        return np.asarray(self.edges[panel] + half * (x + 1))


def _legendre(x: Array) -> Array:
    """Legendre polynomials 0 to 15 at points of shape (m,), shape (16, m)."""
    basis = np.empty((16, x.size))
    basis[0], basis[1] = 1.0, x
    for n in range(1, 15):
        basis[n + 1] = (_RISING[n] * x) * basis[n] - _FALLING[n] * basis[n - 1]
    return basis


def adaptive_panels(
    function: Callable[[Array], Array], edges: Array, *, tolerance: float = _TOLERANCE
) -> Panels:
    """Integrate a positive function; panels are halved until every one is resolved.

    Parameters
    ----------
    function : callable
        From points of shape (n,) to values of shape (c, n): the function first, then functions whose
        integrals must be resolved as well (moments).
    edges : ndarray of shape (p + 1,)
        Increasing; where to begin.
    tolerance : float
        Largest estimated error of a panel, relative to the whole integral.

    Returns
    -------
    Panels

    References
    ----------
    Laurie DP. Calculation of Gauss-Kronrod quadrature rules. Math Comp 1997;66:1133-1145.
    10.1090/S0025-5718-97-00861-2
    Piessens R, de Doncker-Kapenga E, Ueberhuber CW, Kahaner DK. QUADPACK. Springer, 1983.
    10.1007/978-3-642-61786-7 (the estimate of the error)

    Examples
    --------
    >>> found = adaptive_panels(lambda x: np.exp(-x * x / 2)[None], np.linspace(-9.0, 9.0, 7))
    >>> round(found.total / (2 * np.pi) ** 0.5, 12), found.quantile(np.array([0.025])).round(10).tolist()
    (1.0, [-1.9599639845])
    """
    low, high = edges[:-1], edges[1:]
    nodes, values = _evaluated(function, low, high)
    for _ in range(_MOST_ROUNDS):
        errors, totals = _errors(values, (high - low) / 2)
        bad = (errors > tolerance * np.maximum(totals, 1e-300)[:, None]).any(axis=0)
        bad &= high - low > 1e-12 * np.maximum(np.abs(low), 1.0)
        converged = not bad.any()
        if converged or len(low) + bad.sum() > _MOST_PANELS:
            break
        middle = (low[bad] + high[bad]) / 2
        more_low, more_high = np.concatenate([low[bad], middle]), np.concatenate([middle, high[bad]])
        more_nodes, more_values = _evaluated(function, more_low, more_high)
        low, high = np.concatenate([low[~bad], more_low]), np.concatenate([high[~bad], more_high])
        nodes = np.concatenate([nodes[~bad], more_nodes])
        values = np.concatenate([values[:, ~bad], more_values], axis=1)
    order = np.argsort(low)
    low, high, nodes, shown = low[order], high[order], nodes[order], values[0, order]
    weights = (high - low)[:, None] / 2 * _WEIGHTS
    return Panels(
        edges=np.append(low, high[-1]),
        nodes=nodes,
        weights=weights,
        values=shown,
        below=np.concatenate([[0.0], np.cumsum((weights * shown).sum(axis=1))]),
        error=float(errors[0].sum() / max(totals[0], 1e-300)),
        converged=converged,
    )


def _evaluated(function: Callable[[Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """Points of shape (p, 15), values of shape (c, p, 15)."""
    half = (high - low) / 2
    nodes = low[:, None] + half[:, None] * (1 + _NODES)
    values = function(nodes.ravel())
    return nodes, values.reshape(values.shape[0], *nodes.shape)


def _errors(values: Array, half: Array) -> tuple[Array, Array]:
    """QUADPACK's estimate per function and panel, and the integral per function."""
    whole = values @ _WEIGHTS
    rough = np.abs(whole - values @ _GAUSS)
    spread = np.abs(values - whole[..., None] / 2) @ _WEIGHTS
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(spread > 0, np.minimum(1.0, (200 * rough / spread) ** 1.5), 0.0)
    return np.asarray(half * spread * ratio), np.asarray((whole * half).sum(axis=-1))
