"""Bubble plot: effects against one moderator, with the line of the meta-regression and its bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.plots.chart import ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import effect_axis, number_axis
from metasyn.plots.charts.common import (
    areas,
    largest_first,
    listed,
    name_of,
    named_points,
    studies,
    study_labels,
)
from metasyn.plots.forest_rows import clean_text
from metasyn.synthesis.moderators import Predictions, RegressionResult, predict
from metasyn.values import NotEstimable
from metasyn.wording import level_text, p_text, short_number

__all__ = ["bubble_layout"]

Array = NDArray[np.float64]
_STEPS = 60


def bubble_layout(
    regression: RegressionResult,
    moderator: str | None = None,
    *,
    title: str = "",
    at: Mapping[str, Any] | None = None,
    axis_label: str = "",
) -> ChartLayout:
    """Lay out a meta-regression on one numeric moderator.

    Parameters
    ----------
    regression : RegressionResult
    moderator : str, optional
        Name of the moderator; may be left out if there is only one.
    title : str
    at : mapping of str to value, optional
        Where the other moderators are held; needed if there are any.
    axis_label : str
        Text under the axis; default the name of the moderator.

    Returns
    -------
    ChartLayout
        Areas are proportional to the weights of the regression.

    Raises
    ------
    OptionError
        If the moderator is not one of the regression or is a category, or other moderators have no
        value in `at`.

    References
    ----------
    Thompson SG, Higgins JPT. How should meta-regression analyses be undertaken and interpreted? Stat
    Med 2002;21:1559-1573. 10.1002/sim.1187

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> regression = meta_regression(
    ...     yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.05, 0.2, 0.1, 0.08],
    ...     formula="~ year", data={"year": [2000, 2003, 2001, 2005, 2002]})
    >>> layout = bubble_layout(regression)
    >>> [region.name for region in layout.rows[0][0].regions]
    ['prediction', 'confidence']
    """
    name, values = _moderator(regression, moderator)
    grid, lines = _predictions(regression, name, values, dict(at or {}))
    effects, measure = regression.effects, regression.effects.measure
    yi = effects.yi.tolist()
    points = _points(regression, values)
    shown = [*yi, *lines.ci[:, 0].tolist(), *lines.ci[:, 1].tolist()]
    panel = Panel(
        key="bubble",
        x=number_axis(values.tolist(), clean_text(axis_label) or clean_text(name), air=0.06),
        y=effect_axis(measure, shown, include_null=True, air=0.07),
        regions=_bands(grid, lines),
        paths=_line(grid, lines),
        series=(
            Series(
                name="study",
                points=largest_first(points),
                radius=11.0,
                opacity=0.55,
                legend="Study, area = weight",
            ),
        ),
    )
    panel = _with_null(panel, measure.null)
    return ChartLayout(
        kind="bubble",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of(f"Bubble plot: {clean_text(name)}", effects, title),
        description=_description(regression, name, values),
        footnotes=_footnotes(regression, lines, at),
    )


def _points(regression: RegressionResult, values: Array) -> tuple[Point, ...]:
    """A mark per study, its area the weight; names where the line misses by two standard deviations."""
    effects = regression.effects
    spread = np.sqrt(effects.vi + regression.tau2)
    named = named_points((np.abs(regression.residuals) / spread).tolist(), least=2.0)
    shares = areas(regression.weights.tolist())
    names = study_labels(effects)
    return tuple(
        Point(x=x, y=y, label=names[i], index=i, area=shares[i], labelled=named[i])
        for i, (x, y) in enumerate(zip(values.tolist(), effects.yi.tolist(), strict=True))
    )


def _moderator(regression: RegressionResult, moderator: str | None) -> tuple[str, Array]:
    """Name and values of the moderator that is shown."""
    design = regression.design
    if design.spec is None:
        columns = {design.names[j]: design.X[:, j] for j in design.tested}
        categories: tuple[str, ...] = ()
    else:
        columns = {m.name: m.values for m in design.moderators}
        categories = tuple(m.name for m in design.moderators if m.levels)
    if moderator is None:
        if len(columns) != 1:
            raise OptionError(f"name the moderator to be shown; the regression has {listed(list(columns))}.")
        moderator = next(iter(columns))
    if moderator not in columns:
        raise OptionError(f"moderator={moderator!r} is not one of the regression: {listed(list(columns))}.")
    if moderator in categories:
        raise OptionError(
            f"moderator {moderator!r} is a category; a forest plot with subgroups shows it, a bubble plot "
            "needs numbers."
        )
    return moderator, np.asarray(columns[moderator], dtype=float)


def _predictions(
    regression: RegressionResult, name: str, values: Array, at: Mapping[str, Any]
) -> tuple[Array, Predictions]:
    """The line over the range of the moderator, the others held where asked."""
    design = regression.design
    others = (
        [design.names[j] for j in design.tested]
        if design.spec is None
        else [moderator.name for moderator in design.moderators]
    )
    lacking = [other for other in others if other != name and other not in at]
    if lacking:
        raise OptionError(f"at must say where {listed(lacking)} {'is' if len(lacking) == 1 else 'are'} held.")
    unknown = [other for other in at if other not in others or other == name]
    if unknown:
        raise OptionError(f"at names {listed(unknown)}, which cannot be held in this regression.")
    grid = np.linspace(values.min(), values.max(), _STEPS + 1)
    held = {other: [value] * grid.size for other, value in at.items()}
    return grid, predict(regression, {name: grid.tolist(), **held})


def _band(name: str, legend: str, grid: Array, ends: Array, fill: Any) -> Region:
    low = list(zip(grid.tolist(), ends[:, 0].tolist(), strict=True))
    high = list(zip(grid.tolist(), ends[:, 1].tolist(), strict=True))
    return Region(name=name, points=(*low, *reversed(high)), fill=fill, legend=legend)


def _bands(grid: Array, lines: Predictions) -> tuple[Region, ...]:
    """Prediction interval below the confidence interval."""
    level = level_text(lines.level)
    confidence = _band("confidence", f"{level} confidence interval", grid, lines.ci, "band-3")
    if isinstance(lines.pi, NotEstimable):
        return (confidence,)
    return _band("prediction", f"{level} prediction interval", grid, lines.pi, "band-1"), confidence


def _line(grid: Array, lines: Predictions) -> tuple[Path, ...]:
    points = tuple(zip(grid.tolist(), lines.estimate.tolist(), strict=True))
    return (Path(name="fitted", points=points, color="summary", width=1.4, legend="Meta-regression"),)


def _with_null(panel: Panel, null: float | None) -> Panel:
    """A thin line at no effect, where the measure has one and it is in view."""
    if null is None or not panel.y.contains(null):
        return panel
    ends = ((panel.x.low, null), (panel.x.high, null))
    return replace(panel, paths=(Path(name="null", points=ends, color="null", width=0.8), *panel.paths))


def _description(regression: RegressionResult, name: str, values: Array) -> str:
    """Slope with its interval, where the moderator is one column."""
    measure = regression.effects.measure
    text = (
        f"{measure.label[:1].upper() + measure.label[1:]} against {clean_text(name)}, from "
        f"{short_number(float(values.min()))} to {short_number(float(values.max()))}, in "
        f"{studies(regression.k)}."
    )
    if name not in regression.design.names:
        return text
    slope = regression[name]
    return (
        f"{text} Slope on the scale of the analysis: {short_number(slope.estimate)} per unit "
        f"({level_text(slope.ci.level)} interval {short_number(slope.ci.low)} to "
        f"{short_number(slope.ci.high)}, {p_text(slope.pvalue)})."
    )


def _footnotes(
    regression: RegressionResult, lines: Predictions, at: Mapping[str, Any] | None
) -> tuple[str, ...]:
    notes = ["Areas are proportional to the weights of the regression."]
    if at:
        held = listed([f"{clean_text(other)} = {value}" for other, value in at.items()])
        notes.append(f"Line and bands at {held}.")
    if isinstance(lines.pi, NotEstimable):
        notes.append(f"No prediction interval: {lines.pi.reason}.")
    if regression.exclusions:
        left_out = [clean_text(exclusion.label) for exclusion in regression.exclusions]
        notes.append(f"Left out, without a value of the moderator: {listed(left_out)}.")
    return tuple(notes)
