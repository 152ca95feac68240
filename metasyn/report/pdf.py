"""A report as a tagged, archivable PDF (PDF/A-2a and PDF/UA-1), set by typst."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from metasyn.errors import ReportError
from metasyn.report.blocks import (
    Block,
    Bullets,
    Definitions,
    FigureBlock,
    KeyResult,
    Note,
    Paragraph,
    References,
    ReportDocument,
    Section,
    TableBlock,
)
from metasyn.tables.model import ReportTable

__all__ = ["render_pdf"]

# A fixed moment: a report says what it was made from, not when.
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
# Longer words get break opportunities: a column of a table is some 20 letters wide.
_LONG_IN_CELL, _LONG_IN_TEXT = 20, 60
_FONTS = ("Libertinus Serif", "DejaVu Sans")


def render_pdf(document: ReportDocument, svg: Mapping[str, bytes]) -> bytes:
    """The report as PDF.

    Parameters
    ----------
    document : ReportDocument
    svg : mapping of str to bytes
        Figure stem -> SVG file.

    Returns
    -------
    bytes
        The same for the same input: no clock, no random ids.

    Raises
    ------
    ReportError
        If typst is not installed, or finds an error or anything to warn of (a missing font, a picture
        without a description).
    """
    with tempfile.TemporaryDirectory(prefix="metasyn-") as folder:
        root = Path(folder)
        template = files("metasyn.report").joinpath("templates/report.typ").read_text(encoding="utf-8")
        (root / "main.typ").write_text(template, encoding="utf-8")
        for stem, data in svg.items():
            (root / f"{stem}.svg").write_bytes(data)
        content = json.dumps(_plain_document(document), ensure_ascii=False)
        (root / "document.json").write_text(content, encoding="utf-8")
        return _compile(root, document.name)


def _compile(root: Path, name: str) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise ReportError('PDF needs typst: pip install "metasyn-evidence[report]".') from error
    try:
        made, warnings = typst.compile_with_warnings(
            str(root / "main.typ"),
            root=str(root),
            font_paths=[_matplotlib_fonts()],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=_MOMENT,
        )
    except typst.TypstError as error:
        raise ReportError(f"{name}: the PDF cannot be set: {_first_line(error)}") from error
    if warnings:
        raise ReportError(f"{name}: the PDF would be defective: {_first_line(warnings[0])}")
    return bytes(made)


def _first_line(error: object) -> str:
    return (str(getattr(error, "message", "")) or str(error)).strip().split("\n")[0]


def _matplotlib_fonts() -> str:
    """The fonts that the text of the figures is set in."""
    try:
        import matplotlib
    except ImportError as error:
        raise ReportError('Figures need matplotlib: pip install "metasyn-evidence[report]".') from error
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


def _plain_document(document: ReportDocument) -> dict[str, Any]:
    return {
        "name": document.name,
        "title": document.title,
        "question": document.question,
        "fonts": list(_FONTS),
        "sections": [_plain_section(section) for section in document.sections],
    }


def _plain_section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "blocks": [{"kind": block.kind, **_plain_block(block)} for block in section.blocks],
        "sections": [_plain_section(inner) for inner in section.sections],
    }


def _plain_block(block: Block) -> dict[str, Any]:
    """A block as JSON; a kind that is not known here does not type-check."""
    match block:
        case Paragraph():
            return {"text": breakable(block.text, _LONG_IN_TEXT), "lead": block.lead}
        case Bullets():
            return {"items": [breakable(item, _LONG_IN_TEXT) for item in block.items]}
        case Definitions():
            return {"items": [[breakable(text, _LONG_IN_CELL) for text in item] for item in block.items]}
        case Note():
            return {"text": block.text, "heading": block.heading, "tone": block.tone}
        case KeyResult():
            names = ("label", "figure", "interval", "basis", "sentence", "why")
            return {name: getattr(block, name) for name in names}
        case TableBlock():
            return {"number": block.number, **_plain_table(block.table)}
        case FigureBlock():
            return {
                "number": block.number,
                "file": f"{block.stem}.svg",
                "caption": block.caption,
                "alt": block.alt,
            }
        case References():
            items = [{"text": item.text, "link": item.link, "note": item.note} for item in block.items]
            return {"items": items, "numbered": block.numbered}


def breakable(text: str, longest: int) -> str:
    """The text with invisible break opportunities in words that would run out of their column.

    Examples
    --------
    >>> breakable("a_very_long_name and short", 8).split("\N{ZERO WIDTH SPACE}")
    ['a_', 'very_', 'long_', 'name and short']
    """
    return " ".join(word if len(word) <= longest else _broken(word, longest) for word in text.split(" "))


def _broken(word: str, longest: int) -> str:
    pieces = re.findall(r"[^_/.,;:|]*[_/.,;:|]+|[^_/.,;:|]+$", word)
    cut = (piece[i : i + longest] for piece in pieces for i in range(0, len(piece), longest))
    return "\N{ZERO WIDTH SPACE}".join(cut)


def _plain_table(table: ReportTable) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [
            {"header": column.header, "align": column.align, "weight": column.weight}
            for column in table.columns
        ],
        "rows": [[breakable(cell, _LONG_IN_CELL) for cell in row] for row in table.rows],
        "notes": [breakable(remark, _LONG_IN_TEXT) for remark in table.notes],
        "emphasis": list(table.emphasis),
    }
