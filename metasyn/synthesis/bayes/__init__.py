"""Bayesian synthesis by deterministic quadrature: pooling, priors, and what is asked after it."""

from metasyn.synthesis.bayes.density import PosteriorDensity, posterior_density
from metasyn.synthesis.bayes.empirical import rhodes_prior, turner_prior
from metasyn.synthesis.bayes.evidence import BayesFactors, bayes_factors
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.bayes.mu_prior import FlatMean, MuPrior, NormalMean
from metasyn.synthesis.bayes.pool import pool_bayes
from metasyn.synthesis.bayes.prior import TauPrior
from metasyn.synthesis.bayes.priors import (
    exponential,
    flat,
    half_cauchy,
    half_normal,
    half_t,
    jeffreys,
    log_normal,
    log_t,
    normal,
    uniform,
)
from metasyn.synthesis.bayes.sensitivity import PriorSensitivity, prior_sensitivity
from metasyn.synthesis.bayes.shrinkage import Shrinkage, shrinkage
from metasyn.synthesis.bayes.summary import PosteriorSummary

__all__ = [
    "BayesFactors",
    "BayesResult",
    "FlatMean",
    "MuPrior",
    "NormalMean",
    "PosteriorDensity",
    "PosteriorSummary",
    "PriorSensitivity",
    "Shrinkage",
    "TauPrior",
    "bayes_factors",
    "exponential",
    "flat",
    "half_cauchy",
    "half_normal",
    "half_t",
    "jeffreys",
    "log_normal",
    "log_t",
    "normal",
    "pool_bayes",
    "posterior_density",
    "prior_sensitivity",
    "rhodes_prior",
    "shrinkage",
    "turner_prior",
    "uniform",
]
