"""Influence of single effects on the pooled mean: what changes without each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

from metasyn.errors import NotEstimableError
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.deleted import DeletedMeans, deleted_means
from metasyn.synthesis.sensitivity.source import FittedMean, Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import frame, read_only
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Influence", "influence"]

Array = NDArray[np.float64]

_COLUMNS = (
    "rstudent", "dffits", "cooks_distance", "covariance_ratio", "tau2_deleted", "Q_deleted",
    "estimate_deleted", "se_deleted", "hat", "weight", "dfbetas", "influential",
)  # fmt: skip
# Lower half of chi-square with one degree of freedom, the cut of Cook's distance.
_MEDIAN_CHI2 = 2 * float(gammaincinv(0.5, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """Case diagnostics, arrays of shape (k,), read-only, in the order of the effects.

    With mu, V the mean and its variance, and a subscript (i) for the fit without effect i:

    Attributes
    ----------
    labels : tuple of str
    yi, vi : ndarray
        The effects and their variances.
    model, tau2_method : str
        Of every fit.
    scale_method : {'wald', 'hartung-knapp', 'hartung-knapp-adhoc'}
        Standard errors: the usual ones, or with the Hartung-Knapp factor of each fit.
    rstudent : ndarray
        Externally standardised residual: (y_i - mu_(i)) / sqrt(f_(i) (v_i + tau2_(i)) + V_(i)), f the
        Hartung-Knapp factor (1 for the usual standard errors).
    dffits : ndarray
        (mu - mu_(i)) / sqrt(f_(i) h_i (v_i + tau2_(i))).
    cooks_distance : ndarray
        (mu - mu_(i))^2 / V.
    covariance_ratio : ndarray
        V_(i) / V; below 1 the mean is more precise without the effect.
    tau2_deleted, Q_deleted, estimate_deleted, se_deleted : ndarray
        Of the fit without the effect.
    hat, weight : ndarray
        Leverage and weight as proportions; for a mean they are the same.
    dfbetas : ndarray
        (mu - mu_(i)) / sqrt(f_(i) / sum_j 1/(v_j + tau2_(i))), the sum over all effects.
    influential : ndarray of bool
        One of `reasons` at least.
    """

    labels: tuple[str, ...]
    yi: Array
    vi: Array
    model: NormalModel
    tau2_method: Tau2Method
    scale_method: CiMethod
    rstudent: Array
    dffits: Array
    cooks_distance: Array
    covariance_ratio: Array
    tau2_deleted: Array
    Q_deleted: Array
    estimate_deleted: Array
    se_deleted: Array
    hat: Array
    weight: Array
    dfbetas: Array
    influential: NDArray[np.bool_]

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def reasons(self) -> tuple[tuple[str, ...], ...]:
        """By which of metafor's cut-offs each effect counts as influential; empty if by none.

        ``dffits``: above 3 sqrt(1 / (k - 1)) in size; ``cooks_distance``: beyond the median of
        chi-square with 1 degree of freedom; ``hat``: above 3 / k; ``dfbetas``: above 1 in size.
        """
        flags = _flags(self.dffits, self.cooks_distance, self.hat, self.dfbetas)
        return tuple(tuple(name for name, hit in flags.items() if hit[i]) for i in range(len(self.labels)))

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per effect."""
        return frame(self.labels, {name: getattr(self, name) for name in _COLUMNS}, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the methods, and a list per quantity."""
        words = {"model": self.model, "tau2_method": self.tau2_method, "scale_method": self.scale_method}
        lists = {name: getattr(self, name).tolist() for name in _COLUMNS}
        return {**words, "labels": list(self.labels), **lists}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import influence_to_text

        return influence_to_text(self)


def influence(
    effects: Source = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Influence:
    """Leave each effect out in turn and measure what changes.

    Model, estimator and standard errors are those of the whole synthesis, the policy's choice
    included. All fits are solved together and to full precision.

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
    Influence

    Raises
    ------
    NotEstimableError
        For fewer than three effects (two where tau2 is fixed or 0 by assumption); for user weights;
        where a Hartung-Knapp standard error is zero because effects are identical.

    References
    ----------
    Viechtbauer W, Cheung MWL. Outlier and influence diagnostics for meta-analysis. Res Synth Methods
    2010;1:112-125. 10.1002/jrsm.11

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -0.3, 1.4], vi=[0.1, 0.05, 0.2, 0.1, 0.15], ci_method="wald")
    >>> found = influence(result)
    >>> found.cooks_distance.round(3).tolist(), found.influential.tolist()
    ([0.299, 0.0, 0.062, 0.022, 0.684], [False, False, False, False, True])
    """
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="influence")
    deleted = deleted_means(mean)
    if isinstance(deleted, NotEstimable):
        raise NotEstimableError(f"influence cannot be computed: {deleted.reason}.")
    _require_standard_errors(mean, deleted)
    hat = mean.fit.weights
    change = mean.fit.estimate - deleted.estimate
    spread = deleted.scale * (mean.vi + deleted.tau2)
    variance = deleted.variance
    values = {
        "dffits": change / np.sqrt(hat * spread),
        "cooks_distance": change * change / mean.variance,
        "hat": hat,
        "dfbetas": change * np.sqrt(1 / variance + 1 / spread),
    }
    return Influence(
        labels=mean.labels,
        yi=mean.yi,
        vi=mean.vi,
        model=mean.model,
        tau2_method=mean.tau2_method,
        scale_method=mean.scale_method,
        rstudent=(mean.yi - deleted.estimate) / np.sqrt(spread + variance),
        covariance_ratio=variance / mean.variance,
        tau2_deleted=deleted.tau2,
        Q_deleted=deleted.Q,
        estimate_deleted=deleted.estimate,
        se_deleted=np.sqrt(variance),
        weight=hat.copy(),
        influential=np.logical_or.reduce(list(_flags(**values).values())),
        **values,
    )


def _flags(dffits: Array, cooks_distance: Array, hat: Array, dfbetas: Array) -> dict[str, NDArray[np.bool_]]:
    k = hat.size
    return {
        "dffits": np.abs(dffits) > 3 * math.sqrt(1 / (k - 1)),
        "cooks_distance": cooks_distance > _MEDIAN_CHI2,
        "hat": hat > 3 / k,
        "dfbetas": np.abs(dfbetas) > 1,
    }


def _require_standard_errors(mean: FittedMean, deleted: DeletedMeans) -> None:
    """A Hartung-Knapp factor of zero leaves nothing to compare a change with."""
    if mean.scale > 0 and deleted.scale.all():
        return
    place = int(deleted.scale.argmin())
    which = "the effects" if not mean.scale > 0 else f"the effects without {mean.labels[place]!r}"
    raise NotEstimableError(
        f"{which} are identical: their Hartung-Knapp standard error is zero and a change cannot be "
        "compared with it. Use ci_method='wald' or 'hartung-knapp-adhoc'."
    )
