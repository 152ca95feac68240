"""Funnel plots: cones and contours at their quantiles, added studies hollow, lines in their place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from chart_builders import Chart, bcg, made_up

from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots import funnel_layout
from metasyn.plots.chart import ChartLayout, Panel
from metasyn.synthesis import pool
from metasyn.synthesis.small_study import begg_test, egger_test, small_study_effects, trim_and_fill
from metasyn.vocabulary import FunnelScale

# Two-sided quantiles of the standard normal, from a printed table.
Z = {0.10: 1.644854, 0.05: 1.959964, 0.01: 2.575829}


def panel_of(layout: ChartLayout) -> Panel:
    return next(layout.panels())


def test_contours_lie_at_exact_z() -> None:
    layout = funnel_layout(bcg(), contours=True)
    panel = panel_of(layout)
    assert [r.legend for r in panel.regions] == ["p < 0.01", "0.01 ≤ p < 0.05", "0.05 ≤ p < 0.10", "p ≥ 0.10"]
    for region, p in zip(panel.regions[1:], (0.01, 0.05, 0.10), strict=True):
        borders = [(x, se) for x, se in region.points if se > 0]
        assert sorted(x / se for x, se in borders) == pytest.approx([-Z[p], Z[p]], abs=1e-6)
        assert all(x == 0 for x, se in region.points if se == 0)
    fills = [region.fill for region in panel.regions]
    assert len(set(fills)) == 4
    assert fills[-1] == "paper"


@pytest.mark.parametrize("y", ["standard error", "precision"])
def test_contours_as_drawn(y: FunnelScale) -> None:
    """A point of a drawn border has the p of that border, whatever the vertical axis."""
    result = made_up(14, "MD")
    chart = Chart.of(funnel_layout(result, contours=True, y=y))
    x, height = chart.ruler("funnel", "x"), chart.ruler("funnel", "y")
    frame = chart.found["funnel"]
    edges = [float(frame.get(f"data-{side}", "")) for side in ("left", "right", "top", "bottom")]
    for i, p in enumerate((0.01, 0.05, 0.10)):
        found = []
        for px, py in chart.corners(f"funnel-p-{2 - i}-{i + 1}"):
            if min(abs(px - edges[0]), abs(px - edges[1]), abs(py - edges[2])) > 0.5:
                value = height(py)
                found.append(abs(x(px)) * (value if y == "precision" else 1 / value))
        assert found
        assert found == pytest.approx([Z[p]] * len(found), rel=2e-3)


def test_cones_stand_on_the_estimate() -> None:
    result = bcg()
    panel = panel_of(funnel_layout(result, levels=(0.99, 0.95)))
    cones = [path for path in panel.paths if path.name.startswith("cone")]
    assert [path.legend for path in cones if path.legend] == [
        "95% of studies if only chance varied",
        "99% of studies if only chance varied",
    ]
    for path, z in zip(cones, (-Z[0.05], Z[0.05], -Z[0.01], Z[0.01]), strict=True):
        for x, se in path.points:
            assert x == pytest.approx(result.estimate + z * se, abs=1e-5)


def test_precision_begins_at_zero_and_is_named() -> None:
    """Standard errors 0.02 to 5: an axis with air below the least precision, 0.2, would begin below 0."""
    sei = [0.02, 0.05, 0.1, 5.0]
    result = pool(yi=[0.1, 0.2, 0.0, 0.4], sei=sei, measure="MD")
    layout = funnel_layout(result, y="precision", contours=True)
    panel = panel_of(layout)
    assert panel.y.low == 0
    assert min(tick.value for tick in panel.y.ticks) >= 0
    for region in panel.regions:
        assert min(at for _, at in region.points) == panel.y.low
        assert max(at for _, at in region.points) == panel.y.high
    assert "against the precision (1 / standard error), which ranges from 0.2 to 50." in layout.description
    assert "against the standard error, which ranges from 0.02 to 5." in funnel_layout(result).description


def test_default_levels() -> None:
    result = bcg(level=0.9)
    assert panel_of(funnel_layout(result)).paths[0].legend.startswith("90%")
    names = [path.name for path in panel_of(funnel_layout(result, contours=True)).paths]
    assert names == ["centre"]


def test_middle_line_of_either_model() -> None:
    result = bcg()
    y, v = result.effects.yi, result.effects.vi
    common = float(np.sum(y / v) / np.sum(1 / v))
    for model, wanted, words in (
        (None, result.estimate, "random effects"),
        ("common-effect", common, "common effect"),
    ):
        layout = funnel_layout(result, model=model)  # type: ignore[arg-type]
        (centre,) = (path for path in panel_of(layout).paths if path.name == "centre")
        assert centre.points[0][0] == pytest.approx(wanted, rel=1e-12)
        assert centre.legend == f"Pooled estimate, {words}"


LOPSIDED = {
    "vi": [0.02 * (i + 1) for i in range(12)],
    "yi": [0.1 + 0.9 * math.sqrt(0.02 * (i + 1)) + 0.01 * (-1) ** i for i in range(12)],
    "labels": [f"Trial {i + 1}" for i in range(12)],
    "measure": "SMD",
}


def test_added_studies_are_hollow_mirror_images() -> None:
    result = pool(**LOPSIDED)  # type: ignore[arg-type]
    found = trim_and_fill(result, side="left", estimator="R0")
    layout = funnel_layout(result, trim_fill=found)
    assert found.k0 > 0
    (series,) = (series for series in panel_of(layout).series if series.name == "filled")
    assert series.fill == "paper"
    assert len(series.points) == found.k0
    # As far below the trimmed mean as the study they mirror lies above it, and at its height.
    place = {point.label: (point.x, point.y) for one in panel_of(layout).series for point in one.points}
    for point in series.points:
        assert point.index is None
        x, y = place[point.label.removeprefix("mirror image of ")]
        assert (point.x, point.y) == pytest.approx((2 * found.centre - x, y), rel=1e-12)
        assert x > found.centre
    assert f"Trim and fill adds {found.k0} studies on the left" in layout.description


def test_trim_and_fill_of_a_lopsided_funnel() -> None:
    result = pool(**LOPSIDED)  # type: ignore[arg-type]
    found = trim_and_fill(result)
    assert found.k0 > 0
    chart = Chart.of(funnel_layout(result, trim_fill=found))
    x, height = chart.ruler("funnel", "x"), chart.ruler("funnel", "y")
    places = [chart.centre(name) for name in chart.ids("funnel-filled-") if name.endswith("-mark")]
    assert [x(px) for px, _ in places] == pytest.approx(found.filled_yi, abs=1e-4)
    assert [height(py) for _, py in places] == pytest.approx(np.sqrt(found.filled_vi), abs=1e-4)


def test_eggers_line() -> None:
    result = bcg()
    found = egger_test(result)
    layout = funnel_layout(result, egger=found)
    (line,) = (path for path in panel_of(layout).paths if path.name == "egger")
    (x0, _), (x1, se) = line.points
    assert (x1 - x0) / se == pytest.approx(found.slope.estimate, rel=1e-12)
    assert line.legend == "Egger's regression (p = 0.19)"
    assert "Egger's regression: p = 0.19." in layout.description


def test_the_description_counts() -> None:
    result = bcg()
    y, se = result.effects.yi, np.sqrt(result.effects.vi)
    outside = int(np.sum(np.abs(y - result.estimate) > Z[0.05] * se))
    significant = int(np.sum(np.abs(y) > Z[0.05] * se))
    assert f"{outside} of 13 lie outside the 95% cone." in funnel_layout(result).description
    contours = funnel_layout(result, contours=True).description
    assert f"{significant} of 13 differ from no effect with p < 0.05." in contours


def test_what_cannot_be_drawn_is_refused() -> None:
    result = bcg()
    other = made_up(13)
    with pytest.raises(OptionError, match="'PLO' has none"):
        funnel_layout(pool(yi=[0.1, 0.2, 0.3], vi=[1, 1, 1], measure="PLO"), contours=True)
    with pytest.raises(OptionError, match="level must be a proportion"):
        funnel_layout(result, levels=(95,))
    with pytest.raises(OptionError, match="y must be one of"):
        funnel_layout(result, y="se")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="trim_fill is of other effects"):
        funnel_layout(result, trim_fill=trim_and_fill(other))
    with pytest.raises(OptionError, match="egger is of other effects"):
        funnel_layout(result, egger=egger_test(other))
    outcome = pool(yi=result.effects.yi / 2, vi=result.effects.vi, labels=result.effects.labels, measure="RR")
    with pytest.raises(OptionError, match="trim_fill is of other estimates than the result: 'Aronson, 1948'"):
        funnel_layout(result, trim_fill=trim_and_fill(outcome))
    with pytest.raises(OptionError, match="egger is of other estimates"):
        funnel_layout(result, egger=egger_test(outcome))
    with pytest.raises(OptionError, match="regression on the standard error"):
        funnel_layout(result, egger=egger_test(result, predictor="vi"))
    with pytest.raises(OptionError, match="regression on the standard error"):
        funnel_layout(result, egger=small_study_effects(result, "peters"))  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="egger must be a RegressionTest"):
        funnel_layout(result, egger=begg_test(result))  # type: ignore[arg-type]
    with pytest.raises(NotEstimableError, match="needs at least 3 studies"):
        funnel_layout(made_up(2))
