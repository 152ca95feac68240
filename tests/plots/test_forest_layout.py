"""The forest plot as data, before any drawing."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import pytest
from forest_builders import GIVEN, bcg_effects, grouped, proportion, ratio, result_of

from metasyn.effects.model import Counts, Effect, Route
from metasyn.errors import OptionError
from metasyn.plots import forest_layout, to_table
from metasyn.plots.model import ForestLayout, ForestRow
from metasyn.values import Interval, NotEstimable

TWO = (ratio("Alpha", 0.62, 0.47, 0.80), ratio("Beta", 0.90, 0.55, 1.47))


def kinds(layout: ForestLayout) -> list[str]:
    return [row.kind for row in layout.rows]


def rows_of(layout: ForestLayout, kind: str) -> list[ForestRow]:
    return [row for row in layout.rows if row.kind == kind]


def notes(layout: ForestLayout) -> list[str]:
    return [row.label for row in rows_of(layout, "note")]


def test_two_studies() -> None:
    layout = forest_layout(result_of(TWO, "HR"), favours=("favours A", "favours B"))
    assert kinds(layout) == ["study", "study", "rule", "overall", "note"]
    first, overall = layout.rows[0], layout.rows[3]
    assert first.cells["estimate"] == "0.62"
    assert first.cells["ci"] == "[0.48 to 0.81]"
    assert first.estimate == pytest.approx(0.62, rel=1e-14)
    assert overall.label == "Common effect (k = 2)"
    assert overall.cells["weight"] == "100.0%"
    assert [column.key for column in layout.columns] == ["label", "estimate", "ci", "weight"]
    assert [column.header for column in layout.columns] == ["Study", "HR", "[95% CI]", "Weight"]
    assert layout.axis.label == "Hazard ratio (log scale)"
    assert layout.axis.null == 1.0
    assert layout.favours == ("favours A", "favours B")


def test_common_effect_states_no_between_study_variance() -> None:
    (note,) = notes(forest_layout(result_of(TWO, "HR")))
    assert note.startswith("I² = 41%; Q = 1.71, df = 1, p = ")
    assert "τ²" not in note


def test_random_effects_state_variance_and_prediction_interval() -> None:
    result = result_of(bcg_effects(), "RR", pi=Interval(math.log(0.14), math.log(1.75), 0.95))
    layout = forest_layout(result)
    heterogeneity, prediction = notes(layout)
    assert heterogeneity.startswith("τ² = 0.309; I² = 9")
    assert "Q = 152.23, df = 12" in heterogeneity
    assert prediction == "95% prediction interval 0.14 to 1.75"
    (overall,) = rows_of(layout, "overall")
    assert overall.label == "Random effects, Hartung–Knapp (k = 13)"
    assert overall.prediction is not None
    assert overall.prediction.high == pytest.approx(1.75, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "ci_method", "words"),
    [
        ("random-effects", "wald", "Random effects, Wald interval (k = 2)"),
        ("random-effects", "hartung-knapp-adhoc", "Random effects, ad hoc Hartung–Knapp (k = 2)"),
        ("random-effects", "t", "Random effects, t interval (k = 2)"),
        ("common-effect", "t", "Common effect, t interval (k = 2)"),
    ],
)
def test_a_diamond_says_what_it_is(model: str, ci_method: str, words: str) -> None:
    result = replace(result_of(TWO, "HR"), model=model, ci_method=ci_method)
    assert rows_of(forest_layout(result), "overall")[0].label == words


def test_one_study_is_not_pooled() -> None:
    layout = forest_layout(result_of(TWO[:1], "HR"))
    assert kinds(layout) == ["study", "note"]
    assert notes(layout) == ["One study: reported, not pooled"]
    assert "weight" not in [column.key for column in layout.columns]
    assert "Alpha: 0.62, 95% confidence interval 0.48 to 0.81." in layout.description


def test_counts_make_columns_with_totals() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR"), group_labels=("Vaccinated", "Control"))
    assert [(c.key, c.spanner) for c in layout.columns[1:5]] == [
        ("events_1", "Vaccinated"),
        ("n_1", "Vaccinated"),
        ("events_2", "Control"),
        ("n_2", "Control"),
    ]
    assert layout.rows[3].cells["n_1"] == "13\N{THIN SPACE}598"
    (overall,) = rows_of(layout, "overall")
    totals = [overall.cells[key] for key in ("events_1", "n_1", "events_2", "n_2")]
    assert totals == ["1065", "191\N{THIN SPACE}064", "1510", "166\N{THIN SPACE}283"]


def test_a_row_without_counts_gets_a_dash_and_no_total_is_claimed() -> None:
    counted = replace(TWO[1], counts=Counts(events_1=3, n_1=10, events_2=5, n_2=11))
    layout = forest_layout(result_of((TWO[0], counted), "RR"))
    assert layout.rows[0].cells["events_1"] == "–"
    assert layout.rows[1].cells["events_1"] == "3"
    assert rows_of(layout, "overall")[0].cells["events_1"] == ""


def test_a_shared_comparator_is_not_counted_twice() -> None:
    counts = Counts(events_1=3, n_1=10, events_2=5, n_2=11)
    effects = [
        replace(effect, counts=counts, cohort_id=name, comparator_id="shared")
        for effect, name in zip(TWO, "ab", strict=True)
    ]
    (overall,) = rows_of(forest_layout(result_of(effects, "RR")), "overall")
    assert (overall.cells["n_1"], overall.cells["n_2"]) == ("20", "")


def test_proportions() -> None:
    effects = [proportion("A", 0, 7), proportion("B", 4, 27), proportion("C", 41, 269)]
    layout = forest_layout(result_of(effects, "PLO", outcome="Objective response"))
    first = layout.rows[0]
    assert (first.estimate, first.cells["estimate"]) == (0.0, "0.0")
    assert first.interval is not None
    assert first.interval.low == 0.0
    # Exact upper bound for 0 of n: 1 - (alpha/2)^(1/n).
    assert first.interval.high == pytest.approx(1 - 0.025 ** (1 / 7), rel=1e-12)
    assert layout.axis.label == "Objective response, %"
    assert layout.axis.low == 0.0
    assert [c.key for c in layout.columns[:3]] == ["label", "events_1", "n_1"]
    assert layout.columns[1].spanner == ""
    assert notes(layout)[-1].endswith("%")


def test_favours_needs_a_null_value() -> None:
    with pytest.raises(OptionError, match="'PLO' has none"):
        forest_layout(result_of([proportion("A", 1, 7)], "PLO"), favours=("a", "b"))


def test_groups() -> None:
    effects = (*TWO, ratio("Gamma", 1.1, 0.8, 1.5))
    result = result_of(effects, "HR")
    layout = forest_layout(result, subgroups=grouped(result, ["x", "y", "x"]))
    assert kinds(layout) == [
        "group", "study", "study", "summary", "note",
        "group", "study",
        "rule", "overall", "note", "note", "note",
    ]  # fmt: skip
    assert [row.label for row in rows_of(layout, "study")] == ["Alpha", "Gamma", "Beta"]
    assert [row.index for row in rows_of(layout, "study")] == [0, 2, 1]
    (summary,) = rows_of(layout, "summary")
    assert summary.weight == pytest.approx(result.weights[0] + result.weights[2], rel=1e-14)
    assert notes(layout)[-1] == "Test between groups: Q = 3.50, df = 1, p = 0.17"
    assert layout.footnotes == ("Groups with one study are reported, not pooled.",)


def test_a_common_variance_is_stated_once_and_not_per_group() -> None:
    effects = (*TWO, ratio("Gamma", 1.1, 0.8, 1.5), ratio("Delta", 1.2, 0.8, 1.8))
    result = result_of(effects, "HR")
    layout = forest_layout(result, subgroups=grouped(result, ["x", "x", "y", "y"], mode="common"))
    assert not [row for row in rows_of(layout, "note") if row.group]
    assert "Within groups: common τ² = 0.210" in notes(layout)


def test_intervals_that_all_groups_share_are_stated_once() -> None:
    result = result_of(bcg_effects(), "RR")
    layout = forest_layout(result, subgroups=grouped(result, ["x"] * 7 + ["y"] * 6))
    labels = [row.label for row in rows_of(layout, "summary")]
    assert labels == ["Random effects (k = 7)", "Random effects (k = 6)"]
    assert "Intervals of groups: Hartung–Knapp" in notes(layout)


def test_intervals_that_differ_are_stated_at_each_group() -> None:
    result = result_of(bcg_effects(), "RR")
    layout = forest_layout(result, subgroups=grouped(result, ["x"] * 11 + ["y"] * 2))
    labels = [row.label for row in rows_of(layout, "summary")]
    assert labels == ["Random effects, Hartung–Knapp (k = 11)", "Common effect (k = 2)"]
    assert not [note for note in notes(layout) if note.startswith("Intervals")]


def test_groups_of_the_result_are_used() -> None:
    result = result_of(TWO, "HR")
    layout = forest_layout(replace(result, subgroups=grouped(result, ["x", "y"])))
    assert [row.label for row in rows_of(layout, "group")] == ["x", "y"]


def test_groups_that_lose_a_study_are_refused() -> None:
    result = result_of(TWO, "HR")
    groups = replace(grouped(result, ["x", "y"]), indices=((0,), (0,)))
    with pytest.raises(OptionError, match="each of the 2 effects once"):
        forest_layout(result, subgroups=groups)


def test_a_test_between_groups_that_is_not_estimable_says_why() -> None:
    result = result_of(TWO, "HR")
    groups = replace(grouped(result, ["x", "y"]), Q_between=NotEstimable("one group only"))
    assert notes(forest_layout(result, subgroups=groups))[-1].endswith("not estimable (one group only)")


def test_daggers_name_the_route_and_the_adjustment() -> None:
    medians = Route(name="medians and p", grade=5, formula="log(m2/m1)")
    effects = [
        TWO[0],
        replace(TWO[1], label="Beta", route=medians),
        replace(TWO[1], label="Gamma", adjustment="1/2 added to every cell"),
        replace(TWO[1], label="Delta", route=medians),
    ]
    layout = forest_layout(result_of(effects, "HR"))
    assert [row.mark for row in rows_of(layout, "study")] == ["", "†", "‡", "†"]
    assert layout.footnotes == (
        "† hazard ratio from medians and p value, assuming exponential survival",
        "‡ 1/2 added to every cell",
    )


def test_signs_never_run_out() -> None:
    effects = [replace(TWO[0], adjustment=f"remark {i}") for i in range(9)]
    layout = forest_layout(result_of(effects, "HR"))
    assert len({row.mark for row in rows_of(layout, "study")}) == 9
    assert layout.footnotes[4] == "†† remark 4"


def test_infinite_and_undefined_values_draw_nothing() -> None:
    effects = [
        TWO[0],
        Effect(label="no estimate", yi=math.nan, vi=1.0, route=GIVEN),
        Effect(label="no information", yi=0.1, vi=math.inf, route=GIVEN),
    ]
    base = result_of((TWO[0], TWO[1], TWO[0]), "HR")
    result = replace(base, effects=replace(base.effects, effects=tuple(effects)), pi=NotEstimable("x"))
    _, lost, wide = forest_layout(result).rows[:3]
    assert (lost.estimate, lost.interval, lost.cells["estimate"]) == (None, None, "not estimable")
    assert wide.interval == Interval(0.0, math.inf)
    assert wide.cells["ci"] == "[0.00 to ∞]"


def test_labels_are_one_line_of_legal_characters() -> None:
    effects = [replace(TWO[0], label=" a\nb\x00c\ud800 \t d ")]
    assert forest_layout(result_of(effects, "HR")).rows[0].label == "a b c\N{REPLACEMENT CHARACTER} d"


def test_table_beside_the_figure() -> None:
    effects = [ratio("Narrow", 0.8, 0.6, 1.05), ratio("Wide", 1.1, 0.0001, 12000)]
    layout = forest_layout(result_of(effects, "HR"))
    table = to_table(layout)
    assert [row["kind"] for row in table] == ["study", "study", "overall"]
    assert [(row["clipped_low"], row["clipped_high"]) for row in table] == [
        (False, False),
        (True, True),
        (False, False),
    ]
    assert table[0]["label"] == "Narrow"
    assert table[0]["estimate"] == pytest.approx(0.8, rel=1e-11)
    assert table[0]["prediction_low"] is None
    assert sum(row["weight"] for row in table[:2]) == pytest.approx(1, rel=1e-11)


def test_infinity_in_the_table_is_undefined() -> None:
    result = replace(result_of(TWO, "HR"), ci=Interval(-math.inf, 0.3))
    row = to_table(forest_layout(result))[-1]
    assert (row["low"], row["clipped_low"]) == (0.0, True)
    result = replace(result_of(TWO, "HR"), ci=Interval(-0.3, math.inf))
    row = to_table(forest_layout(result))[-1]
    assert (row["high"], row["clipped_high"]) == (None, True)


def test_description_tells_the_result() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR", outcome="Tuberculosis"))
    assert layout.name == "Forest plot: Tuberculosis"
    assert layout.description.startswith("Forest plot of the risk ratio in 13 studies.")
    assert "Random effects, Hartung–Knapp (k = 13): 0.49, 95% confidence interval" in layout.description


def test_the_layout_needs_no_drawing_library() -> None:
    code = (
        "import sys, metasyn.plots.forest_layout, metasyn.plots.compose; print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
