"""A forest plot as plain data: what is written, what is drawn and on which axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from metasyn.plots.presets import METASYN
from metasyn.plots.theme import Theme
from metasyn.shown import Shown
from metasyn.values import Interval
from metasyn.vocabulary import PiStyle

__all__ = ["Axis", "Column", "ForestLayout", "ForestRow", "RowKind", "Tick"]

RowKind = Literal["group", "study", "summary", "overall", "alternative", "note", "rule"]

_NO_CELLS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of text left or right of the panel; columns of equal `spanner` share a header above.

    Where room is short the columns of the lowest `drop` are left out first; 0 is never left out.
    """

    key: str
    header: str
    align: Literal["left", "right"] = "right"
    side: Literal["left", "right"] = "left"
    spanner: str = ""
    drop: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One line of the figure.

    Attributes
    ----------
    kind : {'group', 'study', 'summary', 'overall', 'alternative', 'note', 'rule'}
        `summary` is the result of a group, `overall` of all studies, `alternative` the same studies under
        another model; a `note` is text (with its prediction interval where that has a row of its own) and
        a `rule` a horizontal line.
    label : str
        Text of the first column; a note runs across the columns left of the panel.
    mark : str
        Sign of the footnote that concerns the row; empty if there is none.
    cells : mapping of str to str
        Text of the other columns by column key.
    estimate : float or None
        Natural scale; None where nothing is drawn.
    interval, prediction : Interval or None
        Natural scale; the prediction interval belongs to summaries and their notes only.
    density : tuple of (float, float)
        The predictive distribution of a note: natural value and height along the axis, 1 at the mode.
    weight : float or None
        Share of the headline model, 0 to 1.
    group : str
        Name of the group the row belongs to; empty without groups.
    index : int or None
        Position of a study in `result.effects`.
    """

    kind: RowKind
    label: str = ""
    mark: str = ""
    cells: Mapping[str, str] = field(default_factory=lambda: _NO_CELLS)
    estimate: float | None = None
    interval: Interval | None = None
    prediction: Interval | None = None
    density: tuple[tuple[float, float], ...] = ()
    weight: float | None = None
    group: str = ""
    index: int | None = None

    @property
    def is_summary(self) -> bool:
        """Whether a diamond belongs to the row."""
        return self.kind in ("summary", "overall", "alternative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on the axis at a natural value."""

    value: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The horizontal axis; every number is on the natural scale.

    Attributes
    ----------
    scale : {'log', 'linear'}
    low, high : float
        Ends of the axis.
    null : float or None
        The value of no effect, None where the measure has none.
    """

    scale: Literal["log", "linear"]
    low: float
    high: float
    ticks: tuple[Tick, ...]
    label: str
    null: float | None = None

    def fraction(self, value: float) -> float:
        """Position of a natural value along the axis: 0 at `low`, 1 at `high`, not limited to these.

        Examples
        --------
        >>> Axis(scale="log", low=0.25, high=4.0, ticks=(), label="").fraction(1.0)
        0.5
        """
        if self.scale == "linear":
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -math.inf
        return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))

    def contains(self, value: float) -> bool:
        """Whether a value can be drawn; never true of NaN or infinity."""
        return self.low <= value <= self.high

    def clips(self, interval: Interval) -> tuple[bool, bool]:
        """Whether the lower and the upper bound lie beyond the ends of the axis."""
        return interval.low < self.low, interval.high > self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLayout(Shown):
    """A complete forest plot as data, independent of any drawing library.

    Attributes
    ----------
    columns : tuple of Column
        The first is the label column.
    title : str
        Printed above the figure; empty if the caption of the document serves.
    name : str
        Short accessible name, never empty.
    description : str
        The result in words, for readers who do not see the figure.
    favours : tuple of two str or None
        What lies left and right of the null line.
    footnotes : tuple of str
        Each begins with the sign that marks its rows.
    panel_header : str
        Text above the panel, in lines.
    theme : Theme
        Colours, lengths and marks; its `sizes` are those of this figure.
    pi_style : {'line', 'bar', 'polygon', 'density'}
        How prediction intervals are drawn.
    width : float or None
        Points the figure has to fill; None: as its content asks.
    dropped : tuple of str
        Headings of the columns left out for want of room.
    notes_below : bool
        Whether the last lines of text stand below the axis, across the figure.
    """

    rows: tuple[ForestRow, ...]
    columns: tuple[Column, ...]
    axis: Axis
    title: str
    name: str
    description: str
    favours: tuple[str, str] | None = None
    footnotes: tuple[str, ...] = ()
    panel_header: str = ""
    theme: Theme = METASYN
    pi_style: PiStyle = "bar"
    width: float | None = None
    dropped: tuple[str, ...] = ()
    notes_below: bool = False

    def __str__(self) -> str:
        return f"{self.name}. {self.description}"
