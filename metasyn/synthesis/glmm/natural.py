"""Back from the analysis scale: the median study, and the mean over studies."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from metasyn.effects.measure import get_measure
from metasyn.numerics.gauss_hermite import trapezoidal_rule
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.glmm.model import OnNaturalScale
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import GlmmMeasure

__all__ = ["conditional", "marginal"]

Array = NDArray[np.float64]


def conditional(measure: GlmmMeasure, estimate: float, ci: Interval) -> OnNaturalScale:
    """The back-transformed estimate: what a study at the middle of the distribution has."""
    back = get_measure(measure).to_natural
    return OnNaturalScale(value=back(estimate), ci=Interval(back(ci.low), back(ci.high), ci.level))


def marginal(
    measure: GlmmMeasure,
    middle: OnNaturalScale,
    estimate: float,
    tau2: float,
    covariance: Array,
    df: float = math.inf,
) -> OnNaturalScale | NotEstimable:
    """Mean over studies of the proportion or the rate, with a delta-method interval on the analysis scale.

    Parameters
    ----------
    measure : {'PLO', 'IRLN', 'OR', 'IRR'}
    middle : OnNaturalScale
        The median over studies, which is also the mean where tau2 is 0; the level is that of its interval.
    estimate, tau2 : float
    covariance : ndarray of shape (2, 2)
        Of the two.
    df : float
        Of the t distribution; infinite for the normal.
    """
    if measure not in ("PLO", "IRLN"):
        return NotEstimable(
            "a mean over studies needs their baseline risks; it is defined for single cohorts"
        )
    if tau2 == 0:
        return middle
    level = middle.ci.level
    q = two_sided_quantile(1 - level, df)
    if measure == "IRLN":
        mean, slopes = estimate + tau2 / 2, np.array([1.0, 0.5])
        half = q * math.sqrt(float(slopes @ covariance @ slopes))
        ci = Interval(math.exp(mean - half), math.exp(mean + half), level)
        return OnNaturalScale(value=math.exp(mean), ci=ci)
    z, log_w = trapezoidal_rule(0.05, 12.0)
    weight = np.exp(log_w - z * z / 2) / math.sqrt(2 * math.pi)
    eta = estimate + math.sqrt(tau2) * z
    p, not_p = expit(eta), expit(-eta)
    mean, rest = float(weight @ p), float(weight @ not_p)
    # By the variance: half the second derivative by the mean (the heat equation).
    slopes = np.array([weight @ (p * not_p), weight @ (p * not_p * (not_p - p)) / 2]) / (mean * rest)
    centre, half = math.log(mean / rest), q * math.sqrt(float(slopes @ covariance @ slopes))
    return OnNaturalScale(
        value=mean, ci=Interval(float(expit(centre - half)), float(expit(centre + half)), level)
    )
