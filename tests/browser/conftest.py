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
from metasyn.analysis.run import run_analysis
from metasyn.evidence import read_evidence
from metasyn.plots import svg_text
from metasyn.report.document import build_document
from metasyn.report.html import index_entry, render_html, render_index
from metasyn.report.live import live_text
from metasyn.report.results_json import dumps, results_document
from metasyn.workspace.scripts import load_script
from tests.browser.shipped import NAMES, ROOT, Shipped


def page_of(result: AnalysisResult) -> str:
    document = build_document(result)
    svg = {one.stem: svg_text(one.layout, f"figure{one.number}") for one in document.figures()}
    still = render_html(document, svg)
    return render_html(document, svg, live=live_text(result, document, page=len(still.encode())))


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shipped]:
    folder, evidence = tmp_path_factory.mktemp("reports"), read_evidence(ROOT / "data")
    made, entries = {}, []
    for name in NAMES:
        result = run_analysis(load_script(ROOT / "analyses" / f"{name}.py"), evidence, name)
        path = folder / name / "report.html"
        path.parent.mkdir()
        path.write_text(page_of(result), encoding="utf-8")
        made[name] = Shipped(name=name, path=path, result=result)
        entries.append(index_entry(json.loads(dumps(results_document(result)))))
    (folder / "index.html").write_text(render_index(entries), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def index_url(reports: dict[str, Shipped]) -> str:
    return (reports[NAMES[0]].path.parents[1] / "index.html").as_uri()


class _Chromium:
    """One browser for all tests of this folder that follow each other, closed before any other test.

    Its driver keeps an event loop running in this thread, which tests of other folders could not bear.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Any = None

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

    def close(self) -> None:
        self._browser = None
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
    contexts, complaints = [], []

    def open_page(url: str, *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
