"""The forest plot of a synthesis as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect
from metasyn.errors import OptionError
from metasyn.plots.axis import choose_axis
from metasyn.plots.footnotes import footnotes
from metasyn.plots.forest_rows import (
    between_rows,
    clean_text,
    group_rows,
    heterogeneity_rows,
    study_row,
    summary_row,
)
from metasyn.plots.model import Axis, Column, ForestLayout, ForestRow
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.values import Interval
from metasyn.wording import data_number, level_text

__all__ = ["forest_layout", "to_table"]


def forest_layout(
    result: SynthesisResult,
    *,
    title: str = "",
    subgroups: SubgroupAnalysis | None = None,
    favours: tuple[str, str] | None = None,
    group_labels: tuple[str, str] | None = None,
    label_header: str = "Study",
    axis_label: str = "",
) -> ForestLayout:
    """Lay out the forest plot of a synthesis.

    Parameters
    ----------
    result : SynthesisResult
        Studies, weights and the headline result; alternatives are not drawn.
    title : str
        Printed above the figure.
    subgroups : SubgroupAnalysis, optional
        Groups of the same effects; `result.subgroups` if not given. Groups of one study have no
        diamond.
    favours : tuple of two str, optional
        What lies left and right of the null line.
    group_labels : tuple of two str, optional
        Names of the compared groups, above their events and participants.
    label_header : str
        Heading of the first column.
    axis_label : str
        Text under the axis; the name of the measure if empty.

    Returns
    -------
    ForestLayout

    Raises
    ------
    OptionError
        If the groups are not a partition of the effects, or `favours` is given for a measure without
        a null value.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.889, -1.586, -1.348], vi=[0.326, 0.195, 0.415], measure="RR")
    >>> layout = forest_layout(result, favours=("favours vaccine", "favours control"))
    >>> [row.kind for row in layout.rows]
    ['study', 'study', 'study', 'rule', 'overall', 'note', 'note']
    >>> layout.rows[0].cells["estimate"], layout.rows[0].cells["ci"]
    ('0.41', '[0.13 to 1.26]')
    >>> [tick.label for tick in layout.axis.ticks]
    ['0.1', '0.2', '0.5', '1']
    """
    subgroups = result.subgroups if subgroups is None else subgroups
    measure = result.effects.measure
    if favours is not None and measure.null is None:
        raise OptionError(f"favours needs a value of no effect; the measure {measure.code!r} has none.")
    _require_partition(subgroups, result.k)
    marks, notes = footnotes(result.effects.effects, measure)
    rows = _rows(result, subgroups, marks)
    if subgroups is not None and any(not group.pooled for group in subgroups.results):
        notes = (*notes, "Groups with one study are reported, not pooled.")
    return ForestLayout(
        rows=rows,
        columns=_columns(result, group_labels, clean_text(label_header)),
        axis=_axis(rows, measure, clean_text(axis_label) or _axis_words(result)),
        title=clean_text(title),
        name=clean_text(title) or _name(result),
        description=_description(result, rows),
        favours=None if favours is None else (clean_text(favours[0]), clean_text(favours[1])),
        footnotes=notes,
    )


def _require_partition(subgroups: SubgroupAnalysis | None, k: int) -> None:
    """Every effect in exactly one group, so that no study is lost or drawn twice."""
    if subgroups is None:
        return
    used = sorted(i for indices in subgroups.indices for i in indices)
    if used != list(range(k)):
        raise OptionError(
            f"subgroups by {subgroups.by!r} must hold each of the {k} effects once; "
            f"they hold the positions {used}."
        )


def _rows(
    result: SynthesisResult, subgroups: SubgroupAnalysis | None, marks: tuple[str, ...]
) -> tuple[ForestRow, ...]:
    """All rows from top to bottom."""
    effects = result.effects.effects
    rows: list[ForestRow] = []
    if subgroups is None:
        rows += [study_row(effect, i, result, mark=marks[i]) for i, effect in enumerate(effects)]
    else:
        rows += group_rows(result, subgroups, marks)
    if not result.pooled:
        return (*rows, ForestRow(kind="note", label="One study: reported, not pooled"))
    rows.append(ForestRow(kind="rule"))
    rows.append(summary_row(result, members=effects, weight=1.0))
    rows += heterogeneity_rows(result)
    if subgroups is not None:
        rows += between_rows(subgroups)
    return tuple(rows)


def _columns(
    result: SynthesisResult, group_labels: tuple[str, str] | None, label_header: str
) -> tuple[Column, ...]:
    """Columns that have something to say; counts only where some row has them."""
    columns = [Column(key="label", header=label_header, align="left")]
    names = [clean_text(name) for name in group_labels or ("Group 1", "Group 2")]
    sides = _sides(result.effects.effects)
    for side in sides:
        spanner = names[int(side) - 1] if len(sides) == 2 or group_labels else ""
        columns.append(Column(key=f"events_{side}", header="Events", spanner=spanner))
        columns.append(Column(key=f"n_{side}", header="n", spanner=spanner))
    columns.append(Column(key="estimate", header=result.effects.measure.short, side="right"))
    columns.append(Column(key="ci", header=f"[{level_text(result.request.level)} CI]", side="right"))
    if result.pooled:
        columns.append(Column(key="weight", header="Weight", side="right"))
    return tuple(columns)


def _sides(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Which groups have counts in any row."""
    known = [effect.counts for effect in effects if effect.counts is not None]
    if not known:
        return ()
    return ("1", "2") if any(counts.n_2 is not None for counts in known) else ("1",)


