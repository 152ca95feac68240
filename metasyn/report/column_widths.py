"""How a table shares the width of a page among its columns: by what stands in them."""

from __future__ import annotations

import math
import re
import unicodedata

from metasyn.tables.model import Column, ReportTable

__all__ = ["column_shares", "is_long", "needed_ems", "text_ems"]

# Rough widths of letters in ems, the same for every font: only their proportions matter.
_NARROW = frozenset("iljtfrI.,;:'|!()[]- \N{MINUS SIGN}/")
_WIDE = frozenset("mwMW@%")
_NARROW_EM, _USUAL_EM, _CAPITAL_EM, _WIDE_EM, _SQUARE_EM = 0.32, 0.54, 0.68, 0.86, 1.0
# Between two columns, and the longest piece of a word that is never broken.
_GAP, _LONGEST_PIECE, _SHORT_PIECE = 1.0, 14.0, 7.0
# 1 would give every column the same number of lines, 0 the same width.
_FAIRNESS = 0.75
_BOLD = 1.08
# Lines of a table that is not kept together on one page.
_MANY_LINES = 16
_PIECES = re.compile("[ \N{ZERO WIDTH SPACE}]")


def column_shares(table: ReportTable, ems: float) -> tuple[float, ...]:
    """The share of the page that each column gets.

    A column whose longest cell fits is not wrapped; figures are wrapped last; the others share what is
    left by the amount of their text, and each is at least as wide as its longest word.

    Parameters
    ----------
    table : ReportTable
    ems : float
        Width of the page in ems of the font of the table.

    Returns
    -------
    tuple of float
        One per column; their sum is 1.

    Examples
    --------
    >>> from metasyn.tables.model import columns
    >>> made = columns(("a", "Study"), ("b", "Remark"))
    >>> rows = (("Alpha 2011", "a long remark " * 20),)
    >>> [round(x, 2) for x in column_shares(ReportTable(slug="t", caption="", columns=made, rows=rows), 60)]
    [0.11, 0.89]
    """
    if not table.columns:
        return ()
    cells = [(column.header, *(row[i] for row in table.rows)) for i, column in enumerate(table.columns)]
    whole = [_GAP + _BOLD * max(map(text_ems, texts)) for texts in cells]
    least = [_GAP + _longest_word(texts, _SHORT_PIECE) for texts in cells]
    for piece in (_SHORT_PIECE, _LONGEST_PIECE):
        kept = [_least(*each, piece) for each in zip(table.columns, cells, whole, strict=True)]
        least = kept if sum(kept) <= ems else least
    widths = _shared(whole, least, [_amount(texts) for texts in cells], ems)
    return tuple(width / sum(widths) for width in widths)


def needed_ems(table: ReportTable) -> float:
    """The width, in ems, below which words of the table would have to be broken."""
    texts = [(column.header, *(row[i] for row in table.rows)) for i, column in enumerate(table.columns)]
    return sum(_GAP + _longest_word(column, _LONGEST_PIECE) for column in texts)


def is_long(table: ReportTable, shares: tuple[float, ...], ems: float) -> bool:
    """Whether a table has so many lines that keeping it on one page would leave another half empty."""
    rooms = [max(1.0, share * ems - _GAP) for share in shares]
    lines = (
        max(math.ceil(text_ems(cell) / room) for cell, room in zip(row, rooms, strict=True))
        for row in table.rows
    )
    return sum(lines) > _MANY_LINES


def text_ems(text: str) -> float:
    """The width of a text in ems, roughly."""
    return sum(map(_letter_ems, text))


def _letter_ems(letter: str) -> float:
    if letter in _NARROW:
        return _NARROW_EM
    if letter in _WIDE:
        return _WIDE_EM
    if letter.isascii():
        return _CAPITAL_EM if letter.isupper() else _USUAL_EM
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0.0
    return _SQUARE_EM if unicodedata.east_asian_width(letter) in "WF" else 0.6


def _longest_word(texts: tuple[str, ...], piece: float) -> float:
    return _BOLD * max(min(text_ems(word), piece) for text in texts for word in _PIECES.split(text))


def _least(column: Column, texts: tuple[str, ...], whole: float, piece: float) -> float:
    """Figures stay on one line, words may wrap between words."""
    words = _GAP + _longest_word(texts, piece)
    if column.align != "right":
        return words
    figures = _GAP + _BOLD * max((min(text_ems(text), 2 * _LONGEST_PIECE) for text in texts[1:]), default=0.0)
    return min(whole, max(figures, _GAP + _longest_word(texts[:1], piece)))


def _amount(texts: tuple[str, ...]) -> float:
    """How much a column has to say: its mean cell, and its longest one a little."""
    lengths = [text_ems(text) for text in texts]
    return math.pow(sum(lengths) / len(lengths) + 0.3 * max(lengths) + 1.0, _FAIRNESS)


def _shared(whole: list[float], least: list[float], amounts: list[float], ems: float) -> list[float]:
    """What fits gets what it needs; the rest is shared by amount among the others, none below its least."""
    if sum(whole) <= ems:
        return whole
    if sum(least) >= ems:
        return least
    widths: dict[int, float] = {}
    while len(widths) < len(whole):
        open_ = [i for i in range(len(whole)) if i not in widths]
        room = (ems - sum(widths.values())) / sum(amounts[i] for i in open_)
        short = {i: whole[i] for i in open_ if whole[i] <= room * amounts[i]}
        tight = {i: least[i] for i in open_ if least[i] > room * amounts[i]}
        widths.update(tight or short or {i: room * amounts[i] for i in open_})
    return [widths[i] for i in range(len(whole))]
