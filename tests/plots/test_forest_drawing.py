"""What is in the file is what is in the rows: labels and coordinates read back from the SVG."""

from __future__ import annotations

import hashlib
import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from forest_builders import GIVEN, bcg_effects, grouped, proportion, ratio, result_of
from forest_reader import ERROR, SVG, Drawing, assert_at, check_rows

from metasyn.effects.model import Effect
from metasyn.errors import OptionError, ReportError
from metasyn.plots import draw, figure_bytes, fonts, forest_layout, svg_text
from metasyn.values import Interval


def many(k: int) -> list[Effect]:
    """Made-up odds ratios without any random numbers."""
    return [
        Effect(label=f"Trial {i + 1}", yi=0.6 * math.sin(i) - 0.2, vi=0.01 + 0.02 * (i % 7), route=GIVEN)
        for i in range(k)
    ]


@pytest.mark.parametrize("k", [1, 2, 60, 300])
def test_any_number_of_rows(k: int) -> None:
    result = result_of(many(k), "OR")
    check_rows(result, forest_layout(result))


def test_equal_names_stay_on_their_own_rows() -> None:
    effects = [ratio("Same", 0.5, 0.3, 0.8), ratio("Same", 1.5, 1.1, 2.0), ratio("Same", 0.9, 0.7, 1.2)]
    result = result_of(effects, "HR")
    check_rows(result, forest_layout(result))
    check_rows(result, forest_layout(result, subgroups=grouped(result, ["Same", "x", "Same"])))


def test_a_study_named_as_its_group() -> None:
    effects = [ratio("Alpha", 0.5, 0.3, 0.8), ratio("Beta", 1.5, 1.1, 2.0)]
    result = result_of(effects, "HR")
    layout = forest_layout(result, subgroups=grouped(result, ["Alpha", "Beta"]))
    drawing = check_rows(result, layout)
    assert drawing.text("row-0-label") == drawing.text("row-1-label") == "Alpha"
    assert "row-0-point" not in drawing.elements


@pytest.mark.parametrize(
    "label", ["Łódź Ögren", "李 2020", "Ελλάδα τ²", "<b>&amp;\"'", "$x^2$ \\alpha", 'id="x" url(#y)', "🧪"]
)
def test_names_in_any_script(label: str) -> None:
    result = result_of([ratio(label, 0.5, 0.3, 0.8), ratio("Beta", 1.5, 1.1, 2.0)], "HR")
    layout = forest_layout(result, title=label)
    check_rows(result, layout)
    assert figure_bytes(layout, "png", dpi=40).startswith(b"\x89PNG")
    assert figure_bytes(layout, "pdf").startswith(b"%PDF")


def test_wrapped_names() -> None:
    long = "A collaborative group with a very long name that goes on for two lines or more"
    result = result_of([ratio(long, 0.5, 0.3, 0.8), ratio("x" * 90, 1.5, 1.1, 2.0)], "HR")
    drawing = check_rows(result, forest_layout(result))
    assert {"row-0-label-1", "row-1-label-1"} <= set(drawing.elements)


def test_clipped_on_both_sides() -> None:
    effects = [
        ratio("Narrow", 0.8, 0.6, 1.05),
        ratio("Both", 1.1, 0.0001, 12000),
        ratio("Right", 3.0, 0.8, 2000),
        ratio("Left", 0.4, 0.0005, 2.0),
        ratio("Narrow too", 0.7, 0.5, 0.98),
        Effect(label="No information", yi=0.1, vi=math.inf, route=GIVEN),
    ]
    base = result_of([*effects[:5], effects[0]], "HR", pi=Interval(-9.0, 8.0))
    result = replace(base, effects=replace(base.effects, effects=tuple(effects)))
    drawing = check_rows(result, forest_layout(result))
    assert "row-7-pi-arrow-low" in drawing.elements
    assert "row-7-pi-arrow-high" in drawing.elements


@pytest.mark.parametrize("ci", [Interval(-math.inf, 0.4), Interval(-0.4, math.inf)])
def test_a_diamond_without_end_stops_at_the_axis(ci: Interval) -> None:
    result = result_of(many(2), "OR", ci=ci)
    layout = forest_layout(result)
    drawing = check_rows(result, layout)
    xs = [drawing.fraction(x) for x, _ in drawing.points("row-3-diamond")]
    assert min(xs) >= -1e-6
    assert max(xs) <= 1 + 1e-6
    side = "low" if ci.low == -math.inf else "high"
    assert f"row-3-diamond-arrow-{side}" in drawing.elements


