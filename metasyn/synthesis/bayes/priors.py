"""The priors by name, as a user writes them."""

from __future__ import annotations

import math

from metasyn.synthesis.bayes.half_priors import Exponential, HalfCauchy, HalfNormal, HalfT
from metasyn.synthesis.bayes.log_priors import LogNormal, LogT
from metasyn.synthesis.bayes.mu_prior import FlatMean, NormalMean
from metasyn.synthesis.bayes.wide_priors import Jeffreys, Uniform

__all__ = [
    "exponential",
    "flat",
    "half_cauchy",
    "half_normal",
    "half_t",
    "jeffreys",
    "log_normal",
    "log_t",
    "normal",
    "uniform",
]


def half_normal(scale: float) -> HalfNormal:
    """Half-normal prior of tau.

    Parameters
    ----------
    scale : float
        Standard deviation of the normal distribution that is folded, analysis scale: tau is below it
        with 68 % and below twice of it with 95 % probability. 0.5 is usual for log ratios.

    References
    ----------
    Roever C, Bender R, Dias S, et al. On weakly informative prior distributions for the heterogeneity
    parameter in Bayesian random-effects meta-analysis. Res Synth Methods 2021;12:448-474.
    10.1002/jrsm.1475

    Examples
    --------
    >>> import numpy as np
    >>> half_normal(0.5).quantile(np.array([0.5, 0.95])).round(3).tolist()
    [0.337, 0.98]
    """
    return HalfNormal(scale=scale)


def half_cauchy(scale: float) -> HalfCauchy:
    """Half-Cauchy prior of tau; its median is `scale`, its tail so long that it has no mean.

    References
    ----------
    Gelman A. Prior distributions for variance parameters in hierarchical models. Bayesian Anal
    2006;1:515-534. 10.1214/06-BA117A

    Examples
    --------
    >>> str(half_cauchy(0.5))
    'half-cauchy(scale 0.5)'
    """
    return HalfCauchy(scale=scale)


def half_t(scale: float, df: float) -> HalfT:
    """Half-t prior of tau, between half-Cauchy (`df` 1) and half-normal (`df` infinite).

    References
    ----------
    Gelman A. Bayesian Anal 2006;1:515-534. 10.1214/06-BA117A

    Examples
    --------
    >>> str(half_t(0.5, 4))
    'half-t(scale 0.5, df 4)'
    """
    return HalfT(scale=scale, df=df)


def exponential(rate: float) -> Exponential:
    """Exponential prior of tau with mean 1 / rate.

    Examples
    --------
    >>> str(exponential(2))
    'exponential(rate 2)'
    """
    return Exponential(rate=rate)


def uniform(maximum: float = math.inf) -> Uniform:
    """Uniform prior of tau; without a maximum it is improper and needs three studies.

    Examples
    --------
    >>> str(uniform()), str(uniform(2.0))
    ('uniform', 'uniform(maximum 2)')
    """
    return Uniform(maximum=maximum)


def jeffreys() -> Jeffreys:
    """Jeffreys' prior of tau given mu, the reference prior of this model; improper, needs two studies.

    References
    ----------
    Bodnar O, Link A, Elster C. Objective Bayesian inference for a generalized marginal random effects
    model. Bayesian Anal 2016;11:25-45. 10.1214/14-BA933

    Examples
    --------
    >>> jeffreys().proper
    False
    """
    return Jeffreys()


def log_normal(location: float, scale: float) -> LogNormal:
    """Log-normal prior of tau: ln tau has mean `location` and standard deviation `scale`.

    Published priors are often for tau^2: halve both of their parameters.

    Examples
    --------
    >>> str(log_normal(-2.56 / 2, 1.74 / 2))
    'log-normal(location -1.28, scale 0.87)'
    """
    return LogNormal(location=location, scale=scale)


def log_t(location: float, scale: float, df: float) -> LogT:
    """Log-t prior of tau: (ln tau - location) / scale has Student's t distribution.

    Published priors are often for tau^2: halve location and scale.

    Examples
    --------
    >>> str(log_t(-3.44 / 2, 2.59 / 2, 5))
    'log-t(location -1.72, scale 1.295, df 5)'
    """
    return LogT(location=location, scale=scale, df=df)


def flat() -> FlatMean:
    """Flat, improper prior of the mean: every value is equally probable.

    Examples
    --------
    >>> str(flat())
    'flat'
    """
    return FlatMean()


def normal(mean: float, sd: float) -> NormalMean:
    """Normal prior of the mean, on the analysis scale.

    Examples
    --------
    >>> str(normal(0, 4))
    'normal(mean 0, sd 4)'
    """
    return NormalMean(mean=mean, sd=sd)
