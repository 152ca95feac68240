"""L'Abbé plots: risks in their place, and curves that end where there are no risks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from chart_builders import Chart, assert_areas, assert_points, bcg, bcg_risks, made_up

from metasyn.effects.measure import get_measure
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import OptionError
from metasyn.plots import ChartLayout, labbe_layout, svg_text
from metasyn.plots.chart import Path
from metasyn.synthesis import SynthesisResult, pool
from metasyn.vocabulary import Measure

PLAIN_CURVES: dict[str, Callable[[float, float], float]] = {
    "RR": lambda p, effect: p * math.exp(effect),
    "OR": lambda p, effect: 1 / (1 + (1 - p) / p * math.exp(-effect)),
    "PETO": lambda p, effect: 1 / (1 + (1 - p) / p * math.exp(-effect)),
    "RD": lambda p, effect: p + effect,
    "AS": lambda p, effect: math.sin(math.asin(math.sqrt(p)) + effect) ** 2,
}


def of_counts(measure: Measure, first: tuple[int, ...], second: tuple[int, ...]) -> SynthesisResult:
    """Studies of 50, 70 and 40 people in each group, with these events."""
    n = [50, 70, 40]
    table = {
        "study": ["A", "B", "C"],
        "events_1": list(map(str, first)),
        "n_1": list(map(str, n)),
        "events_2": list(map(str, second)),
        "n_2": list(map(str, n)),
    }
    return pool(effects_from_table(table, measure=measure, level=0.95, file="f.csv"))


def line(layout: ChartLayout, name: str) -> Path:
    return next(path for path in next(layout.panels()).paths if path.name == name)


def test_labbe_points_and_areas() -> None:
    result = bcg()
    chart = Chart.of(labbe_layout(result, group_labels=("vaccine", "none")))
    roots = {"scale_x": math.sqrt, "scale_y": math.sqrt, "unit_x": 0.01, "unit_y": 0.01}
    assert_points(chart, "labbe", "study", bcg_risks(), **roots)  # type: ignore[arg-type]
    assert_areas(chart, "labbe-study-", result.weights)


@pytest.mark.parametrize("measure", PLAIN_CURVES)
def test_labbe_curve_is_the_pooled_effect(measure: Measure) -> None:
    result = pool(replace(bcg().effects, measure=get_measure(measure)))
    for x, y in line(labbe_layout(result), "pooled").points[1:]:
        assert y == pytest.approx(PLAIN_CURVES[measure](x, result.estimate), rel=1e-9, abs=1e-12)


# Risks near 100% in both groups, and a difference that leaves the square below, above.
HIGH = ((49, 69, 30), (48, 69, 39))
FALLING = ((5, 6, 3), (40, 60, 35))
RISING = ((40, 60, 35), (5, 6, 3))


@pytest.mark.parametrize("counts", [HIGH, FALLING, RISING])
@pytest.mark.parametrize("measure", PLAIN_CURVES)
def test_lines_stay_within_what_a_risk_can_be(
    measure: Measure, counts: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    result = of_counts(measure, *counts)
    layout = labbe_layout(result)
    assert svg_text(layout, "x")
    for name in ("equality", "pooled"):
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in line(layout, name).points)
    points = line(layout, "pooled").points
    inner = [(x, y) for x, y in points if 0 < x < 1]
    assert len(inner) > 100
    for x, y in inner:
        assert y == pytest.approx(PLAIN_CURVES[measure](x, result.estimate), abs=1e-9)
    # Never flat along the edge: no two points have the same risk.
    assert len({round(y, 12) for _, y in points}) == len(points)


def test_a_curve_ends_where_the_risk_would_be_none_or_all() -> None:
    falling, rising = of_counts("RD", *FALLING), of_counts("RD", *RISING)
    assert line(labbe_layout(falling), "pooled").points[0] == pytest.approx((-falling.estimate, 0.0))
    # Axes end a little beyond the highest risk: the curve leaves them there, not at 100%.
    ends = line(labbe_layout(rising), "pooled").points[-1]
    assert ends[1] == pytest.approx(min(1.0, ends[0] + rising.estimate))
    ratio = of_counts("RR", *RISING)
    assert line(labbe_layout(ratio), "pooled").points[-1] == pytest.approx((math.exp(-ratio.estimate), 1.0))


def test_labbe_names_what_it_cannot_show() -> None:
    effects = bcg().effects
    mixed = (replace(effects.effects[0], counts=None, label="Without counts"), *effects.effects[1:])
    layout = labbe_layout(pool(replace(effects, effects=mixed)))
    assert "Not shown, without counts of both groups: Without counts." in layout.footnotes
    assert len(next(layout.panels()).series[0].points) == 12
    with pytest.raises(OptionError, match="needs events and participants"):
        labbe_layout(made_up(4, "RR"))
    with pytest.raises(OptionError, match="got 'HR'"):
        labbe_layout(made_up(4, "HR"))
