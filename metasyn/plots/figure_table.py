"""The data of any figure as rows, for a table beside it."""

from __future__ import annotations

from typing import Any

from metasyn.plots import forest_table
from metasyn.plots.chart import ChartLayout
from metasyn.plots.chart_table import chart_table
from metasyn.plots.model import ForestLayout

__all__ = ["to_table"]


def to_table(layout: ForestLayout | ChartLayout) -> tuple[dict[str, Any], ...]:
    """What a figure shows, as rows of a table.

    Parameters
    ----------
    layout : ForestLayout or ChartLayout

    Returns
    -------
    tuple of dict
        See `metasyn.plots.forest_table.to_table` and `metasyn.plots.chart_table.chart_table`.

    Examples
    --------
    >>> from metasyn.plots.charts import funnel_layout
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[0.0, 0.5, 0.7], vi=[0.25, 0.25, 0.25], labels=["A", "B", "C"], measure="OR")
    >>> [(row["label"], row["x_natural"], row["y"]) for row in to_table(funnel_layout(result))][:2]
    [('A', 1.0, 0.5), ('B', 1.6487212707, 0.5)]
    """
    if isinstance(layout, ChartLayout):
        return chart_table(layout)
    return forest_table.to_table(layout)
