"""What forestplot does not draw: diamonds, prediction intervals, arrows where an interval goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metasyn.plots.model import Axis, ForestRow
from metasyn.values import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_marks"]

_SUMMARY, _PREDICTION, _INTERVAL = "#8c1c13", "#d08a2e", "#111111"
_HALF = 0.32


def draw_marks(ax: Axes, rows: Sequence[ForestRow | None], axis: Axis) -> None:
    """Draw over the rows of a quick forest; `rows` from top to bottom, the last at y = 0."""
    for y, row in enumerate(reversed(rows)):
        if row is None:
            continue
        if row.prediction is not None:
            _line(ax, row.prediction, y, axis, _PREDICTION, 3.0)
        if row.is_summary:
            _diamond(ax, row, y, axis)
        elif row.interval is not None:
            outside = row.estimate is None or row.estimate not in row.interval
            _line(ax, row.interval, y, axis, _INTERVAL, 1.4 if outside else 0.0)


def _line(ax: Axes, interval: Interval, y: int, axis: Axis, color: str, width: float) -> None:
    """An interval, and an arrow at every end of the axis that it passes."""
    low, high = max(interval.low, axis.low), min(interval.high, axis.high)
    if width and low <= high:
        ax.plot([low, high], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=1)
    for clipped, edge, marker in zip(axis.clips(interval), (axis.low, axis.high), "<>", strict=True):
        if clipped:
            ax.plot([edge], [y], marker, color=color, markersize=5, clip_on=False, zorder=2)


def _diamond(ax: Axes, row: ForestRow, y: int, axis: Axis) -> None:
    """Filled for all studies, hollow for a group; a bar where there is no interval."""
    if row.estimate is None or not axis.contains(row.estimate):
        return
    if row.interval is None:
        ax.plot([row.estimate] * 2, [y - _HALF, y + _HALF], color=_SUMMARY, linewidth=2)
        return
    low, high = max(row.interval.low, axis.low), min(row.interval.high, axis.high)
    fill = _SUMMARY if row.kind == "overall" else "white"
    ax.fill(
        [low, row.estimate, high, row.estimate],
        [y, y + _HALF, y, y - _HALF],
        facecolor=fill,
        edgecolor=_SUMMARY,
        zorder=3,
    )
    _line(ax, row.interval, y, axis, _SUMMARY, 0.0)
