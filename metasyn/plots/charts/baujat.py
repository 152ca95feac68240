"""Baujat plot: what each study contributes to heterogeneity, and how much it moves the mean."""

from __future__ import annotations

from metasyn.names import MODEL_NAMES
from metasyn.plots.chart import ChartLayout, Panel, Point, Series
from metasyn.plots.chart_axes import number_axis
from metasyn.plots.charts.common import (
    listed,
    name_of,
    named_points,
    require_studies,
    studies,
    study_labels,
)
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.same_effects import require_same_effects
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import Baujat, baujat
from metasyn.wording import short_number

__all__ = ["baujat_layout"]


def baujat_layout(result: SynthesisResult, *, title: str = "", found: Baujat | None = None) -> ChartLayout:
    """Lay out a Baujat plot.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    found : Baujat, optional
        The coordinates; default `metasyn.synthesis.sensitivity.baujat` of the result.

    Returns
    -------
    ChartLayout

    Raises
    ------
    OptionError
        If `found` is of other effects.
    NotEstimableError
        For fewer than three studies, for user weights, and where effects are identical.

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C. Stat Med 2002;21:2641-2652. 10.1002/sim.1221

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], model="common-effect")
    >>> layout = baujat_layout(result)
    >>> [round(point.x, 3) for point in layout.rows[0][0].series[0].points]
    [2.645, 1.633, 0.065]
    """
    require_studies(result, 3, "a Baujat plot")
    found = baujat(result) if found is None else found
    require_same_effects(result.effects, "found", labels=found.labels, yi=found.yi, vi=found.vi)
    xs, ys = found.contribution.tolist(), found.influence.tolist()
    top_x, top_y = max(xs) or 1.0, max(ys) or 1.0
    scores = [x / top_x + y / top_y for x, y in zip(xs, ys, strict=True)]
    named = named_points(scores)
    names = study_labels(result.effects)
    points = tuple(
        Point(x=x, y=y, label=label, index=i, labelled=named[i])
        for i, (x, y, label) in enumerate(zip(xs, ys, names, strict=True))
    )
    panel = Panel(
        key="baujat",
        x=number_axis([*xs, 0.0], "Contribution to heterogeneity (squared residual)", room_at_zero=True),
        y=number_axis([*ys, 0.0], "Influence on the pooled estimate", room_at_zero=True),
        series=(Series(name="study", points=points, edge="paper", width=0.5),),
        grid=True,
    )
    return ChartLayout(
        kind="baujat",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of("Baujat plot", result.effects, title),
        description=_description(result, xs, ys, names),
        footnotes=(
            f"Squared residuals under the {MODEL_NAMES[result.model]} model; influence is the squared change "
            "of the estimate without the study, over its variance there.",
        ),
    )


def _description(result: SynthesisResult, xs: list[float], ys: list[float], names: tuple[str, ...]) -> str:
    """Which studies stand out on either axis."""
    by_x = sorted(range(result.k), key=lambda i: (-xs[i], i))[:3]
    by_y = sorted(range(result.k), key=lambda i: (-ys[i], i))[:3]
    return (
        f"Baujat plot of {studies(result.k)}. The largest contributions to heterogeneity: "
        f"{listed([f'{names[i]} ({short_number(xs[i])})' for i in by_x])}. "
        f"The largest influence on the pooled estimate: "
        f"{listed([f'{names[i]} ({short_number(ys[i])})' for i in by_y])}."
    )
