"""From a chart as data to a scene: title, panels, legend, list of numbers and footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasyn.plots import style
from metasyn.plots.chart import ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_geometry import Box
from metasyn.plots.chart_panel import NAME, Names, PanelPlace, mark, name_points, panel_marks
from metasyn.plots.chart_rulers import Room, grid_lines, room_for, rulers
from metasyn.plots.columns import wrap
from metasyn.plots.scene import Group, Item, Line, Measure, Pen, Scene, Shape, Text

__all__ = ["axis_factor", "compose_chart"]

LEGEND = Pen(size=8.0, leading=11.0)
_SWATCH, _SWATCH_GAP, _ENTRY_GAP = 16.0, 4.0, 14.0
_PANEL_GAP = 14.0
_KEY_GAP = 12.0
# Up to so many numbers of an axis are explained; beyond, those beside marks.
_MOST_NUMBERED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """The boxes of all panels, and the size of what they cover."""

    places: tuple[PanelPlace, ...]
    width: float
    bottom: float


def compose_chart(layout: ChartLayout, measure: Measure) -> Scene:
    """Give every text, line and mark of a chart its place.

    Parameters
    ----------
    layout : ChartLayout
    measure : callable
        Width in points of a text in some pen.

    Returns
    -------
    Scene
        As wide as its panels ask, or as `layout.width` says.
    """
    width = _total_width(layout, measure)
    inner = width - 2 * style.MARGIN
    title, y = _title(layout, inner, measure)
    grid = _grid(layout, y, measure)
    named = [name_points(place, measure, numbered=layout.numbered) for place in grid.places]
    if any(names.numbered for names in named):
        named = [name_points(place, measure, numbered=True) for place in grid.places]
    panels = [_panel(place, names, measure) for place, names in zip(grid.places, named, strict=True)]
    legend, y = _legend(layout, inner, grid.bottom, measure)
    key, y = _key(layout, named, inner, y, measure)
    notes, y = _footnotes(layout, named, inner, y, measure)
    items = (*title, *panels, *legend, *key, *notes)
    return Scene(width=width, height=y + style.MARGIN, items=items, data={"chart": layout.kind})


def _title(layout: ChartLayout, width: float, measure: Measure) -> tuple[list[Item], float]:
    if not layout.title:
        return [], style.MARGIN
    y = style.MARGIN + style.TITLE.size
    items: list[Item] = []
    for i, line in enumerate(wrap(layout.title, width, style.TITLE, measure)):
        y += style.TITLE.leading if i else 0.0
        name = f"title-{i}" if i else "title"
        items.append(Text(x=style.MARGIN, y=y, text=line, pen=style.TITLE, gid=name))
    return items, y + 8.0


def _columns(layout: ChartLayout, factor: float, measure: Measure) -> list[tuple[float, float, float]]:
    """Room on the left, axis and room on the right of every column of panels."""
    found = []
    for j in range(max(len(row) for row in layout.rows)):
        panels = [row[j] for row in layout.rows if j < len(row)]
        shown = [panel for panel in panels if panel is not None]
        width = max(panel.width for panel in shown) * factor
        rooms = [room_for(panel, width, panel.height * factor, measure) for panel in shown]
        found.append((max(room.left for room in rooms), width, max(room.right for room in rooms)))
    return found


def _span(columns: Sequence[tuple[float, float, float]]) -> float:
    return sum(map(sum, columns)) + (len(columns) - 1) * _PANEL_GAP


def axis_factor(layout: ChartLayout, measure: Measure) -> float:
    """By how much panels are drawn larger or smaller to fill the width that is asked for."""
    factor = 1.0
    if layout.width is None:
        return factor
    for _ in range(4):
        columns = _columns(layout, factor, measure)
        axes = sum(width for _, width, _ in columns)
        room = layout.width - 2 * style.MARGIN - (_span(columns) - axes)
        factor = max(factor * room / axes, 0.05)
    return factor


def _total_width(layout: ChartLayout, measure: Measure) -> float:
    if layout.width is not None:
        return layout.width
    return _span(_columns(layout, 1.0, measure)) + 2 * style.MARGIN


def _grid(layout: ChartLayout, y: float, measure: Measure) -> _Grid:
    """Panels side by side and below each other, their axes in line."""
    factor = axis_factor(layout, measure)
    columns = _columns(layout, factor, measure)
    places: list[PanelPlace] = []
    for row in layout.rows:
        rooms: list[Room] = []
        boxes: list[tuple[Panel, float, float]] = []
        x = style.MARGIN
        for (left, width, right), panel in zip(columns, row, strict=False):
            if panel is not None:
                rooms.append(room_for(panel, width, panel.height * factor, measure))
                boxes.append((panel, x + left, width))
            x += left + width + right + _PANEL_GAP
        top = y + max(room.top for room in rooms)
        height = max(panel.height for panel, _, _ in boxes) * factor
        for panel, at, width in boxes:
            frame = Box(left=at, top=top, right=at + width, bottom=top + height)
            places.append(PanelPlace(panel=panel, frame=frame))
        y = top + height + max(room.bottom for room in rooms) + 4.0
    return _Grid(places=tuple(places), width=x, bottom=y)


def _panel(place: PanelPlace, names: Names, measure: Measure) -> Group:
    frame, panel = place.frame, place.panel
    items = (
        *grid_lines(panel, frame),
        *panel_marks(place, names, measure),
        *rulers(panel, frame, measure),
    )
    data = {
        "left": f"{frame.left:.4f}",
        "right": f"{frame.right:.4f}",
        "top": f"{frame.top:.4f}",
        "bottom": f"{frame.bottom:.4f}",
    }
    for name, axis in (("x", panel.x), ("y", panel.y)):
        data |= {
            f"{name}-scale": axis.scale,
            f"{name}-low": f"{axis.low:.8g}",
            f"{name}-high": f"{axis.high:.8g}",
            f"{name}-reversed": "yes" if axis.reversed else "no",
        }
    return Group(items=items, gid=panel.key, marks=("panel",), data=data)


def _legend(layout: ChartLayout, width: float, y: float, measure: Measure) -> tuple[list[Item], float]:
    """Each entry once, in lines as full as they can be."""
    entries: dict[str, Series | Path | Region] = {}
    for panel in layout.panels():
        things: tuple[Series | Path | Region, ...] = (*panel.series, *panel.paths, *panel.regions)
        for thing in things:
            if thing.legend:
                entries.setdefault(thing.legend, thing)
    if not entries:
        return [], y
    items: list[Item] = []
    x, y = style.MARGIN, y + 4.0 + LEGEND.size
    for i, (text, thing) in enumerate(entries.items()):
        lines = wrap(text, width - _SWATCH - _SWATCH_GAP, LEGEND, measure)
        needed = _SWATCH + _SWATCH_GAP + max(measure(line, LEGEND) for line in lines)
        if x > style.MARGIN and x + needed > style.MARGIN + width + 0.5:
            x, y = style.MARGIN, y + LEGEND.leading + 1.0
        items.append(_swatch(thing, x, y - 0.36 * LEGEND.size, f"legend-{i}"))
        for j, line in enumerate(lines):
            y += LEGEND.leading if j else 0.0
            name = f"legend-{i}-text" + (f"-{j}" if j else "")
            items.append(Text(x=x + _SWATCH + _SWATCH_GAP, y=y, text=line, pen=LEGEND, gid=name))
        x += needed + _ENTRY_GAP
    return items, y + 4.0


def _swatch(thing: Series | Path | Region, x: float, y: float, gid: str) -> Item:
    """The mark, line or patch of a legend entry."""
    if isinstance(thing, Series):
        return mark(thing, x + _SWATCH / 2, y, min(max(thing.radius, 2.5), 3.6), gid)
    if isinstance(thing, Path):
        end = x + _SWATCH
        color, dashed = thing.color, thing.dashed
        return Line(x0=x, y0=y, x1=end, y1=y, width=thing.width, color=color, dashed=dashed, gid=gid)
    left, right, top, bottom = x + 1, x + _SWATCH - 1, y - 3.6, y + 3.6
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    edge = "null" if thing.edge == "none" else thing.edge
    return Shape(points=corners, fill=thing.fill, edge=edge, width=0.5, opacity=thing.opacity, gid=gid)


def _numbered(layout: ChartLayout, named: Sequence[Names]) -> list[tuple[str, str]]:
    """Which number stands for which name."""
    if not any(names.numbered for names in named):
        return []
    known: dict[int, Point] = {}
    for panel in layout.panels():
        for point in (point for series in panel.series for point in series.points):
            if point.index is not None:
                known.setdefault(point.index, point)
    if not (layout.numbered and len(known) <= _MOST_NUMBERED):
        named_ones = {
            point.index
            for panel in layout.panels()
            for series in panel.series
            for point in series.points
            if point.labelled
        }
        known = {index: point for index, point in known.items() if index in named_ones}
    return [(str(index + 1), known[index].label) for index in sorted(known)]


def _key(
    layout: ChartLayout, named: Sequence[Names], width: float, y: float, measure: Measure
) -> tuple[list[Item], float]:
    """The names behind the numbers, in columns."""
    entries = _numbered(layout, named)
    if not entries:
        return [], y
    indent = max(measure(number, NAME) for number, _ in entries) + 4.0
    widest = max(measure(name, NAME) for _, name in entries) + indent
    n_columns = max(1, min(int((width + _KEY_GAP) // (widest + _KEY_GAP)), len(entries)))
    per_column = -(-len(entries) // n_columns)
    items: list[Item] = []
    top, lowest = y + 6.0 + NAME.size, y
    for j in range(n_columns):
        baseline = top
        x = style.MARGIN + j * (width + _KEY_GAP) / n_columns
        room = (width + _KEY_GAP) / n_columns - _KEY_GAP - indent
        for number, name in entries[j * per_column : (j + 1) * per_column]:
            gid = f"key-{number}"
            right = x + indent - 4.0
            items.append(Text(x=right, y=baseline, text=number, pen=NAME, align="right", gid=gid))
            for i, line in enumerate(wrap(name, room + 0.5, NAME, measure)):
                label = f"{gid}-name" + (f"-{i}" if i else "")
                items.append(Text(x=x + indent, y=baseline, text=line, pen=NAME, gid=label))
                lowest = max(lowest, baseline)
                baseline += NAME.leading
    return items, lowest + 4.0


def _footnotes(
    layout: ChartLayout, named: Sequence[Names], width: float, y: float, measure: Measure
) -> tuple[list[Item], float]:
    items: list[Item] = []
    notes = [*layout.footnotes, *_crowded(named)]
    y += 3.0 if notes else 0.0
    for i, note in enumerate(notes):
        for j, line in enumerate(wrap(note, width, style.NOTE, measure)):
            y += style.NOTE.leading
            name = f"footnote-{i}" + (f"-{j}" if j else "")
            items.append(Text(x=style.MARGIN, y=y - 1.0, text=line, pen=style.NOTE, gid=name))
        y += 1.5
    return items, y


def _crowded(named: Sequence[Names]) -> Iterator[str]:
    """What is said about marks without room for their number."""
    lost = {point.index: point for names in named for point in names.missing}
    if lost:
        names = "; ".join(f"{point.label}" for point in lost.values())
        yield f"No room for the number of: {names}."
