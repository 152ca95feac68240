"""Pooling one part: the numbers by `pool_many`, and which rows they do not rest on, and why."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.pool_many import pool_many
from metasyn.batch.results import ManyResults
from metasyn.batch.statuses import STATUS
from metasyn.vocabulary import Backend, ManyCi, ManyTau2Method, NormalModel
from metasyn.wording import legible
from metasyn.workspace.streaming.cutting import MOST_EFFECTS, Part
from metasyn.workspace.streaming.rows import Array, Integers

__all__ = ["COUNTED", "FIRST", "WORDS", "PoolOptions", "Task", "pool_task", "rejected", "results_table"]

WORDS = (*STATUS, "too many effects")
"""Words of the column `status`."""
FIRST = "first_row"
"""Column by which results are put in order; it is not written."""
COUNTED = ("row", "key", "reason")
"""Columns of the rejects."""
_OK, _NOT_FINITE, _NO_VARIANCE = (
    WORDS.index(word) for word in ("ok", "estimate not finite", "variance not above zero")
)
_NO_KEY = "no key"
# Longest piece of a cell that is quoted, and what looks like a number with a comma.
_MOST_SAID = 40
_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*")

Task = tuple[Array, Array, Integers]
"""Effects, variances and bounds of a part: all that a worker is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """How every synthesis is computed: the options of `pool_many`.

    With the backend `"auto"` a run chooses one by the size of its table: the same for all parts, so that the
    last, small one does not differ from the others in its last digits. Without `ci_method` the interval is
    that of the model.
    """

    model: NormalModel = "random-effects"
    tau2_method: ManyTau2Method = "REML"
    ci_method: ManyCi | None = None
    level: float = 0.95
    backend: Backend = "auto"

    def check(self) -> None:
        """An `OptionError` if one of them is not accepted."""
        pool_task(self, (np.zeros(0), np.zeros(0), np.zeros(1, dtype=np.int64)))


def pool_task(options: PoolOptions, task: Task) -> ManyResults:
    """The numbers of one part, on one core.

    Parameters
    ----------
    options : PoolOptions
    task : tuple of ndarray
        Effects and variances, shape (m,), and bounds, shape (n + 1,).

    Returns
    -------
    ManyResults
    """
    yi, vi, bounds = task
    return pool_many(yi, vi, bounds=bounds, n_jobs=1, **asdict(options))


def results_table(part: Part, many: ManyResults) -> Any:
    """The results of a part with their keys, and the number of the first row of each.

    Parameters
    ----------
    part : Part
    many : ManyResults

    Returns
    -------
    pyarrow.Table
        What could not be computed is null.
    """
    import pyarrow as pa

    status, sizes = _status(part, many), _sizes(part)
    out = {FIRST: pa.array(part.rows.numbers[part.bounds[:-1]]), "key": part.keys}
    out["status"] = pa.DictionaryArray.from_arrays(pa.array(status), pa.array(WORDS))
    out["k"] = pa.array(sizes)
    lost = status == WORDS.index("too many effects")
    for one in fields(many):
        if one.name not in ("key", "status", "k"):
            values = getattr(many, one.name)
            out[one.name] = pa.array(values, mask=np.isnan(values) | lost)
    return pa.table(out)


def rejected(part: Part, many: ManyResults) -> Any:
    """Rows of the input on which no pooled result rests, with the reason, in their order.

    Parameters
    ----------
    part : Part
    many : ManyResults

    Returns
    -------
    pyarrow.Table
        Columns row, key and reason. Of a synthesis with too many effects the first row stands for all.
    """
    import pyarrow as pa

    status = _status(part, many)
    of_row = np.repeat(np.arange(status.size), np.diff(part.bounds))
    reasons = _reasons(part, status[of_row])
    bad = np.flatnonzero(status[of_row] != _OK)
    numbers = np.concatenate([part.rows.numbers[bad], part.without_key])
    order = np.argsort(numbers, kind="stable")
    keys = pa.concat_arrays(
        [part.rows.keys.take(pa.array(bad)).cast(pa.string()), pa.nulls(part.without_key.size, pa.string())]
    )
    words = pa.array([*reasons[bad].tolist(), *[_NO_KEY] * part.without_key.size], pa.string())
    table = pa.table(dict(zip(COUNTED, (pa.array(numbers), keys, words), strict=True)))
    return table.take(pa.array(order))


def _status(part: Part, many: ManyResults) -> NDArray[np.int8]:
    status = many.status.copy()
    status[list(part.too_many)] = WORDS.index("too many effects")
    return status


def _sizes(part: Part) -> Integers:
    """Effects of every synthesis, also of those that were not held."""
    sizes = np.diff(part.bounds)
    for one, many in part.too_many.items():
        sizes[one] = many
    return sizes


def _reasons(part: Part, status: NDArray[np.int8]) -> NDArray[Any]:
    """For every row, what is wrong with it or with its synthesis."""
    own = np.where(~np.isfinite(part.rows.yi), _NOT_FINITE, _OK)
    no_variance = ~(np.isfinite(part.rows.vi) & (part.rows.vi > 0))
    own = np.where((own == _OK) & no_variance, _NO_VARIANCE, own)
    words = np.array(_of_synthesis(), dtype=object)[status]
    reasons = np.where(own == _OK, words, np.array(WORDS, dtype=object)[own])
    if (said := part.rows.said) is not None:
        for row in np.flatnonzero((own != _OK) & said.is_valid().to_numpy(zero_copy_only=False)).tolist():
            reasons[row] += f": {_no_number(said[row].as_py())}"
    return reasons


def _no_number(text: str) -> str:
    """A cell that should be a number.

    >>> _no_number("0,3")
    "'0,3' is not a number (decimals have a point)"
    """
    shown = text if len(text) <= _MOST_SAID else f"{text[: _MOST_SAID - 1]}…"
    hint = " (decimals have a point)" if _COMMA.fullmatch(text) else ""
    return f"'{legible(shown)}' is not a number{hint}"


def _of_synthesis() -> list[str]:
    """Reasons of rows with which nothing is wrong, by the status of their synthesis."""
    another = {
        word: f"another row of its synthesis: {word}" for word in (WORDS[_NOT_FINITE], WORDS[_NO_VARIANCE])
    }
    more = {"too many effects": f"more than {MOST_EFFECTS:,} effects, none of them pooled"}
    special = {**another, **more, "one effect": "one effect, nothing to pool"}
    return [special.get(word, word) for word in WORDS]
