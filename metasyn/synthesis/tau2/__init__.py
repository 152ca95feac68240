"""The between-study variance: estimators, the likelihood behind two of them, precision, intervals."""

from metasyn.synthesis.tau2.confidence import Tau2Interval, require_tau2_ci, tau2_interval
from metasyn.synthesis.tau2.estimators import Tau2Solution, estimate_tau2, estimate_tau2_of
from metasyn.synthesis.tau2.fit_statistics import FitStatistics, fit_statistics
from metasyn.synthesis.tau2.generalised_q import GeneralisedQ, generalised_q_interval
from metasyn.synthesis.tau2.intervals import QProfile, q_profile
from metasyn.synthesis.tau2.precision import tau2_se
from metasyn.synthesis.tau2.profile_likelihood import ProfileLikelihood, profile_likelihood_interval

__all__ = [
    "FitStatistics",
    "GeneralisedQ",
    "ProfileLikelihood",
    "QProfile",
    "Tau2Interval",
    "Tau2Solution",
    "estimate_tau2",
    "estimate_tau2_of",
    "fit_statistics",
    "generalised_q_interval",
    "profile_likelihood_interval",
    "q_profile",
    "require_tau2_ci",
    "tau2_interval",
    "tau2_se",
]
