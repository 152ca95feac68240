"""The highest (restricted) likelihood over the variances and covariances of the random effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.synthesis.multilevel.covariances import (
    Covariance,
    cholesky,
    common_eigenvalues,
    equicorrelated,
    lowest_correlation,
)
from metasyn.synthesis.multilevel.likelihood import Likelihood, Located
from metasyn.synthesis.multilevel.model import Search
from metasyn.synthesis.multilevel.parameters import Coordinates, Objective, places
from metasyn.synthesis.multilevel.search import climb
from metasyn.vocabulary import OutcomeStructure

__all__ = ["Fitted", "Frame", "coordinates_of", "fit", "start_of", "starts_of"]

Array = NDArray[np.float64]

# Variances below this share of the typical sampling variance are on their bound.
_NEGLIGIBLE = 1e-10
# Correlations this near to the least or largest possible are there.
_AT_END = 1e-7
# Two searches that end this far apart (in log-likelihood) ended at two maxima.
_APART = 1e-6
_FACTORS = (1.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How many levels, and what holds between the outcomes.

    HCS of two outcomes is UN, and is fitted as such.
    """

    n_levels: int
    structure: OutcomeStructure | None = None
    m: int = 0

    @classmethod
    def of(cls, n_levels: int, structure: OutcomeStructure | None, m: int) -> Frame:
        return cls(n_levels=n_levels, structure="UN" if structure == "HCS" and m == 2 else structure, m=m)

    @property
    def n_parameters(self) -> int:
        """Variances and correlations."""
        between = {None: 0, "CS": 2, "HCS": self.m + 1, "UN": self.m * (self.m + 1) // 2}
        return self.n_levels + between[self.structure]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """The maximum.

    Attributes
    ----------
    levels : ndarray of shape (s,)
        Variances, exactly 0 on the bound.
    covariance : ndarray of shape (m, m) or None
        Of the outcomes.
    at : Located
        The likelihood there.
    search : Search
    lower_maximum : float or None
        Log-likelihood of another, lower maximum at which a search ended.
    """

    levels: Array
    covariance: Array | None
    at: Located
    search: Search
    lower_maximum: float | None


def coordinates_of(frame: Frame) -> Coordinates:
    """Free parameters in which the maximum is sought; non-negative definite throughout."""
    s, m = frame.n_levels, frame.m
    if frame.structure is None:
        none = np.empty(0, dtype=np.intp)
        return Coordinates(n_levels=s, covariance=None, picks=(none, none), lower=np.zeros(s))
    covariance, own = _covariance(frame.structure, m)
    return Coordinates(
        n_levels=s,
        covariance=covariance,
        picks=places(frame.structure, m),
        lower=np.concatenate([np.zeros(s), own]),
    )


def _covariance(structure: OutcomeStructure, m: int) -> tuple[Covariance, Array]:
    """The map and the bounds of its parameters."""
    if structure == "CS":
        return common_eigenvalues(m), np.zeros(2)
    if structure == "HCS":
        return equicorrelated(m, shared=False), np.append(np.zeros(m), -np.inf)
    # Even in the diagonal of the factor: a bound at 0 would hold the search on a saddle.
    return cholesky(m), np.full(m * (m + 1) // 2, -np.inf)


def start_of(frame: Frame, variance: float, lean: float = 0.0) -> Array:
    """All variances alike; correlations in the middle of what is possible, or leaning to one end.

    `lean` is from -1 (lowest correlation) to 1.
    """
    m, levels = frame.m, np.full(frame.n_levels, variance)
    if frame.structure is None:
        return levels
    low = lowest_correlation(m)
    rho = (low + 1) / 2 + lean * (1 - low) / 2
    if frame.structure == "CS":
        own = variance * np.array([1 - rho, 1 + (m - 1) * rho])
    elif frame.structure == "HCS":
        own = np.append(np.full(m, np.sqrt(variance)), np.arcsin(lean))
    else:
        whole = variance * ((1 - rho) * np.eye(m) + rho)
        own = np.asarray(np.linalg.cholesky(whole))[np.tril_indices(m)]
    return np.concatenate([levels, own])


def fit(likelihood: Likelihood, frame: Frame, variance: float) -> Fitted:
    """Search from two starts, keep the higher end.

    Parameters
    ----------
    likelihood : Likelihood
        Variances on a scale where a typical sampling variance is near 1.
    frame : Frame
    variance : float
        Of each component at the first start.

    Raises
    ------
    NotEstimableError
        If no search ends at a maximum.
    """
    coordinates = coordinates_of(frame)
    objective = Objective(likelihood=likelihood, coordinates=coordinates)
    ends = [climb(objective, start, coordinates.lower) for start in starts_of(frame, variance)]
    settled = [end for end in ends if end.converged]
    if not settled:
        raise NotEstimableError(
            "the likelihood has no maximum that the search could find: it is too flat for "
            f"{frame.n_parameters} variance parameters. Use fewer levels, or structure='CS'."
        )
    best = max(settled, key=lambda end: end.value)
    others = [end.value for end in settled if end.value < best.value - _APART and not _on_edge(frame, end.x)]
    levels, covariance = _snapped(frame, coordinates, best.x)
    return Fitted(
        levels=levels,
        covariance=covariance,
        at=likelihood.at(_components(coordinates, levels, covariance)),
        search=Search(
            iterations=best.iterations,
            evaluations=likelihood.evaluations,
            decrement=best.decrement,
            starts=len(ends),
        ),
        lower_maximum=min(others, default=None),
    )


def starts_of(frame: Frame, variance: float, factors: tuple[float, ...] = _FACTORS) -> list[Array]:
    """Small and large variances; with outcomes also low and high correlations."""
    leans = (0.0,) if frame.structure is None else (0.0, -0.8, 0.8)
    return [start_of(frame, factor * variance, lean) for lean in leans for factor in factors]


def _on_edge(frame: Frame, x: Array) -> bool:
    """Whether an outcome has no variance: with HCS the search can end there though G could still improve."""
    return frame.structure == "HCS" and bool((x[frame.n_levels : -1] <= 0).any())


def _snapped(frame: Frame, coordinates: Coordinates, x: Array) -> tuple[Array, Array | None]:
    """Variances and covariance, those within rounding of a bound set to it."""
    s = coordinates.n_levels
    levels = np.where(x[:s] < _NEGLIGIBLE, 0.0, x[:s])
    if coordinates.covariance is None:
        return levels, None
    covariance = coordinates.covariance(x[s:]).value.copy()
    gone = np.diag(covariance) < _NEGLIGIBLE
    covariance[gone, :] = covariance[:, gone] = 0.0
    low = -1.0 if frame.structure == "UN" else lowest_correlation(frame.m)
    size = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    for end in (low, 1.0):
        near = (np.abs(covariance - end * size) < _AT_END * size) & ~np.eye(frame.m, dtype=bool)
        covariance[near] = end * size[near]
    return levels, covariance


def _components(coordinates: Coordinates, levels: Array, covariance: Array | None) -> Array:
    return levels if covariance is None else np.concatenate([levels, covariance[coordinates.picks]])
