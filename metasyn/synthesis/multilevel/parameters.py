"""Free parameters of the random effects: which variances and covariances they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.multilevel.blocks import Index, Tie
from metasyn.synthesis.multilevel.covariances import Covariance
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.vocabulary import OutcomeStructure

__all__ = ["Coordinates", "Objective", "component_ties", "places"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coordinates:
    """x = (variances of the levels, parameters of the covariance of the outcomes).

    Attributes
    ----------
    n_levels : int
    covariance : callable or None
        Of the outcomes; None without them.
    picks : tuple of ndarray of int, shape (c_outcomes,)
        Rows and columns of the covariance that are the components of the likelihood, in its order.
    lower : ndarray of shape (n,)
        Bounds of x.
    """

    n_levels: int
    covariance: Covariance | None
    picks: tuple[Index, Index]
    lower: Array

    def components(self, x: Array) -> Array:
        """The variances and covariances at x."""
        return self.mapped(x)[0]

    def mapped(self, x: Array) -> tuple[Array, Array, Array]:
        """Components c of shape (c,), dc/dx of shape (c, n) and d2c/dx dx of shape (c, n, n)."""
        s, n = self.n_levels, x.size
        if self.covariance is None:
            return x, np.eye(n), np.zeros((n, n, n))
        mapped = self.covariance(x[s:])
        rows, columns = self.picks
        first = np.zeros((s + rows.size, n))
        first[:s, :s] = np.eye(s)
        first[s:, s:] = mapped.first[:, rows, columns].T
        second = np.zeros((s + rows.size, n, n))
        second[s:, s:, s:] = mapped.second[:, :, rows, columns].transpose(2, 0, 1)
        return np.concatenate([x[:s], mapped.value[self.picks]]), first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The log-likelihood as a function of free parameters: value, gradient, Hessian."""

    likelihood: Likelihood
    coordinates: Coordinates

    def __call__(self, x: Array) -> tuple[float, Array, Array]:
        """Where the covariance is not positive definite to rounding the value is -inf."""
        components, first, second = self.coordinates.mapped(x)
        try:
            found = self.likelihood.at(components)
        except np.linalg.LinAlgError:
            return -np.inf, np.zeros(x.size), -np.eye(x.size)
        bent = (found.gradient @ second.reshape(components.size, -1)).reshape(x.size, x.size)
        hessian = first.T @ found.hessian @ first + bent
        return found.value, first.T @ found.gradient, hessian

    def information(self, x: Array) -> Array:
        """Expected information of x."""
        components, first, _ = self.coordinates.mapped(x)
        return first.T @ self.likelihood.at(components).information @ first


def places(structure: OutcomeStructure, m: int) -> tuple[Index, Index]:
    """Elements of the covariance that the likelihood takes: one variance and one covariance for CS."""
    if structure == "CS":
        return np.array([0, 1]), np.array([0, 0])
    rows, columns = np.tril_indices(m)
    return rows.astype(np.intp), columns.astype(np.intp)


def component_ties(
    levels: Sequence[Index], outcome: Index | None, within: Index | None, structure: OutcomeStructure | None
) -> tuple[Tie, ...]:
    """Which rows share each component: groups of a level, outcomes within a study."""
    ties = [_same(index) for index in levels]
    if structure is None or outcome is None or within is None:
        return tuple(ties)
    if structure == "CS":
        equal, study = _same(outcome), _same(within)
        ties.append(lambda i, j: study(i, j) & equal(i, j))
        ties.append(lambda i, j: study(i, j) & ~equal(i, j))
        return tuple(ties)
    rows, columns = places(structure, int(outcome.max()) + 1)
    ties += [_pair(outcome, within, a, b) for a, b in zip(rows.tolist(), columns.tolist(), strict=True)]
    return tuple(ties)


def _same(index: Index) -> Tie:
    return lambda i, j: index[i] == index[j]


def _pair(outcome: Index, within: Index, a: int, b: int) -> Tie:
    """Rows of one study of which the one is of outcome a and the other of outcome b."""

    def tie(i: Index, j: Index) -> NDArray[np.bool_]:
        either = ((outcome[i] == a) & (outcome[j] == b)) | ((outcome[i] == b) & (outcome[j] == a))
        return np.asarray((within[i] == within[j]) & either)

    return tie
