"""Every kind of chart, read back from its SVG: marks at the numbers of the studies, areas at the weights."""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chart_builders import LATITUDE, Chart, assert_points, bcg, bcg_risks, grid_posterior, made_up

from metasyn.effects.measure import get_measure
from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots import (
    ChartLayout,
    Density,
    baujat_layout,
    bubble_layout,
    estimators_layout,
    figure_bytes,
    fit_chart,
    funnel_layout,
    gosh_layout,
    influence_layout,
    labbe_layout,
    posterior_layout,
    profile_layout,
    radial_layout,
    svg_text,
    to_table,
)
from metasyn.plots.draw import scene_of
from metasyn.plots.fonts import text_width
from metasyn.plots.scene import Group, Item, Text
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.moderators import meta_regression
from metasyn.synthesis.sensitivity import gosh, influence
from metasyn.synthesis.small_study import egger_test, trim_and_fill
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import GoshStatistic, Measure, Tau2Method

ON_RESULTS: dict[str, Callable[[SynthesisResult], ChartLayout]] = {
    "funnel": funnel_layout,
    "contours": lambda result: funnel_layout(result, contours=True),
    "precision": lambda result: funnel_layout(result, y="precision", levels=(0.9, 0.99)),
    "radial": radial_layout,
    "baujat": baujat_layout,
    "influence": influence_layout,
    "profile": profile_layout,
    "estimators": lambda result: estimators_layout(result, ["REML", "DL", "HE"]),
}


def bubble(result: SynthesisResult) -> ChartLayout:
    data = {"latitude": [float(i % 17) for i in range(result.k)]}
    return bubble_layout(meta_regression(result.effects, "~ latitude", data=data))


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


def test_labbe_points_and_areas() -> None:
    result = bcg()
    chart = Chart.of(labbe_layout(result, group_labels=("vaccine", "none")))
    roots = {"scale_x": math.sqrt, "scale_y": math.sqrt, "unit_x": 0.01, "unit_y": 0.01}
    assert_points(chart, "labbe", "study", bcg_risks(), **roots)  # type: ignore[arg-type]
    assert_areas(chart, "labbe-study-", result.weights)


PLAIN_CURVES: dict[str, Callable[[float, float], float]] = {
    "RR": lambda p, effect: p * math.exp(effect),
    "OR": lambda p, effect: 1 / (1 + (1 - p) / p * math.exp(-effect)),
    "RD": lambda p, effect: min(max(p + effect, 0.0), 1.0),
}


@pytest.mark.parametrize("measure", PLAIN_CURVES)
def test_labbe_curve_is_the_pooled_effect(measure: Measure) -> None:
    result = pool(replace(bcg().effects, measure=get_measure(measure)))
    (pooled,) = (path for path in next(labbe_layout(result).panels()).paths if path.name == "pooled")
    for x, y in pooled.points[1:]:
        assert y == pytest.approx(PLAIN_CURVES[measure](x, result.estimate), rel=1e-9)


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


def assert_areas(chart: Chart, beginning: str, weights: np.ndarray) -> None:
    names = [name for name in chart.ids(beginning) if name.endswith("-mark")]
    index = [int(chart.found[name.removesuffix("-mark")].get("data-index", "")) for name in names]
    shares = np.array([chart.area(name) for name in names]) / weights[index]
    assert shares / shares.mean() == pytest.approx(np.ones(len(names)), rel=2e-4)


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


def posterior() -> ChartLayout:
    mu, p_mu, tau, p_tau = grid_posterior(bcg())
    prior = np.sqrt(2 / math.pi) / 0.5 * np.exp(-2 * tau**2)
    return posterior_layout(
        Density(values=mu, density=p_mu, centre=-0.71, interval=Interval(-1.08, -0.35)),
        Density(values=tau, density=p_tau, centre=0.55, interval=Interval(0.34, 0.9), prior=prior),
        measure="RR",
    )


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


def every_text(items: tuple[Item, ...]) -> list[Text]:
    found: list[Text] = []
    for item in items:
        if isinstance(item, Group):
            found += every_text(item.items)
        elif isinstance(item, Text):
            found.append(item)
    return found


def box(text: Text) -> tuple[float, float, float, float]:
    width, size = text_width(text.text, text.pen), text.pen.size
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[text.align] * width
    if text.rotate:
        return text.x - 0.76 * size, text.y - width + shift, text.x + 0.2 * size, text.y + shift
    return text.x - shift, text.y - 0.76 * size, text.x - shift + width, text.y + 0.2 * size


