"""From columns of counts to the cells a formula works on: checks, dropped tables, zero-cell policy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.zero_cells import checked_counts, checked_rates, default_addend, zero_cell_addend
from metasyn.errors import OptionError

__all__ = ["both_defined", "group_cells", "rate_cells", "table_cells", "two_rate_cells"]

_Array = NDArray[np.float64]
_ARMS = (("events_1", "n_1"), ("events_2", "n_2"))
_TIMES = (("events_1", "time_1"), ("events_2", "time_2"))


def table_cells(
    columns: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    *,
    zero_cells: str,
    add: float | None,
    drop00: bool,
    defined_at_zero: bool = False,
) -> tuple[_Array, _Array, _Array, _Array]:
    """Cells a, b, c, d of two-by-two tables: events and non-events of group 1, then of group 2.

    With `drop00` a table in which nobody, or everybody, of both groups had the event becomes NaN.
    """
    (a, n1), (c, n2) = (
        checked_counts(columns[0], columns[1], names=_ARMS[0]),
        checked_counts(columns[2], columns[3], names=_ARMS[1]),
    )
    a, n1, c, n2 = _same_length((a, n1, c, n2))
    cells = np.stack([a, n1 - a, c, n2 - c])
    empty = ((cells[0] == 0) & (cells[2] == 0)) | ((cells[1] == 0) & (cells[3] == 0))
    cells = _adjusted(cells, empty, zero_cells, add, drop00, defined_at_zero)
    return cells[0], cells[1], cells[2], cells[3]


def two_rate_cells(
    columns: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    *,
    zero_cells: str,
    add: float | None,
    drop00: bool,
    defined_at_zero: bool = False,
) -> tuple[_Array, _Array, _Array, _Array]:
    """Events and person-time of group 1, then of group 2; only events are added to."""
    (x1, t1), (x2, t2) = (
        checked_rates(columns[0], columns[1], names=_TIMES[0]),
        checked_rates(columns[2], columns[3], names=_TIMES[1]),
    )
    x1, t1, x2, t2 = _same_length((x1, t1, x2, t2))
    empty = (x1 == 0) & (x2 == 0)
    events = _adjusted(np.stack([x1, x2]), empty, zero_cells, add, drop00, defined_at_zero)
    return events[0], t1, events[1], t2


def group_cells(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str, add: float | None, defined_at_zero: bool = False
) -> tuple[_Array, _Array]:
    """Events and non-events of single groups."""
    x, total = checked_counts(events, n)
    cells = np.stack([x, total - x])
    amount = default_addend(zero_cells, add, defined_at_zero=defined_at_zero)
    cells = cells + zero_cell_addend(cells, zero_cells, amount)
    return cells[0], cells[1]


def rate_cells(
    events: ArrayLike, time: ArrayLike, *, zero_cells: str, add: float | None, defined_at_zero: bool = False
) -> tuple[_Array, _Array]:
    """Events and person-time of single groups; only events are added to."""
    x, t = checked_rates(events, time)
    amount = default_addend(zero_cells, add, defined_at_zero=defined_at_zero)
    return x + zero_cell_addend(x[np.newaxis], zero_cells, amount), t


def both_defined(yi: _Array, vi: _Array) -> tuple[_Array, _Array]:
    """Both NaN where either is not finite."""
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)


def _adjusted(
    cells: _Array, empty: NDArray[np.bool_], zero_cells: str, add: float | None, drop00: bool, robust: bool
) -> _Array:
    """Cells after dropping and adding."""
    if not isinstance(drop00, bool | np.bool_):
        raise OptionError(f"drop00 must be True or False; got {drop00!r}.")
    if drop00:
        cells = np.where(empty, np.nan, cells)
    amount = default_addend(zero_cells, add, defined_at_zero=robust)
    added: _Array = cells + zero_cell_addend(cells, zero_cells, amount)
    return added


def _same_length(columns: tuple[_Array, ...]) -> tuple[_Array, ...]:
    """All columns with one value per table (a single number stands for every table)."""
    sizes = {column.size for column in columns} - {1}
    if len(sizes) > 1:
        raise OptionError(
            "the columns of the two groups must have one value per row; "
            f"group 1 has {columns[0].size}, group 2 has {columns[2].size}."
        )
    return tuple(np.broadcast_arrays(*columns))
