"""One broken rule, and the words that help to mend it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from metasyn.values import Finding

__all__ = ["NearIds", "Problem", "did_you_mean", "shown"]

# How alike two words must be for one to be suggested, by difflib's ratio.
_NEAR = 0.75
_MOST_SUGGESTIONS = 200
_BESIDE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A broken rule and where it is broken; `line` 0 means the whole file."""

    code: str
    message: str
    line: int = 0
    column: str = ""

    def finding(self, file: str) -> Finding:
        """The same with its place in words, `data/results.csv line 17, column ci_low`."""
        place = f"{file} line {self.line}" if self.line else file
        if self.column:
            place += f", column {self.column}"
        return Finding(code=self.code, message=self.message, where=place)


def shown(text: str, limit: int = 60) -> str:
    """Cell text for a message: quoted, on one line, not longer than `limit`."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return repr(flat if len(flat) <= limit else flat[: limit - 1] + "…")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence naming the known word that was probably meant; empty if none is near.

    Examples
    --------
    >>> did_you_mean("BCG-Madras ", ["bcg-madras", "bcg-haiti"])
    " Did you mean 'bcg-madras'?"
    >>> did_you_mean("unrelated", ["bcg-madras", "bcg-haiti"])
    ''
    """
    words = [other for other in known if other]
    plain = _plain(word)
    best = next((other for other in words if _plain(other) == plain), "")
    if not best and len(word) <= 200:
        near = [other for other in words if _may_be_near(word, other)]
        if near:
            from difflib import get_close_matches

            best = next(iter(get_close_matches(word, near, n=1, cutoff=_NEAR)), "")
    return f" Did you mean {best!r}?" if best else ""


def _may_be_near(word: str, other: str) -> bool:
    """Whether two words share letters enough to be near, whatever their order; much faster than to ask."""
    needed = _NEAR * (len(word) + len(other)) / 2
    if min(len(word), len(other)) < needed:
        return False
    return sum(min(word.count(letter), other.count(letter)) for letter in set(word)) >= needed


class NearIds:
    """Suggestions for ids that are not known, as many as a person reads and a machine can make in time.

    Parameters
    ----------
    known : iterable of str
        Ids that there are.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(known)
        self._told: dict[str, str] = {}

    def to(self, name: str) -> str:
        """As `did_you_mean`, for the first names asked; of very many ids those next in the alphabet."""
        if name not in self._told:
            if len(self._told) >= _MOST_SUGGESTIONS:
                return ""
            place = bisect_left(self._known, name) if len(self._known) > 2 * _BESIDE else _BESIDE
            around = self._known[max(0, place - _BESIDE) : place + _BESIDE]
            self._told[name] = did_you_mean(name, around)
        return self._told[name]


@lru_cache(maxsize=1 << 12)
def _plain(word: str) -> str:
    """A word without case, spaces and the marks people confuse with them."""
    return "".join(word.casefold().replace("_", " ").replace("-", " ").split())
