"""Intervals of variances and correlations by profile likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.multilevel.covariances import (
    cholesky,
    common_eigenvalues,
    equicorrelated,
    lowest_correlation,
    pair_first,
)
from metasyn.synthesis.multilevel.fit import Fitted, Frame, coordinates_of, starts_of
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.parameters import Coordinates, places
from metasyn.synthesis.multilevel.profile import Profile
from metasyn.values import Interval, NotEstimable

__all__ = ["correlation_interval", "level_interval", "variance_interval"]

Array = NDArray[np.float64]

# Multiple of the largest variance (and of the typical sampling variance, which is 1) that is tried.
_FARTHEST = 1e6
# A factor of a singular covariance starts this far from singular, as a share of its variances.
_LIFT = 1e-4
# Other starts: variances as multiples of the largest one, and patterns of signs of correlations at most.
_SIZES = (1.0, 10.0)
_FEW_CLUSTERS = 20
_MOST_PATTERNS = 8


def level_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, which: int, level: float
) -> Interval | NotEstimable:
    """Values of the variance of one level that the likelihood does not contradict."""
    coordinates = coordinates_of(frame)
    x = np.concatenate([fitted.levels, _own_start(frame, fitted)])
    far = _FARTHEST * (1.0 + float(fitted.levels.sum()) + _largest(fitted))
    # With one other variance the likelihood is that of a single random effect: one branch to follow.
    others = _others(likelihood, frame, fitted) if frame.n_parameters > 2 else []
    profile = Profile.at(likelihood, coordinates, x, which, fitted.at.value, others, far)
    return profile.interval((0.0, far), level)


def variance_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, which: int, level: float
) -> Interval | NotEstimable:
    """The same for the variance of one outcome (of all for CS); searched as a standard deviation."""
    covariance, s = fitted.covariance, frame.n_levels
    assert covariance is not None
    order = _order(frame.m, which)
    starts = _others(likelihood, frame, fitted)
    if frame.structure == "UN":
        coordinates, own = _reordered(frame, order), _factor(covariance[np.ix_(order, order)])
        own, position = own[np.tril_indices(frame.m)], s
    else:
        coordinates, own = _by_sd(frame, covariance)
        starts = [np.append(x[:s], _by_sd(frame, _matrix(frame, x))[1]) for x in starts]
        position = s + which
    own[position - s] = abs(own[position - s])
    far = math.sqrt(_FARTHEST * (1.0 + float(fitted.levels.sum()) + _largest(fitted)))
    x = np.concatenate([fitted.levels, own])
    profile = Profile.at(likelihood, coordinates, x, position, fitted.at.value, starts, far)
    found = profile.interval((0.0, far), level)
    return Interval(found.low**2, found.high**2, level) if isinstance(found, Interval) else found


def correlation_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, pair: tuple[int, int], level: float
) -> Interval | NotEstimable:
    """The same for a correlation, searched as an angle.

    Where a variance of 0 is not contradicted, the correlation has no meaning and none is contradicted.
    """
    covariance, s = fitted.covariance, frame.n_levels
    assert covariance is not None
    starts = _others(likelihood, frame, fitted)
    if frame.structure == "UN":
        low, position, order = -1.0, s, _order(frame.m, *pair)
        coordinates, own = _by_pair(frame, order), _pair_start(covariance[np.ix_(order, order)])
        starts = [np.append(x[:s], _pair_start(_matrix(frame, x))) for x in starts]
        without = [[s + 1], [s + 2]]
    else:
        low = lowest_correlation(frame.m)
        coordinates, own = _by_sd(frame, covariance)
        starts = [np.append(x[:s], _by_sd(frame, _matrix(frame, x))[1]) for x in starts]
        position = s + own.size - 1
        without = _all_but_one(range(s, position))
    x = np.concatenate([fitted.levels, own])
    profile = Profile.at(likelihood, coordinates, x, position, fitted.at.value, starts)
    if profile.without_meaning(without, level):
        return Interval(low, 1.0, level)
    found = profile.interval((-math.pi / 2, math.pi / 2), level)
    if isinstance(found, NotEstimable):
        return found
    ends = [(1 + low) / 2 + (1 - low) / 2 * math.sin(phi) for phi in (found.low, found.high)]
    return Interval(ends[0], ends[1], level)


def _all_but_one(deviations: Sequence[int]) -> list[list[int]]:
    """Which standard deviations are 0 where nothing is left to correlate: of several all but one."""
    if len(deviations) == 1:
        return [list(deviations)]
    return [[i for i in deviations if i != kept] for kept in deviations]


def _largest(fitted: Fitted) -> float:
    return 0.0 if fitted.covariance is None else float(np.diag(fitted.covariance).max())


def _order(m: int, *first: int) -> list[int]:
    """Outcomes with these first."""
    return [*first, *(a for a in range(m) if a not in first)]


def _reordered(frame: Frame, order: list[int]) -> Coordinates:
    """The coordinates of `UN` with the outcomes in another order."""
    rows, columns = places("UN", frame.m)
    back = np.argsort(order)
    plain = coordinates_of(frame)
    return replace(plain, covariance=cholesky(frame.m), picks=(back[rows], back[columns]))


def _by_pair(frame: Frame, order: list[int]) -> Coordinates:
    """The coordinates in which the correlation of the first two is one; their deviations are >= 0."""
    plain = _reordered(frame, order)
    lower = plain.lower.copy()
    lower[frame.n_levels + 1 : frame.n_levels + 3] = 0.0
    return replace(plain, covariance=pair_first(frame.m), lower=lower)


def _others(likelihood: Likelihood, frame: Frame, fitted: Fitted) -> list[Array]:
    """Starts of the size of the largest variance, and larger; outcomes apart, and in patterns of signs.

    With many clusters a profile is near a parabola, and a few starts are enough.
    """
    largest = max(float(fitted.levels.max(initial=0.0)), _largest(fitted), 0.1)
    few = sum(len(stack.y) for stack in likelihood.stacks) <= _FEW_CLUSTERS
    if frame.structure != "UN" or not few:
        return starts_of(frame, largest, _SIZES if few or frame.m == 2 else _SIZES[:1])
    triangle, levels = np.tril_indices(frame.m), np.full(frame.n_levels, largest)
    factors = [math.sqrt(largest) * factor[triangle] for factor in _patterns(frame.m)]
    return [np.append(size * levels, math.sqrt(size) * x) for size in _SIZES for x in factors]


def _patterns(m: int) -> list[Array]:
    """Factors: no correlation, and perfect ones with all patterns of signs (the first ones, of many).

    Other branches of a profile often lie where the covariance has rank one.
    """
    signs = islice(product((1.0, -1.0), repeat=m - 1), _MOST_PATTERNS)
    return [np.eye(m), *(np.outer([1.0, *pattern], np.eye(m)[0]) for pattern in signs)]


def _matrix(frame: Frame, x: Array) -> Array:
    """The covariance of the outcomes at a start."""
    covariance = coordinates_of(frame).covariance
    assert covariance is not None
    return covariance(x[frame.n_levels :]).value


def _own_start(frame: Frame, fitted: Fitted) -> Array:
    """The fitted covariance in the coordinates of the fit."""
    covariance = fitted.covariance
    if covariance is None:
        return np.empty(0)
    if frame.structure == "CS":
        basis = common_eigenvalues(frame.m)(np.zeros(2)).first
        return np.array([covariance[0, 0] - covariance[1, 0], float((covariance * basis[1]).sum())])
    if frame.structure == "HCS":
        return _by_sd(frame, covariance)[1]
    return _factor(covariance)[np.tril_indices(frame.m)]


def _by_sd(frame: Frame, covariance: Array) -> tuple[Coordinates, Array]:
    """Standard deviations and an angle: one deviation for CS, one per outcome for HCS."""
    shared = frame.structure == "CS"
    plain = coordinates_of(frame)
    sd = np.sqrt(np.diag(covariance)[: 1 if shared else None])
    low = lowest_correlation(frame.m)
    size = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    off = (size > 0) & ~np.eye(frame.m, dtype=bool)
    rho = float((covariance[off] / size[off])[0]) if off.any() else (1 + low) / 2
    sine = (rho - (1 + low) / 2) / ((1 - low) / 2)
    lower = np.concatenate([np.zeros(frame.n_levels + sd.size), [-np.inf]])
    coordinates = replace(plain, covariance=equicorrelated(frame.m, shared=shared), lower=lower)
    return coordinates, np.append(sd, math.asin(max(-1.0, min(1.0, sine))))


def _factor(covariance: Array) -> Array:
    """A Cholesky factor, of a matrix a little less singular where it is singular."""
    try:
        return np.asarray(np.linalg.cholesky(covariance), dtype=float)
    except np.linalg.LinAlgError:
        size = np.diag(covariance)
        lifted = covariance + _LIFT * np.diag(size + 1e-3 * max(float(size.max()), 1e-6))
        return np.asarray(np.linalg.cholesky(lifted), dtype=float)


def _pair_start(covariance: Array) -> Array:
    """The covariance in the coordinates of `pair_first`."""
    factor = _factor(covariance)
    phi = math.atan2(factor[1, 0], factor[1, 1])
    rest = factor[np.tril_indices(factor.shape[0])][3:]
    return np.concatenate([[phi, factor[0, 0], math.hypot(factor[1, 0], factor[1, 1])], rest])
