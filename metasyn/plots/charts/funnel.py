"""Funnel plots: effects against their standard errors, plain, with contours, with filled-in studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.names import MODEL_NAMES
from metasyn.numerics.tails import normal_quantile
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import effect_axis, number_axis
from metasyn.plots.charts.common import (
    name_of,
    named_points,
    require_studies,
    study_labels,
)
from metasyn.plots.charts.funnel_words import describe, remarks
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.same_effects import require_same_effects
from metasyn.plots.scene import Role
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study import RegressionTest, TrimFill
from metasyn.synthesis.small_study.asymmetry import PREDICTORS
from metasyn.values import NotEstimable, require_level
from metasyn.vocabulary import FunnelScale, Model, require_option
from metasyn.wording import decimal, level_text, p_text

__all__ = ["funnel_layout"]

_SAMPLES = 120
_CONTOURS = (0.10, 0.05, 0.01)
# From the contour next to the null value outwards.
_SHADES: tuple[Role, ...] = ("band-3", "band-2", "band-1")
_CONES: tuple[tuple[Role, float], ...] = (("grey", 0.8), ("null", 1.4), ("grid", 1.4))
# How far a cone may reach beyond the studies, in widths of their range.
_CONE_REACH = 0.6


def funnel_layout(
    result: SynthesisResult,
    *,
    title: str = "",
    contours: bool = False,
    levels: Sequence[float] | None = None,
    model: Model | None = None,
    y: FunnelScale = "standard error",
    trim_fill: TrimFill | None = None,
    egger: RegressionTest | None = None,
) -> ChartLayout:
    """Lay out a funnel plot.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    contours : bool
        Shade where a study would be significant: regions of p around the value of no effect, with
        borders at two-sided p = 0.10, 0.05 and 0.01.
    levels : sequence of float, optional
        Levels of the cones around the pooled estimate, in which that share of studies would lie if
        there were no heterogeneity; default the level of the result, none with contours.
    model : {'random-effects', 'common-effect'}, optional
        Whose estimate is the middle line; default the model that headlines.
    y : {'standard error', 'precision'}
        Vertical axis: standard errors with 0 at the top, or 1 / standard error.
    trim_fill : TrimFill, optional
        Its added studies are drawn hollow, and its estimate as a dashed line.
    egger : RegressionTest, optional
        A regression on the standard error, drawn as a line.

    Returns
    -------
    ChartLayout

    Raises
    ------
    OptionError
        If contours are asked for a measure without a value of no effect, a level is out of range,
        or `trim_fill` or `egger` is of other effects or another kind.
    NotEstimableError
        For fewer than three studies.

    References
    ----------
    Sterne JAC, Egger M. J Clin Epidemiol 2001;54:1046-1055. 10.1016/S0895-4356(01)00377-8
    Peters JL et al. Contour-enhanced meta-analysis funnel plots. J Clin Epidemiol 2008;61:991-996.
    10.1016/j.jclinepi.2007.11.010

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], measure="HR")
    >>> layout = funnel_layout(result, contours=True)
    >>> [region.legend for region in layout.rows[0][0].regions]
    ['p < 0.01', '0.01 ≤ p < 0.05', '0.05 ≤ p < 0.10', 'p ≥ 0.10']
    """
    require_option("y", y, FunnelScale)
    require_studies(result, 3, "a funnel plot")
    measure = result.effects.measure
    if contours and measure.null is None:
        raise OptionError(f"contours need a value of no effect; the measure {measure.code!r} has none.")
    _require_same(result, trim_fill, egger)
    if levels is None:
        levels = () if contours else (result.request.level,)
    levels = tuple(sorted(require_level(level) for level in levels))
    centre, words = _centre(result, model)
    sei = [math.sqrt(v) for v in result.effects.vi.tolist()]
    axis_y = _vertical(sei, trim_fill, y)
    axis_x = _horizontal(result, centre, levels, axis_y, y, contours, trim_fill)
    height = _heights(axis_y, y)
    panel = Panel(
        key="funnel",
        x=axis_x,
        y=axis_y,
        regions=_contours(measure, axis_x, height) if contours else (),
        paths=(
            *_cones(centre, levels, height),
            *_middle(centre, axis_y, f"Pooled estimate, {words}"),
            *_other_lines(trim_fill, egger, axis_y, height),
        ),
        series=(*_filled(trim_fill, y), _observed(result, sei, centre, y)),
        width=330.0,
        height=260.0,
    )
    return ChartLayout(
        kind="funnel",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of("Funnel plot", result.effects, title),
        description=describe(result, centre, words, y, levels, contours, trim_fill, egger),
        footnotes=remarks(trim_fill, egger),
    )


def _require_same(result: SynthesisResult, trim_fill: TrimFill | None, egger: RegressionTest | None) -> None:
    """Additions must be of the same effects, and Egger's line of standard errors."""
    if egger is not None and not isinstance(egger, RegressionTest):
        raise OptionError(f"egger must be a RegressionTest; got {type(egger).__name__}.")
    if trim_fill is not None:
        own = trim_fill.observed.effects
        require_same_effects(result.effects, "trim_fill", labels=own.labels, yi=own.yi, vi=own.vi)
    if egger is None:
        return
    if egger.predictor != PREDICTORS["sei"] or isinstance(egger.limit, NotEstimable):
        raise OptionError(
            f"egger must be a regression on the standard error; this one is on {egger.predictor!r}."
        )
    require_same_effects(result.effects, "egger", labels=egger.labels, yi=egger.yi, vi=egger.vi)


