"""One regression fitted again to many rearrangements of its data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.rearranged import (
    Rearranged,
    fit_stack,
    maximum_likelihood,
    moments,
    rearrange,
    solve_rss,
)
from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.moderators.fit import fit_arrays
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.synthesis.tau2.many import fit_many
from metasyn.synthesis.tau2.many_regression import REGRESSION_METHODS, fit_many_regression

__all__ = ["Refit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refit:
    """Statistics of one model on rearranged data.

    Attributes
    ----------
    y, v : ndarray of shape (k,)
        In units of the smallest variance.
    X : ndarray of shape (k, p)
    basis : ndarray of shape (k, p)
    tested : tuple of int
        Columns of the omnibus test; where there is none, the intercept.
    """

    y: Array
    v: Array
    X: Array
    basis: Array
    weights: Array | None
    spec: RegressionSpec
    intercept: int | None
    tested: tuple[int, ...]

    @classmethod
    def of(cls, result: RegressionResult) -> Refit:
        """From a fitted regression; `y` is centred where there are moderators beside an intercept."""
        spec = result.request
        unit = float(result.effects.vi.min())
        y = result.effects.yi
        if result.p > 1 and result.design.intercept is not None:
            y = y - y[result.effects.vi.argmin()]
        return cls(
            y=y / np.sqrt(unit),
            v=result.effects.vi / unit,
            X=result.design.X,
            basis=orthonormal_columns(result.design.X),
            weights=None if spec.weights is None else np.array(spec.weights),
            spec=spec if spec.tau2 is None else _rescaled(spec, unit),
            intercept=result.design.intercept,
            tested=result.design.tested or tuple(range(result.p)),
        )

    @property
    def k(self) -> int:
        """Number of effects."""
        return self.y.size

    def statistics(self, orders: NDArray[np.intp]) -> Array:
        """Absolute statistic of each coefficient, then that of the omnibus test, shape (n, p + 1).

        Parameters
        ----------
        orders : ndarray of shape (n, k)
            Which effect stands at each row of the design.
        """
        if self._one_by_one():
            found = self._singly(self.y[orders], self.v[orders], orders)
        else:
            found = self._stacked(orders)
        return self._standardised(*found)

    def flipped(self, signs: Array) -> Array:
        """The same of a model of the mean alone with the signs of the effects changed, shape (n, 2).

        Parameters
        ----------
        signs : ndarray of shape (n, k)
        """
        y = self.y * signs
        if self._one_by_one():
            orders = np.arange(self.k)[None, :].repeat(len(y), axis=0)
            return self._standardised(*self._singly(y, self.v[orders], orders))
        spec = self.spec
        fixed = 0.0 if spec.model == "common-effect" else spec.tau2
        whole = np.ones(y.shape, dtype=bool)
        fits = fit_many(y, self.v, whole, tau2_method=spec.tau2_method, tau2=fixed, backend="auto")
        covariance = fits.variance * self._scale(fits.rss)
        return self._standardised(fits.estimate[:, None], covariance[:, None, None])

    def _one_by_one(self) -> bool:
        """Whether every arrangement is fitted alone."""
        estimated = self.spec.model == "random-effects" and self.spec.tau2 is None
        return self.weights is not None or (estimated and self.spec.tau2_method not in REGRESSION_METHODS)

    def _scale(self, rss: Array) -> Array:
        """What multiplies the variances."""
        q: Array = rss / (self.k - self.X.shape[1])
        if self.spec.test == "hartung-knapp":
            return q
        adhoc = self.spec.test == "hartung-knapp-adhoc"
        return np.maximum(1.0, q) if adhoc else np.ones(q.size)

    def _stacked(self, orders: NDArray[np.intp]) -> tuple[Array, Array]:
        if chosen_backend("auto", orders.size) == "compiled":
            return self._compiled(orders)
        problem = rearrange(self.y, self.v, orders, self.basis)
        at = fit_stack(problem, _tau2(problem, self.spec))
        back = np.linalg.inv(self.basis.T @ self.X)
        covariance = back @ at.covariance @ back.T * self._scale(at.rss)[:, None, None]
        return at.coefficients @ back.T, covariance

    def _compiled(self, orders: NDArray[np.intp]) -> tuple[Array, Array]:
        fits = fit_many_regression(
            self.y[orders],
            self.v[orders],
            self.X,
            tau2_method=self.spec.tau2_method,
            tau2=0.0 if self.spec.model == "common-effect" else self.spec.tau2,
            backend="compiled",
        )
        return fits.coefficients, fits.covariance * self._scale(fits.rss)[:, None, None]

    def _singly(self, y: Array, v: Array, orders: NDArray[np.intp]) -> tuple[Array, Array]:
        fits = [
            fit_arrays(
                one,
                variances,
                self.X,
                self.spec,
                intercept=self.intercept,
                weights=None if self.weights is None else self.weights[order],
            )
            for one, variances, order in zip(y, v, orders, strict=True)
        ]
        return (
            np.stack([fit.linear.coefficients for fit in fits]),
            np.stack([fit.linear.covariance * fit.scale for fit in fits]),
        )

    def _standardised(self, coefficients: Array, covariance: Array) -> Array:
        tested = list(self.tested)
        se = np.sqrt(np.einsum("nii->ni", covariance))
        b, V = coefficients[:, tested], covariance[:, tested][:, :, tested]
        size = se[:, tested]
        # An arrangement that fits exactly is as far from zero as can be.
        sound = (se > 0).all(axis=1)
        z = np.divide(np.abs(coefficients), se, out=np.full(se.shape, np.inf), where=sound[:, None])
        form = np.full(se.shape[0], np.inf)
        R = V[sound] / size[sound][:, :, None] / size[sound][:, None, :]
        scaled = b[sound] / size[sound]
        form[sound] = np.einsum("ni,ni->n", scaled, np.linalg.solve(R, scaled[:, :, None])[:, :, 0])
        return np.column_stack([z, form])


def _tau2(problem: Rearranged, spec: RegressionSpec) -> Array:
    """tau2 of every set, as requested."""
    n, k, p = problem.y.shape[0], problem.k, problem.p
    if spec.model == "common-effect":
        return np.zeros(n)
    if spec.tau2 is not None:
        return np.full(n, float(spec.tau2))
    if spec.tau2_method in ("ML", "REML"):
        return maximum_likelihood(problem, restricted=spec.tau2_method == "REML")
    if spec.tau2_method in ("PM", "EB"):
        return solve_rss(problem, k - p)
    if spec.tau2_method == "SJ":
        start = np.asarray(problem.y.var(axis=1))
        return np.asarray(start * fit_stack(problem, start).rss / (k - p))
    rss, trace, trace_w = moments(problem)
    if spec.tau2_method == "DL":
        raw = (rss - (k - p)) / trace
    elif spec.tau2_method == "HS":
        raw = (rss - k) / trace_w
    else:
        leverage = np.einsum("ij,ij->i", problem.basis, problem.basis)
        raw = (np.einsum("nk,nk->n", problem.e, problem.e) - problem.v @ (1 - leverage)) / (k - p)
    return np.maximum(0.0, raw)


def _rescaled(spec: RegressionSpec, unit: float) -> RegressionSpec:
    assert spec.tau2 is not None
    return replace(spec, tau2=float(spec.tau2) / unit)
