"""The forest plot of a synthesis as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.axis import axis_between, choose_axis
from metasyn.plots.fit import fit_width
from metasyn.plots.footnotes import footnotes
from metasyn.plots.forest_columns import forest_columns
from metasyn.plots.forest_rows import (
    alternative_row,
    between_rows,
    group_rows,
    heterogeneity_rows,
    study_row,
    summary_row,
)
from metasyn.plots.forest_table import to_table
from metasyn.plots.forest_words import INTERVAL_NOUNS, clean_text, line_facts, measure_facts
from metasyn.plots.model import Axis, ForestLayout, ForestRow
from metasyn.plots.presets import theme_of
from metasyn.plots.same_effects import require_same_effects
from metasyn.plots.theme import Theme
from metasyn.synthesis.heterogeneity import COMMON_EFFECT
from metasyn.synthesis.model import Alternative, SubgroupAnalysis, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset, PiStyle, require_option
from metasyn.wording import level_text, unit_sign

__all__ = ["forest_layout", "to_table"]


def forest_layout(
    result: SynthesisResult,
    *,
    title: str = "",
    subgroups: SubgroupAnalysis | None = None,
    favours: tuple[str, str] | None = None,
    group_labels: tuple[str, str] | None = None,
    label_header: str = "",
    axis_label: str = "",
    axis_limits: tuple[float, float] | None = None,
    preset: ForestPreset = "metasyn",
    pi_style: PiStyle | None = None,
    models: bool | Sequence[Alternative] = False,
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out the forest plot of a synthesis.

    Parameters
    ----------
    result : SynthesisResult
        Studies, weights and the headline result.
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
        Heading of the first column; that of the preset if empty.
    axis_label : str
        Text under the axis; the name of the measure if empty.
    axis_limits : tuple of two float, optional
        Ends of the axis on the natural scale, in place of those chosen from the data. What lies beyond
        them gets an arrow.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
        Whose look the figure has: words, numbers, columns, colours.
    pi_style : {'line', 'bar', 'polygon', 'density'}, optional
        How prediction intervals are drawn; by default as the preset does. `density` is the predictive
        distribution itself, darker within the interval.
    models : bool or sequence of Alternative
        Diamonds of the same studies under other models and intervals below the headline: True for all
        in `result.alternatives`, or those that are given.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        `free` is as wide as the content asks; else a journal's column (of the preset), the text of an A4
        page (170 mm), or points. See `metasyn.plots.fit.fit_width`.

    Returns
    -------
    ForestLayout

    Raises
    ------
    OptionError
        If the groups are not a partition of the effects, `favours` is given for a measure without a null
        value, a word is not known, the axis limits are not such, or the width is too small.

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
    >>> forest_layout(result, preset="lancet").rows[0].cells["ci"]
    '(0·13–1·26)'
    """
    theme = theme_of(preset)
    style = theme.marks.pi_style if pi_style is None else pi_style
    require_option("pi_style", style, PiStyle)
    subgroups = result.subgroups if subgroups is None else subgroups
    measure = result.effects.measure
    if favours is not None and measure.null is None:
        raise OptionError(f"favours needs a value of no effect; the measure {measure.code!r} has none.")
    _require_partition(subgroups, result)
    ways = _ways(result, models)
    marks, notes = footnotes(result.effects.effects, measure, result.model if result.pooled else None)
    rows = _rows(result, subgroups, marks, theme, style, ways)
    layout = ForestLayout(
        rows=rows,
        columns=forest_columns(result, group_labels, label_header, theme),
        axis=_worded(_axis(rows, measure, _axis_words(result, axis_label, theme), axis_limits), theme),
        title=clean_text(title),
        name=clean_text(title) or _name(result),
        description=_description(result, rows),
        favours=None if favours is None else (clean_text(favours[0]), clean_text(favours[1])),
        footnotes=(*notes, *_method_notes(result, subgroups, theme)),
        panel_header=_panel_words(result, theme),
        theme=theme,
        pi_style=style,
    )
    return fit_width(layout, width)


def _require_partition(subgroups: SubgroupAnalysis | None, result: SynthesisResult) -> None:
    """Every effect of the result in exactly one group, so that no study is lost or drawn twice."""
    if subgroups is None:
        return
    k = result.k
    used = sorted(i for indices in subgroups.indices for i in indices)
    if used != list(range(k)):
        raise OptionError(
            f"subgroups by {subgroups.by!r} must hold each of the {k} effects once; "
            f"they hold the positions {used}."
        )
    for name, indices, group in zip(subgroups.names, subgroups.indices, subgroups.results, strict=True):
        own = group.effects
        require_same_effects(
            result.effects.take(indices), f"the group {name!r}", labels=own.labels, yi=own.yi, vi=own.vi
        )


