"""Texts, lines and shapes in points: what is left to draw once everything has its place.

The origin is the upper left corner, x grows to the right and y downwards; one unit is 1/72 inch.
Colours are roles: what a thing is, not how it looks; a `Palette` gives every role its colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

__all__ = [
    "ROLES",
    "Circle",
    "Curve",
    "Group",
    "Item",
    "Line",
    "Measure",
    "Palette",
    "Pen",
    "Role",
    "Scene",
    "Shape",
    "Text",
]

Role = Literal[
    "ink",  # text and rules
    "grey",  # remarks
    "null",  # line of no effect
    "grid",  # faint lines
    "study",  # what one study says
    "study-edge",
    "interval",  # interval of one study
    "summary",  # edge of diamonds, pooled line
    "summary-fill",
    "prediction",
    "added",  # what was not observed: imputed studies, a model's curve
    "warning",  # flagged points
    "band-1",  # shaded regions, lightest first
    "band-2",
    "band-3",
    "paper",
    "none",  # nothing is drawn
]
ROLES: tuple[Role, ...] = get_args(Role)

_NO_DATA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """A colour for every role, as `#rrggbb`; `"none"` draws nothing."""

    colors: Mapping[Role, str]

    def __getitem__(self, role: Role) -> str:
        return "none" if role == "none" else self.colors[role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How a text is written; `leading` is the distance of its lines."""

    size: float
    leading: float
    color: Role = "ink"
    bold: bool = False
    italic: bool = False


Measure: TypeAlias = Callable[[str, Pen], float]
"""Width in points of a text in some pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text; `y` is its baseline, `rotate` turns it counter-clockwise about (x, y) in degrees.

    `mark` names what the text is, for the page that shows it: `"cell-estimate"`.
    """

    x: float
    y: float
    text: str
    pen: Pen
    align: Literal["left", "center", "right"] = "left"
    rotate: float = 0.0
    gid: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    color: Role
    dashed: bool = False
    gid: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """An open line through several points."""

    points: tuple[tuple[float, float], ...]
    width: float
    color: Role
    dashed: bool = False
    gid: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A filled polygon with an outline."""

    points: tuple[tuple[float, float], ...]
    fill: Role
    edge: Role
    width: float = 0.8
    opacity: float = 1.0
    gid: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A filled circle with an outline."""

    x: float
    y: float
    radius: float
    fill: Role
    edge: Role
    width: float = 0.8
    opacity: float = 1.0
    gid: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Things that belong together, such as one row.

    Attributes
    ----------
    items : tuple of Item
    marks : tuple of str
        What the group is: `("row", "study")`.
    data : mapping of str to str
        Facts for the page that shows it, e.g. `{"index": "3"}`.
    """

    items: tuple[Item, ...]
    gid: str = ""
    marks: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=lambda: _NO_DATA)


Item: TypeAlias = "Text | Line | Curve | Shape | Circle | Group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A figure; later items lie on top of earlier ones.

    Attributes
    ----------
    width, height : float
        Points.
    items : tuple of Item
    data : mapping of str to str
        Facts about the whole figure for the page that shows it: the axis of a forest plot.
    """

    width: float
    height: float
    items: tuple[Item, ...]
    data: Mapping[str, str] = field(default_factory=lambda: _NO_DATA)

    def flat(self) -> Iterator[Text | Line | Curve | Shape | Circle]:
        """All items without the groups around them."""
        yield from _flat(self.items)


def _flat(items: tuple[Item, ...]) -> Iterator[Text | Line | Curve | Shape | Circle]:
    for item in items:
        if isinstance(item, Group):
            yield from _flat(item.items)
        else:
            yield item
