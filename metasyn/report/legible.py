"""Any text in a document made fit for a page: nothing in it can break a file or turn round its neighbours."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast
from urllib.parse import quote

from metasyn.wording import legible

__all__ = ["legible_document", "link_target", "shortened"]

T = TypeVar("T")

# Names of things and choices, not words for a reader.
_NOT_WORDS = frozenset({"name", "anchor", "slug", "stem", "key", "align", "tone", "link", "layout"})
_CONTINUES = "\N{HORIZONTAL ELLIPSIS}"


def legible_document(part: T) -> T:
    """A document, or any part of it, with every text as `metasyn.wording.legible` shows it.

    Parameters
    ----------
    part : dataclass, tuple or str
        A `ReportDocument`, a section, a block, or tuples of these.

    Returns
    -------
    The same kind of thing. Names, anchors, links and figures are left as they are.

    Examples
    --------
    >>> from metasyn.report.blocks import Paragraph
    >>> legible_document(Paragraph("two\\nlines"))
    Paragraph(text='two lines', lead='')
    """
    if isinstance(part, str):
        return cast(T, legible(part))
    if isinstance(part, tuple):
        return cast(T, tuple(legible_document(inner) for inner in part))
    if not is_dataclass(part) or isinstance(part, type):
        return part
    given = {one.name: getattr(part, one.name) for one in fields(part) if one.name not in _NOT_WORDS}
    made = {name: legible_document(value) for name, value in given.items()}
    changed = {name: value for name, value in made.items() if value != given[name]}
    return cast(T, replace(part, **changed)) if changed else part


def link_target(link: str) -> str:
    """A web address that every format accepts; empty if it is none.

    Examples
    --------
    >>> link_target("https://doi.org/10.1/a b<c>"), link_target("javascript:alert(1)")
    ('https://doi.org/10.1/a%20b%3Cc%3E', '')
    """
    if not link.startswith(("https://", "http://")):
        return ""
    return quote(link.encode("utf-8", "replace"), safe="/:?#@!$&'()*+,;=~%-._")


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning where it is longer: for running heads and properties of files.

    Examples
    --------
    >>> shortened("abcdef", 6), shortened("abcdefg", 6)
    ('abcdef', 'abcde…')
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + _CONTINUES
