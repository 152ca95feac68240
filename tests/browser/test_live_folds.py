"""The folds that tell how a number was obtained: by link, by key, without script, on paper, for axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.shipped import Shipped
from tests.browser.test_live_page import unfold, violations

Visit = Callable[..., Any]
MEK = "mek_inhibitor_vs_chemotherapy"
ROW = "#how-pfs-hr-nemo-dummer-2017"


@pytest.mark.slow
def test_axe_finds_nothing_in_open_folds_by_night_on_a_phone(
    reports: dict[str, Shipped], visit: Visit
) -> None:
    """By day, on a screen: the page of `test_axe_finds_nothing_by_day` with open folds is this one."""
    page = visit(reports[MEK].url, width=360, color_scheme="dark")
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []


def test_all_are_closed_until_a_link_leads_to_one(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MEK].url)
    assert page.locator("details.how[open]").count() == 0
    page.locator(".result").first.get_by_text("How obtained").click()
    assert page.locator("#how-pfs-hr--pooled[open]").count() == 1
    straight = visit(reports[MEK].url + ROW)
    assert straight.locator(f"{ROW}[open]").count() == 1
    assert straight.locator(ROW).is_visible()


def test_the_card_of_a_study_leads_to_its_fold(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MEK].url)
    row = page.locator("#figure-pfs-hr g.row.study[role=button]:visible").first
    row.click()
    page.locator(".card:visible").get_by_text("How it was obtained").click()
    assert page.locator(f"{ROW}[open]").count() == 1
    assert page.locator(".card:visible").count() == 0


def test_without_script_a_key_opens_it(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MEK].url, java_script_enabled=False)
    page.locator("#how-pfs-hr > summary").press("Enter")
    page.locator(f"{ROW} > summary").press("Enter")
    assert "ln 0.62 = −0.47804" in page.locator(ROW).inner_text()


def test_on_paper_there_is_what_was_open(reports: dict[str, Shipped], visit: Visit) -> None:
    page = visit(reports[MEK].url)
    page.emulate_media(media="print")
    assert not page.locator("#how-pfs-hr--pooled").is_visible()
    page.evaluate("document.getElementById('how-pfs-hr--pooled').open = true")
    assert page.locator("#how-pfs-hr--pooled .sums").first.is_visible()
