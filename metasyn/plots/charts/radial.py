"""Radial (Galbraith) plot: standardised effects against precision, with the effects read on an arc."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.names import MODEL_NAMES
from metasyn.plots.axis import linear_ticks
from metasyn.plots.chart import ChartAxis, ChartLayout, Note, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import effect_axis, number_ticks
from metasyn.plots.charts.common import (
    effect_words,
    name_of,
    named_points,
    require_studies,
    studies,
    study_labels,
)
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.model import Tick
from metasyn.plots.same_effects import require_same_effects
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import Radial, radial
from metasyn.wording import level_text

__all__ = ["radial_layout"]

_WIDTH, _HEIGHT = 300.0, 280.0
# Where the arc lies, as a multiple of the highest precision, and what is kept free beyond it.
_ARC, _BEYOND = 1.06, 1.22
_TICK = 0.015
_STEPS = 80


def radial_layout(result: SynthesisResult, *, title: str = "", found: Radial | None = None) -> ChartLayout:
    """Lay out a radial plot.

    A line from the origin through a point meets the arc at the effect of that study; the line of
    the pooled estimate is drawn, with the band in which studies are expected.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    found : Radial, optional
        The coordinates; default `metasyn.synthesis.sensitivity.radial` of the result.

    Returns
    -------
    ChartLayout

    Raises
    ------
    OptionError
        If `found` is of other effects.
    NotEstimableError
        For fewer than two studies, and for user weights.

    References
    ----------
    Galbraith RF. Stat Med 1988;7:889-894. 10.1002/sim.4780070807

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> layout = radial_layout(pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], measure="HR"))
    >>> [series.name for series in layout.rows[0][0].series]
    ['study']
    """
    require_studies(result, 2, "a radial plot")
    found = radial(result) if found is None else found
    require_same_effects(result.effects, "found", labels=found.labels, yi=found.yi, vi=found.vi)
    xs, ys = found.x.tolist(), found.y.tolist()
    reach = _ARC * max(xs)
    axis_x = ChartAxis(
        low=0.0,
        high=_BEYOND * max(xs),
        ticks=number_ticks([value for value in linear_ticks(0.0, max(xs)) if value <= max(xs)]),
        label=_precision_words(result),
    )
    axis_y = _vertical(ys, found, reach)
    residuals = [abs(y - found.slope * x) for x, y in zip(xs, ys, strict=True)]
    points = _points(found, residuals, study_labels(result.effects))
    measure = result.effects.measure
    arc = _arc(result, axis_x, axis_y, reach)
    panel = Panel(
        key="radial",
        x=axis_x,
        y=axis_y,
        regions=(_band(found, max(xs)),),
        paths=(_slope(found, max(xs), result), *arc[0]),
        series=(Series(name="study", points=points, legend="Study", edge="paper", width=0.5),),
        notes=arc[1],
        width=_WIDTH,
        height=_HEIGHT,
    )
    outside = sum(residual > found.band for residual in residuals)
    return ChartLayout(
        kind="radial",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of("Radial plot", result.effects, title),
        description=(
            f"Radial plot of the {measure.label} in {studies(result.k)}: standardised effect against "
            f"precision. The slope is the pooled estimate ({MODEL_NAMES[result.model]}), "
            f"{effect_words(result.estimate, result.ci, measure)}. {outside} of {result.k} lie outside the "
            f"{level_text(found.level)} band around it."
        ),
        footnotes=(f"A line from 0 through a study meets the arc at its effect: {arc[2]}.",),
    )


def _points(found: Radial, residuals: Sequence[float], names: Sequence[str]) -> tuple[Point, ...]:
    named = named_points(residuals, least=found.band)
    return tuple(
        Point(x=x, y=y, label=label, index=i, labelled=named[i])
        for i, (x, y, label) in enumerate(zip(found.x.tolist(), found.y.tolist(), names, strict=True))
    )


def _precision_words(result: SynthesisResult) -> str:
    """What precision is under the model."""
    return "Precision, 1/√v" if result.model == "common-effect" else "Precision, 1/√(v + τ²)"


def _vertical(ys: Sequence[float], found: Radial, reach: float) -> ChartAxis:
    """Room for points and band; the origin is always visible."""
    ends = found.slope * reach
    values = [*ys, 0.0, found.band, -found.band, ends + found.band, ends - found.band]
    low, high = min(values), max(values)
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    ticks = number_ticks(linear_ticks(low, high))
    return ChartAxis(low=low, high=high, ticks=ticks, label="Standardised effect")


def _slope(found: Radial, end: float, result: SynthesisResult) -> Path:
    points = ((0.0, 0.0), (end * _ARC, found.slope * end * _ARC))
    legend = f"Pooled estimate, {MODEL_NAMES[result.model]}"
    return Path(name="slope", points=points, color="summary", width=1.1, legend=legend)


def _band(found: Radial, end: float) -> Region:
    high, end = found.band, end * _ARC
    corners = ((0.0, -high), (end, found.slope * end - high), (end, found.slope * end + high), (0.0, high))
    legend = f"{level_text(found.level)} of studies expected"
    return Region(name="band", points=corners, fill="band-2", legend=legend)


def _arc(
    result: SynthesisResult, axis_x: ChartAxis, axis_y: ChartAxis, reach: float
) -> tuple[tuple[Path, ...], tuple[Note, ...], str]:
    """The arc with ticks at round natural effects, as far as it lies in the panel, and what they are.

    The arc is round on the page: its height in standardised effects follows from the panel.
    """
    per_point_x = axis_x.high / _WIDTH
    per_point_y = (axis_y.high - axis_y.low) / _HEIGHT
    rise = reach / per_point_x * per_point_y

    def on_arc(effect: float, scale: float = 1.0) -> tuple[float, float]:
        x = scale / math.sqrt(1 / reach**2 + (effect / rise) ** 2)
        return x, effect * x

    ends = [_edge(bound, reach, rise) for bound in (0.96 * axis_y.low, 0.96 * axis_y.high)]
    effects = [min(max(value, ends[0]), ends[1]) for value in result.effects.yi.tolist()]
    low, high = min([*effects, result.estimate]), max([*effects, result.estimate])
    span = (high - low) or 0.5 * (ends[1] - ends[0])
    low, high = max(low - 0.1 * span, ends[0]), min(high + 0.1 * span, ends[1])
    angles = [math.atan2(value * reach, rise) for value in (low, high)]
    steps = [angles[0] + (angles[1] - angles[0]) * i / _STEPS for i in range(_STEPS + 1)]
    line = Path(
        name="arc", points=tuple(on_arc(math.tan(angle) * rise / reach) for angle in steps), width=0.8
    )
    axis = effect_axis(result.effects.measure, (low, high), air=0.0)
    ticks = [tick for tick in axis.ticks if low <= tick.value <= high]
    marks = tuple(
        Path(name="arc-tick", points=(on_arc(tick.value), on_arc(tick.value, 1 + _TICK)), width=0.8)
        for tick in ticks
    )
    notes = tuple(_tick_note(tick, on_arc(tick.value, 1 + _TICK)) for tick in ticks)
    measure = result.effects.measure
    return (line, *marks), notes, measure.scale if axis.measure is None else measure.label


def _edge(bound: float, reach: float, rise: float) -> float:
    """The effect whose line meets the arc at the height `bound`."""
    if abs(bound) >= rise:
        return math.copysign(1e6, bound)
    return bound / (reach * math.sqrt(1 - (bound / rise) ** 2))


def _tick_note(tick: Tick, at: tuple[float, float]) -> Note:
    return Note(x=at[0], y=at[1], text=tick.label, dx=3.0, dy=2.6)
