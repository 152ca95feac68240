"""What lies between the axes of one panel: regions, lines, points and their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metasyn.plots.chart import Note, Panel, Path, Point, Region, Series
from metasyn.plots.chart_geometry import Box, Place, clip_line, clip_region, outline
from metasyn.plots.chart_labels import Label, Spot, place_labels
from metasyn.plots.scene import Circle, Curve, Group, Item, Line, Measure, Pen, Shape, Text

__all__ = ["NAME", "Names", "PanelPlace", "mark", "name_points", "panel_marks"]

NAME = Pen(size=7.5, leading=9.0)
NOTE = Pen(size=7.5, leading=9.0, color="grey")

_ARROW, _ARROW_HALF = 5.0, 2.6
# Beyond so many names a picture is easier to read with numbers.
_MOST_NAMES = 20
_WIDEST_NAME = 0.42


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlace:
    """A panel and the box between its axes."""

    panel: Panel
    frame: Box

    def at(self, x: float, y: float) -> Place:
        """A pair of values on the page."""
        frame = self.frame
        return (
            frame.left + self.panel.x.fraction(x) * (frame.right - frame.left),
            frame.bottom - self.panel.y.fraction(y) * (frame.bottom - frame.top),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How the points of a panel are named.

    Attributes
    ----------
    labels : mapping of (str, int) to Label
        By series and position in it.
    numbered : bool
        Whether numbers stand for the names.
    missing : tuple of Point
        Points that should have a name and found no room for it.
    """

    labels: Mapping[tuple[str, int], Label]
    numbered: bool
    missing: tuple[Point, ...]


def name_points(place: PanelPlace, measure: Measure, *, numbered: bool) -> Names:
    """Names beside the points, or numbers where the names have no room."""
    panel = place.panel
    wanted = [point for series in panel.series for point in series.points if point.labelled and point.label]
    if not numbered and len(wanted) <= _MOST_NAMES:
        room = _WIDEST_NAME * (place.frame.right - place.frame.left)
        if all(measure(point.label, NAME) <= room for point in wanted):
            names = _placed(place, measure, numbered=False)
            if not names.missing:
                return names
    return _placed(place, measure, numbered=True)


def _placed(place: PanelPlace, measure: Measure, *, numbered: bool) -> Names:
    keys: list[tuple[str, int]] = []
    points: list[Point] = []
    spots: list[Spot] = []
    for series in place.panel.series:
        for i, point in enumerate(series.points):
            x, y = place.at(point.x, point.y)
            text = _name(point, numbered) if point.labelled else ""
            # Corners of marks other than circles lie a little further out.
            radius = series.radius * point.area**0.5 * (1.0 if series.marker == "circle" else 1.15)
            keys.append((series.name, i))
            points.append(point)
            spots.append(Spot(x=x, y=y, radius=radius + series.width / 2, text=text))
    labels = place_labels(
        spots,
        within=_inset(place.frame),
        taken=[_note_box(note, place, measure) for note in place.panel.notes],
        lines=[
            part
            for path in place.panel.paths
            for part in clip_line([place.at(*p) for p in path.points], place.frame)
        ],
        pen=NAME,
        measure=measure,
    )
    return Names(
        labels={keys[i]: label for i, label in labels.items()},
        numbered=numbered,
        missing=tuple(points[i] for i, spot in enumerate(spots) if spot.text and i not in labels),
    )


def _inset(frame: Box) -> Box:
    """Where names may stand without touching the axes."""
    inset = 2.0
    return Box(left=frame.left + inset, top=frame.top, right=frame.right - inset, bottom=frame.bottom - inset)


def _name(point: Point, numbered: bool) -> str:
    return str(point.index + 1) if numbered and point.index is not None else point.label


