"""Forest plots of a given width: what shrinks, what wraps and what is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from metasyn.errors import OptionError
from metasyn.plots.columns import arrange_columns
from metasyn.plots.fonts import text_width
from metasyn.plots.model import Column, ForestLayout
from metasyn.plots.presets import METASYN
from metasyn.plots.style import Sizes
from metasyn.plots.theme import Theme
from metasyn.vocabulary import FigureWidth, choices, require_option

__all__ = ["fit_width", "points_of"]

_MM = 72 / 25.4
_A4_TEXT = 170.0
# Letters never become smaller than this; journals ask for no less.
_SMALLEST_TEXT = 6.0
# Size of letters, room for labels and length of the axis, as shares of their full measure: first as they
# are, then labels wrap, then everything is tight.
_STEPS: tuple[tuple[tuple[float, ...], tuple[tuple[float, float], ...]], ...] = (
    ((1.0, 0.95, 0.9, 0.85, 0.8), ((1.0, 1.0), (1.0, 0.8), (1.0, 0.65))),
    ((0.9, 0.85, 0.8, 0.75), ((0.75, 0.65), (0.55, 0.65), (0.55, 0.5))),
    ((0.75,), ((0.42, 0.5), (0.34, 0.42), (0.27, 0.36))),
)
_TIGHT = 0.5


def points_of(width: FigureWidth | float, theme: Theme = METASYN) -> float | None:
    """A width in points; None where the content decides.

    Raises
    ------
    OptionError
        If it is no known word and no positive number.
    """
    if isinstance(width, str):
        require_option("width", width, FigureWidth)
        known = {"one-column": theme.one_column, "two-column": theme.two_column, "a4": _A4_TEXT}
        return known[width] * _MM if width in known else None
    if isinstance(width, bool) or not (math.isfinite(width) and width > 0):
        words = ", ".join(map(repr, choices(FigureWidth)))
        raise OptionError(f"width must be one of {words} or a positive number of points; got {width!r}.")
    return float(width)


def fit_width(layout: ForestLayout, width: FigureWidth | float) -> ForestLayout:
    """A forest plot that is exactly so wide.

    In this order, as far as it is needed: the axis becomes shorter and the letters a little smaller;
    labels wrap, and lines of text below the last diamond move under the axis; letters go down to 6 pt; then
    columns are left out, weights first, events and participants next (`Column.drop`), and all begins again
    with large letters. Estimates and intervals always stay.

    Parameters
    ----------
    layout : ForestLayout
        As `forest_layout` makes it for `width="free"`.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        Words, or points.

    Returns
    -------
    ForestLayout
        Its `dropped` names the columns left out, and so does its description.

    Raises
    ------
    OptionError
        If the width is not known, or too small for label, axis, estimate and interval.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> layout = forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR"))
    >>> fit_width(layout, 210).dropped
    ('Weight',)
    """
    points = points_of(width, layout.theme)
    if points is None:
        return layout
    narrowest = math.inf
    for candidate in _candidates(layout):
        needed = arrange_columns(candidate, text_width).width
        if needed <= points:
            return _told(replace(candidate, width=points))
        narrowest = min(narrowest, needed)
    raise OptionError(
        f"width: {points:.4g} points are too few for this forest plot; it needs {math.ceil(narrowest)}."
    )


def _candidates(layout: ForestLayout) -> Iterator[ForestLayout]:
    """Layouts of the same rows, each narrower or poorer than the one before."""
    for columns, dropped in _choices_of_columns(layout):
        kept = replace(layout, columns=columns, dropped=dropped)
        for scales, shares in _STEPS:
            for scale in scales:
                if layout.theme.sizes.scaled(scale).smallest_text >= _SMALLEST_TEXT:
                    yield from (_sized(kept, scale, *share) for share in shares)


def _choices_of_columns(layout: ForestLayout) -> Iterator[tuple[tuple[Column, ...], tuple[str, ...]]]:
    """All columns, then without those that go first, and so on; with the names of those left out."""
    yield layout.columns, layout.dropped
    for order in sorted({column.drop for column in layout.columns} - {0}):
        kept = tuple(column for column in layout.columns if not 0 < column.drop <= order)
        gone = (column for column in layout.columns if column not in kept)
        names = (f"{c.spanner}: {c.header}" if c.spanner else c.header for c in gone)
        yield kept, (*layout.dropped, *names)


def _sized(layout: ForestLayout, scale: float, labels: float, panel: float) -> ForestLayout:
    """The layout with smaller letters, less room for labels and a shorter axis."""
    sizes = layout.theme.sizes.scaled(scale)
    tight = labels < _TIGHT
    close = 0.6 if tight else 0.8
    narrow = replace(
        sizes,
        margin=sizes.margin * 0.4,
        gap=sizes.gap * close,
        pair_gap=sizes.pair_gap * close,
        panel_gap=sizes.panel_gap * (0.55 if tight else 0.75),
        panel=sizes.panel * panel,
        max_label=sizes.max_label * labels,
        max_summary_label=min(sizes.max_summary_label, sizes.max_label * labels),
        max_note=sizes.max_note * min(1.0, labels),
        max_header=sizes.max_header * max(labels, 0.5),
    )
    return _with(layout, narrow, notes_below=labels < 1.0)


def _with(layout: ForestLayout, sizes: Sizes, *, notes_below: bool) -> ForestLayout:
    return replace(layout, theme=replace(layout.theme, sizes=sizes), notes_below=notes_below)


def _told(layout: ForestLayout) -> ForestLayout:
    """The description says what is left out."""
    if not layout.dropped:
        return layout
    text = f"{layout.description} Not shown for want of room: {', '.join(layout.dropped)}."
    return replace(layout, description=text)
