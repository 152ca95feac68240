"""Bayes factors of two hypotheses: that the mean is no effect, and that the studies do not differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.normal_mixture import mixture_mode
from metasyn.synthesis.bayes.conditional import conditional, log_likelihood_at, slope_of_log_likelihood
from metasyn.synthesis.bayes.fit import BayesFit, fit_bayes
from metasyn.synthesis.bayes.heterogeneity import highest, integrate_tau
from metasyn.synthesis.bayes.mu_prior import FlatMean
from metasyn.values import NotEstimable

if TYPE_CHECKING:
    from metasyn.synthesis.bayes.model import BayesResult

__all__ = ["BayesFactors", "bayes_factors"]

Array = NDArray[np.float64]

_TINY = 1e-150


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesFactors:
    """Bayes factors **for** two hypotheses: below 1 the data speak against them.

    Attributes
    ----------
    mu_null : float or NotEstimable
        Of mu at its value of no effect, against the prior of mu; both priors must be proper.
    tau_zero : float or NotEstimable
        Of tau = 0, against the prior of tau, which must be proper.
    mu_null_minimum, tau_zero_minimum : float or NotEstimable
        The smallest value that any prior of mu (of tau) could give: against the best single value.
    """

    mu_null: float | NotEstimable
    tau_zero: float | NotEstimable
    mu_null_minimum: float | NotEstimable
    tau_zero_minimum: float | NotEstimable

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is not estimable is None, with the reason under `not_estimable`."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            **{name: None if isinstance(x, NotEstimable) else x for name, x in values.items()},
            "not_estimable": {name: x.reason for name, x in values.items() if isinstance(x, NotEstimable)},
        }

    def __str__(self) -> str:
        from metasyn.synthesis.bayes.text import bayes_factors_to_text

        return bayes_factors_to_text(self)


def bayes_factors(result: BayesResult) -> BayesFactors:
    """Bayes factors for no mean effect and for tau = 0.

    Each is the density of the data under the hypothesis, divided by their density under the priors;
    the minimum ones divide by the highest density that one value of the parameter gives instead. They
    react strongly to the width of the priors even where the posterior hardly does (Lindley's paradox).

    Parameters
    ----------
    result : BayesResult

    Returns
    -------
    BayesFactors

    Notes
    -----
    bayesmeta leaves the factor for tau = 0 out under a flat prior of mu. It is defined: the constant of
    that prior stands in numerator and denominator.

    References
    ----------
    Kass RE, Raftery AE. Bayes factors. J Am Stat Assoc 1995;90:773-795. 10.1080/01621459.1995.10476572
    Roever C. J Stat Softw 2020;93(6):1-51. 10.18637/jss.v093.i06

    Examples
    --------
    >>> from metasyn.synthesis.bayes import pool_bayes
    >>> from metasyn.synthesis.bayes.priors import normal
    >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR", mu_prior=normal(0, 2))
    >>> found = bayes_factors(result)
    >>> round(found.mu_null, 4), round(found.tau_zero, 4)
    (1.5018, 1.6856)
    """
    fit = result.fit
    null = result.measure.null
    improper = NotEstimable(f"the prior {fit.tau_prior.name!r} of tau is improper")
    at_zero = _log_likelihood(fit, np.array([_TINY]))
    tau_zero: float | NotEstimable = improper
    if fit.tau_prior.proper:
        tau_zero = math.exp(at_zero - fit.tau.integral.log_total)
    best = _log_likelihood(fit, np.array([max(_most_likely_tau(fit), _TINY)]))
    if null is None:
        without = NotEstimable(f"a {result.measure.label} has no value of no effect")
        mu_null: float | NotEstimable = without
        mu_minimum: float | NotEstimable = without
    elif not fit.tau_prior.proper:
        mu_null = mu_minimum = improper
    else:
        mu_null, mu_minimum = _of_mu(fit, null)
    return BayesFactors(
        mu_null=mu_null,
        tau_zero=tau_zero,
        mu_null_minimum=mu_minimum,
        tau_zero_minimum=math.exp(min(at_zero - best, 0.0)),
    )


def _log_likelihood(fit: BayesFit, tau: Array) -> float:
    return float(conditional(tau, fit.yi, fit.vi, fit.mu_prior).log_likelihood[0])


def _most_likely_tau(fit: BayesFit) -> float:
    """The maximum of the likelihood of tau, mu integrated out."""
    size = max(float(np.ptp(fit.yi)), math.sqrt(float(fit.vi.max())))
    grid = np.linspace(0.5 * math.log(float(fit.vi.min())) - 12, math.log(size) + 8, 400)
    return highest(
        lambda tau: conditional(tau, fit.yi, fit.vi, fit.mu_prior).log_likelihood,
        lambda tau: slope_of_log_likelihood(tau, fit.yi, fit.vi, fit.mu_prior),
        grid,
    )


def _of_mu(fit: BayesFit, null: float) -> tuple[float | NotEstimable, float]:
    """Both factors of mu: the density of the data given mu, tau integrated out over its prior."""

    def log_density(tau: Array) -> Array:
        return fit.tau_prior.log_density(tau, fit.vi) + log_likelihood_at(tau, fit.yi, fit.vi, null)

    spread = float(np.abs(fit.yi - null).max())
    at_null = integrate_tau(log_density, fit.tau_prior, fit.vi, spread=spread, moment=0).log_total
    is_flat = isinstance(fit.mu_prior, FlatMean)
    # Under a flat prior the posterior density of mu is this very density, but for a constant.
    open_fit = fit if is_flat else fit_bayes(fit.yi, fit.vi, tau_prior=fit.tau_prior, mu_prior=FlatMean())
    height = float(open_fit.mu.pdf(np.array([mixture_mode(open_fit.mu)]))[0])
    minimum = math.exp(min(at_null - open_fit.tau.integral.log_total - math.log(height), 0.0))
    if is_flat:
        return NotEstimable("the flat prior of mu is improper"), minimum
    return math.exp(at_null - fit.tau.integral.log_total), minimum
