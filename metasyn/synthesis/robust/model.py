"""Cluster-robust inference: what is asked and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust.sandwich import Sandwich
from metasyn.synthesis.robust.working import WorkingModel
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import RobustDf, RobustVariance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RobustCoefficient", "RobustResult"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustCoefficient:
    """One coefficient with its robust standard error.

    Attributes
    ----------
    name : str
    estimate : float
        Analysis scale; that of the working model.
    se : float or NotEstimable
        Robust standard error.
    df : float or NotEstimable
        Degrees of freedom of the t distribution.
    statistic, pvalue : float or NotEstimable
        t test of zero, two-sided.
    ci : Interval or NotEstimable
    working_se : float
        What the standard error would be if the working model held.
    """

    name: str
    estimate: float
    se: float | NotEstimable
    df: float | NotEstimable
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    ci: Interval | NotEstimable
    working_se: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RobustResult:
    """Coefficients of a working model with standard errors that do not rest on it.

    Attributes
    ----------
    variance : {'CR0', 'CR1', 'CR1p', 'CR1S', 'CR2'}
    df_method : {'satterthwaite', 'residual'}
    level : float
        Of all intervals, as a proportion.
    model : WorkingModel
        Data, design and clusters with their working covariance.
    coefficients : tuple of RobustCoefficient
    covariance : ndarray of shape (p, p)
        Robust covariance of the coefficients.
    sandwich : Sandwich
        What further tests are made from.
    omnibus : WaldTest or NotEstimable
        All coefficients but the intercept; all of them in a design without one.
    findings : tuple of Finding
    """

    variance: RobustVariance
    df_method: RobustDf
    level: float
    model: WorkingModel
    coefficients: tuple[RobustCoefficient, ...]
    covariance: _Array
    sandwich: Sandwich
    omnibus: WaldTest | NotEstimable
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        self.covariance.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of rows."""
        return self.model.k

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return self.model.n_clusters

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.model.names

    def __getitem__(self, name: str) -> RobustCoefficient:
        """The coefficient of that name."""
        if name not in self.names:
            raise OptionError(f"there is no coefficient {name!r}; there are {', '.join(self.names)}.")
        return self.coefficients[self.names.index(name)]

    def confidence_interval(self, name: str | None = None, *, level: float = 0.95) -> Interval | NotEstimable:
        """Interval of one coefficient at another level; by default of the first one."""
        from metasyn.synthesis.robust.inference import interval

        return interval(self[self.names[0] if name is None else name], level)

    def wald_test(self, which: Sequence[str] | ArrayLike, values: ArrayLike | None = None) -> WaldTest:
        """Test of several combinations of the coefficients, see `robust.wald.robust_wald_test`.

        Parameters
        ----------
        which : sequence of str, or array_like of shape (q, p)
            Names of coefficients, or a matrix of combinations.
        values : array_like of shape (q,), optional
            What they are tested against; default zero.
        """
        from metasyn.synthesis.robust.wald import robust_wald_test

        return robust_wald_test(self, which, values)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        from metasyn.synthesis.robust.plain import robust_to_dict

        return robust_to_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient; what is not estimable is missing."""
        import pandas as pd

        from metasyn.synthesis.robust.plain import coefficient_row

        return pd.DataFrame([coefficient_row(row) for row in self.coefficients])

    def __str__(self) -> str:
        from metasyn.synthesis.robust.text import robust_to_text

        return robust_to_text(self)
