"""Comparing with numbers as a publication prints them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["as_printed"]


def as_printed(found: ArrayLike, figures: str, *, units: float = 0.5) -> None:
    """Assert that each number, rounded as the publication does, gives the printed figure.

    Parameters
    ----------
    found : array_like
        Our numbers, in the order of the figures.
    figures : str
        The printed figures, separated by spaces; trailing zeros count.
    units : float
        Largest difference allowed, in units of the last printed digit. More than half a unit only
        where the publication is known to have rounded on the way; the test says so.

    Examples
    --------
    >>> as_printed([0.2284, -12.0], "0.228 -12.0")
    >>> as_printed(0.2284, "0.230")
    Traceback (most recent call last):
    AssertionError: printed 0.230, found 0.2284
    """
    words = figures.split()
    numbers = np.ravel(np.asarray(found, dtype=float))
    assert numbers.size == len(words), f"{len(words)} printed figures, {numbers.size} numbers"
    wrong = [
        f"printed {word}, found {number:.6g}"
        for word, number in zip(words, numbers.tolist(), strict=True)
        if not abs(number - float(word)) <= units * 10.0 ** -len(word.partition(".")[2]) * (1 + 1e-9)
    ]
    if wrong:
        raise AssertionError("; ".join(wrong))
