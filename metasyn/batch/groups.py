"""Which effect belongs to which synthesis: by keys or bounds, in the order of first occurrence."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError

__all__ = ["Groups", "from_bounds", "from_codes", "from_keys"]

Integers = NDArray[np.int64]

# Tells True from 1 and False from 0.
_TRUTH = object()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """n groups of consecutive effects.

    Attributes
    ----------
    keys : ndarray of shape (n,)
        What each group is called.
    order : ndarray of int, shape (m,) or None
        Positions of the effects, group after group and as given within each; None where they stand so.
    bounds : ndarray of int, shape (n + 1,)
        Group i has the effects `order[bounds[i]:bounds[i + 1]]`.
    """

    keys: NDArray[Any]
    order: Integers | None
    bounds: Integers

    @property
    def sizes(self) -> Integers:
        """Effects in each group, shape (n,)."""
        return np.diff(self.bounds)

    def by_size(self) -> Iterator[tuple[int, Integers]]:
        """For every size that occurs, the numbers of the groups that have it."""
        sizes = self.sizes
        if not sizes.size:
            return
        order = np.argsort(sizes, kind="stable")
        found, starts = np.unique(sizes[order], return_index=True)
        yield from zip(found.tolist(), np.split(order, starts[1:]), strict=True)

    def positions(self, numbers: Integers, size: int) -> Integers:
        """Positions of the effects of groups that all have this size, shape (len(numbers), size)."""
        at = self.bounds[numbers][:, None] + np.arange(size)
        return at if self.order is None else self.order[at]


def from_keys(keys: Sequence[Hashable] | ArrayLike, m: int) -> Groups:
    """Groups of equal keys; they need not stand together.

    Keys are equal where Python says so, but for True and 1: "1" and 1 are two keys, 1 and 1.0 are one.

    Parameters
    ----------
    keys : sequence of shape (m,)
        Text, numbers, dates, tuples of them, or anything else that can be the key of a dict.
    m : int
        Number of effects.

    Returns
    -------
    Groups
        In the order of first occurrence.

    Raises
    ------
    OptionError
        If there is not one key per effect, or one is missing: its effect may belong to any group, so that
        none would be known to be complete.

    Examples
    --------
    >>> groups = from_keys(["b", "a", "b"], 3)
    >>> groups.keys.tolist(), groups.sizes.tolist()
    (['b', 'a'], [2, 1])
    >>> from_keys(["1", 1, ("trial", 2), 1.0], 4).keys.tolist()
    ['1', 1, ('trial', 2)]
    """
    given = _as_array(keys)
    if given.shape != (m,):
        raise OptionError(f"groups must have one key per effect; got shape {given.shape} for {m} effects.")
    if m == 0:
        return Groups(keys=given.copy(), order=None, bounds=np.zeros(1, dtype=np.int64))
    if given.dtype.kind == "O":
        return _from_objects(given.tolist())
    if given.dtype.kind in "fcmM":
        _require_keys(given != given)
    change = np.flatnonzero(given[1:] != given[:-1]) + 1
    starts = np.concatenate(([0], change))
    found, first, inverse = np.unique(given[starts], return_index=True, return_inverse=True)
    if found.size == starts.size:  # every key stands together already
        return Groups(keys=given[starts], order=None, bounds=np.append(starts, m).astype(np.int64))
    rank = np.empty(found.size, dtype=np.int64)
    by_first = np.argsort(first, kind="stable")
    rank[by_first] = np.arange(found.size)
    return from_codes(np.repeat(rank[inverse], np.diff(np.append(starts, m))), found[by_first])


def from_codes(codes: Integers, keys: NDArray[Any]) -> Groups:
    """Groups by their numbers.

    Parameters
    ----------
    codes : ndarray of int, shape (m,)
        Number of the group of each effect, from 0 in the order of first occurrence; -1 where there is none.
    keys : ndarray of shape (n,)
        What the groups are called.

    Returns
    -------
    Groups

    Raises
    ------
    OptionError
        If an effect has no group.

    Examples
    --------
    >>> groups = from_codes(np.array([0, 1, 0]), np.array(["b", "a"]))
    >>> groups.order.tolist(), groups.bounds.tolist()
    ([0, 2, 1], [0, 2, 3])
    """
    _require_keys(codes < 0)
    bounds = np.concatenate(([0], np.cumsum(np.bincount(codes, minlength=keys.size)))).astype(np.int64)
    if (codes[1:] >= codes[:-1]).all():
        return Groups(keys=keys, order=None, bounds=bounds)
    return Groups(keys=keys, order=np.argsort(codes, kind="stable"), bounds=bounds)


def _as_array(keys: Any) -> NDArray[Any]:
    """An array in which no two keys have become one."""
    if isinstance(keys, np.ma.MaskedArray):
        raise OptionError("groups must not be a masked array: leave masked effects out.")
    if isinstance(keys, str) or not isinstance(keys, Sequence):
        return np.asarray(keys)
    kinds = {*map(type, keys)}
    if len(kinds) <= 1 and issubclass(next(iter(kinds), int), str | int | float | np.generic):
        given = np.asarray(keys)
        # Whole numbers too large for one type become floats, and text loses a null character at its end.
        if not ((given.dtype.kind == "f" and int in kinds) or (str in kinds and "\0" in "".join(keys))):
            return given
    return np.fromiter(keys, dtype=object, count=len(keys))


def _from_objects(keys: list[Any]) -> Groups:
    """Groups of keys of any types."""
    numbers: dict[Any, int] = {}
    try:
        labels = [(_TRUTH, key) if isinstance(key, bool | np.bool_) else key for key in keys]
        codes = np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int64)
    except TypeError as error:
        raise OptionError(
            f"groups: a key must be text, a number, a date or a tuple of them; {error}."
        ) from error
    names = [label[1] if type(label) is tuple and label[:1] == (_TRUTH,) else label for label in numbers]
    missing = np.flatnonzero([_is_missing(name) for name in names])
    _require_keys(np.isin(codes, missing))
    return from_codes(codes, np.fromiter(names, dtype=object, count=len(names)))


def _is_missing(key: Any) -> bool:
    """None, NaN, pandas' NA, or no time, also within a tuple."""
    if isinstance(key, tuple):
        return any(map(_is_missing, key))
    return key is None or type(key).__name__ == "NAType" or bool(key != key)


