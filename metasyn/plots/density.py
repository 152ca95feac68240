"""The predictive distribution of a synthesis as a curve over the axis of a forest plot."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from metasyn.errors import OptionError
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.mean.prediction import Predictive
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.threshold import predictive_of
from metasyn.values import NotEstimable

__all__ = ["predictive_curve"]

_POINTS = 161
# Beyond it nothing of the curve could be seen.
_TAIL = 0.002


def predictive_curve(result: SynthesisResult) -> tuple[tuple[float, float], ...]:
    """Natural values and the height of the predictive distribution there.

    The height is the density along the axis of the figure (per unit of the logarithm where the axis is
    logarithmic, with the Jacobian of the transformation elsewhere), divided by its maximum.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (float, float)
        161 points between the 0.1% and the 99.9% quantile; empty without a prediction interval.

    Raises
    ------
    OptionError
        If the prediction interval comes from a method without a distribution in closed form.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159.
    10.1111/j.1467-985X.2008.00552.x

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> curve = predictive_curve(pool(yi=[0.0, 0.5, 1.0], vi=[0.1, 0.1, 0.1], measure="OR"))
    >>> len(curve), max(height for _, height in curve)
    (161, 1.0)
    """
    if isinstance(result.pi, NotEstimable):
        return ()
    found = predictive_of(result)
    if isinstance(found, NotEstimable):
        raise OptionError(
            f"pi_style='density' draws the predictive distribution: {found.reason}. "
            "Take 'line', 'bar' or 'polygon'."
        )
    reach = two_sided_quantile(_TAIL, found.df) * found.scale
    at = np.linspace(found.centre - reach, found.centre + reach, _POINTS)
    measure = result.effects.measure
    natural = np.array([measure.to_natural(value) for value in at.tolist()])
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.log(natural) if measure.log_axis else natural
        height = _density(at, found) / np.abs(np.gradient(along, at))
    usable = np.isfinite(along) & np.isfinite(height)
    height = height / height[usable].max()
    return tuple(zip(natural[usable].tolist(), height[usable].tolist(), strict=True))


def _density(at: NDArray[np.float64], of: Predictive) -> NDArray[np.float64]:
    """Density of centre + scale times t (inf degrees of freedom: normal)."""
    z = (at - of.centre) / of.scale
    if math.isinf(of.df):
        return np.exp(-0.5 * z**2) / (of.scale * math.sqrt(2 * math.pi))
    constant = gammaln((of.df + 1) / 2) - gammaln(of.df / 2) - 0.5 * math.log(of.df * math.pi)
    return np.asarray(np.exp(constant - (of.df + 1) / 2 * np.log1p(z**2 / of.df)) / of.scale)
