"""Distinct orders of things of which some are alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

__all__ = ["count_arrangements", "distinct_arrangements"]


def count_arrangements(labels: Sequence[Hashable]) -> int:
    """Number of distinct orders: k! over the factorials of how often each label occurs.

    Examples
    --------
    >>> count_arrangements("aab")
    3
    """
    count = math.factorial(len(labels))
    for times in Counter(labels).values():
        count //= math.factorial(times)
    return count


def distinct_arrangements(labels: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every distinct order of the labels once, from the sorted one on.

    Examples
    --------
    >>> list(distinct_arrangements([0, 1, 0]))
    [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    """
    current = sorted(labels)
    last = len(current) - 1
    while True:
        yield tuple(current)
        i = last - 1
        while i >= 0 and current[i] >= current[i + 1]:
            i -= 1
        if i < 0:
            return
        j = last
        while current[j] <= current[i]:
            j -= 1
        current[i], current[j] = current[j], current[i]
        current[i + 1 :] = current[:i:-1]
