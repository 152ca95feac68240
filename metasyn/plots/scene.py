"""Texts, lines and shapes in points: what is left to draw once everything has its place.

The origin is the upper left corner, x grows to the right and y downwards; one unit is 1/72 inch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Item", "Line", "Measure", "Pen", "Scene", "Shape", "Text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How a text is written; `leading` is the distance of its lines."""

    size: float
    leading: float
    color: str
    bold: bool = False


Measure: TypeAlias = Callable[[str, Pen], float]
"""Width in points of a text in some pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    pen: Pen
    align: Literal["left", "center", "right"] = "left"
    gid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    color: str
    dashed: bool = False
    gid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A filled polygon with an outline."""

    points: tuple[tuple[float, float], ...]
    fill: str
    edge: str
    width: float = 0.8
    gid: str = ""


Item: TypeAlias = Text | Line | Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A figure; later items lie on top of earlier ones."""

    width: float
    height: float
    items: tuple[Item, ...]
