"""The three columns that are read: their names, and what their cells become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from metasyn.errors import OptionError
from metasyn.workspace.streaming.rows import Array

__all__ = ["Columns", "holds_numbers", "key_type", "keys_of", "numbers_of", "said_instead"]

# What in a cell of CSV is no number and no mistake either.
_NO_NUMBER = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns that are read.

    Attributes
    ----------
    key, yi : str
    vi, sei : str or None
        Sampling variances or their square roots; one of them.
    """

    key: str
    yi: str
    vi: str | None = None
    sei: str | None = None

    def __post_init__(self) -> None:
        if (self.vi is None) == (self.sei is None):
            raise OptionError("give the variances (vi) or the standard errors (sei), one of them.")
        if len(set(self.names)) < 3:
            raise OptionError(f"key, yi and vi or sei are three columns; got {', '.join(self.names)}.")

    @property
    def names(self) -> tuple[str, str, str]:
        """Key, estimate, and variance or standard error."""
        return self.key, self.yi, self.vi or self.sei or ""


def key_type(found: Any) -> Any:
    """The type in which keys are handled: that of the column, without dictionaries.

    Parameters
    ----------
    found : pyarrow.DataType

    Returns
    -------
    pyarrow.DataType or None
        None where a column of this type cannot hold keys.
    """
    import pyarrow as pa
    from pyarrow import types

    of = _plain(found)
    if types.is_string(of) or types.is_large_string(of) or types.is_string_view(of):
        return pa.string()
    if types.is_float16(of):  # pyarrow cannot compare them
        return None
    plain = (types.is_integer, types.is_floating, types.is_boolean, types.is_date, types.is_timestamp)
    return of if any(check(of) for check in plain) else None


def keys_of(column: Any, of: Any) -> Any:
    """Keys of one type, missing ones null.

    Parameters
    ----------
    column : pyarrow.Array
    of : pyarrow.DataType
        As `key_type` gave it.

    Returns
    -------
    pyarrow.Array
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = column if column.type == of else column.cast(of)
    if pa.types.is_floating(of):
        keys = pc.add(keys, pa.scalar(0, of))  # the two zeros are one key
        return pc.if_else(pc.is_nan(keys), pa.scalar(None, of), keys)
    return keys


def _plain(of: Any) -> Any:
    """A type without its dictionary."""
    from pyarrow import types

    return of.value_type if types.is_dictionary(of) else of


def holds_numbers(of: Any) -> bool:
    """Whether a column of this type can be read as figures."""
    from pyarrow import types

    of = _plain(of)
    return any(check(of) for check in (types.is_integer, types.is_floating, types.is_decimal))


def numbers_of(column: Any) -> Array:
    """Figures of a column; NaN for what is none.

    Parameters
    ----------
    column : pyarrow.Array
        Numbers, or text of CSV.

    Returns
    -------
    ndarray of float
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if (plain := _plain(column.type)) != column.type:
        column = column.cast(plain)
    if pa.types.is_string(column.type):
        try:
            column = column.cast(pa.float64())
        except pa.ArrowInvalid:
            return _readable(column)
    elif column.type != pa.float64():
        column = column.cast(pa.float64(), safe=False)
    if column.null_count:
        column = pc.fill_null(column, float("nan"))
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)


def said_instead(column: Any, numbers: Array) -> Any:
    """What cells of text say that is neither a number nor one of the words for a missing one.

    Parameters
    ----------
    column : pyarrow.StringArray
    numbers : ndarray of float
        What `numbers_of` made of it.

    Returns
    -------
    pyarrow.StringArray
        Null where a cell is a number, or missing.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not np.isnan(numbers).any():
        return pa.nulls(len(column), pa.string())
    missing = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(_NO_NUMBER))
    return pc.if_else(pc.and_(pa.array(np.isnan(numbers)), pc.invert(missing)), column, None)


def _readable(column: Any) -> Array:
    """The same cell by cell: one that cannot be read spoils no other."""

    def number(text: str | None) -> float:
        text = (text or "").strip()
        if text in _NO_NUMBER or "_" in text:
            return float("nan")
        try:
            return float(text)
        except ValueError:
            return float("nan")

    return np.array([number(text) for text in column.to_pylist()], dtype=float)
