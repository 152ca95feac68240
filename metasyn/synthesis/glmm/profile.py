"""Intervals by profile likelihood: values of one parameter that are not contradicted by the counts."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.newton import maximise_bounded
from metasyn.numerics.roots import bracketed_root
from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.glmm.fit import Fitted, Objective, finest_nodes
from metasyn.values import Interval, NotEstimable

__all__ = ["profile_interval", "variance_interval"]

Array = NDArray[np.float64]
_FARTHEST = 60.0
_STEPS = 60
# Distance of the signed root from the normal quantile, in standard errors.
_CLOSE = 1e-7
# How exactly the ends of an interval of tau2 are found, relative to them.
_FINE = 1e-7
# A standard deviation of 10 on a logit or log scale: counts compatible with it do not bound tau2.
_UNBOUNDED = 100.0


def profile_interval(
    objective: Objective, x: Array, value: float, lower: Array, se: float, level: float
) -> Interval:
    """Values of the first parameter whose profile lies within chi-square / 2 of the maximum.

    The signed root of twice the fall is nearly linear in the parameter; its zero is found by Newton steps,
    with the derivative of the profile known from the gradient.

    Parameters
    ----------
    objective : callable
        `x -> (value, gradient, Hessian)`.
    x, value : ndarray, float
        The maximum.
    lower : ndarray
        Bounds of the parameters.
    se : float
        Standard error of the first parameter.
    level : float

    Raises
    ------
    NotEstimableError
        If the likelihood does not fall far enough on one side.
    """
    z = normal_quantile(1 - level)
    ends = [_end(objective, x, value, lower, se, sign * z) for sign in (-1, 1)]
    return Interval(ends[0], ends[1], level)


def _end(objective: Objective, x: Array, value: float, lower: Array, se: float, target: float) -> float:
    """Where the signed root reaches its target."""
    sign = math.copysign(1.0, target)
    theta, rest = float(x[0]) + target * se, x[1:]
    near, far = float(x[0]), math.nan  # the fall is too small at the one, too large at the other
    for _ in range(_STEPS):
        if abs(theta - x[0]) > _FARTHEST:
            side = "above" if sign > 0 else "below"
            raise NotEstimableError(
                f"the likelihood hardly falls {side} the estimate, so the profile interval has no end there. "
                "Use ci_method='wald' or 't', or pool_glmm(model='firth')."
            )
        top, slope, rest = _profile(objective, theta, rest, lower)
        root = sign * math.sqrt(2 * max(value - top, 0.0))
        if abs(root - target) < _CLOSE:
            return theta
        if (root - target) * sign < 0:
            near = theta
        else:
            far = theta
        step = (target - root) * (-root / slope) if slope * sign < 0 else math.nan
        step = theta + (math.copysign(min(abs(step), 4 * se), step) if math.isfinite(step) else sign * se)
        inside = min(near, far) < step < max(near, far) if math.isfinite(far) else (step - near) * sign > 0
        theta = step if inside else ((near + far) / 2 if math.isfinite(far) else near + 2 * sign * se)
    raise NotEstimableError("the profile interval was not found: use ci_method='wald' or 't'.")


def _profile(objective: Objective, theta: float, rest: Array, lower: Array) -> tuple[float, float, Array]:
    """Largest value with the first parameter held, its derivative by that, and the other parameters."""
    if not rest.size:
        value, gradient, _ = objective(np.array([theta]))
        return value, float(gradient[0]), rest

    def held(y: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = objective(np.concatenate([[theta], y]))
        return value, gradient[1:], hessian[1:, 1:]

    found = maximise_bounded(held, rest, lower[1:])
    slope = objective(np.concatenate([[theta], found.x]))[1][0]
    return found.value, float(slope), found.x


def variance_interval(fitted: Fitted, k: int, level: float) -> Interval | NotEstimable:
    """Values of tau2 whose profile lies within chi-square / 2 of the maximum, by a fine trapezoidal rule.

    Parameters
    ----------
    fitted : Fitted
        With random effects.
    k : int
        Number of studies.
    level : float
    """
    structure = fitted.structure
    at = structure.shared.index("v")
    objective = fitted.objective.with_nodes(finest_nodes(structure))
    lower, rest = np.delete(structure.lower(k), at), np.delete(fitted.x, at)
    drop = normal_quantile(1 - level) ** 2 / 2
    best, top = float(fitted.x[at]), objective(fitted.x)[0]

    def excess(tau2: float) -> float:
        """How far the profile lies below the limit; found from where the last search ended."""
        nonlocal rest

        def held(y: Array) -> tuple[float, Array, Array]:
            value, gradient, hessian = objective(np.insert(y, at, tau2))
            return value, np.delete(gradient, at), np.delete(np.delete(hessian, at, 0), at, 1)

        found = maximise_bounded(held, rest, lower)
        rest = found.x
        return top - found.value - drop

    low, below = 0.0, excess(0.0) if best > 0 else -drop
    if below > 0:
        low = bracketed_root(excess, 0.0, best, f_low=below, f_high=-drop, rtol=_FINE).root
    high = max(min(4 * best, _UNBOUNDED), best, 0.5)
    above = excess(high)
    while above < 0:
        if high >= _UNBOUNDED:
            return NotEstimable(
                f"these counts do not bound the between-study variance: {_UNBOUNDED:g} is compatible with "
                "them"
            )
        high = min(4 * high, _UNBOUNDED)
        above = excess(high)
    end = bracketed_root(excess, best, high, f_low=-drop, f_high=above, rtol=_FINE)
    return Interval(low, end.root, level)
