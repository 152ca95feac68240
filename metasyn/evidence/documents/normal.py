"""Text in the form in which figures are compared: one kind of dash, of point, of space; no line breaks."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass

__all__ = ["PlainText", "normalise"]

# A soft hyphen is seen only where a word is broken.
_DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff"
_THIN = "\u2009"
_MIDDLE_DOTS = "\u00b7\u2219\u22c5"
_BEFORE: dict[str, str] = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_NOTHING, ""),
    **dict.fromkeys("\u2009\u202f\u2007", _THIN),
    **dict.fromkeys(_MIDDLE_DOTS, "\u00b7"),
    **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
}
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?<=\d){_THIN}(?=\d{{3}}(?!\d))"), ""),
    (re.compile(r"(?<=\d)\u00b7 ?(?=\d)|(?<!\w)\u00b7(?=\d)"), "."),
    (re.compile(r"(?<![\w.,])0\. (?=\d)"), "0."),
    (re.compile(r"(?<=[^\W\d_])-[ \n\f]*(?=[^\W\d_])"), ""),
    (re.compile(r"\s+"), " "),
    (re.compile(r"(?<=\d) ?- ?(?=\d)"), "-"),
    (re.compile(r" ?([=<>≤≥]) ?"), r"\1"),
    (re.compile(r" ?%| per ?cent\b"), "%"),
    (re.compile(r"(?<![\w.,)])\.(?=\d)"), "0."),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainText:
    """Text as it is compared, with the way back to where each character came from.

    Attributes
    ----------
    text : str
    origin : array of int, shape (len(text),)
        Place in the text before.
    """

    text: str
    origin: array[int]

    def place(self, before: int) -> int:
        """The first place in this text that comes from `before` or later."""
        return bisect_left(self.origin, before)


def normalise(text: str) -> PlainText:
    """Text in the form in which figures are compared.

    Dashes become `-`, middle dots between digits `.`, thin spaces between thousands nothing, ligatures
    letters, brackets round, `percent` becomes `%`; superscript digits (references) become spaces; a hyphen
    between letters goes, at the end of a line or not; case and line breaks go; `.5` becomes `0.5`.

    Parameters
    ----------
    text : str

    Returns
    -------
    PlainText

    Examples
    --------
    >>> normalise("HR 0·62 [95 % CI, 0.47 – 0.80]; P = .015").text
    'hr 0.62 (95% ci, 0.47-0.80); p=0.015'
    >>> normalise("non-signi\\ufb01-\\ncant in eld-\\nerly").text
    'nonsignificant in elderly'
    """
    pieces: list[str] = []
    origin = array("L")
    for place, character in enumerate(text):
        plain = character if character.isascii() else _plain(character)
        plain = plain.casefold() if character not in "[]{}" else _BEFORE[character]
        pieces.append(plain)
        origin.extend([place] * len(plain))
    made = "".join(pieces)
    for pattern, replacement in _STEPS:
        made, origin = _replaced(pattern, replacement, made, origin)
    return PlainText(text=made, origin=origin)


def _plain(character: str) -> str:
    """A character that is not ASCII in plain form."""
    known = _BEFORE.get(character)
    if known is not None:
        return known
    if character.isnumeric() and not character.isdecimal() and unicodedata.decomposition(character):
        # A superscript digit is a reference mark far more often than part of a figure.
        return unicodedata.normalize("NFKC", character) if "<fraction>" in _kind(character) else " "
    return unicodedata.normalize("NFKC", character)


def _kind(character: str) -> str:
    return unicodedata.decomposition(character).split(" ")[0]


def _replaced(
    pattern: re.Pattern[str], replacement: str, text: str, origin: array[int]
) -> tuple[str, array[int]]:
    """`pattern.sub(replacement, text)` with the places kept."""
    pieces: list[str] = []
    kept: array[int] = array("L")
    end = 0
    for match in pattern.finditer(text):
        new = match.expand(replacement)
        pieces += (text[end : match.start()], new)
        kept.extend(origin[end : match.start()])
        kept.extend([origin[match.start()]] * len(new))
        end = match.end()
    pieces.append(text[end:])
    kept.extend(origin[end:])
    return "".join(pieces), kept
