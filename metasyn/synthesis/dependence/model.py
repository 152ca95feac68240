"""Sampling covariances of rows that share participants, in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SamplingCovariance"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplingCovariance:
    """Sampling variances of k rows and the covariances within clusters; between clusters they are zero.

    Attributes
    ----------
    names : tuple of str
        One per cluster, in the order in which the clusters first appear among the rows.
    clusters : tuple of ndarray of int
        Rows of each cluster, ascending; every row is in one.
    blocks : tuple of ndarray of shape (n, n)
        Covariances of each cluster's rows, positive definite, squared analysis scale; read-only.
    """

    names: tuple[str, ...]
    clusters: tuple[NDArray[np.intp], ...]
    blocks: tuple[_Array, ...]

    def __post_init__(self) -> None:
        for array in (*self.clusters, *self.blocks):
            array.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of rows."""
        return sum(rows.size for rows in self.clusters)

    @property
    def vi(self) -> _Array:
        """Sampling variances, shape (k,)."""
        out = np.empty(self.k)
        for rows, block in zip(self.clusters, self.blocks, strict=True):
            out[rows] = block.diagonal()
        return out

    def matrix(self) -> _Array:
        """All covariances, shape (k, k)."""
        out = np.zeros((self.k, self.k))
        for rows, block in zip(self.clusters, self.blocks, strict=True):
            out[np.ix_(rows, rows)] = block
        return out

    def correlations(self) -> tuple[_Array, ...]:
        """Correlations of the sampling errors, cluster by cluster."""
        scales = [np.sqrt(block.diagonal()) for block in self.blocks]
        return tuple(block / np.outer(s, s) for block, s in zip(self.blocks, scales, strict=True))
