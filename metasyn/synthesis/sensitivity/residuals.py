"""Residuals of the pooled mean: raw, standardised, Pearson, and studentised without the effect itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.numerics.shares import complement
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.deleted import deleted_means
from metasyn.synthesis.sensitivity.source import Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import frame, read_only
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Residuals", "residuals"]

Array = NDArray[np.float64]

_COLUMNS = (
    "raw", "se", "standardised", "pearson", "deleted", "deleted_se", "studentised", "fitted", "hat", "weight",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Residuals:
    """Residuals and what belongs to them, arrays of shape (k,), read-only.

    Attributes
    ----------
    labels : tuple of str
    model, tau2_method : str
    scale_method : str
        See `metasyn.synthesis.sensitivity.Influence`; concerns `deleted_se` and `studentised` only.
    raw : ndarray
        y_i - mu.
    se : ndarray
        Standard error of `raw`, sqrt((v_i + tau2) (1 - h_i)).
    standardised : ndarray
        raw / se, the internally standardised residual.
    pearson : ndarray
        raw / sqrt(v_i + tau2).
    deleted, deleted_se, studentised : ndarray or NotEstimable
        y_i - mu_(i) with the mean of the other effects, its standard error
        sqrt(f_(i) (v_i + tau2_(i)) + V_(i)), and their ratio.
    fitted : ndarray
        mu, once per effect.
    hat, weight : ndarray
        Proportions, the same for a mean.
    """

    labels: tuple[str, ...]
    model: NormalModel
    tau2_method: Tau2Method
    scale_method: CiMethod
    raw: Array
    se: Array
    standardised: Array
    pearson: Array
    deleted: Array | NotEstimable
    deleted_se: Array | NotEstimable
    studentised: Array | NotEstimable
    fitted: Array
    hat: Array
    weight: Array

    def __post_init__(self) -> None:
        read_only(self)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per effect."""
        return frame(self.labels, {name: getattr(self, name) for name in _COLUMNS}, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data: a list per quantity, None where it cannot be estimated."""
        values = {name: getattr(self, name) for name in _COLUMNS}
        lists = {name: None if isinstance(v, NotEstimable) else v.tolist() for name, v in values.items()}
        return {"labels": list(self.labels), **lists}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import residuals_to_text

        return residuals_to_text(self)


def residuals(
    effects: Source = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Residuals:
    """Residuals of three kinds, fitted values, leverages and weights.

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
    Residuals

    Raises
    ------
    NotEstimableError
        For fewer than two effects, and for user weights.

    References
    ----------
    Viechtbauer W, Cheung MWL. Res Synth Methods 2010;1:112-125. 10.1002/jrsm.11

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -0.3, 1.4], vi=[0.1, 0.05, 0.2, 0.1, 0.15], ci_method="wald")
    >>> residuals(result).standardised.round(3).tolist()
    [-1.079, -0.014, -0.504, -0.28, 1.902]
    """
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="the analysis of residuals")
    hat, total = mean.fit.weights, mean.vi + mean.tau2
    raw = mean.yi - mean.fit.estimate
    se = np.sqrt(total * complement(hat))
    deleted = deleted_means(mean)
    away: Array | NotEstimable
    away_se: Array | NotEstimable
    ratio: Array | NotEstimable
    if isinstance(deleted, NotEstimable):
        away = away_se = ratio = deleted
    else:
        away = mean.yi - deleted.estimate
        away_se = np.sqrt(deleted.scale * (mean.vi + deleted.tau2) + deleted.variance)
        ratio = _studentised(away, away_se)
    return Residuals(
        labels=mean.labels,
        model=mean.model,
        tau2_method=mean.tau2_method,
        scale_method=mean.scale_method,
        raw=raw,
        se=se,
        standardised=raw / se,
        pearson=raw / np.sqrt(total),
        deleted=away,
        deleted_se=away_se,
        studentised=ratio,
        fitted=np.full(mean.k, mean.fit.estimate),
        hat=hat,
        weight=hat.copy(),
    )


def _studentised(away: Array, se: Array) -> Array | NotEstimable:
    if not se.all():
        return NotEstimable("without one of them the effects are identical: a standard error is zero")
    return away / se
