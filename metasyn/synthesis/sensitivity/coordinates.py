"""Coordinates of two pictures of a synthesis: Baujat's, and the radial plot of Galbraith."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.deleted import deleted_means
from metasyn.synthesis.sensitivity.source import Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import frame, read_only
from metasyn.values import NotEstimable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Baujat", "Radial", "baujat", "radial"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baujat:
    """Where each effect stands in Baujat's plot, arrays of shape (k,), read-only.

    Attributes
    ----------
    labels : tuple of str
    yi, vi : ndarray
        The effects and their variances.
    contribution : ndarray
        x: squared Pearson residual (y_i - mu)^2 / (v_i + tau2); for a common effect these add up to Q.
    influence : ndarray
        y: (mu - mu_(i))^2 / V_(i), the squared change of the mean without the effect over its
        variance there.
    """

    labels: tuple[str, ...]
    yi: Array
    vi: Array
    contribution: Array
    influence: Array

    def __post_init__(self) -> None:
        read_only(self)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per effect."""
        columns = {"contribution": self.contribution, "influence": self.influence}
        return frame(self.labels, columns, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "labels": list(self.labels),
            "contribution": self.contribution.tolist(),
            "influence": self.influence.tolist(),
        }

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import baujat_to_text

        return baujat_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radial:
    """Where each effect stands in a radial plot, arrays of shape (k,), read-only.

    Attributes
    ----------
    labels : tuple of str
    yi, vi : ndarray
        The effects and their variances.
    x : ndarray
        Precision 1 / sqrt(v_i + tau2).
    y : ndarray
        Standardised effect y_i / sqrt(v_i + tau2).
    slope : float
        Of the line through the origin: the pooled mean.
    band : float
        Half height of the band around the line in which effects are expected at `level`: the
        quantile of the standard normal.
    level : float
    """

    labels: tuple[str, ...]
    yi: Array
    vi: Array
    x: Array
    y: Array
    slope: float
    band: float
    level: float

    def __post_init__(self) -> None:
        read_only(self)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per effect."""
        return frame(self.labels, {"x": self.x, "y": self.y}, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        words = {"slope": self.slope, "band": self.band, "level": self.level}
        return {**words, "labels": list(self.labels), "x": self.x.tolist(), "y": self.y.tolist()}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import radial_to_text

        return radial_to_text(self)


def baujat(
    effects: Source = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Baujat:
    """Contribution of each effect to heterogeneity, and its influence on the mean.

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
        Methods, if not a result is given; default the stated policy. Baujat's plot is of a
        common-effect synthesis.

    Returns
    -------
    Baujat

    Raises
    ------
    NotEstimableError
        As for `influence`.

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C. A graphical method for exploring heterogeneity in
    meta-analyses. Stat Med 2002;21:2641-2652. 10.1002/sim.1221

    Examples
    --------
    >>> spec = SynthesisSpec(model="common-effect")
    >>> found = baujat(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], spec=spec)
    >>> found.contribution.round(3).tolist(), found.influence.round(3).tolist()
    ([2.645, 1.633, 0.065], [1.058, 2.177, 0.011])
    """
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="Baujat's plot")
    deleted = deleted_means(mean)
    if isinstance(deleted, NotEstimable):
        raise NotEstimableError(f"Baujat's plot has no vertical axis: {deleted.reason}.")
    if not deleted.scale.all():
        raise NotEstimableError(
            "without one of them the effects are identical: their Hartung-Knapp standard error is zero and "
            "a change cannot be compared with it. Use ci_method='wald' or 'hartung-knapp-adhoc'."
        )
    residual, change = mean.yi - mean.fit.estimate, mean.fit.estimate - deleted.estimate
    return Baujat(
        labels=mean.labels,
        yi=mean.yi,
        vi=mean.vi,
        contribution=residual * residual / (mean.vi + mean.tau2),
        influence=change * change / deleted.variance,
    )


def radial(
    effects: Source = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Radial:
    """Points and slope of a radial (Galbraith) plot.

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
        Methods, if not a result is given; default the stated policy. Galbraith's plot is of a
        common-effect synthesis.

    Returns
    -------
    Radial

    Raises
    ------
    NotEstimableError
        For fewer than two effects, and for user weights.

    References
    ----------
    Galbraith RF. A note on graphical presentation of estimated odds ratios from several clinical
    trials. Stat Med 1988;7:889-894. 10.1002/sim.4780070807

    Examples
    --------
    >>> spec = SynthesisSpec(model="common-effect")
    >>> found = radial(yi=[-0.9, -0.1, -0.5], vi=[0.25, 0.04, 0.16], spec=spec)
    >>> found.x.round(9).tolist(), found.y.round(9).tolist(), round(found.slope, 4)
    ([2.0, 5.0, 2.5], [-1.8, -0.5, -1.25], -0.2617)
    """
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="a radial plot")
    spread = np.sqrt(mean.vi + mean.tau2)
    level = whole.request.level
    return Radial(
        labels=mean.labels,
        yi=mean.yi,
        vi=mean.vi,
        x=1 / spread,
        y=mean.yi / spread,
        slope=mean.fit.estimate,
        band=normal_quantile(1 - level),
        level=level,
    )
