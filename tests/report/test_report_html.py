"""The page is well formed, self-contained, accessible, and holds every cell of every table."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.errors import ReportError
from metasyn.plots import ForestLayout
from metasyn.report.blocks import Paragraph, TableBlock
from metasyn.report.document import build_document
from metasyn.report.html import (
    Headline,
    IndexEntry,
    brackets,
    index_entry,
    render_html,
    render_index,
    source_links,
)
from metasyn.report.live import live_text
from metasyn.report.phone import phone_svg
from metasyn.tables.model import ReportTable, columns

NASTY = "#let $x$ *a* _b_ @c <script>alert(1)</script> {{ 7*7 }} {% raw %} & &amp; \\ \" ' ]]> é 研究"
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Collects tags with attributes, checks that they are closed in order, gathers cells outside folds."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.words: list[str] = []
        self._in_cell = False
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th") and "details" not in self.open:
            self._in_cell = True
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data
        elif not self.open or self.open[-1] not in ("style", "script", "title", "desc"):
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(name)) is not None]


@pytest.fixture(scope="module")
def text(bcg_files: dict[str, bytes]) -> str:
    return bcg_files["report.html"].decode()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_nothing_comes_from_elsewhere(page: Page, text: str) -> None:
    assert not {"img", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    assert page.values("src") == []
    assert [attrs for tag, attrs in page.tags if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    outside = [href for href in page.values("href") if "://" in href]
    assert all(href.startswith("https://doi.org/") for href in outside)


def hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("index", [False, True])
def test_only_what_the_page_brings_may_run(text: str, index: bool) -> None:
    html = render_index([]) if index else text
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    (rule,) = [
        attrs["content"]
        for tag, attrs in Page(html).tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert rule is not None
    assert dict(part.strip().split(" ", 1) for part in rule.split(";")) == {
        "default-src": "'none'",
        "script-src": hashed(script),
        "style-src": hashed(style),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not [name for _, attrs in Page(html).tags for name in attrs if name == "style" or name[:2] == "on"]


def test_ids_are_unique_and_links_lead_somewhere(page: Page, bcg_files: dict[str, bytes]) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = page.values("href") + page.values("xlink:href")
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    files = {link for link in links if not link.startswith(("#", "https://", "../", "data:,"))}
    assert files <= set(bcg_files)
    assert {name for name in files if name.startswith("figures/")} == {
        name for name in bcg_files if name.startswith("figures/")
    }
    for name in ("aria-labelledby", "aria-describedby"):
        assert {word for value in page.values(name) for word in value.split()} <= set(ids)


def test_structure_for_readers_who_do_not_see(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"]["lang"] == "en"
    assert (tags.count("h1"), tags.count("main"), tags.count("nav")) == (1, 1, 1)
    assert tags.count("caption") == tags.count("table")
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in page.tags if tag == "th")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    skip = next(attrs for tag, attrs in page.tags if tag == "a")
    assert skip["class"] == "skip"
    assert skip["href"] == "#content"
    drawn = [attrs.get("class") for tag, attrs in page.tags if tag == "div"]
    assert drawn.count("wide") == drawn.count("narrow") == tags.count("figure") > 2
    assert tags.count("svg") == tags.count("desc") == 2 * tags.count("figure")


def test_every_cell_of_every_table_is_on_the_page(page: Page, bcg: AnalysisResult) -> None:
    expected = [
        text
        for block in build_document(bcg).blocks()
        if isinstance(block, TableBlock)
        for row in ([column.header for column in block.table.columns], *block.table.rows)
        for text in row
    ]
    assert page.cells == expected


def test_every_outcome_has_its_anchor(page: Page, bcg: AnalysisResult) -> None:
    assert {f"outcome-{part.slug}" for part in bcg.outcomes} <= set(page.values("id"))


def nasty(bcg: AnalysisResult) -> AnalysisResult:
    part = bcg.outcomes[0]
    effects = replace(
        part.effects,
        effects=tuple(
            replace(one, label=f"{NASTY} {i}", notes=(NASTY,)) for i, one in enumerate(part.effects.effects)
        ),
    )
    analysis = replace(bcg.analysis, title=NASTY, question=NASTY, notes=(NASTY,), exclude={NASTY: NASTY})
    return replace(bcg, analysis=analysis, outcomes=(replace(part, effects=effects),))


def test_texts_are_never_markup(bcg: AnalysisResult) -> None:
    result = nasty(bcg)
    document = build_document(result)
    svg = {figure.stem: "<svg></svg>" for figure in document.figures()}
    page = Page(render_html(document, svg, live=live_text(result, document)))
    assert [attrs for tag, attrs in page.tags if tag == "script"] == [
        {"type": "application/json", "id": "live-data"},
        {},
    ]
    assert NASTY in page.words
    assert f"{NASTY} 0" in page.cells
    assert ("meta", {"name": "description", "content": NASTY}) in page.tags


def test_source_numbers_become_links_only_where_there_is_a_source() -> None:
    assert source_links("A & B [1], p. 2; C [7]", 3) == 'A &amp; B <a href="#source-1">[1]</a>, p. 2; C [7]'


@pytest.mark.parametrize("cell", ["0.49 (0.33 to 0.73)", "0", "", "a (b) (c)", "<x> (<y>)"])
def test_brackets_keep_the_text(cell: str) -> None:
    assert Page(f"<table><td>{brackets(cell)}</td></table>").cells == [cell]


def test_a_missing_figure_is_an_error(bcg: AnalysisResult) -> None:
    import jinja2

    with pytest.raises(jinja2.UndefinedError):
        render_html(build_document(bcg), {})


def test_the_narrow_figure_keeps_every_text(bcg: AnalysisResult) -> None:
    figure = next(one for one in build_document(bcg).figures() if one.stem == "tb-rr")
    layout = figure.layout
    assert isinstance(layout, ForestLayout)
    label = 'id="figure1-narrow-x" fill="#fff" <b>'
    rows = tuple(replace(row, label=label) if row.index == 3 else row for row in layout.rows)
    svg = phone_svg(replace(figure, layout=replace(layout, rows=rows), number=1))
    root = ElementTree.fromstring(svg)
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(label.split()) in "".join("".join(texts).split())
    for row in layout.rows:
        for key in ("estimate", "ci"):
            assert row.cells.get(key, "") in ("", *texts)
    assert 'fill="#' not in "".join(re.findall("<[^>]*>", svg))


def test_a_figure_without_room_has_no_narrow_twin(bcg: AnalysisResult) -> None:
    figure = next(one for one in build_document(bcg).figures() if one.stem == "tb-rr")
    layout = figure.layout
    assert isinstance(layout, ForestLayout)
    columns = tuple(replace(one, drop=0, header="W" * 20) for one in layout.columns)
    assert phone_svg(replace(figure, layout=replace(layout, columns=columns))) == ""


def test_index_links_and_escapes() -> None:
    entry = IndexEntry(
        name="a b",
        title="<A>",
        question="Why?",
        headlines=(
            Headline(
                label="TB & death", figure="RR 0.49", interval="95% CI 0.33 to 0.73", basis="13 studies"
            ),
        ),
    )
    page = Page(render_index([entry]))
    assert {"a%20b/report.html", "a%20b/report.pdf", "a%20b/results.json"} <= set(page.values("href"))
    assert "<A>" in page.words
    assert page.cells[4:] == ["TB & death", "RR 0.49", "95% CI 0.33 to 0.73", "13 studies"]
    assert "No report has been built yet." in render_index([])


def test_index_entry_refuses_foreign_json() -> None:
    with pytest.raises(ReportError, match=r"not a results\.json"):
        index_entry({"name": "x"})


def test_sentences_in_a_table_have_their_heading_with_them(bcg: AnalysisResult) -> None:
    document = build_document(bcg)
    specs = (("a", "What"), ("b", "Where"), ("c", "Why"), ("d", "Then"))
    table = ReportTable(slug="w", caption="W", columns=columns(*specs), rows=(("1", "2", "3", "4"),))
    section = replace(document.sections[0], blocks=(Paragraph("p"), TableBlock(table)), sections=())
    page = Page(render_html(replace(document, sections=(section,)), {}))
    assert [attrs["class"] for tag, attrs in page.tags if tag == "table"] == ["words"]
    assert page.values("data-head") == ["Where", "Why", "Then"]


def test_a_table_may_be_wide(bcg: AnalysisResult) -> None:
    document = build_document(bcg)
    made = columns(*((f"c{i}", f"Column {i}") for i in range(12)))
    wide = ReportTable(slug="wide", caption="Wide", columns=made, rows=(("x" * 80,) * 12,))
    section = replace(document.sections[0], blocks=(Paragraph("p"), TableBlock(wide)), sections=())
    page = Page(render_html(replace(document, sections=(section,)), {}))
    assert [attrs.get("class") for tag, attrs in page.tags if tag == "table"] == ["wide"]
    (scroll,) = [attrs for _, attrs in page.tags if attrs.get("class") == "table-scroll"]
    assert (scroll["role"], scroll["tabindex"], scroll["aria-labelledby"]) == ("region", "0", "caption-wide")
