"""Maximising a smooth function of several variables with lower bounds: safeguarded Newton steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NewtonMaximum", "maximise_bounded", "newton_step"]

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array, Array]]

# Squared Newton decrement: the expected gain is half of it, the error of a parameter about its
# square root in units of the parameter's standard error.
_DECREMENT = 1e-24
# Below this, relative to the value, a gain is lost in rounding: steps are judged by the decrement.
_LAST_STEPS = 1e-9
# What the decrement may be where rounding allows no further step.
_ROUNDING = 1e-20
_SUFFICIENT = 1e-4
_SHORTEST = 2.0**-40
# Longest step of one variable, in standard errors, where the function is not concave.
_REACH = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewtonMaximum:
    """Where the search ended.

    Attributes
    ----------
    x, gradient : ndarray of shape (p,)
    hessian : ndarray of shape (p, p)
    value : float
    free : ndarray of bool, shape (p,)
        False for variables at their bound with the function falling from there.
    decrement : float
        g' (-H)^-1 g over the free variables: 0 at a maximum, in units of the function.
    converged : bool
        True if the decrement is negligible and the function strictly concave in the free variables.
    iterations : int
    """

    x: Array
    value: float
    gradient: Array
    hessian: Array
    free: NDArray[np.bool_]
    decrement: float
    converged: bool
    iterations: int


def maximise_bounded(
    objective: Objective, start: Array, lower: Array, *, max_iterations: int = 200, enough: float = _DECREMENT
) -> NewtonMaximum:
    """A local maximum of a function with gradient and Hessian, variables at or above their bounds.

    Each step is a Newton step with the eigenvalues of the Hessian made negative, projected on the
    bounds and shortened until the function gains enough. The stopping rule is the Newton
    decrement, which does not depend on the units of any variable.

    Parameters
    ----------
    objective : callable
        `x -> (value, gradient, Hessian)`; a value that is not finite is never accepted.
    start, lower : ndarray of shape (p,)
        `-inf` for a variable without bound.
    max_iterations : int
    enough : float
        The decrement at which the search ends.

    Examples
    --------
    >>> import numpy as np
    >>> def bowl(x):
    ...     return -float(((x - [1, -1]) ** 2).sum()), -2 * (x - [1, -1]), -2 * np.eye(2)
    >>> found = maximise_bounded(bowl, np.array([5.0, 5.0]), np.array([-np.inf, 0.0]))
    >>> found.x.tolist(), found.free.tolist(), found.converged
    ([1.0, 0.0], [True, False], True)
    """
    point = _at(objective, np.maximum(start.astype(float), lower), lower)
    iterations = 0
    while iterations < max_iterations and not (point.concave and point.decrement <= enough):
        iterations += 1
        found = _next(objective, point, lower)
        if found is None:
            break
        point = found
    return NewtonMaximum(
        x=point.x,
        value=point.value,
        gradient=point.gradient,
        hessian=point.hessian,
        free=point.free,
        decrement=point.decrement,
        converged=math.isfinite(point.value) and point.concave and point.decrement <= _ROUNDING,
        iterations=iterations,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    x: Array
    value: float
    gradient: Array
    hessian: Array
    free: NDArray[np.bool_]
    step: Array
    decrement: float
    concave: bool


def _at(objective: Objective, x: Array, lower: Array) -> _Point:
    value, gradient, hessian = objective(x)
    free = ~((x <= lower) & (gradient <= 0))
    step, decrement, concave = newton_step(gradient, hessian, free)
    return _Point(
        x=x,
        value=value,
        gradient=gradient,
        hessian=hessian,
        free=free,
        step=step,
        decrement=decrement,
        concave=concave,
    )


def _next(objective: Objective, point: _Point, lower: Array) -> _Point | None:
    """The first of ever shorter projected steps that gains enough; None if none does."""
    if point.concave and point.decrement <= _LAST_STEPS * max(1.0, abs(point.value)):
        full = _at(objective, np.maximum(point.x + point.step, lower), lower)
        if full.concave and full.decrement < point.decrement:
            return full
    length = 1.0
    while length > _SHORTEST:
        trial = np.maximum(point.x + length * point.step, lower)
        moved = trial - point.x
        if not moved.any():
            return None
        found = _at(objective, trial, lower)
        enough = point.value + _SUFFICIENT * float(point.gradient @ moved)
        if math.isfinite(found.value) and found.value > point.value and found.value >= enough:
            return found
        length /= 2
    return None


def newton_step(gradient: Array, hessian: Array, free: NDArray[np.bool_]) -> tuple[Array, float, bool]:
    """The ascent step of the free variables, its decrement, and whether the function is concave there.

    Eigenvalues of the Hessian are made negative, and at least 1e-12 of the largest one, on a scale on which
    its diagonal is one.

    Examples
    --------
    >>> import numpy as np
    >>> newton_step(np.array([2.0, 1.0]), -4 * np.eye(2), np.array([True, False]))
    (array([0.5, 0. ]), 1.0, True)
    """
    step = np.zeros_like(gradient)
    if not free.any():
        return step, 0.0, True
    curvature = -(hessian if free.all() else hessian[np.ix_(free, free)])
    # On a scale where the diagonal is one, so that eigenvalues can be compared.
    size = np.sqrt(np.abs(np.diag(curvature)))
    size[size == 0] = 1.0
    values, vectors = np.linalg.eigh(curvature / (size[:, None] * size))
    concave = bool(values[0] > 0)
    safe = np.maximum(np.abs(values), 1e-12 * max(1.0, float(np.abs(values).max())))
    along = vectors.T @ (gradient[free] / size)
    move = vectors @ (along / safe)
    if not concave:
        longest = float(np.abs(move).max())
        move = move * min(1.0, _REACH / longest) if longest > 0 else move
    step[free] = move / size
    return step, float((along * along / safe).sum()), concave
