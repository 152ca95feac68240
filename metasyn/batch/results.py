"""What pooling very many sets gives: one column per quantity, one row per set, a status for each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.frames import frame_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STATUS", "ManyResults"]

Array = NDArray[np.float64]

_SHOWN = ("key", "status", "k", "estimate", "ci_low", "ci_high", "tau2", "I2")

STATUS = (
    "ok",
    "one effect",
    "no effect",
    "estimate not finite",
    "variance not above zero",
    "not converged",
    "beyond double precision",
)
"""Words of the column `status`, by code; the last where `pool` refuses the sizes of the effects."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManyResults:
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

    key: NDArray[Any]
    status: NDArray[np.int8]
    k: NDArray[np.int64]
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

    def __post_init__(self) -> None:
        for one in fields(self):
            getattr(self, one.name).flags.writeable = False

    def __len__(self) -> int:
        return self.key.size

    def __str__(self) -> str:
        from metasyn.batch.printed import counted, rows_text

        head = counted(self.status, STATUS, "synthesis|syntheses")
        return rows_text(head, self, _SHOWN, {"status": STATUS})

    __repr__ = __str__

    def to_frame(self) -> pd.DataFrame:
        """A data frame with a row per set, the status in words.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> from metasyn.batch import pool_many
        >>> many = pool_many([0.1, 0.3, -0.2], [0.02, 0.04, 0.1], groups=["a", "a", "b"])
        >>> many.to_frame()[["key", "status", "k"]].values.tolist()
        [['a', 'ok', 2], ['b', 'one effect', 1]]
        """
        return frame_of(self, status=STATUS)
