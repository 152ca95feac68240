"""The forest plot without each study in turn."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.errors import OptionError
from metasyn.plots.forest_pooled import finish, pooled_row, require_null, result_columns, row_words
from metasyn.plots.forest_rows import heterogeneity_rows
from metasyn.plots.forest_words import clean_text, model_words
from metasyn.plots.model import Column, ForestLayout, ForestRow
from metasyn.plots.presets import theme_of
from metasyn.plots.same_effects import require_same_effects
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.null_side import side, turning
from metasyn.synthesis.sensitivity.leave_one_out import LeaveOneOut, leave_one_out
from metasyn.vocabulary import FigureWidth, ForestPreset
from metasyn.wording import level_text, percent_text, plain_number, unit_sign

__all__ = ["leave_one_out_forest"]

_CHANGED = "†"
_SIDES = {"below": "lies below {}", "above": "lies above {}", "both": "includes {}"}
_RIGHT = (
    Column(key="I2", header="I²", side="right", drop=2),
    Column(key="weight", header="Weight kept", side="right", drop=1),
)


def leave_one_out_forest(
    result: SynthesisResult,
    found: Sequence[LeaveOneOut] | None = None,
    *,
    title: str = "",
    favours: tuple[str, str] | None = None,
    label_header: str = "Left out",
    axis_label: str = "",
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out a leave-one-out forest plot: one row per study left out, all studies as a diamond below.

    A row whose interval lies on another side of no effect than that of all studies carries a dagger: below,
    above, or including it. A row without an interval lies on no side.

    Parameters
    ----------
    result : SynthesisResult
        All studies; k >= 2.
    found : sequence of LeaveOneOut, optional
        From `metasyn.leave_one_out(result)`; computed if not given.
    title : str
        Printed above the figure.
    favours : tuple of two str, optional
        What lies left and right of the null line.
    label_header : str
        Heading of the first column.
    axis_label : str
        Text under the axis; the name of the measure if empty.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
        Whose look the figure has.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        As for `forest_layout`.

    Returns
    -------
    ForestLayout
        Row i leaves out effect i; its `weight` is the share of the weight that is kept.

    Raises
    ------
    OptionError
        If `found` does not belong to the result, or `favours` is given for a measure without a null value.
    NotEstimableError
        If there is one study only.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], labels=["A", "B", "C"], measure="HR")
    >>> layout = leave_one_out_forest(result)
    >>> [(row.label, row.cells["estimate"]) for row in layout.rows[:3]]
    [('A', '0.84'), ('B', '0.46'), ('C', '0.63')]
    """
    theme = theme_of(preset)
    measure = result.effects.measure
    texts = require_null(measure, favours)
    found = leave_one_out(result) if found is None else tuple(found)
    _require_own(result, found)
    moving = turning(result, found) or ()
    steps = tuple(_omitted_row(one, result, theme, marked=one in moving) for one in found)
    overall = _overall_row(result, theme)
    lines = heterogeneity_rows(result, theme=theme, pi_style=theme.marks.pi_style)
    level, unit = result.request.level, unit_sign(measure)
    sentences = [
        f"Leave-one-out forest plot of the {measure.label}; each of {result.k} estimates is left out once."
    ]
    sentences += [f"All: {row_words(overall, level, unit)}"]
    sentences += [f"Without {row_words(row, level, unit)}" for row in steps]
    outcome = clean_text(result.effects.outcome)
    return finish(
        (*steps, ForestRow(kind="rule"), overall, *lines),
        result_columns(result, theme, label_header, right=_RIGHT),
        result,
        theme=theme,
        name=f"Leave-one-out forest plot{f': {outcome}' if outcome else ''}",
        title=title,
        description=" ".join(sentences),
        axis_label=axis_label,
        favours=texts,
        width=width,
        footnotes=_footnotes(result, moving),
    )


def _overall_row(result: SynthesisResult, theme: Theme) -> ForestRow:
    cells = {"weight": theme.numbers.number(percent_text(1.0)), "k": ""}
    words = model_words(result)
    return pooled_row(
        words, result, kind="overall", theme=theme, weight=1.0, with_prediction=True, cells=cells
    )


def _require_own(result: SynthesisResult, found: Sequence[LeaveOneOut]) -> None:
    """Every effect of the result left out once, in its order."""
    given = [(one.index, one.omitted) for one in found]
    wanted = list(enumerate(result.effects.labels))
    if given != wanted:
        raise OptionError(
            f"found must leave out each of the {result.k} effects of the result once, in their order; "
            f"it leaves out {', '.join(repr(name) for _, name in given) or 'none'}."
        )
    for one in found:
        others = [i for i in range(result.k) if i != one.index]
        own = one.result.effects
        require_same_effects(result.effects.take(others), "found", labels=own.labels, yi=own.yi, vi=own.vi)


def _omitted_row(one: LeaveOneOut, whole: SynthesisResult, theme: Theme, *, marked: bool) -> ForestRow:
    kept = max(1.0 - float(whole.weights[one.index]), 0.0)
    return pooled_row(
        one.omitted,
        one.result,
        kind="study",
        theme=theme,
        weight=kept,
        mark=_CHANGED if marked else "",
        index=one.index,
        cells={"weight": theme.numbers.number(percent_text(kept))},
    )


def _footnotes(result: SynthesisResult, moving: Sequence[LeaveOneOut]) -> tuple[str, ...]:
    """What the dagger says, where one stands."""
    measure = result.effects.measure
    if measure.null is None or not moving:
        return ()
    value = plain_number(result.natural(measure.null))
    found = {side(one.result.ci, measure) for one in moving}
    then = [words.format(f"{value} (no effect)") for place, words in _SIDES.items() if place in found]
    main = _SIDES[side(result.ci, measure)].format(value)
    return (
        f"{_CHANGED} without this study the {level_text(result.request.level)} interval {' or '.join(then)}; "
        f"with all studies it {main}",
    )
