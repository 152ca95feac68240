"""Reading a table in pieces: Parquet, CSV and Arrow, three columns of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from metasyn.errors import OptionError, WorkspaceError
from metasyn.workspace.streaming.formats import TableFormat, read_format, require_pyarrow
from metasyn.workspace.streaming.rows import Array, Rows

__all__ = ["PIECE", "Columns", "Source", "open_source"]

PIECE = 2**16
"""Rows that are read at a time."""
_CSV_BLOCK = 2**22
_SEPARATORS = ",;\t"
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


@dataclass(slots=True, kw_only=True)
class Source:
    """A table that can be read from its beginning, again and again.

    Attributes
    ----------
    path : Path
    kind : TableFormat
    columns : Columns
    key_type : pyarrow.DataType
        Of the keys as they are read; those of CSV are text.
    rows : int or None
        How many there are, where that is known beforehand.
    share : float
        How much of the file has been read, from 0 to 1, where the number of rows is not known.
    """

    path: Path
    kind: TableFormat
    columns: Columns
    key_type: Any
    rows: int | None
    share: float = field(default=0.0)

    def pieces(self, most: int = PIECE) -> Iterator[Rows]:
        """All rows, at most so many at a time.

        Raises
        ------
        WorkspaceError
            If the content is broken.
        """
        done = 0
        with _told(self.path, self.kind):
            for batch in _BATCHES[self.kind](self):
                key, yi, spread = (batch.column(name) for name in self.columns.names)
                y, v = _numbers(yi), _numbers(spread)
                if self.columns.sei is not None:
                    v = np.where(v > 0, v * v, np.nan)
                numbers = np.arange(done + 1, done + len(y) + 1)
                rows = Rows(numbers=numbers, keys=self._keys(key), yi=y, vi=v)
                yield from (rows.stretch(start, start + most) for start in range(0, len(y), most))
                done += len(y)

    def _keys(self, column: Any) -> Any:
        """Keys of one type, missing ones null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        keys = column if column.type == self.key_type else column.cast(self.key_type)
        if pa.types.is_floating(self.key_type):
            keys = pc.add(keys, pa.scalar(0, self.key_type))  # the two zeros are one key
            return pc.if_else(pc.is_nan(keys), pa.scalar(None, self.key_type), keys)
        return keys


def open_source(path: Path, columns: Columns) -> Source:
    """Look at a table without reading its rows.

    Parameters
    ----------
    path : Path
        Its ending says what it is: `.parquet`, `.csv`, `.tsv`, `.arrow`, `.feather`, `.ipc`, `.arrows`.
    columns : Columns

    Returns
    -------
    Source

    Raises
    ------
    OptionError
        If no kind of table has this ending.
    WorkspaceError
        If it cannot be read, lacks a column, or a column is not what it has to be.
    """
    require_pyarrow()
    kind = read_format(path)
    with _told(path, kind):
        names, types, rows = _HEADS[kind](path)
    for name in columns.names:
        if names.count(name) != 1:
            found = "has several columns" if name in names else "has no column"
            raise WorkspaceError(f"{path} {found} {name!r}; its columns: {', '.join(names)}.")
    key_type, *numbers = (types[names.index(name)] for name in columns.names)
    for name, of in zip(columns.names[1:], numbers, strict=True):
        if kind != "CSV" and not _is_number(of):
            raise WorkspaceError(f"{path}: column {name!r} must hold numbers; it holds {of}.")
    return Source(
        path=path, kind=kind, columns=columns, key_type=_key_type(path, columns, key_type), rows=rows
    )


def _key_type(path: Path, columns: Columns, found: Any) -> Any:
    """The type in which keys are handled: that of the column, without dictionaries."""
    import pyarrow as pa
    from pyarrow import types

    of = found.value_type if types.is_dictionary(found) else found
    if types.is_string(of) or types.is_large_string(of) or types.is_string_view(of):
        return pa.string()
    plain = (types.is_integer, types.is_floating, types.is_boolean, types.is_date, types.is_timestamp)
    if not any(check(of) for check in plain):
        raise WorkspaceError(
            f"{path}: column {columns.key!r} cannot be a key; it holds {found}, not text, numbers or dates."
        )
    return of


