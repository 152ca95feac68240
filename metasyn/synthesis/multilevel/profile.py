"""The profile likelihood of one parameter: where it has fallen by half a chi-square quantile."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.parameters import Coordinates, Objective
from metasyn.synthesis.multilevel.search import climb, reaches
from metasyn.values import Interval, NotEstimable

__all__ = ["Profile"]

Array = NDArray[np.float64]

# Distance of the signed root from its target.
_CLOSE = 1e-9
_STEPS = 80
# A likelihood that is another one, not the same to rounding.
_HIGHER = 1e-6
# A likelihood so much too low that no other branch will make up for it.
_FAR_BELOW = 10.0


class _NoEndError(Exception):
    """The profile does not fall far enough, or could not be followed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """The likelihood with one parameter held.

    `top` is the highest value of all, `x` where that is reached in these coordinates, `far` the largest
    value that is tried where there is no bound. `others` are starts for the other parameters, from which
    every bound is looked at again: the likelihood may be higher there than on the way that was followed.
    """

    objective: Callable[[Array], tuple[float, Array, Array]]
    lower: Array
    x: Array
    which: int
    top: float
    far: float
    others: tuple[Array, ...]

    @classmethod
    def at(
        cls,
        likelihood: Likelihood,
        coordinates: Coordinates,
        x: Array,
        which: int,
        top: float,
        others: Sequence[Array],
        far: float = math.inf,
    ) -> Profile:
        return cls(
            objective=Objective(likelihood=likelihood, coordinates=coordinates),
            lower=coordinates.lower,
            x=x,
            which=which,
            top=top,
            far=far,
            others=tuple(others),
        )

    def interval(self, ends: tuple[float, float], level: float) -> Interval | NotEstimable:
        """From the lowest to the highest value whose profile lies within chi-square / 2 of the maximum."""
        z = normal_quantile(1 - level)
        found = []
        for end in ends:
            try:
                found.append(self._end(end, z))
            except _NoEndError:
                side = "above" if end > 0 else "below"
                return NotEstimable(
                    f"the likelihood hardly falls {side} the estimate: no bound was found there"
                )
        return Interval(found[0], found[1], level)

    def without_meaning(self, zeros: Sequence[Sequence[int]], level: float) -> bool:
        """Whether the likelihood can be high enough where this parameter changes nothing.

        `zeros` are sets of other parameters without which it has no meaning.
        """
        return any(
            self._above([*held, self.which], 0.0, self._bar(normal_quantile(1 - level))) for held in zeros
        )

    def _bar(self, z: float) -> float:
        """Likelihoods from here on do not contradict a value."""
        return self.top - z * z / 2

    def _above(self, held: Sequence[int], theta: float, bar: float) -> bool:
        """Whether the likelihood, with these parameters held at a value, reaches the bar from any start."""
        free = np.ones(self.lower.size, dtype=bool)
        free[list(held)] = False
        nearest, *others = (np.where(free, start, theta) for start in (self.x, *self.others))
        best = self.objective(self._climbed(nearest, free))[0]
        if best >= bar or best < bar - _FAR_BELOW:
            return best >= bar
        return any(self._reached(start, free, bar) is not None for start in others)

    def _end(self, end: float, z: float) -> float:
        """Where the root of twice the fall reaches z, or the end of the range if it does not."""
        start = float(self.x[self.which])
        if start == end or (end != self.far and self._above([self.which], end, self._bar(z))):
            return end
        near, far = start, math.nan  # the fall is too small at the one, too large at the other
        inside = state = self._settle(start, np.delete(self.x, self.which))
        theta = self._first(state, end, z)
        for _ in range(_STEPS):
            state = self._followed(theta, state, inside, z)
            root = state.root(self.top)
            close = abs(root - z) < _CLOSE
            if close or abs(far - near) <= 1e-12 * abs(near):
                end_point = state if close else self._settle(far, state.predicted(far))
                elsewhere = self._elsewhere(end_point, inside.rest)
                if elsewhere is None:
                    return theta
                inside = state = elsewhere
                near, far, root = state.theta, math.nan, state.root(self.top)
            elif root > z:
                far = theta
            elif theta == end:
                return self._at_end(end)
            else:
                inside, near = state, theta
            theta = self._step(state, root, z, (start, near, far, end))
        raise _NoEndError

    def _followed(self, theta: float, last: _Held, inside: _Held, z: float) -> _Held:
        """The next point; where it seems too low it may only be another maximum, so it is looked at twice."""
        found = self._settle(theta, last.predicted(theta))
        if not self.others or found.root(self.top) <= z:
            return found
        again = self._settle(theta, inside.rest)
        return again if again.value > found.value else found

    def _elsewhere(self, state: _Held, inside: Array) -> _Held | None:
        """A higher likelihood at the same value, found from another start."""
        free = np.arange(self.lower.size) != self.which
        x = np.empty(self.lower.size)
        x[self.which] = state.theta
        for rest in (inside, *(other[free] for other in (self.x, *self.others))) if self.others else ():
            x[free] = rest
            found = self._reached(x, free, state.value + _HIGHER)
            if found is not None:
                return self._settle(state.theta, found)
        return None

    def _at_end(self, end: float) -> float:
        """The end of the range, if it is one and not just as far as is tried."""
        if end == self.far:
            raise _NoEndError
        return end

    def _step(self, state: _Held, root: float, z: float, places: tuple[float, float, float, float]) -> float:
        """A Newton step of the signed root, kept between what is known, or half or twice the way."""
        start, near, far, end = places
        step = math.nan
        if root > 0 and state.slope != 0:
            step = state.theta - (z - root) * root / state.slope
        if math.isfinite(far):
            return step if min(near, far) < step < max(near, far) else (near + far) / 2
        reach = 3 * abs(near - start) + 1e-3
        limit = min(near + reach, end) if end > start else max(near - reach, end)
        return step if min(near, limit) < step < max(near, limit) else limit

    def _first(self, state: _Held, end: float, z: float) -> float:
        """A first try: z standard errors away, at most the end."""
        reach = z / math.sqrt(max(state.curvature, 1e-12))
        return min(state.theta + reach, end) if end > state.theta else max(state.theta - reach, end)

    def _settle(self, theta: float, rest: Array) -> _Held:
        """The other parameters where the likelihood is highest."""
        free = np.arange(self.lower.size) != self.which
        x = np.empty(self.lower.size)
        x[self.which], x[free] = theta, rest
        x = self._climbed(x, free)
        value, gradient, hessian = self.objective(x)
        return _Held.of(theta, x[free], value, gradient, hessian, self.which, self.lower[free])

    def _climbed(self, x: Array, free: NDArray[np.bool_]) -> Array:
        """The point with the free parameters where the likelihood is highest."""
        found = x.copy()
        if free.any():
            found[free] = climb(self._of_free(x, free), x[free], self.lower[free]).x
        return found

    def _reached(self, x: Array, free: NDArray[np.bool_], bar: float) -> Array | None:
        """Free parameters above the bar, on the way up from x."""
        if not free.any():
            return x[free] if self.objective(x)[0] > bar else None
        return reaches(self._of_free(x, free), np.maximum(x[free], self.lower[free]), self.lower[free], bar)

    def _of_free(self, x: Array, free: NDArray[np.bool_]) -> Callable[[Array], tuple[float, Array, Array]]:
        """The likelihood of the free parameters, the others as they are in x."""
        both, whole = np.ix_(free, free), x.copy()

        def held(y: Array) -> tuple[float, Array, Array]:
            whole[free] = y
            value, gradient, hessian = self.objective(whole)
            return value, gradient[free], hessian[both]

        return held


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """One point of a profile: its slope, its curvature, and how the other parameters move along it."""

    theta: float
    rest: Array
    value: float
    slope: float
    curvature: float
    tangent: Array
    lower: Array

    @classmethod
    def of(
        cls, theta: float, rest: Array, value: float, gradient: Array, hessian: Array, i: int, lower: Array
    ) -> _Held:
        others = np.delete(np.arange(gradient.size), i)
        free = others[rest > lower]
        tangent, curvature = np.zeros(rest.size), -float(hessian[i, i])
        if free.size:
            moved = np.linalg.lstsq(-hessian[np.ix_(free, free)], hessian[free, i], rcond=1e-10)[0]
            tangent[rest > lower] = moved
            curvature -= float(hessian[free, i] @ moved)
        return cls(
            theta=theta,
            rest=rest,
            value=value,
            slope=float(gradient[i]),
            curvature=curvature,
            tangent=tangent,
            lower=lower,
        )

    def root(self, top: float) -> float:
        """Root of twice the fall from the maximum."""
        return math.sqrt(2 * max(top - self.value, 0.0))

    def predicted(self, theta: float) -> Array:
        """Where the other parameters will be, to first order."""
        return np.maximum(self.rest + self.tangent * (theta - self.theta), self.lower)
