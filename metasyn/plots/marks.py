"""Squares, intervals, diamonds and arrows of one row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from metasyn.plots import style
from metasyn.plots.model import Axis, ForestRow
from metasyn.plots.scene import Item, Line, Shape
from metasyn.values import Interval

__all__ = ["Panel", "row_marks"]

_ARROW_LENGTH, _ARROW_HALF_HEIGHT, _ARROW_OVERSHOOT = 5.5, 3.0, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The axis and where it lies on the page."""

    axis: Axis
    left: float
    right: float

    def x(self, value: float) -> float:
        """Position of a natural value in points, held within the panel."""
        fraction = min(max(self.axis.fraction(value), 0.0), 1.0)
        return self.left + fraction * (self.right - self.left)


def row_marks(row: ForestRow, panel: Panel, y: float, name: str, largest_weight: float) -> Iterator[Item]:
    """Everything a row draws in the panel.

    Parameters
    ----------
    row : ForestRow
        A study or a summary.
    y : float
        Middle of the row in points.
    name : str
        Prefix of the ids of the items, e.g. `"row-3"`.
    largest_weight : float
        The weight that gets the largest square.
    """
    if row.prediction is not None:
        yield from _bar(row.prediction, panel, y, f"{name}-pi")
    if row.is_summary:
        yield from _diamond(row, panel, y, name)
        return
    if row.interval is not None:
        yield from _interval(row.interval, panel, y, f"{name}-ci", style.INK, 1.1)
    if row.estimate is not None and panel.axis.contains(row.estimate):
        half = _square_side(row.weight, largest_weight) / 2
        x = panel.x(row.estimate)
        points = ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
        yield Shape(points=points, fill=style.STUDY, edge=style.STUDY, width=0.4, gid=f"{name}-point")


def _square_side(weight: float | None, largest: float) -> float:
    """Side of the square, so that its area is proportional to the weight, with a floor."""
    if weight is None or not largest > 0:
        return style.SMALLEST_SQUARE
    return max(style.SMALLEST_SQUARE, style.LARGEST_SQUARE * math.sqrt(weight / largest))


def _interval(
    interval: Interval, panel: Panel, y: float, gid: str, color: str, width: float
) -> Iterator[Item]:
    """A line with an arrow head wherever it goes on beyond the axis."""
    x0, x1 = panel.x(interval.low), panel.x(interval.high)
    yield Line(x0=x0, y0=y, x1=x1, y1=y, width=width, color=color, gid=gid)
    yield from _arrows(interval, panel, y, gid, color)


def _arrows(interval: Interval, panel: Panel, y: float, gid: str, color: str) -> Iterator[Item]:
    clipped_low, clipped_high = panel.axis.clips(interval)
    for clipped, edge, sign, side in (
        (clipped_low, panel.left, -1.0, "low"),
        (clipped_high, panel.right, 1.0, "high"),
    ):
        if clipped:
            tip = edge + sign * _ARROW_OVERSHOOT
            base = tip - sign * _ARROW_LENGTH
            points = ((tip, y), (base, y - _ARROW_HALF_HEIGHT), (base, y + _ARROW_HALF_HEIGHT))
            yield Shape(points=points, fill=color, edge=color, width=0.2, gid=f"{gid}-arrow-{side}")


def _bar(interval: Interval, panel: Panel, y: float, gid: str) -> Iterator[Item]:
    """The prediction interval, behind the diamond."""
    yield from _interval(interval, panel, y, gid, style.PREDICTION, 3.2)


def _diamond(row: ForestRow, panel: Panel, y: float, name: str) -> Iterator[Item]:
    """Filled for all studies, hollow for a group; cut off at the ends of the axis."""
    if row.estimate is None or not panel.axis.contains(row.estimate):
        return
    x = panel.x(row.estimate)
    half = style.DIAMOND_HALF_HEIGHT
    if row.interval is None:
        yield Line(x0=x, y0=y - half, x1=x, y1=y + half, width=2.0, color=style.DIAMOND, gid=f"{name}-point")
        return
    left, right = panel.x(row.interval.low), panel.x(row.interval.high)
    low = half * _height_at_edge(row.interval.low, row.estimate, panel.axis, panel.axis.low)
    high = half * _height_at_edge(row.interval.high, row.estimate, panel.axis, panel.axis.high)
    points = ((left, y - low), (x, y - half), (right, y - high), (right, y + high), (x, y + half))
    filled = row.kind == "overall"
    yield Shape(
        points=(*points, (left, y + low)),
        fill=style.DIAMOND if filled else style.PAPER,
        edge=style.DIAMOND,
        width=1.1,
        gid=f"{name}-diamond",
    )
    yield from _arrows(row.interval, panel, y, f"{name}-diamond", style.DIAMOND)


def _height_at_edge(bound: float, estimate: float, axis: Axis, edge: float) -> float:
    """Share of the full height that a diamond still has where the axis ends; 0 for a whole one."""
    end, middle, limit = axis.fraction(bound), axis.fraction(estimate), axis.fraction(edge)
    if not (limit - end) * (middle - limit) > 0:
        return 0.0
    return (limit - end) / (middle - end) if math.isfinite(end) else 0.5
