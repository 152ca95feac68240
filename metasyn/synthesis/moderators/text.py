"""A meta-regression as plain data, as a table and as text; nothing rounded but in text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from metasyn.synthesis.lines import columns, notes, number, percent, spread
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators.model import Coefficient, RegressionResult, WaldTest
from metasyn.values import Finding, Interval, NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from metasyn.synthesis.moderators.collinearity import Collinearity
    from metasyn.synthesis.moderators.permutation import PermutationTest
    from metasyn.synthesis.moderators.prediction import Predictions

__all__ = [
    "coefficient_to_text",
    "collinearity_to_text",
    "permutation_to_text",
    "predictions_to_text",
    "regression_to_dict",
    "regression_to_frame",
    "regression_to_text",
    "wald_to_text",
]


def regression_to_frame(result: RegressionResult) -> pd.DataFrame:
    """The coefficients, one row each; what is not estimable is missing."""
    import pandas as pd

    rows = [
        {
            "name": c.name,
            "estimate": c.estimate,
            "se": c.se,
            "statistic": _or_missing(c.statistic),
            "df": c.df,
            "pvalue": _or_missing(c.pvalue),
            "ci_low": c.ci.low,
            "ci_high": c.ci.high,
        }
        for c in result.coefficients
    ]
    return pd.DataFrame(rows)


def regression_to_dict(result: RegressionResult) -> dict[str, Any]:
    """JSON-ready; what is not estimable is None, with the reason under its name in `not_estimable`."""
    request = result.request
    singles = {
        "R2": result.R2,
        "tau2_null": result.tau2_null,
        "log_likelihood": result.log_likelihood,
        "deviance": result.deviance,
        "aic": result.aic,
        "bic": result.bic,
        "aicc": result.aicc,
        "omnibus": result.omnibus,
        "tau2_ci": result.heterogeneity.tau2.ci,
    }
    return {
        "formula": result.design.formula,
        "model": request.model,
        "test": request.test,
        "level": request.level,
        "user_weights": None if request.weights is None else list(request.weights),
        "k": result.k,
        "p": result.p,
        "coefficients": [
            {
                "name": c.name,
                "estimate": c.estimate,
                "se": c.se,
                "statistic": _plain(c.statistic),
                "df": _finite(c.df),
                "pvalue": _plain(c.pvalue),
                "ci": [c.ci.low, c.ci.high],
            }
            for c in result.coefficients
        ],
        "vcov": result.vcov.tolist(),
        "omnibus": _wald(result.omnibus),
        **_heterogeneity(result.heterogeneity),
        **{name: _plain(value) for name, value in singles.items() if name not in ("omnibus", "tau2_ci")},
        "fitted": result.fitted.tolist(),
        "hat": result.hat.tolist(),
        "exclusions": [{"label": e.label, "code": e.code, "reason": e.reason} for e in result.exclusions],
        "findings": [_finding(f) for f in result.findings],
        "not_estimable": {
            name: value.reason for name, value in singles.items() if isinstance(value, NotEstimable)
        },
    }


def _heterogeneity(found: Heterogeneity) -> dict[str, Any]:
    return {
        "tau2": found.tau2.value,
        "tau2_method": found.tau2.method,
        "tau2_ci": _pair(found.tau2.ci),
        "tau2_truncated": found.tau2.truncated,
        "I2": found.I2,
        "I2_ci": _pair(found.I2_ci),
        "H2": found.H2,
        "H2_ci": _pair(found.H2_ci),
        "QE": found.Q,
        "QE_df": found.df,
        "QE_pvalue": found.pvalue,
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "where": finding.where,
    }


def _wald(test: WaldTest | NotEstimable) -> dict[str, Any] | None:
    if isinstance(test, NotEstimable):
        return None
    return {
        "names": list(test.names),
        "statistic": _plain(test.statistic),
        "distribution": test.distribution,
        "df": test.df,
        "df_residual": _finite(test.df_residual),
        "pvalue": _plain(test.pvalue),
    }


def _plain(value: float | NotEstimable | object) -> float | None:
    return value if isinstance(value, float) else None


def _or_missing(value: float | NotEstimable) -> float:
    """As a table of pandas has it."""
    return math.nan if isinstance(value, NotEstimable) else value


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _pair(interval: Interval | NotEstimable) -> list[float] | None:
    return None if isinstance(interval, NotEstimable) else [interval.low, interval.high]


def regression_to_text(result: RegressionResult) -> str:
    """The table of coefficients with what a reader needs around it."""
    found, request = result.heterogeneity, result.request
    level = f"{100 * request.level:g}%"
    fixed = "common-effect" if request.model == "common-effect" else f"mixed-effects, {found.tau2.method}"
    what = f"meta-regression {result.design.formula}" if result.design.formula else "meta-regression"
    lines = [
        f"{what} ({fixed}, {request.test}), k = {result.k}",
        f"residual heterogeneity: tau2 = {found.tau2.value:.6g}, {level} CI {spread(found.tau2.ci)}; "
        f"I2 = {found.I2:.6g}; QE = {found.Q:.6g}, df = {found.df}, p = {found.pvalue:.4g}",
        f"R2 = {number(result.R2)}",
        f"test of the moderators: {_said(result.omnibus)}",
        "",
        *_table(result, level),
    ]
    lines += [f"left out: {e.label}: {e.reason}" for e in result.exclusions]
    return "\n".join([*lines, *notes(result.findings)])


def _table(result: RegressionResult, level: str) -> list[str]:
    head = ["", "estimate", "se", "statistic", "df", "p", f"{level} CI"]
    rows = [
        [
            c.name,
            f"{c.estimate:.6g}",
            f"{c.se:.6g}",
            number(c.statistic, short=True),
            "" if math.isinf(c.df) else f"{c.df:g}",
            number(c.pvalue, digits=4, short=True),
            spread(c.ci),
        ]
        for c in result.coefficients
    ]
    return columns([head, *rows])


def predictions_to_text(there: Predictions) -> str:
    """One line per prediction."""
    level = f"{100 * there.level:g}%"
    without = isinstance(there.pi, NotEstimable)
    head = ["", "estimate", "se", f"{level} CI", *([] if without else [f"{level} PI"])]
    rows = [
        [name, f"{b:.6g}", f"{se:.6g}", f"{ci[0]:.6g} to {ci[1]:.6g}"]
        for name, b, se, ci in zip(there.rows, there.estimate, there.se, there.ci, strict=True)
    ]
    if not isinstance(there.pi, NotEstimable):
        for row, (low, high) in zip(rows, there.pi, strict=True):
            row.append(f"{low:.6g} to {high:.6g}")
    return "\n".join([*columns([head, *rows]), *notes(there.findings)])


def wald_to_text(test: WaldTest) -> str:
    """The statistic with its distribution, and what was tested."""
    return f"{', '.join(test.names)}: {_said(test)}"


def _said(test: WaldTest | NotEstimable) -> str:
    if isinstance(test, NotEstimable):
        return f"not estimable ({test.reason})"
    if isinstance(test.statistic, NotEstimable):
        return f"not estimable ({test.statistic.reason})"
    df = f"df = {test.df}" if test.distribution == "chi-square" else f"df = {test.df}, {test.df_residual:g}"
    return f"{test.distribution} = {test.statistic:.6g}, {df}, p = {number(test.pvalue, digits=4)}"


def coefficient_to_text(one: Coefficient) -> str:
    """Estimate, interval and test on one line."""
    freedom = "" if math.isinf(one.df) else f", df = {one.df:g}"
    name = "z" if math.isinf(one.df) else "t"
    return (
        f"{one.name}: {one.estimate:.6g} (se {one.se:.6g}), {percent(one.ci.level)} CI {spread(one.ci)}; "
        f"{name} = {number(one.statistic)}{freedom}, p = {number(one.pvalue, digits=4)}"
    )


def collinearity_to_text(found: Collinearity) -> str:
    """Inflation factors, of terms only where they are not the coefficients, and the condition number."""
    factors = [*found.coefficients, *(term for term in found.terms if term.m > 1)]
    rows = [[f.name, str(f.m), f"{f.vif:.6g}", f"{f.sif:.6g}"] for f in factors]
    return "\n".join(
        [
            "variance inflation (vif) and inflation of a standard error (sif)",
            *columns([["", "coefficients", "vif", "sif"], *rows]),
            f"condition number of the design: {found.condition_number:.6g}",
        ]
    )


def permutation_to_text(found: PermutationTest) -> str:
    """The p values, and how many permutations are behind them."""
    drawn = "all of them" if found.exact else f"drawn at random, seed {found.seed}"
    return "\n".join(
        [
            f"permutation test: {found.n} permutations, {drawn}; smallest p possible {found.resolution:.4g}",
            *(f"{name}: {_p(p)}" for name, p in zip(found.names, found.pvalues, strict=True)),
            f"all moderators together: {_p(found.omnibus_pvalue)}",
        ]
    )


def _p(pvalue: float | NotEstimable) -> str:
    return number(pvalue) if isinstance(pvalue, NotEstimable) else f"p = {pvalue:.4g}"
