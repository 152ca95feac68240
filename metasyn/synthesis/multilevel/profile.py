"""Intervals of variances and correlations by profile likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.multilevel.covariances import (
    cholesky,
    common_eigenvalues,
    equicorrelated,
    lowest_correlation,
    pair_first,
)
from metasyn.synthesis.multilevel.fit import Fitted, Frame, coordinates_of, starts_of
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.parameters import Coordinates, Objective, places
from metasyn.synthesis.multilevel.search import climb
from metasyn.values import Interval, NotEstimable

__all__ = ["correlation_interval", "level_interval", "variance_interval"]

Array = NDArray[np.float64]

# Distance of the signed root from its target.
_CLOSE = 1e-9
_STEPS = 80
# A likelihood that is another one, not the same to rounding.
_HIGHER = 1e-6
# Multiple of the largest variance (and of the typical sampling variance, which is 1) that is tried.
_FARTHEST = 1e6
# A factor of a singular covariance starts this far from singular, as a share of its variances.
_LIFT = 1e-4


def level_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, which: int, level: float
) -> Interval | NotEstimable:
    """Values of the variance of one level that the likelihood does not contradict."""
    coordinates = coordinates_of(frame)
    x = np.concatenate([fitted.levels, _own_start(frame, fitted)])
    far = _FARTHEST * (1.0 + float(fitted.levels.sum()) + _largest(fitted))
    # With one other variance the likelihood is that of a single random effect: one branch to follow.
    others = starts_of(frame, _typical(fitted)) if frame.n_parameters > 2 else []
    profile = _Profile.at(likelihood, coordinates, x, which, fitted.at.value, others, far)
    return profile.interval((0.0, far), level)


def variance_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, which: int, level: float
) -> Interval | NotEstimable:
    """The same for the variance of one outcome (of all for CS); searched as a standard deviation."""
    covariance, s = fitted.covariance, frame.n_levels
    assert covariance is not None
    order = _order(frame.m, which)
    starts = starts_of(frame, _typical(fitted))
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
    profile = _Profile.at(likelihood, coordinates, x, position, fitted.at.value, starts, far)
    found = profile.interval((0.0, far), level)
    return Interval(found.low**2, found.high**2, level) if isinstance(found, Interval) else found


def correlation_interval(
    likelihood: Likelihood, frame: Frame, fitted: Fitted, pair: tuple[int, int], level: float
) -> Interval | NotEstimable:
    """The same for a correlation, searched as an angle."""
    covariance, s = fitted.covariance, frame.n_levels
    assert covariance is not None
    starts = starts_of(frame, _typical(fitted))
    if frame.structure == "UN":
        low, position, order = -1.0, s, _order(frame.m, *pair)
        coordinates, own = _by_pair(frame, order), _pair_start(covariance[np.ix_(order, order)])
        starts = [np.append(x[:s], _pair_start(_matrix(frame, x))) for x in starts]
    else:
        low = lowest_correlation(frame.m)
        coordinates, own = _by_sd(frame, covariance)
        starts = [np.append(x[:s], _by_sd(frame, _matrix(frame, x))[1]) for x in starts]
        position = s + own.size - 1
    x = np.concatenate([fitted.levels, own])
    profile = _Profile.at(likelihood, coordinates, x, position, fitted.at.value, starts)
    found = profile.interval((-math.pi / 2, math.pi / 2), level)
    if isinstance(found, NotEstimable):
        return found
    ends = [(1 + low) / 2 + (1 - low) / 2 * math.sin(phi) for phi in (found.low, found.high)]
    return Interval(ends[0], ends[1], level)


class _NoEndError(Exception):
    """The profile does not fall far enough, or could not be followed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Profile:
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
    ) -> _Profile:
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

    def _end(self, end: float, z: float) -> float:
        """Where the root of twice the fall reaches z, or the end of the range if it does not."""
        start = float(self.x[self.which])
        if start == end:
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
        starts = [inside, *(np.delete(other, self.which) for other in self.others)] if self.others else []
        tried = [self._settle(state.theta, start) for start in starts]
        best = max(tried, key=lambda held: held.value, default=state)
        return best if best.value > state.value + _HIGHER else None

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

        def held(y: Array) -> tuple[float, Array, Array]:
            value, gradient, hessian = self.objective(np.insert(y, self.which, theta))
            return value, np.delete(gradient, self.which), np.delete(
                np.delete(hessian, self.which, 0), self.which, 1
            )  # fmt: skip

        lower = np.delete(self.lower, self.which)
        y = climb(held, rest, lower).x if rest.size else rest
        value, gradient, hessian = self.objective(np.insert(y, self.which, theta))
        return _Held.of(theta, y, value, gradient, hessian, self.which, lower)


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


def _typical(fitted: Fitted) -> float:
    """A size of variances to start from."""
    return max(float(fitted.levels.max(initial=0.0)), _largest(fitted), 0.1)


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
