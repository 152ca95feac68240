"""Climbing a log-likelihood whose covariance may be singular."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.newton import NewtonMaximum, maximise_bounded

__all__ = ["climb", "is_maximum", "reaches"]

Array = NDArray[np.float64]
Value = tuple[float, Array, Array]

_STEPS = 200
# Squared distance to the maximum, in standard errors, that is near enough to stop, and to be believed.
_ENOUGH = 1e-20
_BELIEVED = 1e-14
# Scaled curvature that counts as none, and slope in such a direction.
_LEVEL = 1e-7
_FLAT = 1e-6
# How far the search goes aside from a saddle, in standard errors, and how often.
_ASIDE = 0.1
_NUDGES = 3
# A search for a bar is given up where the rest of the steps promises less than this share of the way.
_HOPELESS = 0.5
# Steps after which it is given up in any case.
_TRIED = 25


def climb(
    objective: Callable[[Array], Value],
    start: Array,
    lower: Array,
    stop: Callable[[NewtonMaximum], bool] = lambda found: False,
    most: int = _STEPS,
) -> NewtonMaximum:
    """Newton steps until the rest of the way does not matter, or until `stop` says so.

    `maximise_bounded` asks for strict concavity as well, which the factor of a singular covariance does
    not have: it can turn without changing the likelihood.
    """
    last: dict[bytes, Value] = {}

    def remembered(x: Array) -> Value:
        key = x.tobytes()
        if key not in last:
            last.clear()
            last[key] = objective(x)
        return last[key]

    found = maximise_bounded(remembered, start, lower, max_iterations=1)
    steps, nudges = found.iterations, 0
    while steps < most and not stop(found):
        before = found
        if found.decrement > _ENOUGH:
            found = maximise_bounded(remembered, before.x, lower, max_iterations=1)
            steps += 1
        if (found.x == before.x).all():
            aside = _off_saddle(found) if nudges < _NUDGES else None
            if aside is None:
                break
            nudges += 1
            found = maximise_bounded(remembered, np.maximum(aside, lower), lower, max_iterations=1)
    return NewtonMaximum(
        x=found.x,
        value=found.value,
        gradient=found.gradient,
        hessian=found.hessian,
        free=found.free,
        decrement=found.decrement,
        converged=is_maximum(found),
        iterations=steps,
    )


def reaches(objective: Callable[[Array], Value], start: Array, lower: Array, bar: float) -> Array | None:
    """A point above the bar on the way up from a start; None if the maximum there is lower."""

    def decided(found: NewtonMaximum) -> bool:
        return found.value > bar or (found.decrement < _HOPELESS * (bar - found.value) and is_concave(found))

    found = climb(objective, start, lower, decided, _TRIED)
    return found.x if found.value > bar else None


def is_concave(end: NewtonMaximum) -> bool:
    """Whether the likelihood rises in no direction from where its gradient vanishes."""
    curvature = end.hessian[np.ix_(end.free, end.free)]
    return not curvature.size or bool(_scaled(curvature)[0][-1] < _LEVEL)


def _off_saddle(end: NewtonMaximum) -> Array | None:
    """A point beside the end, where the likelihood rises from there; None if it rises nowhere."""
    curvature = end.hessian[np.ix_(end.free, end.free)]
    if not np.isfinite(end.value) or not curvature.size:
        return None
    values, vectors, size = _scaled(curvature)
    if values[-1] < _LEVEL:
        return None
    aside = end.x.copy()
    aside[end.free] += _ASIDE * vectors[:, -1] / size
    return aside


def _scaled(curvature: Array) -> tuple[Array, Array, Array]:
    """Eigenvalues and vectors on a scale where the diagonal is one, and that scale."""
    size = np.sqrt(np.abs(np.diag(curvature)))
    size[size == 0] = 1.0
    values, vectors = np.linalg.eigh(curvature / np.outer(size, size))
    return values, vectors, size


def is_maximum(end: NewtonMaximum) -> bool:
    """Whether the gradient vanished and the likelihood rises in no direction; it may be level in some."""
    if not np.isfinite(end.value):
        return False
    curvature = end.hessian[np.ix_(end.free, end.free)]
    if not curvature.size:
        return True
    values, vectors, size = _scaled(curvature)
    along = vectors.T @ (end.gradient[end.free] / size)
    level = np.abs(values) < _LEVEL
    left = float((along[~level] ** 2 / np.abs(values[~level])).sum())
    return bool(values[-1] < _LEVEL) and left <= _BELIEVED and bool((np.abs(along[level]) < _FLAT).all())
