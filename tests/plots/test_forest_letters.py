"""Letters of every script: drawn, or named where no font has them."""

from __future__ import annotations

import pytest
from forest_builders import ratio, result_of
from forest_reader import Drawing, check_rows
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font

from metasyn.plots import figure_bytes, fonts, forest_layout, missing_letters
from metasyn.plots.fonts import unknown_letters
from metasyn.plots.forest_words import clean_text
from metasyn.plots.model import ForestLayout

NAMES = ["李 2020", "Łódź", "Ελλάδα", "כהן 2017", "مجموعة 2018"]


def layout_of(*names: str) -> ForestLayout:
    effects = [ratio(name, 0.5 + 0.1 * i, 0.3, 0.9) for i, name in enumerate(names)]
    return forest_layout(result_of(effects, "HR"))


def test_names_stay_letters_and_numbers_keep_their_place() -> None:
    result = result_of([ratio(name, 0.5, 0.3, 0.8) for name in NAMES], "HR")
    drawing = check_rows(result, forest_layout(result))
    assert drawing.text("row-0-label") == "李 2020"
    assert drawing.text("row-3-label") == "\u200eכהן\u200e 2017"


def test_what_dejavu_has_is_never_missing() -> None:
    assert missing_letters(layout_of("Łódź", "Ελλάδα τ²", "Ж", "→ ‡")) == ""


def test_letters_that_no_font_has_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", list)
    fonts.undrawable_letters.cache_clear()
    try:
        text = missing_letters(layout_of("李 2020", "🧪 李"))
    finally:
        fonts.undrawable_letters.cache_clear()
    assert "李 (U+674E, CJK UNIFIED IDEOGRAPH-674E), 🧪 (U+1F9EA, TEST TUBE)" in text
    assert text.count("李") == 1


def test_letters_of_another_font_of_the_machine_are_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    there = f"{get_data_path()}/fonts/ttf/STIXGeneral.ttf"
    letter = next(
        c for c in map(chr, sorted(FT2Font(there).get_charmap())) if unknown_letters(c) and clean_text(c) == c
    )
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: ["/no/such/font.ttf", there])
    fonts.undrawable_letters.cache_clear()
    try:
        text = missing_letters(layout_of(f"李{letter}", "b"))
    finally:
        fonts.undrawable_letters.cache_clear()
    assert "U+674E" in text
    assert f"U+{ord(letter):04X}" not in text


def test_hostile_directions_do_not_turn_the_row_round() -> None:
    layout = layout_of("a\u202eb 1998", "b")
    assert "\u202e" not in Drawing.read(layout).text("row-0-label")


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_any_script_are_the_same_every_time(name: str) -> None:
    layout = layout_of(name, "b")
    assert figure_bytes(layout, "png", dpi=30) == figure_bytes(layout, "png", dpi=30)
