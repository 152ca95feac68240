"""The look of `metasyn forest`: presets, widths, prediction intervals, dark."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

TABLE = (
    "label,estimate,ci_low,ci_high\nAlpha,0.6,0.4,0.9\nBeta \N{TEST TUBE},0.8,0.5,1.2\nGamma,0.7,0.5,1.0\n"
)


@pytest.fixture
def draw(metasyn, tmp_path):
    """Draw the table with some options; the answer and the picture."""
    (tmp_path / "trials.csv").write_text(TABLE, encoding="utf-8")

    def run(*options, out="forest.svg"):
        answer = metasyn("forest", "trials.csv", "--measure", "HR", "--out", out, *options, cwd=tmp_path)
        made = tmp_path / out
        return answer, made.read_bytes() if made.exists() else b""

    return run


def test_a_preset_a_width_and_a_dark_ground(draw):
    answer, svg = draw("--preset", "lancet", "--width", "one-column", "--dark")
    assert answer.code == 0
    root = ET.fromstring(svg)
    assert float(root.get("viewBox").split()[2]) == pytest.approx(75 * 72 / 25.4, abs=1e-3)
    assert root[2].get("fill") == "#14171c"
    assert "0·60" in svg.decode()
    assert "no room for the columns Weight" in answer.err


@pytest.mark.parametrize("style", ["line", "bar", "polygon", "density"])
def test_prediction_intervals(draw, style):
    answer, svg = draw("--pi-style", style)
    assert answer.code == 0
    ids = [e.get("id", "") for e in ET.fromstring(svg).iter()]
    assert [name for name in ids if name.endswith("-pi")]
    assert any(name.endswith("-pi-within") for name in ids) is (style == "density")


def test_width_in_points(draw):
    _, svg = draw("--width", "612.5")
    assert float(ET.fromstring(svg).get("viewBox").split()[2]) == pytest.approx(612.5)


def test_letters_that_cannot_be_drawn_are_named_for_pictures(draw, monkeypatch):
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", list)
    from metasyn.plots.fonts import undrawable_letters

    undrawable_letters.cache_clear()
    try:
        pictures = [draw(out=name)[0].err for name in ("forest.png", "forest.svg")]
    finally:
        undrawable_letters.cache_clear()
    assert ["U+1F9EA" in text for text in pictures] == [True, False]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--preset", "nejm"), "revman-2025"),
        (("--width", "b5"), "one-column"),
        (("--width", "20"), "20 points are too few"),
        (("--pi-style", "violin"), "polygon"),
    ],
)
def test_words_that_are_none_are_refused(draw, options, said):
    answer, made = draw(*options)
    assert answer.code == 2
    assert said in answer.err
    assert made == b""
