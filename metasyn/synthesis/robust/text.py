"""Cluster-robust results as text."""

from __future__ import annotations

from metasyn.synthesis.lines import columns, natural, notes, number, percent, spread, within
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust.che_model import CheAtRho, CheResult
from metasyn.synthesis.robust.model import RobustCoefficient, RobustResult
from metasyn.synthesis.robust.wild_model import WildBootstrapTest
from metasyn.values import Interval, NotEstimable

__all__ = ["che_to_text", "robust_to_text", "wild_to_text"]

_DEGREES = {"satterthwaite": "Satterthwaite's degrees of freedom", "residual": "m - p degrees of freedom"}


def robust_to_text(result: RobustResult) -> str:
    """The table of coefficients, the joint test, and what a reader must know."""
    return "\n".join([*_table(result), *notes(result.findings)])


def che_to_text(result: CheResult) -> str:
    """The mean on the natural scale, the robust table, the working model, and what other rho would give."""
    spec, code = result.spec, result.effects.measure.code
    mean = "" if result.robust.model.p > 1 else natural(code, result.estimate, result.ci)
    where = " where the evidence has no number" if spec.from_evidence else ""
    lines = [
        *([mean] if mean else []),
        f"correlated and hierarchical effects, rho = {spec.rho:g}{where}, {spec.method}",
        *_table(result.robust),
        f"tau2 (between clusters) = {number(result.tau2)}",
        f"omega2 (within clusters) = {number(result.omega2)}",
        f"prediction interval: {spread(result.pi)}",
        *_sensitivity(result),
        *notes(result.findings),
    ]
    return "\n".join(lines)


def wild_to_text(test: WildBootstrapTest) -> str:
    """The p value, what it was compared with, and the test with degrees of freedom beside it."""
    how = (
        f"all signs of {test.n_clusters} clusters"
        if test.exact
        else f"{test.n_signs} signs of {test.n_clusters} clusters drawn, seed {test.seed}"
    )
    error = "" if test.exact else f" (standard error {number(test.pvalue_se, digits=2)})"
    beside = (
        test.beside.reason if isinstance(test.beside, NotEstimable) else number(test.beside.pvalue, digits=4)
    )
    return "\n".join(
        [
            f"cluster wild bootstrap of {', '.join(test.names)}: {how}",
            f"Wald statistic {number(test.statistic)}, p = {number(test.pvalue, digits=4)}{error}",
            f"by degrees of freedom: {'' if isinstance(test.beside, NotEstimable) else 'p = '}{beside}",
            *notes(test.findings),
        ]
    )


def _sensitivity(result: CheResult) -> list[str]:
    """The first coefficient with other correlations."""
    if len(result.sensitivity) == 1:
        told = result.spec.from_evidence and result.spec.sensitivity
        return ["the evidence has every number: nothing is assumed about correlations"] if told else []
    head = ["rho", "estimate", "robust se", "df", f"{percent(result.spec.level)} CI", "tau2", "omega2"]
    return ["other correlations:", *columns([head, *(_other(at) for at in result.sensitivity)])]


def _other(at: CheAtRho) -> list[str]:
    """The first coefficient with another correlation."""
    if isinstance(at.coefficients, NotEstimable):
        return [f"{at.rho:g}", "not estimable", *[""] * 5]
    first = at.coefficients[0]
    ci = within(first.ci.low, first.ci.high, digits=4) if isinstance(first.ci, Interval) else "not estimable"
    return [
        f"{at.rho:g}",
        number(first.estimate, digits=4),
        number(first.se, digits=4, short=True),
        number(first.df, digits=3, short=True),
        ci,
        number(at.tau2, digits=3, short=True),
        number(at.omega2, digits=3, short=True),
    ]


def _table(result: RobustResult) -> list[str]:
    """What was done, the coefficients, and their joint test."""
    head = ["", "estimate", "robust se", "df", "t", "p", f"{percent(result.level)} CI", "model se"]
    lines = [
        f"cluster-robust ({result.variance}, {_DEGREES[result.df_method]}), {result.k} rows in "
        f"{result.n_clusters} clusters",
        *columns([head, *(_row(row) for row in result.coefficients)]),
    ]
    if isinstance(result.omnibus, WaldTest):
        test = result.omnibus
        lines.append(
            f"all but the intercept: F = {number(test.statistic)}, df = {test.df} and "
            f"{test.df_residual:.4g}, p = {number(test.pvalue, digits=4)}"
        )
    missing = {
        row.ci.reason: row.name for row in reversed(result.coefficients) if not isinstance(row.ci, Interval)
    }
    lines += [f"{name}: not estimable, {reason}" for reason, name in missing.items()]
    return lines


def _row(row: RobustCoefficient) -> list[str]:
    ci = within(row.ci.low, row.ci.high, digits=4) if isinstance(row.ci, Interval) else "not estimable"
    return [
        row.name,
        number(row.estimate, digits=4),
        number(row.se, digits=4, short=True),
        number(row.df, digits=3, short=True),
        number(row.statistic, digits=4, short=True),
        number(row.pvalue, digits=3, short=True),
        ci,
        number(row.working_se, digits=4),
    ]
