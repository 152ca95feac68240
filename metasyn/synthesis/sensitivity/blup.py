"""Best linear unbiased predictions: the effect of each study, drawn towards the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.sensitivity.source import FittedMean, Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import frame, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Blups", "blup"]

Array = NDArray[np.float64]

_COLUMNS = (
    "estimate", "se", "pi_low", "pi_high",
    "random_effect", "random_effect_se", "random_effect_low", "random_effect_high", "shrinkage",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blups:
    """Predicted true effects of the studies, arrays of shape (k,), read-only, analysis scale.

    Attributes
    ----------
    labels : tuple of str
    estimate, se, pi_low, pi_high : ndarray
        lambda y + (1 - lambda) mu with lambda = tau2 / (tau2 + v), its standard error
        sqrt(lambda v + (1 - lambda)^2 V), V the variance of the mean, and the interval.
    random_effect, random_effect_se, random_effect_low, random_effect_high : ndarray
        Deviations from the mean, lambda (y - mu), with sqrt(lambda v + lambda^2 V).
    shrinkage : ndarray
        1 - lambda: 1 where nothing is left of the study's own result.
    df : float
        Degrees of freedom of the intervals; inf for the normal.
    level : float
    """

    labels: tuple[str, ...]
    estimate: Array
    se: Array
    pi_low: Array
    pi_high: Array
    random_effect: Array
    random_effect_se: Array
    random_effect_low: Array
    random_effect_high: Array
    shrinkage: Array
    df: float
    level: float

    def __post_init__(self) -> None:
        read_only(self)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per study."""
        return frame(self.labels, {name: getattr(self, name) for name in _COLUMNS}, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data: a list per quantity."""
        lists = {name: getattr(self, name).tolist() for name in _COLUMNS}
        return {"level": self.level, "labels": list(self.labels), **lists}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import blups_to_text

        return blups_to_text(self)


def blup(
    effects: Source = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Blups:
    """Predict the true effect of each study from its own result and the mean.

    The intervals take tau2 as known, as usual. Standard error and quantile of the mean are those of
    the synthesis; where its interval belongs to another estimate (Henmi-Copas, profile likelihood)
    or is not symmetric, those of the Wald interval.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects, or a synthesis of them with its methods; or give arrays.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors.
    labels : sequence of str, optional
    measure : str
    spec : SynthesisSpec, optional
        Methods, if not a result is given; default the stated policy.

    Returns
    -------
    Blups

    Raises
    ------
    NotEstimableError
        For fewer than two effects, and for user weights.

    References
    ----------
    Raudenbush SW, Bryk AS. Empirical Bayes meta-analysis. J Educ Stat 1985;10:75-98.
    10.3102/10769986010002075
    Robinson GK. That BLUP is a good thing. Stat Sci 1991;6:15-32. 10.1214/ss/1177011926

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -0.3, 1.4], vi=[0.1, 0.05, 0.2, 0.1, 0.15], ci_method="wald")
    >>> found = blup(result)
    >>> found.estimate.round(3).tolist(), found.shrinkage.round(3).tolist()
    ([-0.786, -0.099, -0.398, -0.27, 1.105], [0.141, 0.076, 0.247, 0.141, 0.198])
    """
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="the prediction of the studies' effects")
    mu, total = mean.fit.estimate, mean.vi + mean.tau2
    variance, df = _uncertainty(whole, mean)
    kept, drawn = mean.tau2 / total, mean.vi / total
    own, deviation = kept * mean.vi, kept * (mean.yi - mu)
    estimate, se = mu + deviation, np.sqrt(own + drawn * drawn * variance)
    deviation_se = np.sqrt(own + kept * kept * variance)
    level = whole.request.level
    half = two_sided_quantile(1 - level, df)
    return Blups(
        labels=mean.labels,
        estimate=estimate,
        se=se,
        pi_low=estimate - half * se,
        pi_high=estimate + half * se,
        random_effect=deviation,
        random_effect_se=deviation_se,
        random_effect_low=deviation - half * deviation_se,
        random_effect_high=deviation + half * deviation_se,
        shrinkage=drawn,
        df=df,
        level=level,
    )


_SYMMETRIC = ("wald", "t", "hartung-knapp", "hartung-knapp-adhoc", "kenward-roger", "sidik-jonkman",
              "hartung-knapp-hybrid", "hartung-knapp-iqwig")  # fmt: skip


def _uncertainty(whole: SynthesisResult, mean: FittedMean) -> tuple[float, float]:
    """Variance and degrees of freedom of the mean, those of the result where they belong to this mean."""
    if whole.ci_method in _SYMMETRIC:
        return whole.se**2, whole.df
    return mean.fit.variance, float("inf")
