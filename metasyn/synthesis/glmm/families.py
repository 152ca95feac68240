"""Log-likelihoods of one count given its linear predictor, with derivatives up to the fourth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

__all__ = ["Binomial", "Family", "Hypergeometric", "Poisson", "log_choose"]

Array = NDArray[np.float64]
# Log rates beyond it (only tried on the way) are cut off, so that their fourth powers do not overflow.
_HIGHEST = 120.0


class Family(Protocol):
    """k counts; every method takes linear predictors of shape (k, n)."""

    def value(self, eta: Array) -> Array:
        """Log-likelihoods with all constants, shape (k, n)."""

    def derivatives(self, eta: Array, order: int) -> list[Array]:
        """The first `order` derivatives of them, each of shape (k, n)."""

    def both(self, eta: Array, order: int) -> tuple[Array, list[Array]]:
        """Values and derivatives, with what they share computed once."""


def log_choose(n: Array, x: Array) -> Array:
    """Log of the binomial coefficient."""
    return np.asarray(gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Binomial:
    """x of n with `logit p = offset + eta`; arrays of shape (k, 1)."""

    x: Array
    n: Array
    offset: Array
    constant: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant", log_choose(self.n, self.x))

    def value(self, eta: Array) -> Array:
        return self.both(eta, 0)[0]

    def derivatives(self, eta: Array, order: int) -> list[Array]:
        eta = eta + self.offset
        return self._derivatives(expit(eta), expit(-eta), order)

    def both(self, eta: Array, order: int) -> tuple[Array, list[Array]]:
        eta = eta + self.offset
        small = np.exp(-np.abs(eta))
        tail = np.log1p(small)
        fit = self.x * (np.maximum(-eta, 0.0) + tail) + (self.n - self.x) * (np.maximum(eta, 0.0) + tail)
        value = self.constant - fit
        if not order:
            return value, []
        large, up = 1.0 / (1.0 + small), eta >= 0
        small = small * large
        return value, self._derivatives(np.where(up, large, small), np.where(up, small, large), order)

    def _derivatives(self, p: Array, q: Array, order: int) -> list[Array]:
        """By the probabilities of an event and of none."""
        out = [self.x * q - (self.n - self.x) * p]
        if order > 1:
            pq = p * q
            spread = -self.n * pq
            out.append(spread)
        if order > 2:
            out.append(spread * (q - p))
            out.append(spread * (1.0 - 6.0 * pq))
        return out[:order]


@dataclass(frozen=True, slots=True, eq=False)
class Poisson:
    """x events in time t with rate exp(eta); arrays of shape (k, 1)."""

    x: Array
    t: Array
    constant: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant", self.x * np.log(self.t) - gammaln(self.x + 1.0))

    def value(self, eta: Array) -> Array:
        return self.both(eta, 0)[0]

    def derivatives(self, eta: Array, order: int) -> list[Array]:
        return self.both(eta, order)[1]

    def both(self, eta: Array, order: int) -> tuple[Array, list[Array]]:
        expected = self.t * np.exp(np.minimum(eta, _HIGHEST))
        value = self.x * eta - expected + self.constant
        return value, [self.x - expected, *([-expected] * (order - 1))] if order else []


class Hypergeometric:
    """Events of group 1 given both margins of a two-by-two table; eta is the log odds ratio.

    Fisher's noncentral hypergeometric distribution. Its support is summed term by term, all tables
    in one array.
    """

    __slots__ = ("distance", "log_ratio", "starts", "study")

    def __init__(self, x_1: Array, n_1: Array, x_2: Array, n_2: Array) -> None:
        """Counts of shape (k,)."""
        margin = x_1 + x_2
        low, high = np.maximum(0.0, margin - n_2), np.minimum(margin, n_1)
        sizes = (high - low + 1).astype(np.intp)
        study = np.repeat(np.arange(sizes.size), sizes)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
        j = low[study] + (np.arange(study.size) - starts[study])
        # Of one term to the one before it; sums of their logs keep digits that factorials lose.
        steps = np.zeros(j.size)
        inner = np.flatnonzero(j > low[study])
        at, i = study[inner], j[inner]
        steps[inner] = np.log((n_1[at] - i + 1) / i) + np.log(
            (margin[at] - i + 1) / (n_2[at] - margin[at] + i)
        )
        logs = [np.cumsum(part) for part in np.split(steps, starts[1:])]
        seen = (x_1 - low).astype(np.intp)
        self.study, self.starts = study, starts
        self.distance = (j - x_1[study])[:, None]
        self.log_ratio = np.concatenate([one - one[at] for one, at in zip(logs, seen, strict=True)])[:, None]

    def value(self, eta: Array) -> Array:
        return self.both(eta, 0)[0]

    def derivatives(self, eta: Array, order: int) -> list[Array]:
        return self.both(eta, order)[1]

    def both(self, eta: Array, order: int) -> tuple[Array, list[Array]]:
        terms, top = self._terms(eta)
        total = np.add.reduceat(terms, self.starts, axis=0)
        value = np.asarray(-top - np.log(total))
        return value, self._derivatives(terms / total[self.study], order) if order else []

    def _derivatives(self, shares: Array, order: int) -> list[Array]:
        """Central moments of the support, its terms being probabilities."""
        mean = np.add.reduceat(shares * self.distance, self.starts, axis=0)
        out = [-mean]
        if order > 1:
            centred = self.distance - mean[self.study]
            power = shares * centred * centred
            variance = np.add.reduceat(power, self.starts, axis=0)
            out.append(-variance)
        if order > 2:
            power = power * centred
            out.append(-np.add.reduceat(power, self.starts, axis=0))
            fourth = np.add.reduceat(power * centred, self.starts, axis=0)
            out.append(3.0 * variance**2 - fourth)
        return out[:order]

    def _terms(self, eta: Array) -> tuple[Array, Array]:
        """Terms of the sum over the support, relative to the largest one of each study."""
        logs = self.log_ratio + self.distance * eta[self.study]
        top = np.maximum.reduceat(logs, self.starts, axis=0)
        return np.exp(logs - top[self.study]), top
