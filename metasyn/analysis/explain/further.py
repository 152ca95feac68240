"""Numbers beside the pooled result: tests between groups and of small studies, absolute effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.mixed_between import (
    MIXED_REFERENCE,
    MIXED_WAY,
    mixed_between_work,
    share_counts_model,
)
from metasyn.analysis.explain.model import Explanation, Sum, WorkedTable
from metasyn.analysis.explain.results import Number
from metasyn.analysis.explain.sheet import Sheet
from metasyn.analysis.result import OutcomeResult, SmallStudy
from metasyn.errors import OptionError
from metasyn.synthesis.absolute import AbsoluteEffect, absolute_effect
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.small_study.asymmetry import RegressionTest
from metasyn.tables.absolute import difference_words, people
from metasyn.tables.cells import estimate_with_unit
from metasyn.tables.variation import between_text
from metasyn.tables.words import TEST_WORDS, column_word
from metasyn.values import Interval, NotEstimable
from metasyn.wording import MINUS, decimal, p_text, percent_text

__all__ = ["between_number", "further_numbers"]

_Facts = tuple[tuple[str, str], ...]
_WITH = {
    "RR": "p0 × R",
    "OR": "p0 × R/(1 − p0 + p0 × R)",
    "PETO": "p0 × R/(1 − p0 + p0 × R)",
    "HR": "1 − exp(R × ln(1 − p0))",
    "RD": "p0 + R",
}
_BOOK = "Borenstein et al. 2009, Introduction to Meta-Analysis, 10.1002/9780470743386, ch. 19"
# A baseline risk of more digits was computed, not stated.
_LONGEST = 6
_EVENT_FREE = "exp(R × ln p0)"


def further_numbers(part: OutcomeResult, *, place: str) -> Iterator[Number]:
    """Tests between groups, the test of small-study effects, trim and fill, absolute effects.

    Parameters
    ----------
    part : OutcomeResult
    place : str
        Slug of the outcome.
    """
    for groups in part.subgroups:
        if not isinstance(groups.Q_between, NotEstimable):
            yield between_number(groups, place=place)
    if isinstance(part.small_study, SmallStudy):
        yield from _small_study(part.small_study, place)
    if isinstance(part.synthesis, SynthesisResult):
        for baseline in part.outcome.baselines:
            try:
                found = absolute_effect(part.synthesis, baseline)
            except OptionError:
                continue
            if isinstance(found, AbsoluteEffect):
                yield _absolute(found, baseline, part.synthesis, place)


def _number(
    place: str,
    name: str,
    shown: str,
    value: float | None,
    work: Callable[[], tuple[Sum, ...]],
    facts: _Facts,
    *,
    table: Callable[[], WorkedTable | None] = lambda: None,
    others: tuple[str, ...] = (),
) -> Number:
    """A number that stands on others, which are explained under their own names."""

    def build() -> Explanation:
        return Explanation(
            kind="result",
            title=name,
            shown=shown,
            key=name,
            number=value,
            facts=tuple((term, text) for term, text in facts if text),
            table=table(),
            sums=work(),
        )

    return Number(place=place, name=name, shown=shown, build=build, others=others)


def between_number(groups: SubgroupAnalysis, *, place: str) -> Number:
    """The test between groups.

    Parameters
    ----------
    groups : SubgroupAnalysis
        With a test that could be computed.
    place : str
        Slug of the outcome.
    """
    mode = "one τ² for all groups" if groups.tau2_mode == "common" else "each group has its own τ²"
    way, reference, work = f"inverse-variance mean; {mode}", _BOOK, _between_work
    if share_counts_model(groups):
        way, reference, work = MIXED_WAY, MIXED_REFERENCE, mixed_between_work
    facts = (
        ("Method", f"chi-square of the group means around their {way}"),
        ("Why", groups.reason),
        ("Reference", reference),
        ("From", f"the estimates of the groups, explained as {groups.by}: NAME"),
    )
    value = None if isinstance(groups.Q_between, NotEstimable) else groups.Q_between
    return _number(
        place,
        f"{groups.by}: difference between groups",
        between_text(groups).partition(": ")[2],
        value,
        lambda: work(groups)[1],
        facts,
        table=lambda: work(groups)[0],
        others=(f"difference between {column_word(groups.by)}",),
    )


def _between_work(groups: SubgroupAnalysis) -> tuple[WorkedTable | None, tuple[Sum, ...]]:
    """Q between the groups and its p value."""
    if isinstance(groups.Q_between, NotEstimable) or isinstance(groups.pvalue, NotEstimable):
        return None, ()
    pairs = [_mean_and_variance(groups, one) for one in groups.results]
    w = [1 / variance for _, variance in pairs]
    total, weighted = sum(w), sum(one * mean for one, (mean, _) in zip(w, pairs, strict=True))
    mean = weighted / total
    away = [one * (centre - mean) ** 2 for one, (centre, _) in zip(w, pairs, strict=True)]
    sheet = Sheet(rounded("Σwy", weighted), rounded("Σw", total), rounded("S", sum(away)))
    sheet.add("m", ("Σwy/Σw",), mean, remark="mean of the group means y with the weights w = 1/se²")
    if not sheet.add("Q", ("S",), groups.Q_between, remark="S is the sum of w(y − m)²"):
        return None, ()
    sheet.know(exact("df", groups.df))
    words = f"X: upper tail of chi-square, df = groups − 1 = {groups.df}"
    sheet.add("p", ("X(Q, df)",), groups.pvalue, remark=words)
    table = WorkedTable(
        columns=("", "y", "se", "w", "wy", "w(y − m)²"),
        rows=tuple(
            (name, (centre, math.sqrt(variance), one, one * centre, far))
            for name, (centre, variance), one, far in zip(groups.names, pairs, w, away, strict=True)
        ),
        totals=(None, None, total, weighted, sum(away)),
    )
    return table, tuple(sheet.lines)


def _mean_and_variance(groups: SubgroupAnalysis, one: SynthesisResult) -> tuple[float, float]:
    """What the test takes of a group: its mean with the variance of the weights alone."""
    if groups.tau2 is not None:
        weights = [1 / (effect.vi + groups.tau2.value) for effect in one.effects.effects]
        mean = sum(w * effect.yi for w, effect in zip(weights, one.effects.effects, strict=True))
        return mean / sum(weights), 1 / sum(weights)
    if one.model == "glmm":
        return one.estimate, one.se**2
    model = one.request.model
    asked = (model if model in ("random-effects", "common-effect") else "random-effects", "wald")
    wald = next((other for other in one.alternatives if (other.model, other.ci_method) == asked), None)
    return (one.estimate, one.se**2) if wald is None else (wald.estimate, wald.se**2)


def _small_study(found: SmallStudy, place: str) -> Iterator[Number]:
    """The test of small-study effects, and trim and fill."""
    test, filled = found.test, found.trim_fill
    if not isinstance(test, NotEstimable):
        name = TEST_WORDS[found.advice.test]
        facts: _Facts = (("Test", f"{name}, {test.k} results"), ("Why", found.advice.reason))
        if isinstance(test, RegressionTest):
            facts += (("Regressed on", test.predictor), ("Weights", test.weights))
        facts += (("Notes", "; ".join(one.message for one in test.findings)),)
        symbol = _symbol(test.df) if isinstance(test, RegressionTest) else "Kendall's τ"
        shown_of = test.statistic if isinstance(test, RegressionTest) else test.tau
        shown = f"{symbol} = {decimal(shown_of)}, {p_text(test.pvalue)}"
        work = partial(_regression, test) if isinstance(test, RegressionTest) else tuple
        yield _number(place, "small-study effects", shown, test.pvalue, work, facts, others=(name,))
    if not isinstance(filled, NotEstimable):
        measure = filled.observed.effects.measure
        shown = f"{filled.k0} added, {estimate_with_unit(filled.result, measure)}"
        facts = (
            (
                "Method",
                f"trim and fill; results are added on the {filled.side}, random effects, Wald interval",
            ),
            ("Without them", estimate_with_unit(filled.observed, measure)),
            ("Reference", "Duval & Tweedie 2000, 10.1111/j.0006-341x.2000.00455.x"),
        )
        value = measure.to_natural(filled.result.estimate)
        yield _number(place, "trim and fill", shown, value, tuple, facts)


def _symbol(df: float) -> str:
    return "z" if math.isinf(df) else "t"


def _regression(test: RegressionTest) -> tuple[Sum, ...]:
    """Statistic and p value of the slope."""
    sheet = Sheet(rounded("b", test.slope.estimate), rounded("se", test.slope.se))
    name = _symbol(test.df)
    sheet.add(name, ("b/se",), test.statistic, remark="b: slope of the regression, se: its standard error")
    if math.isinf(test.df):
        sheet.add("p", (f"2 × Φ({MINUS}|z|)",), test.pvalue)
    else:
        sheet.know(exact("df", test.df))
        sheet.add("p", (f"2 × T({MINUS}|t|, df)",), test.pvalue)
    return tuple(sheet.lines)


def _absolute(found: AbsoluteEffect, baseline: BaselineRisk, result: SynthesisResult, place: str) -> Number:
    """What the relative effect means at one baseline risk."""
    label = baseline.label or percent_text(baseline.risk)
    pair = found.risk_with_ci
    bounds = (pair.low, pair.high) if isinstance(pair, Interval) else None
    with_it = people(found.risk_with, bounds)
    shown = f"{difference_words(found)} in 1,000"
    share = "share without the event" if baseline.of == "event-free" else "risk"
    both = "" if baseline.interval is None else ", and those of the baseline risk with them"
    facts = (
        ("Baseline", f"{share} {percent_text(baseline.risk)}{f' by {baseline.by}' if baseline.by else ''}"),
        ("Source", baseline.source),
        ("With it", f"{with_it} in 1,000"),
        ("Method", found.formula),
        ("Interval", f"the bounds of the relative effect put into the same formula{both}"),
        ("Notes", "; ".join(found.notes)),
        ("Relative effect", f"{estimate_with_unit(result, result.effects.measure)}, explained as estimate"),
    )
    return _number(
        place,
        f"absolute effect: {label}",
        shown,
        found.difference,
        lambda: _absolute_work(found),
        facts,
        others=(with_it, people(baseline.risk, baseline.interval), percent_text(baseline.risk)),
    )


def _absolute_work(found: AbsoluteEffect) -> tuple[Sum, ...]:
    """The risk with the intervention and the difference."""
    p0 = found.baseline.risk
    baseline = exact("p0", p0)
    if len(baseline.text) > _LONGEST:
        baseline = rounded("p0", p0)
    sheet = Sheet(baseline, rounded("R", found.relative))
    formula = _EVENT_FREE if found.baseline.of == "event-free" else _WITH[found.measure]
    sheet.add("p1", (formula,), found.risk_with, remark="R: relative effect, p0: baseline")
    sheet.add("difference", ("p1 − p0",), found.difference)
    return tuple(sheet.lines)
