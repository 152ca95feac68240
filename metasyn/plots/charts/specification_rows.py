"""The rows of a specification curve: which options of a choice lead to which results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from metasyn.batch.multiverse import ChoiceRow, Multiverse, Scale, choice_rows
from metasyn.plots.chart import ChartAxis, Panel, Path, Point, Region, Series
from metasyn.plots.chart_rulers import TICK, WIDEST_NAME
from metasyn.plots.charts.specification_areas import PLACES, choice_areas, color_of
from metasyn.plots.charts.specification_words import choice_name, null_words, option_names
from metasyn.plots.columns import wrap
from metasyn.plots.fonts import text_width
from metasyn.plots.model import Tick
from metasyn.wording import percent_text

__all__ = ["SLIM_NAME", "View", "choice_panel"]

# Up to so many results, and as long as they are so many points apart, each has its own marks.
_SINGLE, _PITCH = 150, 2.8
SLIM_NAME = 92.0
"""Points for the names of rows where there is little room."""
_ROW = 13.0
# Rows of one choice begin and end so far from the ends of its axis, in rows.
_END = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One scale as it is drawn: rows, lengths of axes and of names, the place of the main result."""

    scale: Scale
    number: int
    rows: tuple[ChoiceRow, ...]
    width: float
    names: float
    titled: bool
    main: int | None

    @classmethod
    def of(
        cls,
        many: Multiverse,
        scale: Scale,
        number: int,
        width: float,
        choices: Sequence[str],
        *,
        names: float,
        titled: bool,
    ) -> View:
        row = many.headline.row
        at = [] if row is None else np.flatnonzero(scale.numbers == many.result[row]).tolist()
        return cls(
            scale=scale,
            number=number,
            rows=choice_rows(many, scale, choices),
            width=width,
            names=names,
            titled=titled,
            main=at[0] if at and many.result[row] >= 0 else None,
        )

    @property
    def single(self) -> bool:
        """Whether each result has its own marks."""
        return self.scale.numbers.size <= _SINGLE and self.pitch >= _PITCH

    @property
    def short(self) -> bool:
        """Whether names have little room."""
        return self.names < WIDEST_NAME

    @property
    def pitch(self) -> float:
        """Points from one result to the next."""
        return self.width / self.scale.numbers.size

    def axis(self) -> ChartAxis:
        """The results, numbered from 1."""
        return ChartAxis(low=0.5, high=self.scale.numbers.size + 0.5, ticks=(), label="")

    def column(self, low: float, high: float) -> tuple[Region, ...]:
        """The band behind the main analysis."""
        if self.main is None:
            return ()
        half = max(0.5, 2.0 / self.pitch)
        left = max(self.main + 1 - half, 0.5)
        right = min(self.main + 1 + half, self.scale.numbers.size + 0.5)
        corners = ((left, low), (right, low), (right, high), (left, high))
        return (Region(name="main", points=corners, fill="band-2"),)


def choice_panel(view: View, name: str, options: Sequence[str], *, named: bool) -> Panel:
    """The options of one choice, one row each, as high as its name has lines."""
    names = ["\n".join(wrap(word, view.names, TICK, text_width)) for word in option_names(name, options)]
    y = _rows_axis(names)
    places = [tick.value for tick in y.ticks]
    rows = {row.option: row for row in view.rows if row.choice == name}
    areas: tuple[Region, ...] = ()
    if not view.single:
        areas = choice_areas(view.scale, options, rows, places, view.width, plain=view.titled)
    return Panel(
        key=f"{name.replace(' ', '-').replace('_', '-')}-{view.number}",
        x=view.axis(),
        y=y if named else replace(y, ticks=()),
        regions=(*view.column(y.low, y.high), *areas),
        paths=_lines(view, places) if view.single else (),
        series=_marks(view, options, rows, places) if view.single else (),
        right=_shares(options, rows, places),
        right_label=_heading(view, name),
        title=choice_name(name) if named else " ",
        width=view.width,
        height=_ROW * (y.high - y.low),
        bare=("x", "y"),
    )


def _rows_axis(names: Sequence[str]) -> ChartAxis:
    """Rows from the top to the bottom, the first at 0; a name of several lines takes more than one row."""
    ticks, top = [], -0.5
    for name in names:
        height = 1 + name.count("\n") * TICK.leading / _ROW
        ticks.append(Tick(value=top + height / 2, label=name))
        top += height
    return ChartAxis(low=-0.5 - _END, high=top + _END, ticks=tuple(ticks), label="", reversed=True)


def _lines(view: View, places: Sequence[float]) -> tuple[Path, ...]:
    """A faint line under the marks of every row."""
    x = view.axis()
    return tuple(
        Path(name="row", points=((x.low, place), (x.high, place)), color="grid", width=0.4)
        for place in places
    )


def _heading(view: View, name: str) -> str:
    """What the shares on the right are of, over the first choice where there is room."""
    null = null_words(view.scale)
    first = bool(view.rows) and name == view.rows[0].choice
    return f"excludes {null}" if null and first and not view.short else ""


def _shares(options: Sequence[str], rows: dict[str, ChoiceRow], places: Sequence[float]) -> tuple[Tick, ...]:
    """The share of an option's results whose interval excludes the value of no effect."""
    return tuple(
        Tick(value=place, label=percent_text(1 - rows[option].includes, 0))  # type: ignore[operator]
        for place, option in zip(places, options, strict=True)
        if option in rows and rows[option].includes is not None
    )


def _marks(
    view: View, options: Sequence[str], rows: dict[str, ChoiceRow], places: Sequence[float]
) -> tuple[Series, ...]:
    """A square for every result that an option leads to, in the colour of its conclusion."""
    radius = min(2.4, max(0.7, 0.36 * view.pitch))
    found = []
    for side in (-1, 0, 1, 2):
        points = tuple(
            Point(x=i + 1.0, y=place, label=option)
            for place, option in zip(places, options, strict=True)
            if option in rows
            for i in np.flatnonzero(rows[option].here & (view.scale.conclusion == side)).tolist()
        )
        color = color_of(side)
        name = PLACES[side + 1]
        found.append(
            Series(
                name=name, points=points, marker="square", fill=color, edge=color, radius=radius, width=0.2
            )
        )
    return tuple(one for one in found if one.points)
