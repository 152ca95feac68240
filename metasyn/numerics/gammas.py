"""Ratios of gamma functions without the cancellation of their logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma

__all__ = ["gamma_half_step"]

_LARGE = 100.0
# Gamma(x + 1/2) / (sqrt(x) Gamma(x)) as a series in 1/x (DLMF 5.11.13).
_SERIES = (1.0, -1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144, 869 / 4194304, 39325 / 33554432)


def gamma_half_step(x: ArrayLike) -> NDArray[np.float64]:
    """`Gamma(x + 1/2) / Gamma(x)` for x >= 0, to a few units in the last place; 0 at x = 0.

    Examples
    --------
    >>> float(gamma_half_step(0.5).round(6)), float(gamma_half_step(1e8))
    (0.56419, 9999.9999875)
    """
    values = np.asarray(x, dtype=float)
    small = np.where((values < _LARGE) & (values > 0), values, 1.0)
    large = np.maximum(values, _LARGE)
    series = np.sqrt(large) * np.polynomial.polynomial.polyval(1 / large, _SERIES)
    ratio = np.where(values < _LARGE, gamma(small + 0.5) / gamma(small), series)
    return np.where(values == 0, 0.0, ratio)
