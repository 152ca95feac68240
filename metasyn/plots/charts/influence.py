"""Influence panel: eight case diagnostics, study by study, with those that stand out set apart."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.names import MODEL_NAMES
from metasyn.numerics.tails import normal_quantile
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Series
from metasyn.plots.chart_axes import number_axis, whole_ticks
from metasyn.plots.charts.common import (
    listed,
    name_of,
    require_studies,
    studies,
    study_labels,
)
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.same_effects import require_same_effects
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import Influence, influence
from metasyn.values import NotEstimable

__all__ = ["influence_layout"]

_PANELS: tuple[tuple[str, str], ...] = (
    ("rstudent", "Studentised residual"),
    ("dffits", "DFFITS"),
    ("cooks_distance", "Cook's distance"),
    ("covariance_ratio", "Covariance ratio"),
    ("tau2_deleted", "τ² without the study"),
    ("Q_deleted", "Q without the study"),
    ("hat", "Leverage"),
    ("weight", "Weight, %"),
)
_ACROSS = 2
_WIDTH, _HEIGHT = 205.0, 78.0
# Reasons of the record, as words.
_REASONS = {"dffits": "DFFITS", "cooks_distance": "Cook's distance", "hat": "leverage", "dfbetas": "DFBETAS"}
_SMALL = 60


def influence_layout(
    result: SynthesisResult, *, title: str = "", found: Influence | None = None
) -> ChartLayout:
    """Lay out the influence diagnostics of all studies in eight panels.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    found : Influence, optional
        The diagnostics; default `metasyn.synthesis.sensitivity.influence` of the result.

    Returns
    -------
    ChartLayout
        A line in each panel is the value that means nothing unusual: 0 for residuals and DFFITS, 1
        for the covariance ratio, tau2 and Q of all studies, 1/k for leverage and weight.
        Influential studies are diamonds of another colour, with their number.

    Raises
    ------
    OptionError
        If `found` is of other effects.
    NotEstimableError
        For fewer than three studies, for user weights, and where effects are identical.

    References
    ----------
    Viechtbauer W, Cheung MWL. Res Synth Methods 2010;1:112-125. 10.1002/jrsm.11

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -0.3, 1.4], vi=[0.1, 0.05, 0.2, 0.1, 0.15], ci_method="wald")
    >>> layout = influence_layout(result)
    >>> [point.index for point in next(layout.panels()).series[1].points]
    [4]
    """
    require_studies(result, 3, "the influence panel")
    found = influence(result) if found is None else found
    require_same_effects(result.effects, "found", labels=found.labels, yi=found.yi, vi=found.vi)
    names = study_labels(result.effects)
    panels = [_panel(result, found, key, words, names) for key, words in _PANELS]
    rows = tuple(tuple(panels[i : i + _ACROSS]) for i in range(0, len(panels), _ACROSS))
    return ChartLayout(
        kind="influence",
        rows=rows,
        title=clean_text(title),
        name=name_of("Influence of single studies", result.effects, title),
        description=_description(result, found, names),
        stackable=True,
        footnotes=(
            f"Each study left out in turn, {MODEL_NAMES[found.model]} model. Lines: what is expected of an "
            "ordinary study, or the value with all studies.",
            "Influential: DFFITS beyond 3√(1/(k − 1)), Cook's distance beyond 0.45, leverage beyond 3/k or "
            "DFBETAS beyond 1.",
        ),
        numbered=True,
    )


def _panel(result: SynthesisResult, found: Influence, key: str, words: str, names: Sequence[str]) -> Panel:
    """One diagnostic against the number of the study."""
    unit = 100.0 if key == "weight" else 1.0
    values = [unit * value for value in getattr(found, key).tolist()]
    usual = _usual(result, key)
    axis_x = ChartAxis(low=0.4, high=result.k + 0.6, ticks=whole_ticks(result.k), label="")
    shown = values if usual is None else [*values, usual]
    signed = key in ("rstudent", "dffits")
    axis_y = number_axis(shown, "", air=0.1, room_at_zero=not signed)
    lines = [] if usual is None else [("usual", usual, False)]
    if key == "rstudent":
        limit = normal_quantile(0.05)
        lines += [("limit", at, True) for at in (-limit, limit) if axis_y.contains(at)]
    paths = [
        Path(name=name, points=((axis_x.low, at), (axis_x.high, at)), color="null", width=0.8, dashed=dashed)
        for name, at, dashed in lines
    ]
    trace = tuple((i + 1.0, value) for i, value in enumerate(values))
    paths.append(Path(name="trace", points=trace, color="grid", width=0.9))
    return Panel(
        key=key,
        x=axis_x,
        y=axis_y,
        title=words,
        paths=tuple(paths),
        series=_series(values, found, names),
        width=_WIDTH,
        height=_HEIGHT,
    )


def _series(values: Sequence[float], found: Influence, names: Sequence[str]) -> tuple[Series, Series]:
    """Ordinary studies, and influential ones above them."""
    flags = found.influential.tolist()
    few = len(values) <= _SMALL
    points = [
        Point(x=i + 1.0, y=value, label=names[i], index=i, labelled=flags[i])
        for i, value in enumerate(values)
    ]
    ordinary = tuple(point for point, flag in zip(points, flags, strict=True) if not flag)
    flagged = tuple(point for point, flag in zip(points, flags, strict=True) if flag)
    radius = 2.2 if few else 1.4
    return (
        Series(name="study", points=ordinary, radius=radius, edge="paper", width=0.4, legend="Study"),
        Series(name="influential", points=flagged, marker="diamond", fill="warning", edge="paper",
               radius=radius + 1.0, width=0.4, legend="Influential study" if flagged else ""),
    )  # fmt: skip


def _usual(result: SynthesisResult, key: str) -> float | None:
    """The value of a study that changes nothing."""
    heterogeneity = result.heterogeneity
    if key in ("tau2_deleted", "Q_deleted"):
        if isinstance(heterogeneity, NotEstimable):
            return None
        return heterogeneity.tau2.value if key == "tau2_deleted" else heterogeneity.Q
    known = {"rstudent": 0.0, "dffits": 0.0, "covariance_ratio": 1.0}
    known |= {"hat": 1 / result.k, "weight": 100 / result.k}
    return known.get(key)


def _description(result: SynthesisResult, found: Influence, names: Sequence[str]) -> str:
    """Which studies are influential, and by what."""
    flagged = [
        f"study {i + 1}, {names[i]} ({listed([_REASONS[reason] for reason in reasons])})"
        for i, reasons in enumerate(found.reasons)
        if reasons
    ]
    said = f"Influential: {listed(flagged)}." if flagged else "No study counts as influential."
    what = listed([words.removesuffix(", %") for _, words in _PANELS])
    return f"Diagnostics of {studies(result.k)}, each left out in turn: {what}. {said}"
