"""Rows by cluster, and covariances given in several ways as checked blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence.model import SamplingCovariance

__all__ = [
    "LEAST_EIGENVALUE",
    "cluster_rows",
    "covariance_of",
    "label_codes",
    "positive_variances",
    "require_definite",
]

_Array = NDArray[np.float64]

# Of a correlation matrix: with a smaller eigenvalue a row adds less than a thousandth of its standard error
# to others, fewer digits than tables print, and rounding would decide weights and heterogeneity.
LEAST_EIGENVALUE = 1e-6
# Covariances between clusters, relative to the standard deviations, that are rounding errors.
_ROUNDING = 1e-12
_MOST_NAMED = 6
# Loading of a row on the direction without variance, relative to the largest, from which it is named.
_BOUND = 0.05
_CONTRADICT = (
    "One row follows from the others, or the correlations contradict each other: leave one out, or lower the "
    "correlations."
)


def label_codes(name: str, labels: Any, k: int | None = None) -> tuple[NDArray[np.intp], tuple[Any, ...]]:
    """Labels as whole numbers in the order of their first appearance, and the distinct labels.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    labels : sequence of str or number
    k : int, optional
        How many there must be.

    Returns
    -------
    codes : ndarray of shape (k,)
    distinct : tuple

    Raises
    ------
    OptionError
        If labels are missing, or their number is not k.

    Examples
    --------
    >>> codes, distinct = label_codes("clusters", ["b", "a", "b"])
    >>> codes.tolist(), distinct
    ([0, 1, 0], ('b', 'a'))
    """
    if isinstance(labels, str) or not hasattr(labels, "__len__"):
        raise OptionError(f"{name} must hold one label per row; got {labels!r}.")
    values = [value.item() if isinstance(value, np.generic) else value for value in labels]
    if k is not None and len(values) != k:
        raise OptionError(f"{name} must hold one label per row; got {len(values)} for {k} rows.")
    missing = [i + 1 for i, value in enumerate(values) if _is_missing(value)]
    if missing:
        raise OptionError(f"{name} must hold one label per row; none in row {_few(missing)}.")
    order: dict[Any, int] = {}
    codes = np.array([order.setdefault(value, len(order)) for value in values], dtype=np.intp)
    return codes, tuple(order)


def cluster_rows(
    clusters: Any, k: int, *, name: str = "clusters"
) -> tuple[tuple[str, ...], tuple[NDArray[np.intp], ...]]:
    """Names of the clusters in the order of their first appearance, and the rows of each.

    Raises
    ------
    OptionError
        If labels are missing or their number is not k.
    """
    codes, distinct = label_codes(name, clusters, k)
    order = np.argsort(codes, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(codes, minlength=len(distinct)))[:-1])
    return tuple(map(str, distinct)), tuple(rows) if k else ()


def positive_variances(vi: ArrayLike) -> _Array:
    """Sampling variances as an array.

    Raises
    ------
    OptionError
        Naming the rows whose variance is not a finite number above zero.
    """
    values = number_array("vi", vi)
    if values.ndim != 1 or not values.size:
        raise OptionError(f"vi must hold one sampling variance per row; got shape {values.shape}.")
    wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if wrong.size:
        raise OptionError(
            f"sampling variances must be finite and above zero; not so in row {_few(wrong + 1)}."
        )
    return np.array(values)


def covariance_of(
    values: SamplingCovariance | ArrayLike | Sequence[ArrayLike], clusters: Any
) -> SamplingCovariance:
    """Covariances given as variances, as one matrix or as one block per cluster, checked.

    Parameters
    ----------
    values : SamplingCovariance, array_like of shape (k,) or (k, k), or sequence of matrices
        Blocks are in the order in which the clusters first appear.
    clusters : sequence of length k

    Returns
    -------
    SamplingCovariance

    Raises
    ------
    OptionError
        If the shapes do not fit the clusters, or rows of different clusters covary.
    NotEstimableError
        If a block is not positive definite; cluster and rows are named.

    Examples
    --------
    >>> covariance_of([[1.0, 0.3, 0.0], [0.3, 1.0, 0.0], [0.0, 0.0, 2.0]], ["a", "a", "b"]).blocks[1]
    array([[2.]])
    """
    k = len(clusters)
    names, rows = cluster_rows(clusters, k)
    if isinstance(values, SamplingCovariance):
        return _regrouped(values, names, rows)
    arrays = _arrays(values)
    if len(arrays) == 1 and arrays[0].shape == (k,):
        blocks = [np.diag(arrays[0][index]) for index in rows]
    elif len(arrays) == 1 and arrays[0].shape == (k, k):
        member = np.empty(k, dtype=np.intp)
        for code, index in enumerate(rows):
            member[index] = code
        _require_inside(arrays[0], np.arange(k), member, names)
        blocks = [arrays[0][np.ix_(index, index)] for index in rows]
    elif [array.shape for array in arrays] == [(index.size, index.size) for index in rows]:
        blocks = [array.copy() for array in arrays]
    else:
        shapes = ", ".join(str(array.shape) for array in arrays[:_MOST_NAMED])
        raise OptionError(
            f"covariances must be {k} variances, a {k} x {k} matrix or one block per cluster "
            f"({len(rows)}, in the order of their first row); got {shapes}."
        )
    require_definite(blocks, names, rows)
    return SamplingCovariance(names=names, clusters=rows, blocks=tuple(blocks))


def _regrouped(
    known: SamplingCovariance, names: tuple[str, ...], rows: tuple[NDArray[np.intp], ...]
) -> SamplingCovariance:
    """The same covariances in other clusters."""
    k = sum(index.size for index in rows)
    if known.k != k:
        raise OptionError(f"the covariances are those of {known.k} rows; there are {k}.")
    member, place = np.empty(k, dtype=np.intp), np.empty(k, dtype=np.intp)
    for code, index in enumerate(rows):
        member[index], place[index] = code, np.arange(index.size)
    blocks = [np.zeros((index.size, index.size)) for index in rows]
    for index, block in zip(known.clusters, known.blocks, strict=True):
        _require_inside(block, index, member, names)
        for code in np.unique(member[index]):
            own = member[index] == code
            blocks[code][np.ix_(place[index][own], place[index][own])] = block[np.ix_(own, own)]
    require_definite(blocks, names, rows)
    return SamplingCovariance(names=names, clusters=rows, blocks=tuple(blocks))


def require_definite(
    blocks: Sequence[_Array], names: Sequence[str], rows: Sequence[NDArray[np.intp]], hint: str = ""
) -> None:
    """Check that every block is symmetric and positive definite.

    Raises
    ------
    OptionError
        If a block holds anything but finite numbers, or is not symmetric.
    NotEstimableError
        If a block is not positive definite, or so nearly that its inverse means nothing.
    """
    for block, name, index in zip(blocks, names, rows, strict=True):
        where = f"cluster {name!r} (row{'s' if index.size > 1 else ''} {_few(index + 1)})"
        if not np.all(np.isfinite(block)):
            raise OptionError(f"{where}: covariances must be finite numbers.")
        diagonal = block.diagonal()
        if np.any(diagonal <= 0):
            raise NotEstimableError(f"{where}: a variance is not above zero.")
        scale = np.sqrt(diagonal)
        correlation = block / np.outer(scale, scale)
        if np.max(np.abs(correlation - correlation.T), initial=0.0) > _ROUNDING * 100:
            raise OptionError(f"{where}: the matrix of covariances is not symmetric.")
        if float(np.linalg.eigvalsh(correlation)[0]) < LEAST_EIGENVALUE:
            raise NotEstimableError(
                f"{where}: the covariances are not positive definite{_why(correlation, index, hint)}"
            )


def _why(correlation: _Array, rows: NDArray[np.intp], hint: str) -> str:
    """The rows that are bound together, and what to do."""
    values, vectors = np.linalg.eigh(correlation)
    bound = rows[np.abs(vectors[:, 0]) > _BOUND * np.abs(vectors[:, 0]).max()]
    found = f" (smallest eigenvalue of the correlations {values[0]:.2g}, by rows {_few(bound + 1)}). "
    off = np.abs(np.tril(correlation, -1))
    i, j = np.unravel_index(int(np.argmax(off)), off.shape)
    if off[i, j] > 1 - 2 * LEAST_EIGENVALUE:
        return found + (
            f"Rows {rows[j] + 1} and {rows[i] + 1} say the same (correlation {correlation[i, j]:.3g}): tell "
            "them apart by what was observed, or leave one out."
        )
    return found + (hint or _CONTRADICT)


def _arrays(values: Any) -> list[_Array]:
    """One array, or the blocks of a sequence of matrices."""
    blocks = isinstance(values, Sequence) and len(values) > 0 and all(np.ndim(v) == 2 for v in values)
    parts = list(values) if blocks else [values]
    return [_square("covariances", part) for part in parts]


def _square(name: str, values: ArrayLike) -> _Array:
    """Numbers in any shape."""
    array = np.asarray(values)
    return np.array(number_array(name, array.ravel())).reshape(array.shape)


def _require_inside(
    block: _Array, rows: NDArray[np.intp], member: NDArray[np.intp], names: Sequence[str]
) -> None:
    """No covariance between rows of different clusters."""
    codes = member[rows]
    if np.all(codes == codes[0]):
        return
    scale = np.sqrt(np.abs(block.diagonal()))
    across = (np.abs(block) > _ROUNDING * np.outer(scale, scale)) & (codes[:, None] != codes[None, :])
    if across.any():
        i, j = np.argwhere(across)[0]
        raise OptionError(
            f"rows {rows[i] + 1} and {rows[j] + 1} covary but are in different clusters "
            f"({names[codes[i]]!r} and {names[codes[j]]!r}): put them into one."
        )


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _few(numbers: Any) -> str:
    """The first few of many numbers."""
    shown = [str(int(n)) for n in numbers[:_MOST_NAMED]]
    return ", ".join(shown) + (
        f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
    )
