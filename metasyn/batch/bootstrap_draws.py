"""Drawing sets of effects anew and pooling them: what every bootstrap consists of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.seeds import stream
from metasyn.synthesis.tau2.many import ManyFits, fit_many
from metasyn.vocabulary import Backend, BootstrapKind, NormalModel, Pooled, Tau2Method

__all__ = ["QUANTITIES", "RANGES", "Resampling", "left_out_of"]

Array = NDArray[np.float64]

QUANTITIES: tuple[Pooled, ...] = ("estimate", "tau2", "I2")
"""What is bootstrapped, in the order of every array of them."""
RANGES = ((-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0))
# Draws that have one stream of random numbers: not to be changed, or every seed means other draws.
_BLOCK = 1_000
# Effects of one stack.
_STACK = 2**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How effects are drawn and pooled.

    Attributes
    ----------
    kind : {'non-parametric', 'parametric'}
    model : {'random-effects', 'common-effect'}
    tau2_method : str
    n : int
        Draws for every set.
    seed : int
    """

    kind: BootstrapKind
    model: NormalModel
    tau2_method: Tau2Method
    n: int
    seed: int
    backend: Backend = "auto"

    @property
    def n_blocks(self) -> int:
        """Blocks of draws for every set."""
        return -(-self.n // _BLOCK)

    def fits(self, y: Array, v: Array) -> ManyFits:
        """Sets of one size pooled; what was not solved says so."""
        fixed = 0.0 if self.model == "common-effect" else None
        return fit_many(y, v, tau2_method=self.tau2_method, tau2=fixed, strict=False, backend=self.backend)

    def values(self, y: Array, v: Array) -> Array:
        """Mean, tau2 and I2 of sets of one size, shape (3, sets); NaN where an equation was not solved."""
        fits = self.fits(y, v)
        found = np.stack([fits.estimate, fits.tau2, fits.I2(common_effect=self.model == "common-effect")])
        found[:, ~fits.converged] = np.nan
        return found

    def draws(self, number: int, blocks: range, y: Array, v: Array) -> Array:
        """Values of some blocks of draws from one set, shape (3, draws).

        Parameters
        ----------
        number : int
            Of the set, for its random numbers.
        y, v : ndarray of shape (k,)
        """
        estimate, tau2, _ = self.values(y[None, :], v[None, :])[:, 0].tolist()
        at_once = max(1, _STACK // (_BLOCK * y.size))
        parts = []
        for first in range(blocks.start, blocks.stop, at_once):
            some = range(first, min(first + at_once, blocks.stop))
            parts.append(self.values(*self._sets(number, some, y, v, estimate, tau2)))
        return np.concatenate(parts, axis=1)

    def draws_of_each(self, numbers: NDArray[np.int64], y: Array, v: Array, whole: Array) -> Array:
        """Values of all draws from sets of one size, shape (3, sets, n).

        Parameters
        ----------
        numbers : ndarray of int, shape (sets,)
        y, v : ndarray of shape (sets, k)
        whole : ndarray of shape (3, sets)
            Values of the sets themselves.
        """
        drawn = [
            self._sets(number, range(self.n_blocks), y[i], v[i], whole[0, i], whole[1, i])
            for i, number in enumerate(numbers.tolist())
        ]
        y_drawn, v_drawn = (np.concatenate(values) for values in zip(*drawn, strict=True))
        return self.values(y_drawn, v_drawn).reshape(3, len(y), self.n)

    def sets_at_once(self, k: int) -> int:
        """Sets of size k whose draws make one stack."""
        return max(1, _STACK // (self.n * k))

    def _sets(
        self, number: int, blocks: range, y: Array, v: Array, estimate: float, tau2: float
    ) -> tuple[Array, Array]:
        """The sets drawn, each of shape (draws, k)."""
        sizes = [(stream(self.seed, number, one), min(_BLOCK, self.n - one * _BLOCK)) for one in blocks]
        if self.kind == "non-parametric":
            at = np.concatenate([random.integers(0, y.size, (n, y.size)) for random, n in sizes])
            return y[at], v[at]
        noise = np.concatenate([random.standard_normal((n, y.size)) for random, n in sizes])
        return estimate + np.sqrt(v + tau2) * noise, np.broadcast_to(v, noise.shape)


def left_out_of(resampling: Resampling, y: Array, v: Array) -> Array:
    """Values without each effect in turn, shape (3, sets, k).

    Parameters
    ----------
    y, v : ndarray of shape (sets, k)
    """
    sets, k = y.shape
    kept = np.nonzero(~np.eye(k, dtype=bool))[1].reshape(k, k - 1)
    found = resampling.values(y[:, kept].reshape(-1, k - 1), v[:, kept].reshape(-1, k - 1))
    return found.reshape(3, sets, k)
