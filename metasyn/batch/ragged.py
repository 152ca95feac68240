"""Effects of many syntheses as they are given, with what is wrong with each."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.groups import Groups, from_bounds, from_keys
from metasyn.batch.statuses import CODE
from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.synthesis.arrays import beyond_double_precision

__all__ = ["Ragged", "Stack", "checked_values", "ragged", "status_of", "variances_of"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Groups of one size, by number, and their data, shape (groups, k)."""

    numbers: Integers
    y: Array
    v: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ragged:
    """m effects in n groups.

    Attributes
    ----------
    yi, vi : ndarray of shape (m,)
    groups : Groups
    status : ndarray of int8, shape (n,)
        What keeps a group from being pooled, or that it has one effect: position in `STATUS`.
    """

    yi: Array
    vi: Array
    groups: Groups
    status: NDArray[np.int8]

    def units(self, groups_at_once: Callable[[int], int], *, least: int = 2) -> list[Integers]:
        """Numbers of groups of one size that can be pooled, so many at a time as the size allows."""
        found = []
        for k, numbers in self.groups.by_size():
            if k >= least:
                kept = numbers[self.status[numbers] == CODE["ok"]]
                step = groups_at_once(k)
                found += [kept[start : start + step] for start in range(0, kept.size, step)]
        return found

    def stacks(self, units: Iterable[Integers]) -> Iterator[Stack]:
        """The data of groups that have one size."""
        for numbers in units:
            at = self.groups.positions(numbers, int(self.groups.sizes[numbers[0]]))
            yield Stack(numbers=numbers, y=self.yi[at], v=self.vi[at])

    def in_order(self) -> tuple[Array, Array]:
        """Effects and variances group after group, as the bounds of the groups count them."""
        order = self.groups.order
        return (self.yi, self.vi) if order is None else (self.yi[order], self.vi[order])


def ragged(
    yi: ArrayLike,
    vi: ArrayLike | None,
    groups: Sequence[Hashable] | ArrayLike | None,
    bounds: ArrayLike | None,
    sei: ArrayLike | None = None,
) -> Ragged:
    """Effects with the groups they belong to; without groups and bounds they are one group.

    Parameters
    ----------
    yi, vi, sei : array_like of shape (m,)
        As of `checked_values`.
    groups : array_like of shape (m,), optional
    bounds : array_like of int, shape (n + 1,), optional

    Raises
    ------
    OptionError
        If shapes do not fit, or both `groups` and `bounds` are given.

    Examples
    --------
    >>> found = ragged([0.1, 0.2, 0.3], [0.1, -0.2, 0.3], ["a", "a", "b"], None)
    >>> from metasyn.batch import STATUS
    >>> [STATUS[code] for code in found.status]
    ['variance not above zero', 'one effect']
    """
    y, v = checked_values(yi, vi, sei)
    if groups is not None and bounds is not None:
        raise OptionError("give either groups= or bounds=, not both.")
    if groups is None:
        found = from_bounds([0, y.size] if bounds is None else bounds, y.size)
    else:
        found = from_keys(groups, y.size)
    in_order = (y, v) if found.order is None else (y[found.order], v[found.order])
    return Ragged(yi=y, vi=v, groups=found, status=status_of(*in_order, found.bounds))


def status_of(y: Array, v: Array, bounds: Integers) -> NDArray[np.int8]:
    """What keeps groups from being pooled, or that they have one effect.

    Parameters
    ----------
    y, v : ndarray of shape (m,)
        Group after group.
    bounds : ndarray of int, shape (n + 1,)

    Returns
    -------
    ndarray of int8, shape (n,)
        Positions in `STATUS`. Of a value that cannot be used and a bad variance the value is named, of
        both and sizes beyond double precision (the rule of `pool`) the former.
    """
    k = np.diff(bounds)
    status = np.zeros(k.size, dtype=np.int8)
    status[k == 0] = CODE["no effect"]
    status[k == 1] = CODE["one effect"]
    if not y.size or _plain(y.min(), y.max(), v.min(), v.max()):
        return status
    with np.errstate(invalid="ignore"):
        bad_variance, bad_value = ~((v > 0) & (v < np.inf)), ~np.isfinite(y)
        several = np.flatnonzero(k)
        starts = bounds[:-1][several]
        largest = np.maximum(
            np.maximum.reduceat(np.abs(y), starts), np.sqrt(np.maximum.reduceat(np.abs(v), starts))
        )
        smallest = np.sqrt(np.minimum.reduceat(v, starts))
        beyond = beyond_double_precision(largest, smallest)
    status[several[beyond]] = CODE["beyond double precision"]
    number = np.repeat(np.arange(k.size), k)
    status[number[bad_variance]] = CODE["variance not above zero"]
    status[number[bad_value]] = CODE["estimate not finite"]
    return status


def _plain(y_low: float, y_high: float, v_low: float, v_high: float) -> bool:
    """Whether nothing can be wrong with values between such bounds, however they are grouped."""
    largest = max(abs(y_low), abs(y_high), math.sqrt(abs(v_high)))
    finite = largest < math.inf and v_low > 0  # NaN fails every comparison
    return finite and not beyond_double_precision(largest, math.sqrt(v_low))


def checked_values(yi: ArrayLike, vi: ArrayLike | None, sei: ArrayLike | None = None) -> tuple[Array, Array]:
    """Estimates and variances as floats.

    Parameters
    ----------
    yi : array_like of shape (m,)
    vi, sei : array_like of shape (m,), optional
        Variances or standard errors; exactly one of the two.

    Raises
    ------
    OptionError
        If they are not numbers, have more than one dimension or differ in length, or not one of `vi` and
        `sei` is given.

    Examples
    --------
    >>> checked_values([1, 2], [0.1, 0.1])[0].tolist()
    [1.0, 2.0]
    """
    if (vi is None) == (sei is None):
        raise OptionError("give the variances (vi=) or the standard errors (sei=), exactly one of them.")
    name, spread = ("vi", vi) if sei is None else ("sei", sei)
    y, v = _values("yi", yi), _values(name, spread if spread is not None else ())
    if y.shape != v.shape:
        raise OptionError(f"yi and {name} must have the same length; got {y.size} and {v.size}.")
    return y, v if sei is None else variances_of(v)


def variances_of(sei: Array) -> Array:
    """Variances of standard errors: with the sign of the error, and 0 or inf only where it is.

    Parameters
    ----------
    sei : ndarray of shape (m,)

    Returns
    -------
    ndarray of shape (m,)
        The squares; those too small or too large for a double are the smallest normal and the largest one.

    Examples
    --------
    >>> variances_of(np.array([0.5, -0.5, 1e-200, 0.0])).tolist()
    [0.25, -0.25, 2.2250738585072014e-308, 0.0]
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        v = np.asarray(sei * np.abs(sei))
        sound = (sei > 0) & (sei < np.inf)
    limits = np.finfo(float)
    return np.where(sound, np.clip(v, limits.tiny, limits.max), v)


def _values(name: str, given: ArrayLike) -> Array:
    values: Array
    if isinstance(given, np.ndarray) and type(given) is np.ndarray and given.dtype == np.float64:
        values = given
    else:
        values = number_array(name, given)
    if values.ndim != 1:
        raise OptionError(f"{name} must have one dimension; got shape {values.shape}.")
    return np.ascontiguousarray(values)
