"""The likelihood of one study as a function of its effect delta and of its level alpha."""

from __future__ import annotations

from functools import lru_cache
from math import comb
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.families import Family

__all__ = ["Kernel", "Pair", "Ratios", "Single", "likelihood_ratios"]

Array = NDArray[np.float64]


class Kernel(Protocol):
    """k studies; delta and alpha are arrays of shape (k, n) or what broadcasts to it."""

    def value(self, delta: Array, alpha: Array) -> Array:
        """Log-likelihoods, shape (k, n)."""

    def curvature(self, delta: Array, alpha: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Derivatives by delta, alpha, delta twice, both, alpha twice."""

    def ratios(self, delta: Array, alpha: Array, order: int) -> Ratios:
        """Derivatives of the likelihood, not of its log, divided by the likelihood."""


class Ratios(Protocol):
    """Ratios that are computed when they are asked for."""

    def at(self, a: int, b: int) -> Array:
        """`d^(a+b) f / (d delta^a d alpha^b) / f`."""


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

    def ratios(self, delta: Array, alpha: Array, order: int) -> Ratios:
        return _SingleRatios(likelihood_ratios(self.family.derivatives(delta, order)))


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

    def ratios(self, delta: Array, alpha: Array, order: int) -> Ratios:
        return _PairRatios(
            likelihood_ratios(self.first.derivatives(alpha + delta / 2, order)),
            likelihood_ratios(self.second.derivatives(alpha - delta / 2, order)),
        )


class _SingleRatios:
    __slots__ = ("powers",)

    def __init__(self, powers: list[Array]) -> None:
        self.powers = powers

    def at(self, a: int, b: int) -> Array:
        return self.powers[a] if not b else np.zeros_like(self.powers[0])


class _PairRatios:
    __slots__ = ("first", "second")

    def __init__(self, first: list[Array], second: list[Array]) -> None:
        self.first, self.second = first, second

    def at(self, a: int, b: int) -> Array:
        total = np.zeros_like(self.first[0])
        for i, factor in enumerate(_coefficients(a, b)):
            if factor:
                total = total + factor * (self.first[i] * self.second[a + b - i])
        return total


@lru_cache(maxsize=64)
def _coefficients(a: int, b: int) -> tuple[float, ...]:
    """Of ((x - y)/2)^a (x + y)^b, by powers of x."""
    minus = [comb(a, i) * (-1.0) ** (a - i) / 2.0**a for i in range(a + 1)]
    plus = [float(comb(b, i)) for i in range(b + 1)]
    return tuple(float(c) for c in np.convolve(minus, plus))


def likelihood_ratios(h: list[Array]) -> list[Array]:
    """Derivatives of exp(h) divided by exp(h), from those of h; order 0 first."""
    out = [np.ones_like(h[0]), h[0]]
    if len(h) > 1:
        square = h[0] * h[0]
        out.append(h[1] + square)
    if len(h) > 2:
        out.append(h[2] + h[0] * (3.0 * h[1] + square))
    if len(h) > 3:
        out.append(h[3] + 4.0 * h[0] * h[2] + 3.0 * h[1] * h[1] + square * (6.0 * h[1] + square))
    return out
