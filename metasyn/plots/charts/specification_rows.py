"""The rows of a specification curve: which options of a choice lead to which results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from metasyn.batch.multiverse import ChoiceRow, Multiverse, Scale, choice_rows
from metasyn.plots.chart import ChartAxis, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import category_axis
from metasyn.plots.charts.specification_areas import PLACES, choice_areas, color_of
from metasyn.plots.charts.specification_words import choice_name, null_words, option_name
from metasyn.plots.model import Tick
from metasyn.wording import percent_text

__all__ = ["View", "choice_panel"]

# Up to so many results, and as long as they are so many points apart, each has its own marks.
_SINGLE, _PITCH = 150, 2.8
# Shorter axes leave little room for names.
_SHORT = 200.0
_LONGEST_NAME = 20
# What a shortened name keeps: the year at its end.
_YEAR = re.compile(r"\b\d{4}[a-z]?$")
_ROW = 13.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One scale as it is drawn: its rows, the length of its axes, the place of the main result."""

    scale: Scale
    number: int
    rows: tuple[ChoiceRow, ...]
    width: float
    titled: bool
    main: int | None

    @classmethod
    def of(
        cls, many: Multiverse, scale: Scale, number: int, width: float, names: Sequence[str], *, titled: bool
    ) -> View:
        row = many.headline.row
        at = [] if row is None else np.flatnonzero(scale.numbers == many.result[row]).tolist()
        return cls(
            scale=scale,
            number=number,
            rows=choice_rows(many, scale, names),
            width=width,
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
        return self.width < _SHORT

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
    """The options of one choice, one row each."""
    words = [option_name(name, option) for option in options]
    if view.short:
        words = _shortened(words)
    y = category_axis(words if named else [""] * len(options))
    rows = {row.option: row for row in view.rows if row.choice == name}
    areas: tuple[Region, ...] = ()
    if not view.single:
        areas = choice_areas(view.scale, options, rows, view.width, plain=view.titled)
    return Panel(
        key=f"{name.replace(' ', '-').replace('_', '-')}-{view.number}",
        x=view.axis(),
        y=y if named else replace(y, ticks=()),
        regions=(*view.column(y.low, y.high), *areas),
        paths=_lines(view, len(options)) if view.single else (),
        series=_marks(view, options, rows) if view.single else (),
        right=_shares(options, rows),
        right_label=_heading(view, name),
        title=choice_name(name) if named else " ",
        width=view.width,
        height=_ROW * (len(options) + 0.4),
        bare=("x", "y"),
    )


def _lines(view: View, n: int) -> tuple[Path, ...]:
    """A faint line under the marks of every row."""
    x = view.axis()
    return tuple(
        Path(name="row", points=((x.low, float(i)), (x.high, float(i))), color="grid", width=0.4)
        for i in range(n)
    )


def _heading(view: View, name: str) -> str:
    """What the shares on the right are of, over the first choice where there is room."""
    null = null_words(view.scale)
    first = bool(view.rows) and name == view.rows[0].choice
    return f"excludes {null}" if null and first and not view.short else ""


def _shortened(words: Sequence[str]) -> list[str]:
    """Names that fit beside a short axis, each as it stands where two would look alike."""
    short = [_cut(word) for word in words]
    return [word if short.count(cut) > 1 else cut for word, cut in zip(words, short, strict=True)]


def _cut(word: str) -> str:
    """Whole words from the beginning, and the year at the end."""
    if len(word) <= _LONGEST_NAME:
        return word
    year = _YEAR.search(word)
    end = f"… {year[0]}" if year else "…"
    room = _LONGEST_NAME - len(end)
    words = word[: room + 1].rpartition(" ")[0] or word[:room]
    return words.rstrip(" ,;:&").removesuffix(" et") + end


def _shares(options: Sequence[str], rows: dict[str, ChoiceRow]) -> tuple[Tick, ...]:
    """The share of an option's results whose interval excludes the value of no effect."""
    return tuple(
        Tick(value=float(i), label=percent_text(1 - rows[option].includes, 0))  # type: ignore[operator]
        for i, option in enumerate(options)
        if option in rows and rows[option].includes is not None
    )


def _marks(view: View, options: Sequence[str], rows: dict[str, ChoiceRow]) -> tuple[Series, ...]:
    """A square for every result that an option leads to, in the colour of its conclusion."""
    radius = min(2.4, max(0.7, 0.36 * view.pitch))
    found = []
    for place in (-1, 0, 1, 2):
        points = tuple(
            Point(x=i + 1.0, y=float(j), label=option)
            for j, option in enumerate(options)
            if option in rows
            for i in np.flatnonzero(rows[option].here & (view.scale.conclusion == place)).tolist()
        )
        color = color_of(place)
        name = PLACES[place + 1]
        found.append(
            Series(
                name=name, points=points, marker="square", fill=color, edge=color, radius=radius, width=0.2
            )
        )
    return tuple(one for one in found if one.points)
