"""Correlations of comparisons of two groups at given times, by the groups they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.synthesis.dependence.clusters import label_codes
from metasyn.synthesis.dependence.observed import require_correlation

__all__ = ["Contrasts", "contrasts_of", "shared_correlation", "times_of"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasts:
    """Which two groups each row compares, when, and the inverse of their sizes."""

    groups: tuple[NDArray[np.intp], NDArray[np.intp]]
    times: tuple[_Array, _Array]
    parts: tuple[_Array, _Array]
    phi: float


def times_of(
    k: int, times: ArrayLike | None, times_2: ArrayLike | None, phi: float | None, *, grouped: bool
) -> tuple[_Array, _Array] | None:
    """When the two groups of each row were observed."""
    if times is None:
        if phi is not None or times_2 is not None:
            raise OptionError(f"{'phi' if phi is not None else 'times_2'} has nothing to act on: give times.")
        return None
    if phi is None:
        raise OptionError("times need phi, the correlation of two observations one unit of time apart.")
    require_correlation("phi", phi, low=0.0)
    if times_2 is not None and not grouped:
        raise OptionError("times_2 is when group 2 was observed: give groups_1 and groups_2.")
    first = _column("times", times, k)
    return first, first if times_2 is None else _column("times_2", times_2, k)


def contrasts_of(
    k: int,
    groups: tuple[Sequence[Any] | None, Sequence[Any] | None],
    sizes: tuple[ArrayLike | None, ArrayLike | None],
    when: tuple[_Array, _Array] | None,
    phi: float | None,
) -> Contrasts | None:
    """The groups compared; None where the rows are not about comparisons."""
    for name, pair in (("groups_1 and groups_2", groups), ("sizes_1 and sizes_2", sizes)):
        if (pair[0] is None) != (pair[1] is None):
            raise OptionError(f"{name} go together: give both or none.")
    if groups[0] is None or groups[1] is None:
        if sizes[0] is not None:
            raise OptionError("sizes_1 and sizes_2 are those of groups: give groups_1 and groups_2.")
        return None
    firsts, seconds = (label_codes(f"groups_{i}", labels, k) for i, labels in enumerate(groups, 1))
    place = {label: i for i, label in enumerate(dict.fromkeys((*firsts[1], *seconds[1])))}
    codes = tuple(np.array([place[d] for d in distinct])[c] for c, distinct in (firsts, seconds))
    parts = tuple(np.ones(k) if s is None else 1 / _sizes(f"sizes_{i}", s, k) for i, s in enumerate(sizes, 1))
    still = (np.zeros(k), np.zeros(k))
    found = Contrasts(
        groups=(codes[0], codes[1]),
        times=still if when is None else when,
        parts=(parts[0], parts[1]),
        phi=0.0 if phi is None else phi,
    )
    itself = np.flatnonzero((codes[0] == codes[1]) & (found.times[0] == found.times[1]))
    if itself.size:
        raise OptionError(f"row {itself[0] + 1} compares a group with itself at one time.")
    return found


def shared_correlation(contrasts: Contrasts, index: NDArray[np.intp]) -> _Array:
    """Correlations of differences by the terms they have in common."""

    def common(a: int, b: int) -> _Array:
        groups, times, parts = contrasts.groups, contrasts.times, contrasts.parts
        same = groups[a][index][:, None] == groups[b][index][None, :]
        apart = np.abs(np.subtract.outer(times[a][index], times[b][index]))
        out: _Array = same * np.sqrt(np.outer(parts[a][index], parts[b][index])) * contrasts.phi**apart
        return out

    crossed = common(0, 1)
    scale = np.sqrt(contrasts.parts[0][index] + contrasts.parts[1][index] - 2 * crossed.diagonal())
    shared: _Array = common(0, 0) - crossed - crossed.T + common(1, 1)
    return np.asarray(shared / np.outer(scale, scale), dtype=float)


def _column(name: str, values: ArrayLike, k: int) -> _Array:
    array = number_array(name, values)
    if array.shape != (k,) or not np.all(np.isfinite(array)):
        raise OptionError(f"{name} must hold {k} finite numbers, one per row; got shape {array.shape}.")
    return array


def _sizes(name: str, values: ArrayLike, k: int) -> _Array:
    array = _column(name, values, k)
    if np.any(array <= 0):
        raise OptionError(f"{name} must be above zero; not so in row {int(np.argmax(array <= 0)) + 1}.")
    return array
