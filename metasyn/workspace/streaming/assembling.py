"""From finished parts to the output: in the order of the input, written in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from metasyn.workspace.streaming.formats import TableFormat
from metasyn.workspace.streaming.pooling import FIRST
from metasyn.workspace.streaming.store import whole_file

__all__ = ["in_order", "write_rejects", "write_results"]

# Rows of a row group of Parquet, of a batch of Arrow.
_GROUP = 2**17


def in_order(streams: Iterable[Iterator[Any]], column: str) -> Iterator[Any]:
    """One stream of several, each of which is in order.

    Parameters
    ----------
    streams : iterable of iterator of pyarrow.Table
        Each rises in the column from row to row and table to table.
    column : str
        Whole numbers.

    Yields
    ------
    pyarrow.Table
        The rows of all streams; they rise all the way.
    """
    import pyarrow as pa

    waiting = list(streams)
    heads: list[Any] = [None] * len(waiting)
    while True:
        for place, stream in enumerate(waiting):
            if heads[place] is None or heads[place].num_rows == 0:
                heads[place] = next((table for table in stream if table.num_rows), None)
        alive = [place for place, head in enumerate(heads) if head is not None]
        if not alive:
            return
        waiting, heads = [waiting[place] for place in alive], [heads[place] for place in alive]
        numbers = [head.column(column).to_numpy() for head in heads]
        until = min(values[-1] for values in numbers)
        cuts = [int(np.searchsorted(values, until, side="right")) for values in numbers]
        ready = pa.concat_tables([head.slice(0, cut) for head, cut in zip(heads, cuts, strict=True)])
        heads = [head.slice(cut) for head, cut in zip(heads, cuts, strict=True)]
        yield ready.take(pa.array(np.argsort(ready.column(column).to_numpy(), kind="stable")))


def write_results(
    path: Path, kind: TableFormat, tables: Iterable[Any], told: Callable[[int], None]
) -> Counter[str]:
    """Write all results to a file that has its name only when it is complete.

    Parameters
    ----------
    path : Path
    kind : TableFormat
    tables : iterable of pyarrow.Table
        At least one, perhaps without rows.
    told : callable
        Told the number of syntheses written so far.

    Returns
    -------
    Counter of str
        How many syntheses have which status.
    """
    counted: Counter[str] = Counter()
    groups = _groups(table.drop_columns([FIRST]) for table in tables)
    first = next(groups)
    with whole_file(path) as handle, _WRITERS[kind](handle, first.schema) as write:
        for table in chain([first], groups):
            write(table)
            counted.update(_words(table.column("status")))
            told(counted.total())
    return counted


def write_rejects(path: Path, tables: Iterable[Any]) -> None:
    """Write all rejects as CSV, likewise.

    Parameters
    ----------
    path : Path
    tables : iterable of pyarrow.Table
        At least one, perhaps without rows.
    """
    with whole_file(path) as handle, _csv(handle, None) as write:
        for table in tables:
            write(table)


def _groups(tables: Iterable[Any]) -> Iterator[Any]:
    """Tables of equal length but for the last, whatever the length of those given."""
    import pyarrow as pa

    held: list[Any] = []
    for table in tables:
        held.append(table)
        while sum(one.num_rows for one in held) >= _GROUP:
            joined = pa.concat_tables(held)
            yield joined.slice(0, _GROUP).combine_chunks()
            held = [joined.slice(_GROUP)]
    if held:
        yield pa.concat_tables(held).combine_chunks()


def _words(status: Any) -> dict[str, int]:
    """How often each status occurs."""
    return {pair["values"]: pair["counts"] for pair in status.cast("string").value_counts().to_pylist()}


@contextmanager
def _parquet(handle: IO[bytes], schema: Any) -> Iterator[Callable[[Any], None]]:
    import pyarrow.parquet as pq

    repeated = [name for name in ("key", "status", "k") if name in schema.names]
    with pq.ParquetWriter(handle, schema, compression="zstd", use_dictionary=repeated) as writer:
        yield lambda table: writer.write_table(table, row_group_size=_GROUP)


@contextmanager
def _arrow(handle: IO[bytes], schema: Any) -> Iterator[Callable[[Any], None]]:
    import pyarrow as pa

    with pa.ipc.new_file(handle, schema) as writer:
        yield writer.write_table


@contextmanager
def _stream(handle: IO[bytes], schema: Any) -> Iterator[Callable[[Any], None]]:
    import pyarrow as pa

    with pa.ipc.new_stream(handle, schema) as writer:
        yield writer.write_table


@contextmanager
def _csv(handle: IO[bytes], schema: Any) -> Iterator[Callable[[Any], None]]:
    """One header line, then rows; status as text."""
    from pyarrow import csv

    header = True

    def write(table: Any) -> None:
        nonlocal header
        plain = [
            column.cast("string") if str(column.type).startswith("dictionary") else column
            for column in table.columns
        ]
        text = type(table).from_arrays(plain, names=table.schema.names)
        csv.write_csv(text, handle, csv.WriteOptions(include_header=header, quoting_style="needed"))
        header = False

    yield write


_WRITERS: dict[TableFormat, Callable[[IO[bytes], Any], Any]] = {
    "Parquet": _parquet,
    "CSV": _csv,
    "Arrow file": _arrow,
    "Arrow stream": _stream,
}