def _ways(result: SynthesisResult, models: bool | Sequence[Alternative]) -> tuple[Alternative, ...]:
    """The alternatives that are drawn below the headline."""
    if isinstance(models, bool):
        return tuple(way for way in result.alternatives if not way.headline) if models else ()
    given = list(models) if isinstance(models, tuple | list) else [models]
    strange = [way for way in given if way not in result.alternatives]
    if strange:
        raise OptionError(
            "models must be True, False or some of the alternatives of the result (result.alternatives); got "
            f"{strange[0]!r}."
        )
    return tuple(models)


def _rows(
    result: SynthesisResult,
    subgroups: SubgroupAnalysis | None,
    marks: tuple[str, ...],
    theme: Theme,
    pi_style: PiStyle,
    ways: tuple[Alternative, ...],
) -> tuple[ForestRow, ...]:
    """All rows from top to bottom."""
    effects = result.effects.effects
    rows: list[ForestRow] = []
    if subgroups is None:
        rows += [study_row(effect, i, result, mark=marks[i], theme=theme) for i, effect in enumerate(effects)]
    else:
        rows += group_rows(result, subgroups, marks, theme=theme, pi_style=pi_style)
    if not result.pooled:
        return (*rows, ForestRow(kind="note", label="One study: reported, not pooled"))
    rows.append(ForestRow(kind="rule"))
    rows.append(summary_row(result, members=effects, weight=1.0, theme=theme))
    rows += heterogeneity_rows(result, theme=theme, pi_style=pi_style)
    rows += [alternative_row(way, result, theme=theme) for way in ways]
    if subgroups is not None:
        rows += between_rows(subgroups, theme=theme)
    return tuple(rows)


def _axis(
    rows: tuple[ForestRow, ...],
    measure: EffectMeasure,
    label: str,
    limits: tuple[float, float] | None,
) -> Axis:
    """Limits from estimates and pooled intervals first, other intervals as far as there is room."""
    if limits is not None:
        return axis_between(measure, limits, label)
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


def _worded(axis: Axis, theme: Theme) -> Axis:
    """The axis with the numbers of the preset."""
    ticks = (replace(tick, label=theme.numbers.number(tick.label)) for tick in axis.ticks)
    return replace(axis, ticks=tuple(ticks))


def _axis_words(result: SynthesisResult, asked: str, theme: Theme) -> str:
    """Measure with its unit or scale, in the words of the preset."""
    return clean_text(asked) or theme.phrases.axis.format(**line_facts(result), **measure_facts(result))


def _panel_words(result: SynthesisResult, theme: Theme) -> str:
    return theme.phrases.panel.format(**line_facts(result), **measure_facts(result))


def _method_notes(
    result: SynthesisResult, subgroups: SubgroupAnalysis | None, theme: Theme
) -> tuple[str, ...]:
    """What the preset states about methods, and groups that have no diamond."""
    notes: list[str] = []
    if result.pooled:
        het = result.heterogeneity
        none = isinstance(het, NotEstimable) or het.tau2.method == COMMON_EFFECT
        templates = [t for t in theme.phrases.footnotes if not (none and "{tau2_method}" in t)]
        notes += [template.format(**line_facts(result)) for template in templates]
    if subgroups is not None and any(not group.pooled for group in subgroups.results):
        notes.append("Groups with one study are reported, not pooled.")
    if subgroups is not None and _other_weights(result, subgroups):
        notes.append(
            "The weights are those of the mixed model that headlines; groups are pooled by another model, "
            "with weights of its own."
        )
    return tuple(notes)


def _other_weights(result: SynthesisResult, subgroups: SubgroupAnalysis) -> bool:
    """Whether a group is pooled by another model than the mixed one whose weights are shown."""
    return result.model == "glmm" and any(one.pooled and one.model != "glmm" for one in subgroups.results)


def _name(result: SynthesisResult) -> str:
    """Accessible name of a figure without title."""
    of = f": {clean_text(result.effects.outcome)}" if result.effects.outcome else ""
    return f"Forest plot{of}"


def _description(result: SynthesisResult, rows: tuple[ForestRow, ...]) -> str:
    """The figure in words: how many studies, the pooled results and their lines of text."""
    measure = result.effects.measure
    unit = unit_sign(measure)
    studies = "1 study" if result.k == 1 else f"{result.k} studies"
    sentences = [f"Forest plot of the {measure.label} in {studies}."]
    level = level_text(result.request.level)
    for row in rows:
        named = row.kind == "study" and result.k == 1
        if named or row.is_summary:
            where = f"{clean_text(row.group)}: " if row.group else ""
            text = f"{row.cells['estimate']}{unit}"
            own = result.model == "bayesian" and row.kind == "overall"
            kind = INTERVAL_NOUNS["CrI" if own else "CI"]
            text += f", {level} {kind} {row.cells['ci'][1:-1]}{unit}" if row.interval else ""
            sentences.append(f"{where}{row.label}: {text}.")
        elif row.kind == "note":
            where = f"{clean_text(row.group)}: " if row.group else ""
            sentences.append(f"{where}{row.label}.")
    return " ".join(sentences)
