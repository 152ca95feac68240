"""A synthesis as readable text on the natural scale: what `metasyn pool` prints."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.names import HETEROGENEITY_NAMES, added_words
from metasyn.synthesis.model import (
    Alternative,
    Heterogeneity,
    SubgroupAnalysis,
    SynthesisResult,
    Tau2Estimate,
)
from metasyn.tables.cells import (
    I2_cell,
    effect_cell,
    estimate_cell,
    interval_cell,
    tau2_cell,
    tau2_interval_text,
)
from metasyn.tables.words import CI_SHORT, CI_WORDS, MODEL_WORDS, PI_WORDS, how_many
from metasyn.values import Interval, NotEstimable
from metasyn.wording import (
    decimal,
    interval_text,
    level_text,
    natural_text,
    p_text,
    percent_text,
    tau2_text,
)

__all__ = ["summary_text"]

_INDENT = "  "


def summary_text(result: SynthesisResult) -> str:
    """The rows, the pooled effect, heterogeneity, subgroups, what was withheld, and what to know.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    str
        Several lines, natural scale, rounded for reading; without a final line break.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.60, -0.22], sei=[0.20, 0.15], labels=["Ash", "Birch"], measure="HR")
    >>> print(summary_text(result).splitlines()[0])
    Hazard ratio, 2 studies
    """
    blocks = [
        [f"{_capital(result.effects.measure.label)}, {how_many(result.effects)}"],
        list(_rows(result)),
        list(_headline(result)),
        list(_heterogeneity(result)),
        [] if result.subgroups is None else list(_subgroups(result.subgroups)),
        list(_alternatives(result)),
        [f"Excluded: {x.label}: {x.reason}" for x in result.effects.exclusions],
        [f"{_capital(finding.severity)}: {finding}" for finding in result.findings],
        list(_adjusted(result)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _adjusted(result: SynthesisResult) -> Iterator[str]:
    """Rows whose cells were changed before they were pooled."""
    changed: dict[str, list[str]] = {}
    for effect in result.effects.effects:
        if effect.adjustment:
            model = result.model if result.pooled else None
            changed.setdefault(added_words(effect.adjustment, model), []).append(effect.label)
    for adjustment, labels in changed.items():
        yield f"{', '.join(labels)}: {adjustment}"


def _rows(result: SynthesisResult) -> Iterator[str]:
    effects = result.effects
    cells = [
        (
            effect.label,
            effect_cell(effect, effects.measure, result.request.level),
            percent_text(float(weight)),
        )
        for effect, weight in zip(effects.effects, result.weights, strict=True)
    ]
    header = ("Study", f"{effects.measure.heading} ({level_text(result.request.level)} CI)", "Weight")
    yield from _aligned([header, *cells])


def _headline(result: SynthesisResult) -> Iterator[str]:
    measure = result.effects.measure
    if result.pooled:
        yield f"Pooled ({MODEL_WORDS[result.model]}): {estimate_cell(result, measure)}{_p(result.pvalue)}"
        prior = next((way.prior for way in result.alternatives if way.headline), "")
        about = f", prior of τ {prior}" if prior else ""
        yield f"{_INDENT}Interval: {CI_WORDS[result.ci_method]}{about}{_why_not(result.ci)}."
        yield from _mean_over_studies(result)
        yield from _probability(result)
    else:
        yield f"Not pooled: {estimate_cell(result, measure)}{_p(result.pvalue)}"
    yield f"{_INDENT}Why: {result.policy.reason}"
    if result.model == "bayesian":
        yield from _posterior(result)
    elif isinstance(result.pi, NotEstimable):
        yield f"Prediction interval: none; {result.pi.reason}."
    else:
        level = level_text(result.request.level)
        yield f"{level} prediction interval: {interval_cell(result.pi, measure)}"
        yield f"{_INDENT}From the {PI_WORDS[result.request.pi_method]}."


def _posterior(result: SynthesisResult) -> Iterator[str]:
    """What the posterior of a Bayesian headline says of a new study and of tau."""
    one, measure = result.beside.bayes[0][1], result.effects.measure
    level = level_text(one.level)
    if result.request.pi_method == "none":
        yield "Prediction interval: none; no prediction interval was asked for."
    else:
        yield f"{level} prediction interval: {interval_cell(one.pi, measure)}"
        yield f"{_INDENT}From the posterior of the effect in a new study, under the same prior."
    spread = tau2_interval_text(one.tau.interval(one.interval))
    yield (
        f"Posterior of τ: median {tau2_text(one.tau.median)} ({level} credible interval {spread}), the "
        f"standard deviation of true effects on the scale of the {measure.scale}."
    )


def _heterogeneity(result: SynthesisResult) -> Iterator[str]:
    found = result.heterogeneity
    if not isinstance(found, Heterogeneity):
        yield f"Heterogeneity: none; {found.reason}."
        return
    of = " of the classical results" if result.model == "bayesian" else ""
    yield (
        f"Heterogeneity{of}: τ² = {tau2_cell(found)} ({found.tau2.method}); I² = {I2_cell(found)}; "
        f"{HETEROGENEITY_NAMES[found.test]} = {decimal(found.Q)}, df = {found.df}, {p_text(found.pvalue)}"
    )


def _probability(result: SynthesisResult) -> Iterator[str]:
    """On which side of no effect the mean of a Bayesian headline lies, and how probably."""
    measure = result.effects.measure
    if result.model != "bayesian" or measure.null is None:
        return
    below = result.beside.bayes[0][1].p_below_null
    if not isinstance(below, NotEstimable):
        null = f"{measure.to_natural(measure.null):.0f}"
        yield f"{_INDENT}Probability that it lies below {null}: {percent_text(below)}."


def _mean_over_studies(result: SynthesisResult) -> Iterator[str]:
    """Beside the median over studies of a mixed model: the mean."""
    mixed = result.beside.glmm
    if result.model == "glmm" and mixed is not None and not isinstance(mixed.marginal, NotEstimable):
        measure, mean = result.effects.measure, mixed.marginal
        text = f"{natural_text(mean.value, measure)} ({interval_text(mean.ci, measure)})"
        yield f"{_INDENT}That is the median over the cohorts (conditional); their mean (marginal) is {text}."


def _subgroups(groups: SubgroupAnalysis) -> Iterator[str]:
    yield f"By {groups.by.replace('_', ' ')}:"
    table = [
        (name, f"k = {one.k}", estimate_cell(one, one.effects.measure))
        for name, one in zip(groups.names, groups.results, strict=True)
    ]
    yield from (_INDENT + line for line in _aligned(table))
    if isinstance(groups.Q_between, NotEstimable):
        yield f"{_INDENT}Difference between groups: not tested; {groups.Q_between.reason}."
    else:
        yield (
            f"{_INDENT}Difference between groups: Q = {decimal(groups.Q_between)}, df = {groups.df}, "
            f"{p_text(groups.pvalue)}"
        )
    yield f"{_INDENT}{groups.reason}{_shared(groups.tau2)}"


def _shared(tau2: Tau2Estimate | None) -> str:
    return "" if tau2 is None else f" τ² = {tau2_text(tau2.value)} ({tau2.method})."


def _alternatives(result: SynthesisResult) -> Iterator[str]:
    others = [other for other in result.alternatives if not other.headline]
    if others:
        yield "Also computed:"
        table = [_alternative_row(other, result) for other in others]
        yield from (_INDENT + line for line in _aligned(table))


def _alternative_row(other: Alternative, result: SynthesisResult) -> tuple[str, str, str]:
    return (
        f"{MODEL_WORDS[other.model]}, {other.prior or CI_SHORT[other.ci_method]}",
        estimate_cell(other, result.effects.measure),
        "" if isinstance(other.pvalue, NotEstimable) else p_text(other.pvalue),
    )


def _why_not(interval: Interval | NotEstimable) -> str:
    return f"; none, because {interval.reason}" if isinstance(interval, NotEstimable) else ""


def _p(pvalue: float | NotEstimable) -> str:
    return "" if isinstance(pvalue, NotEstimable) else f", {p_text(pvalue)}"


def _aligned(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """First column to the left, the others padded to one width."""
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for first, second, third in rows:
        yield f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third:>{widths[2]}}".rstrip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
