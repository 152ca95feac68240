"""A report as a Word document that a co-author can edit: headings, captions, tables, links of Word itself."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, groupby
from typing import TYPE_CHECKING, Any, assert_never

from metasyn.report.blocks import (
    Block,
    Bullets,
    Definitions,
    FigureBlock,
    KeyResult,
    Note,
    Paragraph,
    Reference,
    References,
    ReportDocument,
    Section,
    TableBlock,
)
from metasyn.report.docx_file import (
    LYING_WIDTH,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    empty_file,
    file_bytes,
    page_setup,
)
from metasyn.report.docx_tables import data_table, definition_table, key_result_table, needs_lying_page
from metasyn.report.docx_xml import bookmarked, el, field, inner_link, paragraph, runs, web_link
from metasyn.report.legible import legible_document, link_target
from metasyn.wording import legible

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

__all__ = ["render_docx"]

_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_EMU_PER_TWIP = 635
_EMU_PER_INCH = 914_400
# Of the page, what a picture may take: its caption stands below it.
_PICTURE_SHARE = 0.86
_DEEPEST_HEADING = 4


def render_docx(document: ReportDocument, png: Mapping[str, bytes | tuple[bytes, ...]]) -> bytes:
    """The report as a Word file.

    Parameters
    ----------
    document : ReportDocument
    png : mapping of str to bytes or tuple of bytes
        Figure stem -> PNG of 200 dots per inch; several where the figure takes several pages.

    Returns
    -------
    bytes
        The same for the same input: no clock, no random ids.

    Raises
    ------
    ReportError
        If python-docx is not installed.
    """
    shown = legible_document(document)
    return file_bytes(_Writer(shown, png).written())


class _Writer:
    """One Word document while it is written: what can be linked to, and the next free number."""

    def __init__(self, document: ReportDocument, png: Mapping[str, bytes | tuple[bytes, ...]]) -> None:
        self.document = document
        self.png = png
        self.word = empty_file(document)
        self.numbers = count(1)
        self.portrait_parts = count()
        sections = list(_all_sections(document.sections))
        self.bookmarks = {section.anchor: f"section_{i}" for i, section in enumerate(sections, 1)}
        lists = (block for block in document.blocks() if isinstance(block, References) and block.numbered)
        entries = sum(len(block.items) for block in lists)
        self.sources = [f"source_{i}" for i in range(1, entries + 1)]
        self.unlisted = iter(self.sources)

    def written(self) -> Any:
        """The whole document."""
        self.add(paragraph("Kicker", runs("EVIDENCE SYNTHESIS")))
        self.add(paragraph("Title", runs(self.document.title)))
        self.contents()
        for section in self.document.sections:
            self.section(section, 1)
        return self.word

    def add(self, *elements: Element) -> None:
        """Put elements at the end of the text."""
        body: Any = self.word.element.body
        for element in elements:
            body.sectPr.addprevious(element)

    def contents(self) -> None:
        """A table of contents that is complete before Word computes it; without page numbers."""
        listed = [section for section in self.document.sections if section.heading]
        if not listed:
            return
        self.add(paragraph("TOCHeading", runs("Contents")))
        for i, section in enumerate(listed):
            link = inner_link(self.bookmarks[section.anchor], runs(section.heading, style="Hyperlink"))
            entry = field('TOC \\o "1-1" \\n \\h \\z \\u', [link], begins=i == 0, ends=i == len(listed) - 1)
            self.add(paragraph("TOC1", entry))

    def section(self, section: Section, level: int) -> None:
        """A heading, its blocks, and the sections inside."""
        inside = bookmarked(self.bookmarks[section.anchor], next(self.numbers), runs(section.heading))
        self.add(paragraph(f"Heading{min(level, _DEEPEST_HEADING)}", inside))
        for is_key, blocks in groupby(section.blocks, key=lambda block: isinstance(block, KeyResult)):
            if is_key:
                self.key_results([block for block in blocks if isinstance(block, KeyResult)])
            else:
                for block in blocks:
                    self.block(block)
        for inner in section.sections:
            self.section(inner, level + 1)

    def block(self, block: Block) -> None:
        """One block; a kind that is not known here does not type-check."""
        match block:
            case Paragraph():
                self.add(paragraph("Normal", _led(block.lead, block.text), follow=not block.text))
            case Bullets():
                self.add(*(paragraph("ListBullet", runs(item)) for item in block.items))
            case Definitions():
                self.add(definition_table(block, PAGE_WIDTH), paragraph("TableNote"))
            case Note():
                self.add(_note(block, self.bookmarks))
            case KeyResult():
                self.key_results([block])
            case TableBlock():
                self.table(block)
            case FigureBlock():
                self.figure(block)
            case References():
                self.add(*(self.reference(entry, block.numbered) for entry in block.items))
            case _:
                assert_never(block)

    def key_results(self, results: list[KeyResult]) -> None:
        """The headlines of all outcomes in one table."""
        self.add(key_result_table(results, PAGE_WIDTH, self.bookmarks), paragraph("TableNote"))

    def table(self, block: TableBlock) -> None:
        """Caption, table, remarks; on a lying page where an upright one is too narrow."""
        lying = needs_lying_page(block.table, PAGE_WIDTH)
        if lying:
            self.turn_page(lying=False)
        caption = _caption("Table", block.number, f"{block.table.caption}.")
        self.add(paragraph("Caption", caption, follow=True))
        self.add(data_table(block.table, LYING_WIDTH if lying else PAGE_WIDTH, self.sources))
        for remark in block.table.notes or ("",):
            self.add(paragraph("TableNote", runs(remark)))
        if lying:
            self.turn_page(lying=True)

    def turn_page(self, *, lying: bool) -> None:
        """End a part of the text whose pages stand or lie."""
        setup = page_setup(self.word, lying=lying, first=next(self.portrait_parts) == 0)
        self.add(el("p", el("pPr", el("pStyle", val="TableNote"), setup)))

    def figure(self, block: FigureBlock) -> None:
        """Picture with its description in words, caption; one after the other where it takes pages."""
        given = self.png[block.stem]
        pages = given if isinstance(given, tuple) else (given,)
        for i, page in enumerate(pages):
            self.add(paragraph("Picture", [self.picture(page, block, i, len(pages))]))
            if i == 0:
                self.add(paragraph("Caption", _caption("Figure", block.number, block.caption)))
            else:
                self.add(paragraph("Caption", runs(f"Figure {block.number}, continued.", bold=True)))

    def picture(self, page: bytes, block: FigureBlock, i: int, pages: int) -> Element:
        """A PNG in the line of text, no wider and no higher than the page."""
        from docx.image.image import Image

        image = Image.from_blob(page)
        width, height = (round(side / 200 * _EMU_PER_INCH) for side in (image.px_width, image.px_height))
        room = PAGE_WIDTH * _EMU_PER_TWIP, PAGE_HEIGHT * _EMU_PER_TWIP * _PICTURE_SHARE
        scale = min(1.0, room[0] / width, room[1] / height)
        inline: Any = self.word.part.new_pic_inline(
            io.BytesIO(page), round(width * scale), round(height * scale)
        )
        alt = block.alt if pages == 1 else f"{block.alt} Part {i + 1} of {pages}."
        inline.docPr.set("descr", alt)
        inline.docPr.set("name", f"Figure {block.number}" + (f", part {i + 1}" if pages > 1 else ""))
        inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("name", f"{block.stem}.png")
        return el("r", el("drawing", inline))

    def reference(self, item: Reference, numbered: bool) -> Element:
        """An entry of a list of documents, with its web address."""
        text = runs(item.text)
        if numbered:
            text = bookmarked(next(self.unlisted), next(self.numbers), text)
        target = link_target(item.link)
        if target:
            relation = self.word.part.relate_to(target, _HYPERLINK, is_external=True)
            text = [*text, *runs(" "), web_link(relation, legible(item.link.removeprefix("https://")))]
        if item.note:
            text = [*text, *runs(f" {item.note}")]
        return paragraph("ListNumber" if numbered else "Reference", text)


def _all_sections(sections: Iterable[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all_sections(section.sections)


def _note(block: Note, bookmarks: Mapping[str, str]) -> Element:
    inside = _led(f"{block.heading}." if block.heading else "", block.text)
    if block.anchor in bookmarks:
        link = inner_link(bookmarks[block.anchor], runs(block.see, style="Hyperlink"))
        inside = [*inside, *runs(" See "), link, *runs(".")]
    return paragraph("Caution" if block.tone == "caution" else "Note", inside)


def _led(lead: str, text: str) -> list[Element]:
    return [*runs(lead, bold=True), *runs(f" {text}" if lead and text else text)]


def _caption(word: str, number: int, text: str) -> list[Element]:
    """Word's own caption: it counts by itself when tables or figures are added."""
    counted = field(f"SEQ {word} \\* ARABIC", runs(str(number), bold=True), bold=True)
    return [*runs(f"{word} ", bold=True), *counted, *runs(". ", bold=True), *runs(text)]
