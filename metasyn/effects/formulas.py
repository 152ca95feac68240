"""What the formulas for means, changes and correlations share: bias factor, choice of variance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.numerics.gammas import gamma_half_step

__all__ = [
    "Array",
    "defined",
    "pooled_sd",
    "require_vtype",
    "same_for_all",
    "small_sample_factor",
    "weighted_mean",
]

Array = NDArray[np.float64]


def small_sample_factor(m: Array) -> Array:
    """Hedges' exact factor `J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2))` (10.3102/10769986006002107).

    Undefined (NaN) where `m <= 1`.
    """
    usable = m > 1
    degrees = np.where(usable, m, 2.0)
    return np.where(usable, gamma_half_step((degrees - 1) / 2) / np.sqrt(degrees / 2), np.nan)


def require_vtype(vtype: str | None, allowed: Sequence[str]) -> str:
    """The formula for the sampling variances, the first of `allowed` by default."""
    if vtype is None:
        return allowed[0]
    if vtype not in allowed:
        words = ", ".join(map(repr, allowed))
        raise OptionError(f"vtype must be one of {words} for this measure; got {vtype!r}.")
    return vtype


def weighted_mean(values: Array, weights: Array) -> float:
    """Mean over the rows that have a value; NaN if none has."""
    known = np.isfinite(values) & np.isfinite(weights)
    if not known.any():
        return float("nan")
    return float((weights[known] * values[known]).sum() / weights[known].sum())


def defined(yi: Array, vi: Array) -> tuple[Array, Array]:
    """Both NaN where either is not finite."""
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)


def pooled_sd(s1: Array, n1: Array, s2: Array, n2: Array) -> Array:
    """Standard deviation within two groups, from both."""
    return np.asarray(np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2)))


def same_for_all(values: Array, mean: float) -> Array:
    """The same mean for every row that has a value."""
    return np.where(np.isfinite(values), mean, np.nan)
