"""Colours that can be told apart: on paper and screen, by colour-blind readers, in grey."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from forest_builders import bcg_effects, result_of
from forest_reader import Drawing
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.plots import figure_bytes, forest_layout, svg_text
from metasyn.plots.presets import PRESETS
from metasyn.plots.scene import Palette, Role
from metasyn.plots.style import DARK, LIGHT

Vector = NDArray[np.float64]

TEXTS: tuple[Role, ...] = ("ink", "grey")
MARKS: tuple[Role, ...] = ("study", "interval", "summary", "prediction", "added", "warning", "null")
KINDS: tuple[Role, ...] = ("study", "summary", "prediction")

# Machado GM, Oliveira MM, Fernandes LAF. IEEE Trans Vis Comput Graph 2009;15:1291-1298, table for
# severity 1.0. 10.1109/TVCG.2009.113
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _TO_XYZ @ np.ones(3)


def linear(color: str) -> Vector:
    """Light of an sRGB colour (IEC 61966-2-1)."""
    shares = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    low, high = sorted(float((_TO_XYZ @ linear(color))[1]) for color in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(light: Vector) -> Vector:
    """CIE 1976 L*a*b*, D65."""
    t = _TO_XYZ @ np.clip(light, 0, 1) / _WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


OWN = {"light": LIGHT, "dark": DARK}
ALL = {**OWN, **{name: theme.light for name, theme in PRESETS.items() if name != "metasyn"}}


def test_the_formulas_on_known_colours() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    for matrix in SIGHTS.values():
        assert matrix.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_text_is_readable(name: str) -> None:
    palette = ALL[name]
    assert min(contrast(palette[role], palette["paper"]) for role in TEXTS) >= 4.5


@pytest.mark.parametrize("name", ALL)
def test_marks_stand_out(name: str) -> None:
    palette = ALL[name]
    # The line of no effect of the BMJ is as pale as the journal prints it.
    roles = [role for role in MARKS if not (name == "bmj" and role == "null")]
    low = {role: contrast(palette[role], palette["paper"]) for role in roles}
    assert {role for role, value in low.items() if value < 3} == set()


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("sight", SIGHTS)
def test_study_summary_and_prediction_differ_for_every_sight(name: str, sight: str) -> None:
    seen = [lab(SIGHTS[sight] @ linear(OWN[name][role])) for role in KINDS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 20


@pytest.mark.parametrize("name", OWN)
def test_study_summary_and_prediction_differ_in_grey(name: str) -> None:
    lightness = [lab(linear(OWN[name][role]))[0] for role in KINDS]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) >= 8


@pytest.mark.parametrize("palette", ALL.values(), ids=ALL)
def test_bands_grow_darker_or_lighter_in_order(palette: Palette) -> None:
    distances = [contrast(palette[role], palette["paper"]) for role in ("band-1", "band-2", "band-3")]
    assert distances == sorted(set(distances))
    assert contrast(palette["ink"], palette["band-3"]) >= 4.5


def test_dark_figures_have_the_same_places_and_other_colours() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR"))
    light = Drawing.read(layout)
    dark = Drawing.of(svg_text(layout, "f", palette="dark"), layout, "f")
    assert set(light.elements) == set(dark.elements)
    assert light.points("row-3-point") == dark.points("row-3-point")
    assert (light.fill("row-3-point"), dark.fill("row-3-point")) == (LIGHT["study"], DARK["study"])
    pictures = {palette: figure_bytes(layout, "png", dpi=20, palette=palette) for palette in OWN}  # type: ignore[arg-type]
    assert pictures["light"] != pictures["dark"]


def test_every_colour_of_a_figure_belongs_to_its_palette() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR"), favours=("a", "b"), models=True)
    for name, palette in OWN.items():
        root = Drawing.of(svg_text(layout, "f", palette=name), layout, "f").root  # type: ignore[arg-type]
        used = {e.get(key) for e in root.iter() for key in ("fill", "stroke")} - {None, "none"}
        assert used <= set(palette.colors.values())


def test_another_palette_is_refused() -> None:
    layout = forest_layout(result_of(bcg_effects(), "RR"))
    with pytest.raises(OptionError, match="'light', 'dark'"):
        figure_bytes(layout, "svg", palette="sepia")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="'light', 'dark'"):
        svg_text(layout, "f", palette="sepia")  # type: ignore[arg-type]