def test_an_estimate_that_is_no_number_has_no_square() -> None:
    base = result_of(many(3), "OR")
    effects = (*many(2), Effect(label="lost", yi=math.nan, vi=1.0, route=GIVEN))
    result = replace(base, effects=replace(base.effects, effects=effects))
    text = svg_text(forest_layout(result), "f")
    assert "f-row-2-label" in text
    assert "f-row-2-point" not in text
    assert "nan" not in text.lower().replace("estimable", "")


def test_zero_events() -> None:
    effects = [proportion("None", 0, 7), proportion("All", 3, 3), proportion("Some", 41, 269)]
    result = result_of(effects, "PLO")
    drawing = check_rows(result, forest_layout(result))
    assert drawing.points("row-0-ci")[0][0] == pytest.approx(drawing.points("axis")[0][0], abs=ERROR)


def test_diamonds_and_prediction_interval_are_where_the_numbers_say() -> None:
    result = result_of(bcg_effects(), "RR")
    layout = forest_layout(result)
    drawing = check_rows(result, layout)
    diamond = drawing.points("row-14-diamond")
    assert isinstance(result.ci, Interval)
    assert isinstance(result.pi, Interval)
    assert_at(drawing, min(x for x, _ in diamond), math.exp(result.ci.low), 1, layout)
    assert_at(drawing, max(x for x, _ in diamond), math.exp(result.ci.high), 1, layout)
    assert_at(drawing, diamond[1][0], math.exp(result.estimate), 1, layout)
    for (x, _), bound in zip(drawing.points("row-14-pi"), (result.pi.low, result.pi.high), strict=True):
        assert_at(drawing, x, math.exp(bound), 1, layout)
    assert_at(drawing, drawing.points("null")[0][0], 1.0, 1, layout)
    assert_at(drawing, drawing.points("pooled")[0][0], math.exp(result.estimate), 1, layout)


def test_areas_of_squares_are_proportional_to_weights() -> None:
    result = result_of(bcg_effects(), "RR")
    drawing = Drawing.read(forest_layout(result))
    for i, weight in enumerate(result.weights):
        (x0, _), (x1, _) = drawing.points(f"row-{i}-point")[:2]
        assert x1 - x0 == pytest.approx(9.5 * math.sqrt(weight / max(result.weights)), abs=ERROR)


def test_group_diamonds_are_hollow_and_the_overall_one_is_filled() -> None:
    result = result_of(many(4), "OR")
    layout = forest_layout(result, subgroups=grouped(result, ["a", "b", "a", "c"]))
    drawing = check_rows(result, layout)
    fills = {
        row.kind: drawing.fill(f"row-{i}-diamond") for i, row in enumerate(layout.rows) if row.is_summary
    }
    paper = layout.theme.light["paper"]
    assert fills["summary"] == paper
    assert fills["overall"] not in (paper, "none", "")
    assert sum(row.kind == "summary" for row in layout.rows) == 1


def test_texts_do_not_leave_the_page_and_columns_do_not_overlap() -> None:
    result = result_of(bcg_effects(), "RR")
    layout = forest_layout(
        result,
        group_labels=("A very long name of the first group", "B"),
        favours=("left " * 60, "right " * 60),
    )
    root = ET.fromstring(svg_text(layout, "f"))
    width = float(root.get("viewBox", "").split()[2])
    drawing = Drawing.read(layout)
    assert "favours-left-1" in drawing.elements
    assert "spanner-0-1" in drawing.elements
    positions = [drawing.x(f"header-{column.key}") for column in layout.columns]
    assert positions == sorted(positions)
    assert min(positions) > 0
    assert max(positions) < width
    first_column = max(
        drawing.x(g) + 4.0 * len(drawing.text(g))
        for g in drawing.elements
        if re.fullmatch(r"row-\d+-label", g)
    )
    assert first_column < drawing.points("axis")[0][0]


