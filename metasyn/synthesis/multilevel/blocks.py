"""The effects of independent clusters, stacked by size, so that all clusters of one size are one array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stack", "Tie", "connected", "stack_clusters"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
# Which pairs of rows share a variance component: two index arrays -> array of bool.
Tie = Callable[[Index, Index], NDArray[np.bool_]]
# Elements of covariance matrices that cost less than a further round of array operations.
_FEW_CELLS = 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """b clusters of (at most) n effects; missing effects have variance 1 and no connection to anything.

    Attributes
    ----------
    y : ndarray of shape (b, n)
    design : ndarray of shape (b, n, p)
    sampling : ndarray of shape (b, n, n)
    ties : ndarray of shape (c, b, n, n)
        1 where two effects share a component of the covariance.
    rows : ndarray of shape (b, n)
        Row of each effect; -1 for missing ones.
    """

    y: Array
    design: Array
    sampling: Array
    ties: Array
    rows: Index


def connected(groupings: Sequence[Index], pairs: Sequence[tuple[int, int]] = ()) -> tuple[Index, ...]:
    """Sets of rows that share no group and no pair with any other row, in order of first appearance.

    Parameters
    ----------
    groupings : sequence of ndarray of int, shape (k,)
        At least one: a group of each row.
    pairs : sequence of pairs of int
        Rows that are tied besides.

    Examples
    --------
    >>> import numpy as np
    >>> [rows.tolist() for rows in connected([np.array([0, 1, 0, 2])], [(1, 3)])]
    [[0, 2], [1, 3]]
    """
    k = groupings[0].size
    parent = list(range(k))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for index in groupings:
        first: dict[int, int] = {}
        for row, group in enumerate(index.tolist()):
            parent[root(row)] = root(first.setdefault(group, row))
    for one, other in pairs:
        parent[root(one)] = root(other)
    members: dict[int, list[int]] = {}
    for row in range(k):
        members.setdefault(root(row), []).append(row)
    return tuple(np.array(rows, dtype=np.intp) for rows in members.values())


def stack_clusters(
    y: Array, design: Array, clusters: Sequence[Index], sampling: Sequence[Array], ties: Sequence[Tie]
) -> tuple[Stack, ...]:
    """Clusters of similar size in one stack each; sizes are rounded up to 1, 2, 3, 4, 6, 8, 12, ...

    A stack that is small even with the next size joins it.
    """
    by_size: dict[int, list[int]] = {}
    for number, rows in enumerate(clusters):
        by_size.setdefault(_round_up(rows.size), []).append(number)
    for size, larger in pairwise(sorted(by_size)):
        if len(by_size[size]) * larger**2 <= _FEW_CELLS:
            by_size[larger] = sorted(by_size.pop(size) + by_size[larger])
    return tuple(
        _stack(y, design, [clusters[i] for i in numbers], [sampling[i] for i in numbers], ties, size)
        for size, numbers in sorted(by_size.items())
    )


def _stack(
    y: Array, design: Array, clusters: list[Index], sampling: list[Array], ties: Sequence[Tie], n: int
) -> Stack:
    rows = np.full((len(clusters), n), -1, dtype=np.intp)
    known = np.broadcast_to(np.eye(n), (len(clusters), n, n)).copy()
    for i, (members, block) in enumerate(zip(clusters, sampling, strict=True)):
        rows[i, : members.size] = members
        known[i, : members.size, : members.size] = block
    there = rows >= 0
    both = there[:, :, None] & there[:, None, :]
    one, other = rows[:, :, None], rows[:, None, :]
    shared = [(tie(one, other) & both).astype(float) for tie in ties]
    return Stack(
        y=np.where(there, y[rows], 0.0),
        design=np.where(there[:, :, None], design[rows], 0.0),
        sampling=known,
        ties=np.array(shared).reshape(len(ties), *known.shape),
        rows=rows,
    )


def _round_up(size: int) -> int:
    """The next of 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, ..."""
    power = 1
    while 2 * power < size:
        power *= 2
    return next(n for n in (power, power + power // 2, 2 * power) if n >= size)
