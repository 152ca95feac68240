"""A chart as plain data: panels with two axes, and the points, lines, regions and texts on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.model import Tick
from metasyn.plots.scene import Role
from metasyn.shown import Shown

__all__ = [
    "ChartAxis",
    "ChartLayout",
    "Marker",
    "Note",
    "Panel",
    "Path",
    "Point",
    "Region",
    "Scale",
    "Series",
    "finite_points",
]

Scale = Literal["linear", "log", "sqrt"]
Marker = Literal["circle", "square", "diamond", "triangle", "cross"]

# A point at the very end of an axis may lie beyond it by rounding.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAxis:
    """One axis of a panel.

    Attributes
    ----------
    low, high : float
        Ends, in the coordinates of the points, `low < high`.
    ticks : tuple of Tick
        In the same coordinates; the labels may say them on another scale.
    label : str
    scale : {'linear', 'log', 'sqrt'}
        `sqrt` keeps the sign, so that there is room for a mark at 0.
    reversed : bool
        True if `high` is at the left or at the bottom.
    measure : EffectMeasure or None
        Of an axis of effects: coordinates are on its analysis scale, ticks say natural values.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...]
    label: str
    scale: Scale = "linear"
    reversed: bool = False
    measure: EffectMeasure | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise OptionError(f"an axis must have finite, ordered ends; got {self.low!r}, {self.high!r}.")
        if self.scale == "log" and self.low <= 0:
            raise OptionError(f"a logarithmic axis cannot begin at {self.low!r}.")

    def fraction(self, value: float) -> float:
        """Position along the axis: 0 at the left or bottom, 1 at the other end, not limited to these.

        Examples
        --------
        >>> ChartAxis(low=0, high=4, ticks=(), label="", scale="sqrt", reversed=True).fraction(1)
        0.5
        """
        low, at, high = (_on_scale(v, self.scale) for v in (self.low, value, self.high))
        part = (at - low) / (high - low)
        return 1 - part if self.reversed else part

    def contains(self, value: float) -> bool:
        """Whether a value lies on the axis; never true of NaN or infinity."""
        slack = _SLACK * (self.high - self.low)
        return self.low - slack <= value <= self.high + slack

    def natural(self, value: float) -> float:
        """A coordinate as the ticks say it."""
        return value if self.measure is None else self.measure.to_natural(value)


def _on_scale(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.log(value) if value > 0 else -math.inf
    return math.copysign(math.sqrt(abs(value)), value) if scale == "sqrt" else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One mark.

    Attributes
    ----------
    x, y : float
    label : str
        What it is: the name of a study.
    index : int or None
        Position of the study in the effects of the result.
    area : float
        Area as a share of the largest mark of its series, 0 to 1.
    labelled : bool
        Whether its name or number is written beside it.
    """

    x: float
    y: float
    label: str = ""
    index: int | None = None
    area: float = 1.0
    labelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of one kind.

    Attributes
    ----------
    name : str
        Stable word, part of ids and tables.
    points : tuple of Point
    marker : {'circle', 'square', 'diamond', 'triangle', 'cross'}
    radius : float
        Of the circle whose area the largest mark has, in points.
    legend : str
        Its line in the legend; empty for none.
    """

    name: str
    points: tuple[Point, ...]
    marker: Marker = "circle"
    fill: Role = "study"
    edge: Role = "study-edge"
    radius: float = 3.4
    width: float = 0.7
    opacity: float = 1.0
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line through points, cut where the panel ends; `arrows` marks the cuts."""

    name: str
    points: tuple[tuple[float, float], ...]
    color: Role = "ink"
    width: float = 0.9
    dashed: bool = False
    arrows: bool = False
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A filled polygon below all lines and points, cut where the panel ends."""

    name: str
    points: tuple[tuple[float, float], ...]
    fill: Role = "band-2"
    edge: Role = "none"
    opacity: float = 1.0
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A short text inside a panel; `dx`, `dy` shift it in points, right and down."""

    x: float
    y: float
    text: str
    align: Literal["left", "center", "right"] = "left"
    dx: float = 0.0
    dy: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Two axes and what is drawn between them.

    Attributes
    ----------
    key : str
        Stable word, part of ids and tables.
    regions, paths, series, notes
        From the bottom to the top.
    right : tuple of Tick
        Texts on the right, at values of the y axis.
    right_label : str
        Their heading.
    title : str
    width, height : float
        Length of the axes in points where the layout has no width of its own.
    grid : bool
        Faint lines at the ticks.
    bare : tuple of {'x', 'y'}
        Axes whose line and ticks are not drawn (shared with the neighbouring panel, or categories).
    """

    key: str
    x: ChartAxis
    y: ChartAxis
    regions: tuple[Region, ...] = ()
    paths: tuple[Path, ...] = ()
    series: tuple[Series, ...] = ()
    notes: tuple[Note, ...] = ()
    right: tuple[Tick, ...] = ()
    right_label: str = ""
    title: str = ""
    width: float = 320.0
    height: float = 250.0
    grid: bool = False
    bare: tuple[Literal["x", "y"], ...] = ()

    def __post_init__(self) -> None:
        outside = [
            f"{series.name} {point.label!r} at ({point.x!r}, {point.y!r})"
            for series in self.series
            for point in series.points
            if not (self.x.contains(point.x) and self.y.contains(point.y))
        ]
        if outside:
            raise OptionError(f"points must lie within the axes of panel {self.key!r}: {'; '.join(outside)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLayout(Shown):
    """A complete chart as data, independent of any drawing library.

    Attributes
    ----------
    kind : str
        `"funnel"`, `"radial"`, ...
    rows : tuple of tuple of (Panel or None)
        Panels from the left to the right, rows from top to bottom.
    title : str
        Printed above the figure; empty if the caption of the document serves.
    name : str
        Short accessible name, never empty.
    description : str
        What the figure shows, in words and numbers, for readers who do not see it.
    footnotes : tuple of str
        What the picture cannot say: studies left out, how to read it.
    numbered : bool
        True if points have numbers instead of names in any case.
    stackable : bool
        Whether panels may stand below each other where there is no room beside each other.
    narrow : ChartLayout or None
        The same chart in a form for narrow pages, taken where this one has no room.
    width : float or None
        Width of the whole figure in points; None: as the panels ask.
    """

    kind: str
    rows: tuple[tuple[Panel | None, ...], ...]
    name: str
    description: str
    title: str = ""
    footnotes: tuple[str, ...] = ()
    numbered: bool = False
    stackable: bool = False
    narrow: ChartLayout | None = None
    width: float | None = None

    def panels(self) -> Iterator[Panel]:
        """All panels, row by row."""
        return (panel for panel in chain.from_iterable(self.rows) if panel is not None)

    def __str__(self) -> str:
        return f"{self.name}. {self.description}"


def finite_points(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The points of a curve that can be drawn."""
    return tuple((float(x), float(y)) for x, y in points if math.isfinite(x) and math.isfinite(y))
