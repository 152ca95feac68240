"""What the typst template of the PDF is given: a document as JSON, with breaks where words are too long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from metasyn.report.column_widths import column_shares, is_long
from metasyn.report.legible import link_target, shortened
from metasyn.tables.model import ReportTable
from metasyn.wording import legible

__all__ = ["Picture", "breakable", "plain_document"]

# Longer words get break opportunities: a column of a table is some 20 letters wide.
_LONG_IN_CELL, _LONG_IN_TEXT, _LONG_IN_TITLE = 20, 60, 30
# A running head is one line.
_LONGEST_HEAD = 100
# Between the margins, in points; the columns of a table share it.
_PAGE_WIDTH = 487.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure on one page: its file, and how many points one of its units is."""

    file: str
    scale: float = 1.0


def plain_document(
    document: ReportDocument, pictures: Mapping[str, tuple[Picture, ...]], fonts: tuple[str, ...]
) -> dict[str, Any]:
    """A document as JSON.

    Parameters
    ----------
    document : ReportDocument
        As `legible_document` makes it.
    pictures : mapping of str to tuple of Picture
        Figure stem -> its pages.
    fonts : tuple of str
        Families, in the order in which they are tried.

    Returns
    -------
    dict
    """
    return {
        "name": document.name,
        "title": breakable(document.title, _LONG_IN_TITLE),
        "plain_title": document.title,
        "running_title": shortened(document.title, _LONGEST_HEAD),
        "question": document.question,
        "fonts": list(fonts),
        "sections": [_plain_section(section, pictures) for section in document.sections],
    }


def _plain_section(section: Section, pictures: Mapping[str, tuple[Picture, ...]]) -> dict[str, Any]:
    return {
        "heading": breakable(section.heading, _LONG_IN_TITLE),
        "blocks": [{"kind": block.kind, **_plain_block(block, pictures)} for block in section.blocks],
        "sections": [_plain_section(inner, pictures) for inner in section.sections],
    }


def _plain_block(block: Block, pictures: Mapping[str, tuple[Picture, ...]]) -> dict[str, Any]:
    """A block as JSON; a kind that is not known here does not type-check."""
    match block:
        case Paragraph():
            return _words(_LONG_IN_TEXT, text=block.text, lead=block.lead)
        case Bullets():
            return {"items": [breakable(item, _LONG_IN_TEXT) for item in block.items]}
        case Definitions():
            return {"items": [[breakable(text, _LONG_IN_CELL) for text in item] for item in block.items]}
        case Note():
            text = f"{block.text} See {block.see}." if block.see else block.text
            return {"tone": block.tone, **_words(_LONG_IN_TEXT, text=text, heading=block.heading)}
        case KeyResult():
            names = ("label", "figure", "interval", "basis", "sentence")
            return _words(_LONG_IN_CELL, **{name: getattr(block, name) for name in names})
        case TableBlock():
            return {"number": block.number, **_plain_table(block.table)}
        case FigureBlock():
            files = [{"file": one.file, "scale": one.scale} for one in pictures[block.stem]]
            caption = breakable(block.caption, _LONG_IN_TEXT)
            return {"number": block.number, "files": files, "caption": caption, "alt": block.alt}
        case References():
            return {"items": [_plain_reference(item) for item in block.items], "numbered": block.numbered}


def _plain_reference(item: Reference) -> dict[str, str]:
    shown = legible(item.link.removeprefix("https://"))
    return {
        "link": link_target(item.link),
        **_words(_LONG_IN_TEXT, text=item.text, note=item.note, shown=shown),
    }


def _words(longest: int, **texts: str) -> dict[str, str]:
    return {name: breakable(text, longest) for name, text in texts.items()}


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
    step = max(1, longest // 2)
    cut = (
        [piece] if len(piece) <= longest else [piece[i : i + step] for i in range(0, len(piece), step)]
        for piece in pieces
    )
    return "\N{ZERO WIDTH SPACE}".join(short for parts in cut for short in parts)


def _plain_table(table: ReportTable) -> dict[str, Any]:
    size = _table_size(len(table.columns))
    ems = _PAGE_WIDTH / size
    shares = column_shares(table, ems)
    return {
        "caption": breakable(table.caption, _LONG_IN_TEXT),
        "size": size,
        "long": is_long(table, shares, ems),
        "columns": [
            {"header": breakable(column.header, _LONG_IN_CELL), "align": column.align, "share": share}
            for column, share in zip(table.columns, shares, strict=True)
        ],
        "rows": [[breakable(cell, _LONG_IN_CELL) for cell in row] for row in table.rows],
        "notes": [breakable(remark, _LONG_IN_TEXT) for remark in table.notes],
        "emphasis": list(table.emphasis),
    }


def _table_size(columns: int) -> float:
    """Points of the letters of a table."""
    return 8.8 if columns <= 4 else 8.0 if columns <= 6 else 7.2