def _require_keys(missing: NDArray[np.bool_]) -> None:
    """Refuse effects without a key."""
    n = int(missing.sum())
    if n:
        more = "" if n == 1 else f" ({n} of {missing.size} have none)"
        raise OptionError(
            f"groups: effect {int(missing.argmax()) + 1} has no key{more}; leave it out, or give it a key."
        )


def from_bounds(bounds: ArrayLike, m: int) -> Groups:
    """Groups of effects that stand one after the other, as the row pointers of a CSR matrix say.

    Parameters
    ----------
    bounds : array_like of int, shape (n + 1,)
        From 0 to m, never falling; an empty group is allowed.
    m : int
        Number of effects.

    Returns
    -------
    Groups
        Called 0 to n - 1.

    Raises
    ------
    OptionError
        If the bounds are not such.

    Examples
    --------
    >>> from_bounds([0, 2, 2, 5], 5).sizes.tolist()
    [2, 0, 3]
    """
    given = np.asarray(bounds)
    if given.ndim != 1 or given.size == 0 or given.dtype.kind not in "iu":
        raise OptionError(
            f"bounds must be whole numbers, one more than groups; got shape {given.shape} of {given.dtype}."
        )
    ends = given.astype(np.int64)
    if ends[0] != 0 or ends[-1] != m or (np.diff(ends) < 0).any():
        raise OptionError(
            f"bounds must rise from 0 to the number of effects, {m}; got {ends[0]} to {ends[-1]}"
            + (", falling in between." if (np.diff(ends) < 0).any() else ".")
        )
    return Groups(keys=np.arange(ends.size - 1), order=None, bounds=ends)
