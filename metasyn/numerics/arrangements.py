"""Distinct orders of things of which some are alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

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


def distinct_arrangements(labels: Sequence[int], first: int, last: int) -> NDArray[np.int64]:
    """Some of the distinct orders of the labels, which are numbered from the sorted one on.

    Of all orders that go on from the same beginning, a share of n_i / n has label i next, where n_i of the n
    labels that are left are i.

    Parameters
    ----------
    labels : sequence of int
        0, 1, ...; each occurs.
    first, last : int
        Numbers of the orders, from `first` to before `last`; below 2^63 / len(labels).

    Returns
    -------
    ndarray of shape (last - first, len(labels))

    Examples
    --------
    >>> distinct_arrangements([0, 1, 0], 0, 3).tolist()
    [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    """
    counts = np.bincount(labels)
    rank = np.arange(first, last)
    rows = np.arange(rank.size)
    left = np.tile(counts, (rank.size, 1))
    total = np.full(rank.size, count_arrangements(labels))
    found = np.empty((rank.size, len(labels)), dtype=np.int64)
    for place in range(len(labels)):
        ways = total[:, None] * left // (len(labels) - place)
        until = np.cumsum(ways, axis=1)
        label = (rank[:, None] >= until).sum(axis=1)
        total = ways[rows, label]
        rank = rank - (until[rows, label] - total)
        left[rows, label] -= 1
        found[:, place] = label
    return found
