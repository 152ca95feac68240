"""The figures an effect is computed from: what each column may hold, and columns as checked arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError

__all__ = [
    "Breach",
    "Columns",
    "Figure",
    "Rule",
    "as_columns",
    "breaches",
    "checked",
    "number_array",
    "refuse",
    "text_column",
]

_Array = NDArray[np.float64]
Columns = Mapping[str, _Array]

# What must hold of a value, or of an array of them, and the words of its breach.
Rule = tuple[Callable[[Any], Any], str]
# Row (from 0), name of the column, rule in words.
Breach = tuple[int, str, str]

# More problems than this are counted, not listed.
_MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One column: its name and the rules its values keep, each with the words of its breach."""

    name: str
    rules: tuple[Rule, ...] = ()


def as_columns(values: Mapping[str, ArrayLike]) -> dict[str, _Array]:
    """Columns as equally long float arrays; missing values (None, NaN) are NaN.

    A single number stands for every row.

    Raises
    ------
    OptionError
        If a column is a masked array, not one-dimensional, or holds anything but numbers, or the
        lengths differ.
    """
    arrays = {name: number_array(name, column) for name, column in values.items()}
    sizes = {name: array.size for name, array in arrays.items() if array.ndim}
    k = next(iter(sizes.values()), 1)
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise OptionError(f"all columns must have one value per row; {listed}.")
    return {name: np.broadcast_to(array, k) for name, array in arrays.items()}


def breaches(figures: Sequence[Figure], columns: Columns) -> list[Breach]:
    """Every value that is not missing and breaks a rule of its column, the first rule it breaks."""
    found = []
    for figure in figures:
        if figure.name not in columns:
            continue
        values = columns[figure.name]
        known = ~np.isnan(values)
        for keeps, rule in (_FINITE, *figure.rules):
            with np.errstate(all="ignore"):
                wrong = known & ~keeps(values)
            known &= ~wrong
            found += [(int(i), figure.name, rule) for i in np.flatnonzero(wrong)]
    return found


def refuse(found: Sequence[Breach], columns: Columns, labels: Sequence[str] | None = None) -> None:
    """Raise one error that names argument, row, value and rule of every breach, if there is any.

    Raises
    ------
    OptionError
    """
    if not found:
        return
    problems = []
    for i, name, rule in sorted(found, key=lambda breach: breach[0]):
        row = f"row {i + 1}" if labels is None else f"row {i + 1} ({labels[i]!r})"
        problems.append(f"{row}: {name} is {columns[name][i]:.12g}; {rule}")
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the figures:"
    more = [f"and {len(problems) - _MOST_LISTED} more"] if len(problems) > _MOST_LISTED else []
    raise OptionError("\n  ".join([count, *problems[:_MOST_LISTED], *more]))


def checked(figures: Sequence[Figure], *values: ArrayLike) -> list[_Array]:
    """The columns of one formula as equally long arrays that keep their rules; NaN is let through."""
    columns = as_columns({figure.name: value for figure, value in zip(figures, values, strict=True)})
    refuse(breaches(figures, columns), columns)
    return list(columns.values())


def number_array(name: str, values: ArrayLike) -> _Array:
    """One column, or one number, in double precision; None is NaN.

    Raises
    ------
    OptionError
        If it is a masked array, has more than one dimension, or holds anything but real numbers.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise OptionError(f"{name} must not be a masked array; leave the masked rows out of every column.")
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":
            _require_numbers(name, array)
        elif array.dtype.kind not in "iuf":
            raise OptionError(f"{name} must hold numbers only; got values of type {array.dtype}.")
        numbers = array.astype(float)
    except OverflowError:
        raise OptionError(f"{name} holds a number that is too large for double precision.") from None
    except (TypeError, ValueError) as error:
        if isinstance(error, OptionError):
            raise
        raise OptionError(f"{name} must be one column of numbers; {error}.") from None
    if numbers.ndim > 1:
        raise OptionError(f"{name} must be one-dimensional; got shape {numbers.shape}.")
    return numbers


def text_column(name: str, values: Iterable[object]) -> tuple[str, ...]:
    """One column as text; what is missing (None, NaN, masked) is empty.

    Raises
    ------
    OptionError
        If it is not a column of values.

    Examples
    --------
    >>> text_column("labels", ["a", None, float("nan"), 3])
    ('a', '', '', '3')
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise OptionError(f"{name} must be a column, one value per effect; got {values!r}.")
    return tuple("" if _missing(value) else str(value) for value in values)


def _missing(value: object) -> bool:
    return (
        value is None
        or value is np.ma.masked
        or (isinstance(value, Real) and math.isnan(value))
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _require_numbers(name: str, array: NDArray[Any]) -> None:
    """Refuse anything in an array of objects that is neither a number nor None."""
    for i, value in enumerate(array.ravel()):
        if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
            raise OptionError(f"{name} must hold numbers only; row {i + 1} has {value!r}.")


_FINITE: Rule = (np.isfinite, "it must be a finite number")
