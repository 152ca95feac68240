"""How far the coefficients of a regression can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.synthesis.moderators.model import RegressionResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Collinearity", "InflationFactor", "collinearity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InflationFactor:
    """By how much the covariance of some coefficients is inflated by the others.

    Attributes
    ----------
    name : str
        Coefficient or term.
    m : int
        Number of coefficients.
    vif : float
        Variance inflation factor (m = 1), or the generalised one of Fox and Monette.
    sif : float
        vif^(1 / (2m)): the inflation of a standard error.
    """

    name: str
    m: int
    vif: float
    sif: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Collinearity:
    """Collinearity diagnostics.

    Attributes
    ----------
    coefficients : tuple of InflationFactor
        One per coefficient but the intercept.
    terms : tuple of InflationFactor
        One per term of the formula: for a category all its columns together, whose generalised
        factor does not depend on the reference level.
    condition_number : float
        Largest over smallest singular value of the weighted design, columns of unit length.
    """

    coefficients: tuple[InflationFactor, ...]
    terms: tuple[InflationFactor, ...]
    condition_number: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **{
                kind: [{"name": f.name, "m": f.m, "vif": f.vif, "sif": f.sif} for f in getattr(self, kind)]
                for kind in ("coefficients", "terms")
            },
            "condition_number": self.condition_number,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient, then per term."""
        import pandas as pd

        rows = [
            {"of": kind, "name": f.name, "m": f.m, "vif": f.vif, "sif": f.sif}
            for kind, factors in (("coefficient", self.coefficients), ("term", self.terms))
            for f in factors
        ]
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import collinearity_to_text

        return collinearity_to_text(self)


def collinearity(result: RegressionResult) -> Collinearity:
    r"""Variance inflation factors and the condition number.

    With R the correlations of the coefficient estimates without the intercept, a coefficient has
    VIF = (R^{-1})_jj, a term det R_11 det R_22 / det R.

    Parameters
    ----------
    result : RegressionResult
        At least one moderator.

    Returns
    -------
    Collinearity

    Raises
    ------
    NotEstimableError
        If there is no moderator, or the standard errors are zero.

    References
    ----------
    Fox J, Monette G. Generalized collinearity diagnostics. J Am Stat Assoc 1992;87:178-183.
    10.1080/01621459.1992.10475190
    Belsley DA, Kuh E, Welsch RE. Regression diagnostics. Wiley 1980. 10.1002/0471725153

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> result = meta_regression(
    ...     yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.1, 0.1, 0.1, 0.1], tau2=0.0,
    ...     formula="~ a + b", data={"a": [-1, 1, 0, 1, -1], "b": [-1, -1, 0, 1, 1]})
    >>> [round(factor.vif, 12) for factor in collinearity(result).coefficients]
    [1.0, 1.0]
    """
    design = result.design
    tested = list(design.tested)
    if not tested or not np.diag(result.vcov).all():
        raise NotEstimableError("collinearity needs at least one moderator, and standard errors above zero.")
    vcov = result.vcov[np.ix_(tested, tested)]
    size = np.sqrt(np.diag(vcov))
    R = vcov / size / size[:, None]
    place = {column: i for i, column in enumerate(tested)}
    by_term = [
        (term.name, [place[j] for j in term.columns])
        for term in design.terms
        if design.intercept not in term.columns
    ]
    root = np.sqrt(result.weights / result.weights.max())
    weighted = design.X * root[:, None]
    singular = np.linalg.svd(weighted / np.sqrt((weighted**2).sum(axis=0)), compute_uv=False)
    return Collinearity(
        coefficients=tuple(_factor(design.names[j], R, [place[j]]) for j in tested),
        terms=tuple(_factor(name, R, columns) for name, columns in by_term),
        condition_number=float(singular[0] / singular[-1]),
    )


def _factor(name: str, R: NDArray[np.float64], columns: Sequence[int]) -> InflationFactor:
    rest = [j for j in range(R.shape[0]) if j not in columns]
    log = -_log_det(R) + _log_det(R[np.ix_(columns, columns)]) + _log_det(R[np.ix_(rest, rest)])
    vif = max(1.0, float(np.exp(log)))
    return InflationFactor(name=name, m=len(columns), vif=vif, sif=vif ** (1 / (2 * len(columns))))


def _log_det(R: NDArray[np.float64]) -> float:
    return float(np.linalg.slogdet(R)[1]) if R.size else 0.0
