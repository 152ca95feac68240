"""Bytes of a document to the text of its pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

__all__ = ["ENDINGS", "MAX_BYTES", "DocumentProblem", "decode_html", "decode_text", "pdf_pages"]

MAX_BYTES = 50_000_000
MAX_LETTERS = 2_000_000
_MAX_PAGES = 2_000
# What a document may be called, and what is then in it.
ENDINGS = {".txt": "text", ".text": "text", ".md": "text", ".html": "html", ".htm": "html", ".pdf": "pdf"}

_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption",
     "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
     "pre", "section", "table", "tr", "ul")
)  # fmt: skip
_UNSEEN = frozenset(("script", "style", "template", "head", "noscript"))


class DocumentProblem(Exception):
    """A document that cannot be read, in one line."""


def decode_text(content: bytes) -> str:
    """The text of a plain file: UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252.

    Raises
    ------
    DocumentProblem
        If it is empty or not text.

    Examples
    --------
    >>> decode_text("0·62".encode("cp1252")), decode_text("0·62".encode("utf-8-sig"))
    ('0·62', '0·62')
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", "replace")
    else:
        if b"\0" in content:
            raise DocumentProblem("it is not text: it has zero bytes")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return _kept(text)


def decode_html(content: bytes) -> str:
    """The visible text of a page; each block on lines of its own.

    Raises
    ------
    DocumentProblem
        If it is empty or not text.

    Examples
    --------
    >>> decode_html(b"<style>p {}</style><p>HR <b>0.62</b></p><p>95% CI</p>").split()
    ['HR', '0.62', '95%', 'CI']
    """
    reader = _Visible()
    reader.feed(decode_text(content))
    reader.close()
    return _kept(re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces)))


class _Visible(HTMLParser):
    """Collects the text of a page that a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.unseen and tag in _UNSEEN:
            self.unseen = tag
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self.unseen:
            self.unseen = ""
        self._block(tag)

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            # A line break in the source of a page is a space.
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _block(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag in ("td", "th", "sup", "sub"):
            self.pieces.append(" ")


def pdf_pages(content: bytes) -> tuple[str, ...]:
    """The text of each page of a PDF, as pypdf finds it.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    tuple of str
        One per page; an empty text for a page that is a picture.

    Raises
    ------
    DocumentProblem
        If it is not a PDF, is damaged, needs a password, is too large, or holds no text.
    """
    import io
    import warnings

    import pypdf

    if b"%PDF-" not in content[:1024]:
        raise DocumentProblem("it is not a PDF")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = pypdf.PdfReader(io.BytesIO(content))
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentProblem("it is encrypted: save a copy without password")
            return _pages(reader)
    except pypdf.errors.DependencyError:
        raise DocumentProblem(
            "it is encrypted: save a copy without, or install the package cryptography"
        ) from None
    except DocumentProblem:
        raise
    # A damaged file makes pypdf fail in many ways ("other exceptions", says its documentation).
    except Exception as error:  # noqa: BLE001
        raise DocumentProblem(f"the PDF is damaged: {_one_line(error)}") from None


def _pages(reader: Any) -> tuple[str, ...]:
    """Text of all pages, within limits."""
    count = len(reader.pages)
    if count > _MAX_PAGES:
        raise DocumentProblem(f"it has {count} pages; at most {_MAX_PAGES} are read")
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text())
        if sum(map(len, pages)) > MAX_LETTERS:
            raise DocumentProblem(f"it holds more than {MAX_LETTERS:,} characters of text")
    if not any(page.strip() for page in pages):
        raise DocumentProblem("it holds no text (scanned pages?): make it searchable first")
    return tuple(pages)


def _kept(text: str) -> str:
    if not text.strip():
        raise DocumentProblem("it is empty")
    if len(text) > MAX_LETTERS:
        raise DocumentProblem(f"it holds more than {MAX_LETTERS:,} characters of text")
    if sum(not c.isprintable() and c not in "\n\r\t\f\v\ufeff" for c in text[:10_000]) > 0.05 * len(
        text[:10_000]
    ):
        raise DocumentProblem("it is not text")
    return text


def _one_line(error: BaseException) -> str:
    said = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
