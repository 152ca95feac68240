"""The specification curve, read back: every result, interval, mark and area is a number of the multiverse."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from chart_builders import bcg, made_up
from test_chart_drawing import box, every_text

from metasyn.analysis.multiverse import multiverse
from metasyn.batch.multiverse import Multiverse, choice_rows, scales, summary
from metasyn.effects import effect_sizes, get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots import figure_bytes, fit_chart, specification_curve_layout, svg_text, to_table
from metasyn.plots.chart import ChartLayout, Panel
from metasyn.plots.chart_rulers import TICK
from metasyn.plots.draw import scene_of
from metasyn.plots.fonts import text_width
from metasyn.synthesis import SynthesisResult, pool
from metasyn.wording import natural_text, percent_text


def trials(k: int, measure: str = "RR") -> SynthesisResult:
    return pool(bcg(measure).effects.take(range(k)))


@cache
def few() -> Multiverse:
    return multiverse(trials(5), exclude=["each study"], threshold=0.8)


@cache
def many_of(k: int) -> Multiverse:
    return multiverse(trials(k), exclude=["all subsets"])


@cache
def three_scales(k: int = 4) -> Multiverse:
    sets = [
        EffectSet(measure=bcg(c).effects.measure, effects=bcg(c).effects.take(range(k)).effects)
        for c in ("RR", "GEN")
    ]
    return multiverse(sets, tau2_method=["DL"])


def panel(layout: ChartLayout, key: str) -> Panel:
    return next(one for one in layout.panels() if one.key == key)


def test_every_result_has_its_estimate_and_interval() -> None:
    many = few()
    (scale,) = scales(many)
    layout = specification_curve_layout(many)
    curve = panel(layout, "curve-0")
    drawn = {point.x: point.y for series in curve.series for point in series.points}
    assert drawn == {i + 1.0: y for i, y in enumerate(scale.estimate.tolist())}
    lines = {path.points[0][0]: path for path in curve.paths if path.name == "interval"}
    colors = {0: "study", 1: "added", 2: "prediction"}
    for i in range(scale.numbers.size):
        ends = [y for _, y in lines[i + 1.0].points]
        assert ends == [scale.low[i], scale.high[i]]
        side = 0 if ends[1] < math.log(0.8) else 2 if ends[0] > math.log(0.8) else 1
        assert lines[i + 1.0].color == colors[side]
    assert len(lines) == scale.numbers.size == many.n_results
    assert {0, 1} <= set(scale.conclusion.tolist())
    hollow = {p.x for s in curve.series if s.fill == "paper" for p in s.points}
    full = {p.x for s in curve.series if s.name == "below" for p in s.points}
    assert all(scale.conclusion[int(x) - 1] == 1 for x in hollow)
    assert all(scale.conclusion[int(x) - 1] == 0 for x in full)
    null = next(path for path in curve.paths if path.name == "null")
    assert {y for _, y in null.points} == {math.log(0.8)}


def test_the_main_analysis_is_marked_in_every_panel() -> None:
    many = few()
    (scale,) = scales(many)
    layout = specification_curve_layout(many)
    (at,) = np.flatnonzero(scale.numbers == many.result[many.headline.row])
    main = next(series for series in panel(layout, "curve-0").series if series.name == "main")
    assert [(p.x, p.y) for p in main.points] == [(at + 1.0, many.estimate[many.headline.row])]
    for one in layout.panels():
        (band,) = (region for region in one.regions if region.name == "main")
        assert {x for x, _ in band.points} == {at + 0.5, at + 1.5}


def test_marks_are_the_choices_that_lead_to_a_result() -> None:
    many = few()
    (scale,) = scales(many)
    layout = specification_curve_layout(many)
    for choice, key in (("left out", "left-out-0"), ("tau2_method", "tau2-method-0"), ("model", "model-0")):
        shown = panel(layout, key)
        marks = {(p.x, p.label) for series in shown.series for p in series.points}
        expected = {
            (np.flatnonzero(scale.numbers == many.result[i])[0] + 1.0, many.options(i)[choice])
            for i in range(len(many))
            if choice in many.options(i)
        }
        assert marks == expected
        rows = {tick.label: tick.value for tick in shown.y.ticks}
        by_label = {p.label: p.y for series in shown.series for p in series.points}
        assert sorted(by_label.values()) == sorted(rows.values())
    rows_of = {row.option: row for row in choice_rows(many, scale) if row.choice == "model"}
    said = [tick.label for tick in panel(layout, "model-0").right]
    assert said == [percent_text(1 - rows_of[o].includes, 0) for o in rows_of]  # type: ignore[operator]


def test_a_few_of_many_subsets_each_have_their_marks() -> None:
    many = multiverse(trials(6), exclude=["all subsets"], limit=12, seed=3)
    (scale,) = scales(many)
    assert sum(len(one.studies) > 3 for one in many.exclusions) > 1
    shown = panel(specification_curve_layout(many), "left-out-0")
    marks = {(p.x, p.label) for series in shown.series for p in series.points}
    expected = set()
    for i in range(len(many)):
        gone = many.exclusions[int(many.chosen[i, many.place("left out")])]
        at = np.flatnonzero(scale.numbers == many.result[i])[0] + 1.0
        expected |= {(at, name) for name in gone.names or ("nothing",)}
    assert marks == expected
    assert len({tick.label for tick in shown.y.ticks}) == len(shown.y.ticks) == 7


def test_names_beside_a_short_axis_wrap_whole_and_stay_apart() -> None:
    labels = [
        "Rosenthal et al, 1960", "Rosenthal et al, 1961", "Ferguson & Simes, 1949", "Oak, 2001",
        "Averylongnameinoneword and others", "group without a year: low", "group without a year: high",
    ]  # fmt: skip
    main = pool(yi=[0.1, 0.4, 0.3, 0.2, 0.5, 0.0, 0.6], vi=[0.1] * 7, labels=labels, measure="HR")
    many = multiverse(main, exclude=["each study"])
    layout = specification_curve_layout(many, width=330.0)
    shown = panel(layout, "left-out-0")
    said = ["".join(tick.label.split()) for tick in shown.y.ticks]
    assert said == ["".join(label.split()) for label in ("nothing", *labels)]
    assert max(text_width(line, TICK) for tick in shown.y.ticks for line in tick.label.split("\n")) <= 92
    heights = [1 + tick.label.count("\n") * 10 / 13 for tick in shown.y.ticks]
    assert max(heights) > 1
    ends = np.cumsum(heights)
    assert [tick.value for tick in shown.y.ticks] == pytest.approx(
        (ends - np.array(heights) / 2 - 0.5).tolist()
    )
    rows = {point.label: point.y for series in shown.series for point in series.points}
    assert rows == {
        option: tick.value for option, tick in zip(["nothing", *labels], shown.y.ticks, strict=True)
    }
    assert [tick.value for tick in shown.right] == [tick.value for tick in shown.y.ticks]
    by_factor = fit_chart(specification_curve_layout(many), 260.0)
    for drawn in (layout, by_factor):
        boxes = [box(one) for one in every_text(scene_of(drawn).items) if "-y-tick-" in (one.gid or "")]
        for i, (left, top, right, bottom) in enumerate(boxes):
            for a, b, c, d in boxes[i + 1 :]:
                assert not (left < c and a < right and top < d - 0.3 and b < bottom - 0.3)


def test_areas_of_wrapped_rows_stand_on_their_rows() -> None:
    labels = [f"A study of quite a long name, number {i}" for i in range(7)]
    y = [0.1, 0.4, 0.3, 0.25, 0.52, 0.03, 0.61]
    main = pool(yi=y, vi=[0.1, 0.2, 0.15, 0.12, 0.3, 0.05, 0.07], labels=labels, measure="HR")
    many = multiverse(main, exclude=["all subsets"])
    shown = panel(specification_curve_layout(many, width=300.0), "left-out-0")
    assert all("\n" in tick.label for tick in shown.y.ticks[1:])
    feet = {round(max(y for _, y in region.points), 6) for region in shown.regions if region.name != "main"}
    assert {round(tick.value + 0.41, 6) for tick in shown.y.ticks} <= feet


def test_no_two_rows_read_the_same() -> None:
    labels = ["nothing", "Oak", "Oak", "Oak (2)", "Elm\x00", "Elm"]
    main = pool(yi=[0.1, 0.4, 0.3, 0.2, 0.5, 0.0], vi=[0.1] * 6, labels=labels, measure="HR")
    many = multiverse(main, exclude=["each study"])
    (scale,) = scales(many)
    rows = [row for row in choice_rows(many, scale) if row.choice == "left out"]
    assert len({row.option for row in rows}) == len(rows) == 7
    words = [tick.label for tick in panel(specification_curve_layout(many), "left-out-0").y.ticks]
    assert len(set(words)) == 7
    assert len({options["left out"] for options in map(many.options, range(len(many)))}) == 7


def test_the_title_names_outcome_and_measures() -> None:
    assert specification_curve_layout(few(), title="").title == ""
    assert specification_curve_layout(few(), title="Mine").title == "Mine"
    one = EffectSet(
        measure=bcg("RR").effects.measure, effects=bcg("RR").effects.effects, outcome="sore throat"
    )
    other = EffectSet(
        measure=bcg("OR").effects.measure, effects=bcg("OR").effects.effects, outcome="sore throat"
    )
    many = multiverse([one, other], exclude=["nothing"], tau2_method=["DL"])
    layout = specification_curve_layout(many)
    assert layout.title == "Sore throat: risk ratio and odds ratio"
    assert layout.name == "Specification curve: sore throat"
    assert "Sore throat: risk ratio" in " ".join(text.text for text in every_text(scene_of(layout).items))


def test_reasons_are_said_once_and_in_words() -> None:
    names = ["Oak, 2001", "Elm, 2001", "Ash"]
    printed = pool(yi=[0.1, 0.4, 0.2], vi=[0.1, 0.1, 0.2], measure="PLO", labels=names).effects
    counted = effect_sizes("PLO", events=[3, 5], n=[20, 24], labels=["Fir", "Yew"])
    effects = EffectSet(measure=counted.measure, effects=(*printed.effects, *counted.effects))
    many = multiverse(effects, exclude=["each study"], model=["random-effects", "glmm"], threshold=0.5)
    assert len({many.why(row) for row in range(len(many))} - {""}) == 4
    (note,) = (
        one for one in specification_curve_layout(many).footnotes if one.startswith("Without a result")
    )
    assert note == (
        "Without a result: 6 specifications (mixed model of counts: every effect must rest on events and "
        "participants; without them: Oak, 2001, Elm, 2001, Ash)."
    )


def polygon_area(points: Any) -> float:
    x, y = np.array(points).T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def half_of(points: Any, which: int) -> tuple[Any, Any]:
    """The upper or the lower line of a band in steps, from the left to the right."""
    x, y = np.array(points).T
    half = int(np.argmax(x)) + 1
    return (x[:half], y[:half]) if which == 0 else (x[half:][::-1], y[half:][::-1])


def height(line: tuple[Any, Any], x: float) -> float:
    return float(line[1][np.searchsorted(line[0], x)])


def test_areas_of_many_results_are_their_numbers() -> None:
    many = many_of(8)
    (scale,) = scales(many)
    n = scale.numbers.size
    assert n > 1000
    layout = specification_curve_layout(many)
    assert panel(layout, "model-0").series == ()
    shown = panel(layout, "ci-method-0")
    rows = [row for row in choice_rows(many, scale) if row.choice == "ci_method"]
    found: dict[tuple[int, str], float] = {}
    for region in shown.regions:
        if region.name != "main":
            foot = max(y for _, y in region.points)
            found[round(foot - 0.5 if foot % 1 > 0.42 else foot - 0.41), region.name] = polygon_area(
                region.points
            )
    below = np.array([(row.here & (scale.conclusion == 0)).sum() for row in rows], dtype=float)
    areas = np.array([found[j, "below"] for j in range(len(rows))])
    np.testing.assert_allclose(areas / areas.sum(), below / below.sum(), rtol=1e-9)
    includes = np.array([(row.here & (scale.conclusion == 1)).sum() for row in rows], dtype=float)
    total = sum(polygon_area(r.points) for r in shown.regions if r.name == "includes")
    assert total / areas.sum() == pytest.approx(includes.sum() / below.sum(), rel=1e-9)
    heights = [y for region in shown.regions for _, y in region.points if region.name != "main"]
    pairs = 0
    for one, other in pairwise(region for region in shown.regions if region.name != "main"):
        if (one.name, other.name) == ("below", "includes"):
            top_of_one, foot_of_other = half_of(one.points, 1), half_of(other.points, 0)
            for x in np.arange(1.0, n + 1):
                assert height(top_of_one, x) == pytest.approx(height(foot_of_other, x), abs=1e-12)
            pairs += 1
    assert pairs == len(rows)
    assert 0.0 in {round((y + 0.41) % 1, 9) % 1 for y in heights}, "the largest share fills its row"
    assert min(heights) >= -0.41 - 1e-9


def test_bands_hold_every_interval_of_many_results() -> None:
    many = many_of(8)
    (scale,) = scales(many)
    curve = panel(specification_curve_layout(many), "curve-0")
    assert "main" not in {region.name for region in curve.regions}, "it has the colour of the bands"
    outer = next(region for region in curve.regions if region.name == "all")
    upper, lower = half_of(outer.points, 0), half_of(outer.points, 1)
    for i in range(scale.numbers.size):
        assert height(upper, i + 1.0) >= scale.high[i]
        assert height(lower, i + 1.0) <= scale.low[i]
    line = next(path for path in curve.paths if path.name == "estimates")
    assert all(y == scale.estimate[int(x) - 1] for x, y in line.points)
    assert {line.points[0][0], line.points[-1][0]} == {1.0, float(scale.numbers.size)}


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        ("few", "free"), ("few", "one-column"), ("many", "one-column"), ("many", 300.0), ("many", "a4"),
        ("scales", "free"), ("scales", "one-column"), ("scales", "two-column"),
    ],
)  # fmt: skip
def test_texts_do_not_touch_and_stay_on_the_page(kind: str, width: Any) -> None:
    many = {"few": few, "many": lambda: many_of(6), "scales": three_scales}[kind]()
    scene = scene_of(specification_curve_layout(many, width=width, title="A title"))
    boxes = [(text, box(text)) for text in every_text(scene.items)]
    for i, (text, (left, top, right, bottom)) in enumerate(boxes):
        assert min(left, top) > 0, text
        assert right < scene.width + 0.3, text
        assert bottom < scene.height, text
        for other, (a, b, c, d) in boxes[i + 1 :]:
            overlap = left < c - 0.3 and a < right - 0.3 and top < d - 0.3 and b < bottom - 0.3
            assert not overlap, (text.text, other.text)


def test_rows_keep_their_height_on_a_narrow_page() -> None:
    many = few()
    heights = []
    for width in ("free", "one-column", "a4"):
        scene = scene_of(specification_curve_layout(many, width=width))  # type: ignore[arg-type]
        group = next(item for item in scene.items if getattr(item, "gid", "") == "tau2-method-0")
        heights.append(float(group.data["bottom"]) - float(group.data["top"]))  # type: ignore[union-attr]
    assert heights == pytest.approx([heights[0]] * 3, rel=0.02)
    assert fit_chart(specification_curve_layout(many), "one-column").width == pytest.approx(240.9, abs=0.1)
    with pytest.raises(OptionError, match="its axes have no room"):
        specification_curve_layout(many, width=120.0)


def test_scales_stand_apart() -> None:
    many = three_scales()
    layout = specification_curve_layout(many)
    assert [one.key for one in layout.rows[0] if one] == ["curve-0", "curve-1"]
    stacked = specification_curve_layout(many, width="one-column")
    assert all(len(row) == 1 for row in stacked.rows)
    assert any("not comparable" in note for note in layout.footnotes)
    for i, scale in enumerate(scales(many)):
        drawn = [p.y for series in panel(layout, f"curve-{i}").series for p in series.points]
        assert sorted(drawn) == sorted(scale.estimate.tolist())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "interval excludes the value of no difference (1 or 0)."),
        ({"threshold": 0.8}, "interval excludes 0.8."),
    ],
)
def test_percentages_without_a_heading_are_explained(options: dict[str, Any], words: str) -> None:
    sets = [
        EffectSet(measure=bcg(c).effects.measure, effects=bcg(c).effects.take(range(4)).effects)
        for c in ("RR", "GEN")
    ]
    sets = [
        EffectSet(measure=get_measure(c), effects=one.effects)
        for c, one in zip(("RR", "MD"), sets, strict=True)
    ]
    layout = specification_curve_layout(multiverse(sets, tau2_method=["DL"], **options), width="one-column")
    assert f"Percentages: results whose {words}" in layout.footnotes


def test_bands_are_called_what_they_are() -> None:
    curve = panel(specification_curve_layout(many_of(9)), "curve-0")
    assert [region.legend for region in curve.regions if region.legend] == [
        "All intervals of neighbouring results",
        "Their typical interval (median of the ends)",
    ]


def test_five_thousand_results_are_a_small_picture() -> None:
    many = many_of(9)
    assert len(many) == 5110
    drawn = svg_text(specification_curve_layout(many), "x")
    assert len(drawn) < 300_000
    ET.fromstring(drawn)


def test_the_words_say_the_numbers() -> None:
    many = few()
    (scale,) = scales(many)
    found = summary(many, scale)
    words = specification_curve_layout(many).description
    for value in (found.lowest, found.median, found.highest):
        assert natural_text(math.exp(value), scale.measure) in words  # type: ignore[arg-type]
    assert f"{percent_text(found.below, 0)} lie below 0.8" in words  # type: ignore[arg-type]
    assert f"{len(many)} specifications, with {many.n_results} different results" in words


def test_intervals_beyond_the_axis_are_counted() -> None:
    many = multiverse(
        pool(yi=[0.1, 0.5, 0.2], vi=[0.01, 0.02, 0.015], measure="OR", ci_method="wald"),
        exclude=["each study"],
    )
    layout = specification_curve_layout(many)
    axis = panel(layout, "curve-0").y
    (scale,) = scales(many)
    cut = int(((scale.low < axis.low) | (scale.high > axis.high)).sum())
    assert cut > 0
    assert any(note.startswith(f"{cut} interval") for note in layout.footnotes)
    assert axis.contains(0.0)


@pytest.mark.parametrize("measure", ["GEN", "OR", "PLO"])
def test_hard_data_are_drawn(measure: str) -> None:
    for data in (
        {"yi": [0.2] * 3, "vi": [0.1] * 3},
        {"yi": [1e-9, -3e-9, 2e-8], "vi": [1e-18, 1e-17, 2e-17]},
    ):
        many = multiverse(pool(**data, measure=measure, ci_method="wald"))
        layout = specification_curve_layout(many)
        drawn = svg_text(layout, "x")
        assert "nan" not in drawn.replace("<title>", "").split("</desc>")[-1]
        ET.fromstring(drawn)
        assert to_table(layout)


def test_hostile_names_show_as_text_and_bytes_repeat() -> None:
    labels = ["<script>alert(1)</script>", "a\x00b\n\"c\" & 'd'", "=1+1", "x" * 300]
    result = pool(yi=[0.1, -0.4, 0.6, 0.2], vi=[0.04, 0.1, 0.2, 0.3], labels=labels, measure="MD")
    layout = specification_curve_layout(multiverse(result))
    drawn = figure_bytes(layout, "svg")
    assert b"<script" not in drawn
    assert drawn == figure_bytes(specification_curve_layout(multiverse(result)), "svg")


def test_nothing_to_draw_is_refused_in_words() -> None:
    effects = made_up(3).effects.with_column("design", ["a", "a", "a"])
    many = multiverse(effects, exclude=[{"design": "a"}], model=["common-effect"])
    assert specification_curve_layout(many).rows[0][0] is not None
    main = pool(yi=[0.1, 0.2], vi=[0.1, 0.1], measure="PLO", model="bayesian")
    with pytest.raises(
        NotEstimableError,
        match="no specification has a result: mixed model of counts: the estimates are given",
    ):
        specification_curve_layout(multiverse(main, exclude=["nothing"], model=["glmm"]))
