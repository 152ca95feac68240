"""What `print(...)` shows of very many syntheses: how many there are of what, and the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.bootstrap_draws import QUANTITIES
from metasyn.synthesis.lines import columns, number, percent, spread

if TYPE_CHECKING:
    from metasyn.batch.bootstrap import Bootstrap

__all__ = ["bootstrap_text", "counted", "rows_text"]

# Rows that are shown of many.
_MOST = 10
_LEVEL = 0.95
_DIGITS = 5


def rows_text(head: str, record: Any, names: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    """A line about a record whose fields are columns, and its first rows.

    Parameters
    ----------
    head : str
    record : dataclass
        Its fields are arrays of shape (n,).
    names : sequence of str
        Fields to be shown.
    words : mapping of str to sequence of str
        By name of a field that holds codes, what each code means.

    Returns
    -------
    str
        What could not be computed is a dash.

    Examples
    --------
    >>> from metasyn.batch import pool_many
    >>> many = pool_many([0.1, 0.3, -0.2], [0.02, 0.04, 0.1], groups=["a", "a", "b"])
    >>> print(rows_text("two", many, ("key", "k", "tau2"), {}))
    two
    key  k  tau2
    a    2     0
    b    1     –
    """
    n = len(record)
    shown = [list(names)]
    for row in range(min(n, _MOST)):
        shown.append([_cell(getattr(record, name)[row], words.get(name)) for name in names])
    lines = [head, *(columns(shown) if n else [])]
    if n > _MOST:
        lines.append(f"... and {n - _MOST:,} more rows: to_frame() has all, and every column")
    return "\n".join(lines)


def _cell(value: Any, words: Sequence[str] | None) -> str:
    if words is not None:
        return words[int(value)]
    if not isinstance(value, float):
        return str(value)
    return "–" if np.isnan(value) else number(value, digits=_DIGITS)


def counted(status: NDArray[np.int8], words: Sequence[str], what: str) -> str:
    """How many rows there are of which status.

    Examples
    --------
    >>> counted(np.array([0, 0, 1], dtype=np.int8), ("ok", "one effect"), "synthesis|syntheses")
    '3 syntheses: 2 ok, 1 one effect'
    """
    one, several = what.split("|")
    kinds = [
        f"{times:,} {word}"
        for word, times in zip(words, np.bincount(status, minlength=len(words)).tolist(), strict=True)
        if times
    ]
    return f"{status.size:,} {one if status.size == 1 else several}: {', '.join(kinds)}".removesuffix(": ")


def bootstrap_text(found: Bootstrap) -> str:
    """What was drawn, and value, standard error, bias and percentile interval of each quantity.

    Examples
    --------
    >>> from metasyn.batch import bootstrap
    >>> print(bootstrap([0.3, 0.3, 0.3], [0.1, 0.1, 0.1], n=100, n_jobs=1))
    non-parametric bootstrap (random-effects, REML), k = 3, 100 draws, seed 1
              value  se  bias  95% interval
    estimate    0.3   0     0    0.3 to 0.3
    tau2          0   0     0        0 to 0
    I2            0   0     0        0 to 0
    """
    method = f"{found.model}, {found.tau2_method}" if found.model == "random-effects" else found.model
    lost = f" ({found.n_lost:,} without a solution)" if found.n_lost else ""
    rows = [["", "value", "se", "bias", f"{percent(_LEVEL)} interval"]]
    enough = (found.n + 1) * (1 - _LEVEL) >= 2
    for name in QUANTITIES:
        interval = found.interval(name, level=_LEVEL) if enough else None
        shown = "too few draws" if interval is None else spread(interval, digits=_DIGITS)
        figures = found.value(name), found.se(name), found.bias(name)
        rows.append([name, *(number(one, digits=_DIGITS) for one in figures), shown])
    head = f"{found.kind} bootstrap ({method}), k = {found.k}, {found.n:,} draws{lost}, seed {found.seed}"
    return "\n".join([head, *columns(rows)])
