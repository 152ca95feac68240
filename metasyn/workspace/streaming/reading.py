"""Reading a table in pieces, from one file or from a folder of Parquet files."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from metasyn.batch.ragged import variances_of
from metasyn.errors import WorkspaceError
from metasyn.workspace.streaming.columns import (
    Columns,
    holds_numbers,
    key_type,
    keys_of,
    numbers_of,
    said_instead,
)
from metasyn.workspace.streaming.formats import TableFormat, files_of, read_format, require_pyarrow
from metasyn.workspace.streaming.readers import BATCHES, HEADS, PIECE, Head
from metasyn.workspace.streaming.rows import Array, Rows

__all__ = ["Source", "open_source"]

_TEXT: tuple[TableFormat, ...] = ("CSV", "gzipped CSV")
# Of a row of text with a short key and two numbers, not too many: rather too many rows are guessed.
_ROW_BYTES: dict[TableFormat, int] = {"gzipped CSV": 10}
_ROW_BYTES_ELSE = 20


@dataclass(slots=True, kw_only=True)
class Source:
    """A table that can be read from its beginning, again and again.

    Attributes
    ----------
    path : Path
        As it was given: a file or a folder.
    files : sequence of Path
        What is read, in this order.
    kind : TableFormat
    columns : Columns
    key_type : pyarrow.DataType
        Of the keys as they are read; those of CSV are text.
    rows : int or None
        How many there are, where that is known beforehand.
    share : float
        How much has been read, from 0 to 1, where the number of rows is not known.
    read : int
        Rows that have been read.
    """

    path: Path
    files: Sequence[Path]
    kind: TableFormat
    columns: Columns
    key_type: Any
    rows: int | None
    share: float = field(default=0.0)
    read: int = field(default=0)

    @property
    def about(self) -> int:
        """How many rows there are, or, where that is not known, about as many by the size of the file."""
        if self.rows is not None:
            return self.rows
        return max(1, self.path.stat().st_size // _ROW_BYTES.get(self.kind, _ROW_BYTES_ELSE))

    def pieces(self, most: int = PIECE) -> Iterator[Rows]:
        """All rows, at most so many at a time, numbered from 1 through all files.

        Raises
        ------
        WorkspaceError
            If the content is broken.
        """
        self.read = 0
        for path in self.files:
            with _told(path, self.kind):
                for batch in BATCHES[self.kind](path, list(self.columns.names), self._read):
                    rows = self._rows(batch, self.read + 1)
                    self.read += len(rows)
                    yield from (rows.stretch(start, start + most) for start in range(0, len(rows), most))

    def _read(self, share: float) -> None:
        self.share = share

    def _rows(self, batch: Any, first: int) -> Rows:
        key, yi, spread = (batch.column(name) for name in self.columns.names)
        y, v = numbers_of(yi), numbers_of(spread)
        said = self._said(yi, y, spread, v) if self.kind in _TEXT else None
        if self.columns.sei is not None:
            v = variances_of(v)
        numbers = np.arange(first, first + len(y))
        return Rows(numbers=numbers, keys=keys_of(key, self.key_type), yi=y, vi=v, said=said)

    @staticmethod
    def _said(yi: Any, y: Array, spread: Any, v: Array) -> Any:
        """The cell that makes a row unusable: that of the estimate, where that is not finite."""
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.if_else(pa.array(np.isfinite(y)), said_instead(spread, v), said_instead(yi, y))


def open_source(path: Path, columns: Columns) -> Source:
    """Look at a table without reading its rows.

    Parameters
    ----------
    path : Path
        A file whose ending says what it is: `.parquet`, `.csv`, `.csv.gz`, `.arrow` and so on; or a folder
        of Parquet files, which are read in the order of their names.
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
    files = files_of(path)
    of, rows = None, 0
    for file in files:
        kind = read_format(file)
        with _told(file, kind):
            head = HEADS[kind](file)
        own = _key_type(file, kind, columns, head)
        if of is not None and own != of:
            raise WorkspaceError(
                f"{file}: column {columns.key!r} holds {own}, that of {files[0].name} holds {of}."
            )
        of, many = own, head[2]
        rows += many or 0
    return Source(
        path=path, files=files, kind=kind, columns=columns, key_type=of, rows=None if many is None else rows
    )


def _key_type(path: Path, kind: TableFormat, columns: Columns, head: Head) -> Any:
    """The type of the keys, of a file whose three columns are there and hold what they have to."""
    names, types, _ = head
    if not names:
        raise WorkspaceError(f"{path} is empty: the first line of a table names its columns.")
    for name in columns.names:
        if names.count(name) != 1:
            found = "has several columns" if name in names else "has no column"
            raise WorkspaceError(f"{path} {found} {name!r}; its columns: {', '.join(names)}.")
    keys, *numbers = (types[names.index(name)] for name in columns.names)
    for name, of in zip(columns.names[1:], numbers, strict=True):
        if kind not in _TEXT and not holds_numbers(of):
            raise WorkspaceError(f"{path}: column {name!r} must hold numbers; it holds {of}.")
    known = key_type(keys)
    if known is None:
        raise WorkspaceError(
            f"{path}: column {columns.key!r} cannot be a key; it holds {keys}, not text, whole numbers, "
            "floats of 32 or 64 bits, truth values or dates."
        )
    return known


@contextmanager
def _told(path: Path, kind: TableFormat) -> Iterator[None]:
    """What goes wrong in reading, in one line that names the file."""
    import pyarrow as pa

    try:
        yield
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path} cannot be read as {kind}: it is not UTF-8 text.") from error
    except (pa.ArrowException, csv.Error, EOFError, zlib.error) as error:
        words = str(error).strip().split("\n")[0]
        raise WorkspaceError(f"{path} cannot be read as {kind}: {words}") from error
    except OSError as error:
        words = error.strerror or str(error).strip().split("\n")[0]
        raise WorkspaceError(f"{path} cannot be read: {words}") from error
