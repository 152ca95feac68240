"""A synthesis of counts as text."""

from __future__ import annotations

from metasyn.effects.measure import get_measure
from metasyn.synthesis.counts.model import ChiSquaredTest, CountSynthesis
from metasyn.synthesis.lines import number, percent, spread, within
from metasyn.values import NotEstimable

__all__ = ["count_synthesis_to_text"]


def count_synthesis_to_text(result: CountSynthesis) -> str:
    """The result on the natural scale, then the numbers on the analysis scale and the tests."""
    measure, level = get_measure(result.spec.measure), percent(result.ci.level)
    low, high = measure.to_natural(result.ci.low), measure.to_natural(result.ci.high)
    shown = f"{measure.to_natural(result.estimate):.4g}, {level} CI {within(low, high, digits=4)}"
    silent = f" ({result.k_informative} move the estimate)" if result.silent else ""
    lines = [
        f"{measure.label} {shown}",
        f"common effect from counts, {result.spec.method}, k = {result.k}{silent}",
        f"on the scale of analysis ({measure.scale}): {result.estimate:.6g} (se {result.se:.6g})",
        f"{level} confidence interval: {spread(result.ci)}",
        f"test of no effect: z = {result.statistic:.6g}, p = {result.pvalue:.4g}",
        f"heterogeneity: {_heterogeneity(result)}",
        *_tests(result),
        *(f"does not move the estimate: {row.label}: {row.reason}" for row in result.silent),
    ]
    return "\n".join(lines)


def _heterogeneity(result: CountSynthesis) -> str:
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return f"not estimable ({found.reason})"
    return (
        f"I2 = {number(result.I2)}; H2 = {number(result.H2)}; "
        f"Q = {found.statistic:.6g}, df = {found.df}, p = {found.pvalue:.4g}"
    )


def _tests(result: CountSynthesis) -> list[str]:
    """The tests that the measure has."""
    rates = result.spec.measure == "IRR"
    named = {
        "Mantel-Haenszel test of the rates" if rates else "Cochran-Mantel-Haenszel test": result.association,
        "Cochran's test": result.cochran,
        "Breslow-Day test of equal odds ratios": result.breslow_day,
        "Tarone's test of equal odds ratios": result.tarone,
    }
    defined = result.spec.measure == "OR"
    return [
        f"{name}: {_chi_square(test)}"
        for name, test in named.items()
        if defined or isinstance(test, ChiSquaredTest)
    ]


def _chi_square(test: ChiSquaredTest | NotEstimable) -> str:
    if isinstance(test, NotEstimable):
        return f"not estimable ({test.reason})"
    return f"chi-square = {test.statistic:.6g}, df = {test.df}, p = {test.pvalue:.4g}"
