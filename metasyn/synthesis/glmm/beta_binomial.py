"""Beta-binomial likelihood: proportions that differ between cohorts like draws from a beta distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.glmm.families import log_choose

__all__ = ["LARGEST_SPREAD", "BetaBinomial"]

Array = NDArray[np.float64]
# phi = rho / (1 - rho) beyond which the correlation is taken to be 1.
LARGEST_SPREAD = 1e4


class BetaBinomial:
    """Log-likelihood of cohorts with `logit p = design @ beta` and one spread phi = rho / (1 - rho).

    With p = mean proportion and rho = correlation of two participants of one cohort, x of n has

        C(n, x) prod_{j<x} (p + j phi) prod_{j<n-x} (1 - p + j phi) / prod_{j<n} (1 + j phi),

    which is regular at phi = 0, the binomial (Griffiths 1973, 10.2307/2529131). The parameters are beta,
    then phi. Two groups: Kuss 2015, 10.1002/sim.6383.
    """

    __slots__ = ("constant", "design", "events", "fixed_spread", "others", "totals")

    def __init__(self, x: Array, n: Array, design: Array, *, fixed_spread: bool = False) -> None:
        """Counts of shape (m,), design of shape (m, p); `fixed_spread`: phi is 0, the binomial."""
        if (x != np.floor(x)).any() or (n != np.floor(n)).any():
            raise OptionError("model='beta-binomial' needs whole counts.")
        self.design = design
        self.constant = float(log_choose(n, x).sum())
        self.events, self.others, self.totals = _steps(x), _steps(n - x), _steps(n)
        self.fixed_spread = fixed_spread

    def __call__(self, parameters: Array) -> tuple[float, Array, Array]:
        p_count = self.design.shape[1]
        beta = parameters[:p_count]
        phi = 0.0 if self.fixed_spread else float(parameters[p_count])
        if phi > LARGEST_SPREAD or np.abs(beta).max() > 600:
            return -np.inf, np.zeros_like(parameters), -np.eye(parameters.size)
        eta = self.design @ beta
        p, q = expit(eta), expit(-eta)
        up, down = _sums(self.events, p, phi), _sums(self.others, q, phi)
        all_ = _sums(self.totals, np.ones_like(p), phi)
        value = self.constant + float((up[0] + down[0] - all_[0]).sum())
        by_p, by_pp = up[1] - down[1], up[3] + down[3]
        by_phi, by_phi2 = up[2] + down[2] - all_[2], up[5] + down[5] - all_[5]
        cross = up[4] - down[4]
        slope, curve = p * q, p * q * (q - p)
        by_eta, by_eta2 = by_p * slope, by_pp * slope**2 + by_p * curve
        gradient, hessian = np.empty(p_count + 1), np.empty((p_count + 1, p_count + 1))
        gradient[:p_count], gradient[p_count] = self.design.T @ by_eta, by_phi.sum()
        hessian[:p_count, :p_count] = self.design.T @ (by_eta2[:, None] * self.design)
        hessian[:p_count, p_count] = hessian[p_count, :p_count] = self.design.T @ (cross * slope)
        hessian[p_count, p_count] = by_phi2.sum()
        size = parameters.size
        return value, gradient[:size], hessian[:size, :size]


def _steps(counts: Array) -> tuple[NDArray[np.intp], Array, int]:
    """0, 1, ..., count - 1 of every cohort: the cohort, the number, and how many cohorts."""
    sizes = counts.astype(np.intp)
    if sizes.sum() > 50_000_000:
        raise NotEstimableError("model='beta-binomial' is not made for that many participants.")
    which = np.repeat(np.arange(sizes.size), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, (np.arange(which.size) - first).astype(float), sizes.size


def _sums(steps: tuple[NDArray[np.intp], Array, int], p: Array, phi: float) -> tuple[Array, ...]:
    """Sums of log(p + j phi) and of its derivatives: value, p, phi, pp, p phi, phi phi."""
    which, j, m = steps
    terms = p[which] + j * phi
    inverse = 1 / terms
    square = inverse * inverse
    parts = (np.log(terms), inverse, j * inverse, -square, -j * square, -j * j * square)
    return tuple(np.bincount(which, weights=part, minlength=m).astype(float) for part in parts)
