"""Known sampling covariances: given as variances, as one matrix, or as a block per group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence.clusters import LEAST_EIGENVALUE
from metasyn.synthesis.multilevel.blocks import connected
from metasyn.synthesis.multilevel.given import Grouping
from metasyn.synthesis.multilevel.model import Level

__all__ = ["Sampling", "sampling_of"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampling:
    """Clusters of effects that are independent of each other, with their sampling covariances.

    Attributes
    ----------
    clusters : tuple of ndarray of int
    names : tuple of str
        The outermost groups in each.
    blocks : tuple of ndarray
        In the order of the rows of each cluster, read-only.
    """

    clusters: tuple[Index, ...]
    names: tuple[str, ...]
    blocks: tuple[Array, ...]

    @property
    def variances(self) -> Array:
        """The diagonal, shape (k,)."""
        found = np.empty(sum(rows.size for rows in self.clusters))
        for rows, block in zip(self.clusters, self.blocks, strict=True):
            found[rows] = np.diag(block)
        return found


def sampling_of(
    grouping: Grouping, labels: Sequence[str], vi: Array | None, given: object | None
) -> Sampling:
    """Read the covariances and find the clusters.

    Parameters
    ----------
    grouping : Grouping
    labels : sequence of str, length k
    vi : ndarray of shape (k,) or None
        None: the diagonal of `given`.
    given : array_like of shape (k, k), or sequence of square arrays, or None
        Blocks: one per outermost group, in order of first appearance.

    Raises
    ------
    OptionError
        If shapes, symmetry or diagonal are not right.
    NotEstimableError
        If a block is not positive definite; the cluster is named.
    """
    pieces = _pieces(grouping.outer, len(labels), vi, given)
    groupings = [level.index for level in grouping.levels]
    if grouping.within is not None:
        groupings.append(grouping.within.index)
    tied = [
        (int(rows[i]), int(rows[j])) for rows, block in pieces for i, j in np.argwhere(np.triu(block, 1) != 0)
    ]
    clusters = connected(groupings, tied)
    names = tuple(_name(grouping.outer, rows) for rows in clusters)
    blocks = _fill(clusters, pieces)
    for rows, name, block in zip(clusters, names, blocks, strict=True):
        _require_positive_definite(labels, rows, name, block)
        rows.flags.writeable = block.flags.writeable = False
    found = Sampling(clusters=clusters, names=names, blocks=blocks)
    if vi is not None and given is not None:
        _require_same(labels, vi, found.variances)
    return found


def _pieces(outer: Level, k: int, vi: Array | None, given: Any) -> list[tuple[Index, Array]]:
    """Rows with their covariances; rows in different pieces are independent."""
    if given is None:
        assert vi is not None
        return [(np.array([i]), np.array([[v]])) for i, v in enumerate(vi)]
    if _is_list_of_blocks(given):
        groups = [np.flatnonzero(outer.index == i) for i in range(len(outer.labels))]
        if len(given) != len(groups):
            raise OptionError(
                f"sampling must have one block per {outer.name}, {len(groups)}; it has {len(given)}."
            )
        return [
            (rows, _square(block, rows.size, f"the block of sampling for {outer.name} {name!r}"))
            for rows, block, name in zip(groups, given, outer.labels, strict=True)
        ]
    whole = _square(given, k, "sampling")
    return [
        (rows, whole[np.ix_(rows, rows)])
        for rows in connected([np.arange(k)], [(int(i), int(j)) for i, j in np.argwhere(np.triu(whole, 1))])
    ]


def _is_list_of_blocks(given: Any) -> bool:
    """Whether the elements are matrices."""
    return isinstance(given, list | tuple) and len(given) > 0 and np.ndim(given[0]) == 2


def _square(given: ArrayLike, n: int, what: str) -> Array:
    """A symmetric matrix of finite numbers with positive diagonal."""
    try:
        block = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise OptionError(f"{what} must hold numbers only.") from None
    if block.shape != (n, n):
        raise OptionError(f"{what} must have shape ({n}, {n}); got {block.shape}.")
    if not np.isfinite(block).all() or not (np.diag(block) > 0).all():
        raise OptionError(f"{what} must be finite, with variances above zero on its diagonal.")
    size = np.sqrt(np.diag(block))
    if (np.abs(block - block.T) > 1e-8 * np.outer(size, size)).any():
        raise OptionError(f"{what} must be symmetric.")
    return np.asarray((block + block.T) / 2, dtype=float)


def _fill(clusters: Sequence[Index], pieces: Sequence[tuple[Index, Array]]) -> tuple[Array, ...]:
    """The covariances of each cluster from those of its pieces."""
    k = sum(rows.size for rows in clusters)
    cluster, position = np.empty(k, dtype=np.intp), np.empty(k, dtype=np.intp)
    for number, rows in enumerate(clusters):
        cluster[rows], position[rows] = number, np.arange(rows.size)
    blocks = tuple(np.zeros((rows.size, rows.size)) for rows in clusters)
    for rows, block in pieces:
        blocks[cluster[rows[0]]][np.ix_(position[rows], position[rows])] = block
    return blocks


def _name(outer: Level, rows: Index) -> str:
    """The outermost groups in a cluster."""
    return " + ".join(outer.labels[i] for i in dict.fromkeys(outer.index[rows].tolist()))


def _require_positive_definite(labels: Sequence[str], rows: Index, name: str, block: Array) -> None:
    if rows.size == 1 or not np.triu(block, 1).any():
        return
    size = np.sqrt(np.diag(block))
    lowest = float(np.linalg.eigvalsh(block / np.outer(size, size))[0])
    if lowest < LEAST_EIGENVALUE:
        listed = ", ".join(f"{row + 1} ({labels[row]})" for row in rows[:6])
        more = f" and {rows.size - 6} more" if rows.size > 6 else ""
        raise NotEstimableError(
            f"the sampling covariances of {name!r} are not positive definite (smallest eigenvalue of their "
            f"correlations {lowest:.3g}; effects {listed}{more}). Lower the correlations, or leave out an "
            "effect that follows from the others."
        )


def _require_same(labels: Sequence[str], vi: Array, diagonal: Array) -> None:
    wrong = np.flatnonzero(np.abs(diagonal - vi) > _SAME * vi)
    if wrong.size:
        row = int(wrong[0])
        raise OptionError(
            f"the diagonal of sampling differs from the variances of the effects, first in row {row + 1} "
            f"({labels[row]}): {diagonal[row]:.6g} and {vi[row]:.6g}. Are its rows in another order?"
        )