def _is_number(of: Any) -> bool:
    from pyarrow import types

    return any(check(of) for check in (types.is_integer, types.is_floating, types.is_decimal))


def _numbers(column: Any) -> Array:
    """Figures of a column; NaN for what is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

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


@contextmanager
def _told(path: Path, kind: TableFormat) -> Iterator[None]:
    """What goes wrong in reading, in one line that names the file."""
    import pyarrow as pa

    try:
        yield
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path} cannot be read as {kind}: it is not UTF-8 text.") from error
    except (pa.ArrowException, csv.Error) as error:
        words = str(error).strip().split("\n")[0]
        raise WorkspaceError(f"{path} cannot be read as {kind}: {words}") from error
    except OSError as error:
        words = error.strerror or str(error).strip().split("\n")[0]
        raise WorkspaceError(f"{path} cannot be read: {words}") from error


def _parquet_head(path: Path) -> tuple[list[str], list[Any], int | None]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        return schema.names, schema.types, file.metadata.num_rows


def _parquet(source: Source) -> Iterator[Any]:
    import pyarrow.parquet as pq

    # Unbuffered ahead: a row group of any size is then read page by page.
    with pq.ParquetFile(source.path, pre_buffer=False, buffer_size=2**20) as file:
        yield from file.iter_batches(PIECE, columns=list(source.columns.names), use_threads=False)


def _arrow_head(path: Path) -> tuple[list[str], list[Any], int | None]:
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_file(handle) as reader:
        return reader.schema.names, reader.schema.types, None


def _arrow(source: Source) -> Iterator[Any]:
    import pyarrow as pa

    with (
        pa.OSFile(str(source.path)) as handle,
        pa.ipc.open_file(handle, options=_only(handle, source)) as reader,
    ):
        for number in range(reader.num_record_batches):
            source.share = (number + 1) / reader.num_record_batches
            yield from _split(reader.get_batch(number))


def _only(handle: Any, source: Source) -> Any:
    """Options that read no other columns."""
    import pyarrow as pa

    names = pa.ipc.open_file(handle).schema.names
    handle.seek(0)
    return pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in source.columns.names])


def _stream_head(path: Path) -> tuple[list[str], list[Any], int | None]:
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_stream(handle) as reader:
        return reader.schema.names, reader.schema.types, None


def _stream(source: Source) -> Iterator[Any]:
    import pyarrow as pa

    size = source.path.stat().st_size
    with pa.OSFile(str(source.path)) as handle, pa.ipc.open_stream(handle) as reader:
        for batch in reader:
            source.share = handle.tell() / size
            yield from _split(batch)


def _split(batch: Any) -> Iterator[Any]:
    """A batch of any size in pieces."""
    for start in range(0, batch.num_rows, PIECE):
        yield batch.slice(start, PIECE)


def _csv_head(path: Path) -> tuple[list[str], list[Any], int | None]:
    import pyarrow as pa

    with path.open(encoding="utf-8-sig", newline="") as handle:
        line = handle.readline()
        separator = _separator(line)
        names = next(csv.reader([line], delimiter=separator), [])
    return names, [pa.string()] * len(names), None


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _csv(source: Source) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = list(source.columns.names)
    with source.path.open(encoding="utf-8-sig", newline="") as text:
        separator = _separator(text.readline())
    size = source.path.stat().st_size
    with pa.OSFile(str(source.path)) as handle:
        reader = arrow_csv.open_csv(
            handle,
            read_options=arrow_csv.ReadOptions(block_size=_CSV_BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=names,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        for batch in reader:
            source.share = min(1.0, handle.tell() / size)
            yield from _split(batch)


_HEADS: dict[TableFormat, Callable[[Path], tuple[list[str], list[Any], int | None]]] = {
    "Parquet": _parquet_head,
    "CSV": _csv_head,
    "Arrow file": _arrow_head,
    "Arrow stream": _stream_head,
}
_BATCHES: dict[TableFormat, Callable[[Source], Iterator[Any]]] = {
    "Parquet": _parquet,
    "CSV": _csv,
    "Arrow file": _arrow,
    "Arrow stream": _stream,
}
