"""Several syntheses in one figure: a diamond for every outcome, or for every way to pool one."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TypeAlias

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.forest_pooled import (
    UNDEFINED,
    finish,
    pooled_row,
    require_null,
    result_columns,
    row_words,
)
from metasyn.plots.forest_words import clean_text, interval_kind
from metasyn.plots.model import Column, ForestLayout, ForestRow
from metasyn.plots.presets import theme_of
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset
from metasyn.wording import level_text, unit_sign

__all__ = ["Named", "outcomes_forest"]

Named: TypeAlias = "tuple[str, SynthesisResult | NotEstimable]"
"""What a row is called and what it shows."""

# Families whose measures share a scale: a hazard ratio and a risk ratio, not a difference in mm and in risk.
_FAMILY_WORDS = {"ratio": "Ratio", "correlation": "Correlation"}
_NOT_POOLED = "one study: reported, not pooled"
_SIGNS = "†‡§¶"


def outcomes_forest(
    named: Sequence[Named],
    *,
    title: str = "",
    favours: tuple[str, str] | None = None,
    label_header: str = "Outcome",
    axis_label: str = "",
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out one diamond per outcome on a common axis.

    Parameters
    ----------
    named : sequence of (str, SynthesisResult or NotEstimable)
        What each row is called, and its synthesis; from top to bottom. A synthesis of one study is a
        square; what is not estimable keeps its row, with the reason below the figure.
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
        Row i is the i-th pair.

    Raises
    ------
    OptionError
        If there is no synthesis, if the measures share no scale (a hazard ratio and a risk ratio do; a
        mean difference and a risk difference, or a ratio and any difference, do not), or if the levels of
        the intervals differ.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> pfs = pool(yi=[-0.5, -0.3], vi=[0.02, 0.03], measure="HR")
    >>> orr = pool(yi=[0.4, 0.1, 0.6], vi=[0.05, 0.03, 0.09], measure="RR")
    >>> layout = outcomes_forest([("Progression-free survival", pfs), ("Objective response", orr)])
    >>> [(row.label, row.cells["measure"], row.cells["k"]) for row in layout.rows]
    [('Progression-free survival', 'HR', '2'), ('Objective response', 'RR', '3')]
    """
    theme = theme_of(preset)
    named = tuple((clean_text(label), found) for label, found in named)
    results = tuple(found for _, found in named if isinstance(found, SynthesisResult))
    _require_one_axis(named, results)
    first = results[0]
    measure = first.effects.measure
    texts = require_null(measure, favours)
    signs = _signs(named)
    rows = tuple(_row(label, found, signs, theme) for label, found in named)
    mixed = len({result.effects.measure.code for result in results}) > 1
    family = _FAMILY_WORDS.get(measure.family, "") if mixed else ""
    if measure.family == "proportion" and len({result.effects.measure.label for result in results}) > 1:
        family = "Proportion, %"
    unit = unit_sign(measure)
    words = " and ".join(dict.fromkeys(result.effects.measure.label for result in results))
    sentences = [f"Forest plot of {len(named)} pooled results: {words}."]
    kind = interval_kind(results)
    sentences += [row_words(row, first.request.level, unit, kind) for row in rows]
    return finish(
        rows,
        _columns(rows, results, label_header, theme, mixed=mixed),
        first,
        theme=theme,
        name=f"Forest plot: {', '.join(label for label, _ in named)}",
        title=title,
        description=" ".join(sentences),
        axis_label=axis_label,
        favours=texts,
        width=width,
        footnotes=(f"{sign} {remark}" for remark, sign in signs.items()),
        family=family,
        ci=kind,
    )


def _require_one_axis(named: Sequence[Named], results: Sequence[SynthesisResult]) -> None:
    """One family, one null value and one level, so that rows may be compared by eye."""
    if not results:
        raise OptionError("a forest plot of outcomes needs at least one synthesis; got none.")
    kinds = {_kind(result.effects.measure) for result in results}
    if len(kinds) > 1:
        given = ", ".join(
            f"{label!r} is {found.effects.measure.code}"
            for label, found in named
            if isinstance(found, SynthesisResult)
        )
        raise OptionError(f"outcomes on one axis must be measured alike: all ratios, say; {given}.")
    levels = sorted({result.request.level for result in results})
    if len(levels) > 1:
        given = ", ".join(level_text(level) for level in levels)
        raise OptionError(f"outcomes in one figure must have intervals of one level; got {given}.")


def _kind(measure: EffectMeasure) -> tuple[str, float | None]:
    """What two measures must share to share an axis; those without family words only with themselves."""
    alone = "" if measure.family in _FAMILY_WORDS or measure.family == "proportion" else measure.code
    return f"{measure.family}{alone}{measure.unit}", measure.null


def _row(label: str, found: SynthesisResult | NotEstimable, signs: dict[str, str], theme: Theme) -> ForestRow:
    if isinstance(found, NotEstimable):
        cells = MappingProxyType({"estimate": UNDEFINED})
        return ForestRow(kind="summary", label=label, mark=signs[found.reason], cells=cells)
    return pooled_row(
        label,
        found,
        kind="summary" if found.pooled else "study",
        theme=theme,
        weight=1.0,
        mark="" if found.pooled else signs[_NOT_POOLED],
        with_prediction=True,
        cells={"measure": found.effects.measure.short},
    )


def _signs(named: Sequence[Named]) -> dict[str, str]:
    """A sign for every remark, in order of first use; doubled when used up."""
    remarks = [_remark(found) for _, found in named]
    found = [remark for remark in dict.fromkeys(remarks) if remark]
    return {remark: _SIGNS[n % 4] * (1 + n // 4) for n, remark in enumerate(found)}


def _remark(found: SynthesisResult | NotEstimable) -> str:
    if isinstance(found, NotEstimable):
        return found.reason
    return "" if found.pooled else _NOT_POOLED


def _columns(
    rows: Sequence[ForestRow],
    results: Sequence[SynthesisResult],
    label_header: str,
    theme: Theme,
    *,
    mixed: bool,
) -> tuple[Column, ...]:
    """Columns that have something to say in some row."""
    first = results[0]
    measure = first.effects.measure
    left = (Column(key="measure", header="Measure", align="left"),) if mixed else ()
    opening, closing = theme.numbers.brackets
    header = f"{opening}{level_text(first.request.level)} PI{closing}"
    right = (
        Column(key="pi", header=header, side="right", drop=2),
        Column(key="I2", header="I²", side="right", drop=1),
    )
    return result_columns(
        first,
        theme,
        label_header,
        *left,
        right=[column for column in right if any(row.cells.get(column.key) for row in rows)],
        short=_FAMILY_WORDS.get(measure.family, measure.heading) if mixed else "",
        one_per_study=all(result.k == result.n_studies for result in results),
        ci=interval_kind(results),
    )
