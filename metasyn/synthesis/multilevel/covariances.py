"""Covariances of the outcomes of a study as functions of free parameters, with two derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Covariance",
    "Mapped",
    "cholesky",
    "common_eigenvalues",
    "equicorrelated",
    "lowest_correlation",
    "pair_first",
]

Array = NDArray[np.float64]


class Mapped(NamedTuple):
    """A covariance G of shape (m, m), dG/dx of shape (n, m, m), d2G/dx dx of shape (n, n, m, m)."""

    value: Array
    first: Array
    second: Array


Covariance = Callable[[Array], Mapped]


def lowest_correlation(m: int) -> float:
    """The lowest that all correlations of m variables can have together: -1 / (m - 1).

    Examples
    --------
    >>> lowest_correlation(2), lowest_correlation(3)
    (-1.0, -0.5)
    """
    return -1.0 / (m - 1)


def common_eigenvalues(m: int) -> Covariance:
    """Compound symmetry by its eigenvalues, both >= 0: x = (tau2 (1 - rho), tau2 (1 + (m - 1) rho))."""
    along = np.full((m, m), 1.0 / m)
    first = np.array([np.eye(m) - along, along])
    second = np.zeros((2, 2, m, m))
    return lambda x: Mapped(np.tensordot(x, first, axes=1), first, second)


def equicorrelated(m: int, *, shared: bool) -> Covariance:
    """x = (tau_1 .. tau_m, phi), or (tau, phi) if shared: G_ab = tau_a tau_b rho.

    rho = (low + 1) / 2 + (1 - low) / 2 sin(phi) stays within what m variables can have.
    """
    low, n = lowest_correlation(m), 1 if shared else m
    spread = np.ones((1, m)) if shared else np.eye(m)  # d tau_a / d x_i
    off = 1.0 - np.eye(m)

    def mapped(x: Array) -> Mapped:
        tau, phi = x[:n] @ spread, float(x[n])
        rho, slope, bend = _correlation(low, phi)
        r = np.eye(m) + rho * off
        outer = np.outer(tau, tau)
        mixed = spread[:, :, None] * tau + tau[:, None] * spread[:, None, :]
        first = np.concatenate([mixed * r, (slope * outer * off)[None]])
        second = np.zeros((n + 1, n + 1, m, m))
        pairs = spread[:, None, :, None] * spread[None, :, None, :]
        second[:n, :n] = (pairs + pairs.swapaxes(2, 3)) * r
        second[:n, n] = second[n, :n] = slope * mixed * off
        second[n, n] = bend * outer * off
        return Mapped(outer * r, first, second)

    return mapped


def cholesky(m: int) -> Covariance:
    """G = F F' with x the lower triangle of F, row by row."""
    basis = _triangle(m)
    still = np.zeros((len(basis), len(basis), m, m))

    def mapped(x: Array) -> Mapped:
        return _square(np.tensordot(x, basis, axes=1), basis, still)

    return mapped


def pair_first(m: int) -> Covariance:
    """G = F F' with x = (phi, tau_1, tau_2, the other rows of F); the first two correlate by sin(phi)."""
    rest = _triangle(m)[3:]
    corner = np.zeros((3, m, m))
    corner[0, 0, 0] = corner[1, 1, 0] = corner[2, 1, 1] = 1.0
    n = 3 + len(rest)

    def mapped(x: Array) -> Mapped:
        phi, tau = float(x[0]), float(x[2])
        toward = math.sin(phi) * corner[1] + math.cos(phi) * corner[2]
        turned = math.cos(phi) * corner[1] - math.sin(phi) * corner[2]
        factor = x[1] * corner[0] + tau * toward + np.tensordot(x[3:], rest, axes=1)
        first = np.concatenate([np.array([tau * turned, corner[0], toward]), rest])
        second = np.zeros((n, n, m, m))
        second[0, 0], second[0, 2], second[2, 0] = -tau * toward, turned, turned
        return _square(factor, first, second)

    return mapped


def _correlation(low: float, phi: float) -> tuple[float, float, float]:
    """rho(phi) and its two derivatives."""
    middle, half = (1 + low) / 2, (1 - low) / 2
    return middle + half * math.sin(phi), half * math.cos(phi), -half * math.sin(phi)


def _triangle(m: int) -> Array:
    """One matrix per element of the lower triangle."""
    rows, columns = np.tril_indices(m)
    basis = np.zeros((rows.size, m, m))
    basis[np.arange(rows.size), rows, columns] = 1.0
    return basis


def _square(factor: Array, first: Array, second: Array) -> Mapped:
    """F F' with its derivatives from those of F."""
    slope = first @ factor.T
    mixed = first[:, None] @ first[None].swapaxes(2, 3) + second @ factor.T
    return Mapped(factor @ factor.T, slope + slope.swapaxes(1, 2), mixed + mixed.swapaxes(2, 3))