@pytest.mark.parametrize("kind", [*ON_RESULTS, "bubble", "labbe", "gosh", "posterior", "trim-and-fill"])
@pytest.mark.parametrize("width", [None, "one-column", "a4"])
def test_texts_do_not_touch_and_stay_on_the_page(kind: str, width: str | None) -> None:
    layout = all_kinds(bcg())[kind]
    if (kind, width) == ("estimators", "one-column"):
        with pytest.raises(OptionError, match="no room"):
            fit_chart(layout, "one-column")
        return
    if width is not None:
        layout = fit_chart(layout, width)  # type: ignore[arg-type]
    scene = scene_of(layout)
    texts = every_text(scene.items)
    boxes = [(text, box(text)) for text in texts]
    for i, (text, (left, top, right, bottom)) in enumerate(boxes):
        assert min(left, top) > 0, text
        assert right < scene.width + 0.3, text
        assert bottom < scene.height, text
        for other, (a, b, c, d) in boxes[i + 1 :]:
            overlap = left < c - 0.3 and a < right - 0.3 and top < d - 0.3 and b < bottom - 0.3
            assert not overlap, (text.text, other.text)


def all_kinds(result: SynthesisResult) -> dict[str, ChartLayout]:
    made = {name: layout(result) for name, layout in ON_RESULTS.items()}
    fill = trim_and_fill(result)
    return made | {
        "bubble": bubble(result),
        "labbe": labbe_layout(bcg()),
        "gosh": gosh_layout(made_up(7), study=2),
        "posterior": posterior(),
        "trim-and-fill": funnel_layout(result, trim_fill=fill, egger=egger_test(result), title="A title"),
    }


@pytest.mark.parametrize("k", [3, 60, 300])
def test_any_number_of_studies(k: int) -> None:
    result = made_up(k)
    for name, make in {**ON_RESULTS, "bubble": bubble}.items():
        if name == "bubble" and k == 3:
            continue
        layout = make(result)
        drawn = svg_text(layout, "x")
        assert layout.name in drawn
        assert len(drawn) < 800_000
        indices = {row["index"] for row in to_table(layout) if row["kind"] == "point"}
        if name not in ("profile", "estimators"):
            assert indices == set(range(k))


@pytest.mark.parametrize("k", [1, 2])
def test_too_few_studies_are_refused_in_words(k: int) -> None:
    result = made_up(k)
    for name, make in ON_RESULTS.items():
        if k == 2 and name in ("radial", "profile"):
            assert svg_text(make(result), "x")
            continue
        with pytest.raises(NotEstimableError, match=r"needs at least [23] studies; there (is|are) [12]"):
            make(result)
    with pytest.raises(NotEstimableError):
        gosh_layout(result)


