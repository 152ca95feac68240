"""What pooling very many sets gives: one column per quantity, one row per set, a status for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.frames import ManyRows

if TYPE_CHECKING:
    pass

__all__ = ["ManyResults"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyResults(ManyRows):
    """One synthesis per row; arrays of shape (n,), read-only, analysis scale.

    Where the status is not `"ok"`, what could not be computed is NaN; with `"one effect"` estimate,
    standard error and the Wald interval are those of the effect itself. With two effects there is no
    prediction interval. A common-effect model has no tau2 but 0, its interval and the prediction
    interval are NaN. So are p values and the interval of tau2 that were not asked for.

    Attributes
    ----------
    key : ndarray
        What each set is called.
    status : ndarray of int8
        Position in `STATUS`.
    k : ndarray of int
    estimate, se, df, statistic, pvalue : ndarray
        `statistic` and `pvalue` test the value 0.
    ci_low, ci_high, pi_low, pi_high : ndarray
    tau2, tau2_low, tau2_high : ndarray
        Estimate and Q-profile interval.
    Q, Q_pvalue, I2, H2 : ndarray
        I2 is a proportion.
    """

    shown = ("key", "status", "k", "estimate", "ci_low", "ci_high", "tau2", "I2")

    estimate: Array
    se: Array
    df: Array
    statistic: Array
    pvalue: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array
    tau2: Array
    tau2_low: Array
    tau2_high: Array
    Q: Array
    Q_pvalue: Array
    I2: Array
    H2: Array
