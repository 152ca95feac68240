"""The integral over the random effects of every study, with derivatives, by adaptive quadrature.

For study i the likelihood is `E f(delta + sqrt(v) D, alpha + sqrt(s) A)` with independent standard normal
D and A. Nodes are laid around the mode of the integrand, on the scale of its curvature there (Liu &
Pierce 1994, 10.1093/biomet/81.3.624; Pinheiro & Bates 1995, 10.1080/10618600.1995.10474663).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.kernels import Kernel

__all__ = ["Means", "Nodes", "Point", "find_modes", "integrals", "log_integrals"]

Array = NDArray[np.float64]
_LOG_2PI = float(np.log(2 * np.pi))
# Nodes may lie about any point near the mode, unless the rule itself is differentiated.
_LAST_STEP, _EXACT_STEP = 1e-5, 1e-9
_MOST_STEPS = 200


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
    return _placed(kernel, at, nodes, point)[0]


def integrals(
    kernel: Kernel, at: Means, nodes: Nodes, point: Point, orders: Iterable[tuple[int, int]]
) -> tuple[Array, dict[tuple[int, int], Array]]:
    """Log-likelihoods and derivatives of the likelihoods (a times by delta, b times by alpha) over them.

    A derivative by a mean may be moved from the likelihood f to the normal density, where it becomes a
    Hermite polynomial: `E f^(n)(mean + sd Z) = E f He_n(Z) / sd^n`. Of the two the one with the smaller
    terms is used, study by study: the polynomial where the counts say more than the normal density.
    Derivatives by a variance are half the second ones by the mean.

    Returns
    -------
    log_likelihood : ndarray of shape (k,)
    ratios : dict of ndarray of shape (k,)
    """
    values, share, d, a = _placed(kernel, at, nodes, point)
    wanted = list(orders)
    highest = max(i + j for i, j in wanted)
    far_d, far_a = point.information_d[:, 0] > 1, point.information_a[:, 0] > 1
    ratios = None
    if not (far_d & far_a).all():
        ratios = kernel.ratios(at.delta + np.sqrt(at.v) * d, at.alpha + np.sqrt(at.s) * a, highest)
    out = {order: np.empty(values.size) for order in wanted}
    for use_d, use_a in ((False, False), (True, False), (False, True), (True, True)):
        rows = np.flatnonzero((far_d == use_d) & (far_a == use_a))
        if not rows.size:
            continue
        by_d = _hermite(d[rows], np.sqrt(at.v[rows]), highest) if use_d else None
        by_a = _hermite(a[rows], np.sqrt(at.s[rows]), highest) if use_a else None
        for i, j in wanted:
            term = share[rows]
            if by_d is not None and i:
                term = term * by_d[i]
            if by_a is not None and j:
                term = term * by_a[j]
            rest = (0 if use_d else i, 0 if use_a else j)
            if ratios is not None and rest != (0, 0):
                term = term * ratios.at(*rest)[rows]
            out[i, j][rows] = term.sum(axis=1)
    return values, out


def _placed(kernel: Kernel, at: Means, nodes: Nodes, point: Point) -> tuple[Array, Array, Array, Array]:
    """Log-likelihoods, shares of the nodes in them, and the nodes as standardised effects."""
    d = point.d + point.c11 * nodes.d
    a = point.a + point.c21 * nodes.d + point.c22 * nodes.a
    logs = kernel.value(at.delta + np.sqrt(at.v) * d, at.alpha + np.sqrt(at.s) * a)
    logs = logs + nodes.log_w - 0.5 * (d * d + a * a)
    top = logs.max(axis=1, keepdims=True)
    share = np.exp(logs - top)
    total = share.sum(axis=1, keepdims=True)
    values = top + np.log(total) + np.log(point.c11 * point.c22) - _LOG_2PI
    return values[:, 0], share / total, d, a


def _hermite(z: Array, sd: Array, highest: int) -> list[Array]:
    """Probabilists' Hermite polynomials up to an order, the n-th over sd^n."""
    out = [np.ones_like(z), z]
    for n in range(1, highest):
        out.append(z * out[n] - n * out[n - 1])
    return [polynomial / sd**n for n, polynomial in enumerate(out)]
