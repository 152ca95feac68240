"""What a result shows in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import metasyn
from metasyn import notebook
from metasyn.analysis.multiverse import multiverse
from metasyn.batch.multiverse import Multiverse, scales
from metasyn.errors import ReportError
from metasyn.plots.charts import funnel_layout
from metasyn.plots.charts.specification_words import describe
from metasyn.synthesis.model import SynthesisResult

DATA = {
    "yi": [-0.889, -1.586, -1.348, -1.442],
    "vi": [0.326, 0.195, 0.415, 0.02],
    "labels": ["Ash", "Birch", "Cedar", "Elm"],
    "measure": "RR",
}
HOSTILE = '<script>alert("x")</script> & $\\alpha$ \u202e"'
VOID = {"br", "rect", "line", "polygon", "polyline", "circle"}


class Page(HTMLParser):
    """Tags that are open, ids, and the text between the tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value is not None]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html_of(result: object) -> str:
    return result._repr_html_()  # type: ignore[attr-defined, no-any-return]


def pooled(**changes: object) -> SynthesisResult:
    return metasyn.pool(**{**DATA, **changes})  # type: ignore[arg-type]


def test_a_result_shows_its_numbers_and_its_figure() -> None:
    page = Page(html_of(pooled()))
    text = " ".join(page.texts)
    assert page.tags.count("svg") == 1
    assert "RR 0.24 (" in text
    assert [name for name in DATA["labels"] if name in page.texts] == DATA["labels"]
    assert "random effects" in text


def test_ids_follow_from_the_content() -> None:
    first, again, other = html_of(pooled()), html_of(pooled()), html_of(pooled(vi=[0.3, 0.2, 0.4, 0.03]))
    assert first == again
    ids, others = Page(first).ids, Page(other).ids
    assert len(set(ids)) == len(ids) > 20
    assert not set(ids) & set(others)


def test_every_colour_of_the_figure_has_a_dark_one() -> None:
    html = html_of(pooled())
    figure = html[html.index("<svg") :]
    used = set(re.findall(r"\b([fs]-[a-z0-9-]+)\b", " ".join(re.findall(r'class="([^"]*)"', figure))))
    assert len(used) > 4
    for name in used - {"s-none", "f-none"}:
        assert f'[data-jp-theme-light="false"] #{Page(html).ids[0]} .{name}{{' in html


def test_names_are_text() -> None:
    html = html_of(pooled(labels=[HOSTILE, "Birch", "Cedar", "Elm"]))
    page = Page(html)
    assert "script" not in page.tags
    assert any(
        '<script>alert("x")</script> & $\\alpha$ \N{REPLACEMENT CHARACTER}"' in text for text in page.texts
    )
    assert "mathjax_ignore" in html.partition(">")[0]


def test_without_the_fonts_there_is_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> str:
        raise ReportError("Figures need fonts.")

    monkeypatch.setattr(notebook, "svg_text", missing)
    page = Page(html_of(pooled()))
    assert "svg" not in page.tags
    assert "No figure: Figures need fonts." in page.texts
    assert "table" in page.tags


def test_without_matplotlib_a_result_still_shows_itself() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import metasyn\n"
        "print(metasyn.pool(yi=[0.1, 0.2], vi=[0.1, 0.2])._repr_html_())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "<table>" in done.stdout
    assert "No figure: Figures need" in done.stdout


def test_many_studies_are_not_drawn_unasked() -> None:
    rng = np.random.default_rng(1)
    result = metasyn.pool(yi=rng.normal(0, 1, 70), vi=rng.uniform(0.1, 0.4, 70), measure="OR")
    page = Page(html_of(result))
    assert "svg" not in page.tags
    assert any(text.startswith("70 rows: ") for text in page.texts)


def test_effects_show_estimate_interval_and_route() -> None:
    page = Page(html_of(pooled().effects))
    assert page.texts.count("Birch") == 1
    assert "0.20" in page.texts
    assert "0.086 to 0.49" in page.texts
    assert "svg" not in page.tags


def test_the_other_results_show_themselves() -> None:
    result = pooled()
    layout = Page(html_of(metasyn.forest_layout(result)))
    assert layout.tags.count("svg") == 1
    chart = Page(html_of(funnel_layout(result)))
    assert chart.tags.count("svg") == 1
    steps = Page(html_of(metasyn.cumulative(result)))
    assert "+ Birch" in steps.texts
    profiles = Page(html_of(metasyn.compare_profiles(result)))
    assert "metafor" in profiles.texts
    grouped = metasyn.pool(result.effects, by=["x", "x", "y", "y"])
    assert "x" in Page(html_of(grouped.subgroups)).texts


def test_a_multiverse_shows_its_curve_and_what_it_says() -> None:
    many = multiverse(pooled(), exclude=["each study"])
    page = Page(html_of(many))
    assert page.tags.count("svg") == 1
    text = " ".join(page.texts)
    assert f"{len(many)} specifications, with {many.n_results} different results." in text
    said = describe(many, scales(many))
    assert [one for one in page.texts if one in said] == list(said)
    assert len(said) > 2
    head = page.texts.index("Estimator of τ²")
    assert page.texts[head + 1 : head + 3] == ["REML", str(len({*many.result[rows_of(many, "REML")]}))]
    assert html_of(many) == html_of(many)
    nothing = multiverse(pooled(measure="PLO"), exclude=["nothing"], model=["glmm"])
    page = Page(html_of(nothing))
    assert "svg" not in page.tags
    assert any(text.startswith("Without a result: 1 specification") for text in page.texts)


def rows_of(many: Multiverse, option: str) -> list[int]:
    return [row for row in range(len(many)) if option in many.options(row).values()]


class Printer:
    """What IPython hands to `_repr_pretty_`."""

    def __init__(self) -> None:
        self.said = ""

    def text(self, text: str) -> None:
        self.said += text


def test_where_there_is_no_html_the_text_is_shown() -> None:
    result = pooled()
    several = (metasyn.cumulative(result), metasyn.forest_layout(result), multiverse(result))
    for shown in (result, result.effects, *several):
        printer = Printer()
        type(shown).__dict__["_repr_pretty_"](shown, printer, False)
        assert printer.said == str(shown)
        assert " at 0x" not in printer.said


def test_one_study() -> None:
    page = Page(html_of(metasyn.pool(yi=[0.1], vi=[0.2], labels=["Ash"], measure="HR")))
    assert "one study, not pooled" in page.texts
    assert "details" not in page.tags


def test_findings_and_exclusions_are_listed() -> None:
    result = pooled()
    finding = metasyn.values.Finding(code="x", message="look <here>", severity="warning")
    page = Page(html_of(replace(result, findings=(finding,))))
    assert "Warning: look <here>" in page.texts


def test_nothing_else_has_a_view() -> None:
    with pytest.raises(TypeError, match="no view of int"):
        notebook.as_html(3)
