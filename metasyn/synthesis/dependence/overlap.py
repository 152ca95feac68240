"""Estimates from cohorts that overlap in part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.synthesis.dependence.clusters import cluster_rows, positive_variances, require_definite
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.dependence.shared_arms import positive_column

__all__ = ["overlap_correlation", "overlap_covariance"]

_Array = NDArray[np.float64]


def overlap_correlation(n_1: ArrayLike, n_2: ArrayLike, shared: ArrayLike) -> _Array:
    r"""Correlation of the sampling errors of one outcome in two cohorts with participants in common.

    Of sums over participants whose errors are independent and alike, `n_1` and `n_2` of them with `shared` in
    common, the correlation is `shared / sqrt(n_1 n_2)`: 1 for the same cohort, 0 without overlap,
    `sqrt(n_1 / n_2)` where the first is part of the second. It holds for means, proportions and (in large
    samples) what is computed from them; for comparisons where both arms overlap by the same share.

    Parameters
    ----------
    n_1, n_2, shared : array_like of shape (k,)
        Participants of either cohort, and of both.

    Returns
    -------
    ndarray of shape (k,)

    Raises
    ------
    OptionError
        If a cohort is empty or shares more participants than it has.

    References
    ----------
    Lin DY, Sullivan PF. Meta-analysis of genome-wide association studies with overlapping subjects. Am J Hum
    Genet 2009;85:862-872. 10.1016/j.ajhg.2009.11.001.

    Examples
    --------
    A subgroup of 25 of 100 participants:

    >>> overlap_correlation([25], [100], [25]).tolist()
    [0.5]
    """
    first, second, both = (
        np.atleast_1d(number_array(name, values))
        for name, values in (("n_1", n_1), ("n_2", n_2), ("shared", shared))
    )
    with np.errstate(invalid="ignore"):
        fits = (first > 0) & (second > 0) & (both >= 0) & (both <= np.minimum(first, second))
    if not np.all(fits & np.isfinite(first) & np.isfinite(second)):
        at = int(np.argmin(fits)) + 1
        raise OptionError(
            f"cohorts must have participants and share no more than they have; not so in row {at}."
        )
    out: _Array = both / np.sqrt(first * second)
    return out


def overlap_covariance(
    vi: ArrayLike, clusters: Sequence[Any], *, sizes: ArrayLike, shared: ArrayLike, correlation: float = 1.0
) -> SamplingCovariance:
    """Sampling covariances of rows whose cohorts overlap, from the participants they share.

    `cov_ij = correlation * shared_ij / sqrt(n_i n_j) * sqrt(vi vj)`, see `overlap_correlation`.

    Parameters
    ----------
    vi : array_like of shape (k,)
        Sampling **variances**.
    clusters : sequence of length k
        Rows of different clusters share nobody.
    sizes : array_like of shape (k,)
        Participants behind each row.
    shared : array_like of shape (k, k)
        Participants that two rows have in common; symmetric, its diagonal is not looked at.
    correlation : float
        Of the two figures in the same participants: 1 for one outcome (the default), less for two.

    Returns
    -------
    SamplingCovariance

    Raises
    ------
    OptionError
        If numbers break their rules, or rows of different clusters share participants.
    NotEstimableError
        If the covariances of a cluster are not positive definite: the same participants twice, or shares
        that contradict each other.

    Examples
    --------
    All participants, and a quarter of them:

    >>> found = overlap_covariance([0.01, 0.04], ["A", "A"], sizes=[100, 25], shared=[[100, 25], [25, 25]])
    >>> found.blocks[0].round(4).tolist()
    [[0.01, 0.01], [0.01, 0.04]]
    """
    variances = positive_variances(vi)
    k = variances.size
    n = positive_column("sizes", sizes, k)
    common = _shared(shared, k)
    names, rows = cluster_rows(clusters, k)
    if not (isinstance(correlation, int | float) and 0 <= correlation <= 1):
        raise OptionError(f"correlation must be between 0 and 1; got {correlation!r}.")
    counted = common.copy()
    blocks = []
    for index in rows:
        inside = np.ix_(index, index)
        counted[inside] = 0
        among = common[inside]
        np.fill_diagonal(among, n[index])
        flat = np.broadcast_to(n[index], among.shape)
        shares = overlap_correlation(flat.T.ravel(), flat.ravel(), among.ravel()).reshape(among.shape)
        scale = np.sqrt(variances[index])
        block = correlation * shares * np.outer(scale, scale)
        np.fill_diagonal(block, variances[index])
        blocks.append(block)
    np.fill_diagonal(counted, 0)
    if counted.any():
        i, j = np.argwhere(counted)[0] + 1
        raise OptionError(f"rows {i} and {j} share participants but are in different clusters.")
    require_definite(blocks, names, rows)
    return SamplingCovariance(names=names, clusters=rows, blocks=tuple(blocks))


def _shared(values: ArrayLike, k: int) -> _Array:
    """Participants in common as a symmetric matrix."""
    array = np.asarray(values)
    if array.shape != (k, k):
        raise OptionError(f"shared must be a {k} x {k} matrix of participants; got shape {array.shape}.")
    out = number_array("shared", array.ravel()).reshape(k, k)
    if not np.array_equal(out, out.T):
        raise OptionError("shared must be symmetric: what row i shares with j is what j shares with i.")
    return out
