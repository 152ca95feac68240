"""Several syntheses in one figure: outcomes, models, variants."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from forest_builders import bcg_effects
from svg_rows import drawn_rows, mismatches

import metasyn
from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.plots.compose import compose
from metasyn.plots.fonts import text_width
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.forest_models import models_forest
from metasyn.plots.forest_outcomes import outcomes_forest
from metasyn.plots.model import ForestLayout
from metasyn.plots.scene import Line
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ForestPreset, choices

PFS = metasyn.pool(yi=[-0.5, -0.3, -0.6], vi=[0.02, 0.03, 0.05], measure="HR")
OS = metasyn.pool(yi=[-0.1], vi=[0.04], measure="HR")
ORR = metasyn.pool(yi=[0.4, 0.1, 0.6, 0.9], vi=[0.05, 0.03, 0.09, 0.02], measure="RR")
MEAN = metasyn.pool(yi=[-5.0, -3.0], vi=[1.0, 1.0], measure="MD")
BCG_RESULT = metasyn.pool(EffectSet(measure=get_measure("RR"), effects=bcg_effects()))


def test_one_row_per_outcome_in_the_given_order() -> None:
    layout = outcomes_forest([("PFS", PFS), ("Response", ORR), ("PFS", PFS)])
    assert [row.label for row in layout.rows] == ["PFS", "Response", "PFS"]
    assert [row.kind for row in layout.rows] == ["summary"] * 3
    assert [row.cells["k"] for row in layout.rows] == ["3", "4", "3"]
    for row, result in zip(layout.rows, (PFS, ORR, PFS), strict=True):
        assert row.estimate == pytest.approx(math.exp(result.estimate), rel=1e-12)
        assert row.prediction is not None
        assert row.prediction.low == pytest.approx(math.exp(result.pi.low), rel=1e-12)  # type: ignore[union-attr]
    assert list(mismatches(layout)) == []


def test_measures_of_one_family_are_named_in_a_column() -> None:
    layout = outcomes_forest([("PFS", PFS), ("Response", ORR)])
    assert [row.cells["measure"] for row in layout.rows] == ["HR", "RR"]
    assert [column.header for column in layout.columns][:4] == ["Outcome", "Measure", "Studies", "Ratio"]
    assert layout.axis.label == "Ratio (log scale)"
    alike = outcomes_forest([("PFS", PFS), ("OS", OS)])
    assert "Measure" not in [column.header for column in alike.columns]
    assert alike.axis.label == "Hazard ratio (log scale)"


@pytest.mark.parametrize(("one", "other"), [("MD", "RD"), ("MD", "SMD"), ("RD", "AS"), ("IR", "IRLN")])
def test_differences_in_different_units_share_no_axis(one: str, other: str) -> None:
    first, second = (metasyn.pool(yi=[0.2, 0.3], vi=[0.02, 0.03], measure=code) for code in (one, other))
    with pytest.raises(OptionError, match=f"'a' is {one}, 'b' is {other}"):
        outcomes_forest([("a", first), ("b", second)])
    assert outcomes_forest([("a", first), ("b", first)]).rows


def test_one_study_and_no_study_are_said() -> None:
    layout = outcomes_forest([("PFS", PFS), ("OS", OS), ("QoL", NotEstimable("no study reported it"))])
    assert [row.kind for row in layout.rows] == ["summary", "study", "summary"]
    assert [row.mark for row in layout.rows] == ["", "†", "‡"]
    assert layout.footnotes == ("† one study: reported, not pooled", "‡ no study reported it")
    assert layout.rows[2].cells["estimate"] == "not estimable"
    assert list(mismatches(layout)) == []
    assert drawn_rows(layout)[2].estimate is None


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ([], "at least one synthesis"),
        ([("x", NotEstimable("nothing"))], "at least one synthesis"),
        ([("PFS", PFS), ("Size", MEAN)], "'PFS' is HR, 'Size' is MD"),
        ([("PFS", PFS), ("99", metasyn.pool(PFS.effects, level=0.99))], "one level; got 95%, 99%"),
    ],
)
def test_what_shares_no_axis_is_refused(named: list[tuple[str, object]], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        outcomes_forest(named)  # type: ignore[arg-type]


def test_generic_effects_share_an_axis_only_with_their_like() -> None:
    one = metasyn.pool(yi=[1.0, 2.0], vi=[1.0, 1.0], measure="GEN")
    assert len(outcomes_forest([("a", one), ("b", one)]).rows) == 2
    with pytest.raises(OptionError, match="measured alike"):
        outcomes_forest([("a", one), ("b", MEAN)])


def test_every_model_and_the_headline_filled() -> None:
    layout = models_forest(BCG_RESULT)
    rows = [row for row in layout.rows if row.kind != "group"]
    assert len(rows) == len(BCG_RESULT.alternatives)
    for row, way in zip(rows, BCG_RESULT.alternatives, strict=True):
        assert row.estimate == pytest.approx(math.exp(way.estimate), rel=1e-12)
        assert row.interval is not None
        assert row.interval.low == pytest.approx(math.exp(way.ci.low), rel=1e-12)  # type: ignore[union-attr]
        assert (row.kind == "overall") is way.headline
        assert (row.prediction is not None) is way.headline
    assert list(mismatches(layout)) == []


def test_each_way_of_two_studies_is_called_what_it_is() -> None:
    layout = models_forest(metasyn.pool(yi=[-0.48, -0.63], vi=[0.018, 0.031], measure="HR"))
    assert [row.label for row in layout.rows if row.kind != "group"] == [
        "Bayesian random effects, half-normal(0.5)",
        "Bayesian random effects, Turner 2015 (all outcomes)",
        "Common effect",
        "Random effects, Wald interval",
        "Random effects, Hartung\N{EN DASH}Knapp",
        "Random effects, ad hoc Hartung\N{EN DASH}Knapp",
    ]


def test_the_line_of_the_headline_runs_through_all_models() -> None:
    def line(layout: ForestLayout) -> float:
        """How far above the axis it ends, in points."""
        found = compose(layout, text_width).items
        lines = {
            item.gid: item for item in found if isinstance(item, Line) and item.gid in ("axis", "pooled")
        }
        return lines["axis"].y0 - lines["pooled"].y1

    assert line(models_forest(BCG_RESULT)) == pytest.approx(0, abs=0.01)
    assert line(forest_layout(BCG_RESULT)) > 3


def test_variants_stand_below() -> None:
    variants = [
        (f"τ² by {name}", metasyn.pool(BCG_RESULT.effects, tau2_method=name)) for name in ("DL", "PM")
    ]
    layout = models_forest(BCG_RESULT, [*variants, ("without", NotEstimable("no effect remains"))])
    below = [row for row in layout.rows if row.group == "Sensitivity analyses" and row.kind != "group"]
    assert [row.label for row in below] == ["τ² by DL", "τ² by PM", "without"]
    assert below[0].estimate == pytest.approx(math.exp(variants[0][1].estimate), rel=1e-12)
    assert layout.footnotes == ("† no effect remains",)
    assert list(mismatches(layout)) == []


def test_several_estimates_of_one_study_are_not_called_studies() -> None:
    twice = [replace(effect, study_id="one") for effect in bcg_effects()[:2]]
    result = metasyn.pool(EffectSet(measure=get_measure("RR"), effects=(*twice, bcg_effects()[2])))
    assert (result.k, result.n_studies) == (3, 2)
    headers = [column.header for column in outcomes_forest([("x", BCG_RESULT), ("y", result)]).columns]
    assert "Estimates" in headers
    assert "Studies" not in headers


def test_models_of_one_study() -> None:
    layout = models_forest(OS)
    assert [row.kind for row in layout.rows] == ["group", "study"]


@pytest.mark.parametrize("preset", choices(ForestPreset))
def test_presets_keep_the_rows(preset: ForestPreset) -> None:
    assert list(mismatches(outcomes_forest([("PFS", PFS), ("R", ORR), ("OS", OS)], preset=preset))) == []
    assert list(mismatches(models_forest(BCG_RESULT, preset=preset, width="a4"))) == []


def test_a_single_study_has_the_interval_of_its_row() -> None:
    one = replace(bcg_effects()[0], reported_ci=Interval(0.12, 1.46))
    alone = metasyn.pool(EffectSet(measure=get_measure("RR"), effects=(one,)))
    (row,) = outcomes_forest([("Disease", alone)]).rows
    assert (row.interval, row.cells["ci"]) == (Interval(0.12, 1.46), "[0.12 to 1.46]")
    assert row.estimate == pytest.approx(math.exp(one.yi))
    at_90 = metasyn.pool(EffectSet(measure=get_measure("RR"), effects=(one,)), level=0.90)
    computed = outcomes_forest([("Disease", at_90)]).rows[0].interval
    assert computed is not None
    assert computed.low == pytest.approx(math.exp(one.yi - 1.6448536269514722 * math.sqrt(one.vi)))
