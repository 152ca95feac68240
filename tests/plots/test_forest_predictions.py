"""Prediction intervals as line, bar, polygon and density, and several models in one figure."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from forest_builders import bcg_effects, grouped, result_of
from forest_reader import Drawing, assert_at, check_rows
from scipy import stats
from test_forest_drawing import many

from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.plots import forest_layout, to_table
from metasyn.plots.density import predictive_curve
from metasyn.plots.model import ForestLayout
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval
from metasyn.vocabulary import PiStyle, choices


def bcg(**options: object) -> SynthesisResult:
    effects = EffectSet(measure=get_measure("RR"), effects=bcg_effects(), outcome="Tuberculosis")
    return pool(effects, **options)  # type: ignore[arg-type]


def place(layout: ForestLayout) -> str:
    """Id of the prediction interval of all studies."""
    own = layout.pi_style in ("polygon", "density")
    rows = [
        i
        for i, row in enumerate(layout.rows)
        if (row.kind == "note" and row.prediction is not None if own else row.kind == "overall")
    ]
    return f"row-{rows[-1]}-pi"


@pytest.mark.parametrize("style", choices(PiStyle))
def test_the_ends_are_the_bounds(style: PiStyle) -> None:
    result = bcg()
    layout = forest_layout(result, pi_style=style)
    drawing = check_rows(result, layout)
    assert isinstance(result.pi, Interval)
    xs = [x for x, _ in drawing.points(place(layout))]
    assert_at(drawing, min(xs), math.exp(result.pi.low), 1, layout)
    assert_at(drawing, max(xs), math.exp(result.pi.high), 1, layout)
    assert to_table(layout) == to_table(forest_layout(result))


@pytest.mark.parametrize("style", choices(PiStyle))
def test_clipped_prediction_intervals_have_arrows(style: PiStyle) -> None:
    result = bcg()
    layout = forest_layout(result, pi_style=style, axis_limits=(0.3, 1.2))
    drawing = check_rows(result, layout)
    assert {f"{place(layout)}-arrow-low", f"{place(layout)}-arrow-high"} <= set(drawing.elements)
    for name in drawing.elements:
        if "-pi" in name and "arrow" not in name:
            assert all(-1e-6 <= drawing.fraction(x) <= 1 + 1e-6 for x, _ in drawing.points(name))


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(OptionError, match="'polygon'"):
        forest_layout(bcg(), pi_style="violin")  # type: ignore[arg-type]


def test_the_density_is_that_of_the_t_distribution_along_the_logarithmic_axis() -> None:
    result = bcg(pi_method="t(k-2)")
    layout = forest_layout(result, pi_style="density")
    drawing = Drawing.read(layout)
    assert isinstance(result.pi, Interval)
    df = result.k - 2
    scale = (result.pi.high - result.pi.low) / 2 / stats.t.ppf(0.975, df)
    curve = drawing.points(f"{place(layout)}-within")[1:-1]
    ground = drawing.points(place(layout))[0][1]
    top = max(ground - y for _, y in curve)
    peak = stats.t.pdf(0, df)
    for x, y in curve:
        at = math.log(drawing.value(x, 1))
        expected = stats.t.pdf((at - result.estimate) / scale, df) / peak
        assert (ground - y) / top == pytest.approx(expected, abs=2e-3)


def test_the_interval_holds_its_share_of_the_area() -> None:
    layout = forest_layout(bcg(), pi_style="density", axis_limits=(0.02, 12))
    drawing = Drawing.read(layout)
    areas = [area(drawing.points(f"{place(layout)}-{part}")) for part in ("below", "within", "above")]
    # The curve ends at the 0.1% and 99.9% quantiles.
    assert areas[1] / sum(areas) == pytest.approx(0.95 / 0.998, abs=2e-3)
    assert areas[0] == pytest.approx(areas[2], rel=0.02)


def area(corners: list[tuple[float, float]]) -> float:
    """Shoelace formula."""
    closed = [*corners, corners[0]]
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(closed))) / 2


def test_the_density_of_a_proportion_has_the_jacobian_of_the_logit() -> None:
    result = pool(yi=[-2.0, -1.0, 0.0, 0.5], vi=[0.1, 0.1, 0.1, 0.1], measure="PLO", pi_method="normal")
    values, heights = np.array(predictive_curve(result)).T
    assert isinstance(result.pi, Interval)
    scale = (result.pi.high - result.pi.low) / 2 / stats.norm.ppf(0.975)
    logit = np.log(values / (1 - values))
    expected = stats.norm.pdf((logit - result.estimate) / scale) / (values * (1 - values))
    assert heights == pytest.approx(expected / expected.max(), abs=5e-3)
    check_rows(result, forest_layout(result, pi_style="density"))


def test_a_bootstrap_has_no_density_and_says_what_to_take() -> None:
    result = bcg(pi_method="bootstrap")
    assert forest_layout(result, pi_style="polygon").pi_style == "polygon"
    with pytest.raises(OptionError, match=r"closed form.*Take 'line'"):
        forest_layout(result, pi_style="density")


@pytest.mark.parametrize("style", choices(PiStyle))
def test_without_a_prediction_interval_there_is_nothing_to_draw(style: PiStyle) -> None:
    result = pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR")
    drawing = check_rows(result, forest_layout(result, pi_style=style))
    assert not [name for name in drawing.elements if "-pi" in name]


@pytest.mark.parametrize("style", choices(PiStyle))
def test_groups_have_theirs(style: PiStyle) -> None:
    result = result_of(many(9), "OR")
    pooled = pool(result.effects)
    groups = grouped(pooled, ["a"] * 5 + ["b"] * 4)
    if style == "density":
        from dataclasses import replace

        parts = tuple(pool(part.effects) for part in groups.results)
        groups = replace(groups, results=parts)
    layout = forest_layout(pooled, subgroups=groups, pi_style=style)
    drawing = check_rows(pooled, layout)
    assert sum(name.endswith("-pi") for name in drawing.elements) == 3


def test_models_have_hollow_diamonds_at_their_numbers() -> None:
    result = bcg()
    layout = forest_layout(result, models=True)
    drawing = check_rows(result, layout)
    rows = [(i, row) for i, row in enumerate(layout.rows) if row.kind == "alternative"]
    ways = [way for way in result.alternatives if not way.headline]
    assert len(rows) == len(ways) >= 2
    for (i, row), way in zip(rows, ways, strict=True):
        corners = drawing.points(f"row-{i}-diamond")
        assert isinstance(way.ci, Interval)
        assert_at(drawing, corners[1][0], math.exp(way.estimate), 1, layout)
        assert_at(drawing, min(x for x, _ in corners), math.exp(way.ci.low), 1, layout)
        assert_at(drawing, max(x for x, _ in corners), math.exp(way.ci.high), 1, layout)
        assert drawing.fill(f"row-{i}-diamond") == layout.theme.light["paper"]
        assert row.label.startswith({"common-effect": "Common", "random-effects": "Random"}[way.model])
    assert len({row.label for _, row in rows}) == len(rows)
    assert [row["kind"] for row in to_table(layout)].count("alternative") == len(ways)


def test_some_models_can_be_chosen_and_one_study_has_none() -> None:
    result = bcg()
    chosen = [way for way in result.alternatives if way.model == "common-effect"]
    rows = forest_layout(result, models=chosen).rows
    assert [row.label for row in rows if row.kind == "alternative"] == ["Common effect (k = 13)"]
    single = pool(yi=[0.1], vi=[0.2], measure="HR")
    assert "alternative" not in [row.kind for row in forest_layout(single, models=True).rows]


@pytest.mark.parametrize("models", ["all", ["common-effect"], 1, [None]])
def test_models_are_those_of_the_result(models: object) -> None:
    with pytest.raises(OptionError, match="models must be True, False or some of the alternatives"):
        forest_layout(bcg(), models=models)  # type: ignore[arg-type]


def test_models_of_another_result_are_refused() -> None:
    other = pool(yi=[0.1, 0.4, 0.2], vi=[0.2, 0.3, 0.1], measure="RR")
    with pytest.raises(OptionError, match="models must be True, False or some of the alternatives"):
        forest_layout(bcg(), models=other.alternatives)


@pytest.mark.parametrize("limits", [(2.0, 1.0), (0.0, 2.0), (-1.0, 2.0), (math.nan, 1.0), (1.0, math.inf)])
def test_limits_that_make_no_axis_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(OptionError, match="axis_limits must be two positive numbers"):
        forest_layout(bcg(), axis_limits=limits)


def test_everything_beyond_the_axis_has_an_arrow() -> None:
    result = bcg()
    drawing = check_rows(result, forest_layout(result, axis_limits=(0.9, 1.1), models=True))
    assert "row-14-point-arrow-low" in drawing.elements
    assert "row-0-point-arrow-low" in drawing.elements


def test_a_distribution_stands_right_under_its_diamond_and_the_other_lines_below_the_axis() -> None:
    result = bcg()
    layout = forest_layout(result, pi_style="density", width="one-column")
    drawing = check_rows(result, layout)
    overall = next(i for i, row in enumerate(layout.rows) if row.kind == "overall")
    assert place(layout) == f"row-{overall + 1}-pi"
    assert layout.rows[overall + 2].label.startswith("τ² = ")
    assert drawing.baseline(f"row-{overall + 2}-label") > drawing.points("axis")[0][1]
