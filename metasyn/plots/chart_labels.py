"""Where the names of points are written: near them, over nothing else, the same way every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from metasyn.plots.chart_geometry import Box, Place, clip_line
from metasyn.plots.scene import Measure, Pen

__all__ = ["Label", "Spot", "place_labels"]

_GAP = 2.2
# Distances of a label that is tied to its point by a thin line.
_LEADERS = (8.0, 14.0, 21.0, 29.0)
_DIRECTIONS = tuple(
    math.radians(degrees) for degrees in (30, 150, 330, 210, 90, 270, 0, 180, 60, 120, 300, 240)
)
_LINE_COST = 2.0
# From the baseline of a text to its top and to its bottom, as shares of its size.
_ASCENT, _DESCENT = 0.76, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A mark on the page; `text` is empty where nothing is written beside it."""

    x: float
    y: float
    radius: float
    text: str = ""

    @property
    def box(self) -> Box:
        """What the mark covers."""
        r = self.radius
        return Box(left=self.x - r, top=self.y - r, right=self.x + r, bottom=self.y + r)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text with its left end and baseline; `leader` joins it to its mark."""

    x: float
    y: float
    text: str
    box: Box
    leader: tuple[Place, Place] | None = None


def place_labels(
    spots: Sequence[Spot],
    *,
    within: Box,
    taken: Sequence[Box],
    lines: Sequence[Sequence[Place]],
    pen: Pen,
    measure: Measure,
    far: bool = True,
) -> dict[int, Label]:
    """Place for the text of every spot that has one and finds room.

    Parameters
    ----------
    spots : sequence of Spot
        All marks of a panel.
    within : Box
        Labels stay inside.
    taken : sequence of Box
        Other texts.
    lines : sequence of sequence of (float, float)
        Drawn lines: labels rather do not cross them.
    pen : Pen
    measure : callable
    far : bool
        Whether a label may stand away from its mark, with a thin line between them.

    Returns
    -------
    dict of int to Label
        By position in `spots`; what found no room is not in it.
    """
    marks = [spot.box for spot in spots]
    placed: dict[int, Label] = {}
    for i in _crowded_first(spots):
        spot = spots[i]
        others = [box for j, box in enumerate(marks) if j != i and _near(box, spot, measure(spot.text, pen))]
        blocked = [*taken, *others, *(label.box for label in placed.values())]
        # A mark that lies on others cannot be reached without crossing them.
        apart = [box for box in blocked if not box.overlaps(spot.box)]
        best: tuple[float, Label] | None = None
        for cost, label in _candidates(spot, measure(spot.text, pen), pen, far=far):
            if best is not None and cost >= best[0]:
                break
            if not within.holds(label.box) or any(label.box.overlaps(box) for box in blocked):
                continue
            if label.leader is not None and any(clip_line(label.leader, box) for box in apart):
                continue
            cost += _LINE_COST * sum(bool(clip_line(line, label.box)) for line in lines)
            if best is None or cost < best[0]:
                best = cost, label
        if best is not None:
            placed[i] = best[1]
    return placed


def _near(box: Box, spot: Spot, width: float) -> bool:
    """Whether a mark is close enough to matter."""
    reach = width + spot.radius + 40.0
    return (
        abs((box.left + box.right) / 2 - spot.x) < reach and abs((box.top + box.bottom) / 2 - spot.y) < reach
    )


def _crowded_first(spots: Sequence[Spot]) -> list[int]:
    """Spots with a text, those with the most neighbours first."""
    named = [i for i, spot in enumerate(spots) if spot.text]

    def neighbours(i: int) -> int:
        here = spots[i]
        return sum(math.hypot(here.x - spot.x, here.y - spot.y) < 25 for spot in spots)

    return sorted(named, key=lambda i: (-neighbours(i), i))


def _candidates(spot: Spot, width: float, pen: Pen, *, far: bool) -> Iterator[tuple[float, Label]]:
    """Places from the best to the worst with their costs."""
    rise, drop = _ASCENT * pen.size, _DESCENT * pen.size
    away, middle = spot.radius + _GAP, (rise - drop) / 2
    diagonal = 0.72 * spot.radius + _GAP * 0.6
    put = _putter(spot, width, rise, drop)
    yield 0.0, put(spot.x + away, spot.y + middle)
    yield 0.1, put(spot.x - away - width, spot.y + middle)
    yield 0.2, put(spot.x - width / 2, spot.y - away - drop + 1)
    yield 0.2, put(spot.x - width / 2, spot.y + away + rise - 1)
    for sideways in (1.0, -1.0):
        x = spot.x + diagonal if sideways > 0 else spot.x - diagonal - width
        yield 0.4, put(x, spot.y - diagonal - drop)
        yield 0.4, put(x, spot.y + diagonal + rise)
    for distance in _LEADERS if far else ():
        for angle in _DIRECTIONS:
            ahead, up = math.cos(angle), math.sin(angle)
            tip = spot.x + (spot.radius + distance) * ahead, spot.y - (spot.radius + distance) * up
            left = tip[0] - width * (0.5 - 0.5 * _sign(ahead))
            base = tip[1] + middle - up * (rise + drop) / 2
            start = spot.x + spot.radius * ahead, spot.y - spot.radius * up
            end = tip[0] - _sign(ahead) * 1.0, tip[1]
            yield 1.0 + distance / 10, put(left, base, (start, end))


def _sign(value: float) -> float:
    """-1, 0 or 1; what is only rounding counts as 0."""
    return 0.0 if abs(value) < 1e-9 else math.copysign(1.0, value)


def _putter(spot: Spot, width: float, rise: float, drop: float) -> Callable[..., Label]:
    """A label at a left end and baseline, with the room it covers."""

    def put(x: float, y: float, leader: tuple[Place, Place] | None = None) -> Label:
        box = Box(left=x - 0.6, top=y - rise, right=x + width + 0.6, bottom=y + drop)
        return Label(x=x, y=y, text=spot.text, box=box, leader=leader)

    return put
