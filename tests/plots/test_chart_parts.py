"""Axes, cutting and the placing of names: what every chart rests on."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from chart_builders import bcg, grid_posterior, made_up

from metasyn.effects.measure import get_measure
from metasyn.errors import OptionError
from metasyn.plots import (
    Density,
    baujat_layout,
    bubble_layout,
    estimators_layout,
    gosh_layout,
    influence_layout,
    posterior_layout,
    profile_layout,
    radial_layout,
)
from metasyn.plots.chart import ChartAxis, Marker, Panel, Point, Series
from metasyn.plots.chart_axes import category_axis, effect_axis, number_axis, sqrt_ticks
from metasyn.plots.chart_geometry import Box, clip_line, clip_region, outline
from metasyn.plots.chart_labels import Spot, place_labels
from metasyn.plots.fonts import text_width
from metasyn.plots.scene import Pen
from metasyn.synthesis import pool
from metasyn.synthesis.moderators import meta_regression
from metasyn.synthesis.sensitivity import baujat, gosh, influence, radial
from metasyn.values import Interval
from metasyn.vocabulary import Measure

PEN = Pen(size=7.5, leading=9.0)
UNIT = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        ("HR", -1.5, 0.8), ("HR", -0.05, 0.04), ("OR", -12.0, 9.0), ("RD", -0.2, 0.15), ("MD", 40.0, 90.0),
        ("PLO", -6.0, 2.0), ("PAS", 0.05, 1.4), ("PR", 0.1, 0.7), ("ZCOR", -0.4, 1.9), ("COR", -0.9, 0.2),
        ("IRLN", -4.0, 1.0), ("IRS", 0.2, 3.0), ("PFT", 0.0, 1.5), ("PLN", -3.0, -0.1), ("GEN", 1e-9, 4e-9),
    ],
)  # fmt: skip
def test_ticks_of_effects_say_natural_values(code: Measure, low: float, high: float) -> None:
    measure = get_measure(code)
    axis = effect_axis(measure, (low, high))
    assert 2 <= len(axis.ticks) <= 8
    for tick in axis.ticks:
        assert axis.contains(tick.value)
        said = tick.label.replace("\N{MINUS SIGN}", "-")
        if "×" not in said:
            unit = 0.01 if measure.family == "proportion" else 1.0
            assert measure.to_natural(tick.value) == pytest.approx(unit * float(said), rel=1e-9, abs=1e-12)
    values = [tick.value for tick in axis.ticks]
    assert values == sorted(values)


def test_ratios_too_far_for_digits_show_logarithms() -> None:
    axis = effect_axis(get_measure("HR"), (-40.0, 30.0))
    assert axis.label == "Log hazard ratio"
    assert axis.measure is None
    assert [tick.label for tick in axis.ticks][:2] == ["−40", "−20"]


@pytest.mark.parametrize("high", [1e-7, 0.003, 0.06, 0.9, 1.2, 7.0, 5e5])
def test_square_root_ticks_are_round_and_spread(high: float) -> None:
    ticks = sqrt_ticks(high)
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= 6
    assert ticks[-1] <= high
    gaps = np.diff(np.sqrt(ticks)) / math.sqrt(high)
    assert gaps.min() > 0.09
    assert gaps.max() < 0.45


def test_axes_never_have_no_length() -> None:
    for axis in (number_axis([3.0, 3.0], ""), number_axis([], ""), number_axis([0.0], "", from_zero=True)):
        assert axis.low < axis.high
    assert number_axis([0.4], "", from_zero=True).low == 0
    assert number_axis([0.4, 2.0], "", room_at_zero=True).low < 0
    assert (
        number_axis([1.0, -3.0], "", symmetric=True).low == -number_axis([1.0, 3.0], "", symmetric=True).high
    )
    with pytest.raises(OptionError, match="ordered ends"):
        ChartAxis(low=1.0, high=1.0, ticks=(), label="")
    with pytest.raises(OptionError, match="logarithmic"):
        ChartAxis(low=0.0, high=1.0, ticks=(), label="", scale="log")


def test_rows_go_from_top_to_bottom() -> None:
    axis = category_axis(["first", "second"])
    assert axis.fraction(0.0) > axis.fraction(1.0)


def test_a_point_outside_its_axes_is_an_error() -> None:
    axis = ChartAxis(low=0.0, high=1.0, ticks=(), label="")
    with pytest.raises(OptionError, match="study 'A' at"):
        Panel(
            key="p", x=axis, y=axis, series=(Series(name="study", points=(Point(x=2.0, y=0.5, label="A"),)),)
        )


def test_lines_are_cut_where_the_panel_ends() -> None:
    assert clip_line([(-1.0, -1.0), (-0.5, 2.0)], UNIT) == ()
    there_and_back = clip_line([(0.5, 0.5), (2.0, 0.5), (2.0, 0.7), (0.5, 0.7)], UNIT)
    assert there_and_back == (((0.5, 0.5), (1.0, 0.5)), ((1.0, 0.7), (0.5, 0.7)))
    assert clip_line([(0.5, -1.0), (0.5, 3.0)], UNIT) == (((0.5, 0.0), (0.5, 1.0)),)


def test_regions_are_cut_where_the_panel_ends() -> None:
    triangle = [(0.5, -0.5), (2.0, 1.0), (-1.0, 1.0)]
    found = clip_region(triangle, UNIT)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found)
    pairs = zip(found, found[1:] + found[:1], strict=True)
    area = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2
    # The square without nothing: the triangle covers y > |x - 0.5| - 0.5, all of the square.
    assert area == pytest.approx(1.0)
    assert clip_region([(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)], UNIT) == ()


@pytest.mark.parametrize("marker", ["square", "diamond", "triangle", "cross"])
def test_marks_have_equal_areas(marker: Marker) -> None:
    corners = outline(marker, 5.0, 7.0, 3.0)
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    area = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2
    assert area == pytest.approx(math.pi * 9)
    middle = np.mean(corners, axis=0)
    assert middle == pytest.approx((5.0, 7.0))


@pytest.mark.parametrize("n", [1, 5, 14, 40])
def test_names_lie_over_nothing(n: int) -> None:
    spots = [
        Spot(
            x=60 + 130 * abs(math.sin(2.3 * i)),
            y=60 + 130 * abs(math.cos(1.1 * i)),
            radius=3.0,
            text=f"Name {i}",
        )
        for i in range(n)
    ]
    within = Box(left=0.0, top=0.0, right=250.0, bottom=250.0)
    note = Box(left=100.0, top=100.0, right=150.0, bottom=110.0)
    arguments = {"within": within, "taken": [note], "lines": [], "pen": PEN, "measure": text_width}
    placed = place_labels(spots, **arguments)  # type: ignore[arg-type]
    assert len(placed) >= 0.6 * n
    for i, label in placed.items():
        assert label.text == f"Name {i}"
        assert within.holds(label.box)
        assert not label.box.overlaps(note)
        assert not any(label.box.overlaps(spot.box) for j, spot in enumerate(spots) if j != i)
    for one, other in itertools.combinations(placed.values(), 2):
        assert not one.box.overlaps(other.box)
    assert placed == place_labels(spots, **arguments)  # type: ignore[arg-type]


def test_a_name_avoids_a_line() -> None:
    spot = Spot(x=50.0, y=50.0, radius=3.0, text="Name")
    within = Box(left=0.0, top=0.0, right=100.0, bottom=100.0)
    place = {"within": within, "taken": [], "pen": PEN, "measure": text_width}
    assert place_labels([spot], lines=[], **place)[0].x > 50  # type: ignore[arg-type]
    upright = [(60.0, 0.0), (60.0, 100.0)]
    assert place_labels([spot], lines=[upright], **place)[0].x < 50  # type: ignore[arg-type]


def test_bubble_refuses_what_is_not_one_number() -> None:
    result = made_up(12)
    data: dict[str, list[Any]] = {"dose": [float(i % 5) for i in range(12)], "kind": ["a", "b"] * 6}
    both = meta_regression(result.effects, "~ dose + kind", data=data)
    with pytest.raises(OptionError, match="name the moderator"):
        bubble_layout(both)
    with pytest.raises(OptionError, match="is a category"):
        bubble_layout(both, "kind", at={"dose": 1.0})
    with pytest.raises(OptionError, match="at must say where kind is held"):
        bubble_layout(both, "dose")
    with pytest.raises(OptionError, match="'age' is not one of"):
        bubble_layout(both, "age")
    with pytest.raises(OptionError, match="at names age"):
        bubble_layout(both, "dose", at={"kind": "a", "age": 3})
    layout = bubble_layout(both, "dose", at={"kind": "b"})
    (line,) = (path for path in next(layout.panels()).paths if path.name == "fitted")
    there = both.predict({"dose": [line.points[-1][0]], "kind": ["b"]})
    assert line.points[-1][1] == pytest.approx(there.estimate[0], rel=1e-12)
    assert "Line and bands at kind = b." in layout.footnotes


def test_bubble_of_a_matrix_and_of_the_common_effect() -> None:
    result = made_up(12)
    x = np.arange(12.0)
    regression = meta_regression(
        result.effects,
        X=np.column_stack([np.ones(12), x]),
        names=["Intercept", "dose"],
        model="common-effect",
    )
    layout = bubble_layout(regression)
    assert [region.name for region in next(layout.panels()).regions] == ["confidence"]
    assert any(note.startswith("No prediction interval") for note in layout.footnotes)


def test_bubble_names_what_was_left_out() -> None:
    result = made_up(8)
    data = {"dose": [0.0, 1.0, None, 3.0, 4.0, 5.0, 6.0, 7.0]}
    layout = bubble_layout(meta_regression(result.effects, "~ dose", data=data, missing="drop"))
    assert "Left out, without a value of the moderator: Trial 3." in layout.footnotes


def test_gosh_options() -> None:
    result = made_up(6)
    with pytest.raises(OptionError, match="must name one effect"):
        gosh_layout(result, study="nobody")
    with pytest.raises(OptionError, match="study=6 must be below 6"):
        gosh_layout(result, study=6)
    with pytest.raises(OptionError, match="found is of other effects than the result: it has"):
        gosh_layout(made_up(5), found=gosh(result))
    sample = gosh_layout(made_up(22), found=gosh(made_up(22), n_subsets=400, seed=5))
    assert sample.footnotes[0] == "A random sample of 400 subsets, seed 5."


def test_estimators_options() -> None:
    result = bcg()
    with pytest.raises(OptionError, match="needs weights"):
        estimators_layout(result, ["GENQ"])
    with pytest.raises(OptionError, match="each once"):
        estimators_layout(result, ["DL", "DL"])
    with pytest.raises(OptionError, match="must be one of"):
        estimators_layout(result, ["XX"])  # type: ignore[list-item]
    own = bcg(tau2_method="EB", tau2_ci_method="jackson")
    left = next(estimators_layout(own).panels())
    assert [series.name for series in left.series] == ["estimator", "own"]
    assert left.series[1].points[0].label == "Empirical Bayes"
    common = estimators_layout(bcg(model="common-effect"))
    assert "The result itself is of the common-effect model, which has no τ²." in common.footnotes
    mixed = estimators_layout(bcg(tau2_ci_method="profile-likelihood"), ["REML", "DL"])
    assert "Q-profile interval of τ² for DL." in mixed.footnotes


def test_densities_are_checked() -> None:
    x = np.linspace(0.0, 1.0, 5)
    interval = Interval(0.1, 0.9)
    with pytest.raises(OptionError, match="one shape"):
        Density(values=x, density=x[:3], centre=0.5, interval=interval)
    with pytest.raises(OptionError, match="increasing"):
        Density(values=x[::-1], density=x, centre=0.5, interval=interval)
    with pytest.raises(OptionError, match="0 or more"):
        Density(values=x, density=-x, centre=0.5, interval=interval)
    mu, p_mu, _, _ = grid_posterior(bcg())
    wide = Density(values=mu, density=p_mu, centre=-0.7, interval=interval)
    with pytest.raises(OptionError, match="cannot be below 0"):
        posterior_layout(wide, wide)


ADDITIONS = {
    "gosh": (gosh, gosh_layout),
    "influence": (influence, influence_layout),
    "baujat": (baujat, baujat_layout),
    "radial": (radial, radial_layout),
}


@pytest.mark.parametrize("name", ADDITIONS)
def test_figures_of_the_same_studies_on_another_outcome_are_refused(name: str) -> None:
    """The labels agree; only the estimates tell the outcomes apart."""
    compute, draw = ADDITIONS[name]
    result = made_up(5)
    yi, vi, labels = result.effects.yi, result.effects.vi, result.effects.labels
    again = pool(yi=yi, sei=np.sqrt(vi), labels=labels, measure="HR")
    assert draw(result, found=compute(again)).description == draw(result).description  # type: ignore[operator]
    for other in (
        pool(yi=yi + 0.01, vi=vi, labels=labels, measure="HR"),
        pool(yi=yi, vi=2 * vi, labels=labels, measure="HR"),
    ):
        with pytest.raises(OptionError, match="found is of other estimates than the result: 'Trial 1' has"):
            draw(result, found=compute(other))  # type: ignore[operator]


def test_the_likelihood_that_is_not_the_estimators_is_told_as_it_is() -> None:
    for asked, method, note in (
        ("REML", "ML", "The result uses the estimator REML; this is the likelihood of ML."),
        ("ML", "REML", "The result uses the estimator ML; this is the likelihood of REML."),
        ("DL", None, "The result uses the estimator DL, which has no likelihood; this is that of REML."),
    ):
        layout = profile_layout(made_up(6, tau2_method=asked), method=method)  # type: ignore[arg-type]
        assert note in layout.footnotes
    assert not [note for note in profile_layout(made_up(6)).footnotes if "estimator" in note]


def test_a_median_number_of_studies_may_be_a_half() -> None:
    """Without study 0 there are the 7 subsets of three: one to three studies, median 2; with it the 8 of
    one to four, median (2 + 3) / 2.
    """
    text = gosh_layout(made_up(4), study=0, against="k").description
    assert "and the median k 2.5; without it" in text
    assert text.endswith("and 2.")
