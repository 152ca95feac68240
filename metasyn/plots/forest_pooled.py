"""Rows that are whole syntheses: what cumulative, leave-one-out, multi-outcome and model forests share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.axis import choose_axis
from metasyn.plots.fit import fit_width
from metasyn.plots.forest_words import (
    INTERVAL_NOUNS,
    clean_text,
    interval_kind,
    line_facts,
    measure_facts,
    to_natural,
)
from metasyn.plots.model import Axis, Column, ForestLayout, ForestRow, RowKind
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.values import Interval
from metasyn.vocabulary import FigureWidth
from metasyn.wording import level_text, percent_text

__all__ = [
    "finish",
    "pooled_row",
    "require_null",
    "result_columns",
    "row_words",
]

UNDEFINED = "not estimable"


def pooled_row(
    label: str,
    result: SynthesisResult,
    *,
    kind: RowKind,
    theme: Theme,
    weight: float | None,
    mark: str = "",
    index: int | None = None,
    with_prediction: bool = False,
    cells: Mapping[str, str] | None = None,
) -> ForestRow:
    """One synthesis as a row; `weight` is what the size of its mark says, `cells` further columns."""
    measure = result.effects.measure
    value, interval = _shown(result, measure)
    prediction = to_natural(result.pi, measure)
    found, numbers = result.heterogeneity, theme.numbers
    texts = {
        "k": numbers.count(result.k),
        "estimate": numbers.value(value, measure),
        "ci": UNDEFINED if interval is None else numbers.bracketed(interval, measure),
        "pi": "" if prediction is None else numbers.bracketed(prediction, measure),
        "I2": numbers.number(percent_text(found.I2, 0)) if isinstance(found, Heterogeneity) else "",
        **(cells or {}),
    }
    return ForestRow(
        kind=kind,
        label=clean_text(label),
        mark=mark,
        cells=MappingProxyType(texts),
        estimate=value if math.isfinite(value) else None,
        interval=interval,
        prediction=prediction if with_prediction else None,
        weight=weight,
        index=index,
    )


def _shown(result: SynthesisResult, measure: EffectMeasure) -> tuple[float, Interval | None]:
    """Estimate and interval, natural scale; a single study has those of its row, printed ones as printed."""
    if result.pooled:
        return result.natural(result.estimate), to_natural(result.ci, measure)
    alone = result.effects.effects[0]
    return natural_estimate(alone, measure), natural_interval(alone, measure, result.request.level)


def result_columns(
    result: SynthesisResult,
    theme: Theme,
    label_header: str,
    *left: Column,
    right: Iterable[Column] = (),
    short: str = "",
    one_per_study: bool | None = None,
    ci: str = "",
) -> tuple[Column, ...]:
    """Label, number of studies, estimate with interval where the preset has them, and what else is asked.

    `ci`: what the intervals are, by default as of `result`; `one_per_study`: whether an estimate is a study
    everywhere; by default as in `result`.
    """
    alike = result.k == result.n_studies if one_per_study is None else one_per_study
    facts = {**line_facts(result), **measure_facts(result), "one": "", "two": ""}
    facts |= {"measure": short or facts["measure"], "ci": ci or interval_kind([result])}
    shown = [rule for rule in theme.columns if rule.key in ("estimate", "ci")]
    return (
        Column(key="label", header=clean_text(label_header), align="left"),
        *left,
        Column(key="k", header="Studies" if alike else "Estimates", drop=3),
        *(Column(key=rule.key, header=rule.header.format(**facts), side=rule.side) for rule in shown),
        *right,
    )


def finish(
    rows: Sequence[ForestRow],
    columns: Sequence[Column],
    result: SynthesisResult,
    *,
    theme: Theme,
    name: str,
    title: str,
    description: str,
    axis_label: str,
    favours: tuple[str, str] | None,
    width: FigureWidth | float,
    footnotes: Iterable[str] = (),
    family: str = "",
    ci: str = "",
) -> ForestLayout:
    """The layout of rows of syntheses; `family` names the axis where their measures differ.

    `ci` is what their intervals are, by default as of `result`.
    """
    facts = {**line_facts(result), **measure_facts(result), "ci": ci or interval_kind([result])}
    facts["Measure"] = family or facts["Measure"]
    label = clean_text(axis_label) or theme.phrases.axis.format(**facts)
    layout = ForestLayout(
        rows=tuple(rows),
        columns=tuple(columns),
        axis=_axis(rows, result.effects.measure, label),
        title=clean_text(title),
        name=clean_text(title) or name,
        description=description,
        favours=favours,
        footnotes=tuple(footnotes),
        panel_header=theme.phrases.panel.format(**facts),
        theme=theme,
        pi_style=theme.marks.pi_style,
    )
    return fit_width(layout, width)


def _axis(rows: Sequence[ForestRow], measure: EffectMeasure, label: str) -> Axis:
    """Every estimate and the intervals of diamonds are visible; other intervals as far as there is room."""
    drawn = [row for row in rows if row.estimate is not None]
    core = [row.estimate for row in drawn if row.estimate is not None]
    for row in drawn:
        if row.is_summary and row.interval is not None:
            core += [row.interval.low, row.interval.high]
    intervals = [found for row in drawn for found in (row.interval, row.prediction) if found is not None]
    return choose_axis(measure, core=core, intervals=intervals, label=label)


def require_null(measure: EffectMeasure, favours: tuple[str, str] | None) -> tuple[str, str] | None:
    """The texts beside the null line, made fit to print; refused where there is no such line."""
    if favours is None:
        return None
    if measure.null is None:
        raise OptionError(f"favours needs a value of no effect; the measure {measure.code!r} has none.")
    return clean_text(favours[0]), clean_text(favours[1])


def row_words(row: ForestRow, level: float, unit: str = "", ci: str = "CI") -> str:
    """A row as a sentence for readers who do not see the figure."""
    text = f"{row.cells['estimate']}{unit}" if row.estimate is not None else UNDEFINED
    if row.interval is not None:
        text += f", {level_text(level)} {INTERVAL_NOUNS[ci]} {row.cells['ci'][1:-1]}{unit}"
    if row.prediction is not None:
        text += f", prediction interval {row.cells['pi'][1:-1]}{unit}"
    k = row.cells.get("k", "")
    return f"{row.label}{f' (k = {k})' if k else ''}: {text}."
