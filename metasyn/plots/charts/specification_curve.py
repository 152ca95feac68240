"""Specification curve: the results of a multiverse in order, and below them the choices behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metasyn.batch.multiverse import Multiverse, Scale, choice_rows, scales
from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import effect_axis, whole_ticks
from metasyn.plots.chart_compose import axis_factor
from metasyn.plots.chart_rulers import WIDEST_NAME
from metasyn.plots.charts.specification_areas import PLACES, color_of, curve_areas
from metasyn.plots.charts.specification_reasons import reasons
from metasyn.plots.charts.specification_rows import SLIM_NAME, View, choice_panel
from metasyn.plots.charts.specification_words import conclusion_words, default_title, describe, footnotes
from metasyn.plots.fit import points_of
from metasyn.plots.fonts import text_width
from metasyn.plots.forest_rows import clean_text
from metasyn.vocabulary import FigureWidth

__all__ = ["specification_curve_layout"]

# Lengths of axes in points; below `_SHORT` names have little room, below `_LEAST` scales are stacked.
_WIDTH, _NARROW, _SHORT, _LEAST = 430.0, 110.0, 200.0, 110.0
_HEIGHT, _LOW = 190.0, 142.0
# An interval is cut where it reaches further beyond what most need than that is long.
_LONGEST = 1.0


def specification_curve_layout(
    many: Multiverse, *, title: str | None = None, width: FigureWidth | float = "free"
) -> ChartLayout:
    """Lay out a specification curve.

    Above, the different results from the lowest to the highest estimate, with their intervals; below, for
    every choice that has several options, which of them lead to each result, and on the right the share
    of an option's results whose interval excludes the value of no effect. Specifications with the same
    result are one column. Measures on different scales stand side by side, where there is no room
    one above the other.

    Parameters
    ----------
    many : Multiverse
    title : str, optional
        Default: the outcome and the measures; an empty one for none.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        Of the whole figure; a float is in points.

    Returns
    -------
    ChartLayout
        Of more than 150 results, and of fewer on narrow pages, estimates are a line, intervals two bands (of
        all of them, and between the medians of their ends), and choices areas: their height is the share
        of neighbouring results with that option.

    Raises
    ------
    NotEstimableError
        If no specification has a result.
    OptionError
        If the width is not known, or too small for the axes and their texts.

    References
    ----------
    Simonsohn U, Simmons JP, Nelson LD. Nat Hum Behav 2020;4:1208-1214. 10.1038/s41562-020-0912-z

    Examples
    --------
    >>> from metasyn.batch.multiverse import DataSet, build_multiverse, pooling_methods
    >>> from metasyn.batch.multiverse.left_out import NOTHING
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], measure="HR")
    >>> methods = pooling_methods(["random-effects"], ["REML", "DL"], ["wald", "t"], result.request)
    >>> many = build_multiverse(
    ...     [DataSet(options=("HR",), effects=result.effects)], ["measure"], [NOTHING], None, methods,
    ...     result.request, result, threshold=None, limit=None, seed=1,
    ... )
    >>> [panel.key for panel in specification_curve_layout(many).panels()]
    ['curve-0', 'tau2-method-0', 'ci-method-0']
    """
    shown = [scale for scale in scales(many) if scale.numbers.size]
    if not shown:
        raise NotEstimableError(f"no specification has a result: {'; '.join(reasons(many))}.")
    axis = _WIDTH / (1 if len(shown) == 1 else 0.55 * len(shown) + 0.5)
    free = _layout(many, shown, title, axis, WIDEST_NAME if axis >= _SHORT else SLIM_NAME)
    narrow = _layout(many, shown, title, _NARROW, SLIM_NAME, stacked=True)
    points = points_of(width)
    if points is None:
        return replace(free, narrow=narrow)
    return _fitted(many, shown, title, free, points)


def _layout(
    many: Multiverse,
    shown: Sequence[Scale],
    title: str | None,
    axis: float,
    names: float,
    *,
    stacked: bool = False,
) -> ChartLayout:
    """The chart with axes and names of some length."""
    rows = _rows(many, shown, axis, names, stacked=stacked)
    panels = [panel for row in rows for panel in row if panel is not None]
    notes = footnotes(
        many,
        shown,
        cut=sum(_cut(scale) for scale in shown),
        together=any(region.name == "all" for panel in panels for region in panel.regions),
        unnamed=not any(panel.right_label for panel in panels),
    )
    return ChartLayout(
        kind="specification-curve",
        rows=rows,
        title=clean_text(default_title(many, shown) if title is None else title),
        name=clean_text(title or "") or f"Specification curve: {clean_text(many.outcome)}".rstrip(": "),
        description=" ".join(describe(many, shown)),
        footnotes=notes,
    )


def _fitted(
    many: Multiverse, shown: Sequence[Scale], title: str | None, free: ChartLayout, points: float
) -> ChartLayout:
    """The chart in so many points: only the axes give way, rows keep their height."""
    forms = [(WIDEST_NAME, False, _SHORT), (SLIM_NAME, False, _LEAST), (SLIM_NAME, True, 0.0)]
    for names, stacked, least in forms if len(shown) > 1 else forms[:2]:
        axis = next(free.panels()).width
        layout = _layout(many, shown, title, axis, names, stacked=stacked)
        for _ in range(3):
            axis = max(1.0, axis * axis_factor(replace(layout, width=points), text_width))
            layout = _layout(many, shown, title, axis, names, stacked=stacked)
        if axis >= least:
            break
    if axis < _LEAST / 2:
        raise OptionError(f"width: {points:.4g} points are too few for this chart; its axes have no room.")
    return replace(layout, width=points)


def _rows(
    many: Multiverse, shown: Sequence[Scale], axis: float, names: float, *, stacked: bool
) -> tuple[tuple[Panel | None, ...], ...]:
    """Panels side by side by scale, or all of one scale and then those of the next."""
    varied = {row.choice for scale in shown for row in choice_rows(many, scale)}
    choices = [choice.name for choice in many.choices if choice.name in varied]
    options = {name: _options(many, shown, name) for name in choices}
    columns = []
    for i, scale in enumerate(shown):
        view = View.of(many, scale, i, axis, choices, names=names, titled=len(shown) > 1)
        panels = [_curve(view)]
        panels += [choice_panel(view, name, options[name], named=stacked or i == 0) for name in choices]
        columns.append([*panels[:-1], _with_ranks(panels[-1], scale.numbers.size)])
    if stacked:
        return tuple((panel,) for panels in columns for panel in panels)
    return tuple(zip(*columns, strict=True))


def _options(many: Multiverse, shown: Sequence[Scale], name: str) -> tuple[str, ...]:
    """The options of a choice on any of the scales."""
    return tuple(dict.fromkeys(row.option for scale in shown for row in choice_rows(many, scale, (name,))))


def _with_ranks(panel: Panel, n: int) -> Panel:
    """The lowest panel tells the number of a result."""
    axis = replace(panel.x, ticks=whole_ticks(n, most=8), label="Different results, by their estimate")
    bare = tuple(one for one in panel.bare if one != "x")
    return replace(panel, x=axis, bare=bare)


def _limits(scale: Scale) -> tuple[float, float]:
    """Ends of the axis: all estimates, no effect, the main interval, the others as far as most reach."""
    wanted = [scale.estimate[0], scale.estimate[-1], *(scale.headline or ())]
    if scale.null is not None:
        wanted.append(scale.null)
    low = min(*wanted, float(np.quantile(scale.low, 0.25)))
    high = max(*wanted, float(np.quantile(scale.high, 0.75)))
    room = _LONGEST * (high - low)
    return max(low - room, min(low, float(scale.low.min()))), min(
        high + room, max(high, float(scale.high.max()))
    )


def _vertical(scale: Scale) -> ChartAxis:
    return effect_axis(scale.measure, _limits(scale), include_null=scale.measure.null == scale.null)


def _cut(scale: Scale) -> int:
    """Intervals that reach beyond the axis."""
    axis = _vertical(scale)
    return int(((scale.low < axis.low) | (scale.high > axis.high)).sum())


def _curve(view: View) -> Panel:
    """Estimates and intervals."""
    scale, x = view.scale, view.axis()
    y = _vertical(scale)
    areas: tuple[Region, ...] = ()
    if view.single:
        drawn, series = _intervals(view), _estimates(view)
    else:
        areas, drawn = curve_areas(scale, view.width)
        series = _main_mark(view)
    return Panel(
        key=f"curve-{view.number}",
        x=x,
        y=y,
        regions=areas or view.column(y.low, y.high),
        paths=(*_lines(scale, x), *drawn),
        series=series,
        title=_title(scale) if view.titled else "",
        width=view.width,
        height=_LOW if view.short else _HEIGHT,
        bare=("x",),
    )


def _lines(scale: Scale, x: ChartAxis) -> tuple[Path, ...]:
    """No effect, and the estimate of the main analysis."""
    found = []
    if scale.null is not None:
        found.append(Path(name="null", points=((x.low, scale.null), (x.high, scale.null)), color="null"))
    if scale.headline is not None:
        at, legend = scale.headline[0], "Estimate of the main analysis"
        line = Path(name="headline", points=((x.low, at), (x.high, at)), color="summary", legend=legend)
        found.append(replace(line, width=0.7, dashed=True))
    return tuple(found)


def _title(scale: Scale) -> str:
    label = scale.measure.label
    return label[:1].upper() + label[1:]


def _intervals(view: View) -> tuple[Path, ...]:
    """A line per interval, in the colour of where it lies."""
    scale = view.scale
    width = min(1.3, max(0.4, 0.45 * view.pitch))
    return tuple(
        Path(
            name="interval",
            points=((i + 1.0, float(scale.low[i])), (i + 1.0, float(scale.high[i]))),
            color=color_of(int(scale.conclusion[i])),
            width=width,
        )
        for i in range(scale.numbers.size)
    )


def _estimates(view: View) -> tuple[Series, ...]:
    """A mark per estimate: full where the interval excludes the value of no effect."""
    scale, found = view.scale, []
    radius = min(2.6, max(0.8, 0.4 * view.pitch))
    for place in (-1, 0, 1, 2):
        mine = [i for i in np.flatnonzero(scale.conclusion == place).tolist() if i != view.main]
        points = tuple(Point(x=i + 1.0, y=float(scale.estimate[i]), label=str(i + 1)) for i in mine)
        color = color_of(place)
        found.append(
            Series(
                name=PLACES[place + 1],
                points=points,
                fill="paper" if place == 1 else color,
                edge=color,
                radius=radius,
                legend=conclusion_words(place, scale, plain=view.titled) if mine else "",
            )
        )
    return (*(one for one in found if one.points), *_main_mark(view))


def _main_mark(view: View) -> tuple[Series, ...]:
    if view.main is None:
        return ()
    point = Point(x=view.main + 1.0, y=float(view.scale.estimate[view.main]), label="main analysis")
    look = Series(name="main", points=(point,), marker="diamond", fill="summary-fill", edge="summary")
    return (replace(look, radius=3.8, legend="Main analysis"),)
