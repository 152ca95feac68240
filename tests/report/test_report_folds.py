"""What a page can unfold: how its numbers were obtained."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.report.document import build_document
from metasyn.report.explained import folds
from metasyn.report.html import render_html
from metasyn.report.live_cards import study_cards


@pytest.fixture(scope="module")
def page(bcg_files: dict[str, bytes]) -> str:
    return bcg_files["report.html"].decode()


def test_every_study_and_every_headline_has_its_fold(bcg: AnalysisResult, page: str) -> None:
    ids = set(re.findall(r'<details class="how" id="([^"]+)">', page))
    for part in bcg.outcomes:
        cards = study_cards(part.effects, {}, 0.95)
        assert {f"how-{part.slug}-{card['key']}" for card in cards} <= ids
    assert {"how-tb-rr--pooled", "how-death-rr--pooled"} <= ids
    linked = re.findall(r'href="#(how-[^"]+)"', page)
    assert set(linked) <= ids
    # One link per headline that there is: pooled, pooled, a single study; none where there is no result.
    assert len(linked) == 3


def test_folds_are_closed_and_nest_properly(page: str) -> None:
    assert "<details open" not in page
    assert page.count("<details") == page.count("</details>") == page.count("<summary>")


def test_arithmetic_stands_in_the_fold_of_its_study(page: str) -> None:
    start = page.index('id="how-tb-rr-aronson-1948"')
    fold = page[start : page.index("</details>", start)]
    assert "ln(4/123) − ln(11/139) = <strong>−0.88931</strong>" in fold
    assert "<q>4/123 vs 11/139</q>" in fold
    assert "Table 1" in fold
    assert 'href="#source-1"' in fold


def test_texts_of_the_tables_stay_texts(bcg: AnalysisResult) -> None:
    part = bcg.outcomes[0]
    bad = '<script>alert("x")</script>'
    first, *rest = part.effects.effects
    row = replace(first.rows[0], as_printed=bad, locator=bad, result_id=bad, citation=bad, derivation=bad)
    hostile = replace(first, label=bad, rows=(row,), notes=(bad,))
    effects = replace(part.effects, effects=(hostile, *rest))
    document = build_document(replace(bcg, outcomes=(replace(part, effects=effects),)))
    page = render_html(document, {one.stem: "" for one in document.figures()})
    assert bad not in page
    assert page.count("<script") == 1


def test_what_does_not_fit_is_said(bcg: AnalysisResult) -> None:
    made = folds(bcg, budget=6_000)
    first = made[0]
    assert 0 < len(first.items) < bcg.outcomes[0].effects.k
    assert "metasyn explain bcg tb-rr" in first.note
    left = bcg.outcomes[0].effects.k - len(first.items)
    assert first.note.startswith(f"{left} further stud")


def test_folds_are_the_same_twice(bcg: AnalysisResult) -> None:
    assert folds(bcg) == folds(bcg)
