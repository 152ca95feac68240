"""What follows from the numbers of a printed text: shares of counts, nothing at all, another unit of time."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

from metasyn.evidence.audit.printed import short
from metasyn.evidence.audit.source_checks import DAYS
from metasyn.evidence.documents.numbers import PlainNumber

__all__ = ["is_nothing", "is_share_of", "is_time_of", "percentages_of", "with_decimals"]

_FRACTION = re.compile(r"(?:(?<![\d.,/])(\d+)[ -]?)?([¼-¾⅐-⅞])|(?<![\d.,/])(\d+) ([1-9])/([2-9])(?![\d./])")
_NOTHING = re.compile(r"\b(?:no|none|nil|nobody|never|neither|nor|without|zero)\b")
_UNIT = re.compile(r"\b(day|week|wk|month|mo|year|yr)s?\b|(?<=\d)(d|w|mo|y)\b")
_UNITS = {"day": "days", "week": "weeks", "wk": "weeks", "month": "months", "mo": "months"}
_UNITS |= {"year": "years", "yr": "years", "d": "days", "w": "weeks", "y": "years"}
# A month of 4 weeks is 8% shorter than one of the calendar.
_MONTHS = 0.09
# Not those of a table of figures.
_MOST_NUMBERS = 12


def with_decimals(text: str) -> str:
    """A text with its fractions as decimals.

    Examples
    --------
    >>> with_decimals("4½ months, 6 1/2 weeks, ¾ year, 12/45")
    '4.5 months, 6.5 weeks, 0.75 year, 12/45'
    """
    return _FRACTION.sub(_decimal, text)


def _decimal(match: re.Match[str]) -> str:
    whole = int(match[1] or match[3] or 0)
    if match[2]:
        return short(whole + unicodedata.numeric(match[2]))
    return short(whole + int(match[4]) / int(match[5])) if int(match[4]) < int(match[5]) else match[0]


def percentages_of(numbers: Iterable[PlainNumber], sizes: Iterable[int]) -> list[float]:
    """Every percentage that two whole numbers of a text give, or one of them and a size that the row has."""
    counts = [
        int(number.value)
        for number in numbers
        if number.value is not None and not number.percent and number.value >= 0 and number.digits.isdecimal()
    ][:_MOST_NUMBERS]
    wholes = {*counts, *sizes} - {0}
    return [100 * k / n for k in counts for n in wholes if k < n or counts.count(k) > 1]


def is_share_of(value: float, shares: Iterable[float]) -> bool:
    """Whether a percentage, or a proportion, is one of these, or the rest of one, rounded or cut off."""
    unit = 10.0 ** -_places(value)
    return any(
        -0.5 * (1 + 1e-9) <= (scale * share - value) / unit < 1
        for one in shares
        for share in (one, 100 - one)
        for scale in (1.0, 0.01)
        if scale == 1.0 or (0 < value < 1 and _places(value) > 1)
    )


def _places(value: float) -> int:
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])


def is_nothing(value: float, text: str) -> bool:
    """Whether a value of 0 is said in words: `none of 124`, `no serious events`."""
    return value == 0 and _NOTHING.search(text) is not None


def is_time_of(value: float, unit: str, text: str, numbers: Sequence[PlainNumber]) -> bool:
    """Whether a time is one of the text in the only other unit that the text has."""
    named = {_UNITS[word or letter] for word, letter in _UNIT.findall(text)}
    if len(named) != 1 or unit not in DAYS or unit in named:
        return False
    factor = DAYS[named.pop()] / DAYS[unit]
    room = 0.5 * 10.0 ** -_places(value) * (1 + 1e-9)
    return any(
        math.isclose(value, factor * number.value, rel_tol=_MONTHS, abs_tol=room)
        for number in numbers
        if number.value
    )
