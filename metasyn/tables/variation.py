"""The same question in parts and in other ways: subgroups, leave-one-out, sensitivity."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.names import interval_heading
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.tables.cells import I2_cell, estimate_cell, estimate_with_unit, interval_cell, tau2_cell
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import (
    CI_WORDS,
    MODEL_WORDS,
    ROUTE_WORDS,
    TAU2_WORDS,
    column_word,
    estimate_header,
    subject,
)
from metasyn.values import NotEstimable
from metasyn.wording import decimal, level_text, p_text, whole

__all__ = ["leave_one_out_table", "sensitivity_table", "subgroup_table"]

_ROUTES: dict[str, str] = {str(name): words for name, words in ROUTE_WORDS.items()}


def subgroup_table(subgroups: SubgroupAnalysis, *, slug: str) -> ReportTable:
    """Results within groups, and the test between them in the last row.

    Parameters
    ----------
    subgroups : SubgroupAnalysis
    slug : str

    Returns
    -------
    ReportTable
    """
    first = subgroups.results[0]
    rows = [
        (
            name,
            whole(result.k),
            whole(result.n_studies),
            estimate_cell(result, result.effects.measure),
            tau2_cell(result.heterogeneity) if result.pooled else "\N{EN DASH}",
            I2_cell(result.heterogeneity) if result.pooled else "\N{EN DASH}",
        )
        for name, result in zip(subgroups.names, subgroups.results, strict=True)
    ]
    level = level_text(first.request.level)
    outcome = subject(first.effects.outcome, "")
    return ReportTable(
        slug=slug,
        caption=f"{outcome + ': by' if outcome else 'By'} {column_word(subgroups.by)}",
        columns=columns(
            ("group", column_word(subgroups.by).capitalize(), "left", 2.2),
            ("k", "k", "right", 0.5),
            ("studies", "Studies", "right", 0.8),
            ("estimate", estimate_header(first.effects.measure, level), "right", 1.8),
            ("tau2", f"τ² ({level} CI)", "right", 1.8),
            ("I2", f"I² ({level} CI)", "right", 1.6),
        ),
        rows=tuple(rows),
        notes=(f"{between_text(subgroups)}.", f"{subgroups.reason.rstrip('.')}."),
    )


def between_text(subgroups: SubgroupAnalysis) -> str:
    """The test between groups in one clause."""
    if isinstance(subgroups.Q_between, NotEstimable):
        return f"Test between groups not estimable: {subgroups.Q_between.reason}"
    test = f"Q = {decimal(subgroups.Q_between)}, df = {subgroups.df}, {p_text(subgroups.pvalue)}"
    return f"Test between groups: {test}"


def leave_one_out_table(runs: Sequence[LeaveOneOut], full: SynthesisResult, *, slug: str) -> ReportTable:
    """The synthesis without each effect in turn; the first row is the full one.

    Parameters
    ----------
    runs : sequence of LeaveOneOut
    full : SynthesisResult
        With all effects.
    slug : str

    Returns
    -------
    ReportTable
    """
    level = level_text(full.request.level)
    rows = [_variation_row("(none)", full)]
    rows.extend(_variation_row(run.omitted, run.result) for run in runs)
    return ReportTable(
        slug=slug,
        caption=f"{subject(full.effects.outcome)}: leaving out one at a time",
        columns=columns(
            ("omitted", "Left out", "left", 2.2),
            ("k", "k", "right", 0.5),
            ("estimate", estimate_header(full.effects.measure, level), "right", 1.8),
            ("prediction_interval", f"{level} prediction interval", "right", 1.6),
            ("tau2", f"τ² ({level} CI)", "right", 1.7),
            ("I2", f"I² ({level} CI)", "right", 1.6),
        ),
        rows=tuple(rows),
        notes=_other_models([(f"Without {run.omitted}", run.result) for run in runs], full),
        emphasis=(0,),
    )


def _other_models(results: Sequence[tuple[str, SynthesisResult]], full: SynthesisResult) -> tuple[str, ...]:
    """Where another model or interval headlines than in the main analysis, because fewer studies are left."""
    about: dict[str, list[str]] = {}
    for label, result in results:
        if (result.model, result.ci_method) != (full.model, full.ci_method):
            words = f"{MODEL_WORDS[result.model]}, {CI_WORDS[result.ci_method]}"
            about.setdefault(words if result.pooled else "one study, not pooled", []).append(label)
    return tuple(
        f"{'All rows but the first' if len(labels) == len(results) > 1 else '; '.join(labels)}: {words}."
        for words, labels in about.items()
    )


def _variation_row(label: str, result: SynthesisResult) -> tuple[str, ...]:
    measure = result.effects.measure
    return (
        label,
        whole(result.k),
        estimate_cell(result, measure),
        interval_cell(result.pi, measure),
        tau2_cell(result.heterogeneity),
        I2_cell(result.heterogeneity),
    )


def sensitivity_table(
    variants: Sequence[tuple[str, str, SynthesisResult | NotEstimable]], full: SynthesisResult, *, slug: str
) -> ReportTable:
    """Other answers to the same question; the first row is the main analysis.

    Parameters
    ----------
    variants : sequence of (what was varied, variant in words, SynthesisResult or NotEstimable)
    full : SynthesisResult
        The main analysis.
    slug : str

    Returns
    -------
    ReportTable
        A variant on another measure names its measure in the estimate.
    """
    level = level_text(full.request.level)
    main = full.effects.measure
    rows = [("Main analysis", "", *_variant_cells(full, main))]
    notes: list[str] = []
    pooled: list[tuple[str, SynthesisResult]] = []
    for group, label, result in variants:
        words = _route_words(label) if group == "route" else TAU2_WORDS.get(label, label)
        if isinstance(result, NotEstimable):
            rows.append((_sentence(group), words, "", "not estimable", ""))
            notes.append(f"{_sentence(group)}, {words}: {result.reason}.")
        else:
            rows.append((_sentence(group), words, *_variant_cells(result, main)))
            pooled.append((f"{_sentence(group)}, {words}", result))
    heading = interval_heading(
        [one.ci_method if one.pooled else "wald" for one in (full, *(found for _, found in pooled))], level
    )
    return ReportTable(
        slug=slug,
        caption=f"{subject(full.effects.outcome)}: sensitivity to choices of the analysis",
        columns=columns(
            ("varied", "What was varied", "left", 1.8),
            ("variant", "Variant", "left", 2.2),
            ("k", "k", "right", 0.5),
            ("estimate", f"Estimate ({heading})", "right", 1.8),
            ("tau2", "τ²", "right", 0.8),
        ),
        rows=tuple(rows),
        notes=(*notes, *_other_models(pooled, full)),
        emphasis=(0,),
    )


def _route_words(label: str) -> str:
    """Routes under the names they have in the other tables; `label` has those of the vocabulary."""
    opening = next((one for one in ("only from ", "without ") if label.startswith(one)), "")
    names, comma, ending = label.removeprefix(opening).partition(", wherever ")
    words = "; ".join(_ROUTES.get(name, name) for name in names.split("; "))
    return f"{opening}{words}{comma}{ending}"


def _variant_cells(result: SynthesisResult, main: EffectMeasure) -> tuple[str, str, str]:
    measure = result.effects.measure
    alike = measure.short == main.short and measure.family != "proportion"
    text = estimate_cell(result, measure) if alike else estimate_with_unit(result, measure)
    tau2 = tau2_cell(result.heterogeneity).split(" (")[0] if result.pooled else "\N{EN DASH}"
    return whole(result.k), text, tau2


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
