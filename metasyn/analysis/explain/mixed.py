"""Numbers of a mixed model of counts: what its equations are, with every study's part in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.mixed_counts import MixedCounts, mixed_counts
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import Worked, interval_lines, natural_lines
from metasyn.analysis.explain.sheet import Sheet
from metasyn.synthesis.glmm.model import Quadrature
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.wording import level_text, short_number, whole

__all__ = ["mixed_estimate_work", "mixed_facts", "mixed_heterogeneity_work", "mixed_tau2_work"]

_Array = NDArray[np.float64]
_SOLVED = "the equation it solves; m holds μ and τ² themselves, so it was found by iteration"
# With τ² = 0 all are as one, and where the counts of the whole give mean and standard error, how.
_AS_ONE: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "PLO": ("ln(X/(N − X))", "√(1/X + 1/(N − X))", "X and N are the sums of x and n"),
        "IRLN": ("ln(X/N)", "√(1/X)", "X and N are the sums of x and t"),
    }
)
_PRECISION: Mapping[str, str] = MappingProxyType(
    {
        "PLO": "1/(1/x + 1/(n − x)), with 1/2 added to both counts of a cohort in which nobody or everybody "
        "has the event",
        "IRLN": "x, with 1/2 added to the events of a cohort without",
        "OR": "1/(1/x1 + 1/(n1 − x1) + 1/x2 + 1/(n2 − x2)), with 1/2 added to the four counts of a study in "
        "which one is 0",
        "IRR": "1/(1/x1 + 1/x2), with 1/2 added to the events of a study in which one group has none",
    }
)
_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "PLO": "G is the sum of g = x ln(x/E) + (n − x) ln((n − x)/(n − E)), E = n × Σx/Σn",
        "IRLN": "G is the sum of g = x ln(x/E), E = t × Σx/Σt",
        "IRR": "G is the sum of g = x1 ln(x1/E) + x2 ln(x2/(x1 + x2 − E)), E the events that the first group "
        "would have with the one rate ratio under which all counts are most probable",
        "OR": "G is the sum of g = o − c, o and c the logarithms of the probability of a study's counts: o "
        "with the odds ratio that makes it largest, c with the one odds ratio that does so for all together",
    }
)


def mixed_facts(result: SynthesisResult) -> Iterator[tuple[str, str]]:
    """The model in words, how its integrals were done, and who has no part in it."""
    counts = mixed_counts(result)
    if counts is None:
        return
    yield "Formula", counts.law
    if counts.fit is None:
        yield (
            "Groups",
            "τ² is that of all groups together, which are fitted as one model; the standard error allows "
            "for its being estimated",
        )
    else:
        yield from _quadrature(counts.unit, counts.fit.quadrature)
    for label, reason in counts.silent:
        yield "Without part in it", f"{label}: {reason}"
    if result.ci_method == "profile-likelihood":
        level = level_text(result.request.level)
        yield (
            "Interval",
            "the values of μ for which twice the logarithm of the probability of all counts, made as large "
            f"as possible by τ², lies less below its maximum than the {level} quantile of chi-square with "
            "1 degree of freedom",
        )


def _quadrature(unit: str, rule: Quadrature) -> Iterator[tuple[str, str]]:
    """How the integrals of a fit were done; nothing where there was none."""
    if rule.nodes > 1 and rule.moved is not None:
        yield (
            "Integral",
            f"over θ, {unit} by {unit}: adaptive Gauss-Hermite quadrature with {whole(rule.nodes)} nodes; "
            f"with {whole(rule.checked_nodes or 0)} nothing moves by more than "
            f"{short_number(max(rule.moved, 1e-10))} standard errors",
        )


def mixed_estimate_work(result: SynthesisResult) -> Worked:
    """Mean, standard error and interval on the analysis scale, then on the natural one."""
    counts = mixed_counts(result)
    if counts is None:
        return None, ()
    sheet = Sheet(exact("k", counts.data.k))
    if counts.tau2 > 0:
        table = _mean_of_given(sheet, counts)
    elif counts.measure in _AS_ONE:
        mean, spread, words = _AS_ONE[counts.measure]
        x, size = counts.columns.values()
        sheet.know(exact("X", float(x.sum())), exact("N", float(size.sum())))
        sheet.add("μ", (mean,), result.estimate, remark=f"{words}: with τ² = 0 all cohorts are as one")
        sheet.add("se", (spread,), result.se)
        table = counts.table({}, summed=tuple(counts.columns))
    else:
        table = _expected_as_seen(sheet, counts)
    interval_lines(sheet, result)
    natural_lines(sheet, result)
    return table, tuple(sheet.lines)


def _mean_of_given(sheet: Sheet, counts: MixedCounts) -> WorkedTable:
    """The mean of what the counts say of each true effect, and the curvature of the likelihood."""
    given, unit = counts.given(), counts.unit
    sheet.know(*(rounded(f"Σ{name}", float(getattr(given, name).sum())) for name in "mabc"))
    words = f"m and s: mean and standard deviation of θ given the {unit}'s counts, μ and τ²"
    sheet.add("μ", ("Σm/k",), counts.result.estimate, remark=f"{words}; {_SOLVED}")
    if counts.fit is None:
        sheet.know(rounded("se", counts.result.se))
        return counts.table({"m": given.m, "s": given.s}, summed=("m",))
    words = f"a, b, c: curvature of the {unit}'s log-likelihood by μ, by μ and τ², by τ²; a = (1 − s²/τ²)/τ²"
    sheet.add("se", ("√(Σc/(Σa × Σc − (Σb)²))",), counts.result.se, remark=words)
    columns = {"m": given.m, "s": given.s, "a": given.a, "b": given.b, "c": given.c}
    return counts.table(columns, summed=("m", "a", "b", "c"))


def _expected_as_seen(sheet: Sheet, counts: MixedCounts) -> WorkedTable:
    """With τ² = 0 and two groups: the effect under which as many events are expected as were seen."""
    mean = counts.result.estimate
    expected, variance = counts.expected(mean)
    sheet.know(rounded("μ", mean), exact("X", float(counts.data.events_1.sum())))
    sheet.know(rounded("E", float(expected.sum())), rounded("V", float(variance.sum())))
    words = (
        "with τ² = 0 all studies are as one; X, E and V are the sums of x1, e and v, e and v what x1 is "
        "expected to be and its variance for the effect μ; where as many events are expected as were seen, "
        "a further step of the search leaves μ as it is"
    )
    sheet.add("μ", ("μ + (X − E)/V",), mean, remark=words)
    sheet.add("se", ("√(1/V)",), counts.result.se)
    return counts.table({"e": expected, "v": variance}, summed=("x1", "e", "v"))


def mixed_tau2_work(result: SynthesisResult) -> Worked:
    """The equation that tau2 solves, or why it is 0."""
    counts = mixed_counts(result)
    if counts is None:
        return None, ()
    if counts.tau2 > 0:
        given = counts.given()
        apart = {"m": given.m, "s": given.s, "(m − μ)² + s²": given.d}
        table = counts.table(apart, summed=("(m − μ)² + s²",))
        if counts.fit is None:
            return table, ()
        sheet = Sheet(exact("k", counts.data.k), rounded("D", float(given.d.sum())))
        words = (
            f"D is the sum of (m − μ)² + s², m and s mean and standard deviation of θ given the "
            f"{counts.unit}'s counts, μ and τ²"
        )
        sheet.add("τ²", ("D/k",), counts.tau2, remark=f"{words}; {_SOLVED}")
        return table, tuple(sheet.lines)
    expected, variance = counts.expected(result.estimate)
    x = counts.data.events_1
    named = "x" if counts.unit == "cohort" else "x1"
    apart = {"e": expected, f"({named} − e)²": (x - expected) ** 2, "v": variance}
    sheet = Sheet(rounded("D", float(((x - expected) ** 2).sum())), rounded("V", float(variance.sum())))
    words = (
        f"D and V are the sums of ({named} − e)² and v, e and v what {named} is expected to be and its "
        "variance if the effect is the same in all: the counts lie no further apart than chance puts them "
        "(D is not above V), and the likelihood falls from τ² = 0 on"
    )
    if counts.fit is not None:
        sheet.add("τ²", ("max(0, D − V)",), counts.tau2, remark=words)
    return counts.table(apart, summed=tuple(apart)[1:]), tuple(sheet.lines)


def mixed_heterogeneity_work(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """The likelihood-ratio test of one effect for all, then I2 and H2."""
    counts = mixed_counts(result)
    if counts is None:
        return None, ()
    test = _log_ratios(counts)
    g = list(test.values())[-1]
    w = counts.precision
    sheet = Sheet(rounded("G", float(g.sum())), exact("df", found.df), rounded("τ²", found.tau2.value))
    sheet.add("χ²", ("2 × G",), found.Q, remark=_EXPECTED[counts.measure])
    words = f"X: upper tail of chi-square, df = k − 1 = {found.df}"
    sheet.add("p", ("X(χ², df)",), found.pvalue, remark=words)
    sheet.know(exact("k", counts.data.k), rounded("A", float(w.sum())), rounded("B", float((w * w).sum())))
    typical = (w.size - 1) * w.sum() / (w.sum() ** 2 - (w * w).sum())
    words = f"typical sampling variance; A and B: sums of w and w², w = {_PRECISION[counts.measure]}"
    sheet.add("v", ("(k − 1) × A/(A² − B)",), float(typical), remark=words)
    sheet.add("I²", ("τ²/(τ² + v)",), found.I2)
    sheet.add("H²", ("(τ² + v)/v",), found.H2)
    columns = {**test, "w": w, "w²": w * w}
    return counts.table(columns, summed=("x", "n", "t", "g", "w", "w²")), tuple(sheet.lines)


def _log_ratios(counts: MixedCounts) -> dict[str, _Array]:
    """What every study adds to the logarithm of the likelihood ratio, in the last column."""
    common = counts.common()
    expected, x = counts.expected(common)[0], counts.data.events_1
    if counts.measure == "OR":
        own = counts.own()
        one = counts.log_likelihood(np.full((counts.data.k, 1), common))[:, 0]
        return {"o": own, "c": one, "g": own - one}
    others = counts.data.events_2 if counts.data.events_2 is not None else np.zeros_like(x)
    if counts.measure == "PLO":
        others = counts.data.size_1 - x
    total = x + others
    rest = np.where(others > 0, total - expected, 1.0)
    return {"E": expected, "g": np.asarray(xlogy(x, x / expected) + xlogy(others, others / rest))}
