"""The evidence behind one synthesis: every figure with its source, its place and the way it went."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.effects.model import Effect, EffectSet, Exclusion
from metasyn.effects.survival.printed_range import EffectRange
from metasyn.evidence.model import Source
from metasyn.names import added_words
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import (
    counts_cell,
    effect_cell,
    full_number,
    printed_cell,
    source_cell,
    source_labels,
)
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import ROUTE_WORDS, estimate_header, subject
from metasyn.values import NotEstimable
from metasyn.vocabulary import Model
from metasyn.wording import level_text, short_number

__all__ = ["effect_notes", "evidence_table", "excluded_rows_table", "exclusions_table", "rows_table"]

# By how much the weight of a row may vary with the rounding of its figures before that is said.
_NOTED_FACTOR = 1.25

_ROW_KEYS = (
    *("label", "study_id", "cohort_id", "comparator_id", "measure", "yi", "vi", "sei", "weight"),
    *("route", "grade", "events_1", "n_1", "events_2", "n_2", "adjustment", "inverted"),
    *("result_ids", "source_ids", "locators", "as_printed", "notes"),
)


def evidence_table(
    effects: EffectSet,
    sources: Sequence[Source],
    *,
    slug: str,
    level: float = 0.95,
    model: Model | None = None,
) -> ReportTable:
    """Study, figure as printed, source and locator, route, effect with interval.

    Parameters
    ----------
    effects : EffectSet
        What the synthesis rests on, in order.
    sources : sequence of Source
        The numbered list of sources of the report.
    slug : str
        Stem of the CSV file.
    level : float
        Level of the study intervals, as a proportion.
    model : str, optional
        Of the synthesis: a mixed model of counts adds nothing to zero cells.

    Returns
    -------
    ReportTable
        Notes of single effects are collected under the table.
    """
    labels = source_labels(sources)
    header = estimate_header(effects.measure, level_text(level))
    with_counts = any(effect.counts for effect in effects.effects)
    rows = []
    for effect in effects.effects:
        row = [
            effect.label,
            printed_cell(effect.rows) or "\N{EN DASH}",
            source_cell(effect.rows, labels) or "\N{EN DASH}",
            _route(effect),
            counts_cell(effect) or "\N{EN DASH}",
            effect_cell(effect, effects.measure, level),
        ]
        rows.append(tuple(row if with_counts else row[:4] + row[5:]))
    made = columns(
        ("study", "Study", "left", 1.6),
        ("as_printed", "Figure as printed", "left", 1.5),
        ("source", "Source", "left", 1.8),
        ("route", "Route", "left", 1.4),
        ("events", "Events/n", "right", 1.5),
        ("effect", header, "right", 1.6),
    )
    return ReportTable(
        slug=slug,
        caption=f"{subject(effects.outcome, 'Evidence')}: the reported figures and what they became",
        columns=made if with_counts else (*made[:4], made[5]),
        rows=tuple(rows),
        notes=effect_notes(effects.effects, model),
    )


def _route(effect: Effect) -> str:
    """The route in words; counts that no source prints are said to be recovered."""
    recovered = effect.route.name == "events" and any(row.derivation for row in effect.rows)
    return ROUTE_WORDS[effect.route.name] + (", recovered by arithmetic" if recovered else "")


def effect_notes(effects: Sequence[Effect], model: Model | None = None) -> tuple[str, ...]:
    """Remarks on single effects, each once, headed by the effects it is about.

    The arithmetic of recovered figures is not among them: it stands with the audit findings.
    """
    about: dict[str, list[str]] = {}
    for effect in effects:
        for remark in _remarks(effect, model):
            about.setdefault(remark, []).append(effect.label)
    return tuple(f"{_whom(labels, len(effects))}: {remark}" for remark, labels in about.items())


def _remarks(effect: Effect, model: Model | None) -> list[str]:
    sums = [row.derivation for row in effect.rows if row.derivation]
    remarks = [note for note in effect.notes if not any(text in note for text in sums)]
    if effect.inverted and not any("invert" in note or "other way" in note for note in effect.notes):
        remarks.append("the source states the contrast the other way round; it was inverted")
    if effect.adjustment:
        remarks.append(added_words(effect.adjustment, model))
    if effect.rounding is not None and effect.rounding.weight_factor > _NOTED_FACTOR:
        remarks.append(f"grade {effect.route.grade}; {_rounding(effect.rounding)}")
    return remarks + [f"assumes that {assumption}" for assumption in effect.route.assumptions]


def _rounding(found: EffectRange) -> str:
    """What rounding leaves of a standard error, and by how much the weight of the row may vary."""
    low, high = found.sei.low, found.sei.high
    lead = "rounding of the printed figures leaves a standard error"
    if not math.isfinite(high):
        return f"{lead} of {short_number(low)} or more, a weight without lower bound"
    if not math.isfinite(found.weight_factor):
        return f"{lead} of at most {short_number(high)}, a weight without upper bound"
    factor = short_number(found.weight_factor)
    return f"{lead} from {short_number(low)} to {short_number(high)}, a weight within a factor of {factor}"


def _whom(labels: Sequence[str], total: int) -> str:
    if len(labels) == total and total > 3:
        return "All rows"
    return ", ".join(dict.fromkeys(labels))


def exclusions_table(
    exclusions: Sequence[Exclusion], *, slug: str, caption: str = "Not in the synthesis, and why"
) -> ReportTable:
    """What was left out, and why, in words.

    Parameters
    ----------
    exclusions : sequence of Exclusion
    slug, caption : str

    Returns
    -------
    ReportTable
        One row per exclusion, in the order of the rules that made them, each with one reason; every route
        that was tried, and the ids of the rows, are in `excluded_rows_table`.
    """
    return ReportTable(
        slug=slug,
        caption=caption,
        columns=columns(("what", "What", "left", 2.0), ("reason", "Reason", "left", 3.6)),
        rows=tuple((exclusion.label, exclusion.told) for exclusion in exclusions),
    )


def excluded_rows_table(
    named: Sequence[tuple[str, Sequence[Exclusion]]], *, slug: str = "excluded-rows"
) -> ReportTable:
    """Every exclusion of a report with its code and the ids of the rows it concerns, for machines.

    Parameters
    ----------
    named : sequence of (synthesis in words, exclusions)
    slug : str

    Returns
    -------
    ReportTable
    """
    rows = tuple(
        (name, one.code, one.label, one.reason, " | ".join(one.result_ids))
        for name, exclusions in named
        for one in exclusions
    )
    keys = ("synthesis", "code", "what", "reason", "result_ids")
    return ReportTable(
        slug=slug,
        caption="What was left out, and the rows it concerns",
        columns=columns(*((key, key) for key in keys)),
        rows=rows,
    )


def rows_table(
    effects: EffectSet, synthesis: SynthesisResult | NotEstimable | None = None, *, slug: str
) -> ReportTable:
    """The synthesis as machines want it: full numbers on the analysis scale.

    Parameters
    ----------
    effects : EffectSet
    synthesis : SynthesisResult, optional
        Gives the weights of the headline model.
    slug : str

    Returns
    -------
    ReportTable
        `yi` estimate, `vi` sampling **variance**, `sei` standard error, `weight` (summing to 1).
    """
    pooled = synthesis if isinstance(synthesis, SynthesisResult) else None
    weights = [None] * effects.k if pooled is None else [float(weight) for weight in pooled.weights]
    rows = tuple(
        _full_row(effect, effects.measure.code, weight)
        for effect, weight in zip(effects.effects, weights, strict=True)
    )
    return ReportTable(
        slug=slug,
        caption=f"{subject(effects.outcome)}: rows on the analysis scale ({effects.measure.scale})",
        columns=columns(*((key, key) for key in _ROW_KEYS)),
        rows=rows,
    )


def _full_row(effect: Effect, measure: str, weight: float | None) -> tuple[str, ...]:
    counts = effect.counts
    numbers = (counts.events_1, counts.n_1, counts.events_2, counts.n_2) if counts else (None,) * 4
    return (
        effect.label,
        effect.study_id,
        effect.cohort_id,
        effect.comparator_id,
        measure,
        *(full_number(value) for value in (effect.yi, effect.vi, effect.sei, weight)),
        effect.route.name,
        str(effect.route.grade),
        *("" if number is None else str(number) for number in numbers),
        effect.adjustment,
        "yes" if effect.inverted else "",
        *(
            " | ".join(getattr(row, name) for row in effect.rows)
            for name in ("result_id", "source_id", "locator", "as_printed")
        ),
        " | ".join(effect.notes),
    )
