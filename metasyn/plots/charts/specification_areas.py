"""A specification curve of very many results: neighbouring results together, as bands and areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse import ChoiceRow, Scale
from metasyn.plots.chart import Path, Region
from metasyn.plots.charts.specification_words import conclusion_words
from metasyn.plots.scene import Role

__all__ = ["PLACES", "choice_areas", "color_of", "curve_areas"]

Array = NDArray[np.float64]
Corner = tuple[float, float]

# Groups of neighbouring results, and how many points wide they are at least.
_GROUPS, _NARROWEST = 110, 1.6
# Height of a full area, as a share of a row.
_FULL = 0.82
PLACES = ("unknown", "below", "includes", "above")
_COLORS: tuple[Role, ...] = ("study", "added", "prediction")


def color_of(conclusion: int) -> Role:
    """The colour of a conclusion; that of studies where there is none."""
    return _COLORS[conclusion] if conclusion >= 0 else "study"


def _edges(n: int, width: float) -> list[int]:
    """Where the groups begin and end, as even as they can be."""
    groups = max(1, min(n, _GROUPS, int(width / _NARROWEST)))
    return [round(i * n / groups) for i in range(groups + 1)]


def curve_areas(scale: Scale, width: float) -> tuple[tuple[Region, ...], tuple[Path, ...]]:
    """The bands of the intervals, and the line of the estimates, on an axis of some width in points.

    Returns
    -------
    regions
        From the lowest to the highest end in each group, and between the medians of the ends; one band
        where each result is a group of its own.
    paths
    """
    edges = _edges(scale.numbers.size, width)
    groups = list(pairwise(edges))
    outer = _band([(scale.low[a:b].min(), scale.high[a:b].max()) for a, b in groups], edges)
    inner = _band([(np.median(scale.low[a:b]), np.median(scale.high[a:b])) for a, b in groups], edges)
    places = sorted({0, *edges, *(edge - 1 for edge in edges[1:])} - {scale.numbers.size})
    line = tuple((i + 1.0, float(scale.estimate[i])) for i in places)
    estimates = (Path(name="estimates", points=line, color="ink", width=1.4, legend="Estimates"),)
    if len(groups) == scale.numbers.size:
        return (Region(name="middle", points=inner, fill="band-3", legend="Intervals"),), estimates
    return (
        Region(name="all", points=outer, fill="band-2", legend="All intervals of neighbouring results"),
        Region(
            name="middle", points=inner, fill="band-3", legend="Their typical interval (median of the ends)"
        ),
    ), estimates


def _band(ends: Sequence[tuple[float, float]], edges: Sequence[int]) -> tuple[Corner, ...]:
    """A band in steps: along the upper ends and back along the lower ones."""
    upper = _steps([float(high) for _, high in ends], edges)
    lower = _steps([float(low) for low, _ in ends], edges)
    return (*upper, *reversed(lower))


def _steps(heights: Sequence[float], edges: Sequence[int]) -> list[Corner]:
    """Corners of a line in steps; those between equal heights are left out."""
    found: list[Corner] = []
    for i, height in enumerate(heights):
        left, right = edges[i] + 0.5, edges[i + 1] + 0.5
        if found and found[-1][1] == height:
            found[-1] = (right, height)
        else:
            found += [(left, height), (right, height)]
    return found


def choice_areas(
    scale: Scale,
    options: Sequence[str],
    rows: Mapping[str, ChoiceRow],
    places: Sequence[float],
    width: float,
    *,
    plain: bool,
) -> tuple[Region, ...]:
    """For every option, areas as high as its share of each group, in the colours of the conclusions.

    Places are counted downwards: the area of a row stands 0.41 below its place, and the largest share of
    all of them is 0.82 high.
    """
    edges = _edges(scale.numbers.size, width)
    shares = {
        (j, place): _shares(rows[option].here & (scale.conclusion == place), edges)
        for j, option in enumerate(options)
        if option in rows
        for place in (-1, 0, 1, 2)
    }
    rows_shown = dict.fromkeys(j for j, _ in shares)
    whole_rows = [np.sum([shares[j, place] for place in (-1, 0, 1, 2)], axis=0) for j in rows_shown]
    most = max((float(row.max()) for row in whole_rows), default=1.0)
    found = []
    for j in rows_shown:
        base = np.full(len(edges) - 1, places[j] + _FULL / 2)
        for place in (-1, 0, 1, 2):
            if not shares[j, place].any():
                continue
            top = base - _FULL * shares[j, place] / most
            ends = list(zip(top.tolist(), base.tolist(), strict=True))
            found.append(
                Region(
                    name=PLACES[place + 1],
                    points=_band(ends, edges),
                    fill=color_of(place),
                    legend=conclusion_words(place, scale, plain=plain),
                )
            )
            base = top
    return tuple(found)


def _shares(here: NDArray[np.bool_], edges: Sequence[int]) -> Array:
    """The share of each group that is there."""
    return np.asarray(np.add.reduceat(here.astype(float), edges[:-1]) / np.diff(edges))
