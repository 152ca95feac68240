"""Every kind of chart as drawn: any number of studies, hard data, texts that do not touch, words, files."""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from chart_builders import Chart, assert_points, bcg, made_up, posterior

from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots import (
    ChartLayout,
    baujat_layout,
    bubble_layout,
    estimators_layout,
    figure_bytes,
    fit_chart,
    funnel_layout,
    gosh_layout,
    influence_layout,
    labbe_layout,
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
from metasyn.synthesis.small_study import egger_test, trim_and_fill

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
