"""A page on which something was changed says so wherever it is met, and what a card covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.shipped import Shipped

pytestmark = pytest.mark.slow

Visit = Callable[..., Any]
MANY = "response_rate_by_drug_class"
FEW = "ici_nras_mutant_vs_wild_type"

OVERLAP = """(card) => {
  const a = card.getBoundingClientRect();
  return ["#figure-orr-rr .live-status", "#figure-orr-rr .wide g[aria-expanded=true]"].map((name) => {
    const b = document.querySelector(name).getBoundingClientRect();
    return Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  });
}"""


def test_a_changed_page_says_so_at_its_top(reports: dict[str, Shipped], visit: Visit) -> None:
    url = reports[FEW].url
    assert visit(url).locator(".changes").is_hidden()
    page = visit(f"{url}#!os-hr:without=johnson-2015;orr-rr:as=common-effect/wald")
    assert page.evaluate("window.scrollY") == 0
    banner = page.locator(".changes")
    assert banner.bounding_box()["y"] < 300
    assert [one.inner_text() for one in banner.locator("li").all()] == [
        "Objective response rate (risk ratio) with common effect, Wald",
        "Overall survival (hazard ratio) without Johnson 2015",
    ]
    banner.get_by_role("link", name="Overall survival").click()
    assert page.locator("#figure-os-hr").bounding_box()["y"] < 100
    assert page.url.endswith("#figure-os-hr!orr-rr:as=common-effect/wald;os-hr:without=johnson-2015")
    there = visit(page.url)
    assert there.locator("#figure-os-hr").bounding_box()["y"] < 100
    banner.get_by_role("button", name="Back to the report").click()
    assert banner.is_hidden()
    assert "!" not in page.url
    assert page.locator(".live-status.changed").count() == 0


def test_the_caption_of_a_changed_figure_is_marked(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url)
    caption = page.locator("#figure-dcr-rr figcaption")
    before = caption.inner_text()
    box = page.locator("#live-dcr-rr-0")
    box.uncheck()
    said = caption.inner_text()
    assert re.match(r"Figure \d+\. As reported, before the change: Disease control rate", said)
    assert "As reported" not in page.locator("#figure-os-hr figcaption").inner_text()
    box.check()
    assert caption.inner_text() == before


def test_the_panel_explains_what_is_dimmed_or_dashed(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(f"{reports[MANY].url}#!orr-plo:without=johnson-2015")
    words = page.locator("#figure-orr-plo .live-status").inner_text()
    for part in (
        "squares keep",
        "crossed-out row is a cohort left out",
        "a dash stands for a weight",
        "dimmed",
    ):
        assert part in words
    weights = page.locator("#figure-orr-plo .cell-weight").all_text_contents()
    assert len(weights) > 20
    assert set(weights) == {"–"}
    few = visit(f"{reports[FEW].url}#!os-hr:without=johnson-2015")
    assert "dimmed" not in few.locator("#figure-os-hr .live-status").inner_text()


def test_a_card_covers_neither_its_row_nor_the_result(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url)
    card = page.locator("#figure-orr-rr .card")
    rows = page.locator("#figure-orr-rr .wide g.row.study")
    for block in ("start", "end"):
        page.locator("#figure-orr-rr .figure-scroll").evaluate(
            "(one, block) => one.scrollIntoView({ block })", block
        )
        for i in range(rows.count()):
            rows.nth(i).hover()
            page.wait_for_function(
                "(i) => document.querySelectorAll('#figure-orr-rr .wide g.row.study')"
                "[i].getAttribute('aria-expanded') === 'true'",
                arg=i,
            )
            status, row = card.evaluate(OVERLAP)
            assert status <= 0, (block, i)
            assert row <= 0, (block, i)
