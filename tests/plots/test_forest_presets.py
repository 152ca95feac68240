"""Each preset writes numbers, words and columns as its publisher does, and loses no row."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from forest_builders import bcg_effects, grouped, proportion, ratio, result_of
from forest_reader import check_rows
from test_chart_drawing import every_text
from test_forest_drawing import many

from metasyn.effects import EffectSet, get_measure
from metasyn.errors import OptionError
from metasyn.plots import forest_layout
from metasyn.plots.draw import scene_of
from metasyn.plots.model import ForestLayout
from metasyn.plots.presets import PRESETS, theme_of
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.vocabulary import ForestPreset, choices

ALL = choices(ForestPreset)


def bcg() -> SynthesisResult:
    return result_of(bcg_effects(), "RR")


def layout_of(preset: str, **options: object) -> ForestLayout:
    return forest_layout(bcg(), preset=preset, **options)  # type: ignore[arg-type]


def notes(layout: ForestLayout) -> list[str]:
    return [row.label for row in layout.rows if row.kind == "note"]


def test_every_word_has_a_preset_and_another_is_refused() -> None:
    assert tuple(PRESETS) == ALL
    with pytest.raises(OptionError, match="'jama'"):
        theme_of("nejm")  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", ALL)
@pytest.mark.parametrize("k", [1, 2, 13])
def test_rows_are_where_they_belong(preset: str, k: int) -> None:
    result = result_of(bcg_effects()[:k], "RR")
    check_rows(result, forest_layout(result, preset=preset, favours=("left", "right")))  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", ALL)
def test_groups_with_the_name_of_a_study_and_equal_names(preset: str) -> None:
    effects = [ratio("Same", 0.5, 0.3, 0.8), ratio("Same", 1.5, 1.1, 2.0), ratio("Same", 0.9, 0.001, 90)]
    result = result_of(effects, "HR")
    layout = forest_layout(
        result,
        preset=preset,  # type: ignore[arg-type]
        subgroups=grouped(result, ["Same", "other", "Same"]),
        axis_limits=(0.6, 1.4),
    )
    check_rows(result, layout)


@pytest.mark.parametrize("preset", ALL)
def test_proportions(preset: str) -> None:
    result = result_of([proportion("A", 0, 7), proportion("B", 41, 269), proportion("C", 3, 3)], "PLO")
    layout = forest_layout(result, preset=preset)  # type: ignore[arg-type]
    check_rows(result, layout)
    assert any(column.key.endswith("_1") for column in layout.columns)
    assert not any(column.key.endswith("_2") for column in layout.columns)
    assert all(column.header for column in layout.columns)


@pytest.mark.parametrize(
    ("preset", "ci", "count", "header"),
    [
        ("metasyn", "[0.13 to 1.26]", "4", "Study"),
        ("jama", "(0.13-1.26)", "4/123", "Source"),
        ("bmj", "(0.13 to 1.26)", "4/123", "Study"),
        ("lancet", "(0·13–1·26)", "4/123", "Study"),
        ("revman-2025", "[0.13, 1.26]", "4", "Study or subgroup"),
    ],
)
def test_intervals_counts_and_headings(preset: str, ci: str, count: str, header: str) -> None:
    layout = layout_of(preset)
    assert layout.rows[0].cells["ci"] == ci
    assert layout.rows[0].cells[layout.columns[1].key if layout.columns[1].side == "left" else ""] == count
    assert layout.columns[0].header == header


@pytest.mark.parametrize(
    ("preset", "keys"),
    [
        ("jama", "label counts_1 counts_2 estimate ci | weight"),
        ("bmj", "label counts_1 counts_2 | weight estimate ci"),
        ("lancet", "label counts_1 counts_2 | estimate ci weight"),
        ("revman-2025", "label events_1 n_1 events_2 n_2 weight estimate ci |"),
    ],
)
def test_the_order_of_columns(preset: str, keys: str) -> None:
    columns = layout_of(preset).columns
    sides = [" ".join(c.key for c in columns if c.side == side) for side in ("left", "right")]
    assert " | ".join(sides).strip() == keys


def test_jama_words() -> None:
    layout = layout_of("jama", favours=("Favors vaccine", "Favors control"))
    heterogeneity, overall, _prediction = notes(layout)
    # 12 degrees of freedom; I2 without decimals, no tau2, no zero before the point of P.
    assert re.fullmatch(r"Heterogeneity: χ²₁₂ = 152\.23 \(P = \.03\); I² = 92%", heterogeneity)
    assert overall.endswith("(P = .010)")
    assert "τ²" not in " ".join(notes(layout))
    assert layout.axis.label == "Risk ratio (95% CI)"
    assert layout.rows[0].cells["weight"].endswith("%") is False


def test_jama_has_no_test_between_groups_and_no_empty_rows() -> None:
    result = bcg()
    groups = grouped(result, [effect.attributes["allocation"] for effect in bcg_effects()])
    texts = notes(forest_layout(result, preset="jama", subgroups=groups))
    assert not [text for text in texts if "between" in text or "subgroup" in text]
    assert theme_of("jama").marks.group_gap == 0


def test_jama_puts_directions_on_top_in_bold() -> None:
    drawing = check_rows(bcg(), layout_of("jama", favours=("Favors vaccine", "Favors control")))
    element = drawing.elements["favours-left"]
    assert element.get("font-weight") == "bold"
    assert drawing.baseline("favours-left") < drawing.baseline("row-0-label")
    bottom = check_rows(bcg(), layout_of("bmj", favours=("a", "b")))
    assert bottom.baseline("favours-left") > bottom.baseline("row-14-label")


def test_bmj_words_and_colours() -> None:
    layout = layout_of("bmj")
    assert notes(layout)[0] == "Heterogeneity: τ²=0.31, χ²=152.23, df=12, P=0.03, I²=92%"
    assert notes(layout)[1].startswith("Test for overall effect: z=")
    drawing = check_rows(bcg(), layout)
    point = drawing.elements["row-0-point"]
    assert (point.get("fill"), point.get("stroke"), point.get("stroke-width")) == (
        "#6b58a6",
        "#ffffff",
        "0.5",
    )
    assert drawing.elements["null"].get("stroke") == "#a7a9ac"


def test_bmj_tests_the_effect_in_each_subgroup() -> None:
    result = bcg()
    groups = grouped(result, [effect.attributes["allocation"] for effect in bcg_effects()])
    texts = notes(forest_layout(result, preset="bmj", subgroups=groups))
    assert sum(text.startswith("Test for effect in subgroup") for text in texts) == 3
    assert texts[-1] == "Test for subgroup differences: χ²=3.50, df=2, P=0.17"


def test_lancet_numbers_have_raised_points_everywhere() -> None:
    layout = layout_of("lancet")
    row = next(row for row in layout.rows if row.kind == "overall")
    texts = [*notes(layout), *row.cells.values(), *(tick.label for tick in layout.axis.ticks)]
    assert not [text for text in texts if re.search(r"\d\.\d", text)]
    assert [text for text in texts if re.search(r"\d·\d", text)]


def test_revman_states_its_methods_below() -> None:
    result = pool(bcg().effects, ci_method="hartung-knapp", tau2_method="REML")
    layout = forest_layout(result, preset="revman-2025")
    assert layout.footnotes == ("Interval of the total: Hartung–Knapp.", "Tau² by REML.")
    assert notes(layout)[0].startswith("Heterogeneity: Tau² = 0.313; Chi² = 152.23, df = 12 (P < 0.00001)")
    assert "t = " in notes(layout)[1]
    assert "df = 12" in notes(layout)[1]
    overall = next(row for row in layout.rows if row.kind == "overall")
    assert overall.label == "Total (95% CI)"
    drawing = check_rows(result, layout)
    number = layout.rows.index(overall)
    assert drawing.fill(f"row-{number}-diamond") == "#000000"


@pytest.mark.parametrize("preset", ALL)
def test_no_template_is_left_in_any_text(preset: str) -> None:
    result = bcg()
    groups = grouped(result, [effect.attributes["allocation"] for effect in bcg_effects()], mode="common")
    layout = forest_layout(result, preset=preset, subgroups=groups)  # type: ignore[arg-type]
    texts = [row.label for row in layout.rows] + [column.header for column in layout.columns]
    assert not [text for text in (*texts, layout.panel_header, layout.axis.label) if "{" in text]


@pytest.mark.parametrize("preset", ALL)
def test_hostile_words_stay_words(preset: str) -> None:
    name = '{level} <script>&"# $x$ =1+1'
    result = result_of([ratio(name, 0.5, 0.3, 0.8), ratio("b", 0.6, 0.3, 0.8)], "HR", outcome=name)
    layout = forest_layout(
        result,
        preset=preset,  # type: ignore[arg-type]
        title=name,
        favours=(name, name),
        group_labels=(name, name),
        label_header=name,
        axis_label=name,
        subgroups=grouped(result, [name, name]),
    )
    drawing = check_rows(result, layout)
    assert drawing.text("title").split() == name.split()


def test_undefined_tests_are_left_out_and_the_interval_of_negative_values_has_a_word() -> None:
    effects = [replace(effect, yi=effect.yi) for effect in bcg_effects()]
    layout = forest_layout(result_of(effects, "MD"), preset="jama")
    assert " to " in layout.rows[0].cells["ci"]
    proportions = result_of([proportion("B", 41, 269), proportion("C", 3, 9)], "PLO")
    from metasyn.values import NotEstimable

    no_test = replace(proportions, statistic=NotEstimable("no null"), pvalue=NotEstimable("no null"))
    assert not [text for text in notes(forest_layout(no_test, preset="jama")) if "overall" in text]


@pytest.mark.parametrize("preset", ALL)
def test_three_hundred_rows_in_groups_clipped_and_as_wide_as_a_page(preset: str) -> None:
    result = result_of(many(300), "OR")
    groups = grouped(result, [f"Trial {i % 7}" for i in range(300)])
    layout = forest_layout(
        result,
        preset=preset,  # type: ignore[arg-type]
        subgroups=groups,
        axis_limits=(0.5, 1.5),
        width="two-column",
    )
    check_rows(result, layout)


@pytest.mark.parametrize("preset", ALL)
@pytest.mark.parametrize("width", ["free", "one-column"])
def test_names_of_three_hundred_letters(preset: str, width: str) -> None:
    effects = [ratio("x" * 300, 0.5, 0.3, 0.8), ratio("a word " * 43, 1.5, 1.1, 2.0), ratio("", 1, 0.5, 2)]
    result = result_of(effects, "HR")
    layout = forest_layout(result, preset=preset, width=width, title="y" * 300)  # type: ignore[arg-type]
    drawing = check_rows(result, layout)
    assert drawing.text("title").replace(" ", "") == "y" * 300


@pytest.mark.parametrize("preset", choices(ForestPreset))
def test_headings_and_directions_are_not_cut_inside_a_word(preset: ForestPreset) -> None:
    result = pool(EffectSet(measure=get_measure("RR"), effects=bcg_effects()[:2]))
    layout = forest_layout(
        result, preset=preset, width="two-column", favours=("favours vaccine", "favours control"),
        group_labels=("Vaccinated", "Control"),
    )  # fmt: skip
    shown = [word for text in every_text(scene_of(layout).items) for word in text.text.split()]
    assert [shown.count(word) for word in ("favours", "vaccine", "control", "Vaccinated")] == [2, 1, 1, 1]
