"""What is added to the cells of tables with zero cells: one policy for every layout of counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["ADDEND", "checked_counts", "zero_cell_addend"]

ADDEND = 0.5


def zero_cell_addend(cells: NDArray[np.float64], zero_cells: str) -> NDArray[np.float64]:
    """What is added to every cell of each table.

    Parameters
    ----------
    cells : ndarray of shape (m, k)
        The m cells of k tables.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        `only0`: 1/2 to tables with a zero cell; `all`: 1/2 to every table; `if0all`: 1/2 to every
        table as soon as one of them has a zero cell; `none`: nothing. The words are those of the
        argument `to` of metafor's `escalc`.

    Returns
    -------
    ndarray of shape (k,)
        0 or 1/2.

    Raises
    ------
    OptionError
        If the policy is none of the four.

    Examples
    --------
    >>> zero_cell_addend(np.array([[0.0, 3.0], [10.0, 7.0]]), "only0").tolist()
    [0.5, 0.0]
    >>> zero_cell_addend(np.array([[0.0, 3.0], [10.0, 7.0]]), "if0all").tolist()
    [0.5, 0.5]
    """
    policy = require_option("zero_cells", zero_cells, ZeroCells)
    has_zero = (cells == 0).any(axis=0)
    chosen = {
        "only0": has_zero,
        "all": np.ones_like(has_zero),
        "if0all": np.full_like(has_zero, has_zero.any()),
        "none": np.zeros_like(has_zero),
    }[policy]
    return np.where(chosen, ADDEND, 0.0)


def checked_counts(events: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events and participants as equally long float arrays, `0 <= events <= n` and `n > 0`."""
    x, total = np.broadcast_arrays(
        np.atleast_1d(np.asarray(events, dtype=float)), np.atleast_1d(np.asarray(n, dtype=float))
    )
    wrong = ~((x >= 0) & (x <= total) & (total > 0) & np.isfinite(total))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise OptionError(
            "counts must satisfy 0 <= events <= n and n > 0; "
            f"row {i + 1} has events={x[i]:g}, n={total[i]:g}."
        )
    return x, total