def _centre(result: SynthesisResult, model: Model | None) -> tuple[float, str]:
    """The middle of the funnel and the words for it."""
    if model is None or model == result.model:
        return result.estimate, MODEL_NAMES[result.model]
    require_option("model", model, Model)
    found = next(other for other in result.alternatives if other.model == model)
    return found.estimate, MODEL_NAMES[model]


def _vertical(sei: Sequence[float], trim_fill: TrimFill | None, y: FunnelScale) -> ChartAxis:
    every = [*sei, *(() if trim_fill is None else (math.sqrt(v) for v in trim_fill.filled_vi.tolist()))]
    if y == "standard error":
        return number_axis(every, "Standard error", from_zero=True, reverse=True)
    axis = number_axis([1 / s for s in every], "Precision (1 / standard error)", air=0.08)
    ticks = tuple(tick for tick in axis.ticks if tick.value >= 0)
    return replace(axis, low=max(axis.low, 0.0), ticks=ticks)


def _heights(axis: ChartAxis, y: FunnelScale) -> tuple[tuple[float, float], ...]:
    """Standard errors at which curves are drawn, with their place on the axis."""
    if y == "standard error":
        return (0.0, 0.0), (axis.high, axis.high)
    low = max(axis.low, axis.high / 1000)
    steps = [low * (axis.high / low) ** (i / _SAMPLES) for i in range(_SAMPLES + 1)]
    # The axis may begin at 0, where the standard error has no end.
    return (*((1 / precision, precision) for precision in reversed(steps[1:])), (1 / low, axis.low))


def _horizontal(
    result: SynthesisResult,
    centre: float,
    levels: Sequence[float],
    axis_y: ChartAxis,
    y: FunnelScale,
    contours: bool,
    trim_fill: TrimFill | None,
) -> ChartAxis:
    """Room for all studies, and for the cone as far as it does not squeeze them."""
    inside = [*result.effects.yi.tolist(), centre]
    inside += [] if trim_fill is None else [*trim_fill.filled_yi.tolist(), trim_fill.result.estimate]
    span = max(inside) - min(inside)
    largest = axis_y.high if y == "standard error" else math.sqrt(float(result.effects.vi.max()))
    reach = max((normal_quantile(1 - level) * largest for level in levels), default=0.0)
    allowed = max(_CONE_REACH * span, 2.2 * largest if span == 0 else 0.0)
    inside += [max(centre - reach, min(inside) - allowed), min(centre + reach, max(inside) + allowed)]
    if contours:
        null, outermost = result.effects.measure.null or 0.0, normal_quantile(_CONTOURS[-1]) * largest
        inside += [max(null - outermost, min(inside) - allowed), min(null + outermost, max(inside) + allowed)]
    return effect_axis(result.effects.measure, inside, include_null=contours)


def _cones(centre: float, levels: Sequence[float], height: Sequence[tuple[float, float]]) -> tuple[Path, ...]:
    """Where a share of the studies would lie without heterogeneity: both sides of each cone."""
    found = []
    for i, level in enumerate(levels):
        z = normal_quantile(1 - level)
        for sign in (-1.0, 1.0):
            points = tuple((centre + sign * z * se, at) for se, at in height)
            legend = f"{level_text(level)} of studies if only chance varied" if sign < 0 else ""
            look = _CONES[min(i, len(_CONES) - 1)]
            found.append(
                Path(
                    name=f"cone-{i}", points=points, color=look[0], width=look[1], dashed=True, legend=legend
                )
            )
    return tuple(found)


