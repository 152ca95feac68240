"""Forest plots: a layout as plain data, and its drawing."""

from __future__ import annotations

from typing import Literal

from metasyn.errors import ReportError
from metasyn.plots.forest_layout import forest_layout, to_table
from metasyn.plots.model import ForestLayout

__all__ = ["ForestLayout", "figure_bytes", "forest_layout", "svg_text", "to_table"]


def figure_bytes(layout: ForestLayout, fmt: Literal["svg", "pdf", "png"], *, dpi: float = 200) -> bytes:
    """Draw a forest plot; see `metasyn.plots.draw.figure_bytes`. Loads matplotlib when called."""
    try:
        from metasyn.plots import draw
    except ImportError as error:
        raise _no_matplotlib() from error
    return draw.figure_bytes(layout, fmt, dpi=dpi)


def svg_text(layout: ForestLayout, id_prefix: str) -> str:
    """Draw a forest plot as an `<svg>` element; see `metasyn.plots.draw.svg_text`."""
    try:
        from metasyn.plots import draw
    except ImportError as error:
        raise _no_matplotlib() from error
    return draw.svg_text(layout, id_prefix)


def _no_matplotlib() -> ReportError:
    return ReportError('Drawing needs matplotlib: pip install "metasyn-evidence[report]".')
