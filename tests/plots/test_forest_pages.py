"""Long forest plots: pages of at most about sixty rows, each complete in itself."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from forest_builders import grouped, ratio, result_of
from forest_reader import check_pages, check_rows
from test_forest_drawing import many

from metasyn.plots import figure_bytes, figure_pages, forest_layout
from metasyn.plots.pages import ROWS_PER_PAGE, pages_of
from metasyn.vocabulary import ForestPreset, choices


@pytest.mark.parametrize(("k", "pages"), [(1, 1), (60, 1), (61, 2), (120, 2), (121, 3), (300, 5)])
def test_number_of_pages(k: int, pages: int) -> None:
    result = result_of(many(k), "OR")
    layout = forest_layout(result)
    assert len(check_pages(result, layout)) == pages
    shown = [i for page in pages_of(layout) for i in page.rows]
    assert shown == list(range(len(layout.rows)))


@pytest.mark.parametrize("preset", choices(ForestPreset))
def test_every_page_repeats_headings_and_axis(preset: str) -> None:
    result = result_of(many(130), "OR")
    layout = forest_layout(result, preset=preset, title="Deaths", width="two-column")  # type: ignore[arg-type]
    pages = check_pages(result, layout)
    for number, page in enumerate(pages, 1):
        assert {"header-label", "header-ci", "axis", "tick-0", "null"} <= set(page.elements)
        assert page.text("title") == f"Deaths (page {number} of 3)"
        assert page.points("axis")[0][0] == pages[0].points("axis")[0][0]
    overall = next(i for i, row in enumerate(layout.rows) if row.kind == "overall")
    assert [f"row-{overall}-diamond" in page.elements for page in pages] == [False, False, True]


def test_groups_stay_together_and_long_ones_are_continued() -> None:
    effects = [replace(effect, label="Same") for effect in many(150)]
    result = result_of(effects, "OR")
    names = ["small"] * 20 + ["middle"] * 50 + ["Same"] * 80
    layout = forest_layout(result, subgroups=grouped(result, names))
    pages = check_pages(result, layout)
    first = pages[0]
    assert {row.group for i, row in enumerate(layout.rows) if f"row-{i}" in first.elements} == {"small"}
    titles = [page.text("continued") if "continued" in page.elements else "" for page in pages]
    assert titles[:2] == ["", ""]
    assert titles.count("Same (continued)") == 1
    assert all(sum(r.startswith("row-") for r in page.elements) for page in pages)


def test_no_page_is_longer_than_it_should_be() -> None:
    result = result_of(many(211), "OR")
    names = [f"group {i // 7}" for i in range(211)]
    layout = forest_layout(result, subgroups=grouped(result, names))
    for page in pages_of(layout):
        counted = [layout.rows[i].kind in ("study", "group", "summary") for i in page.rows]
        assert 0 < sum(counted) <= ROWS_PER_PAGE
        assert layout.rows[page.rows[0]].kind == "group"


def test_footnotes_stand_where_their_signs_are() -> None:
    effects = [replace(effect) for effect in many(100)]
    effects[3] = replace(effects[3], adjustment="early remark")
    effects[90] = replace(effects[90], adjustment="late remark")
    result = result_of(effects, "OR")
    layout = forest_layout(result, preset="revman-2025")
    pages = check_pages(result, layout)
    texts = [
        [page.text(f"footnote-{i}") for i in range(9) if f"footnote-{i}" in page.elements] for page in pages
    ]
    assert texts[0] == ["† early remark"]
    assert texts[1][0] == "‡ late remark"
    assert texts[1][1].startswith("Interval of the total")


def test_a_long_pdf_has_pages_and_an_svg_is_one_tall_picture() -> None:
    result = result_of(many(130), "OR")
    layout = forest_layout(result)
    check_rows(result, layout)
    pdf = figure_bytes(layout, "pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 3
    assert (
        len(re.findall(rb"/Type\s*/Page\b", figure_bytes(forest_layout(result_of(many(60), "OR")), "pdf")))
        == 1
    )
    pictures = figure_pages(layout, "png", dpi=20)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert pictures == figure_pages(layout, "png", dpi=20)


def test_one_wide_study_on_a_page_of_its_own_is_as_elsewhere() -> None:
    effects = [*many(60), ratio("Last", 1.1, 0.0001, 12000)]
    result = result_of(effects, "OR")
    last = check_pages(result, forest_layout(result))[-1]
    assert "row-60-ci-arrow-low" in last.elements
