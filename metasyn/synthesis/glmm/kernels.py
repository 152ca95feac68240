"""The likelihood of one study as a function of its effect delta and of its level alpha."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.families import Family

__all__ = [
    "Kernel",
    "Orders",
    "Pair",
    "PairRatios",
    "Ratios",
    "Rows",
    "Single",
    "likelihood_ratios",
    "weighted_products",
]

Array = NDArray[np.float64]


# Pairs of orders (by delta, by alpha) of the derivatives that are wanted.
Orders = Sequence[tuple[int, int]]
Rows = NDArray[np.intp] | slice


class Kernel(Protocol):
    """k studies; delta and alpha are arrays of shape (k, n) or what broadcasts to it."""

    def value(self, delta: Array, alpha: Array) -> Array:
        """Log-likelihoods, shape (k, n)."""

    def curvature(self, delta: Array, alpha: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Derivatives by delta, alpha, delta twice, both, alpha twice."""

    def ratios(self, delta: Array, alpha: Array, order: int) -> tuple[Array, Ratios]:
        """Log-likelihoods, and derivatives of the likelihood (not of its log) divided by the likelihood."""


class Ratios(Protocol):
    """`d^(a+b) f / (d delta^a d alpha^b) / f` of some studies at n nodes."""

    def take(self, rows: Rows) -> Ratios:
        """Of these studies only."""

    def by_delta(self) -> Array:
        """With b = 0, for all a, shape (order + 1, k, n)."""

    def by_alpha(self) -> Array:
        """With a = 0, for all b."""

    def sums(self, weight: Array, wanted: Orders) -> list[Array]:
        """Weighted sums over the nodes, each of shape (k,); weights of shape (k, n)."""


class Single:
    """One count per study, whose linear predictor is delta."""

    __slots__ = ("family",)

    def __init__(self, family: Family) -> None:
        self.family = family

    def value(self, delta: Array, alpha: Array) -> Array:
        return self.family.value(delta)

    def curvature(self, delta: Array, alpha: Array) -> tuple[Array, Array, Array, Array, Array]:
        first, second = self.family.derivatives(delta, 2)
        none = np.zeros_like(first)
        return first, none, second, none, none

    def ratios(self, delta: Array, alpha: Array, order: int) -> tuple[Array, Ratios]:
        value, h = self.family.both(delta, order)
        return value, SingleRatios(likelihood_ratios(h))


class Pair:
    """Two independent counts per study, with linear predictors alpha + delta/2 and alpha - delta/2."""

    __slots__ = ("first", "second")

    def __init__(self, first: Family, second: Family) -> None:
        self.first, self.second = first, second

    def value(self, delta: Array, alpha: Array) -> Array:
        return self.first.value(alpha + delta / 2) + self.second.value(alpha - delta / 2)

    def curvature(self, delta: Array, alpha: Array) -> tuple[Array, Array, Array, Array, Array]:
        f1, f2 = self.first.derivatives(alpha + delta / 2, 2)
        g1, g2 = self.second.derivatives(alpha - delta / 2, 2)
        return (f1 - g1) / 2, f1 + g1, (f2 + g2) / 4, (f2 - g2) / 2, f2 + g2

    def ratios(self, delta: Array, alpha: Array, order: int) -> tuple[Array, Ratios]:
        value, f = self.first.both(alpha + delta / 2, order)
        other, g = self.second.both(alpha - delta / 2, order)
        return value + other, PairRatios(likelihood_ratios(f), likelihood_ratios(g))


class SingleRatios:
    """Of one count; its likelihood does not depend on alpha."""

    __slots__ = ("powers",)

    def __init__(self, powers: Array) -> None:
        self.powers = powers

    def take(self, rows: Rows) -> SingleRatios:
        return SingleRatios(self.powers[:, rows])

    def by_delta(self) -> Array:
        return self.powers

    def by_alpha(self) -> Array:
        out = np.zeros_like(self.powers)
        out[0] = 1.0
        return out

    def sums(self, weight: Array, wanted: Orders) -> list[Array]:
        none = np.zeros(weight.shape[0])
        return [none if b else (weight * self.powers[a]).sum(axis=1) for a, b in wanted]


class PairRatios:
    """Of two counts with alpha + c delta and alpha - (1 - c) delta as linear predictors; c is 1/2."""

    __slots__ = ("first", "part", "second")

    def __init__(self, first: Array, second: Array, part: float = 0.5) -> None:
        self.first, self.second, self.part = first, second, part

    def take(self, rows: Rows) -> PairRatios:
        return PairRatios(self.first[:, rows], self.second[:, rows], self.part)

    def by_delta(self) -> Array:
        return self._all([_coefficients(a, 0, self.part) for a in range(self.first.shape[0])])

    def by_alpha(self) -> Array:
        return self._all([_coefficients(0, b, self.part) for b in range(self.first.shape[0])])

    def _all(self, coefficients: list[tuple[float, ...]]) -> Array:
        out = np.empty_like(self.first)
        out[0] = 1.0
        for n, factors in enumerate(coefficients[1:], 1):
            terms = (f * (self.first[i] * self.second[n - i]) for i, f in enumerate(factors) if f)
            out[n] = sum(terms)
        return out

    def sums(self, weight: Array, wanted: Orders) -> list[Array]:
        """By the sums of all products, of which every derivative is a sum."""
        products = weighted_products(self.first, weight, self.second)
        out = []
        for a, b in wanted:
            factors = _coefficients(a, b, self.part)
            out.append(sum(f * products[:, i, a + b - i] for i, f in enumerate(factors) if f))
        return out  # type: ignore[return-value]


def weighted_products(first: Array, weight: Array, second: Array) -> Array:
    """Weighted sums over the nodes of first[i] second[j], shape (k, i, j)."""
    return np.asarray((first * weight).transpose(1, 0, 2) @ second.transpose(1, 2, 0))


@lru_cache(maxsize=128)
def _coefficients(a: int, b: int, part: float) -> tuple[float, ...]:
    """Of (c x - (1 - c) y)^a (x + y)^b, by powers of x."""
    minus = [comb(a, i) * part**i * (part - 1.0) ** (a - i) for i in range(a + 1)]
    plus = [float(comb(b, i)) for i in range(b + 1)]
    return tuple(float(c) for c in np.convolve(minus, plus))


def likelihood_ratios(h: list[Array]) -> Array:
    """Derivatives of exp(h) divided by exp(h), from those of h; order 0 first, shape (order + 1, k, n)."""
    out = np.empty((len(h) + 1, *h[0].shape))
    out[0], out[1] = 1.0, h[0]
    if len(h) > 1:
        square = h[0] * h[0]
        out[2] = h[1] + square
    if len(h) > 2:
        out[3] = h[2] + h[0] * (3.0 * h[1] + square)
    if len(h) > 3:
        out[4] = h[3] + 4.0 * h[0] * h[2] + 3.0 * h[1] * h[1] + square * (6.0 * h[1] + square)
    return out
