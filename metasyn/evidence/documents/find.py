"""Every place where a figure stands in a plain text: as a whole, or its numbers in their order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metasyn.evidence.documents.document import DocumentText
from metasyn.evidence.documents.normal import normalise
from metasyn.evidence.documents.numbers import PlainNumber, has_minus, numbers_in

__all__ = ["Figure", "Manner", "Occurrence", "occurrences", "read_figure"]

Manner = Literal["whole", "in parts"]

# How far the numbers of one figure may stand apart, and how many others may stand between them.
_WINDOW, _WINDOW_PER_NUMBER = 60, 40
_NUMBER_GOES_ON = re.compile(r"[\w)][.,]$|[a-z]\d/$")
_NUMBER_AHEAD = re.compile(r"(?:[.,]\d|\d)")
_ATTACHED_UNIT = re.compile(r"(?:mos?|months?|wks?|weeks?|yrs?|years?|d|days?|pts?|patients?|mg|vs?)\b")
_FEW_WORDS, _LONG_WORD = 3, 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that is looked for.

    Attributes
    ----------
    text : str
        In plain form.
    numbers : tuple of PlainNumber
        Its numbers, written-out ones, too.
    percent : bool
        Whether it is a percentage, even where no sign stands in it.
    """

    text: str
    numbers: tuple[PlainNumber, ...]
    percent: bool = False

    @property
    def short(self) -> bool:
        """Whether it can stand anywhere by accident: one number of one or two digits, or a short word."""
        if not self.numbers:
            return len(self.text.split()) < _FEW_WORDS and len(self.text) < _LONG_WORD
        return len(self.numbers) == 1 and self.numbers[0].significant <= 2


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place of a figure in the plain text."""

    start: int
    end: int
    manner: Manner


def read_figure(as_printed: str, *, percent: bool = False) -> Figure:
    """A figure in the form in which it is looked for.

    Examples
    --------
    >>> read_figure("0·62 [0·47–0·80]").text, read_figure("7").short, read_figure("324,635").short
    ('0.62 (0.47-0.80)', True, False)
    """
    text = normalise(as_printed).text.strip(" .,;:")
    return Figure(text=text, numbers=numbers_in(text, words=True), percent=percent)


def occurrences(document: DocumentText, figure: Figure) -> tuple[Occurrence, ...]:
    """Every place of a figure in a document.

    Parameters
    ----------
    document : DocumentText
    figure : Figure

    Returns
    -------
    tuple of Occurrence
        In the order of the text. `in parts` is a place where the figure does not stand as a whole, but all
        its numbers do, in their order and near each other. A number is never found inside a longer one.
    """
    if not figure.text:
        return ()
    whole = list(_whole(document.plain.text, figure))
    ends = [found.end for found in whole]
    parts = []
    for found in _in_parts(document, figure):
        next_whole = bisect_right(ends, found.start)
        if next_whole == len(whole) or whole[next_whole].start >= found.end:
            parts.append(found)
    return tuple(sorted([*whole, *parts], key=lambda found: found.start))


def _whole(text: str, figure: Figure) -> Iterator[Occurrence]:
    wanted = figure.text
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _free_before(text, start) and _free_behind(text, end, figure):
            yield Occurrence(start, end, "whole")
        start = text.find(wanted, start + 1)


def _free_before(text: str, start: int) -> bool:
    """Whether no word or number runs into the beginning of a find."""
    if text[start] == "-" and text[start + 1 : start + 2].isdigit():
        return has_minus(text, start + 1)
    if not text[start].isalnum():
        return True
    before = text[max(start - 3, 0) : start]
    if before[-1:].isalnum():
        return False
    # 0.62 in 10.62, a reference mark after a sentence, the 6 of CDK4/6.
    return not (text[start].isdigit() and (_NUMBER_GOES_ON.search(before) or has_minus(text, start)))


def _free_behind(text: str, end: int, figure: Figure) -> bool:
    """Whether no word or number runs on behind a find."""
    last, rest = text[end - 1], text[end : end + 12]
    if last.isdigit():
        if _NUMBER_AHEAD.match(rest) or (rest[:1].isalpha() and not _ATTACHED_UNIT.match(rest)):
            return False
        return figure.percent or not rest.startswith("%")
    return not (last.isalpha() and rest[:1].isalnum())


def _in_parts(document: DocumentText, figure: Figure) -> Iterator[Occurrence]:
    wanted = figure.numbers
    if not wanted:
        return
    written_out = any(number.in_words for number in wanted)
    reach = _WINDOW + _WINDOW_PER_NUMBER * len(wanted)
    for at in document.index.get(wanted[0].digits, ()):
        first = document.worded[at]
        if _same(first, wanted[0], figure, written_out):
            end = _chain(document.worded, at, figure, first.start + reach, written_out)
            if end is not None:
                yield Occurrence(first.start, end, "in parts")


def _chain(
    numbers: tuple[PlainNumber, ...], at: int, figure: Figure, reach: int, written_out: bool
) -> int | None:
    """Where the last number of a figure ends that begins at number `at`; None if one is missing."""
    missing = list(figure.numbers[1:])
    strange, end = len(figure.numbers) + 1, numbers[at].end
    for following in range(at + 1, len(numbers)):
        number = numbers[following]
        if not missing or strange < 0 or number.end > reach:
            break
        if _same(number, missing[0], figure, written_out):
            missing.pop(0)
            end = number.end
        else:
            strange -= not number.in_words
    return None if missing else end


def _same(found: PlainNumber, wanted: PlainNumber, figure: Figure, written_out: bool) -> bool:
    """Whether a number of the text is a number of the figure."""
    if (found.digits, found.negative) != (wanted.digits, wanted.negative) or (
        found.in_words and not written_out
    ):
        return False
    return found.percent == wanted.percent or figure.percent or len(figure.numbers) > 1
