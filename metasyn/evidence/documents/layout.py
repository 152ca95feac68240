"""Where the paragraphs of a text are, when all that is known are its lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Line", "Span", "body_paragraphs", "ends_sentence", "line_number", "lines_of"]

_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s*[\d\s,–-]*$")
_GOES_ON = re.compile(r"[a-z\d(\[]")
_WRAPPED_WIDTH = 110
# A last line of a paragraph is this much shorter than the lines of its column.
_SHORT_LINE = 0.85
# So much of a text stands in unfinished lines between empty lines where every line is set apart.
_SPACED = 0.5
_BODY_WORDS, _UNFINISHED_WORDS = 4, 20


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text, from `start` to before `end`."""

    start: int
    end: int

    def touches(self, start: int, end: int) -> bool:
        """Whether it shares a character with another stretch."""
        return start < self.end and end > self.start


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the spaces around it; `start` and `end` are its place in the text."""

    text: str
    start: int
    end: int


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a text; a form feed (a new page) ends a line, too."""
    found, start = [], 0
    for line in re.split(r"[\n\f]", text):
        lead = start + len(line) - len(line.lstrip())
        inner = line.strip()
        found.append(Line(inner, lead, lead + len(inner)))
        start += len(line) + 1
    return tuple(found)


def ends_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does; reference marks may follow.

    Examples
    --------
    >>> ends_sentence("longer overall survival.12,13"), ends_sentence("Clinical Trials Ongoing")
    (True, False)
    """
    return _SENTENCE_END.search(text[-40:]) is not None


def body_paragraphs(lines: Sequence[Line]) -> tuple[Span, ...]:
    """The paragraphs of running text, in order; headings, captions and repeated lines are not among them.

    Parameters
    ----------
    lines : sequence of Line

    Returns
    -------
    tuple of Span
        A paragraph ends at an empty line. Where lines are wrapped it also ends at a line that ends a
        sentence and is clearly shorter than the column; where every line is followed by an empty one,
        only there. A paragraph that breaks off and goes on in small letters, digits or brackets is one.
        Running text has at least four words and ends as a sentence does, or has at least twenty words.
    """
    often = Counter(line.text for line in lines if line.text)
    kept = [line for line in lines if often[line.text] <= 1]
    column = _column([len(line.text) for line in kept])
    wrapped = 0 < column <= _WRAPPED_WIDTH
    groups = _wrapped(kept, column) if wrapped else _joined(_blocks(kept))
    return tuple(Span(group[0].start, group[-1].end) for group in groups if _is_running(group))


def _column(widths: Sequence[int]) -> int:
    """Width of the line in which the middle letter of a text stands."""
    rest = sum(widths) / 2
    for width in sorted(widths, reverse=True):
        rest -= width
        if rest <= 0:
            return width
    return 0


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines between empty lines."""
    block: list[Line] = []
    for line in lines:
        if line.text:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _joined(blocks: Iterator[list[Line]]) -> list[list[Line]]:
    """Blocks, with those that go on where another broke off put together."""
    found: list[list[Line]] = []
    for block in blocks:
        if found and not ends_sentence(found[-1][-1].text) and _GOES_ON.match(block[0].text):
            found[-1].extend(block)
        else:
            found.append(block)
    return found


def _wrapped(lines: Sequence[Line], column: int) -> list[list[Line]]:
    """Paragraphs of text set in a column."""
    blocks = list(_blocks(lines))
    alone = sum(
        len(block[0].text) for block in blocks if len(block) == 1 and not ends_sentence(block[0].text)
    )
    if alone < _SPACED * sum(len(line.text) for line in lines):
        return [part for block in _joined(iter(blocks)) for part in _cut(block, column)]
    return _cut([line for block in blocks for line in block], column)


def _cut(block: Sequence[Line], column: int) -> list[list[Line]]:
    """A block of wrapped lines, cut where a short line ends a sentence."""
    found: list[list[Line]] = [[]]
    for line in block:
        found[-1].append(line)
        if ends_sentence(line.text) and len(line.text) < _SHORT_LINE * column:
            found.append([])
    return [part for part in found if part]


def _is_running(group: Sequence[Line]) -> bool:
    words = sum(len(line.text.split()) for line in group)
    return words >= (_BODY_WORDS if ends_sentence(group[-1].text) else _UNFINISHED_WORDS)


def line_number(lines: Sequence[Line], place: int) -> int:
    """Number of the line a place is in; the first is 1."""
    return max(bisect_right([line.start for line in lines], place), 1)
