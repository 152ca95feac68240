"""Squares, intervals, diamonds, prediction intervals and arrows of one row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from metasyn.plots.model import Axis, ForestRow
from metasyn.plots.presets import METASYN
from metasyn.plots.scene import Item, Line, Role, Shape
from metasyn.plots.theme import Theme
from metasyn.values import Interval
from metasyn.vocabulary import PiStyle

__all__ = ["Panel", "row_marks"]

_ARROW_LENGTH, _ARROW_HALF_HEIGHT, _ARROW_OVERSHOOT = 5.5, 3.0, 2.5
# Opacity of the predictive distribution within and beyond its interval.
_INSIDE, _OUTSIDE = 0.75, 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The axis and where it lies on the page."""

    axis: Axis
    left: float
    right: float
    theme: Theme = METASYN
    pi_style: PiStyle = "bar"

    def x(self, value: float) -> float:
        """Position of a natural value in points, held within the panel."""
        fraction = min(max(self.axis.fraction(value), 0.0), 1.0)
        return self.left + fraction * (self.right - self.left)

    @property
    def unit(self) -> float:
        """Scale of lengths without a name."""
        return self.theme.sizes.unit


def row_marks(row: ForestRow, panel: Panel, y: float, name: str, largest_weight: float) -> Iterator[Item]:
    """Everything a row draws in the panel.

    Parameters
    ----------
    row : ForestRow
        A study, a summary, or the note of a prediction interval.
    panel : Panel
    y : float
        Middle of the row in points.
    name : str
        Prefix of the ids of the items, e.g. `"row-3"`.
    largest_weight : float
        The weight that gets the largest square.
    """
    if row.kind == "note":
        yield from _own_row(row, panel, y, f"{name}-pi")
        return
    if row.prediction is not None and panel.pi_style in ("line", "bar"):
        yield from _through_diamond(row.prediction, panel, y, f"{name}-pi")
    if row.is_summary:
        yield from _diamond(row, panel, y, name)
        return
    if row.interval is not None:
        yield from _interval(
            row.interval, panel, y, f"{name}-ci", "interval", panel.theme.marks.interval_width
        )
    if row.estimate is not None:
        yield from _point(row, row.estimate, panel, y, name, largest_weight)


def _point(
    row: ForestRow, estimate: float, panel: Panel, y: float, name: str, largest: float
) -> Iterator[Item]:
    """The square of a study; an arrow in its colour where it lies beyond the axis."""
    if not panel.axis.contains(estimate):
        yield from _beyond(estimate, panel, y, f"{name}-point", "study")
        return
    half = _square_side(row.weight, largest, panel) / 2
    x = panel.x(estimate)
    yield Shape(
        points=((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)),
        fill="study",
        edge="study-edge",
        width=panel.theme.marks.square_edge_width * panel.unit,
        gid=f"{name}-point",
        mark="mark-point",
    )


def _square_side(weight: float | None, largest: float, panel: Panel) -> float:
    """Side of the square, so that its area is proportional to the weight, with a floor."""
    sizes = panel.theme.sizes
    if weight is None or not largest > 0:
        return sizes.smallest_square
    return max(sizes.smallest_square, sizes.largest_square * math.sqrt(weight / largest))


def _interval(
    interval: Interval, panel: Panel, y: float, gid: str, color: Role, width: float
) -> Iterator[Item]:
    """A line with an arrow head wherever it goes on beyond the axis."""
    x0, x1 = panel.x(interval.low), panel.x(interval.high)
    mark = f"mark-{gid.rpartition('-')[2]}"
    yield Line(x0=x0, y0=y, x1=x1, y1=y, width=width * panel.unit, color=color, gid=gid, mark=mark)
    yield from _arrows(interval, panel, y, gid, color)


def _arrows(interval: Interval, panel: Panel, y: float, gid: str, color: Role) -> Iterator[Item]:
    clipped_low, clipped_high = panel.axis.clips(interval)
    if clipped_low:
        yield _arrow(panel, y, gid, color, "low")
    if clipped_high:
        yield _arrow(panel, y, gid, color, "high")


def _arrow(panel: Panel, y: float, gid: str, color: Role, side: str, size: float = 1.0) -> Item:
    """An arrow head at one end of the axis, pointing outwards."""
    edge, sign = (panel.left, -1.0) if side == "low" else (panel.right, 1.0)
    unit = panel.unit
    tip = edge + sign * _ARROW_OVERSHOOT * unit
    base = tip - sign * _ARROW_LENGTH * unit * size
    half = _ARROW_HALF_HEIGHT * unit * size
    points = ((tip, y), (base, y - half), (base, y + half))
    name = f"{gid}-arrow-{side}"
    return Shape(points=points, fill=color, edge=color, width=0.2 * unit, gid=name, mark="mark-arrow")


def _beyond(estimate: float, panel: Panel, y: float, gid: str, color: Role) -> Iterator[Item]:
    """A larger arrow head for an estimate that the axis does not reach."""
    if not math.isnan(estimate):
        side = "low" if estimate < panel.axis.low else "high"
        yield _arrow(panel, y, gid, color, side, 1.35)


