"""The Word file around the text: page, running heads, properties, and the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from metasyn.errors import ReportError
from metasyn.report.docx_styles import numbering, style_sheet
from metasyn.report.docx_xml import el, field, paragraph, runs
from metasyn.report.legible import shortened

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

    from metasyn.report.blocks import ReportDocument

__all__ = ["LYING_WIDTH", "PAGE_HEIGHT", "PAGE_WIDTH", "empty_file", "file_bytes", "page_setup"]

# A fixed moment: a report says what it was made from, not when. Zip files cannot hold an earlier one.
_MOMENT = datetime(2000, 1, 1)
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)
# A4 and its margins, in twentieths of a point.
_SHORT, _LONG, _MARGIN, _HEAD = 11906, 16838, 1077, 1247
PAGE_WIDTH, PAGE_HEIGHT, LYING_WIDTH = _SHORT - 2 * _MARGIN, _LONG - 2 * _HEAD, _LONG - 2 * _MARGIN
# Word takes no longer properties; a running head is one line.
_LONGEST_PROPERTY, _LONGEST_HEAD = 255, 90
_NOT_NEEDED = ("thumbnail", "customXml", "stylesWithEffects")


def empty_file(report: ReportDocument) -> Document:
    """A Word document without text, in our styles.

    Parameters
    ----------
    report : ReportDocument
        Gives the title, the question and the name.

    Returns
    -------
    docx.document.Document

    Raises
    ------
    ReportError
        If python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise ReportError('DOCX needs python-docx: pip install "metasyn-evidence[report]".') from error
    word = docx.Document()
    _refill(word.styles.element, style_sheet())
    _refill(word.part.numbering_part.element, numbering())
    _drop_what_is_not_needed(word)
    _settings(word)
    _page(word, report)
    _properties(word, report)
    return word


def page_setup(word: Document, *, lying: bool, first: bool) -> Element:
    """The properties of a part of the text: an A4 page, upright or lying, with the same heads."""
    from copy import deepcopy

    from docx.oxml.ns import qn

    setup: Any = deepcopy(word.sections[-1]._sectPr)
    for old in setup.findall(qn("w:titlePg")) if not first else ():
        setup.remove(old)
    if not first:
        for reference in (*setup.findall(qn("w:headerReference")), *setup.findall(qn("w:footerReference"))):
            setup.remove(reference)
    if lying:
        size = setup.find(qn("w:pgSz"))
        size.attrib.update({qn("w:w"): str(_LONG), qn("w:h"): str(_SHORT), qn("w:orient"): "landscape"})
    made: Element = setup
    return made


def file_bytes(word: Document) -> bytes:
    """The document as a file: parts in a fixed order, with fixed dates."""
    written = io.BytesIO()
    word.save(written)
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(packed, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, _ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, old.read(name), compresslevel=9)
    return packed.getvalue()


def _refill(element: Any, children: list[Element]) -> None:
    for old in list(element):
        element.remove(old)
    for child in children:
        element.append(child)


def _drop_what_is_not_needed(word: Document) -> None:
    for owner in (word.part.package.rels, word.part.rels):
        for key in [key for key, relation in owner.items() if relation.reltype.endswith(_NOT_NEEDED)]:
            del owner[key]


def _settings(word: Document) -> None:
    """Word of this century, languages as in the styles."""
    from docx.oxml.ns import qn

    settings: Any = word.settings.element
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    for name in ("w:rsids", "w:savePreviewPicture", "w:proofState", "w:themeFontLang", "w:zoom"):
        for found in settings.findall(qn(name)):
            settings.remove(found)


def _page(word: Document, report: ReportDocument) -> None:
    from docx.oxml.ns import qn

    section = word.sections[0]
    setup: Any = section._sectPr
    for old in list(setup):
        setup.remove(old)
    setup.append(el("pgSz", w=_SHORT, h=_LONG))
    sides = {"top": _HEAD, "right": _MARGIN, "bottom": _HEAD, "left": _MARGIN}
    setup.append(el("pgMar", **sides, header=600, footer=600, gutter=0))
    section.different_first_page_header_footer = True
    _refill_part(section.header, paragraph("Header", runs(shortened(report.title, _LONGEST_HEAD))))
    _refill_part(section.first_page_header, paragraph("Header"))
    for footer in (section.footer, section.first_page_footer):
        page = [*runs("Page "), *field("PAGE", runs("1")), *runs(" of "), *field("NUMPAGES", runs("1"))]
        _refill_part(footer, paragraph("Footer", page, align="right"))
    assert setup.find(qn("w:titlePg")) is not None


def _refill_part(part: Any, content: Element) -> None:
    part.is_linked_to_previous = False
    _refill(part._element, [content])


def _properties(word: Document, report: ReportDocument) -> None:
    properties = word.core_properties
    properties.title = shortened(report.title, _LONGEST_PROPERTY)
    properties.subject = shortened(report.question, _LONGEST_PROPERTY)
    properties.author = properties.last_modified_by = "metasyn"
    properties.keywords = "meta-analysis, evidence synthesis"
    properties.comments = ""
    properties.language = "en-GB"
    properties.created = properties.modified = _MOMENT
    properties.revision = 1
