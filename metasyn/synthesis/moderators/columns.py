"""Moderators as they were given: which are numbers, which are categories, and where one is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError

__all__ = ["Moderator", "read_moderator", "source_columns"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moderator:
    """One column that a formula uses.

    Attributes
    ----------
    name : str
    values : ndarray of shape (k,)
        Floats (NaN where missing), whole numbers, or strings (empty where missing).
    levels : tuple of str
        Categories in the order of their coding; empty for numbers.
    missing : ndarray of shape (k,), bool
    closed : bool
        True if only values that occur here have a meaning in new data: categories.
    """

    name: str
    values: NDArray[Any]
    levels: tuple[str, ...]
    missing: NDArray[np.bool_]
    closed: bool = False

    def take(self, rows: NDArray[np.intp]) -> Moderator:
        """The column for some rows; categories that no longer occur are gone."""
        values = self.values[rows]
        if not self.levels and not self.missing[rows].any() and values.dtype == float:
            values = _whole(values)
        seen = set(values.tolist()) if self.levels else set()
        levels = tuple(level for level in self.levels if level in seen)
        return replace(self, values=values, levels=levels, missing=self.missing[rows])


def source_columns(effects: EffectSet, data: object) -> Mapping[str, Any]:
    """The columns that a formula may name: those of `data`, or the attributes of the effects.

    `vi` and `sei` are always among them, unless a column has that name.

    Raises
    ------
    OptionError
        If `data` is not a table with one row per effect.
    """
    columns: dict[str, Any] = {"vi": effects.vi, "sei": np.sqrt(effects.vi)}
    if data is None:
        names = dict.fromkeys(key for effect in effects.effects for key in effect.attributes)
        for name in names:
            columns[name] = [effect.attributes.get(name, "") for effect in effects.effects]
        return columns
    if not (isinstance(data, Mapping) or (hasattr(data, "columns") and hasattr(data, "loc"))):
        raise OptionError(
            f"data must be a DataFrame or a mapping of names to columns; got {type(data).__name__}."
        )
    table: Any = data
    for name in table:
        column = table[name]
        if isinstance(column, str) or not hasattr(column, "__len__"):
            raise OptionError(
                f"data column {name!r} must have one value per effect; got {type(column).__name__}."
            )
        if len(column) != effects.k:
            raise OptionError(
                f"data column {name!r} must have one value per effect; "
                f"got {len(column)} for {effects.k} effects."
            )
        columns[str(name)] = column
    return columns


def read_moderator(
    name: str, given: Any, *, as_category: bool, rows: Sequence[str], ordered: Sequence[str] = ()
) -> Moderator:
    """Decide what a column is.

    Numbers and strings that all read as numbers become numbers; truth values 0 and 1; strings of
    which none reads as a number become categories, in sorted order or in that of a pandas
    categorical. Empty strings, None and NaN are missing.

    Parameters
    ----------
    name : str
    given : sequence of length k
    as_category : bool
        True if the formula uses the column inside C() only: strings of which some read as numbers
        are categories then.
    rows : sequence of str
        Names of the rows, for messages.
    ordered : sequence of str
        Categories in a given order.

    Raises
    ------
    OptionError
        If some values are numbers and some are not, or a value is infinite or of another type.
    """
    categories = getattr(getattr(given, "cat", None), "categories", None)
    if categories is not None:
        ordered = [str(level) for level in categories]
    values = _values(given)
    missing = np.array([_is_missing(value) for value in values], dtype=bool)
    numbers = [None if gone else _number(value) for value, gone in zip(values, missing, strict=True)]
    other = [i for i, value in enumerate(numbers) if value is None and not missing[i]]
    if not other and not ordered:
        array = np.array([math.nan if value is None else value for value in numbers])
        infinite = np.flatnonzero(np.isinf(array))
        if infinite.size:
            where = rows[int(infinite[0])]
            raise OptionError(
                f"moderator {name!r} must be finite; row {where!r} has {float(array[infinite[0]])!r}."
            )
        return Moderator(
            name=name, values=array if missing.any() else _whole(array), levels=(), missing=missing
        )
    _require_strings(name, values, missing, other, rows, mixed=not (as_category or ordered))
    texts = ["" if gone else str(value).strip() for value, gone in zip(values, missing, strict=True)]
    present = {text for text in texts if text}
    levels = tuple(level for level in ordered if level in present) if ordered else tuple(sorted(present))
    return Moderator(
        name=name, values=np.array(texts, dtype=object), levels=levels, missing=missing, closed=True
    )


def _values(given: Any) -> list[Any]:
    """The values of any one-dimensional container; masked ones as None."""
    if np.ma.isMaskedArray(given):
        return list(given.tolist())
    return list(given.tolist()) if hasattr(given, "tolist") else list(given)


def _is_missing(value: object) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    # NaN, pandas' NA and NaT are the values that are not equal to themselves (NA: neither).
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and math.isnan(value))


def _number(value: object) -> float | None:
    """A number, or a string that is written as a finite one."""
    if isinstance(value, Real):
        return float(value)
    if not isinstance(value, str):
        return None
    try:
        number = float(value.replace("_", "x"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(array: NDArray[np.float64]) -> NDArray[Any]:
    """Whole numbers as integers, so that a category made of them is called 2 and not 2.0."""
    small = bool((np.abs(array) < 2**53).all())
    return array.astype(np.int64) if small and bool((array == np.round(array)).all()) else array


def _require_strings(
    name: str,
    values: Sequence[Any],
    missing: NDArray[np.bool_],
    other: Sequence[int],
    rows: Sequence[str],
    *,
    mixed: bool,
) -> None:
    """A column that is not of numbers must be of strings, and wholly so."""
    strange = [i for i in other if not isinstance(values[i], str)]
    if strange:
        i = strange[0]
        raise OptionError(
            f"moderator {name!r} must hold numbers or strings; row {rows[i]!r} has a "
            f"{type(values[i]).__name__}, {values[i]!r}."
        )
    count = len(values) - int(missing.sum())
    if mixed and len(other) < count:
        shown = ", ".join(f"{rows[i]!r} has {values[i]!r}" for i in other[:5])
        more = f" and {len(other) - 5} more" if len(other) > 5 else ""
        raise OptionError(
            f"moderator {name!r} holds numbers in {count - len(other)} rows and none in {len(other)}: {shown}"
            f"{more}. Correct them, leave them empty (missing), or write C({name}) to use it as categories."
        )
