"""One broken rule, and the words that help to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metasyn.values import Finding

__all__ = ["Problem", "did_you_mean", "shown"]


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
        from difflib import get_close_matches

        best = next(iter(get_close_matches(word, words, n=1, cutoff=0.75)), "")
    return f" Did you mean {best!r}?" if best else ""


def _plain(word: str) -> str:
    """A word without case, spaces and the marks people confuse with them."""
    return "".join(word.casefold().replace("_", " ").replace("-", " ").split())
