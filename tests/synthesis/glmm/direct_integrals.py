"""Likelihoods of mixed models written down once more, plainly: scipy's densities, QUADPACK, exact sums."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy.integrate import dblquad, quad
from scipy.special import expit
from scipy.stats import binom, norm, poisson


def integral(f: Callable[[float], float], sd: float) -> float:
    """E f(sd Z) by QUADPACK in pieces."""
    if sd == 0:
        return f(0.0)
    cuts = np.linspace(-9.0, 9.0, 13)
    return math.fsum(
        quad(lambda z: f(sd * z) * norm.pdf(z), a, b, epsabs=0, epsrel=1e-12, limit=200)[0]
        for a, b in itertools.pairwise(cuts)
    )


def single(x: list[float], size: list[float], mean: float, tau2: float, *, rates: bool = False) -> float:
    """Log-likelihood of the random-intercept model."""

    def one(x_i: float, n_i: float) -> float:
        if rates:
            return integral(lambda u: float(poisson.pmf(x_i, n_i * math.exp(mean + u))), math.sqrt(tau2))
        return integral(lambda u: float(binom.pmf(x_i, n_i, expit(mean + u))), math.sqrt(tau2))

    return sum(math.log(one(x_i, n_i)) for x_i, n_i in zip(x, size, strict=True))


def hypergeometric(x_1: int, n_1: int, x_2: int, n_2: int, log_or: float) -> float:
    """Probability of a table given its margins, from whole numbers."""
    m = x_1 + x_2
    terms = {j: math.comb(n_1, j) * math.comb(n_2, m - j) for j in range(max(0, m - n_2), min(m, n_1) + 1)}
    # Relative to the observed table, so that nothing overflows.
    total = math.fsum(
        float(Fraction(term, terms[x_1])) * math.exp((j - x_1) * log_or) for j, term in terms.items()
    )
    return 1 / total


def conditional(rows: list[tuple[int, int, int, int]], effect: float, tau2: float) -> float:
    """Log-likelihood of CM.EL for odds ratios."""
    return sum(
        math.log(integral(lambda u, row=row: hypergeometric(*row, effect + u), math.sqrt(tau2)))  # type: ignore[misc]
        for row in rows
    )


def two_counts(row: tuple[int, int, int, int], delta: float, alpha: float, *, rates: bool = False) -> float:
    """Probability of both counts of a study."""
    x_1, n_1, x_2, n_2 = row
    up, down = alpha + delta / 2, alpha - delta / 2
    if rates:
        return float(poisson.pmf(x_1, n_1 * math.exp(up)) * poisson.pmf(x_2, n_2 * math.exp(down)))
    return float(binom.pmf(x_1, n_1, expit(up)) * binom.pmf(x_2, n_2, expit(down)))


def random_levels(
    rows: list[tuple[int, int, int, int]], effect: float, tau2: float, level: float, sigma2: float
) -> float:
    """Log-likelihood of UM.RS, a double integral for every study."""
    total = 0.0
    for row in rows:
        value = dblquad(
            lambda a, d, row=row: (
                two_counts(row, effect + math.sqrt(tau2) * d, level + math.sqrt(sigma2) * a)
                * math.exp(-(a * a + d * d) / 2)
                / (2 * math.pi)
            ),
            -7.5, 7.5, -7.5, 7.5, epsabs=0, epsrel=1e-10,
        )[0]  # fmt: skip
        total += math.log(value)
    return total
