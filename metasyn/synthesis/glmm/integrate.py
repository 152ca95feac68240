"""The integral over the random effects of every study, with derivatives, by adaptive quadrature.

For study i the likelihood is `E f(delta + sqrt(v) D, alpha + sqrt(s) A)` with independent standard normal
D and A. Nodes are laid around the mode of the integrand, on the scale of its curvature there (Liu &
Pierce 1994, 10.1093/biomet/81.3.624; Pinheiro & Bates 1995, 10.1080/10618600.1995.10474663).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.kernels import Kernel, Orders, Ratios, Rows, weighted_products

__all__ = ["Means", "Nodes", "Point", "find_modes", "integrals", "log_integrals"]

Array = NDArray[np.float64]
_LOG_2PI = float(np.log(2 * np.pi))
# Nodes may lie about any point near the mode, unless the rule itself is differentiated.
_LAST_STEP, _EXACT_STEP = 1e-3, 1e-9
_MOST_STEPS = 200
# Of a second derivative either form loses at most so much, relative to rounding.
_INDIFFERENT = 30.0
_DELTA_FAR, _BOTH_FAR = 2, 3
_CELLS, _FEWEST = 8192, 16


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Means and variances of the random effects, each of shape (k, 1)."""

    delta: Array
    v: Array
    alpha: Array
    s: Array


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """A rule in two dimensions: standardised nodes of D and of A and their log weights, shape (n,)."""

    d: Array
    a: Array
    log_w: Array

    @staticmethod
    def product(d: tuple[Array, Array], a: tuple[Array, Array]) -> Nodes:
        """All pairs of the nodes of two rules."""
        x, y = np.meshgrid(d[0], a[0], indexing="ij")
        return Nodes(x.ravel(), y.ravel(), (d[1][:, None] + a[1][None, :]).ravel())

    def parts(self, k: int) -> list[Nodes]:
        """In pieces for k studies: arrays of more than some 64 kB are slow to come by."""
        size = max(_CELLS // k, _FEWEST)
        if self.d.size <= size:
            return [self]
        cuts = [slice(i, i + size) for i in range(0, self.d.size, size)]
        return [Nodes(self.d[cut], self.a[cut], self.log_w[cut]) for cut in cuts]


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Modes of the standardised effects and the triangular factor of the inverse curvature there."""

    d: Array
    a: Array
    c11: Array
    c21: Array
    c22: Array
    information_d: Array
    information_a: Array


def find_modes(kernel: Kernel, at: Means, start: tuple[Array, Array] | None, *, exact: bool = False) -> Point:
    """Modes of the integrands by Newton steps.

    The integrands are log-concave, and over a step of 1 of a linear predictor the curvature of a count's
    log-likelihood changes at most by the factor e, so that steps limited to 1 always come closer.
    """
    root_v, root_s = np.sqrt(at.v), np.sqrt(at.s)
    enough = _EXACT_STEP if exact else _LAST_STEP
    d, a = (np.zeros_like(at.v), np.zeros_like(at.s)) if start is None else start
    for _ in range(_MOST_STEPS):
        fd, fa, fdd, fda, faa = kernel.curvature(at.delta + root_v * d, at.alpha + root_s * a)
        gd, ga = root_v * fd - d, root_s * fa - a
        hdd, hda, haa = 1 - at.v * fdd, -root_v * root_s * fda, 1 - at.s * faa
        det = hdd * haa - hda * hda
        step_d, step_a = (haa * gd - hda * ga) / det, (hdd * ga - hda * gd) / det
        reach = np.abs(root_s * step_a) + np.abs(root_v * step_d)
        share = 1.0 / np.maximum(reach, 1.0)
        d, a = d + share * step_d, a + share * step_a
        if max(np.abs(step_d).max(), np.abs(step_a).max()) < enough:
            break
    c11 = np.sqrt(haa / det)
    return Point(d, a, c11, -hda / (det * c11), 1 / np.sqrt(haa), -at.v * fdd, -at.s * faa)


def log_integrals(kernel: Kernel, at: Means, nodes: Nodes, point: Point) -> Array:
    """Log-likelihoods of the studies, shape (k,)."""
    return integrals(kernel, at, nodes, point, ())[0]


def integrals(kernel: Kernel, at: Means, nodes: Nodes, point: Point, wanted: Orders) -> tuple[Array, Array]:
    """Log-likelihoods and derivatives of the likelihoods (a times by delta, b times by alpha) over them.

    A derivative by a mean may be moved from the likelihood f to the normal density, where it becomes a
    Hermite polynomial: `E f^(n)(mean + sd Z) = E f He_n(Z) / sd^n`. Of the two the one with the smaller
    terms is used, study by study: the polynomial where the counts say more than the normal density.
    Derivatives by a variance are half the second ones by the mean.

    Returns
    -------
    log_likelihood : ndarray of shape (k,)
    ratios : ndarray of shape (orders, k)
    """
    far = _far(point.information_d[:, 0]), _far(point.information_a[:, 0])
    highest = max((i + j for i, j in wanted), default=0)
    order = 0 if (far[0] & far[1]).all() else highest
    parts = nodes.parts(at.v.size)
    top = _peak(kernel, at, point) if len(parts) > 1 else None
    total, sums = np.zeros(at.v.size), np.zeros((len(wanted), at.v.size))
    for part in parts:
        placed = _placed(kernel, at, part, point, order, top)
        top = placed.top
        total += placed.weight.sum(axis=1)
        if wanted:
            sums += _sums(placed, at, far, wanted, highest)
    assert top is not None
    values = top[:, 0] + np.log(total) + np.log(point.c11 * point.c22)[:, 0] - _LOG_2PI
    return values, sums / total


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """Nodes as standardised effects, weights of the integrand there over exp(top), ratios."""

    d: Array
    a: Array
    weight: Array
    top: Array
    ratios: Ratios | None


def _placed(kernel: Kernel, at: Means, nodes: Nodes, point: Point, order: int, top: Array | None) -> _Placed:
    """The nodes laid around the modes; without a top the largest term of each study is it."""
    d = point.d + point.c11 * nodes.d
    a = point.a + point.c21 * nodes.d + point.c22 * nodes.a
    delta, alpha = at.delta + np.sqrt(at.v) * d, at.alpha + np.sqrt(at.s) * a
    logs, ratios = kernel.ratios(delta, alpha, order) if order else (kernel.value(delta, alpha), None)
    logs = logs + nodes.log_w - 0.5 * (d * d + a * a)
    top = logs.max(axis=1, keepdims=True) if top is None else top
    return _Placed(d, a, np.exp(logs - top), top, ratios)


def _peak(kernel: Kernel, at: Means, point: Point) -> Array:
    """Logs of the integrands at their modes."""
    value = kernel.value(at.delta + np.sqrt(at.v) * point.d, at.alpha + np.sqrt(at.s) * point.a)
    return value - 0.5 * (point.d * point.d + point.a * point.a)


def _sums(
    placed: _Placed, at: Means, far: tuple[NDArray[np.bool_], NDArray[np.bool_]], wanted: Orders, highest: int
) -> Array:
    """Weighted sums over the nodes of what each derivative is the mean of, shape (orders, k)."""
    kinds = 2 * far[0] + far[1]
    if (kinds == kinds[0]).all():
        return np.array(_sums_alike(placed, at, int(kinds[0]), slice(None), wanted, highest))
    out = np.empty((len(wanted), at.v.size))
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        out[:, rows] = _sums_alike(placed, at, int(kind), rows, wanted, highest)
    return out


def _sums_alike(
    placed: _Placed, at: Means, kind: int, rows: Rows, wanted: Orders, highest: int
) -> list[Array]:
    """The same for studies of one kind: 2 if the polynomial is used for delta, and 1 if for alpha."""
    weight = placed.weight[rows]
    near = None if placed.ratios is None or kind == _BOTH_FAR else placed.ratios.take(rows)
    if near is not None and not kind:
        return near.sums(weight, wanted)
    by_d = near.by_delta() if near and kind < _DELTA_FAR else _hermite(placed.d[rows], at.v[rows], highest)
    by_a = near.by_alpha() if near and kind == _DELTA_FAR else _hermite(placed.a[rows], at.s[rows], highest)
    products = weighted_products(by_d, weight, by_a)
    return [products[:, i, j] for i, j in wanted]


def _far(information: Array) -> NDArray[np.bool_]:
    """Where the counts say more than the normal density; one answer for all if that costs few digits."""
    if information.min() > 1 / _INDIFFERENT:
        return np.ones(information.size, dtype=bool)
    if information.max() < _INDIFFERENT:
        return np.zeros(information.size, dtype=bool)
    return np.asarray(information > 1)


def _hermite(z: Array, variance: Array, highest: int) -> Array:
    """Probabilists' Hermite polynomials up to an order, the n-th over sd^n, shape (highest + 1, k, n)."""
    out = np.empty((highest + 1, *z.shape))
    out[0] = 1.0
    out[1] = z = z / np.sqrt(variance)
    for n in range(1, highest):
        out[n + 1] = z * out[n] - (n / variance) * out[n - 1]
    return out
