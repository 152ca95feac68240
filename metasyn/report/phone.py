"""The figures of a report once more, narrow enough for the width of a phone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from metasyn.errors import OptionError
from metasyn.plots.model import ForestLayout
from metasyn.report.blocks import FigureBlock

if TYPE_CHECKING:
    from metasyn.plots.draw import Layout
    from metasyn.plots.style import Sizes

__all__ = ["phone_svg"]

_TAG = re.compile("<[a-z][^>]*>")
_NEEDLESS = re.compile(
    ' (?:fill|stroke)="#[0-9a-f]+"| id="figure[0-9]+-narrow-(?!name"|description"|pooled")[^"]*"'
)
# On a phone a point becomes a third larger than a pixel: letters of 6.75 points are read at 9 pixels.
_WIDTHS = (260.0, 280.0, 300.0, 340.0)
# Rows as high as a finger needs; letters do not grow with them.
_ROW = 18.5


def phone_svg(figure: FigureBlock) -> str:
    """A figure as an `<svg>` element of 260 to 340 points, with ids of its own.

    Parameters
    ----------
    figure : FigureBlock
        A forest plot keeps its rows, and of its columns label, axis, estimate and interval.

    Returns
    -------
    str
        Empty where the figure cannot be drawn so narrow.
    """
    from metasyn.plots import svg_text

    for width in _WIDTHS:
        try:
            layout = _narrow(figure.layout, width)
        except OptionError:
            continue
        return _light(svg_text(layout, f"figure{figure.number}-narrow"))
    return ""


def _light(svg: str) -> str:
    """Without what the style sheet of the page says again, and without ids that nothing refers to."""
    return _TAG.sub(lambda tag: _NEEDLESS.sub("", tag.group()), svg)


def _narrow(layout: Layout, width: float) -> Layout:
    from metasyn.plots import fit_chart, fit_width

    if not isinstance(layout, ForestLayout):
        return fit_chart(layout, width)
    kept = tuple(column for column in layout.columns if not column.drop)
    gone = (column for column in layout.columns if column.drop)
    names = tuple(f"{one.spanner}: {one.header}" if one.spanner else one.header for one in gone)
    # Headings of one word keep it whole, however little room their columns need.
    whole = replace(layout.theme.sizes, max_header=2 * layout.theme.sizes.max_header)
    fewer = replace(layout, columns=kept, dropped=(*layout.dropped, *names))
    fitted = fit_width(_sized(fewer, whole), width)
    return _sized(fitted, replace(fitted.theme.sizes, row=max(_ROW, fitted.theme.sizes.row)))


def _sized(layout: ForestLayout, sizes: Sizes) -> ForestLayout:
    return replace(layout, theme=replace(layout.theme, sizes=sizes))