def panel_marks(place: PanelPlace, names: Names, measure: Measure) -> Iterator[Item]:
    """Regions, lines, points, names and notes of a panel, from the bottom to the top."""
    key = place.panel.key
    for i, region in enumerate(place.panel.regions):
        yield from _region(region, place, f"{key}-{region.name}-{i}")
    for i, path in enumerate(place.panel.paths):
        yield from _path(path, place, f"{key}-{path.name}-{i}")
    for label in names.labels.values():
        if label.leader is not None:
            (x0, y0), (x1, y1) = label.leader
            yield Line(x0=x0, y0=y0, x1=x1, y1=y1, width=0.5, color="null", mark="leader")
    for series in place.panel.series:
        for i, point in enumerate(series.points):
            yield _point(point, series, place, f"{key}-{series.name}-{i}", names.labels.get((series.name, i)))
    for i, note in enumerate(place.panel.notes):
        x, y = place.at(note.x, note.y)
        gid = f"{key}-note-{i}"
        yield Text(x=x + note.dx, y=y + note.dy, text=note.text, pen=NOTE, align=note.align, gid=gid)


def _note_box(note: Note, place: PanelPlace, measure: Measure) -> Box:
    x, y = place.at(note.x, note.y)
    width = measure(note.text, NOTE)
    left = x + note.dx - {"left": 0.0, "center": width / 2, "right": width}[note.align]
    base = y + note.dy
    return Box(left=left, top=base - 0.76 * NOTE.size, right=left + width, bottom=base + 0.2 * NOTE.size)


def _region(region: Region, place: PanelPlace, gid: str) -> Iterator[Item]:
    points = clip_region([place.at(x, y) for x, y in region.points], place.frame)
    if points:
        yield Shape(
            points=points,
            fill=region.fill,
            edge=region.edge,
            width=0.6,
            opacity=region.opacity,
            gid=gid,
            mark=f"chart-{region.name}",
        )


def _path(path: Path, place: PanelPlace, gid: str) -> Iterator[Item]:
    points = [place.at(x, y) for x, y in path.points]
    parts = clip_line(points, place.frame)
    mark = f"chart-{path.name}"
    for i, part in enumerate(parts):
        name = f"{gid}-{i}" if i else gid
        line: Line | Curve = Curve(
            points=part, width=path.width, color=path.color, dashed=path.dashed, gid=name, mark=mark
        )
        if len(part) == 2:
            line = Line(
                x0=part[0][0],
                y0=part[0][1],
                x1=part[1][0],
                y1=part[1][1],
                width=path.width,
                color=path.color,
                dashed=path.dashed,
                gid=name,
                mark=mark,
            )
        yield line
    if path.arrows and parts:
        yield from _arrow(parts[0][0], points[0], parts[0][1], path, f"{gid}-arrow-start")
        yield from _arrow(parts[-1][-1], points[-1], parts[-1][-2], path, f"{gid}-arrow-end")


def _arrow(cut: Place, end: Place, before: Place, path: Path, gid: str) -> Iterator[Item]:
    """A head where a horizontal line goes on beyond the panel."""
    if abs(cut[0] - end[0]) < 1e-6:
        return
    sign = 1.0 if end[0] > before[0] else -1.0
    tip, base = cut[0] + sign * 2.0, cut[0] + sign * (2.0 - _ARROW)
    points = ((tip, cut[1]), (base, cut[1] - _ARROW_HALF), (base, cut[1] + _ARROW_HALF))
    yield Shape(points=points, fill=path.color, edge=path.color, width=0.2, gid=gid, mark="chart-arrow")


def _point(point: Point, series: Series, place: PanelPlace, gid: str, label: Label | None) -> Item:
    x, y = place.at(point.x, point.y)
    items: list[Item] = [mark(series, x, y, series.radius * point.area**0.5, f"{gid}-mark")]
    if label is not None:
        items.append(Text(x=label.x, y=label.y, text=label.text, pen=NAME, gid=f"{gid}-name"))
    data = {"label": point.label} if point.label else {}
    if point.index is not None:
        data["index"] = str(point.index)
    return Group(items=tuple(items), gid=gid, marks=("point", series.name), data=data)


def mark(series: Series, x: float, y: float, radius: float, gid: str) -> Item:
    """One mark of a series at a place on the page."""
    fill, edge, width, opacity = series.fill, series.edge, series.width, series.opacity
    if series.marker == "circle":
        return Circle(x=x, y=y, radius=radius, fill=fill, edge=edge, width=width, opacity=opacity, gid=gid)
    points = outline(series.marker, x, y, radius)
    return Shape(points=points, fill=fill, edge=edge, width=width, opacity=opacity, gid=gid)
