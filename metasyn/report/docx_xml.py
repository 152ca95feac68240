"""Pieces of WordprocessingML: elements, runs of text, fields, links and bookmarks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

__all__ = [
    "bookmarked",
    "cited",
    "el",
    "field",
    "inner_link",
    "paragraph",
    "runs",
    "web_link",
]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFTWARD = re.compile("\u200e([^\u200e]*)\u200e")
_CITATION = re.compile(r"\[([0-9]{1,4})\]")


def el(tag: str, *children: Element | None, **attributes: str | int) -> Element:
    """An element of the `w` namespace with attributes of it; children that are None are left out."""
    from docx.oxml import OxmlElement

    names = {f"{_W}{name}": str(value) for name, value in attributes.items()}
    made: Element = OxmlElement(f"w:{tag}", attrs=names)
    for child in children:
        if child is not None:
            made.append(child)
    return made


def paragraph(style: str, *parts: Iterable[Element], align: str = "", follow: bool = False) -> Element:
    """A paragraph of a style; `follow` keeps it on the page of the next one."""
    properties = el(
        "pPr",
        el("pStyle", val=style),
        el("keepNext") if follow else None,
        el("jc", val=align) if align else None,
    )
    return el("p", properties, *(element for part in parts for element in part))


def runs(text: str, *, bold: bool = False, style: str = "") -> list[Element]:
    """A text as runs; words that run from right to left are runs of their own and marked as such."""
    made = []
    for number, piece in enumerate(_LEFTWARD.split(text)):
        leftward = number % 2 == 1
        if piece:
            shown = f"\u200e{piece}\u200e" if leftward else piece
            made.append(_run(shown, bold=bold, style=style, leftward=leftward))
    return made


def _run(text: str, *, bold: bool, style: str, leftward: bool) -> Element:
    properties = el(
        "rPr",
        el("rStyle", val=style) if style else None,
        el("b") if bold else None,
        el("bCs") if bold else None,
        el("rtl") if leftward else None,
    )
    return el("r", properties if len(properties) else None, _text("t", text))


def _text(tag: str, text: str) -> Element:
    made = el(tag)
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def field(
    code: str, shown: Sequence[Element], *, begins: bool = True, ends: bool = True, bold: bool = False
) -> list[Element]:
    """A field with what it shows until Word computes it anew; it may begin here and end elsewhere."""

    def part(content: Element) -> Element:
        return el("r", el("rPr", el("b"), el("bCs")) if bold else None, content)

    opening = [
        part(el("fldChar", fldCharType="begin")),
        part(_text("instrText", f" {code} ")),
        part(el("fldChar", fldCharType="separate")),
    ]
    closing = [part(el("fldChar", fldCharType="end"))]
    return [*(opening if begins else []), *shown, *(closing if ends else [])]


def bookmarked(name: str, number: int, inside: Iterable[Element]) -> list[Element]:
    """Elements that links can point to."""
    start = el("bookmarkStart", id=number, name=name)
    return [start, *inside, el("bookmarkEnd", id=number)]


def inner_link(bookmark: str, inside: Iterable[Element]) -> Element:
    """A link to a bookmark of the same document."""
    return el("hyperlink", *inside, anchor=bookmark, history=1)


def web_link(relation: str, text: str) -> Element:
    """A link to an address that the document relates to."""
    from docx.oxml.ns import qn

    made = el("hyperlink", *runs(text, style="Hyperlink"), history=1)
    made.set(qn("r:id"), relation)
    return made


def cited(text: str, bookmarks: Sequence[str], *, bold: bool = False) -> list[Element]:
    """A text whose numbers in brackets lead to the entries of the list of sources."""
    made: list[Element] = []
    end = 0
    for match in _CITATION.finditer(text):
        number = int(match[1])
        if 1 <= number <= len(bookmarks):
            made.extend(runs(text[end : match.start()], bold=bold))
            link = runs(match[0], bold=bold, style="Hyperlink")
            made.append(inner_link(bookmarks[number - 1], link))
            end = match.end()
    return [*made, *runs(text[end:], bold=bold)]
