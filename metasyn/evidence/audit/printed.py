"""A number as it stands in print: its digits, and the values they may have been rounded from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Printed", "one_edit", "read_printed", "short"]

_PRINTED = re.compile(
    r"(?:[pP]\s*)?(?P<relation>[<>≤≥=]?)\s*(?P<sign>[-+−]?)\s*"
    r"(?:(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?:[.·](?P<part>\d+))?|(?P<comma>\d+),(?P<rest>\d+))"
    r"(?:[eE](?P<power>[-+]?\d{1,2}))?\s*%?"
)
_LONGEST = 15
_RELATIONS = {"": "=", "=": "=", "<": "<", "≤": "<", ">": ">", "≥": ">"}
# Room for the last bit of a float; every bound of an interval of roundings counts as inside.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number, `digits / 10**decimals`.

    Attributes
    ----------
    digits : int
        All digits without the point, with the sign.
    decimals : int
        Digits after the point.
    relation : {'=', '<', '>'}
        `<` and `>` print a bound.
    value : float
        The number.
    low, high : float
        What it may have been rounded from: half a unit of the last digit either way, both ends
        included because some round a half up and some to the even digit. A bound has one infinite end.
    """

    digits: int
    decimals: int
    relation: str
    value: float
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether a number is printed, not a bound."""
        return self.relation == "="

    def __contains__(self, value: float) -> bool:
        slack = _SLACK * max(1.0, abs(value))
        return self.low - slack <= value <= self.high + slack

    def agrees(self, other: Printed) -> bool:
        """Whether one number can have been printed both ways.

        Examples
        --------
        >>> read_printed("15").agrees(read_printed("15.2"))
        True
        """
        return self.low <= other.high and other.low <= self.high

    def shifted(self, places: int) -> Printed:
        """The same digits, times ten to the power of `places`."""
        return _printed(self.digits, self.decimals - places, self.relation)

    def __str__(self) -> str:
        decimals = max(self.decimals, 0)
        text = f"{self.digits * 10 ** max(-self.decimals, 0) / 10**decimals:.{decimals}f}"
        return text if self.exact else self.relation + text


def _printed(digits: int, decimals: int, relation: str = "=") -> Printed:
    """The number of these digits, with the values it may stand for."""
    scale = 10.0**decimals
    value = digits / scale
    low, high = (2 * digits - 1) / (2 * scale), (2 * digits + 1) / (2 * scale)
    if relation == "<":
        low, high = -math.inf, value
    elif relation == ">":
        low, high = value, math.inf
    return Printed(digits, decimals, relation, value, low, high)


@lru_cache(maxsize=1 << 16)
def read_printed(text: str) -> Printed | None:
    """The number in a cell, or None if there is none.

    Parameters
    ----------
    text : str
        As printed: `0.62`, `.62`, `0·62`, `1,770`, `<0.001`, `P = .04`, `15%`. A comma followed by
        three digits groups thousands, any other is a decimal comma.

    Returns
    -------
    Printed or None

    Examples
    --------
    >>> number = read_printed("0.80")
    >>> number.decimals, number.low, number.high
    (2, 0.795, 0.805)
    >>> read_printed("P < .0001").high
    0.0001
    >>> read_printed("not reached") is None
    True
    """
    if len(text) > 2 * _LONGEST:
        return None
    match = _PRINTED.fullmatch(text.strip())
    if match is None:
        return None
    whole, part = match["whole"] or match["comma"] or "", match["part"] or match["rest"] or ""
    digits = whole.replace(",", "") + part
    if not digits or len(digits) > _LONGEST:
        return None
    number = -int(digits) if match["sign"] in ("-", "−") else int(digits)
    decimals = len(part) - int(match["power"] or 0)
    return _printed(number, decimals, _RELATIONS[match["relation"]])


def one_edit(printed: Printed) -> Iterator[Printed]:
    """Every number that one slip of the pen turns into this one, nearest slips first.

    A digit written for another, two neighbours exchanged, the point moved by one place.

    Examples
    --------
    >>> [str(other) for other in one_edit(read_printed("71")) if other.value < 20]
    ['11', '17', '7.1']
    """
    text = str(abs(printed.digits)).rjust(printed.decimals + 1, "0")
    sign = -1 if printed.digits < 0 else 1
    seen = {text}
    variants = [
        text[:place] + digit + text[place + 1 :]
        for place in range(len(text))
        for digit in "0123456789"
        if place or digit != "0" or printed.decimals >= len(text) - 1
    ]
    variants += [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :] for place in range(len(text) - 1)
    ]
    for variant in variants:
        if variant not in seen:
            seen.add(variant)
            yield _printed(sign * int(variant), printed.decimals)
    for places in (1, -1):
        yield _printed(printed.digits, printed.decimals + places)


def short(number: float) -> str:
    """A computed number in a message: four significant digits, no exponent where it can be read without."""
    if not math.isfinite(number):
        return "any number" if number > 0 else "no number"
    if number == int(number) and abs(number) < 1e9:
        return str(int(number))
    return f"{number:.4g}" if abs(number) >= 1e-4 else f"{number:.1e}"
