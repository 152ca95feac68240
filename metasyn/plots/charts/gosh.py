"""GOSH plot: the pooled estimate and the heterogeneity of every subset of the studies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Region, Series
from metasyn.plots.chart_axes import effect_axis, number_axis
from metasyn.plots.charts.common import name_of, require_studies, study_labels
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.model import Tick
from metasyn.plots.same_effects import require_same_effects
from metasyn.plots.scene import Role
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import Gosh, gosh
from metasyn.values import require_whole
from metasyn.vocabulary import GoshStatistic, require_option
from metasyn.wording import natural_text, percent_text, plain_number, tau2_text, unit_sign, whole

__all__ = ["gosh_layout"]

Flags = NDArray[np.bool_]

# Up to so many subsets each has its own mark; beyond, one mark per cell of a grid.
_SINGLE = 1500
_CELLS = (64, 48)
_BINS = 40
_WORDS: dict[str, str] = {
    "I2": "I², %",
    "tau2": "Between-study variance τ²",
    "Q": "Cochran's Q",
    "k": "Number of studies",
}


def gosh_layout(
    result: SynthesisResult,
    *,
    title: str = "",
    study: str | int | None = None,
    against: GoshStatistic = "I2",
    found: Gosh | None = None,
) -> ChartLayout:
    """Lay out a GOSH plot: all subsets as points, with histograms on both sides.

    Parameters
    ----------
    result : SynthesisResult
    title : str
    study : str or int, optional
        A study by name or position (0 is the first): subsets with it are set apart by shape and
        colour.
    against : {'I2', 'tau2', 'Q', 'k'}
        Vertical axis.
    found : Gosh, optional
        The subsets; default `metasyn.synthesis.sensitivity.gosh` of the result: all subsets up to 16
        studies, a sample beyond.

    Returns
    -------
    ChartLayout
        With more than 1,500 subsets a mark stands for all subsets in its cell, its area for the
        logarithm of their number; the histograms count every subset.

    Raises
    ------
    OptionError
        If `found` is of other effects, or no single study is meant by `study`.
    NotEstimableError
        For fewer than three studies, and for user weights.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA. Res Synth Methods 2012;3:214-223. 10.1002/jrsm.1053

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> layout = gosh_layout(pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], measure="HR"))
    >>> len(layout.rows[1][0].series[0].points)
    7
    """
    require_option("against", against, GoshStatistic)
    require_studies(result, 3, "a GOSH plot")
    found = gosh(result) if found is None else found
    require_same_effects(result.effects, "found", labels=found.labels, yi=found.yi, vi=found.vi)
    measure = result.effects.measure
    inside, name = _inside(found, study, result)
    x, y = found.estimate, np.asarray(getattr(found, against), dtype=float)
    axis_x = effect_axis(measure, (float(x.min()), float(x.max())))
    axis_y = _vertical(y, against)
    groups = _groups(inside, name)
    scatter = Panel(
        key="subsets",
        x=axis_x,
        y=axis_y,
        paths=_whole(result, axis_y),
        series=tuple(_series(x, y, where, look, axis_x, axis_y) for where, look in groups),
        width=300.0,
        height=220.0,
    )
    top, side = _margins(x, y, groups, axis_x, axis_y)
    return ChartLayout(
        kind="gosh",
        rows=((top, None), (scatter, side)),
        title=clean_text(title),
        name=name_of("GOSH plot", result.effects, title),
        description=_description(found, measure, x, y, against, inside, name),
        footnotes=_footnotes(found, against),
    )


def _inside(found: Gosh, study: str | int | None, result: SynthesisResult) -> tuple[Flags | None, str]:
    """Which subsets hold the study, and its name."""
    if study is None:
        return None, ""
    if isinstance(study, str):
        return found.containing(study), clean_text(study)
    if require_whole("study", study, at_least=0) >= result.k:
        raise OptionError(f"study={study} must be below {result.k}, the number of studies.")
    return found.present[:, study], study_labels(result.effects)[study]


def _vertical(y: NDArray[np.float64], against: GoshStatistic) -> ChartAxis:
    if against == "I2":
        ticks = tuple(Tick(value=v, label=plain_number(100 * v)) for v in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        high = max(0.2, float(y.max())) * 1.05
        ticks = tuple(tick for tick in ticks if tick.value <= high)
        return ChartAxis(low=-0.03 * high, high=high, ticks=ticks, label=_WORDS["I2"])
    return number_axis([float(y.min()), float(y.max())], _WORDS[against], room_at_zero=True)


_Look = tuple[str, str, Role, Role]


def _groups(inside: Flags | None, name: str) -> tuple[tuple[Flags | None, _Look], ...]:
    """Subsets without and with the study: circles, and hollow diamonds above them."""
    if inside is None:
        return ((None, ("subset", "", "study", "study-edge")),)
    return (
        (~inside, ("without", f"Subsets without {name}", "study", "study-edge")),
        (inside, ("with", f"Subsets with {name}", "none", "prediction")),
    )


def _series(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    where: Flags | None,
    look: _Look,
    axis_x: ChartAxis,
    axis_y: ChartAxis,
) -> Series:
    name, legend, fill, edge = look
    xs, ys = (x, y) if where is None else (x[where], y[where])
    single = x.size <= _SINGLE
    points = _each(xs, ys) if single else _cells(xs, ys, axis_x, axis_y, n_all=x.size)
    return Series(
        name=name,
        points=points,
        marker="diamond" if name == "with" else "circle",
        fill=fill,
        edge=edge,
        radius=1.8 if single else 2.4,
        width=0.8 if name == "with" else 0.3,
        opacity=0.6,
        legend=legend,
    )


def _each(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Point, ...]:
    return tuple(Point(x=a, y=b) for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _cells(
    x: NDArray[np.float64], y: NDArray[np.float64], axis_x: ChartAxis, axis_y: ChartAxis, *, n_all: int
) -> tuple[Point, ...]:
    """One point in the middle of every cell that holds a subset."""
    wide, high = (axis_x.high - axis_x.low) / _CELLS[0], (axis_y.high - axis_y.low) / _CELLS[1]
    columns = ((x - axis_x.low) / wide).astype(int).tolist()
    rows = ((y - axis_y.low) / high).astype(int).tolist()
    counts = Counter(zip(columns, rows, strict=True))
    # The fullest cell imaginable: a share of all subsets that is the same for both groups.
    most = math.log1p(n_all / 50)
    return tuple(
        Point(
            x=axis_x.low + (column + 0.5) * wide,
            y=axis_y.low + (row + 0.5) * high,
            area=min(1.0, max(0.12, math.log1p(count) / most)),
            label=f"{whole(count)} subset{'s' if count != 1 else ''}",
        )
        for (column, row), count in sorted(counts.items())
    )


def _whole(result: SynthesisResult, axis_y: ChartAxis) -> tuple[Path, ...]:
    """The estimate of all studies."""
    at = result.estimate
    ends = ((at, axis_y.low), (at, axis_y.high))
    return (Path(name="all", points=ends, color="summary", width=1.0, legend="Estimate of all studies"),)


def _margins(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    groups: Sequence[tuple[Flags | None, _Look]],
    axis_x: ChartAxis,
    axis_y: ChartAxis,
) -> tuple[Panel, Panel]:
    """Histograms above and on the right, sharing the axes of the points."""
    counts_x = [_counts(x, where, axis_x) for where, _ in groups]
    counts_y = [_counts(y, where, axis_y) for where, _ in groups]
    names = [look[0] for _, look in groups]
    bare_x = ChartAxis(low=axis_x.low, high=axis_x.high, ticks=(), label="")
    bare_y = ChartAxis(low=axis_y.low, high=axis_y.high, ticks=(), label="")
    top_counts = ChartAxis(low=0.0, high=1.05 * max(map(max, counts_x)), ticks=(), label="")
    side_counts = ChartAxis(low=0.0, high=1.05 * max(map(max, counts_y)), ticks=(), label="")
    above, above_paths = _drawn([_bars(counts, bare_x) for counts in counts_x], names)
    turned = [tuple((b, a) for a, b in _bars(counts, bare_y)) for counts in counts_y]
    beside, beside_paths = _drawn(turned, names)
    return (
        Panel(
            key="estimates",
            x=bare_x,
            y=top_counts,
            regions=above,
            paths=above_paths,
            width=300.0,
            height=50.0,
            bare=("y",),
        ),
        Panel(
            key="statistics",
            x=side_counts,
            y=bare_y,
            regions=beside,
            paths=beside_paths,
            width=50.0,
            height=220.0,
            bare=("x",),
        ),
    )


def _counts(values: NDArray[np.float64], where: Flags | None, axis: ChartAxis) -> list[int]:
    shown = values if where is None else values[where]
    return [int(n) for n in np.histogram(shown, bins=_BINS, range=(axis.low, axis.high))[0]]


def _bars(counts: Sequence[int], axis: ChartAxis) -> tuple[tuple[float, float], ...]:
    """The outline of a histogram, standing on 0."""
    step = (axis.high - axis.low) / _BINS
    corners = [(axis.low, 0.0)]
    for i, count in enumerate(counts):
        corners += [(axis.low + i * step, float(count)), (axis.low + (i + 1) * step, float(count))]
    return (*corners, (axis.high, 0.0))


def _drawn(
    outlines: Sequence[tuple[tuple[float, float], ...]], names: Sequence[str]
) -> tuple[tuple[Region, ...], tuple[Path, ...]]:
    """The first group filled, the second as a dashed outline."""
    first = (Region(name=names[0], points=outlines[0], fill="study", edge="study-edge", opacity=0.35),)
    others = tuple(
        Path(name=name, points=points, color="prediction", width=1.2, dashed=True)
        for name, points in zip(names[1:], outlines[1:], strict=True)
    )
    return first, others


def _description(
    found: Gosh,
    measure: EffectMeasure,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    against: GoshStatistic,
    inside: Flags | None,
    name: str,
) -> str:
    """Ranges of both axes, and how the study moves their middles."""
    natural = sorted(measure.to_natural(float(value)) for value in (x.min(), x.max()))
    unit = unit_sign(measure)
    kind = "all" if found.exhaustive else "a random sample of"
    text = (
        f"Pooled {measure.label} against {against} in {kind} {whole(found.n_subsets)} subsets of "
        f"{len(found.labels)} studies. Estimates range from {natural_text(natural[0], measure)}{unit} to "
        f"{natural_text(natural[1], measure)}{unit}, {against} from {_value(y.min(), against)} to "
        f"{_value(y.max(), against)}."
    )
    if inside is None or not inside.any() or inside.all():
        return text
    means = [measure.to_natural(float(np.median(x[where]))) for where in (inside, ~inside)]
    levels = [_value(np.median(y[where]), against) for where in (inside, ~inside)]
    return (
        f"{text} With {name} the median estimate is {natural_text(means[0], measure)}{unit} and the median "
        f"{against} {levels[0]}; without it {natural_text(means[1], measure)}{unit} and {levels[1]}."
    )


def _value(value: float, against: GoshStatistic) -> str:
    if against == "I2":
        return percent_text(float(value), 0)
    return plain_number(float(value)) if against == "k" else tau2_text(float(value))


def _footnotes(found: Gosh, against: GoshStatistic) -> tuple[str, ...]:
    notes = []
    if not found.exhaustive:
        notes.append(f"A random sample of {whole(found.n_subsets)} subsets, seed {found.seed}.")
    if found.n_subsets > _SINGLE:
        notes.append("A mark stands for all subsets in its cell; the histograms count every subset.")
    if against != "k" and (found.k == 1).any():
        notes.append(f"Subsets of one study cannot vary: {_WORDS[against].split(',')[0]} is 0 there.")
    return tuple(notes)
