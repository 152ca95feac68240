"""A document as text that can be searched: pages, paragraphs, tables and headings at their places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from metasyn.evidence.documents.layout import Line, Span, body_paragraphs, line_number, lines_of
from metasyn.evidence.documents.normal import PlainText, normalise
from metasyn.evidence.documents.numbers import PlainNumber, numbers_in
from metasyn.evidence.documents.tables import numbered_parts

__all__ = ["DocumentText", "document_text"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DocumentText:
    """The text of a document, laid out for searching.

    Attributes
    ----------
    text : str
        As it was read; pages are separated by form feeds.
    pages : tuple of Span
        Of a PDF; empty for other documents, which have no pages.
    lines : tuple of Line
    paragraphs : tuple of Span
        Of running text; the first is paragraph 1.
    parts : mapping of (kind, number) to tuple of Span
        Tables and figures, `("table", "1")`, from caption to footnote.
    plain : PlainText
        In the form in which figures are compared.
    numbers, worded : tuple of PlainNumber
        Numbers of the plain text in digits; those and the written-out ones.
    index : mapping of str to tuple of int
        Digits of a number -> positions in `worded`.
    """

    text: str
    pages: tuple[Span, ...]
    lines: tuple[Line, ...]
    paragraphs: tuple[Span, ...]
    parts: Mapping[tuple[str, str], tuple[Span, ...]]
    plain: PlainText
    numbers: tuple[PlainNumber, ...]
    worded: tuple[PlainNumber, ...]
    index: Mapping[str, tuple[int, ...]]

    def where(self, place: int) -> str:
        """A place of the text in words.

        Parameters
        ----------
        place : int
            Place in `text`.

        Returns
        -------
        str
            Table, paragraph or page with its number, and the line where there are no pages.
        """
        named = [
            f"{kind.capitalize()} {number}"
            for (kind, number), spans in self.parts.items()
            for span in spans
            if span.start <= place < span.end
        ][:1]
        if not named:
            at = bisect_right([span.start for span in self.paragraphs], place)
            if at and place < self.paragraphs[at - 1].end:
                named = [f"paragraph {at}"]
        if self.pages:
            return ", ".join([f"page {bisect_right([span.start for span in self.pages], place)}", *named])
        return ", ".join([*named, f"line {line_number(self.lines, place)}"])

    def plain_span(self, span: Span) -> Span:
        """The same stretch in the plain text."""
        return Span(self.plain.place(span.start), self.plain.place(span.end))


def document_text(pages: Sequence[str], *, paged: bool) -> DocumentText:
    """Lay a text out for searching.

    Parameters
    ----------
    pages : sequence of str
        The text, page by page; one for a document without pages.
    paged : bool
        Whether they are pages of a document that has any.

    Returns
    -------
    DocumentText

    Examples
    --------
    >>> one = document_text(["Tea and sleep\\n\\nOf 100 people 62 slept well after tea."], paged=False)
    >>> one.where(one.text.index("62"))
    'paragraph 1, line 3'
    """
    clean = [page.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n") for page in pages]
    starts = [0]
    for page in clean:
        starts.append(starts[-1] + len(page) + 1)
    text = "\f".join(clean)
    lines = lines_of(text)
    plain = normalise(text)
    worded = numbers_in(plain.text, words=True)
    index: dict[str, list[int]] = {}
    for position, number in enumerate(worded):
        index.setdefault(number.digits, []).append(position)
    parts = numbered_parts(text, lines)
    inside = [span for spans in parts.values() for span in spans]
    return DocumentText(
        text=text,
        pages=tuple(Span(start, end - 1) for start, end in pairwise(starts)) if paged else (),
        lines=lines,
        paragraphs=tuple(
            p for p in body_paragraphs(lines) if not any(p.touches(s.start, s.end) for s in inside)
        ),
        parts=MappingProxyType(parts),
        plain=plain,
        numbers=tuple(number for number in worded if not number.in_words),
        worded=worded,
        index=MappingProxyType({digits: tuple(at) for digits, at in index.items()}),
    )
