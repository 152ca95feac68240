"""Charts read back from their SVG: marks at the numbers of the studies, areas at the weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from chart_builders import (
    LATITUDE,
    Chart,
    assert_areas,
    assert_points,
    bcg,
    grid_posterior,
    made_up,
    posterior,
)

from metasyn.plots import (
    baujat_layout,
    bubble_layout,
    estimators_layout,
    fit_chart,
    funnel_layout,
    gosh_layout,
    influence_layout,
    profile_layout,
    radial_layout,
    svg_text,
)
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.moderators import meta_regression
from metasyn.synthesis.sensitivity import gosh, influence
from metasyn.values import NotEstimable
from metasyn.vocabulary import GoshStatistic, Tau2Method


def test_funnel_points() -> None:
    result = bcg()
    chart = Chart.of(funnel_layout(result))
    expected = list(zip(np.exp(result.effects.yi), np.sqrt(result.effects.vi), strict=True))
    assert_points(chart, "funnel", "study", expected, scale_x=math.log)


def test_funnel_of_proportions() -> None:
    yi, vi = [-2.0, -1.0, 0.3, 1.2], [0.2, 0.1, 0.4, 0.05]
    result = pool(yi=yi, vi=vi, measure="PLO")
    natural = [1 / (1 + math.exp(-y)) for y in yi]
    expected = list(zip(natural, np.sqrt(vi), strict=True))
    chart = Chart.of(funnel_layout(result))
    assert_points(chart, "funnel", "study", expected, scale_x=lambda p: math.log(p / (1 - p)), unit_x=0.01)


def test_funnel_of_precision() -> None:
    result = made_up(60, "MD")
    chart = Chart.of(funnel_layout(result, y="precision"))
    assert_points(
        chart, "funnel", "study", list(zip(result.effects.yi, 1 / np.sqrt(result.effects.vi), strict=True))
    )


def test_radial_points_and_slope() -> None:
    result = bcg(model="common-effect")
    sei = np.sqrt(result.effects.vi)
    chart = Chart.of(radial_layout(result))
    assert_points(chart, "radial", "study", list(zip(1 / sei, result.effects.yi / sei, strict=True)))
    x, y = chart.ruler("radial", "x"), chart.ruler("radial", "y")
    (name,) = chart.ids("radial-slope-")
    (x0, y0), (x1, y1) = chart.corners(name)
    assert (x(x0), y(y0)) == pytest.approx((0, 0), abs=1e-3)
    pooled = np.sum(result.effects.yi / result.effects.vi) / np.sum(1 / result.effects.vi)
    assert y(y1) / x(x1) == pytest.approx(pooled, abs=1e-3)


def test_the_arc_reads_the_effect() -> None:
    layout = radial_layout(bcg(model="common-effect"))
    panel = next(layout.panels())
    ticks = [path for path in panel.paths if path.name == "arc-tick"]
    assert len(ticks) == len(panel.notes) > 2
    for tick, note in zip(ticks, panel.notes, strict=True):
        (x, y), _ = tick.points
        assert math.exp(y / x) == pytest.approx(float(note.text), rel=1e-9)


def test_baujat_points() -> None:
    result = made_up(12, model="common-effect")
    y, v = result.effects.yi, result.effects.vi
    mean = np.sum(y / v) / np.sum(1 / v)
    expected = []
    for i in range(12):
        rest = np.arange(12) != i
        without = np.sum(y[rest] / v[rest]) / np.sum(1 / v[rest])
        expected.append(((y[i] - mean) ** 2 / v[i], (mean - without) ** 2 * np.sum(1 / v[rest])))
    assert_points(Chart.of(baujat_layout(result)), "baujat", "study", expected)


def test_bubble_points_areas_and_line() -> None:
    result = bcg()
    regression = meta_regression(result.effects, "~ latitude", data={"latitude": LATITUDE})
    chart = Chart.of(bubble_layout(regression))
    expected = list(zip(map(float, LATITUDE), np.exp(result.effects.yi), strict=True))
    assert_points(chart, "bubble", "study", expected, scale_y=math.log)
    assert_areas(chart, "bubble-study-", 1 / (result.effects.vi + regression.tau2))
    x, y = chart.ruler("bubble", "x"), chart.ruler("bubble", "y", math.log)
    (name,) = chart.ids("bubble-fitted-")
    for px, py in chart.corners(name):
        wanted = regression["Intercept"].estimate + x(px) * regression["latitude"].estimate
        assert y(py) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("against", ["I2", "tau2", "Q", "k"])
def test_gosh_points(against: GoshStatistic) -> None:
    result = made_up(6)
    found = gosh(result)
    chart = Chart.of(gosh_layout(result, study="Trial 2", against=against))
    unit = 0.01 if against == "I2" else 1.0
    x, y = chart.ruler("subsets", "x", math.log), chart.ruler("subsets", "y", unit=unit)
    with_it = found.present[:, 1]
    for name, where in (("with", with_it), ("without", ~with_it)):
        marks = [chart.centre(mark) for mark in chart.ids(f"subsets-{name}-") if mark.endswith("-mark")]
        values = np.asarray(getattr(found, against), dtype=float)[where]
        assert [x(px) for px, _ in marks] == pytest.approx(found.estimate[where], abs=1e-4)
        assert [y(py) for _, py in marks] == pytest.approx(values, abs=2e-4 * max(1, values.max()))


def test_gosh_cells_and_histograms_count_every_subset() -> None:
    result = made_up(12)
    layout = gosh_layout(result, study=0)
    top, scatter, side = layout.panels()
    counted = [
        sum(int(p.label.split()[0].replace("\N{THIN SPACE}", "")) for p in s.points) for s in scatter.series
    ]
    assert counted == [2**11 - 1, 2**11]
    assert sum(len(series.points) for series in scatter.series) < 4000
    for panel, place in ((top, 1), (side, 0)):
        outlines = [panel.regions[0].points, panel.paths[0].points]
        assert [sum(corner[place] for corner in corners[1:-1:2]) for corners in outlines] == counted


def test_influence_points() -> None:
    result = made_up(13)
    found = influence(result)
    chart = Chart.of(influence_layout(result))
    for key in (
        "rstudent",
        "dffits",
        "cooks_distance",
        "covariance_ratio",
        "tau2_deleted",
        "Q_deleted",
        "hat",
    ):
        points = {i: (i + 1.0, value) for i, value in enumerate(getattr(found, key).tolist())}
        flagged = set(np.flatnonzero(found.influential).tolist())
        assert_points(chart, key, "study", {i: points[i] for i in points if i not in flagged})
        assert_points(chart, key, "influential", {i: points[i] for i in flagged})
    assert_points(
        chart,
        "weight",
        "study",
        {i: (i + 1.0, 100 * w) for i, w in enumerate(result.weights) if not found.influential[i]},
    )


def test_influential_studies_differ_by_shape_and_number() -> None:
    yi, vi = [-0.9, -0.1, -0.5, -0.3, 1.4], [0.1, 0.05, 0.2, 0.1, 0.15]
    layout = influence_layout(pool(yi=yi, vi=vi, ci_method="wald"))
    ordinary, flagged = next(layout.panels()).series
    assert [point.index for point in flagged.points] == [4]
    assert ordinary.marker != flagged.marker
    chart = Chart.of(layout)
    assert chart.text("rstudent-influential-0-name") == "5"
    assert chart.text("key-5-name") == "Study 5"


def tau2_of(result: SynthesisResult) -> float:
    assert not isinstance(result.heterogeneity, NotEstimable)
    return result.heterogeneity.tau2.value


def test_profile_is_the_likelihood() -> None:
    result = bcg()
    y, v = result.effects.yi, result.effects.vi

    def likelihood(t: float) -> float:
        w = 1 / (v + t)
        mean = np.sum(w * y) / np.sum(w)
        return float(-0.5 * (np.sum(np.log(v + t)) + np.log(np.sum(w)) + np.sum(w * (y - mean) ** 2)))

    best = tau2_of(result)
    chart = Chart.of(profile_layout(result))
    x, height = chart.ruler("profile", "x", math.sqrt), chart.ruler("profile", "y")
    (name,) = chart.ids("profile-likelihood-")
    for px, py in chart.corners(name)[1::20]:
        assert height(py) == pytest.approx(likelihood(x(px) ** 2) - likelihood(best), abs=2e-3)
    assert x(chart.centre("profile-maximum-0-mark")[0]) ** 2 == pytest.approx(best, abs=1e-3)


def test_profile_shows_every_maximum_and_gap() -> None:
    rng = np.random.default_rng(1087)
    k = rng.integers(3, 6)
    vi = 10 ** rng.uniform(-4, 1, k)
    yi = rng.normal(0, 1, k) * np.sqrt(vi + 10 ** rng.uniform(-3, 0))
    layout = profile_layout(pool(yi=yi, vi=vi))
    panel = next(layout.panels())
    assert [len(series.points) for series in panel.series] == [1, 1]
    assert panel.series[0].marker != panel.series[1].marker
    assert len(panel.regions) == 2
    assert "Other local maxima: 0." in layout.description
    assert "gaps" in layout.description


def test_posterior_curves() -> None:
    mu, p_mu, tau, p_tau = grid_posterior(bcg())
    layout = posterior()
    chart = Chart.of(layout)
    for key, values, density, scale in (("mu", mu, p_mu, math.log), ("tau", tau, p_tau, lambda v: v)):
        x = chart.ruler(key, "x", scale)
        (name,) = chart.ids(f"{key}-posterior-")
        places = np.array(chart.corners(name))
        shown = np.interp([x(px) for px in places[:, 0]], values, density)
        heights = places[:, 1].max() - places[:, 1]
        scaled = heights / heights.max() * shown.max()
        assert scaled == pytest.approx(shown, abs=0.01 * shown.max())
    assert "0.49 (95% interval 0.34 to 0.70)" in layout.description


def test_estimators_in_one_column_are_the_same_numbers() -> None:
    """Panels below each other, rows named by codes that a footnote explains; nothing else changes."""
    wide = estimators_layout(bcg())
    narrow = fit_chart(wide, "one-column")
    assert [len(row) for row in narrow.rows] == [1, 1]
    for one, other in zip(wide.panels(), narrow.panels(), strict=True):
        assert (one.key, one.x, one.series, one.paths, one.right) == (
            other.key, other.x, other.series, other.paths, other.right,
        )  # fmt: skip
        assert [tick.label for tick in other.y.ticks] == ["REML", "ML", "DL", "PM", "HE", "HS", "SJ"]
    assert "SJ: Sidik–Jonkman" in narrow.footnotes[0]
    assert narrow.description == wide.description
    values = [panel.right for panel in narrow.panels()]
    drawn = svg_text(narrow, "x")
    assert all(tick.label in drawn for ticks in values for tick in ticks)


def test_estimators_against_single_syntheses() -> None:
    result = bcg()
    methods: tuple[Tau2Method, ...] = ("REML", "DL", "SJ", "HE")
    chart = Chart.of(estimators_layout(result, methods))
    x = chart.ruler("tau2", "x", math.sqrt)
    pooled = chart.ruler("estimate", "x", math.log)
    rows = sorted((chart.centre(name)[1], name) for name in chart.ids("tau2-") if name.endswith("-mark"))
    beside = sorted(
        (chart.centre(name)[1], name) for name in chart.ids("estimate-") if name.endswith("-mark")
    )
    for (_, left), (_, right), method in zip(rows, beside, methods, strict=True):
        alone = pool(result.effects, tau2_method=method, ci_method=result.ci_method)
        assert x(chart.centre(left)[0]) ** 2 == pytest.approx(tau2_of(alone), abs=1e-3)
        assert pooled(chart.centre(right)[0]) == pytest.approx(alone.estimate, abs=1e-3)
    assert rows[0][1].startswith("tau2-own")
