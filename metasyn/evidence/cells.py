"""What one cell may hold: text in, value out, or the rule it breaks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from metasyn.evidence.problems import did_you_mean, shown
from metasyn.vocabulary import choices

__all__ = [
    "COUNT",
    "HASH",
    "ID",
    "IDS",
    "LEVEL",
    "NOT_EVALUABLE",
    "NUMBER",
    "PVALUE",
    "RESULT_ID",
    "TEXT",
    "YEAR",
    "CellError",
    "Kind",
    "Number",
    "PrintedP",
    "one_of",
]

NOT_EVALUABLE = "NE"

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.(?P<digits>[0-9]+))?|\.(?P<bare>[0-9]+))")
_PVALUE = re.compile(
    r"(?P<relation>[<>]?)\s*(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE]-?[0-9]{1,3})?)"
)
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_NOT_FINITE = {"nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}
_NOTHING_PRINTED = {
    "na",
    "n/a",
    "nr",
    "ne",
    "not reached",
    "not reported",
    "not evaluable",
    "-",
    "--",
    "–",
    "—",
}
_LOOKALIKES = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{MIDDLE DOT}": ".", ",": "."})


class CellError(ValueError):
    """Control flow of this package only: the text of a cell breaks the rule `code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Number(NamedTuple):
    """A printed number; `value` is None for `NE`. `decimals` counts the digits after the point."""

    value: float | None
    decimals: int | None


class PrintedP(NamedTuple):
    """A printed p value without its sidedness. `decimals` counts its digits after the point."""

    value: float | None
    relation: str
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell.

    Attributes
    ----------
    content : str
        What the cell holds, in words, for the data dictionary and for messages.
    parse : callable
        Text (stripped, not empty) to value; raises `CellError`.
    """

    content: str
    parse: Callable[[str], object]


def one_of(vocabulary: Any) -> Kind:
    """The kind of cell that holds one word of a `Literal`."""
    words = choices(vocabulary)

    def parse(text: str) -> str:
        if text not in words:
            allowed = ", ".join(map(repr, words))
            raise CellError(
                "unknown-word", f"{shown(text)} is not one of {allowed}.{did_you_mean(text, words)}"
            )
        return text

    return Kind("one of: " + ", ".join(words), parse)


def _text(text: str) -> str:
    return text


def _id(text: str) -> str:
    if ";" in text or not text.isprintable():
        raise CellError("malformed-id", f"{shown(text)}: an id is one line without ';'")
    return text


def _result_id(text: str) -> str:
    if ":" in text:
        raise CellError("malformed-id", f"{shown(text)}: the id of a result is written without ':'")
    return _id(text)


def _ids(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(";"))
    if not all(parts):
        raise CellError("malformed-id", f"{shown(text)}: ids are separated by single ';'")
    if len(set(parts)) < len(parts):
        raise CellError("duplicate-id", f"{shown(text)}: the same id is named twice")
    return parts


def _number(text: str) -> Number:
    if text == NOT_EVALUABLE:
        return Number(None, None)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise _not_a_number(text, "a number in decimal digits, such as 0.62")
    value = float(text)
    if not math.isfinite(value):
        raise CellError("not-finite", f"{shown(text)}: a figure must be a finite number")
    return Number(value, len(match["digits"] or match["bare"] or ""))


def _count(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return int(text)
    match = _DECIMAL.fullmatch(text)
    if match is None or len(text) > 15:
        raise _not_a_number(text, "a whole number, such as 41")
    if float(text) < 0:
        raise CellError("negative-count", f"{text}: a count cannot be negative")
    raise CellError("count-not-whole", f"{text}: a count must be a whole number in digits only")


def _level(text: str) -> float:
    if _DECIMAL.fullmatch(text) is None:
        raise _not_a_number(text, "a level as a proportion, such as 0.95")
    level = float(text)
    if not 0 < level < 1:
        hint = f"; write {level / 100:g} for {level:g}%" if 1 < level < 100 else ""
        raise CellError(
            "level-outside-0-1", f"{shown(text)}: a level is a proportion strictly between 0 and 1{hint}"
        )
    return level


def _pvalue(text: str) -> PrintedP:
    if text == "ns":
        return PrintedP(None, "ns")
    match = _PVALUE.fullmatch(text)
    if match is None:
        if text.lower() in _NOT_FINITE:
            raise CellError("not-finite", f"{shown(text)}: a p value must be a finite number")
        raise CellError("p-unreadable", f"{shown(text)}: a p value is written 0.015, <0.001, >0.05 or ns")
    mantissa, _, exponent = match["number"].lower().partition("e")
    decimals = max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0)
    return PrintedP(float(match["number"]), match["relation"] or "=", decimals)


def _year(text: str) -> int:
    if len(text) == 4 and text.isascii() and text.isdecimal():
        return int(text)
    raise CellError("year-unreadable", f"{shown(text)}: a year has four digits")


def _hash(text: str) -> str:
    if _HASH.fullmatch(text) is None:
        raise CellError("hash-unreadable", f"{shown(text)}: a SHA-256 has 64 hexadecimal digits")
    return text.lower()


def _not_a_number(text: str, wanted: str) -> CellError:
    """Why a text is not a number, with the likely remedy."""
    if text.lower() in _NOT_FINITE:
        return CellError("not-finite", f"{shown(text)}: a figure must be a finite number")
    message = f"{shown(text)} is not a number: write {wanted}"
    mended = text.translate(_LOOKALIKES).removesuffix("%").strip()
    if text.lower() in _NOTHING_PRINTED:
        message += (
            ", or leave the cell empty"
            if "whole" in wanted
            else f", or {NOT_EVALUABLE} where none is printed"
        )
    elif mended != text and _DECIMAL.fullmatch(mended):
        message += f" (did you mean {mended}?)"
    return CellError("not-a-number", message)


TEXT = Kind("text", _text)
ID = Kind("id", _id)
RESULT_ID = Kind("id", _result_id)
IDS = Kind("ids separated by ;", _ids)
NUMBER = Kind("decimal number, or NE where the source prints none", _number)
COUNT = Kind("whole number", _count)
LEVEL = Kind("proportion between 0 and 1", _level)
PVALUE = Kind("0.015, <0.001, >0.05 or ns", _pvalue)
HASH = Kind("SHA-256, 64 hexadecimal digits", _hash)
YEAR = Kind("year, four digits", _year)
