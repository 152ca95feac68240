"""What fitting very many sets of effects gives."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

__all__ = ["ManyFits", "joined"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManyFits:
    """One fit per set, arrays of shape (n,), read-only, in units of the data.

    Attributes
    ----------
    k : ndarray of int
        Effects in the set.
    estimate, variance : ndarray
        Weighted mean with weights 1/(v + tau2), and its squared Wald standard error.
    tau2 : ndarray
        0 for a set of one effect, and where `truncated`.
    rss : ndarray
        Residual sum of squares with the weights 1/(v + tau2); over k - 1 it is the Hartung-Knapp
        factor.
    Q : ndarray
        Cochran's, with weights 1/v.
    typical : ndarray
        Typical sampling variance of Higgins and Thompson, (k - 1) / tr P(0); inf for one effect.
    truncated : ndarray of bool
        The estimator's own solution was negative.
    n_optima : ndarray of int
        Local maxima of the likelihood (1 for estimators without one).
    converged : ndarray of bool
        Whether the equation of the estimator was solved to full precision.
    """

    k: NDArray[np.int64]
    estimate: Array
    variance: Array
    tau2: Array
    rss: Array
    Q: Array
    typical: Array
    truncated: Flags
    n_optima: NDArray[np.int64]
    converged: Flags

    def __post_init__(self) -> None:
        for one in fields(self):
            getattr(self, one.name).flags.writeable = False

    def I2(self, *, common_effect: bool = False) -> Array:
        """tau2 / (tau2 + typical); of a common-effect fit max(0, (Q - df) / Q). 0 for one effect."""
        found = np.zeros(self.k.size)
        if common_effect:
            return np.divide(np.maximum(self.Q - (self.k - 1), 0.0), self.Q, out=found, where=self.Q > 0)
        some = self.tau2 > 0
        found[some] = 1 / (1 + self.typical[some] / self.tau2[some])
        return found

    def H2(self, *, common_effect: bool = False) -> Array:
        """tau2 / typical + 1; of a common-effect fit Q / df. 1 for one effect."""
        if not common_effect:
            return self.tau2 / self.typical + 1
        return np.divide(self.Q, self.k - 1, out=np.ones(self.k.size), where=self.k > 1)


def joined(parts: list[ManyFits]) -> ManyFits:
    """The sets of all parts, one part after the other."""
    return ManyFits(
        **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(ManyFits)}
    )
