"""Which whole-number counts a printed percentage can stand for."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from metasyn.errors import OptionError

__all__ = ["decimals_of", "nearest_count", "whole_number_counts"]

_NUMBER = re.compile(r"\d+(\.\d+)?")


def whole_number_counts(percent: str | float, decimals: int | None, n: int) -> tuple[int, ...]:
    """All counts k for which k out of n, rounded, is the printed percentage.

    Both common rules are accepted for a tie (rounding half up and half to even). The arithmetic
    is exact.

    Parameters
    ----------
    percent : str or float
        The figure as printed (`"15.2"`, `"15.2%"`) or its value on the scale 0-100.
    decimals : int or None
        Printed digits after the point; None, or fewer than `percent` shows, takes those it shows.
    n : int
        Participants.

    Returns
    -------
    tuple of int
        In ascending order; empty if no whole number fits.

    Raises
    ------
    OptionError
        If `percent` is not a number between 0 and 100 or `n` is not positive.

    Examples
    --------
    >>> whole_number_counts("15.2", None, 269)
    (41,)
    >>> whole_number_counts(15, 0, 117)
    (17, 18)
    >>> whole_number_counts("13.5", None, 19)
    ()
    """
    text = _plain(percent)
    if n <= 0:
        raise OptionError(f"n must be positive; got {n!r}.")
    shown = max(decimals_of(text), decimals or 0)
    printed = Fraction(text)
    if not 0 <= printed <= 100:
        raise OptionError(f"a percentage must be between 0 and 100; got {percent!r}.")
    half = Fraction(1, 2 * 10**shown)
    lowest = max(0, math.ceil((printed - half) * n / 100))
    highest = min(n, math.floor((printed + half) * n / 100))
    last_digit_even = int(printed * 10**shown) % 2 == 0
    return tuple(
        k for k in range(lowest, highest + 1) if last_digit_even or Fraction(100 * k, n) != printed + half
    )


def nearest_count(percent: float, n: int, fits: tuple[int, ...]) -> int:
    """The fitting count nearest to `percent` of `n`; of two equally near ones the smaller."""
    aim = Fraction(repr(percent)) * n / 100
    return min(fits, key=lambda k: (abs(k - aim), k))


def decimals_of(number: str | float) -> int:
    """Digits after the point in a number as written; of a float, in its shortest form.

    Examples
    --------
    >>> decimals_of("0.80"), decimals_of(0.8), decimals_of(15.0)
    (2, 1, 0)
    """
    if isinstance(number, float | int):
        number = repr(float(number)).removesuffix(".0")
    return len(number.partition(".")[2]) if "e" not in number else 0


def _plain(percent: str | float) -> str:
    """The percentage as digits with a point."""
    if isinstance(percent, str):
        text = percent.strip().removesuffix("%").rstrip().replace("·", ".")
    else:
        text = repr(float(percent)).removesuffix(".0")
        if "e" in text:
            text = f"{float(percent):.15f}".rstrip("0")
    if not _NUMBER.fullmatch(text):
        raise OptionError(f"a percentage must be a plain number between 0 and 100; got {percent!r}.")
    return text
