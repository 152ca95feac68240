"""The cluster wild bootstrap: what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.values import Finding, NotEstimable

__all__ = ["WildBootstrapTest"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WildBootstrapTest:
    """Test of combinations of coefficients by signs of whole clusters.

    Attributes
    ----------
    names : tuple of str
        The coefficients tested, or the rows of the matrix in words.
    contrasts : ndarray of shape (q, p)
    values, estimates : ndarray of shape (q,)
        What the combinations are tested against, and what they are.
    statistic : float
        Wald statistic with the robust covariance; of one combination the square of its t.
    pvalue : float
    n_clusters : int
    n_signs : int
        Vectors of signs it was compared with.
    exact : bool
        True if these are all there are (of two opposite ones, one).
    seed : int or None
        None where nothing was drawn.
    beside : WaldTest or NotEstimable
        The same hypothesis with the degrees of freedom of the result.
    findings : tuple of Finding
    """

    names: tuple[str, ...]
    contrasts: _Array
    values: _Array
    estimates: _Array
    statistic: float
    pvalue: float
    n_clusters: int
    n_signs: int
    exact: bool
    seed: int | None
    beside: WaldTest | NotEstimable
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.contrasts, self.values, self.estimates):
            array.flags.writeable = False

    @property
    def pvalue_se(self) -> float:
        """Standard error of the p value from drawing; 0 if nothing was drawn."""
        return 0.0 if self.exact else float(np.sqrt(self.pvalue * (1 - self.pvalue) / self.n_signs))

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        from metasyn.synthesis.robust.plain import wild_to_dict

        return wild_to_dict(self)

    def __str__(self) -> str:
        from metasyn.synthesis.robust.text import wild_to_text

        return wild_to_text(self)
