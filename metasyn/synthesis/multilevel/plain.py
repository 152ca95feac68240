"""A multilevel model as plain data."""

from __future__ import annotations

import math
from typing import Any

from metasyn.synthesis.moderators.model import Coefficient, WaldTest
from metasyn.synthesis.multilevel.model import (
    MultilevelResult,
    OutcomeCorrelation,
    OutcomeVariation,
    VarianceComponent,
)
from metasyn.values import Interval, NotEstimable

__all__ = ["coefficient_row", "result_to_dict"]


def result_to_dict(result: MultilevelResult) -> dict[str, Any]:
    """Request, coefficients, variances and tests; an undefined quantity is `{"not_estimable": reason}`."""
    test = result.QE
    return {
        **{name: getattr(result.spec, name) for name in result.spec.__slots__},
        "k": result.k,
        "n_clusters": result.n_clusters,
        "coefficients": [_plain_row(row) for row in result.table],
        "cov_coefficients": result.cov_coefficients.tolist(),
        "components": [_component(one) for one in result.components],
        "outcomes": _outcomes(result.outcomes),
        "QE": {"statistic": test.statistic, "df": test.df, "pvalue": test.pvalue},
        "omnibus": _omnibus(result.omnibus),
        "typical_variance": result.typical_variance,
        "I2": plain(result.I2),
        "pi": plain(result.pi),
        **{name: getattr(result, name) for name in ("log_likelihood", "aic", "bic", "aicc", "n_parameters")},
        "search": {name: getattr(result.search, name) for name in result.search.__slots__},
        "findings": [str(finding) for finding in result.findings],
    }


def coefficient_row(row: Coefficient) -> dict[str, Any]:
    """One row of a table of coefficients."""
    return {
        "name": row.name,
        "estimate": row.estimate,
        "se": row.se,
        "statistic": row.statistic,
        "df": row.df,
        "pvalue": row.pvalue,
        "ci_low": row.ci.low,
        "ci_high": row.ci.high,
    }


def plain(value: float | Interval | NotEstimable) -> Any:
    """A number, two bounds, or why there are none."""
    if isinstance(value, NotEstimable):
        return {"not_estimable": value.reason}
    return [value.low, value.high] if isinstance(value, Interval) else value


def _plain_row(row: Coefficient) -> dict[str, Any]:
    found = coefficient_row(row)
    return {**found, "df": None if math.isinf(row.df) else row.df}


def _component(one: VarianceComponent) -> dict[str, Any]:
    return {
        "name": one.name,
        "variance": one.variance,
        "ci": plain(one.ci),
        "n_groups": one.n_groups,
        "I2": plain(one.I2),
    }


def _outcomes(found: OutcomeVariation | NotEstimable) -> dict[str, Any]:
    if isinstance(found, NotEstimable):
        return {"not_estimable": found.reason}
    return {
        "structure": found.structure,
        "outcomes": list(found.outcomes),
        "covariance": found.covariance.tolist(),
        "variances": [_component(one) for one in found.variances],
        "correlations": [_correlation(pair) for pair in found.correlations],
    }


def _correlation(pair: OutcomeCorrelation) -> dict[str, Any]:
    return {
        "outcomes": list(pair.outcomes),
        "rho": plain(pair.rho),
        "ci": plain(pair.ci),
        "n_together": pair.n_together,
    }


def _omnibus(test: WaldTest | NotEstimable) -> dict[str, Any]:
    if isinstance(test, NotEstimable):
        return {"not_estimable": test.reason}
    return {
        "names": list(test.names),
        "statistic": plain(test.statistic),
        "df": test.df,
        "df_residual": None if math.isinf(test.df_residual) else test.df_residual,
        "pvalue": plain(test.pvalue),
    }
