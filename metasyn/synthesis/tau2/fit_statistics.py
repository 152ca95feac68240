"""Log-likelihood and information criteria of a fit at one between-study variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metasyn.numerics.additive import AdditiveProblem
from metasyn.synthesis.tau2.likelihood import log_likelihood

__all__ = ["FitStatistics", "fit_statistics"]

_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitStatistics:
    """How well a model fits; smaller is better for all but the first.

    Attributes
    ----------
    log_likelihood : float
        Of the data as given, every constant included.
    deviance : float
        -2 times the distance to the saturated model (ML); -2 log likelihood (REML).
    aic, bic, aicc : float
        Information criteria; -inf for `bic` where REML has no degrees of freedom left.
    """

    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    aicc: float


def fit_statistics(
    problem: AdditiveProblem, tau2: float, *, restricted: bool, tau2_estimated: bool = True
) -> FitStatistics:
    r"""Log-likelihood and information criteria at one between-study variance.

    With w = 1/(v + tau2), q = p (+ 1 if tau2 is estimated) and n = k (ML) or k - p (REML):

    ====  =====================================================================================
    ML    l = -(k log 2 pi + sum log(v + tau2) + Q(tau2)) / 2
    REML  l = -((k-p) log 2 pi + sum log(v + tau2) + log(det X'WX / det X'X) + Q(tau2)) / 2
    AIC   -2 l + 2 q
    BIC   -2 l + q log n
    AICc  -2 l + 2 q m / (m - q - 1), m = max(n, q + 2)
    ====  =====================================================================================

    The saturated model of the ML deviance has a mean for every effect and no tau2.

    Parameters
    ----------
    problem : AdditiveProblem
        The data and the design; p is the number of columns of the design.
    tau2 : float
        In squared units of the data; 0 for a common effect.
    restricted : bool
        REML if True, ML if False.
    tau2_estimated : bool
        Whether tau2 counts as a parameter; False for a common effect or a fixed tau2.

    Returns
    -------
    FitStatistics

    References
    ----------
    Harville DA. Bayesian inference for variance components using only error contrasts.
    Biometrika 1974;61:383-385. 10.1093/biomet/61.2.383
    Hurvich CM, Tsai CL. Regression and time series model selection in small samples.
    Biometrika 1989;76:297-307. 10.1093/biomet/76.2.297

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.numerics.additive import prepare
    >>> data = prepare(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]))
    >>> found = fit_statistics(data, 0.3, restricted=False)
    >>> round(found.log_likelihood, 6), round(found.aic, 6)
    (-3.10383, 10.20766)
    """
    n = problem.k - problem.p if restricted else problem.k
    kernel = log_likelihood(problem, tau2 / problem.unit, restricted=restricted)
    if restricted and problem.basis is None:
        kernel += 0.5 * math.log(problem.k)  # a general design has an orthonormal basis: det X'X = 1
    value = kernel - 0.5 * n * (_LOG_2PI + math.log(problem.unit))
    deviance = -2 * value
    if not restricted:
        saturated = -0.5 * (n * (_LOG_2PI + math.log(problem.unit)) + float(np.log(problem.v).sum()))
        deviance += 2 * saturated
    q = problem.p + tau2_estimated
    m = max(n, q + 2)
    return FitStatistics(
        log_likelihood=value,
        deviance=deviance,
        aic=-2 * value + 2 * q,
        bic=-2 * value + q * math.log(n) if n else -math.inf,
        aicc=-2 * value + 2 * q * m / (m - q - 1),
    )
