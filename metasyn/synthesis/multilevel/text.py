"""A multilevel model as text."""

from __future__ import annotations

from metasyn.synthesis.lines import columns, natural, notes, number, percent, spread
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.multilevel.model import (
    MultilevelResult,
    OutcomeCorrelation,
    OutcomeVariation,
    VarianceComponent,
)
from metasyn.values import Interval, NotEstimable

__all__ = ["multilevel_to_text"]


def multilevel_to_text(result: MultilevelResult) -> str:
    """Coefficients, then where the variation lies, then how well the model describes the effects."""
    level = percent(result.spec.level)
    lines = [
        *_natural(result),
        f"{_what(result)}, {result.spec.method}",
        f"{result.k} effects in {result.n_clusters} independent clusters",
        *_coefficients(result, level),
        *(_omnibus(result.omnibus) if isinstance(result.omnibus, WaldTest) else ()),
        *(f"prediction interval, {level}: {spread(result.pi)}" for _ in [0] if _has(result.pi)),
        *_levels(result, level),
        *_outcomes(result.outcomes, level),
        f"heterogeneity: Q = {result.QE.statistic:.6g}, df = {result.QE.df}, p = {result.QE.pvalue:.4g}"
        + (f"; I2 = {result.I2:.4g} (all levels)" if isinstance(result.I2, float) else ""),
        f"log-likelihood {result.log_likelihood:.6g}, AIC {result.aic:.6g}, BIC {result.bic:.6g}; "
        f"{result.search.iterations} steps",
        *notes(result.findings),
    ]
    return "\n".join(lines)


def _has(value: object) -> bool:
    return isinstance(value, Interval)


def _natural(result: MultilevelResult) -> list[str]:
    """A single mean on the natural scale."""
    if len(result.table) > 1:
        return []
    row = result.table[0]
    said = natural(result.effects.measure.code, row.estimate, row.ci)
    return [said] if said else []


def _what(result: MultilevelResult) -> str:
    """The model in words."""
    parts = [" / ".join(level.name for level in result.levels)] if result.levels else []
    if isinstance(result.outcomes, OutcomeVariation):
        parts.append(
            f"{len(result.outcomes.outcomes)} outcomes within {result.outcomes.within.name} "
            f"({result.outcomes.structure})"
        )
    return "random effects of " + " and ".join(parts)


def _coefficients(result: MultilevelResult, level: str) -> list[str]:
    test = "z" if result.spec.ci_method == "wald" else "t"
    head = ["", "estimate", "se", test, *([] if test == "z" else ["df"]), "p", f"{level} CI"]
    rows = [
        [
            row.name, f"{row.estimate:.6g}", f"{row.se:.6g}", number(row.statistic, digits=4),
            *([] if test == "z" else [f"{row.df:g}"]), number(row.pvalue, digits=4), spread(row.ci),
        ]
        for row in result.table
    ]  # fmt: skip
    return columns([head, *rows])


def _omnibus(test: WaldTest) -> list[str]:
    return [f"omnibus test of {test}"] if len(test.names) > 1 else []


def _levels(result: MultilevelResult, level: str) -> list[str]:
    return [f"between {one.name}: {_component(one, level)}" for one in result.components]


def _component(one: VarianceComponent, level: str) -> str:
    interval = f" ({level} CI {spread(one.ci, digits=4)})" if isinstance(one.ci, Interval) else ""
    share = f", I2 = {one.I2:.4g}" if isinstance(one.I2, float) else ""
    return f"variance {one.variance:.6g}{interval}, sd {one.sd:.4g}, {one.n_groups} groups{share}"


def _outcomes(found: OutcomeVariation | NotEstimable, level: str) -> list[str]:
    if isinstance(found, NotEstimable):
        return []
    return [
        *(f"between studies, {one.name}: {_component(one, level)}" for one in found.variances),
        *(_correlation(pair, level) for pair in found.correlations),
    ]


def _correlation(pair: OutcomeCorrelation, level: str) -> str:
    interval = f" ({level} CI {spread(pair.ci, digits=4)})" if isinstance(pair.ci, Interval) else ""
    return (
        f"correlation of {', '.join(pair.outcomes)}: {number(pair.rho)}{interval}, "
        f"{pair.n_together} studies with both"
    )
