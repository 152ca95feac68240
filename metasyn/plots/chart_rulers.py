"""The axes of a panel: how much room their texts need, and their lines, ticks and texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metasyn.plots.chart import ChartAxis, Panel
from metasyn.plots.chart_geometry import Box
from metasyn.plots.columns import wrap
from metasyn.plots.model import Tick
from metasyn.plots.scene import Item, Line, Measure, Pen, Text

__all__ = ["PANEL_TITLE", "TICK", "WIDEST_NAME", "Room", "room_for", "rulers"]

PANEL_TITLE = Pen(size=9.0, leading=11.0, bold=True)
TICK = Pen(size=8.0, leading=10.0)
LABEL = Pen(size=8.5, leading=10.5)

TICK_LENGTH = 3.5
_TICK_GAP = 3.0
_LABEL_GAP = 6.0
# Least distance of two tick labels beside each other.
_APART = 5.0
WIDEST_NAME = 180.0
"""Points that the name of a row takes before it is wrapped."""
# Least distance of two tick labels above each other.
_TICK_PITCH = 12.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Points that the texts around a panel need."""

    left: float
    right: float
    top: float
    bottom: float


def room_for(panel: Panel, width: float, height: float, measure: Measure) -> Room:
    """Room around a panel whose axes are `width` and `height` long."""
    left = right = bottom = 2.0
    top = 4.0
    beside = _shown_beside(panel, height, measure)
    names = [measure(line, TICK) for tick in beside for line in _name_lines(tick, measure)]
    if panel.y.ticks:
        inset = 0.0 if "y" in panel.bare else TICK_LENGTH
        left = max(names) + _TICK_GAP + inset
    if panel.y.label:
        left += _LABEL_GAP + len(wrap(panel.y.label, height, LABEL, measure)) * LABEL.leading
    if panel.right:
        texts = [*(tick.label for tick in panel.right), panel.right_label]
        right = max(measure(text, TICK) for text in texts) + 8.0
    if panel.x.ticks:
        bottom = TICK_LENGTH + _TICK_GAP + TICK.size
        shown = _shown(panel.x, width, measure)
        overhang = [
            measure(tick.label, TICK) / 2 - (1 - panel.x.fraction(tick.value)) * width for tick in shown
        ]
        right = max([right, *(each + 1.0 for each in overhang)])
        first = [measure(tick.label, TICK) / 2 - panel.x.fraction(tick.value) * width for tick in shown]
        left = max([left, *(each + 1.0 for each in first)])
    if panel.x.label:
        bottom += _LABEL_GAP + len(wrap(panel.x.label, width, LABEL, measure)) * LABEL.leading
    if panel.title:
        top += len(wrap(panel.title, width, PANEL_TITLE, measure)) * PANEL_TITLE.leading + 2.0
    elif panel.right_label:
        top += TICK.leading + 2.0
    return Room(left=left, right=right, top=top, bottom=bottom)


def _name_lines(tick: Tick, measure: Measure) -> tuple[str, ...]:
    """A tick label of a vertical axis: its own lines, each wrapped where it is a long name."""
    return tuple(line for part in tick.label.split("\n") for line in wrap(part, WIDEST_NAME, TICK, measure))


def _shown(axis: ChartAxis, width: float, measure: Measure) -> tuple[Tick, ...]:
    """The ticks of a horizontal axis whose labels have room: every one, every second, ..."""
    return _thinned(axis, width, [measure(tick.label, TICK) + _APART for tick in axis.ticks])


def _shown_beside(panel: Panel, height: float, measure: Measure) -> tuple[Tick, ...]:
    """The same for a vertical axis; names of rows are never left out."""
    if "y" in panel.bare:
        return panel.y.ticks
    return _thinned(panel.y, height, [_TICK_PITCH] * len(panel.y.ticks))


def _thinned(axis: ChartAxis, length: float, sizes: Sequence[float]) -> tuple[Tick, ...]:
    """Every n-th tick, with the smallest n at which the labels do not touch."""
    for step in range(1, len(axis.ticks) + 1):
        chosen = zip(axis.ticks[::step], sizes[::step], strict=True)
        edges = sorted((axis.fraction(tick.value) * length, size / 2) for tick, size in chosen)
        if all(x + half <= following - other for (x, half), (following, other) in pairwise(edges)):
            return axis.ticks[::step]
    return axis.ticks[:1]


def rulers(panel: Panel, frame: Box, measure: Measure) -> Iterator[Item]:
    """Everything around a panel: axes, ticks, labels, title."""
    yield from _title(panel, frame, measure)
    yield from _bottom(panel, frame, measure)
    yield from _left(panel, frame, measure)
    yield from _right(panel, frame)


