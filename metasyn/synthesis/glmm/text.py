"""A mixed model of counts as text."""

from __future__ import annotations

from metasyn.effects.measure import get_measure
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.glmm.model import GlmmResult, OnNaturalScale
from metasyn.synthesis.lines import notes, number, percent, reference, spread, within
from metasyn.values import NotEstimable

__all__ = ["glmm_to_text"]


def glmm_to_text(result: GlmmResult) -> str:
    """The result on the natural scale, then the numbers on the analysis scale and how they were reached."""
    measure, spec = get_measure(result.spec.measure), result.spec
    level = percent(spec.level)
    used = f" ({result.k_used} used)" if result.silent else ""
    how = spec.model if result.method == "maximum likelihood" else "Firth penalised likelihood"
    between = spec.between if result.method == "maximum likelihood" else "common-effect"
    lines = [
        f"{measure.label} {_natural(result.conditional, level)}{_which(result)}",
        *_marginal(result, level),
        f"{between}, {how}, k = {result.k}{used}",
        f"on the scale of analysis ({measure.scale}): {result.estimate:.6g} (se {result.se:.6g})",
        f"{level} confidence interval ({spec.ci_method}): {spread(result.ci)}",
        *_no_effect(result),
        f"prediction interval ({spec.pi_method}): {spread(result.pi)}",
        f"tau2 = {number(result.tau2)}; I2 = {number(result.I2)}",
        *_extra(result),
        f"heterogeneity: likelihood ratio {_chi_square(result.lrt)}; Wald {_chi_square(result.wald)}",
        f"log-likelihood {result.log_likelihood:.6g}; {_quadrature(result)}",
        *(f"not used: {row.label}: {row.reason}" for row in result.silent),
        *notes(result.findings),
    ]
    return "\n".join(lines)


def _natural(found: OnNaturalScale, level: str) -> str:
    return f"{found.value:.4g}, {level} CI {within(found.ci.low, found.ci.high, digits=4)}"


def _which(result: GlmmResult) -> str:
    """Of which study the value is."""
    single = result.data.events_2 is None
    return " (median over studies)" if single and isinstance(result.tau2, float) and result.tau2 > 0 else ""


def _marginal(result: GlmmResult, level: str) -> list[str]:
    if isinstance(result.marginal, NotEstimable) or result.marginal == result.conditional:
        return []
    return [f"mean over studies {_natural(result.marginal, level)}"]


def _no_effect(result: GlmmResult) -> list[str]:
    if isinstance(result.statistic, NotEstimable) or isinstance(result.pvalue, NotEstimable):
        return []
    return [f"test of no effect: {reference(result.statistic, result.df, result.pvalue)}"]


def _extra(result: GlmmResult) -> list[str]:
    """Parameters that only some models have."""
    named = {"sigma2 (levels of the studies)": result.sigma2, "rho (within studies)": result.rho}
    return [f"{name} = {value:.6g}" for name, value in named.items() if isinstance(value, float)]


def _chi_square(test: ChiSquaredTest | NotEstimable) -> str:
    if isinstance(test, NotEstimable):
        return f"not estimable ({test.reason})"
    return f"chi-square = {test.statistic:.6g}, df = {test.df}, p = {test.pvalue:.4g}"


def _quadrature(result: GlmmResult) -> str:
    q, steps = result.quadrature, f"{result.convergence.iterations} steps"
    if q.rule == "none":
        return f"no integral, {steps}"
    checked = "" if q.moved is None else f" (with {q.checked_nodes} it moves by {q.moved:.1g})"
    return f"{q.rule} quadrature, {q.nodes} nodes{checked}, {steps}"
