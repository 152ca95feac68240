"""One file of each kind of table: what its columns are, and its rows, a few at a time."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from metasyn.workspace.streaming.formats import TableFormat

__all__ = ["BATCHES", "HEADS", "PIECE", "Head", "Shared"]

PIECE = 2**16
"""Rows that are read at a time."""
_CSV_BLOCK = 2**22
_SEPARATORS = ",;\t"

Head = tuple[Sequence[str], Sequence[Any], int | None]
"""Names and types of the columns, and the number of rows where it is known beforehand."""
Shared = Callable[[float], None]
"""Told how much of a file has been read, from 0 to 1."""


def _parquet_head(path: Path) -> Head:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        return schema.names, schema.types, file.metadata.num_rows


def _parquet(path: Path, names: list[str], _: Shared) -> Iterator[Any]:
    import pyarrow.parquet as pq

    # Unbuffered ahead: a row group of any size is then read page by page.
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20) as file:
        yield from file.iter_batches(PIECE, columns=names, use_threads=False)


def _arrow_head(path: Path) -> Head:
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_file(handle) as reader:
        return reader.schema.names, reader.schema.types, None


def _arrow(path: Path, names: list[str], share: Shared) -> Iterator[Any]:
    import pyarrow as pa

    with (
        pa.OSFile(str(path)) as handle,
        pa.ipc.open_file(handle, options=_only(handle, names)) as reader,
    ):
        for number in range(reader.num_record_batches):
            share((number + 1) / reader.num_record_batches)
            yield from _split(reader.get_batch(number))


def _only(handle: Any, names: list[str]) -> Any:
    """Options that read no other columns."""
    import pyarrow as pa

    found = pa.ipc.open_file(handle).schema.names
    handle.seek(0)
    return pa.ipc.IpcReadOptions(included_fields=[found.index(name) for name in names])


def _stream_head(path: Path) -> Head:
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_stream(handle) as reader:
        return reader.schema.names, reader.schema.types, None


def _stream(path: Path, _: list[str], share: Shared) -> Iterator[Any]:
    import pyarrow as pa

    size = path.stat().st_size
    with pa.OSFile(str(path)) as handle, pa.ipc.open_stream(handle) as reader:
        for batch in reader:
            share(handle.tell() / size)
            yield from _split(batch)


def _split(batch: Any) -> Iterator[Any]:
    """A batch of any size in pieces."""
    for start in range(0, batch.num_rows, PIECE):
        yield batch.slice(start, PIECE)


def _csv_head(path: Path, *, zipped: bool) -> Head:
    import pyarrow as pa

    with _text(path, zipped) as handle:
        line = handle.readline()
    names = next(csv.reader([line], delimiter=_separator(line)), [])
    return names, [pa.string()] * len(names), None


def _text(path: Path, zipped: bool) -> IO[str]:
    if zipped:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _csv(path: Path, names: list[str], share: Shared, *, zipped: bool) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    with _text(path, zipped) as text:
        separator = _separator(text.readline())
    size = path.stat().st_size * (_times_as_long(path) if zipped else 1)
    with pa.OSFile(str(path)) as handle, _unzipped(handle, zipped) as plain:
        reader = arrow_csv.open_csv(
            plain,
            read_options=arrow_csv.ReadOptions(block_size=_CSV_BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=names,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        # By whole blocks: the position in the file runs far ahead of the rows.
        for number, batch in enumerate(reader, start=1):
            share(min(1.0, number * _CSV_BLOCK / size))
            yield from _split(batch)


def _times_as_long(path: Path) -> float:
    """How much longer the text of a compressed file is, by that of its beginning."""
    with path.open("rb") as handle:
        begin = handle.read(PIECE)
    return max(1.0, len(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(begin)) / len(begin))


@contextmanager
def _unzipped(handle: Any, zipped: bool) -> Iterator[Any]:
    import pyarrow as pa

    if not zipped:
        yield handle
        return
    with pa.CompressedInputStream(handle, "gzip") as plain:
        yield plain


HEADS: dict[TableFormat, Callable[[Path], Head]] = {
    "Parquet": _parquet_head,
    "CSV": partial(_csv_head, zipped=False),
    "gzipped CSV": partial(_csv_head, zipped=True),
    "Arrow file": _arrow_head,
    "Arrow stream": _stream_head,
}
"""What the columns of a file are."""
BATCHES: dict[TableFormat, Callable[[Path, list[str], Shared], Iterator[Any]]] = {
    "Parquet": _parquet,
    "CSV": partial(_csv, zipped=False),
    "gzipped CSV": partial(_csv, zipped=True),
    "Arrow file": _arrow,
    "Arrow stream": _stream,
}
"""Its rows: named columns as record batches of at most `PIECE` rows."""