def grid_lines(panel: Panel, frame: Box) -> Iterator[Item]:
    """Faint lines at the ticks, below everything else."""
    for tick in panel.x.ticks if panel.grid else ():
        x = frame.left + panel.x.fraction(tick.value) * (frame.right - frame.left)
        yield Line(x0=x, y0=frame.top, x1=x, y1=frame.bottom, width=0.5, color="grid")
    for tick in panel.y.ticks if panel.grid else ():
        y = frame.bottom - panel.y.fraction(tick.value) * (frame.bottom - frame.top)
        yield Line(x0=frame.left, y0=y, x1=frame.right, y1=y, width=0.5, color="grid")


def _title(panel: Panel, frame: Box, measure: Measure) -> Iterator[Item]:
    lines = wrap(panel.title, frame.right - frame.left, PANEL_TITLE, measure) if panel.title else ()
    for i, line in enumerate(lines):
        y = frame.top - 6.0 - (len(lines) - 1 - i) * PANEL_TITLE.leading
        name = f"{panel.key}-title" + (f"-{i}" if i else "")
        yield Text(x=frame.left, y=y, text=line, pen=PANEL_TITLE, gid=name)


def _bottom(panel: Panel, frame: Box, measure: Measure) -> Iterator[Item]:
    axis, key, width = panel.x, f"{panel.key}-x", frame.right - frame.left
    y = frame.bottom
    if "x" not in panel.bare:
        yield Line(x0=frame.left, y0=y, x1=frame.right, y1=y, width=0.8, color="ink", gid=f"{key}-axis")
    shown = _shown(axis, width, measure)
    for i, tick in enumerate(axis.ticks):
        x = frame.left + axis.fraction(tick.value) * width
        yield Line(x0=x, y0=y, x1=x, y1=y + TICK_LENGTH, width=0.8, color="ink", gid=f"{key}-tick-{i}")
        if tick in shown:
            baseline = y + TICK_LENGTH + _TICK_GAP + 0.76 * TICK.size
            name = f"{key}-tick-{i}-label"
            yield Text(x=x, y=baseline, text=tick.label, pen=TICK, align="center", gid=name)
    if axis.label:
        y += (TICK_LENGTH + _TICK_GAP + TICK.size if axis.ticks else 0.0) + _LABEL_GAP
        for i, line in enumerate(wrap(axis.label, width, LABEL, measure)):
            baseline = y + 0.76 * LABEL.size + i * LABEL.leading
            name = f"{key}-label" + (f"-{i}" if i else "")
            middle = (frame.left + frame.right) / 2
            yield Text(x=middle, y=baseline, text=line, pen=LABEL, align="center", gid=name)


def _left(panel: Panel, frame: Box, measure: Measure) -> Iterator[Item]:
    axis, key, height = panel.y, f"{panel.key}-y", frame.bottom - frame.top
    bare = "y" in panel.bare
    if not bare:
        x = frame.left
        yield Line(x0=x, y0=frame.top, x1=x, y1=frame.bottom, width=0.8, color="ink", gid=f"{key}-axis")
    inset = 0.0 if bare else TICK_LENGTH
    shown = _shown_beside(panel, height, measure)
    widest = 0.0
    for i, tick in enumerate(axis.ticks):
        y = frame.bottom - axis.fraction(tick.value) * height
        if not bare:
            x = frame.left
            yield Line(x0=x - inset, y0=y, x1=x, y1=y, width=0.8, color="ink", gid=f"{key}-tick-{i}")
        lines = _name_lines(tick, measure) if tick in shown else ()
        for j, line in enumerate(lines):
            baseline = y + 0.36 * TICK.size + (j - (len(lines) - 1) / 2) * TICK.leading
            name = f"{key}-tick-{i}-label" + (f"-{j}" if j else "")
            x = frame.left - inset - _TICK_GAP
            yield Text(x=x, y=baseline, text=line, pen=TICK, align="right", gid=name)
            widest = max(widest, measure(line, TICK))
    if axis.label:
        lines = wrap(axis.label, height, LABEL, measure)
        edge = frame.left - (inset + _TICK_GAP + widest if axis.ticks else 0.0) - _LABEL_GAP
        for i, line in enumerate(lines):
            x = edge - 0.2 * LABEL.size - (len(lines) - 1 - i) * LABEL.leading
            name = f"{key}-label" + (f"-{i}" if i else "")
            middle = (frame.top + frame.bottom) / 2
            yield Text(x=x, y=middle, text=line, pen=LABEL, align="center", rotate=90.0, gid=name)


def _right(panel: Panel, frame: Box) -> Iterator[Item]:
    """Texts in a column on the right, at heights of the y axis."""
    for i, tick in enumerate(panel.right):
        y = frame.bottom - panel.y.fraction(tick.value) * (frame.bottom - frame.top)
        name = f"{panel.key}-right-{i}"
        yield Text(x=frame.right + 8.0, y=y + 0.36 * TICK.size, text=tick.label, pen=TICK, gid=name)
    if panel.right_label:
        pen = Pen(size=TICK.size, leading=TICK.leading, bold=True)
        y = frame.top - 6.0
        yield Text(x=frame.right + 8.0, y=y, text=panel.right_label, pen=pen, gid=f"{panel.key}-right-label")
