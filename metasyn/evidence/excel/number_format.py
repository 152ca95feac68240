"""What a number format of Excel makes of a number: how many digits, a percentage, a date, or other text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["NumberFormat", "read_format"]

_PLAIN = re.compile(r"[#,?0]*(?:\.(?P<decimals>0*)[#?]*)?")
_SCIENTIFIC = re.compile(r"[#,?0]+(?:\.[0#?]*)?[eE][+-]?[0#?]+")
_FRACTION = re.compile(r"[#?0 ]*[#?0]/[#?0-9]+")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_SPACING = re.compile(r"_.|\*.")
_HARMLESS = frozenset(" -+()")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a number is shown.

    Attributes
    ----------
    kind : {'general', 'fixed', 'percent', 'date', 'text'}
        `general`: with the digits it has; `fixed`: with `decimals` digits after the point; `text`: with
        words, a currency or a scale that the number itself does not have.
    """

    kind: Literal["general", "fixed", "percent", "date", "text"]
    decimals: int = 0


@lru_cache(maxsize=1024)
def read_format(code: str) -> NumberFormat:
    """What a format code does to a positive number.

    Parameters
    ----------
    code : str
        As in the workbook; of several sections the first counts.

    Returns
    -------
    NumberFormat

    Examples
    --------
    >>> read_format("0.00")
    NumberFormat(kind='fixed', decimals=2)
    >>> read_format('"<"0.000').kind, read_format("d-mmm").kind, read_format("0.0%").kind
    ('text', 'date', 'percent')
    """
    if code.strip().lower() in ("", "general", "@"):
        return NumberFormat("general")
    words = "".join(first or second for first, second in _QUOTED.findall(code.split(";")[0]))
    bare = _QUOTED.sub("", code).split(";")[0]
    brackets = _BRACKET.findall(bare)
    bare = _SPACING.sub("", _BRACKET.sub("", bare)).strip()
    if re.search("[ymdhs]", bare.replace("General", ""), re.I) or any(
        re.fullmatch("h+|m+|s+", inner, re.I) for inner in brackets
    ):
        return NumberFormat("date")
    if set(words) - _HARMLESS or any(inner.startswith("$") for inner in brackets):
        return NumberFormat("text")
    return _read_digits("".join(letter for letter in bare if letter not in "()"))


def _read_digits(bare: str) -> NumberFormat:
    """A format without words: placeholders of digits."""
    if bare.endswith("%") and _PLAIN.fullmatch(bare[:-1].rstrip()):
        return NumberFormat("percent")
    plain = _PLAIN.fullmatch(bare)
    if plain and not bare.split(".")[0].endswith(",") and "," not in bare.partition(".")[2]:
        return NumberFormat("fixed", len(plain["decimals"] or ""))
    if bare == "General" or _SCIENTIFIC.fullmatch(bare) or _FRACTION.fullmatch(bare):
        return NumberFormat("general")
    return NumberFormat("text")
