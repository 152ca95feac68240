"""Figures of a journal's width: exactly so wide, nothing smaller than 6 pt, nothing lost without a word."""

from __future__ import annotations

import pytest
from forest_builders import bcg_effects, grouped, ratio, result_of
from forest_reader import Drawing, check_rows
from test_forest_drawing import many

from metasyn.errors import OptionError
from metasyn.plots import fit_width, forest_layout
from metasyn.plots.fonts import text_width
from metasyn.plots.model import ForestLayout
from metasyn.plots.scene import Pen
from metasyn.vocabulary import FigureWidth, ForestPreset, choices

PRESETS = choices(ForestPreset)
WIDTHS = tuple(word for word in choices(FigureWidth) if word != "free")


def page_width(drawing: Drawing) -> float:
    return float(drawing.root.get("viewBox", "").split()[2])


def extents(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    """Left, right, baseline and size of every text."""
    found = []
    for element in drawing.elements.values():
        if not element.tag.endswith("}text"):
            continue
        size = float(element.get("font-size", "0"))
        pen = Pen(size=size, leading=size, bold=element.get("font-weight") == "bold")
        wide, x = text_width(element.text or "", pen), float(element.get("x", "0"))
        left = x - {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", ""), 0.0)
        found.append((left, left + wide, float(element.get("y", "0")), size))
    return found


def assert_readable(drawing: Drawing) -> None:
    """All texts on the page, none below 6 pt, none over another."""
    texts = extents(drawing)
    wide = page_width(drawing)
    assert min(size for *_, size in texts) >= 6.0
    assert min(left for left, *_ in texts) >= -0.3
    assert max(right for _, right, *_ in texts) <= wide + 0.3
    for i, (left, right, y, size) in enumerate(texts):
        for left2, right2, y2, size2 in texts[i + 1 :]:
            if abs(y - y2) < 0.75 * min(size, size2):
                assert right <= left2 + 0.6 or right2 <= left + 0.6


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("width", WIDTHS)
def test_journal_widths(preset: str, width: str) -> None:
    result = result_of(bcg_effects(), "RR")
    layout = forest_layout(
        result,
        preset=preset,  # type: ignore[arg-type]
        width=width,  # type: ignore[arg-type]
        favours=("favours vaccine", "favours control"),
        group_labels=("Vaccinated", "Control"),
    )
    drawing = check_rows(result, layout)
    theme = layout.theme
    mm = {"one-column": theme.one_column, "two-column": theme.two_column, "a4": 170.0}[width]
    assert page_width(drawing) == pytest.approx(mm * 72 / 25.4, abs=1e-3)
    assert_readable(drawing)
    assert drawing.length() > 45


@pytest.mark.parametrize("preset", PRESETS)
def test_grouped_figures_in_one_column(preset: str) -> None:
    result = result_of(bcg_effects(), "RR")
    groups = grouped(result, [effect.attributes["allocation"] for effect in bcg_effects()])
    layout = forest_layout(result, preset=preset, subgroups=groups, width="one-column")  # type: ignore[arg-type]
    assert_readable(check_rows(result, layout))


@pytest.mark.parametrize("k", [1, 2, 60])
def test_any_number_of_rows_in_one_column(k: int) -> None:
    result = result_of(many(k), "OR")
    assert_readable(check_rows(result, forest_layout(result, width="one-column")))


def test_columns_go_in_the_stated_order_and_are_named() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR"), group_labels=("A", "B"))
    dropped = [fit_width(layout, width).dropped for width in (480, 340, 241)]
    counts = ("A: Events", "A: n", "B: Events", "B: n")
    assert dropped[0] == ()
    assert dropped[1] == ("Weight",)
    assert dropped[2] == (*counts, "Weight")
    narrow = fit_width(layout, 241)
    assert [column.key for column in narrow.columns] == ["label", "estimate", "ci"]
    assert narrow.description.endswith("Not shown for want of room: " + ", ".join(dropped[2]) + ".")


def test_free_is_as_before_and_a_wide_figure_has_a_longer_axis() -> None:
    layout = forest_layout(result_of(many(3), "OR"))
    assert fit_width(layout, "free") is layout
    wide, usual = Drawing.read(fit_width(layout, 700)), Drawing.read(layout)
    assert page_width(wide) == pytest.approx(700)
    assert wide.length() > usual.length()


@pytest.mark.parametrize("width", ["b5", 0, -3, float("nan"), float("inf"), True])
def test_widths_that_are_none_are_refused(width: object) -> None:
    with pytest.raises(OptionError, match="width must be one of"):
        fit_width(layout_of_two(), width)  # type: ignore[arg-type]


def test_a_figure_that_cannot_be_so_narrow_says_what_it_needs() -> None:
    with pytest.raises(OptionError, match="100 points are too few") as refused:
        fit_width(layout_of_two(), 100)
    needed = int(str(refused.value).split()[-1].rstrip("."))
    assert fit_width(layout_of_two(), needed).width == needed


def layout_of_two() -> ForestLayout:
    effects = [ratio("x" * 60, 0.5, 0.3, 0.8), ratio("A long name of a study, 1998", 1.5, 1.1, 2.0)]
    return forest_layout(result_of(effects, "HR"))


def test_numbers_of_a_short_axis_do_not_touch() -> None:
    result = result_of(many(12), "OR")
    layout = forest_layout(result, axis_limits=(0.02, 64), width=200)
    drawing = check_rows(result, layout)
    ticks = [name for name in drawing.elements if name.startswith("tick-") and "label" not in name]
    labels = [name for name in drawing.elements if name.startswith("tick-") and "label" in name]
    assert len(ticks) == len(layout.axis.ticks)
    assert 2 <= len(labels) < len(ticks)
    assert "1" in [drawing.text(name) for name in labels]
    assert_readable(drawing)
