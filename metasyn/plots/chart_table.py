"""The data of a chart as rows, for a table beside the figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metasyn.plots.chart import ChartLayout, Panel, Path, Region
from metasyn.wording import data_number

__all__ = ["chart_table"]


def chart_table(layout: ChartLayout) -> tuple[dict[str, Any], ...]:
    """Every point, and the corners of every line and region, row by row.

    Parameters
    ----------
    layout : ChartLayout

    Returns
    -------
    tuple of dict
        `panel`, `kind` (`point`, `line`, `region`), `series`, `part` (which line or region of that
        series), `label`, `index` (position of the study in the result), `x`, `y` (as drawn; effects on
        the analysis scale), `x_natural`, `y_natural` (as the ticks say it), `area` (share of the largest
        mark). Numbers have 12 significant digits, None where undefined.
    """
    return tuple(row for panel in layout.panels() for row in _panel(panel))


def _panel(panel: Panel) -> Iterator[dict[str, Any]]:
    for series in panel.series:
        for point in series.points:
            yield {
                "panel": panel.key,
                "kind": "point",
                "series": series.name,
                "part": 0,
                "label": point.label,
                "index": point.index,
                **_place(panel, point.x, point.y),
                "area": data_number(point.area),
            }
    for part, path in enumerate(panel.paths):
        yield from _corners(panel, path, "line", part)
    for part, region in enumerate(panel.regions):
        yield from _corners(panel, region, "region", part)


def _corners(panel: Panel, drawn: Path | Region, kind: str, part: int) -> Iterator[dict[str, Any]]:
    for x, y in drawn.points:
        yield {
            "panel": panel.key,
            "kind": kind,
            "series": drawn.name,
            "part": part,
            "label": drawn.legend,
            "index": None,
            **_place(panel, x, y),
            "area": None,
        }


def _place(panel: Panel, x: float, y: float) -> dict[str, float | None]:
    return {
        "x": data_number(x),
        "y": data_number(y),
        "x_natural": data_number(panel.x.natural(x)),
        "y_natural": data_number(panel.y.natural(y)),
    }
