"""The mean without each effect in turn, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.sensitivity.source import FittedMean
from metasyn.synthesis.tau2.many import fit_many
from metasyn.values import NotEstimable

__all__ = ["DeletedMeans", "deleted_means"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeletedMeans:
    """The fits without effect i, arrays of shape (k,).

    Attributes
    ----------
    estimate, tau2, Q : ndarray
    wald : ndarray
        1 / sum of the weights of the others.
    scale : ndarray
        Factor of the variance of the mean: 1, or by Hartung and Knapp.
    """

    estimate: Array
    tau2: Array
    Q: Array
    wald: Array
    scale: Array

    @property
    def variance(self) -> Array:
        """Squared standard error of the mean."""
        return self.wald * self.scale


def deleted_means(mean: FittedMean) -> DeletedMeans | NotEstimable:
    """Fit the mean again without each effect, by the same methods.

    Not estimable if what is left are single effects and tau2, or a Hartung-Knapp factor, is to be
    computed from them.
    """
    estimated = mean.fixed_tau2 is None
    if mean.k < 3 and (estimated or mean.scale_method != "wald"):
        return NotEstimable(
            f"without one of {mean.k} effects a single one is left, which gives no "
            + ("between-study variance" if estimated else "Hartung-Knapp standard error")
        )
    fits = fit_many(
        mean.yi,
        mean.vi,
        ~np.eye(mean.k, dtype=bool),
        tau2_method=mean.tau2_method,
        tau2=mean.fixed_tau2,
    )
    scale = np.ones(mean.k)
    if mean.scale_method != "wald":
        scale = fits.rss / (fits.k - 1)
        if mean.scale_method == "hartung-knapp-adhoc":
            scale = np.maximum(scale, 1.0)
    return DeletedMeans(estimate=fits.estimate, tau2=fits.tau2, Q=fits.Q, wald=fits.variance, scale=scale)