def _middle(centre: float, axis_y: ChartAxis, legend: str) -> tuple[Path, ...]:
    ends = ((centre, axis_y.low), (centre, axis_y.high))
    return (Path(name="centre", points=ends, color="summary", width=1.1, legend=legend),)


def _other_lines(
    trim_fill: TrimFill | None,
    egger: RegressionTest | None,
    axis_y: ChartAxis,
    height: Sequence[tuple[float, float]],
) -> tuple[Path, ...]:
    found = []
    if trim_fill is not None:
        at = trim_fill.result.estimate
        ends = ((at, axis_y.low), (at, axis_y.high))
        found.append(
            Path(name="filled-centre", points=ends, color="added", width=1.1, dashed=True,
                 legend="Estimate with the added studies")
        )  # fmt: skip
    if egger is not None and not isinstance(egger.limit, NotEstimable):
        limit, slope = egger.limit.estimate, egger.slope.estimate
        points = tuple((limit + slope * se, at) for se, at in height)
        found.append(
            Path(name="egger", points=points, color="prediction", width=1.5,
                 legend=f"Egger's regression ({p_text(egger.pvalue)})")
        )  # fmt: skip
    return tuple(found)


def _contours(
    measure: EffectMeasure, axis: ChartAxis, height: Sequence[tuple[float, float]]
) -> tuple[Region, ...]:
    """Regions of p, the outermost below the others, each up to its border on both sides."""
    null = measure.null or 0.0
    ends = (height[0][1], height[-1][1])
    whole = tuple((x, at) for at, xs in zip(ends, ((axis.low, axis.high), (axis.high, axis.low)), strict=True)
                  for x in xs)  # fmt: skip
    regions = [Region(name="p-below", points=whole, fill=_SHADES[2], legend=_p_range(None, _CONTOURS[2]))]
    for i, p in reversed(list(enumerate(_CONTOURS))):
        z = normal_quantile(p)
        left = [(null - z * se, at) for se, at in height]
        right = [(null + z * se, at) for se, at in reversed(height)]
        inner = _CONTOURS[i - 1] if i else None
        fill: Role = "paper" if inner is None else _SHADES[i - 1]
        legend = _p_range(p, inner)
        regions.append(Region(name=f"p-{i}", points=(*left, *right), fill=fill, legend=legend))
    return tuple(regions)


def _p_range(low: float | None, high: float | None) -> str:
    """What p is in a region."""
    if low is None:
        return f"p < {decimal(high or 0.0)}"
    return f"p ≥ {decimal(low)}" if high is None else f"{decimal(low)} ≤ p < {decimal(high)}"


def _at(se: float, y: FunnelScale) -> float:
    return se if y == "standard error" else 1 / se


def _observed(result: SynthesisResult, sei: Sequence[float], centre: float, y: FunnelScale) -> Series:
    yi = result.effects.yi.tolist()
    distances = [abs(effect - centre) / se for effect, se in zip(yi, sei, strict=True)]
    named = named_points(distances, least=normal_quantile(0.05))
    points = tuple(
        Point(x=effect, y=_at(se, y), label=label, index=i, labelled=named[i])
        for i, (effect, se, label) in enumerate(zip(yi, sei, study_labels(result.effects), strict=True))
    )
    return Series(name="study", points=points, legend="Study", radius=3.2, edge="paper", width=0.5)


def _filled(trim_fill: TrimFill | None, y: FunnelScale) -> tuple[Series, ...]:
    """Added studies, hollow; they have no number, as they were never done."""
    if trim_fill is None or not trim_fill.k0:
        return ()
    values = zip(trim_fill.filled_yi.tolist(), trim_fill.filled_vi.tolist(), trim_fill.mirrored, strict=True)
    points = tuple(
        Point(x=effect, y=_at(math.sqrt(v), y), label=f"mirror image of {clean_text(label)}")
        for effect, v, label in values
    )
    return (
        Series(name="filled", points=points, fill="paper", edge="study-edge", width=1.2, radius=3.0,
               legend="Added by trim and fill"),
    )  # fmt: skip
