"""Weights that a user gives: one per effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError

__all__ = ["checked_weights"]


def checked_weights(weights: ArrayLike, k: int) -> NDArray[np.float64]:
    """Weights as an array of shape (k,).

    Raises
    ------
    OptionError
        If they are not k finite numbers >= 0, or all are zero.

    Examples
    --------
    >>> checked_weights([1, 2], 2).tolist()
    [1.0, 2.0]
    """
    try:
        values = np.asarray(weights, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise OptionError(f"weights must hold numbers only; {error}.") from None
    if np.ma.isMaskedArray(weights) and np.ma.is_masked(weights):
        raise OptionError("weights must not have masked values; give 0 for an effect without weight.")
    if values.shape != (k,):
        raise OptionError(f"weights must have one value per effect, shape ({k},); got shape {values.shape}.")
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise OptionError(f"weights must be finite and >= 0; weight {row + 1} is {float(values[row])!r}.")
    if not values.any():
        raise OptionError("weights must not all be zero.")
    return values
