"""What composing a forest plot needs everywhere, and its smallest pieces: stacked lines of text and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from metasyn.plots.columns import Frame
from metasyn.plots.marks import Panel
from metasyn.plots.model import ForestLayout
from metasyn.plots.scene import Line, Measure, Pen, Text
from metasyn.plots.style import Sizes
from metasyn.plots.theme import Theme

__all__ = ["Stage", "rule", "stack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A layout with its columns and panel in place."""

    layout: ForestLayout
    frame: Frame
    panel: Panel
    measure: Measure

    @property
    def theme(self) -> Theme:
        """The look of the layout."""
        return self.layout.theme

    @property
    def sizes(self) -> Sizes:
        """The lengths of the layout."""
        return self.layout.theme.sizes

    @property
    def right(self) -> float:
        """Where texts and rules end."""
        return self.frame.width - self.sizes.margin

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.frame.width - 2 * self.sizes.margin


def stack(
    lines: Iterable[str],
    x: float,
    y: float,
    pen: Pen,
    gid: str,
    align: Literal["left", "center", "right"] = "left",
) -> Iterator[Text]:
    """Lines of text below each other; all but the first get a number in their id."""
    for i, line in enumerate(lines):
        name = f"{gid}-{i}" if i else gid
        yield Text(x=x, y=y + i * pen.leading, text=line, pen=pen, align=align, gid=name)


def rule(stage: Stage, y: float, width: float, gid: str) -> Line:
    """A horizontal line across the figure."""
    return Line(x0=stage.sizes.margin, y0=y, x1=stage.right, y1=y, width=width, color="ink", gid=gid)
