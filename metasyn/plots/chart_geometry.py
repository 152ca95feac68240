"""Cutting lines and regions where a panel ends, and the outlines of marks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from metasyn.plots.chart import Marker

__all__ = ["Box", "Place", "clip_line", "clip_region", "outline"]

Place: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether a rectangle lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def clip_line(points: Sequence[Place], box: Box) -> tuple[tuple[Place, ...], ...]:
    """The parts of a line inside a box, in order (Liang and Barsky's rule for each piece).

    Examples
    --------
    >>> clip_line([(-1.0, 0.5), (2.0, 0.5)], Box(left=0, top=0, right=1, bottom=1))
    (((0.0, 0.5), (1.0, 0.5)),)
    """
    parts: list[list[Place]] = []
    for start, end in pairwise(points):
        piece = _inside(start, end, box)
        if piece is None:
            continue
        if parts and parts[-1][-1] == piece[0]:
            parts[-1].append(piece[1])
        else:
            parts.append(list(piece))
    return tuple(tuple(part) for part in parts)


def _inside(start: Place, end: Place, box: Box) -> tuple[Place, Place] | None:
    """The part of one straight piece inside the box."""
    (x0, y0), (x1, y1) = start, end
    enters, leaves = 0.0, 1.0
    for step, room in (
        (x0 - x1, x0 - box.left),
        (x1 - x0, box.right - x0),
        (y0 - y1, y0 - box.top),
        (y1 - y0, box.bottom - y0),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enters = max(enters, room / step)
        else:
            leaves = min(leaves, room / step)
    if enters > leaves:
        return None
    dx, dy = x1 - x0, y1 - y0
    first = start if enters == 0 else (x0 + enters * dx, y0 + enters * dy)
    last = end if leaves == 1 else (x0 + leaves * dx, y0 + leaves * dy)
    return first, last


def clip_region(points: Sequence[Place], box: Box) -> tuple[Place, ...]:
    """The part of a polygon inside a box (Sutherland and Hodgman); empty if there is none.

    Examples
    --------
    >>> clip_region([(0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (0.0, 1.0)], Box(left=0, top=0, right=2, bottom=2))
    ((0.0, 0.0), (2, 0.0), (2, 1.0), (0.0, 1.0))
    """
    found = list(points)
    sides: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, box.left, lambda value, edge: value >= edge),
        (0, box.right, lambda value, edge: value <= edge),
        (1, box.top, lambda value, edge: value >= edge),
        (1, box.bottom, lambda value, edge: value <= edge),
    )
    for axis, edge, within in sides:
        before, found = found, []
        for here, following in zip(before, before[1:] + before[:1], strict=True):
            if within(here[axis], edge):
                found.append(here)
            if within(here[axis], edge) != within(following[axis], edge):
                found.append(_crossing(here, following, axis, edge))
    return tuple(found)


def _crossing(here: Place, there: Place, axis: int, edge: float) -> Place:
    part = (edge - here[axis]) / (there[axis] - here[axis])
    other = here[1 - axis] + part * (there[1 - axis] - here[1 - axis])
    return (edge, other) if axis == 0 else (other, edge)


def outline(marker: Marker, x: float, y: float, radius: float) -> tuple[Place, ...]:
    """Corners of a mark with the area of a circle of this radius; none for a circle.

    Examples
    --------
    >>> [round(corner, 3) for corner in outline("square", 0.0, 0.0, 1.0)[0]]
    [-0.886, -0.886]
    """
    area = math.pi * radius * radius
    if marker == "square":
        half = math.sqrt(area) / 2
        return ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    if marker == "diamond":
        half = math.sqrt(area / 2)
        return ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
    if marker == "triangle":
        # Equilateral, its centre of gravity at the point.
        side = math.sqrt(area * 4 / math.sqrt(3))
        height = side * math.sqrt(3) / 2
        base = y + height / 3
        return ((x, y - 2 * height / 3), (x + side / 2, base), (x - side / 2, base))
    if marker == "cross":
        arm = math.sqrt(area * 9 / 5) / 2
        thin = arm / 3
        corners = ((-thin, -arm), (thin, -arm), (thin, -thin), (arm, -thin), (arm, thin), (thin, thin))
        return tuple((x + dx, y + dy) for dx, dy in (*corners, *((-dx, -dy) for dx, dy in corners)))
    return ()
