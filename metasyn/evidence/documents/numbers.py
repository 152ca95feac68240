"""Whole numbers of a text that was made plain, in digits and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["PlainNumber", "has_minus", "numbers_in"]

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, str] = {word: str(value) for value, word in enumerate(_SMALL)}
for _position, _ten in enumerate(_TENS, start=2):
    _WORDS[_ten] = str(10 * _position)
    # Hyphens between letters are gone: twenty-six is twentysix.
    _WORDS.update({_ten + _SMALL[unit]: str(10 * _position + unit) for unit in range(1, 10)})
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifth": 5,
    "fifths": 5,
}
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}

_UNITS = r"(?:mos?|months?|wks?|weeks?|yrs?|years?|d|days?|pts?|patients?|mg|vs?|ns)\b"
_DIGITS = re.compile(
    # Not inside a word or a longer number, and not a reference mark after the end of a sentence.
    r"(?<!\w)(?<![\w)][.,])(?<![a-z]\d/)(?P<number>\d+(?:[.,]\d+)*)(?!\d)(?P<percent>%)?"
    rf"(?!(?!{_UNITS})[^\W\d_])"
)
_FRACTION = re.compile(
    rf"\b(?P<count>{'|'.join(_COUNTS)}) ?(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})\b"
)
_WORD = re.compile(rf"\b(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?P<percent>%)?")
# Behind a word, a number or a bracket it is a hyphen or the dash of a range.
_MINUS = re.compile(r"(?:(?<![\w%)])-|(?<=[=(<>])- )$")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainNumber:
    """A number as it stands in a plain text.

    Attributes
    ----------
    digits : str
        As printed, with a point for decimals and without marks between thousands; `1/3` for one third.
    percent : bool
        Whether a percent sign follows.
    start, end : int
        Its place.
    in_words : bool
        Whether it is written out.
    negative : bool
        Whether a minus sign stands before it; the dash of a range is none.
    """

    digits: str
    percent: bool
    start: int
    end: int
    in_words: bool = False
    negative: bool = False

    @property
    def significant(self) -> int:
        """How many digits it has without zeros at its beginning."""
        return len(self.digits.replace(".", "").lstrip("0")) or 1

    @property
    def value(self) -> float | None:
        """The number with its sign; None for a fraction in words."""
        if "/" in self.digits or self.digits.count(".") > 1:
            return None
        return -float(self.digits) if self.negative else float(self.digits)


def numbers_in(text: str, *, words: bool = False) -> tuple[PlainNumber, ...]:
    """The numbers of a plain text, in order.

    Parameters
    ----------
    text : str
        As `normalise` makes it.
    words : bool
        Whether numbers that are written out count, too.

    Returns
    -------
    tuple of PlainNumber

    Examples
    --------
    >>> [n.digits for n in numbers_in("hr 0.62, 10.62%; pd1: 1,402 pts, 32mo; cohorts.24 the 17th")]
    ['0.62', '10.62', '1402', '32']
    >>> [n.digits for n in numbers_in("a third of twentysix, nine", words=True)]
    ['1/3', '26', '9']
    """
    found = [
        PlainNumber(
            digits=_canonical(match["number"]),
            percent=match["percent"] is not None,
            start=match.start(),
            end=match.end(),
            negative=has_minus(text, match.start()),
        )
        for match in _DIGITS.finditer(text)
    ]
    if words:
        found += _written_out(text)
        found.sort(key=lambda number: number.start)
    return tuple(found)


def has_minus(text: str, start: int) -> bool:
    """Whether a minus sign stands before a number of a plain text that begins at `start`.

    Examples
    --------
    >>> text = "-0.5, ci (-1.2--0.3), 0.4-0.8, pd-1, 10%-20%, p=- 2"
    >>> [n.value for n in numbers_in(text)]
    [-0.5, -1.2, -0.3, 0.4, 0.8, 1.0, 10.0, 20.0, -2.0]
    """
    return _MINUS.search(text, max(start - 3, 0), start) is not None


def _written_out(text: str) -> list[PlainNumber]:
    found = [
        PlainNumber(
            digits=f"{_COUNTS[match['count']]}/{_PARTS[match['part']]}",
            percent=False,
            start=match.start(),
            end=match.end(),
            in_words=True,
        )
        for match in _FRACTION.finditer(text)
    ]
    taken = {number.start for number in found}
    found += [
        PlainNumber(
            digits=_WORDS[match["word"]],
            percent=match["percent"] is not None,
            start=match.start(),
            end=match.end(),
            in_words=True,
        )
        for match in _WORD.finditer(text)
        if match.start() not in taken
    ]
    return found


def _canonical(number: str) -> str:
    """`1,402` is 1402 and `0,62` is 0.62."""
    if _THOUSANDS.fullmatch(number):
        return number.replace(",", "")
    return number.replace(",", ".") if number.count(",") == 1 and "." not in number else number
