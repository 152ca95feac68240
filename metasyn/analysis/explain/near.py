"""What to offer where a text names no number: near names, the nearest printed figure, a short list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from metasyn.analysis.explain.results import Number
from metasyn.wording import MINUS

__all__ = ["is_figure", "nothing_found"]

_MOST_NAMES = 12
_MOST_NEAR = 5
_LIKE_ENOUGH = 0.7
_LESS = 0.95  # a word inside a name says less than its beginning
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")


def nothing_found(what: str, numbers: Sequence[Number]) -> str:
    """The message that there is no such number.

    Parameters
    ----------
    what : str
        What was asked for.
    numbers : sequence of Number
        Those there are.

    Returns
    -------
    str
        Names that are nearly the same; of a figure the nearest that is printed; else the first names, one
        on a line.

    Examples
    --------
    >>> print(nothing_found("0,5", []))
    no number is called or reads '0,5'; decimals are written with a point here: 0.5.
    """
    start = f"no number is called or reads {what!r}; "
    if is_figure(what):
        return start + _about_figure(what, numbers)
    near = _near(what, numbers)
    if near:
        return f"{start}did you mean:{_listed(near)}"
    more = len(numbers) - _MOST_NAMES
    rest = f"\n  and {more} more" if more > 0 else ""
    return (
        f"{start}there are:{_listed(numbers[:_MOST_NAMES])}{rest}" if numbers else f"{start}there are none."
    )


def is_figure(text: str) -> bool:
    """Whether a text is a figure and no name."""
    return bool(re.fullmatch(r"[\d.,%\s" + MINUS + r"-]*\d[\d.,%\s" + MINUS + r"-]*", text))


def _listed(numbers: Sequence[Number]) -> str:
    """Names with what they read, one on a line."""
    several = len({one.place for one in numbers}) > 1
    names = [f"{one.place} {one.name!r}" if several else one.name for one in numbers]
    width = min(max(map(len, names)), 44)
    return "".join(f"\n  {name:<{width}}  {one.shown}" for name, one in zip(names, numbers, strict=True))


def _near(what: str, numbers: Sequence[Number]) -> list[Number]:
    """Numbers whose name, or a word of it, is nearly what was typed; the nearest first."""
    scores = [(_likeness(what.casefold(), one.name.casefold()), one) for one in numbers]
    best = max((score for score, _ in scores), default=0.0)
    good = [pair for pair in scores if pair[0] >= max(_LIKE_ENOUGH, best - 0.1)]
    return [one for _, one in sorted(good, key=lambda pair: -pair[0])[:_MOST_NEAR]]


def _likeness(wanted: str, name: str) -> float:
    """How alike two texts are, from 0 to 1: to the name, to as much of its beginning, to a word of it."""
    words = [_LESS * _alike(wanted, word) for word in re.findall(r"[^\s:(),]+", name)]
    return max([_alike(wanted, name), _alike(wanted, name[: len(wanted)]), *words])


def _alike(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _about_figure(what: str, numbers: Sequence[Number]) -> str:
    """A figure that is printed nowhere: its decimal comma, or the printed figure next to it."""
    plain = re.sub(r"[%\s]", "", what.replace(MINUS, "-"))
    comma = re.fullmatch(r"-?\d+,\d+", plain)
    hint = f"decimals are written with a point here: {plain.replace(',', '.')}" if comma else ""
    found = _NUMBER.fullmatch(plain.replace(",", ".") if comma else plain)
    nearest = _nearest(float(found[0]), numbers) if found else None
    if nearest is None:
        return f"{hint or 'no figure of the report is written like this'}."
    text, one = nearest
    place = f"{one.place} {one.name!r}".strip()
    return f"{hint}{'; ' if hint else ''}the nearest that is printed is {text}, in {place}: {one.shown}"


def _nearest(value: float, numbers: Sequence[Number]) -> tuple[str, Number] | None:
    """The printed figure next to a value, and the first number it stands in."""
    printed = [
        (abs(float(match[0]) - value), match[0], one)
        for one in numbers
        for text in (one.shown, *one.others)
        for match in _NUMBER.finditer(text.replace(MINUS, "-"))
    ]
    if not printed:
        return None
    _, text, one = min(printed, key=lambda found: found[0])
    return text.replace("-", MINUS), one
