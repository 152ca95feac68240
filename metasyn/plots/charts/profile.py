"""Profile likelihood of the between-study variance: the curve, its maxima, the cut and the interval."""

from __future__ import annotations

import math
from typing import get_args

from metasyn.plots.axis import linear_ticks
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import number_ticks, sqrt_ticks
from metasyn.plots.charts.common import name_of, require_studies, studies
from metasyn.plots.forest_rows import clean_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.tau2.profile_curve import LikelihoodMethod, ProfileCurve, profile_curve
from metasyn.values import Interval
from metasyn.wording import level_text, tau2_text

__all__ = ["profile_layout"]

# How far below the cut the vertical axis goes, as a share of the cut.
_BELOW = 0.75


def profile_layout(
    result: SynthesisResult, *, title: str = "", method: LikelihoodMethod | None = None
) -> ChartLayout:
    """Lay out the profile likelihood of tau2.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    method : {'REML', 'ML'}, optional
        Which likelihood; default that of the result's estimator, REML where it has none.

    Returns
    -------
    ChartLayout
        The interval is where the curve lies above the cut; local maxima that are not the global one
        are hollow.

    Raises
    ------
    OptionError
        For an unknown method.
    NotEstimableError
        For fewer than two studies.

    References
    ----------
    Hardy RJ, Thompson SG. Stat Med 1996;15:619-629.
    10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> layout = profile_layout(pool(yi=[-0.9, -0.1, -0.5, -1.4], vi=[0.1, 0.05, 0.2, 0.1]))
    >>> [path.name for path in layout.rows[0][0].paths]
    ['cut', 'interval-end', 'interval-end', 'likelihood']
    """
    require_studies(result, 2, "a profile likelihood")
    asked = result.request.tau2_method
    chosen: LikelihoodMethod = method or ("ML" if asked == "ML" else "REML")
    curve = profile_curve(result.effects, method=chosen, level=result.request.level)
    panel = _panel(curve)
    level = level_text(curve.interval.level)
    text = (
        f"Profile log-likelihood ({chosen}) of the between-study variance τ² in {studies(result.k)}. It is "
        f"highest at {tau2_text(curve.best)}; the {level} interval is {_interval(curve.interval)}."
    )
    others = [value for value in curve.maxima if value != curve.best]
    if others:
        text += f" Other local maxima: {', '.join(tau2_text(value) for value in others)}."
    if len(curve.pieces) > 1:
        text += f" The interval has gaps: {'; '.join(map(_interval, curve.pieces))}."
    return ChartLayout(
        kind="profile",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of("Profile likelihood of τ²", result.effects, title),
        description=text,
        footnotes=_footnotes(asked, chosen, curve),
    )


def _interval(interval: Interval) -> str:
    return f"{tau2_text(interval.low)} to {tau2_text(interval.high)}"


def _panel(curve: ProfileCurve) -> Panel:
    tau2, relative = curve.tau2.tolist(), curve.relative.tolist()
    low = curve.cut * (1 + _BELOW)
    # The top is free for the marks.
    axis_y = ChartAxis(
        low=low,
        high=-0.06 * low,
        ticks=number_ticks([value for value in linear_ticks(low, 0.0) if value <= 0]),
        label="Log-likelihood below its maximum",
    )
    axis_x = ChartAxis(
        low=-0.0004 * tau2[-1],
        high=tau2[-1],
        ticks=number_ticks(sqrt_ticks(tau2[-1])),
        label="Between-study variance τ² (square-root scale)",
        scale="sqrt",
    )
    level = level_text(curve.interval.level)
    shown = tuple((t, value) for t, value in zip(tau2, relative, strict=True))
    cut = ((axis_x.low, curve.cut), (axis_x.high, curve.cut))
    ends = sorted({bound for piece in curve.pieces for bound in (piece.low, piece.high)})
    return Panel(
        key="profile",
        x=axis_x,
        y=axis_y,
        regions=tuple(_under(curve, piece, shown, low, i) for i, piece in enumerate(curve.pieces)),
        paths=(
            Path(name="cut", points=cut, color="null", dashed=True, legend=f"Cut of the {level} interval"),
            *(
                Path(name="interval-end", points=((t, low), (t, curve.cut)), color="null", width=0.8)
                for t in ends
            ),
            Path(name="likelihood", points=shown, color="study", width=1.6, legend="Profile log-likelihood"),
        ),
        series=_maxima(curve),
    )


def _under(
    curve: ProfileCurve, piece: Interval, shown: tuple[tuple[float, float], ...], low: float, i: int
) -> Region:
    """What lies under the curve within the interval."""
    top = [(t, value) for t, value in shown if piece.low <= t <= piece.high]
    legend = f"{level_text(piece.level)} interval" if i == 0 else ""
    return Region(
        name="interval", points=((piece.low, low), *top, (piece.high, low)), fill="band-2", legend=legend
    )


def _maxima(curve: ProfileCurve) -> tuple[Series, ...]:
    """The maximum, and hollow marks for the local ones."""
    others = [value for value in curve.maxima if value != curve.best]
    best = Series(
        name="maximum",
        points=(Point(x=curve.best, y=0.0, label="maximum"),),
        marker="diamond",
        fill="summary-fill",
        edge="summary",
        radius=3.6,
        legend="Maximum: the estimate",
    )
    lowest = curve.cut * (1 + _BELOW)
    visible = [(t, curve.at(t)) for t in others if curve.at(t) >= lowest]
    if not visible:
        return (best,)
    points = tuple(Point(x=t, y=value, label="local maximum") for t, value in visible)
    local = Series(name="local-maximum", points=points, fill="paper", edge="summary", radius=3.0, width=1.2,
                   legend="Local maximum")  # fmt: skip
    return best, local


def _footnotes(asked: str, chosen: str, curve: ProfileCurve) -> tuple[str, ...]:
    notes = []
    if asked in get_args(LikelihoodMethod) and asked != chosen:
        notes.append(f"The result uses the estimator {asked}; this is the likelihood of {chosen}.")
    elif asked != chosen:
        notes.append(
            f"The result uses the estimator {asked}, which has no likelihood; this is that of {chosen}."
        )
    if math.isclose(curve.best, 0.0):
        notes.append("The likelihood is highest at τ² = 0.")
    return tuple(notes)
