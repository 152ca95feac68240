"""The bias-corrected robust standard error of Sidik and Jonkman."""

from __future__ import annotations

import math

import numpy as np

from metasyn.errors import NotEstimableError
from metasyn.numerics.shares import complement
from metasyn.numerics.wls import inner
from metasyn.synthesis.mean.fit import MeanFit

__all__ = ["sidik_jonkman_se"]


def sidik_jonkman_se(fit: MeanFit) -> float:
    r"""Bias-corrected robust standard error of a weighted mean.

    With shares p of the weight and lambda = v + tau2: V = sum p_i^2 (y_i - mu)^2 / (1 - h_i),
    h_i = 2 p_i - sum(p^2 lambda) / lambda_i; for weights 1/lambda this is h_i = p_i.
    Used with Student's t on k - 1 degrees of freedom.

    Parameters
    ----------
    fit : MeanFit
        Weights may be the user's.

    Raises
    ------
    NotEstimableError
        If one effect has all the weight: its residual says nothing.

    References
    ----------
    Sidik K, Jonkman JN. Robust variance estimation for random effects meta-analysis. Comput Stat
    Data Anal 2006;50:3681-3701. 10.1016/j.csda.2005.07.019

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> round(sidik_jonkman_se(fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0)), 12)
    0.5
    """
    p = fit.weights
    size = math.sqrt(float(fit.vi.min()) + fit.tau2)
    residual = (fit.yi - fit.estimate) / size
    if fit.user_weights:
        variances = (fit.vi + fit.tau2) / size**2
        rest = 1.0 - 2.0 * p + inner(p * p, variances) / variances
    else:
        rest = complement(p)
        # A study with nearly all the weight: its residual is what the others leave of it.
        i = int(p.argmax())
        others = np.delete(p, i)
        residual[i] = inner(others, (fit.yi[i] - np.delete(fit.yi, i)) / size)
    if not (rest > 0).all():
        raise NotEstimableError("the robust standard error needs weight on at least two effects.")
    return size * math.sqrt(float((p * p * residual * residual / rest).sum()))