def _axis(rows: tuple[ForestRow, ...], measure: EffectMeasure, label: str) -> Axis:
    """Limits from estimates and pooled intervals first, other intervals as far as there is room."""
    core: list[float] = []
    intervals: list[Interval] = []
    for row in rows:
        core += [] if row.estimate is None else [row.estimate]
        if row.is_summary and row.interval is not None:
            core += [row.interval.low, row.interval.high]
        elif row.interval is not None:
            intervals.append(row.interval)
        if row.prediction is not None:
            intervals.append(row.prediction)
    return choose_axis(measure, core=core, intervals=intervals, label=label)


def _axis_words(result: SynthesisResult) -> str:
    """Measure with its unit or scale."""
    measure = result.effects.measure
    if measure.family == "proportion":
        return f"{clean_text(result.effects.outcome) or 'Proportion'}, %"
    words = measure.label[:1].upper() + measure.label[1:]
    return f"{words} (log scale)" if measure.family == "ratio" else words


def _name(result: SynthesisResult) -> str:
    """Accessible name of a figure without title."""
    of = f": {clean_text(result.effects.outcome)}" if result.effects.outcome else ""
    return f"Forest plot{of}"


def _description(result: SynthesisResult, rows: tuple[ForestRow, ...]) -> str:
    """The figure in words: how many studies, the pooled results and their lines of text."""
    measure = result.effects.measure
    unit = "%" if measure.family == "proportion" else ""
    studies = "1 study" if result.k == 1 else f"{result.k} studies"
    sentences = [f"Forest plot of the {measure.label} in {studies}."]
    level = level_text(result.request.level)
    for row in rows:
        named = row.kind == "study" and result.k == 1
        if named or row.is_summary:
            where = f"{clean_text(row.group)}: " if row.group else ""
            text = f"{row.cells['estimate']}{unit}"
            text += f", {level} confidence interval {row.cells['ci'][1:-1]}{unit}" if row.interval else ""
            sentences.append(f"{where}{row.label}: {text}.")
        elif row.kind == "note":
            where = f"{clean_text(row.group)}: " if row.group else ""
            sentences.append(f"{where}{row.label}.")
    return " ".join(sentences)


def to_table(layout: ForestLayout) -> tuple[dict[str, Any], ...]:
    """What is drawn, row by row, for a table beside the figure.

    Parameters
    ----------
    layout : ForestLayout

    Returns
    -------
    tuple of dict
        One per study and diamond: `kind`, `group`, `label`, `estimate`, `low`, `high` (natural scale,
        12 significant digits, None where undefined), `prediction_low`, `prediction_high`, `weight` (share,
        0 to 1), `clipped_low`, `clipped_high` (whether the drawn interval ends at the edge of the axis).

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[0.0, 0.5], vi=[0.25, 0.25], labels=["Alpha", "Beta"], measure="OR")
    >>> [(row["label"], row["estimate"], row["weight"]) for row in to_table(forest_layout(result))][:2]
    [('Alpha', 1.0, 0.5), ('Beta', 1.6487212707, 0.5)]
    """
    return tuple(_table_row(row, layout.axis) for row in layout.rows if row.kind == "study" or row.is_summary)


def _table_row(row: ForestRow, axis: Axis) -> dict[str, Any]:
    low, high = _bounds(row.interval)
    prediction_low, prediction_high = _bounds(row.prediction)
    clipped = (False, False) if row.interval is None else axis.clips(row.interval)
    return {
        "kind": row.kind,
        "group": row.group,
        "label": row.label,
        "estimate": _number(row.estimate),
        "low": low,
        "high": high,
        "prediction_low": prediction_low,
        "prediction_high": prediction_high,
        "weight": _number(row.weight),
        "clipped_low": clipped[0],
        "clipped_high": clipped[1],
    }


def _bounds(interval: Interval | None) -> tuple[float | None, float | None]:
    if interval is None:
        return None, None
    return data_number(interval.low), data_number(interval.high)


def _number(value: float | None) -> float | None:
    return None if value is None else data_number(value)
