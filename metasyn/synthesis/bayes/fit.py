"""Fitting the model: posterior of tau by quadrature, of mu and a new effect as mixtures over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.normal_mixture import NormalMixture
from metasyn.synthesis.bayes.conditional import conditional, slope_of_log_likelihood
from metasyn.synthesis.bayes.heterogeneity import TauPosterior, integrate_tau
from metasyn.synthesis.bayes.moments import has_moment, tail_power
from metasyn.synthesis.bayes.mu_prior import FlatMean, MuPrior
from metasyn.synthesis.bayes.prior import TauPrior

__all__ = ["BayesFit", "fit_bayes"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BayesFit:
    """Posterior distributions of the normal-normal hierarchical model.

    Attributes
    ----------
    yi, vi : ndarray of shape (k,)
    tau_prior : TauPrior
    mu_prior : MuPrior
    tau : TauPosterior
    mu, predictive : NormalMixture
        Of the mean, and of the true effect of a new study; one component per point of tau.
    mean_exists, sd_exists : bool
        Whether tau has an expectation, and a standard deviation.
    """

    yi: Array
    vi: Array
    tau_prior: TauPrior
    mu_prior: MuPrior
    tau: TauPosterior
    mu: NormalMixture
    predictive: NormalMixture
    mean_exists: bool
    sd_exists: bool

    def moment_exists(self, of: str, order: int) -> bool:
        """Whether `mu`, `tau` or `predictive` has a mean (1) or a standard deviation (2)."""
        if of == "mu" and not isinstance(self.mu_prior, FlatMean):
            return True
        return self.mean_exists if order == 1 else self.sd_exists


def fit_bayes(yi: Array, vi: Array, *, tau_prior: TauPrior, mu_prior: MuPrior) -> BayesFit:
    """Integrate over tau; the posterior must be proper.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and their sampling **variances**.
    """

    def log_density(tau: Array) -> Array:
        return tau_prior.log_density(tau, vi) + conditional(tau, yi, vi, mu_prior).log_likelihood

    def slope(tau: Array) -> Array:
        return tau_prior.slope(tau, vi) + slope_of_log_likelihood(tau, yi, vi, mu_prior)

    power = tail_power(yi.size, tau_prior, mu_prior)
    exists = [has_moment(order, power, tau_prior) for order in (1, 2)]
    integral = integrate_tau(log_density, tau_prior, vi, spread=float(np.ptp(yi)), moment=sum(exists))
    found = conditional(integral.tau, yi, vi, mu_prior)
    return BayesFit(
        yi=yi,
        vi=vi,
        tau_prior=tau_prior,
        mu_prior=mu_prior,
        tau=TauPosterior(integral=integral, log_density=log_density, log_slope=slope),
        mu=NormalMixture(weights=integral.weights, means=found.mean, sds=np.sqrt(found.variance)),
        predictive=NormalMixture(
            weights=integral.weights, means=found.mean, sds=np.sqrt(found.variance + integral.tau**2)
        ),
        mean_exists=exists[0],
        sd_exists=exists[1],
    )
