"""Firth's penalised likelihood: a finite common effect where the likelihood has no maximum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.glmm.families import log_choose
from metasyn.synthesis.glmm.model import GlmmData
from metasyn.values import Interval

__all__ = ["Firth"]

Array = NDArray[np.float64]


class Firth:
    """A generalised linear model with the log-likelihood plus half the log determinant of its information.

    The first parameter is the effect, the others are the levels of the studies (Firth 1993,
    10.1093/biomet/80.1.27; Heinze & Schemper 2002, 10.1002/sim.1047).
    """

    __slots__ = ("constant", "design", "person_time", "size", "x")

    def __init__(self, data: GlmmData) -> None:
        self.person_time = data.person_time
        if data.events_2 is None or data.size_2 is None:
            self.x, self.size = data.events_1, data.size_1
            self.design = np.ones((data.k, 1))
        else:
            self.x = np.concatenate([data.events_1, data.events_2])
            self.size = np.concatenate([data.size_1, data.size_2])
            group = np.repeat([0.5, -0.5], data.k)[:, None]
            self.design = np.hstack([group, np.vstack([np.eye(data.k)] * 2)])
        if self.person_time:
            self.constant = float((self.x * np.log(self.size) - gammaln(self.x + 1)).sum())
        else:
            self.constant = float(log_choose(self.size, self.x).sum())

    def value(self, beta: Array) -> float:
        """The penalised log-likelihood."""
        eta = self.design @ beta
        if self.person_time:
            plain = float((self.x * eta - self.size * np.exp(eta)).sum())
        else:
            plain = -float(
                (self.x * np.logaddexp(0, -eta) + (self.size - self.x) * np.logaddexp(0, eta)).sum()
            )
        sign, log_det = np.linalg.slogdet(self._information(eta))
        return self.constant + plain + 0.5 * log_det if sign > 0 else -np.inf

    def maximum(self, held: float | None = None, start: Array | None = None) -> tuple[Array, int]:
        """The penalised maximum, with the effect held at a value or not; and the number of steps.

        Raises
        ------
        NotEstimableError
            If it is not found.
        """
        beta = self._start() if start is None else start.copy()
        free = np.ones(beta.size, dtype=bool)
        if held is not None:
            beta[0], free[0] = held, False
        if not free.any():
            return beta, 0
        best = self.value(beta)
        for step_count in range(1, 500):
            score, information = self._modified(beta)
            step = np.zeros_like(beta)
            step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
            step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
            if float(np.abs(step).max()) < 1e-11 * (1 + float(np.abs(beta).max())):
                return beta + step, step_count
            value = self.value(beta + step)
            while value < best - 1e-9 * abs(best) and float(np.abs(step).max()) > 1e-9:
                step /= 2
                value = self.value(beta + step)
            beta, best = beta + step, value
        raise NotEstimableError("Firth's penalised likelihood was not maximised; list the studies instead.")

    def covariance(self, beta: Array) -> Array:
        """Inverse of the information."""
        return np.asarray(np.linalg.inv(self._information(self.design @ beta)))

    def profile_interval(self, beta: Array, se: float, level: float) -> Interval:
        """Values of the effect at which the penalised profile has not fallen by chi-square / 2."""
        from metasyn.numerics.roots import bracketed_root

        top, z = self.value(beta), normal_quantile(1 - level)

        def excess(theta: float) -> float:
            found, _ = self.maximum(held=theta, start=beta)
            return 2 * (top - self.value(found)) - z * z

        ends = []
        for sign in (-1.0, 1.0):
            reach = 1.5 * z * se
            while excess(beta[0] + sign * reach) < 0:
                reach *= 1.6
                if reach > 60:
                    raise NotEstimableError(
                        "the penalised profile has no end: use ci_method='wald' for model='firth'."
                    )
            root = bracketed_root(
                excess, float(beta[0]), float(beta[0] + sign * reach), f_low=-z * z, rtol=1e-12
            )
            ends.append(root.root)
        return Interval(ends[0], ends[1], level)

    def _start(self) -> Array:
        if self.design.shape[1] == 1:
            pooled = self.x.sum() + 0.5, self.size.sum() + (0.0 if self.person_time else 1.0)
            level = pooled[0] / pooled[1] if self.person_time else pooled[0] / (pooled[1] - pooled[0])
            return np.array([float(np.log(level))])
        k = self.x.size // 2
        both, size = self.x[:k] + self.x[k:] + 0.5, self.size[:k] + self.size[k:]
        return np.concatenate([[0.0], np.log(both / (size if self.person_time else size - both + 1))])

    def _weights(self, eta: Array) -> tuple[Array, Array, Array]:
        """Fitted counts, their variances, and the derivative of the log variance by eta."""
        if self.person_time:
            fitted = self.size * np.exp(eta)
            return fitted, fitted, np.ones_like(eta)
        p, q = expit(eta), expit(-eta)
        return self.size * p, self.size * p * q, q - p

    def _information(self, eta: Array) -> Array:
        return np.asarray(self.design.T @ (self._weights(eta)[1][:, None] * self.design))

    def _modified(self, beta: Array) -> tuple[Array, Array]:
        """Firth's score, and the information."""
        eta = self.design @ beta
        fitted, weights, skew = self._weights(eta)
        information = self.design.T @ (weights[:, None] * self.design)
        inverse = np.linalg.inv(information)
        leverage = weights * np.einsum("ij,jk,ik->i", self.design, inverse, self.design)
        return self.design.T @ (self.x - fitted + 0.5 * leverage * skew), information
