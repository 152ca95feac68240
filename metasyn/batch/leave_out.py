"""Leaving out one effect, or each pair, in turn: for every synthesis of a big set."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import comb
from operator import index
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.frames import ManyRows
from metasyn.batch.groups import Groups
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.pool_many import pool_many
from metasyn.batch.ragged import Ragged, ragged
from metasyn.batch.results import ManyResults
from metasyn.batch.statuses import CODE, STATUS
from metasyn.errors import OptionError
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ManyLeftOut", "leave_out_many"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Effects of all the syntheses of one part.
_PART = 2**20
_FIGURES = ("estimate", "se", "ci_low", "ci_high", "pvalue", "tau2", "Q", "I2")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyLeftOut(ManyRows):
    """One synthesis per row: a group without one effect, or without two; read-only, analysis scale.

    Rows come group after group, and within a group as `itertools.combinations` has them. A group that has
    no effects left, or has none to leave out, has one row of status `"no effect"`.

    Attributes
    ----------
    key : ndarray of shape (rows,)
        Of the group.
    left_out : ndarray of int, shape (rows, n)
        Positions of the effects left out in `yi`; -1 where the group has not so many.
    status : ndarray of int8, shape (rows,)
        Position in `metasyn.batch.STATUS`, of the synthesis without them.
    k : ndarray of int
        Effects that are left.
    estimate, se, ci_low, ci_high, pvalue, tau2, Q, I2 : ndarray
        As in `ManyResults`; NaN where `status` says why.
    change : ndarray
        Estimate less that of the whole group; NaN where one of them is.
    """

    shown = ("key", "left_out", "status", "k", "estimate", "ci_low", "ci_high", "change")
    counted = "synthesis without some effects|syntheses without some effects"

    left_out: Integers
    estimate: Array
    se: Array
    ci_low: Array
    ci_high: Array
    pvalue: Array
    tau2: Array
    Q: Array
    I2: Array
    change: Array

    def to_frame(self) -> pd.DataFrame:
        """A data frame, the status in words, `left_out` in a column for each effect.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        columns: dict[str, Any] = {"key": self.key}
        columns |= {f"left_out_{i + 1}": one for i, one in enumerate(self.left_out.T)}
        words = pd.CategoricalDtype(list(STATUS))
        columns["status"] = pd.Categorical.from_codes(self.status.astype(np.intp), dtype=words)
        columns |= {name: getattr(self, name) for name in ("k", *_FIGURES, "change")}
        return pd.DataFrame(columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """Groups of one size and what is left out of each of them.

    `at` are positions of the effects, shape (groups, k), `out` the columns left out, shape (ways, n).
    """

    rows: Integers
    at: Integers
    out: Integers
    y: Array
    v: Array


def leave_out_many(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    groups: Sequence[Hashable] | ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
    n: Literal[1, 2] = 1,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    ci_method: CiMethod | None = None,
    level: float = 0.95,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> ManyLeftOut:
    """Pool every group again without each of its effects, or without each pair.

    Parameters
    ----------
    yi, vi, groups, sei, bounds, model, tau2_method, ci_method, level
        As of `pool_many`; without groups and bounds all effects are one group.
    n : {1, 2}
        How many are left out at a time.
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    ManyLeftOut

    Raises
    ------
    OptionError
        As of `pool_many`, and if `n` is not 1 or 2.

    References
    ----------
    Viechtbauer W, Cheung MWL. Outlier and influence diagnostics for meta-analysis. Res Synth Methods
    2010;1:112-125. 10.1002/jrsm.11

    Examples
    --------
    >>> found = leave_out_many([0.1, 0.2, 0.9], [0.1, 0.1, 0.1], tau2_method="DL", n_jobs=1)
    >>> found.left_out[:, 0].tolist(), found.estimate.round(3).tolist(), found.change.round(3).tolist()
    ([0, 1, 2], [0.55, 0.5, 0.15], [0.15, 0.1, -0.25])
    """
    n = _one_or_two(n)
    data = ragged(yi, vi, groups, bounds, sei)
    first, columns = _empty(data.groups, n)
    left = int((np.diff(first) * np.maximum(data.groups.sizes - n, 0)).sum())
    pooled = partial(
        pool_many,
        model=model,
        tau2_method=tau2_method,
        ci_method=ci_method,
        level=level,
        tau2_ci=False,
        n_jobs=1,
        backend=chosen_backend("auto", left),
    )
    units = list(_units(data.groups, n))
    answers = map_parts(
        partial(_answer, pooled=pooled),
        (_part(data, first, *unit) for unit in units),
        n_jobs=n_jobs,
        total=len(units),
        progress=progress,
    )
    for rows, answer in answers:
        for name, values in answer.items():
            columns[name][rows] = values
    y, v = data.in_order()
    whole = pooled(y, v, bounds=data.groups.bounds).estimate
    change = columns["estimate"] - np.repeat(whole, np.diff(first))
    left_out = np.stack([columns.pop(f"left_out {i}") for i in range(n)], axis=1)
    return ManyLeftOut(**columns, left_out=left_out, change=change)


def _one_or_two(n: Any) -> Literal[1, 2]:
    """How many are left out at a time."""
    try:
        number = 0 if isinstance(n, bool) else index(n)
    except TypeError:
        number = 0
    if number == 1:
        return 1
    if number == 2:
        return 2
    raise OptionError(f"n must be 1 or 2, the effects left out at a time; got {n!r}.")


def _ways(k: int, n: int) -> int:
    """Rows of a group of k effects: one at least."""
    return comb(k, min(n, k))


def _empty(groups: Groups, n: int) -> tuple[Integers, dict[str, Any]]:
    """The first row of each group, and columns in which nothing is known yet."""
    sizes, number = np.unique(groups.sizes, return_inverse=True)
    ways = np.array([_ways(k, n) for k in sizes.tolist()], dtype=np.int64)[number]
    first = np.concatenate(([0], np.cumsum(ways))).astype(np.int64)
    rows = int(first[-1])
    return first, {
        "key": np.repeat(groups.keys, ways),
        **{f"left_out {i}": np.full(rows, -1, dtype=np.int64) for i in range(n)},
        "status": np.full(rows, CODE["no effect"], dtype=np.int8),
        "k": np.repeat(np.maximum(groups.sizes - n, 0), ways),
        **{name: np.full(rows, np.nan) for name in _FIGURES},
    }


def _units(groups: Groups, n: int) -> Iterator[tuple[int, Integers, Integers, int]]:
    """Size and numbers of groups, what is left out of each, and its first way: as much as a part holds."""
    for k, numbers in groups.by_size():
        if k == 0:
            continue
        single = min(n, k) == 1
        out = np.arange(k)[:, None] if single else np.stack(np.triu_indices(k, 1), axis=1)
        most = max(1, _PART // max(1, k - n))
        step = max(1, most // len(out))
        for start in range(0, numbers.size, step):
            for way in range(0, len(out), most):
                yield k, numbers[start : start + step], out[way : way + most], way


def _part(data: Ragged, first: Integers, k: int, numbers: Integers, out: Integers, way: int) -> _Part:
    at = data.groups.positions(numbers, k)
    rows = first[numbers][:, None] + np.arange(way, way + len(out))
    return _Part(rows=rows.ravel(), at=at, out=out, y=data.yi[at], v=data.vi[at])


def _answer(part: _Part, *, pooled: Callable[..., ManyResults]) -> tuple[Integers, dict[str, NDArray[Any]]]:
    """The rows of a part and what stands in them."""
    k, (ways, n) = part.at.shape[1], part.out.shape
    out = part.at[:, part.out].reshape(-1, n)
    columns: dict[str, NDArray[Any]] = {f"left_out {i}": one for i, one in enumerate(out.T)}
    if n < k:
        left = np.ones((ways, k), dtype=bool)
        left[np.arange(ways)[:, None], part.out] = False
        kept = np.nonzero(left)[1].reshape(ways, k - n)
        y, v = part.y[:, kept].ravel(), part.v[:, kept].ravel()
        many = pooled(y, v, bounds=np.arange(0, y.size + 1, k - n))
        columns |= {name: getattr(many, name) for name in ("status", *_FIGURES)}
    return part.rows, columns
