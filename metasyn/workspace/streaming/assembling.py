"""From finished parts to the output: in the order of the input, written in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from metasyn.workspace.streaming.durable import whole_file
from metasyn.workspace.streaming.formats import TableFormat, format_of, separator_of
from metasyn.workspace.streaming.pooling import FIRST

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

    feeds = [_Feed(stream) for stream in streams]
    while feeds := [feed for feed in feeds if feed.fill(column)]:
        until = min(feed.last for feed in feeds)
        ready = pa.concat_tables([feed.taken(until, column) for feed in feeds])
        yield ready.take(pa.array(np.argsort(ready.column(column).to_numpy(), kind="stable")))


class _Feed:
    """One of the streams: what has been read of it and not yet been handed out."""

    def __init__(self, stream: Iterator[Any]) -> None:
        self._stream = (table for table in stream if table.num_rows)
        self._head: Any = None
        self._enough = 0
        self.last = 0

    def fill(self, column: str) -> bool:
        """Read on where little is left, so that no stream holds up the others; whether there is anything."""
        if self._head is None or self._head.num_rows <= self._enough:
            import pyarrow as pa

            more = next(self._stream, None)
            if more is not None:
                self._enough = more.num_rows // 2
                left = [] if self._head is None else [self._head]
                self._head = pa.concat_tables([*left, more]).combine_chunks()
        if self._head is None or self._head.num_rows == 0:
            return False
        self.last = self._head.column(column)[-1].as_py()
        return True

    def taken(self, until: int, column: str) -> Any:
        """The rows up to this number, which are then no longer held."""
        cut = int(np.searchsorted(self._head.column(column).to_numpy(), until, side="right"))
        taken, self._head = self._head.slice(0, cut), self._head.slice(cut)
        return taken


def write_results(path: Path, tables: Iterable[Any], told: Callable[[int], None]) -> Counter[str]:
    """Write all results to a file that has its name only when it is complete.

    Parameters
    ----------
    path : Path
        Its ending says what it is to be.
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
    write_as: Callable[..., Any] = _WRITERS.get(
        format_of(path, "--out"), partial(_csv, separator=separator_of(path))
    )
    with whole_file(path) as handle, write_as(handle, first.schema) as write:
        for table in chain([first], groups):
            write(table)
            counted.update(_words(table.column("status")))
            told(counted.total())
    return counted


def write_rejects(path: Path, tables: Iterable[Any]) -> None:
    """Write all rejects as text, likewise.

    Parameters
    ----------
    path : Path
        Tabs stand between the cells where it ends in `.tsv`, else commas.
    tables : iterable of pyarrow.Table
        At least one, perhaps without rows.
    """
    with whole_file(path) as handle, _csv(handle, None, separator=separator_of(path)) as write:
        for table in tables:
            write(table)


def _groups(tables: Iterable[Any]) -> Iterator[Any]:
    """Tables of equal length but for the last, whatever the length of those given."""
    import pyarrow as pa

    held: list[Any] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        while rows >= _GROUP:
            joined = pa.concat_tables(held)
            yield joined.slice(0, _GROUP).combine_chunks()
            held = [joined.slice(_GROUP)]
            rows -= _GROUP
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
def _csv(handle: IO[bytes], schema: Any, *, separator: str) -> Iterator[Callable[[Any], None]]:
    """One header line, then rows; status as text."""
    from pyarrow import csv

    header, options = True, partial(csv.WriteOptions, delimiter=separator, quoting_style="needed")

    def write(table: Any) -> None:
        nonlocal header
        plain = [
            column.cast("string") if str(column.type).startswith("dictionary") else column
            for column in table.columns
        ]
        text = type(table).from_arrays(plain, names=table.schema.names)
        csv.write_csv(text, handle, options(include_header=header))
        header = False

    yield write


_WRITERS: dict[TableFormat, Callable[[IO[bytes], Any], Any]] = {
    "Parquet": _parquet,
    "Arrow file": _arrow,
    "Arrow stream": _stream,
}
