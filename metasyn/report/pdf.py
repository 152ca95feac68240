"""A report as a tagged, archivable PDF (PDF/A-2a and PDF/UA-1), set by typst."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from metasyn.errors import ReportError
from metasyn.plots.fonts import font_folder, unknown_letters
from metasyn.report.blocks import ReportDocument
from metasyn.report.legible import legible_document
from metasyn.report.pdf_content import Picture, plain_document

__all__ = ["render_pdf"]

# A fixed moment: a report says what it was made from, not when.
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_FONTS = ("Libertinus Serif", "DejaVu Sans")
_STANDARDS = ("a-2a", "ua-1")
# A picture that cannot be lines and letters in an archivable file becomes dots, so many per inch.
_DOTS, _POINTS = 300, 72
_ABOUT_LETTERS = ("codepoint", "could not be displayed")


def render_pdf(document: ReportDocument, svg: Mapping[str, bytes | tuple[bytes, ...]]) -> bytes:
    """The report as PDF.

    Parameters
    ----------
    document : ReportDocument
    svg : mapping of str to bytes or tuple of bytes
        Figure stem -> SVG file; several where the figure takes several pages.

    Returns
    -------
    bytes
        The same for the same input: no clock, no random ids. Figures with scripts that join or stack
        letters are dots instead of lines; only if letters occur that no font can show as the standards
        ask, the file does not claim them.

    Raises
    ------
    ReportError
        If typst is not installed, or finds an error or anything to warn of (a missing font, a picture
        without a description).
    """
    shown = legible_document(document)
    pages = {stem: given if isinstance(given, tuple) else (given,) for stem, given in svg.items()}
    letters = frozenset().union(*(data.decode() for svgs in pages.values() for data in svgs))
    with tempfile.TemporaryDirectory(prefix="metasyn-") as folder:
        root = Path(folder)
        template = files("metasyn.report").joinpath("templates/report.typ").read_text(encoding="utf-8")
        (root / "main.typ").write_text(template, encoding="utf-8")
        try:
            return _compile(root, shown, _as_drawn(root, pages), _STANDARDS, letters)
        except _LettersError:
            dots = _as_dots(root, pages)
        try:
            return _compile(root, shown, dots, _STANDARDS, letters)
        except _LettersError:
            return _compile(root, shown, dots, (), letters)


class _LettersError(ReportError):
    """Letters that the standards of archives do not admit as they are."""


def _as_drawn(root: Path, pages: Mapping[str, tuple[bytes, ...]]) -> dict[str, tuple[Picture, ...]]:
    made = {}
    for stem, svgs in pages.items():
        pictures = [Picture(file=f"{stem}-{number}.svg") for number in range(len(svgs))]
        for picture, data in zip(pictures, svgs, strict=True):
            (root / picture.file).write_bytes(data)
        made[stem] = tuple(pictures)
    return made


def _as_dots(root: Path, pages: Mapping[str, tuple[bytes, ...]]) -> dict[str, tuple[Picture, ...]]:
    """All figures as dots: scripts that join or stack their letters cannot be tagged inside a picture."""
    from metasyn.plots.draw import typeset

    made = {}
    for stem, svgs in pages.items():
        scale = _POINTS / _DOTS
        pictures = [Picture(file=f"{stem}-{number}.png", scale=scale) for number in range(len(svgs))]
        for picture, data in zip(pictures, svgs, strict=True):
            png = typeset(data.decode(), "png", _DOTS, alt="", other_fonts=True)
            (root / picture.file).write_bytes(png)
        made[stem] = tuple(pictures)
    return made


def _compile(
    root: Path,
    document: ReportDocument,
    pictures: Mapping[str, tuple[Picture, ...]],
    standards: tuple[str, ...],
    letters: frozenset[str],
) -> bytes:
    """The PDF; where letters occur that our fonts lack, those of this machine are asked too."""
    try:
        import typst
    except ImportError as error:
        raise ReportError('PDF needs typst: pip install "metasyn-evidence[report]".') from error
    content = json.dumps(plain_document(document, pictures, _FONTS), ensure_ascii=False)
    (root / "document.json").write_text(content, encoding="utf-8")
    promised: Any = list(standards)
    try:
        made, warnings = typst.compile_with_warnings(
            str(root / "main.typ"),
            root=str(root),
            font_paths=[font_folder()],
            ignore_system_fonts=not unknown_letters("".join(sorted(letters | set(content)))),
            format="pdf",
            pdf_standards=promised,
            timestamp=_MOMENT,
        )
    except typst.TypstError as error:
        line = _first_line(error)
        kind = _LettersError if any(word in line for word in _ABOUT_LETTERS) else ReportError
        raise kind(f"{document.name}: the PDF cannot be set: {line}") from error
    if warnings:
        raise ReportError(f"{document.name}: the PDF would be defective: {_first_line(warnings[0])}")
    return bytes(made)


def _first_line(error: object) -> str:
    return (str(getattr(error, "message", "")) or str(error)).strip().split("\n")[0]