HARD = {
    "equal standard errors": {"yi": [0.1, -0.4, 0.6, 0.2], "vi": [0.04] * 4},
    "no heterogeneity": {"yi": [0.1, 0.1001, 0.0999, 0.1], "vi": [0.5, 0.4, 0.3, 0.6]},
    "duplicates": {"yi": [0.3, 0.3, 0.3, -0.5, -0.5], "vi": [0.1, 0.1, 0.1, 0.2, 0.2]},
    "huge": {"yi": [1e6, -3e6, 2e7, 4.0], "vi": [1e10, 1e12, 1e11, 1e9]},
    "tiny": {"yi": [1e-9, -3e-9, 2e-8, 4e-9], "vi": [1e-18, 1e-17, 1e-16, 2e-17]},
    "far ratios": {"yi": [-25.0, 0.0, 30.0, 1.0], "vi": [4.0, 0.1, 9.0, 0.01]},
    "one giant": {"yi": [0.2, 0.1, -0.1, 0.3], "vi": [1e-8, 0.5, 0.3, 0.2]},
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("measure", ["GEN", "OR"])
def test_hard_data_are_drawn(name: str, measure: str) -> None:
    result = pool(**HARD[name], measure=measure, ci_method="wald")  # type: ignore[arg-type]
    for kind, make in {**ON_RESULTS, "gosh": gosh_layout}.items():
        drawn = svg_text(make(result), "x")
        assert not re.search(r"=\"[^\"]*\b(nan|inf)\b", drawn), kind
        ET.fromstring(drawn)


def test_identical_effects() -> None:
    result = pool(yi=[0.2] * 5, vi=[0.1] * 5, ci_method="wald", measure="HR")
    for kind, make in ON_RESULTS.items():
        assert svg_text(make(result), "x"), kind


def test_equal_names_keep_their_own_points() -> None:
    result = pool(yi=[0.1, -0.4, 0.6, 0.2], vi=[0.04, 0.1, 0.2, 0.3], labels=["Same"] * 4, measure="MD")
    chart = Chart.of(funnel_layout(result))
    assert_points(
        chart, "funnel", "study", list(zip(result.effects.yi, np.sqrt(result.effects.vi), strict=True))
    )
    assert [chart.text(name) for name in chart.ids("funnel-study-") if name.endswith("-name")] == ["Same"] * 4


def test_hostile_names_show_as_text() -> None:
    names = ["<script>alert(1)</script>", "a\x00b\n\"c\" & 'd'", "=1+1", "x" * 300]
    result = pool(yi=[0.1, -0.4, 0.6, 0.2], vi=[0.04, 0.1, 0.2, 0.3], labels=names, measure="MD")
    for make in (funnel_layout, influence_layout, baujat_layout):
        layout = make(result)
        drawn = svg_text(layout, "x")
        assert "<script" not in drawn
        assert "&lt;script&gt;" in drawn
        scene = scene_of(layout)
        assert min(box(text)[0] for text in every_text(scene.items)) > 0
        assert max(box(text)[2] for text in every_text(scene.items)) <= scene.width


def test_names_then_numbers_then_those_that_stand_out() -> None:
    few, more, many = (Chart.of(funnel_layout(made_up(k))) for k in (5, 30, 200))
    assert few.text("funnel-study-0-name") == "Trial 1"
    assert not few.ids("key-")
    assert more.text("key-7-name") == "Trial 7"
    numbers = [name for name in more.ids("funnel-study-") if name.endswith("-name")]
    assert all(more.text(name).isdigit() for name in numbers)
    assert 0 < len([name for name in many.ids("funnel-study-") if name.endswith("-name")]) <= 12


def test_a_chart_is_named_and_described() -> None:
    for kind, layout in all_kinds(bcg()).items():
        root = ET.fromstring(svg_text(layout, "x"))
        title, description = list(root)[:2]
        assert (title.text, description.text) == (layout.name, layout.description)
        assert sum(c.isdigit() for c in layout.description) >= 2, kind


def test_the_table_has_every_number() -> None:
    result = bcg()
    rows = [row for row in to_table(funnel_layout(result)) if row["kind"] == "point"]
    assert [row["x_natural"] for row in rows] == pytest.approx(np.exp(result.effects.yi), rel=1e-11)
    assert [row["y"] for row in rows] == pytest.approx(np.sqrt(result.effects.vi), rel=1e-11)
    assert [row["label"] for row in rows] == list(result.effects.labels)


def test_width_is_obeyed() -> None:
    layout = funnel_layout(bcg())
    for width, points in (("one-column", 85 * 72 / 25.4), (400.0, 400.0)):
        assert scene_of(fit_chart(layout, width)).width == pytest.approx(points)  # type: ignore[arg-type]
    chart = Chart.of(fit_chart(layout, 400.0))
    expected = list(zip(np.exp(bcg().effects.yi), np.sqrt(bcg().effects.vi), strict=True))
    assert_points(chart, "funnel", "study", expected, scale_x=math.log)
    with pytest.raises(OptionError, match="too few"):
        fit_chart(layout, 60.0)
    with pytest.raises(OptionError, match="width must be one of"):
        fit_chart(layout, "wide")  # type: ignore[arg-type]


def test_formats_and_palettes() -> None:
    layout = funnel_layout(bcg(), contours=True)
    assert figure_bytes(layout, "pdf")[:4] == b"%PDF"
    assert figure_bytes(layout, "png", dpi=50)[1:4] == b"PNG"
    assert figure_bytes(layout, "svg", palette="dark") != figure_bytes(layout, "svg")


def test_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/plots'); from chart_builders import bcg;"
        "from metasyn.plots import funnel_layout, gosh_layout, figure_bytes; import hashlib;"
        "made = figure_bytes(funnel_layout(bcg()), 'svg') + figure_bytes(gosh_layout(bcg()), 'svg');"
        "print(hashlib.sha256(made).hexdigest())"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env=environment
    )
    here = figure_bytes(funnel_layout(bcg()), "svg") + figure_bytes(gosh_layout(bcg()), "svg")
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()
