"""What is added to the cells of tables with zero cells: one policy for every layout of counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.vocabulary import ZeroCells, require_option

__all__ = [
    "ADDEND",
    "checked_addend",
    "checked_counts",
    "checked_rates",
    "default_addend",
    "zero_cell_addend",
]

ADDEND = 0.5

# Whole numbers above this are no longer all told apart in double precision.
_LARGEST = 2.0**53
# Squares of person-times and their ratios must stay within double precision.
_TIMES = 1e70


def zero_cell_addend(cells: NDArray[np.float64], zero_cells: str, add: float = ADDEND) -> NDArray[np.float64]:
    """What is added to every cell of each table.

    Parameters
    ----------
    cells : ndarray of shape (m, k)
        The m cells of k tables; a table of NaN is one that was dropped, and triggers nothing.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        `only0`: `add` to tables with a zero cell; `all`: `add` to every table; `if0all`: `add` to
        every table as soon as one of them has a zero cell; `none`: nothing. The words are those of
        the argument `to` of metafor's `escalc`.
    add : float
        Non-negative amount.

    Returns
    -------
    ndarray of shape (k,)
        0 or `add`.

    Raises
    ------
    OptionError
        If the policy is none of the four, or `add` is negative or not finite.

    Examples
    --------
    >>> zero_cell_addend(np.array([[0.0, 3.0], [10.0, 7.0]]), "only0").tolist()
    [0.5, 0.0]
    >>> zero_cell_addend(np.array([[0.0, 3.0], [10.0, 7.0]]), "if0all", 0.1).tolist()
    [0.1, 0.1]
    """
    policy = require_option("zero_cells", zero_cells, ZeroCells)
    amount = checked_addend(add)
    has_zero = (cells == 0).any(axis=0)
    chosen = {
        "only0": has_zero,
        "all": np.ones_like(has_zero),
        "if0all": np.full_like(has_zero, has_zero.any()),
        "none": np.zeros_like(has_zero),
    }[policy]
    return np.where(chosen, amount, 0.0)


def default_addend(zero_cells: str, add: float | None, *, defined_at_zero: bool) -> float:
    """The amount that is meant: `add` where it is given, else the usual one for this kind of measure.

    A measure that is defined at a zero cell (arcsine, phi, square roots) needs no repair: unless an
    amount is given, only `zero_cells="all"` changes its tables.

    Examples
    --------
    >>> default_addend("only0", None, defined_at_zero=False)
    0.5
    >>> default_addend("only0", None, defined_at_zero=True)
    0.0
    >>> default_addend("only0", 0.1, defined_at_zero=True)
    0.1
    """
    if add is not None:
        return checked_addend(add)
    policy = require_option("zero_cells", zero_cells, ZeroCells)
    return 0.0 if defined_at_zero and policy != "all" else ADDEND


def checked_counts(
    events: ArrayLike, n: ArrayLike, *, names: tuple[str, str] = ("events", "n")
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events and participants as equally long float arrays, `0 <= events <= n`, `0 < n <= 2**53`.

    Counts that are not whole numbers (reconstructed, weighted or imputed ones) are taken as they are.

    Raises
    ------
    OptionError
        Naming the first row that breaks the rule.
    """
    x, total = _columns(names, events, n)
    wrong = ~((x >= 0) & (x <= total) & (total > 0) & (total <= _LARGEST))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise OptionError(
            f"counts must satisfy 0 <= {names[0]} <= {names[1]} and {names[1]} > 0 (at most 2**53); "
            f"row {i + 1} has {names[0]}={x[i]:g}, {names[1]}={total[i]:g}."
        )
    return x, total


def checked_rates(
    events: ArrayLike, time: ArrayLike, *, names: tuple[str, str] = ("events", "time")
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events and person-time as equally long float arrays, `0 <= events <= 2**53` and `time > 0`.

    Raises
    ------
    OptionError
        Naming the first row that breaks the rule.
    """
    x, t = _columns(names, events, time)
    wrong = ~((x >= 0) & (x <= _LARGEST) & (t > 1 / _TIMES) & (t < _TIMES))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise OptionError(
            f"person-time data must satisfy {names[0]} >= 0 (at most 2**53) and a finite {names[1]} > 0; "
            f"row {i + 1} has {names[0]}={x[i]:g}, {names[1]}={t[i]:g}."
        )
    return x, t


def checked_addend(add: object, name: str = "add") -> float:
    """The amount, once it is known to be a non-negative finite number."""
    number = isinstance(add, int | float | np.number) and not isinstance(add, bool)
    if not number or not 0 <= float(add) <= _LARGEST:  # type: ignore[arg-type]
        raise OptionError(f"{name} must be a finite number that is not negative; got {add!r}.")
    return float(add)  # type: ignore[arg-type]


def _columns(
    names: tuple[str, str], first: ArrayLike, second: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two columns of equal length (a single number stands for every row)."""
    x, y = (
        np.atleast_1d(number_array(name, given)) for name, given in zip(names, (first, second), strict=True)
    )
    if x.size != y.size and 1 not in (x.size, y.size):
        raise OptionError(
            f"columns must have one value per row; {names[0]} has {x.size}, {names[1]} has {y.size}."
        )
    left, right = np.broadcast_arrays(x, y)
    return left, right
