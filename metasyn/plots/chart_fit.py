"""Charts of a given width: the panels share what the texts around them leave."""

from __future__ import annotations

from dataclasses import replace

from metasyn.errors import OptionError
from metasyn.plots.chart import ChartLayout
from metasyn.plots.chart_compose import axis_factor
from metasyn.plots.fit import points_of
from metasyn.plots.fonts import text_width
from metasyn.vocabulary import FigureWidth

__all__ = ["fit_chart"]

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
    points = points_of(width)
    fitted = replace(layout, width=points)
    if points is None:
        return fitted
    if axis_factor(fitted, text_width) < _STACKED:
        if layout.narrow is not None:
            fitted = replace(layout.narrow, width=points)
        elif layout.stackable:
            fitted = replace(fitted, rows=tuple((panel,) for panel in layout.panels()))
    if axis_factor(fitted, text_width) < _SHORTEST:
        raise OptionError(f"width: {points:.4g} points are too few for this chart; its axes have no room.")
    return fitted
