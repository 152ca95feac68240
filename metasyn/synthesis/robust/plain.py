"""Cluster-robust results as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust.che_model import CheAtRho, CheResult
from metasyn.synthesis.robust.model import RobustCoefficient, RobustResult
from metasyn.synthesis.robust.wild_model import WildBootstrapTest
from metasyn.values import Interval, NotEstimable

__all__ = [
    "che_to_dict",
    "coefficient_row",
    "plain_value",
    "robust_to_dict",
    "sensitivity_rows",
    "wild_to_dict",
]

_FIELDS = ("name", "estimate", "se", "df", "statistic", "pvalue", "ci", "working_se")


def robust_to_dict(result: RobustResult) -> dict[str, Any]:
    """The whole result; arrays as lists, an undefined quantity as `{"not_estimable": reason}`."""
    covariance = result.model.covariance
    return {
        "variance": result.variance,
        "df_method": result.df_method,
        "level": result.level,
        "k": result.k,
        "n_clusters": result.n_clusters,
        "clusters": {
            name: [int(i) for i in rows]
            for name, rows in zip(covariance.names, covariance.clusters, strict=True)
        },
        "coefficients": [_coefficient(row) for row in result.coefficients],
        "covariance": result.covariance.tolist(),
        "omnibus": plain_value(result.omnibus),
        "findings": [str(finding) for finding in result.findings],
    }


def _coefficient(row: RobustCoefficient) -> dict[str, Any]:
    return {name: plain_value(getattr(row, name)) for name in _FIELDS}


def coefficient_row(row: RobustCoefficient) -> dict[str, Any]:
    """One row of a table of numbers; what is not estimable is missing."""
    numbers = {name: getattr(row, name) for name in ("estimate", "se", "df", "statistic", "pvalue")}
    bounds = (row.ci.low, row.ci.high) if isinstance(row.ci, Interval) else (math.nan, math.nan)
    return {
        "name": row.name,
        **{name: math.nan if isinstance(x, NotEstimable) else x for name, x in numbers.items()},
        "ci_low": bounds[0],
        "ci_high": bounds[1],
        "working_se": row.working_se,
    }


def plain_value(value: Any) -> Any:
    """One quantity as plain data."""
    if isinstance(value, NotEstimable):
        return {"not_estimable": value.reason}
    if isinstance(value, Interval):
        return [value.low, value.high]
    if isinstance(value, WaldTest):
        return {
            "names": list(value.names),
            "statistic": plain_value(value.statistic),
            "df": value.df,
            "df_residual": value.df_residual,
            "pvalue": plain_value(value.pvalue),
        }
    return value


def che_to_dict(result: CheResult) -> dict[str, Any]:
    """The whole result; an undefined quantity as `{"not_estimable": reason}`."""
    return {
        **{
            name: getattr(result.spec, name)
            for name in ("rho", "from_evidence", "method", "variance", "level")
        },
        "tau2": result.tau2,
        "omega2": result.omega2,
        "pi": plain_value(result.pi),
        "robust": robust_to_dict(result.robust),
        "model": result.model.to_dict(),
        "sensitivity": [
            {
                "rho": at.rho,
                "tau2": plain_value(at.tau2),
                "omega2": plain_value(at.omega2),
                "coefficients": plain_value(at.coefficients)
                if isinstance(at.coefficients, NotEstimable)
                else [_coefficient(row) for row in at.coefficients],
            }
            for at in result.sensitivity
        ],
        "findings": [str(finding) for finding in result.findings],
    }


def sensitivity_rows(sensitivity: Sequence[CheAtRho]) -> list[dict[str, Any]]:
    """One row per correlation and coefficient; what is not estimable is missing."""
    rows: list[dict[str, Any]] = []
    for at in sensitivity:
        if isinstance(at.coefficients, NotEstimable):
            rows.append({"rho": at.rho})
            continue
        rows += [
            {"rho": at.rho, **coefficient_row(row), "tau2": at.tau2, "omega2": at.omega2}
            for row in at.coefficients
        ]
    return rows


def wild_to_dict(test: WildBootstrapTest) -> dict[str, Any]:
    """The whole test; arrays as lists."""
    return {
        "names": list(test.names),
        "contrasts": test.contrasts.tolist(),
        "values": test.values.tolist(),
        "estimates": test.estimates.tolist(),
        **{
            name: getattr(test, name)
            for name in ("statistic", "pvalue", "pvalue_se", "n_clusters", "n_signs", "exact", "seed")
        },
        "beside": plain_value(test.beside),
        "findings": [str(finding) for finding in test.findings],
    }