def test_name_and_description_come_first_and_ids_have_the_prefix() -> None:
    layout = forest_layout(result_of(many(3), "OR"), title="Deaths & <others>")
    root = ET.fromstring(svg_text(layout, "fig-7"))
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "Deaths & <others>")
    assert (description.tag, description.text) == (f"{SVG}desc", layout.description)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    ids = [e.get("id") for e in root.iter() if e.get("id") is not None]
    assert len(ids) == len(set(ids))
    assert all(name == "fig-7" or (name or "").startswith("fig-7-") for name in ids)


def test_two_figures_on_one_page_share_nothing() -> None:
    layout = forest_layout(result_of(many(3), "OR"))
    first, second = (ET.fromstring(svg_text(layout, prefix)) for prefix in ("a", "b"))
    assert not {e.get("id") for e in first.iter()} & {e.get("id") for e in second.iter()} - {None}


def test_letters_stay_letters_and_have_fonts_to_fall_back_on() -> None:
    text = svg_text(forest_layout(result_of(many(3), "OR")), "f")
    root = ET.fromstring(text)
    assert (root.get("font-family") or "").split(", ")[0] == "DejaVu Sans"
    assert (root.get("font-family") or "").endswith("sans-serif")
    assert len(list(root.iter(f"{SVG}text"))) > 10
    assert not list(root.iter(f"{SVG}path"))
    assert not list(root.iter(f"{SVG}style"))
    assert not text.startswith("<?xml")


@pytest.mark.parametrize("prefix", ["", "1a", "a b", 'a"'])
def test_a_prefix_that_is_no_id_is_refused(prefix: str) -> None:
    with pytest.raises(OptionError, match="id_prefix"):
        svg_text(forest_layout(result_of(many(2), "OR")), prefix)


def test_unknown_formats_and_dots_are_refused() -> None:
    layout = forest_layout(result_of(many(2), "OR"))
    with pytest.raises(OptionError, match="'svg', 'pdf', 'png'"):
        figure_bytes(layout, "jpg")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="dpi"):
        figure_bytes(layout, "png", dpi=0)


def test_text_has_the_same_size_with_one_row_and_with_sixty() -> None:
    sizes = [
        set(re.findall(r'font-size="([^"]+)"', svg_text(forest_layout(result_of(many(k), "OR")), "f")))
        for k in (2, 60)
    ]
    assert sizes[0] == sizes[1]
    heights = [
        png_size(figure_bytes(forest_layout(result_of(many(k), "OR")), "png", dpi=72))[1] for k in (2, 60)
    ]
    assert heights[1] - heights[0] == pytest.approx(58 * 15, abs=30)


def png_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


_DRAW = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from forest_builders import bcg_effects, result_of
from metasyn.plots import figure_bytes, forest_layout
layout = forest_layout(result_of(bcg_effects(), "RR"), favours=("left", "right"), **eval(sys.argv[2]))
for fmt in ("svg", "pdf", "png"):
    print(hashlib.sha256(figure_bytes(layout, fmt, dpi=60)).hexdigest())
assert "matplotlib.pyplot" not in sys.modules
"""


@pytest.mark.parametrize("options", [{}, {"preset": "lancet", "width": "one-column", "pi_style": "density"}])
def test_the_same_bytes_in_a_fresh_process_and_under_other_settings(
    options: dict[str, Any], tmp_path: Path
) -> None:
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", _DRAW, here, repr(options)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "11", "TZ": "Asia/Tokyo"},
    )
    layout = forest_layout(result_of(bcg_effects(), "RR"), favours=("left", "right"), **options)
    before = dict(mpl.rcParams)
    with mpl.rc_context(
        {"text.usetex": True, "font.size": 30, "savefig.bbox": "tight", "lines.linewidth": 9}
    ):
        inside = dict(mpl.rcParams)
        ours = [
            hashlib.sha256(figure_bytes(layout, fmt, dpi=60)).hexdigest()
            for fmt in ("svg", "pdf", "png")  # type: ignore[attr-defined]
        ]
        assert dict(mpl.rcParams) == inside
    assert dict(mpl.rcParams) == before
    assert done.stdout.split() == ours


@pytest.mark.parametrize("name", ["matplotlib", "typst"])
def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    layout = forest_layout(result_of(many(2), "OR"))
    for function in (fonts._design_width, fonts._font, fonts._letters, fonts.font_folder, draw._fonts):
        function.cache_clear()
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ReportError, match=r"metasyn-evidence\[report\]"):
        figure_bytes(layout, "png")
