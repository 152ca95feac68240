"""Charts of a given width: the panels share what the texts around them leave."""

from __future__ import annotations

import math
from dataclasses import replace

from metasyn.errors import OptionError
from metasyn.plots.chart import ChartLayout
from metasyn.plots.chart_compose import axis_factor
from metasyn.plots.fonts import text_width
from metasyn.plots.presets import theme_of
from metasyn.vocabulary import FigureWidth, choices, require_option

__all__ = ["fit_chart"]

_POINTS_PER_MM = 72 / 25.4
_A4_TEXT = 170.0
# Axes shorter than this share of their natural length show nothing.
_SHORTEST = 0.4
# Below this share panels that may do so stand below each other.
_STACKED = 0.75


def fit_chart(layout: ChartLayout, width: FigureWidth | float) -> ChartLayout:
    """A chart that is exactly so wide; its text keeps its size, and panels stand below each other if need be.

    Parameters
    ----------
    layout : ChartLayout
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        85 mm, 174 mm, 170 mm, or points.

    Returns
    -------
    ChartLayout

    Raises
    ------
    OptionError
        If the width is not known, or too small for the axes and their texts.

    Examples
    --------
    >>> from metasyn.plots.charts import baujat_layout
    >>> from metasyn.synthesis import pool
    >>> layout = baujat_layout(pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2]))
    >>> round(fit_chart(layout, "one-column").width, 1)
    240.9
    """
    if isinstance(width, str):
        require_option("width", width, FigureWidth)
        if width == "free":
            return replace(layout, width=None)
        theme = theme_of("metasyn")
        known = {"one-column": theme.one_column, "two-column": theme.two_column, "a4": _A4_TEXT}
        width = known[width] * _POINTS_PER_MM
    if isinstance(width, bool) or not (math.isfinite(width) and width > 0):
        words = ", ".join(map(repr, choices(FigureWidth)))
        raise OptionError(f"width must be one of {words} or a positive number of points; got {width!r}.")
    fitted = replace(layout, width=float(width))
    if layout.stackable and axis_factor(fitted, text_width) < _STACKED:
        fitted = replace(fitted, rows=tuple((panel,) for panel in layout.panels()))
    if axis_factor(fitted, text_width) < _SHORTEST:
        raise OptionError(f"width: {width:.4g} points are too few for this chart; its axes have no room.")
    return fitted
