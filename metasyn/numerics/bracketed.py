"""Newton's method for very many functions at once, each within its bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.stacked import middle

__all__ = ["newton_in_brackets"]

Array = NDArray[np.float64]

_EPSILON = 2.0**-52
_SMALL_STEP = 1e-9
_MAX_STEPS = 400


def newton_in_brackets(
    function: Callable[[Array], tuple[Array, Array]],
    low: Array,
    high: Array,
    t: Array,
    v_min: Array | float,
) -> tuple[Array, NDArray[np.bool_]]:
    """Roots of functions that rise through zero, with a bisection where a step does not halve.

    Parameters
    ----------
    function : callable
        Values and derivatives at one t each, arrays of shape (m,).
    low, high, t : ndarray of shape (m,)
        Brackets and guesses within them, not below 0.
    v_min : ndarray of shape (m,) or float
        Bisection is even in log(t + v_min), and steps count relative to t + v_min.

    Returns
    -------
    t : ndarray of shape (m,)
    done : ndarray of bool, shape (m,)
        Whether the root was reached to full precision.

    Examples
    --------
    >>> t, done = newton_in_brackets(
    ...     lambda t: (t * t - 2, 2 * t), np.array([0.0]), np.array([2.0]), np.array([1.0]), 1.0
    ... )
    >>> bool(abs(t[0] - 2**0.5) < 1e-15), done.tolist()
    (True, [True])
    """
    done = np.zeros(t.size, dtype=bool)
    before = high - low
    for _ in range(_MAX_STEPS if t.size else 0):
        value, slope = function(t)
        low, high = np.where(value < 0, t, low), np.where(value > 0, t, high)
        step = np.divide(value, slope, out=np.full(t.size, np.inf), where=slope > 0)
        new = t - step
        unsafe = ~((new >= low) & (new <= high) & (np.abs(step) <= 0.5 * before))
        new = np.where(unsafe, middle(low, high, np.asarray(v_min)), new)
        step = np.abs(new - t)
        enough = np.where(unsafe, 4 * _EPSILON, _SMALL_STEP)
        exact = value == 0
        t = np.where(done | exact, t, new)
        done |= exact | (step <= enough * (new + v_min))
        if done.all():
            break
        before = np.where(unsafe, high - low, step)
    return t, done