def _through_diamond(interval: Interval, panel: Panel, y: float, gid: str) -> Iterator[Item]:
    """The prediction interval behind the diamond: a thick bar, or a line with ends."""
    if panel.pi_style == "bar":
        yield from _interval(interval, panel, y, gid, "prediction", 3.2)
        return
    yield from _interval(interval, panel, y, gid, "prediction", 1.5)
    clipped = panel.axis.clips(interval)
    half = 0.62 * panel.theme.sizes.diamond_half_height
    for side, bound, cut in (("low", interval.low, clipped[0]), ("high", interval.high, clipped[1])):
        if not cut:
            x, end = panel.x(bound), f"{gid}-end-{side}"
            width = 1.5 * panel.unit
            yield Line(x0=x, y0=y - half, x1=x, y1=y + half, width=width, color="prediction", gid=end)


def _own_row(row: ForestRow, panel: Panel, y: float, gid: str) -> Iterator[Item]:
    """The prediction interval in a row of its own: a flat polygon, or the distribution."""
    if row.prediction is None:
        return
    if row.density:
        yield from _density(row, row.prediction, panel, y, gid)
        return
    interval = row.prediction
    half = 0.55 * panel.theme.sizes.diamond_half_height
    x0, x1 = panel.x(interval.low), panel.x(interval.high)
    middle = (x0 + x1) / 2
    low, high = (0.0 if not cut else half * 0.6 for cut in panel.axis.clips(interval))
    points = ((x0, y - low), (middle, y - half), (x1, y - high), (x1, y + high), (middle, y + half))
    yield Shape(
        points=(*points, (x0, y + low)),
        fill="prediction",
        edge="prediction",
        width=0.8 * panel.unit,
        opacity=0.45,
        gid=gid,
        mark="mark-pi",
    )
    yield from _arrows(interval, panel, y, gid, "prediction")


def _density(row: ForestRow, interval: Interval, panel: Panel, y: float, gid: str) -> Iterator[Item]:
    """The predictive distribution over a line that is the interval; darker within it."""
    sizes = panel.theme.sizes
    ground = y + 0.42 * sizes.density_row
    tall = 0.8 * sizes.density_row
    parts = {
        "below": [point for point in row.density if point[0] <= interval.low],
        "within": [point for point in row.density if interval.low <= point[0] <= interval.high],
        "above": [point for point in row.density if point[0] >= interval.high],
    }
    for name, curve in parts.items():
        inside = name == "within"
        ends = _ends(row.density, interval, name)
        points = [(panel.x(v), ground - tall * h) for v, h in (*ends[0], *curve, *ends[1]) if _seen(v, panel)]
        if len(points) < 2:
            continue
        outline = ((points[0][0], ground), *points, (points[-1][0], ground))
        opacity = _INSIDE if inside else _OUTSIDE
        yield Shape(points=outline, fill="prediction", edge="none", opacity=opacity, gid=f"{gid}-{name}")
    yield from _interval(interval, panel, ground, gid, "prediction", 1.4)


def _seen(value: float, panel: Panel) -> bool:
    return panel.axis.contains(value)


def _ends(
    curve: tuple[tuple[float, float], ...], interval: Interval, part: str
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
    """The heights at the bounds of the interval, where one part of the curve meets the next."""
    low, high = ((_height(curve, bound),) for bound in (interval.low, interval.high))
    return {"below": ((), low), "within": (low, high), "above": (high, ())}[part]


def _height(curve: tuple[tuple[float, float], ...], at: float) -> tuple[float, float]:
    """A point of the curve between its points."""
    for (x0, h0), (x1, h1) in pairwise(curve):
        if x0 <= at <= x1 and x1 > x0:
            return at, h0 + (at - x0) / (x1 - x0) * (h1 - h0)
    return at, 0.0


def _diamond(row: ForestRow, panel: Panel, y: float, name: str) -> Iterator[Item]:
    """Filled for all studies, for a group as the preset does; cut off at the ends of the axis."""
    if row.estimate is None:
        return
    marks, half = panel.theme.marks, panel.theme.sizes.diamond_half_height
    if not panel.axis.contains(row.estimate):
        yield from _beyond(row.estimate, panel, y, f"{name}-point", "summary")
        return
    x = panel.x(row.estimate)
    if row.interval is None:
        width = 2.0 * panel.unit
        yield Line(x0=x, y0=y - half, x1=x, y1=y + half, width=width, color="summary", gid=f"{name}-point")
        return
    left, right = panel.x(row.interval.low), panel.x(row.interval.high)
    low = half * _height_at_edge(row.interval.low, row.estimate, panel.axis, panel.axis.low)
    high = half * _height_at_edge(row.interval.high, row.estimate, panel.axis, panel.axis.high)
    points = ((left, y - low), (x, y - half), (right, y - high), (right, y + high), (x, y + half))
    filled = marks.diamond_fill if row.kind == "overall" else marks.group_fill
    hollow = row.kind == "alternative"
    yield Shape(
        points=(*points, (left, y + low)),
        fill="paper" if hollow else filled,
        edge="summary" if hollow else marks.diamond_edge,
        width=marks.diamond_edge_width * panel.unit,
        gid=f"{name}-diamond",
        mark="mark-diamond",
    )
    yield from _arrows(row.interval, panel, y, f"{name}-diamond", "summary")


def _height_at_edge(bound: float, estimate: float, axis: Axis, edge: float) -> float:
    """Share of the full height that a diamond still has where the axis ends; 0 for a whole one."""
    end, middle, limit = axis.fraction(bound), axis.fraction(estimate), axis.fraction(edge)
    if not (limit - end) * (middle - limit) > 0:
        return 0.0
    return (limit - end) / (middle - end) if math.isfinite(end) else 0.5
