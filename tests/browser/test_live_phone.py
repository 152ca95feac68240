"""On a phone: figures that fit, a card that can be read, tables that say they go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.shipped import NAMES, Shipped

pytestmark = pytest.mark.slow

Visit = Callable[..., Any]
MANY = "response_rate_by_drug_class"
FEW = "ici_nras_mutant_vs_wild_type"

# Every text of every figure that is seen: how large its letters are, and where it ends.
TEXTS = """() => [...document.querySelectorAll("figure svg")]
  .filter((svg) => svg.checkVisibility({ visibilityProperty: true })).map((svg) => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll("text")];
    const boxes = texts.map((one) => one.getBoundingClientRect());
    return { figure: svg.closest("figure").id, rows: [...svg.querySelectorAll(".target")].map((one) =>
      one.getBoundingClientRect().height), right: Math.max(...boxes.map((one) => one.right)),
      left: Math.min(...boxes.map((one) => one.left)),
      letters: Math.min(...texts.map((one) => scale * Number(one.getAttribute("font-size")))) };
  })"""


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_fits_and_can_be_read(name: str, reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[name].url, width=360)
    figures = page.evaluate(TEXTS)
    assert [one["figure"] for one in figures] == page.locator("figure").evaluate_all(
        "(a) => a.map((f) => f.id)"
    )
    for one in figures:
        assert 0 <= one["left"] < one["right"] <= 360, one
        assert one["letters"] > 7.4, one
        assert all(height > 21 for height in one["rows"]), one


def test_one_of_the_two_drawings_is_there_for_readers(reports: dict[str, Shipped], visit: Visit) -> None:
    seen = (
        "() => ['wide', 'narrow'].map((name) => [...document.querySelectorAll(`figure .${name} svg`)]"
        ".filter((one) => one.checkVisibility({ visibilityProperty: true })).length)"
    )
    page = visit(reports[FEW].url)
    count = page.locator("figure").count()
    assert page.evaluate(seen) == [count, 0]
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(seen) == [0, count]
    tree = page.locator("#figure-os-hr .figure-scroll").aria_snapshot()
    assert tree.count("button") == 4
    page.emulate_media(media="print")
    assert page.evaluate(seen) == [count, 0]


def test_the_narrow_figure_is_alive(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url, width=360, has_touch=True)
    row = page.locator("#figure-os-hr .narrow g.row.study").nth(2)
    row.tap()
    card = page.locator("#figure-os-hr .card")
    first = card.locator("dd").first
    assert first.inner_text() == "0.78 (0.37 to 1.64)"
    box, whole = first.bounding_box(), card.bounding_box()
    assert whole["y"] <= box["y"]
    assert box["y"] + box["height"] < whole["y"] + whole["height"]
    body = card.locator(".card-body")
    long = body.evaluate("(one) => one.scrollHeight > one.clientHeight + 2")
    assert ("cut" in card.get_attribute("class")) is long is True
    body.evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
    page.wait_for_function("() => !document.querySelector('#figure-os-hr .card.cut')")
    card.get_by_role("button", name="Leave this one out").tap()
    cells = "#figure-os-hr .narrow g.overall .cell-estimate"
    assert page.locator(cells).text_content() == "1.40"
    assert "off" in row.get_attribute("class")


def test_a_table_that_goes_on_says_so(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url, width=360)
    found = page.locator(".table-scroll").evaluate_all(
        "(all) => all.map((one) => [one.scrollWidth > one.clientWidth + 1,"
        " one.previousElementSibling?.matches('.hint') === true])"
    )
    assert {wide for wide, _ in found} == {True, False}
    assert all(wide == told for wide, told in found)


def test_tables_of_sentences_need_no_scrolling(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MANY].url, width=360)
    boxes = page.locator(".table-scroll:has(table.words)").evaluate_all(
        "(all) => all.map((one) => [one.scrollWidth - one.clientWidth, one.querySelectorAll('td').length])"
    )
    assert sum(cells for _, cells in boxes) > 40
    assert all(over <= 0 for over, _ in boxes)
    cell = page.locator("#table-audit td").nth(1)
    before = "(one) => getComputedStyle(one, '::before').content"
    assert cell.evaluate(before) == '"What was found: "'
    wide = visit(reports[MANY].url).locator("#table-audit td").nth(1)
    assert wide.evaluate(before) == "none"
