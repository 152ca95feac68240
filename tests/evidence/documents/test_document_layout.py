"""Paragraphs, tables, headings and pages of texts of different make, and what locators mean in them."""

from __future__ import annotations

import pytest

from metasyn.evidence.documents import DocumentText, document_text, locate
from metasyn.evidence.documents.layout import body_paragraphs, lines_of

NEWS = """Tea Helps Sleep

Share this page:
Tea helped people sleep in a trial.
Tea helped people sleep in a trial.

In a trial of 100 people tea helped them to sleep, its authors say in a journal.1

Sleep was longer with tea (5.5 hours

[95% CI, 4.9-6.1]) than with water.

RELATED: Coffee and waking

About a third of them dreamt of tea.
"""
COLUMN = """Tea in Europe
Ada Axelsson and Bo Boateng
Tea has been drunk for a long time and in many places
by people of every age, who like it with milk and with
sugar or with neither.
In the trial that we report on here, people drank tea
or water every evening for a month, and kept a diary of
what they dreamt.
"""
SECTIONS = """Abstract: Tea is old. We report on it.

Methods
People drank tea every evening. Methods of brewing were many, and the
Results depended on them.

Table 2 summarises who they were.

Side Effects of Tea
There were none to speak of.
Table 2 Who they were
Age n
Young 60
Abbreviations: n, number of
people asked.
After this nobody fell ill.

Conclusion
Tea is good.
"""


def texts(document: DocumentText, locator: str) -> list[str]:
    return [
        document.text[region.span.start : region.span.end].strip() for region in locate(document, locator)
    ]


def paragraphs(text: str) -> list[str]:
    return [text[span.start : span.end] for span in body_paragraphs(lines_of(text))]


def test_headings_teasers_and_links_are_not_paragraphs() -> None:
    found = paragraphs(NEWS)
    assert [text.split()[0] for text in found] == ["In", "Sleep", "About"]
    assert found[1].endswith("than with water.")


@pytest.mark.parametrize("text", [COLUMN, COLUMN.replace("\n", "\n\n")])
def test_a_column_ends_its_paragraphs_with_short_lines(text: str) -> None:
    assert [words.split()[-1] for words in paragraphs(text)] == ["neither.", "dreamt."]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    document = document_text(["one  \n\n  two\r\nthree"], paged=False)
    assert [document.where(document.text.index(word)) for word in ("one", "two", "three")] == [
        "line 1",
        "line 3",
        "line 4",
    ]


@pytest.mark.parametrize(
    ("locator", "begins", "ends"),
    [
        ("Methods", "Methods\nPeople", "they were."),
        ("text, Methods", "Methods\nPeople", "they were."),
        ("Side effects section", "Side Effects of Tea", "none to speak of."),
        ("Table 2", "Table 2 Who", "people asked."),
        ("Table 2, row Young", "Table 2 Who", "people asked."),
        ("abstract", "Abstract: Tea", "on it."),
        ("Conclusion", "Conclusion", "Tea is good."),
    ],
)
def test_a_locator_is_a_stretch_of_the_text(locator: str, begins: str, ends: str) -> None:
    found = texts(document_text([SECTIONS], paged=False), locator)[0]
    assert found.startswith(begins)
    assert found.endswith(ends)


def test_a_table_set_into_a_section_is_not_part_of_it() -> None:
    before, after = texts(document_text([SECTIONS], paged=False), "Side effects")
    assert "Young" not in before + after
    assert after == "After this nobody fell ill."


def test_alternatives_and_several_paragraphs() -> None:
    document = document_text([NEWS], paged=False)
    assert [text.split()[0] for text in texts(document, "paras 1, 3")] == ["In", "About"]
    assert [text.split()[0] for text in texts(document, "paras 1-2; para 3")] == ["In", "Sleep", "About"]


@pytest.mark.parametrize(
    "locator", ["", ";", "supplement", "para 99", "para 0", "page 1", "Table 1", "para x", "text"]
)
def test_what_is_not_there_names_nothing(locator: str) -> None:
    assert texts(document_text([NEWS], paged=False), locator) == []


def test_pages_are_named_by_their_number() -> None:
    document = document_text(["First page.", "Second page has words."], paged=True)
    assert texts(document, "page 2") == ["Second page has words."]
    assert texts(document, "p. 437") == []
    assert document.where(document.text.index("Second")) == "page 2, paragraph 1"


def test_an_empty_text_has_no_places() -> None:
    assert document_text([""], paged=False).paragraphs == ()
