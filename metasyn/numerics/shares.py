"""Sums over normalised weights that keep their digits where one weight dwarfs the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["complement", "projection_traces", "share_variance"]

Array = NDArray[np.float64]


def complement(p: Array) -> Array:
    """1 - p for shares that sum to 1: for the largest one as the sum of the others.

    Parameters
    ----------
    p : ndarray of shape (k,)
        Non-negative, summing to 1.

    Examples
    --------
    >>> import numpy as np
    >>> complement(np.array([1.0, 1e-20]))[0]
    np.float64(1e-20)
    """
    rest = 1.0 - p
    largest = int(p.argmax())
    rest[largest] = float(p[:largest].sum()) + float(p[largest + 1 :].sum())
    return rest


def projection_traces(p: Array) -> tuple[float, float]:
    """Traces of P and of PP, P = diag(p) - pp', for shares p that sum to 1.

    With weights w of sum W the matrix W - ww'/W has W and W^2 times these traces.

    Parameters
    ----------
    p : ndarray of shape (k,)

    Examples
    --------
    >>> import numpy as np
    >>> projection_traces(np.array([0.5, 0.5]))
    (0.5, 0.25)
    """
    square = p * p
    diagonal = p * complement(p)
    off_diagonal = 2.0 * float((square[1:] * square.cumsum()[:-1]).sum())
    return float(diagonal.sum()), float((diagonal * diagonal).sum()) + off_diagonal


def share_variance(p: Array, x: Array) -> tuple[float, float]:
    """Mean and variance of x under the probabilities p.

    Examples
    --------
    >>> import numpy as np
    >>> share_variance(np.array([0.5, 0.5]), np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    mean = float((p * x).sum())
    return mean, float((p * (x - mean) ** 2).sum())
