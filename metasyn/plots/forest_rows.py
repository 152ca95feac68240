"""From studies, groups and pooled results to the rows of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.model import Counts, Effect
from metasyn.plots.density import predictive_curve
from metasyn.plots.forest_words import (
    INTERVAL_WORDS,
    between_words,
    clean_text,
    effect_words,
    heterogeneity_words,
    line_facts,
    model_words,
    prediction_words,
    to_natural,
    way_words,
)
from metasyn.plots.model import ForestRow
from metasyn.plots.presets import METASYN
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import Alternative, SubgroupAnalysis, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, PiStyle
from metasyn.wording import percent_text

__all__ = [
    "alternative_row",
    "between_rows",
    "clean_text",
    "group_rows",
    "heterogeneity_rows",
    "model_words",
    "study_row",
    "summary_row",
]

EMPTY_CELL = "\N{EN DASH}"
# These have a row of their own, under the diamond.
_OWN_ROW = ("polygon", "density")


def study_row(
    effect: Effect,
    index: int,
    result: SynthesisResult,
    *,
    mark: str = "",
    group: str = "",
    theme: Theme = METASYN,
) -> ForestRow:
    """The row of one study; `mark` is the sign of its footnote."""
    measure = result.effects.measure
    estimate = math.nan if math.isnan(effect.yi) else natural_estimate(effect, measure)
    interval = _interval(effect, result)
    weight = float(result.weights[index])
    cells = {
        **_number_cells(estimate, interval, weight, result, theme),
        **_count_cells(effect.counts, theme, blank=EMPTY_CELL),
    }
    return ForestRow(
        kind="study",
        label=clean_text(effect.label),
        mark=mark,
        cells=MappingProxyType(cells),
        estimate=estimate if math.isfinite(estimate) else None,
        interval=interval,
        weight=weight if math.isfinite(weight) else None,
        group=group,
        index=index,
    )


def _interval(effect: Effect, result: SynthesisResult) -> Interval | None:
    """The interval of one study; None where its figures are not numbers."""
    if math.isnan(effect.yi) or math.isnan(effect.vi):
        return None
    return natural_interval(effect, result.effects.measure, result.request.level)


def _number_cells(
    estimate: float, interval: Interval | None, weight: float | None, result: SynthesisResult, theme: Theme
) -> dict[str, str]:
    """Estimate, interval and weight in the numbers of a preset."""
    measure, numbers = result.effects.measure, theme.numbers
    share = "" if weight is None else numbers.number(percent_text(weight, sign=theme.weight_sign))
    return {
        "estimate": numbers.value(estimate, measure),
        "ci": "" if interval is None else numbers.bracketed(interval, measure),
        "weight": share,
    }


def _count_cells(counts: Counts | None, theme: Theme, *, blank: str) -> Mapping[str, str]:
    """Events and participants of both groups, apart and as a fraction; `blank` where there are none."""
    cells = {}
    for side in ("1", "2"):
        events, n = (None if counts is None else getattr(counts, f"{key}_{side}") for key in ("events", "n"))
        cells[f"events_{side}"] = blank if events is None else theme.numbers.count(events)
        cells[f"n_{side}"] = blank if n is None else theme.numbers.count(n)
        cells[f"counts_{side}"] = _fraction(cells, side, blank)
    return cells


def _fraction(cells: Mapping[str, str], side: str, blank: str) -> str:
    """Events/participants where both are known."""
    parts = cells[f"events_{side}"], cells[f"n_{side}"]
    return blank if blank in parts else "/".join(parts)


def summary_row(
    result: SynthesisResult,
    *,
    members: Sequence[Effect],
    weight: float,
    group: str | None = None,
    with_interval: bool = True,
    theme: Theme = METASYN,
) -> ForestRow:
    """The diamond row of a pooled result; `group` is None for all studies together."""
    measure = result.effects.measure
    estimate = result.natural(result.estimate)
    interval = to_natural(result.ci, measure)
    cells = {**_number_cells(estimate, interval, weight, result, theme), **_totals(members, theme)}
    template = theme.phrases.overall if group is None else theme.phrases.subtotal
    words = template.format(**line_facts(result)) or model_words(result, with_interval=with_interval)
    return ForestRow(
        kind="overall" if group is None else "summary",
        label=words,
        cells=MappingProxyType(cells),
        estimate=estimate if math.isfinite(estimate) else None,
        interval=interval,
        prediction=to_natural(result.pi, measure),
        weight=weight,
        group=group or "",
    )


def alternative_row(way: Alternative, result: SynthesisResult, *, theme: Theme = METASYN) -> ForestRow:
    """The same studies under another model or interval, as a diamond."""
    measure = result.effects.measure
    estimate, interval = result.natural(way.estimate), to_natural(way.ci, measure)
    return ForestRow(
        kind="alternative",
        label=way_words(way.model, way.ci_method, result.k, prior=way.prior),
        cells=MappingProxyType(_number_cells(estimate, interval, None, result, theme)),
        estimate=estimate if math.isfinite(estimate) else None,
        interval=interval,
    )


def _totals(members: Sequence[Effect], theme: Theme) -> Mapping[str, str]:
    """Sums of events and participants, only where every row has counts and no cohort occurs twice."""
    cells = {}
    for side, ids in (
        ("1", [effect.cohort_id for effect in members]),
        ("2", [effect.comparator_id for effect in members]),
    ):
        named = [name for name in ids if name]
        for key in (f"events_{side}", f"n_{side}"):
            values = [None if effect.counts is None else getattr(effect.counts, key) for effect in members]
            known = [value for value in values if value is not None]
            whole_sum = len(known) == len(values) and len(set(named)) == len(named)
            cells[key] = theme.numbers.count(sum(known)) if whole_sum else ""
        cells[f"counts_{side}"] = _fraction(cells, side, "")
    return cells


def heterogeneity_rows(
    result: SynthesisResult,
    *,
    group: str = "",
    with_tau2: bool = True,
    theme: Theme = METASYN,
    pi_style: PiStyle = "bar",
) -> tuple[ForestRow, ...]:
    """The lines of text under a diamond: heterogeneity, test of the effect and prediction interval."""
    lines = []
    het = result.heterogeneity
    if with_tau2 and not isinstance(het, NotEstimable):
        lines.append(heterogeneity_words(result, het, theme))
    lines.append(
        effect_words(theme.phrases.group_test if group else theme.phrases.overall_test, result, theme)
    )
    rows = [ForestRow(kind="note", label=line, group=group) for line in lines if line]
    words = prediction_words(result, theme)
    if words:
        drawn = to_natural(result.pi, result.effects.measure) if pi_style in _OWN_ROW else None
        curve = predictive_curve(result) if pi_style == "density" else ()
        line = ForestRow(kind="note", label=words, group=group, prediction=drawn, density=curve)
        # Where it is drawn in its own row it stands right under the diamond.
        rows = [*rows, line] if drawn is None else [line, *rows]
    return tuple(rows)


def group_rows(
    result: SynthesisResult,
    subgroups: SubgroupAnalysis,
    marks: Sequence[str],
    *,
    theme: Theme = METASYN,
    pi_style: PiStyle = "bar",
) -> tuple[ForestRow, ...]:
    """Every group with its heading, studies, diamond (from two studies on) and lines of text."""
    rows: list[ForestRow] = []
    alike = _shared_interval(subgroups) is not None
    separate = subgroups.tau2_mode == "separate"
    for name, indices, pooled in zip(subgroups.names, subgroups.indices, subgroups.results, strict=True):
        members = [result.effects.effects[i] for i in indices]
        rows.append(ForestRow(kind="group", label=clean_text(name) or "not stated", group=name))
        rows += [
            study_row(effect, i, result, mark=marks[i], group=name, theme=theme)
            for i, effect in zip(indices, members, strict=True)
        ]
        if pooled.pooled:
            weight = float(sum(result.weights[i] for i in indices))
            rows.append(
                summary_row(
                    pooled,
                    members=members,
                    weight=weight,
                    group=name,
                    with_interval=not alike,
                    theme=theme,
                )
            )
            rows += heterogeneity_rows(pooled, group=name, with_tau2=separate, theme=theme, pi_style=pi_style)
    return tuple(rows)


def _shared_interval(subgroups: SubgroupAnalysis) -> CiMethod | None:
    """The interval of the groups where it is the same for all: then it is stated once, below."""
    methods = {(pooled.model, pooled.ci_method) for pooled in subgroups.results if pooled.pooled}
    if len(methods) != 1:
        return None
    model, ci_method = methods.pop()
    return ci_method if model in ("random-effects", "glmm") else None


def between_rows(subgroups: SubgroupAnalysis, *, theme: Theme = METASYN) -> tuple[ForestRow, ...]:
    """Lines on the groups together: what they share, and the test between them."""
    lines = []
    if subgroups.tau2_mode == "common" and subgroups.tau2 is not None:
        lines.append(theme.phrases.common_tau2.format(tau2=theme.numbers.tau2(subgroups.tau2.value)))
    shared = _shared_interval(subgroups)
    if shared is not None:
        lines.append(f"Intervals of groups: {INTERVAL_WORDS[shared]}")
    test = between_words(subgroups, theme)
    return tuple(ForestRow(kind="note", label=line) for line in (*lines, test) if line)
