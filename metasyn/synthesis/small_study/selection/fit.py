"""Maximising the likelihood of a selection model: many starts, Newton steps, the best of the maxima."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.newton import NewtonMaximum, maximise_bounded
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.small_study.selection.likelihood import SelectionLikelihood
from metasyn.synthesis.small_study.selection.weights import FAMILIES
from metasyn.synthesis.tau2 import estimate_tau2

__all__ = ["Fit", "Without", "fit_selection", "fit_without"]

Array = NDArray[np.float64]

# An estimate beyond these has left for infinity or 0, however flat the likelihood is there.
_LARGEST, _SMALLEST = 1e6, 1e-8
# Natural logarithms beyond which a parameter is not even tried.
_REACH = 40.0
# Two maxima are one if their log likelihoods differ by less.
_SAME = 1e-7
# Grids of starting points: distances from the mean in units of the spread, tau2 in units of its square.
# Censored selection functions can have their highest maximum far outside the data.
_NARROW = (-2.5, -1.0, 0.0, 1.0, 2.5), (0.0, 0.3, 2.0)
_WIDE = (-40.0, -16.0, -6.0, *_NARROW[0], 6.0, 16.0, 40.0), (*_NARROW[1], 16.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """Maximum likelihood without selection."""

    mu: float
    se: float
    tau2: float
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The highest maximum.

    Attributes
    ----------
    mu, tau2 : float
    delta : ndarray of shape (m,)
    se : ndarray of shape (2 + m,)
        Of mu, tau2 and delta; NaN for what is fixed or has no error at its bound.
    at_bound : bool
        True if a parameter of the selection function is at its bound.
    log_likelihood : float
    gradient : float
        Largest derivative times standard error among the free parameters.
    starts, n_optima, iterations : int
    runner_up : tuple of float or None
        mu and log likelihood of the second highest maximum.
    """

    mu: float
    tau2: float
    delta: Array
    se: Array
    at_bound: bool
    log_likelihood: float
    gradient: float
    starts: int
    n_optima: int
    iterations: int
    runner_up: tuple[float, float] | None


def fit_without(y: Array, v: Array, *, common: bool) -> Without:
    """The same model with every study selected alike."""
    tau2 = 0.0 if common else estimate_tau2(y, v, method="ML").value
    mu, total = weighted_mean(y, 1 / (v + tau2))
    e = y - mu
    value = -0.5 * float((np.log(2 * math.pi * (v + tau2)) + e * e / (v + tau2)).sum())
    return Without(mu=mu, se=1 / math.sqrt(total), tau2=tau2, log_likelihood=value)


