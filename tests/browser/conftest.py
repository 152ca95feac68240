"""The four shipped reports in a real browser, built once from the evidence through the library."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.plots import svg_text
from metasyn.report.document import build_document
from metasyn.report.html import index_entry, render_html, render_index
from metasyn.report.live import live_text
from metasyn.report.results_json import dumps, results_document
from tests.browser.shipped import NAMES, Shipped
from tests.shipped_results import result


def page_of(result: AnalysisResult) -> str:
    document = build_document(result)
    svg = {one.stem: svg_text(one.layout, f"figure{one.number}") for one in document.figures()}
    still = render_html(document, svg)
    return render_html(document, svg, live=live_text(result, document, page=len(still.encode())))


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shipped]:
    folder = tmp_path_factory.mktemp("reports")
    made, entries = {}, []
    for name in NAMES:
        found = result(name)
        path = folder / name / "report.html"
        path.parent.mkdir()
        path.write_text(page_of(found), encoding="utf-8")
        made[name] = Shipped(name=name, path=path, result=found)
        entries.append(index_entry(json.loads(dumps(results_document(found)))))
    (folder / "index.html").write_text(render_index(entries), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def index_url(reports: dict[str, Shipped]) -> str:
    return (reports[NAMES[0]].path.parents[1] / "index.html").as_uri()


def complaints_of(page: Any) -> list[str]:
    """What the page will complain of, as it goes on."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    return found


class _Chromium:
    """One browser for all tests of this folder that follow each other, closed before any other test.

    Its driver keeps an event loop running in this thread, which tests of other folders could not bear.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Any = None
        self._still: dict[str, tuple[Any, list[str]]] = {}

    def browser(self) -> Any:
        if self._browser is None:
            names = ("chromium", "chromium-browser", "google-chrome")
            path = next(filter(None, map(shutil.which, names)), None)
            if path is None:
                pytest.skip("no Chromium on this machine: the pages were not tried in a browser")
            driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
            running = self._open.enter_context(driver.sync_playwright())
            self._browser = running.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            self._open.callback(self._browser.close)
        return self._browser

    def still(self, url: str) -> tuple[Any, list[str]]:
        """A page that is only read, opened once, and what it complained of."""
        if url not in self._still:
            page = self.browser().new_context(viewport={"width": 1280, "height": 900}).new_page()
            self._still[url] = page, complaints_of(page)
            page.goto(url)
        return self._still[url]

    def close(self) -> None:
        self._browser = None
        self._still.clear()
        self._open.close()


_CHROMIUM = _Chromium()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _CHROMIUM.close()


@pytest.fixture
def browser() -> Any:
    return _CHROMIUM.browser()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address in a context of its own; a complaint of the page is an error."""
    contexts, complaints = [], []  # of each page its own list

    def open_page(url: str, *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        complaints.append(complaints_of(page))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [said for each in complaints for said in each] == []


@pytest.fixture
def read_only(browser: Any) -> Iterator[Callable[[str], Any]]:
    """Opens an address for a test that changes nothing on the page: the next such test gets the same page."""
    seen = []

    def open_page(url: str) -> Any:
        page, complaints = _CHROMIUM.still(url)
        seen.append(complaints)
        return page

    yield open_page
    assert [said for each in seen for said in each] == []
