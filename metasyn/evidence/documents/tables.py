"""Where the tables and figures of a text begin and end, by their captions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metasyn.evidence.documents.layout import Line, Span, ends_sentence

__all__ = ["numbered_parts"]

# A sentence may begin with "Table 3 summarises"; a caption goes on with a capital, a mark, or not at all.
_CAPTION = re.compile(
    r"(?P<kind>Table|Figure|Fig|TABLE|FIGURE|FIG)\.?\s+(?P<number>S?\d+)(?![\d])"
    r"(?=\s*$|\s*[.:|–—-]|\s+[\"“(]?[A-Z0-9])"
)
_FOOTNOTE = re.compile(r"(?:abbreviations?|notes?|footnotes?)\b", re.IGNORECASE)
_MOST = 500
_LONGEST = {"table": 6000, "figure": 1500}


def numbered_parts(text: str, lines: Sequence[Line]) -> dict[tuple[str, str], tuple[Span, ...]]:
    """Tables and figures by kind and number.

    Parameters
    ----------
    text : str
    lines : sequence of Line

    Returns
    -------
    dict of (kind, number) to tuple of Span
        From the line of the caption to the end of the footnote ("Abbreviations: ...", "Note: ..."), else to
        the next caption, and no further than a table is long. A caption that is repeated on the next page
        gives a second stretch.
    """
    captions = [(i, match) for i, line in enumerate(lines) if (match := _CAPTION.match(line.text))][:_MOST]
    found: dict[tuple[str, str], list[Span]] = {}
    for at, (i, match) in enumerate(captions):
        kind = "table" if match["kind"].lower() == "table" else "figure"
        last = captions[at + 1][0] if at + 1 < len(captions) else len(lines)
        start = lines[i].start
        end = min(_end(lines, i, last), start + _LONGEST[kind], len(text))
        found.setdefault((kind, match["number"]), []).append(Span(start, end))
    return {key: tuple(spans) for key, spans in found.items()}


def _end(lines: Sequence[Line], first: int, last: int) -> int:
    """Where a part ends: behind its footnote, or before line `last`."""
    for i in range(first + 1, last):
        if _FOOTNOTE.match(lines[i].text):
            while i + 1 < last and lines[i + 1].text and not ends_sentence(lines[i].text):
                i += 1
            return lines[i].end
    return lines[last - 1].end
