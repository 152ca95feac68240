"""The page as its readers meet it: by keyboard, by ear, on a phone, on paper, without script, offline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from metasyn.report.live import PAGE_LIMIT
from tests.browser.shipped import NAMES, Shipped

Visit = Callable[..., Any]
MANY = "response_rate_by_drug_class"
FEW = "ici_nras_mutant_vs_wild_type"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(
        page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    ).response
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def unfold(page: Any) -> None:
    """Open what tells how numbers were obtained."""
    page.evaluate("document.querySelectorAll('details.how').forEach((one) => { one.open = true; })")


def addresses(reports: dict[str, Shipped], index_url: str) -> list[str]:
    return [*(report.url for report in reports.values()), index_url]


@pytest.mark.slow
def test_axe_finds_nothing_by_day(reports: dict[str, Shipped], index_url: str, visit: Visit) -> None:
    unfolded = reports["mek_inhibitor_vs_chemotherapy"].url
    for url in addresses(reports, index_url):
        page = visit(url, color_scheme="light")
        if url == unfolded:
            unfold(page)
            assert page.locator("details.how[open]").count() > 10
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        switch = page.locator(".switches input")
        if switch.count():
            switch.first.uncheck()
            page.locator("g.row[role=button]").first.press("Enter")
            assert page.locator(".card:visible").count() == 1
        assert violations(page) == []
        page.close()


@pytest.mark.slow
def test_axe_finds_nothing_by_night_on_a_phone(
    reports: dict[str, Shipped], index_url: str, visit: Visit
) -> None:
    # The page with most figures is tried by day; contrast takes axe seconds per page.
    for url in (reports["chemotherapy_after_ici"].url, reports[FEW].url, index_url):
        page = visit(url, width=360, color_scheme="dark", has_touch=True)
        for row in page.locator(".narrow g.row[role=button]").all()[:1]:
            row.tap()
        assert violations(page) == []
        page.close()


def test_nothing_runs_over_the_edge_of_a_phone(
    reports: dict[str, Shipped], index_url: str, visit: Visit
) -> None:
    for url in addresses(reports, index_url):
        page = visit(url, width=360)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        width = "[document.documentElement.scrollWidth, window.innerWidth]"
        assert page.evaluate(width) == [360, 360], url
        page.close()


def test_paper_has_everything_and_no_controls(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MANY].url, color_scheme="dark")
    box = page.get_by_label("Show rows with").first
    box.fill("no such words")
    page.emulate_media(media="print")
    for control in ("button.plain", "select", "input", "details.panel", ".theme", ".card"):
        assert not any(one.is_visible() for one in page.locator(control).all()), control
    seen = "(all) => all.map((one) => one.checkVisibility())"
    rows = page.locator("table[data-rows] tbody tr").evaluate_all(seen)
    assert len(rows) > 30
    assert all(rows)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert page.locator(".live-status").first.is_hidden()


def test_paper_says_that_a_figure_was_changed(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url)
    page.get_by_label("Guida 2021").first.uncheck()
    page.emulate_media(media="print")
    said = page.locator("#figure-orr-rr .live-status")
    assert said.is_visible()
    assert "Changed from the report. 3 of 4 comparisons" in said.inner_text()
    assert "Left out: Guida 2021" in said.inner_text()
    assert "As reported, before the change:" in page.locator("#figure-orr-rr figcaption").inner_text()
    assert "Objective response rate (risk ratio) without Guida 2021" in page.locator(".changes").inner_text()


def test_without_script_the_page_is_complete(reports: dict[str, Shipped], visit: Visit) -> None:
    for report in reports.values():
        plain = visit(report.url, java_script_enabled=False)
        assert plain.locator("button, input, select, .card, details:not(.how)").count() == 0
        seen = "(all) => all.map((one) => one.checkVisibility() && one.getBoundingClientRect().height > 5)"
        shown = plain.locator("figure .wide svg, tbody tr:not(details tr)").evaluate_all(seen)
        assert len(shown) > 20
        assert all(shown)
        static = plain.locator("main").inner_text()
        plain.close()
        assert all(words in static for words in ("Methods", "Sources"))


def test_no_request_leaves_the_page(reports: dict[str, Shipped], visit: Visit, browser: Any) -> None:
    for report in reports.values():
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(report.url)
        page.mouse.move(600, 600)
        for row in page.locator("g.row[role=button]").all()[:2]:
            row.click()
            page.keyboard.press("Escape")
        assert asked == [report.url]
        tried = "fetch('https://example.org/').then(() => 'sent', () => 'refused')"
        assert page.evaluate(tried) == "refused"
        context.close()


def test_pages_are_small(reports: dict[str, Shipped]) -> None:
    for report in reports.values():
        assert report.path.stat().st_size < PAGE_LIMIT


def said(page: Any, slug: str) -> str:
    return str(page.locator(f"#figure-{slug} .live-status").inner_text()).replace("\xa0", " ")


def test_the_address_carries_the_state(reports: dict[str, Shipped], visit: Visit) -> None:
    url = reports[FEW].url
    page = visit(url)
    first = said(page, "orr-rr")
    page.locator("#figure-orr-rr .switches input").nth(0).uncheck()
    second = said(page, "orr-rr")
    page.locator("#live-os-hr-as").select_option(index=1)
    third = said(page, "os-hr")
    assert len({first, second, third}) == 3
    assert page.url == f"{url}#!orr-rr:without=guida-2021;os-hr:as=common-effect/wald"

    other = visit(page.url)
    assert (said(other, "orr-rr"), said(other, "os-hr")) == (second, third)
    assert not other.locator("#figure-orr-rr .switches input").nth(0).is_checked()

    page.go_back()
    assert (said(page, "orr-rr"), page.url) == (second, f"{url}#!orr-rr:without=guida-2021")
    page.go_back()
    assert (said(page, "orr-rr"), page.url) == (first, url)
    page.go_forward()
    assert said(page, "orr-rr") == second

    page.get_by_role("link", name="Methods").click()
    assert page.url == f"{url}#methods!orr-rr:without=guida-2021"
    assert said(page, "orr-rr") == second
    assert page.evaluate("document.getElementById('methods').getBoundingClientRect().top") < 100
    page.locator("#figure-orr-rr").get_by_role("button", name="Back to the report").click()
    assert (said(page, "orr-rr"), page.url) == (first, f"{url}#methods")


NONSENSE = (
    "!",
    "!orr-rr:",
    "!orr-rr:without=nobody",
    "!orr-rr:as=random-effects/magic",
    "!orr-rr:without=guida-2021,as=",
    "!no-such:without=guida-2021",
    "!orr-rr:without=guida-2021+<script>alert(1)</script>",
    "!!!;;::==",
    "%E0%A4%A",
    "!orr-rr:without=" + "+".join(["guida-2021"] * 3) + ",as=constructor/prototype",
    "__proto__!__proto__:without=__proto__",
    "no-such-anchor",
)


def test_an_address_that_makes_no_sense_is_ignored(reports: dict[str, Shipped], visit: Visit) -> None:
    url = reports[FEW].url
    page = visit(f"{url}#{NONSENSE[2]}")
    first = "All 4 comparisons: risk ratio"
    assert said(page, "orr-rr").startswith(first)
    for fragment in NONSENSE:
        page.evaluate("(text) => { window.location.hash = text; }", "#!orr-rr:without=guida-2021")
        page.wait_for_function(
            "() => document.querySelectorAll('.switches input:not(:checked)').length === 1"
        )
        page.evaluate("(text) => { window.location.hash = text; }", f"#{fragment}")
        page.wait_for_function(
            "() => document.querySelectorAll('.switches input:not(:checked)').length === 0"
        )
        assert said(page, "orr-rr").startswith(first), fragment


@pytest.mark.parametrize("fragment", ["%E0%A4%A", "__proto__!__proto__:without=__proto__"])
def test_a_page_opens_at_an_address_that_makes_no_sense(
    fragment: str, reports: dict[str, Shipped], visit: Visit
) -> None:
    page = visit(f"{reports[FEW].url}#{fragment}")
    assert said(page, "orr-rr").startswith("All 4 comparisons: risk ratio")


def test_more_left_out_than_the_table_holds_is_ignored(reports: dict[str, Shipped], visit: Visit) -> None:
    keys = "ascierto-2013+falchook-2012"
    assert said(visit(f"{reports[MANY].url}#!orr-plo:without={keys}"), "orr-plo").startswith("Changed")
    three = visit(f"{reports[MANY].url}#!orr-plo:without={keys}+schuler-2022")
    assert said(three, "orr-plo").startswith("All 20 cohorts")


def test_a_study_tells_where_its_figure_comes_from(reports: dict[str, Shipped], visit: Visit) -> None:
    report = reports[FEW]
    page = visit(report.url)
    card = page.locator("#figure-os-hr .card")
    part = next(part for part in report.result.outcomes if part.slug == "os-hr")
    for i, effect in enumerate(part.effects.effects):
        page.locator(f"#figure-os-hr .wide g.row.study[data-index='{i}']").click()
        text = card.inner_text()
        assert card.locator("dt").first.inner_text() == "HR (95% CI)"
        assert effect.label in text
        assert effect.route.formula in text
        for row in effect.rows:
            assert row.as_printed in text
            assert row.locator in text
        page.keyboard.press("Escape")
        assert card.is_hidden()


def test_a_card_follows_the_mouse_and_leaves_with_it(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url)
    row = page.locator("#figure-orr-rr g.row.study").nth(1)
    card = page.locator("#figure-orr-rr .card")
    row.hover()
    card.wait_for(state="visible")
    assert row.get_attribute("aria-expanded") == "true"
    card.hover()
    page.wait_for_timeout(450)
    assert card.is_visible()
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")


def test_everything_can_be_done_by_keyboard(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url)
    active = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{active}.className") == "skip"
    page.locator("#figure-orr-rr summary").focus()
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate(f"{active}.getAttribute('aria-label') || {active}.id"))
    assert names[:5] == ["live-orr-rr-as", "live-orr-rr-0", "live-orr-rr-1", "live-orr-rr-2", "live-orr-rr-3"]
    assert names[5].startswith("Figure")
    assert names[6].startswith("Guida 2021: 1.13 [0.86 to 1.47]")
    page.locator("#live-orr-rr-1").focus()
    page.keyboard.press("Space")
    assert "Left out: Johnson 2015" in said(page, "orr-rr")
    rows = page.locator("#figure-orr-rr g.row.study")
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(f"{active}.dataset.index") == rows.nth(2).get_attribute("data-index")
    page.keyboard.press("Enter")
    card = page.locator("#figure-orr-rr .card")
    assert card.is_visible()
    assert page.evaluate(f"{active}.closest('.card') !== null")
    card.get_by_role("button", name="Leave this one out").focus()
    page.keyboard.press("Enter")
    assert "Left out: Johnson 2015; Zhou 2021: cutaneous" in said(page, "orr-rr")
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert page.evaluate(f"{active}.dataset.index") == rows.nth(2).get_attribute("data-index")


def test_rows_can_be_sorted_and_filtered(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MANY].url)
    table = page.locator("table[data-rows]").first
    column = (
        "(table) => [...table.tBodies[0].rows].filter((r) => !r.hidden).map((r) => r.cells[0].textContent)"
    )
    effects = "(table) => [...table.tBodies[0].rows].map((r) => parseFloat(r.cells[5].textContent))"
    original = table.evaluate(column)
    button = table.get_by_role("button", name="%")
    button.press("Enter")
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    up = table.evaluate(effects)
    assert up == sorted(up)
    button.press("Enter")
    assert table.evaluate(effects) == sorted(up, reverse=True)
    button.press("Enter")
    assert table.locator("th[aria-sort]").count() == 0
    assert table.evaluate(column) == original
    table.get_by_role("button", name="Study").click()
    assert table.evaluate(column) == sorted(original, key=str.casefold)
    box = page.get_by_label("Show rows with").first
    box.fill("kirchberger PD-1")
    assert {name[:16] for name in table.evaluate(column)} == {"Kirchberger 2018"}
    assert page.locator(".filter .count").first.inner_text() == f"{len(table.evaluate(column))} of 20 rows"
    box.press("Escape")
    assert len(table.evaluate(column)) == 20


def test_night_can_be_had_by_day(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[FEW].url, color_scheme="light")
    look = (
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('svg .f-ink')).fill]"
    )
    day = page.evaluate(look)
    page.get_by_role("button", name="Dark page").click()
    night = page.evaluate(look)
    assert day[0] == "rgb(255, 255, 255)"
    assert [sum(map(int, colour[4:-1].split(","))) > 380 for colour in (*day, *night)] == [
        True,
        False,
        False,
        True,
    ]
    page.get_by_role("button", name="Light page").click()
    assert page.evaluate(look) == day


@pytest.mark.parametrize("name", NAMES)
def test_files_beside_the_page_are_linked(name: str, reports: dict[str, Shipped], read_only: Visit) -> None:
    page = read_only(reports[name].url)
    links = page.locator(".downloads a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    assert links == ["report.pdf", "report.docx", "results.json", "verify.R", "../index.html"]