def fit_selection(
    likelihood: SelectionLikelihood,
    without: Without,
    *,
    fixed: Array,
    common: bool,
    at_zero: Fit | None = None,
) -> Fit:
    """The highest maximum over many starting points.

    Parameters
    ----------
    likelihood : SelectionLikelihood
    without : Without
        Where the search starts, among other places.
    fixed : ndarray of shape (m,)
        Values of the parameters of the selection function that are not estimated; NaN for the others.
    common : bool
        tau2 fixed at 0.
    at_zero : Fit or None
        The maximum at tau2 = 0, where it is known.

    Raises
    ------
    NotEstimableError
        If the highest point found is no proper maximum.
    """
    search = _Search(likelihood=likelihood, fixed=fixed, common=common)
    found = [maximise_bounded(search, start, search.lower) for start in search.starts(without, at_zero)]
    best = max(found, key=lambda one: one.value if math.isfinite(one.value) else -math.inf)
    mu, tau2, delta = search.parameters(best.x)
    search.require_inside(delta)
    if not best.converged:
        raise NotEstimableError(
            "no proper maximum of the likelihood of the selection model was found (its highest point has a "
            f"squared Newton step of {best.decrement:.2g}); use fewer steps or another selection function."
        )
    maxima = _distinct([(one.value, search.parameters(one.x)[0]) for one in found if one.converged])
    se, gradient = search.errors(best, mu, tau2, delta)
    return Fit(
        mu=mu,
        tau2=tau2,
        delta=delta,
        se=se,
        at_bound=bool((np.isnan(fixed) & (delta == 0)).any()),
        log_likelihood=best.value,
        gradient=gradient,
        starts=len(found),
        n_optima=len(maxima),
        iterations=best.iterations,
        runner_up=(maxima[1][1], maxima[1][0]) if len(maxima) > 1 else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """The likelihood as a function of what is estimated, on the scale that is searched."""

    likelihood: SelectionLikelihood
    fixed: Array
    common: bool

    @property
    def logs(self) -> bool:
        return FAMILIES[self.likelihood.function].logs

    @property
    def free(self) -> NDArray[np.bool_]:
        """Of mu, tau2, delta: which are estimated."""
        return np.concatenate([[True, not self.common], np.isnan(self.fixed)])

    @property
    def lower(self) -> Array:
        bounds = np.full(2 + self.fixed.size, -math.inf if self.logs else 0.0)
        bounds[0], bounds[1] = -math.inf, 0.0
        return bounds[self.free]

    def parameters(self, x: Array) -> tuple[float, float, Array]:
        """mu, tau2 and delta on their own scales."""
        whole = np.concatenate([[0.0, 0.0], self.fixed])
        free = self.free
        whole[free] = x
        if self.logs:
            estimated = free.copy()
            estimated[:2] = False
            whole[estimated] = np.exp(np.clip(whole[estimated], -_REACH, _REACH))
        return float(whole[0]), float(whole[1]), whole[2:]

    def __call__(self, x: Array) -> tuple[float, Array, Array]:
        delta_part = x[1 if self.common else 2 :]
        if self.logs and (np.abs(delta_part) >= _REACH).any():
            return -math.inf, np.zeros_like(x), np.eye(x.size)
        mu, tau2, delta = self.parameters(x)
        with np.errstate(all="ignore"):
            value, gradient, hessian = self.likelihood(mu, tau2, delta)
        if not (math.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return -math.inf, np.zeros_like(x), np.eye(x.size)
        if self.logs:
            factor = np.concatenate([[1.0, 1.0], delta])
            hessian = hessian * np.outer(factor, factor)
            hessian[2:, 2:] += np.diag(gradient[2:] * delta)
            gradient = gradient * factor
        free = self.free
        return value, gradient[free], hessian[np.ix_(free, free)]

    def starts(self, without: Without, at_zero: Fit | None) -> Iterator[Array]:
        """The fit without selection, shifts of every part of it, the maximum at tau2 = 0, peaks of a grid."""
        family = FAMILIES[self.likelihood.function]
        spread2 = float(np.median(self.likelihood.v)) + without.tau2
        tau2s = [0.0] if self.common else [without.tau2, 0.1 * spread2 if without.tau2 > 0 else spread2]
        for tau2 in tau2s:
            for delta, shift in family.starts:
                deltas = np.where(np.isnan(self.fixed), delta, self.fixed)
                yield self._start(without.mu + shift * math.sqrt(spread2), tau2, deltas)
        if at_zero is not None:
            yield self._start(at_zero.mu, 0.0, at_zero.delta)
        if np.isnan(self.fixed).any():
            yield from self._peaks(without.mu, spread2, *(_WIDE if family.censored else _NARROW))

    def _peaks(
        self, mu: float, spread2: float, shifts: tuple[float, ...], factors: tuple[float, ...]
    ) -> Iterator[Array]:
        """Local maxima on a grid of mu and tau2, the selection function fitted at every point."""
        mus = mu + math.sqrt(spread2) * np.array(shifts)
        tau2s = spread2 * np.array(factors[:1] if self.common else factors)
        values = np.full((mus.size, tau2s.size), -math.inf)
        points = np.empty((*values.shape, self.lower.size))
        none = np.where(np.isnan(self.fixed), 1.0, self.fixed)
        for i, j in np.ndindex(values.shape):
            start = self._start(float(mus[i]), float(tau2s[j]), none)
            head = start[: 1 if self.common else 2]
            inner = maximise_bounded(
                partial(self._given, head), start[head.size :], self.lower[head.size :], max_iterations=3
            )
            values[i, j] = inner.value
            points[i, j] = np.concatenate([head, inner.x])
        padded = np.pad(values, 1, constant_values=-math.inf)
        beside = np.max([padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]], axis=0)
        yield from points[np.isfinite(values) & (values >= beside)]

    def _given(self, head: Array, x: Array) -> tuple[float, Array, Array]:
        """As a function of the parameters of the selection function alone."""
        value, gradient, hessian = self(np.concatenate([head, x]))
        return value, gradient[head.size :], hessian[head.size :, head.size :]

    def _start(self, mu: float, tau2: float, delta: Array) -> Array:
        scaled = np.log(delta) if self.logs else delta
        return np.concatenate([[mu, tau2], scaled])[self.free]

    def require_inside(self, delta: Array) -> None:
        """Refuse a parameter that has run away."""
        free = np.isnan(self.fixed)
        gone = free & ((delta > _LARGEST) | ((delta < _SMALLEST) & self.logs))
        if gone.any():
            which = int(np.flatnonzero(gone)[0]) + 1
            raise NotEstimableError(
                f"parameter {which} of the selection function has no finite estimate (the likelihood keeps "
                f"rising at {delta[which - 1]:.2g}): the p values are too few or too extreme. Use fewer "
                "steps, another selection function, or fixed weights (delta=)."
            )

    def errors(self, best: NewtonMaximum, mu: float, tau2: float, delta: Array) -> tuple[Array, float]:
        """Standard errors on the scale of the parameters, and the largest scaled derivative.

        A selection parameter at its bound keeps its place where the bound is the absence of selection:
        that it is not known would otherwise vanish from the standard error of mu.
        """
        _, gradient, hessian = self.likelihood(mu, tau2, delta)
        free = np.flatnonzero(self.free)
        kept = best.free.copy()
        if not self.logs and FAMILIES[self.likelihood.function].no_selection == 0.0:
            kept |= free >= 2
        se = _standard_errors(hessian, free[kept])
        if se is None:
            se = _standard_errors(hessian, free[best.free])
        if se is None:
            raise NotEstimableError("the information matrix of the selection model is not positive definite.")
        at = free[best.free]
        return se, float(np.abs(gradient[at] * se[at]).max())


def _standard_errors(hessian: Array, at: NDArray[np.int_]) -> Array | None:
    """From the Hessian of some of the parameters, NaN for the others; None if it is not proper."""
    information = -hessian[np.ix_(at, at)]
    size = np.sqrt(np.abs(np.diag(information)))
    if not size.all() or np.linalg.eigvalsh(information / np.outer(size, size))[0] <= 0:
        return None
    se = np.full(hessian.shape[0], math.nan)
    se[at] = np.sqrt(np.diag(np.linalg.inv(information)))
    return se


def _distinct(found: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """(log likelihood, mu) of the maxima, highest first, those apart by rounding only taken as one."""
    ordered = sorted(found, reverse=True)
    return [ordered[0], *(b for a, b in pairwise(ordered) if a[0] - b[0] > _SAME)]
