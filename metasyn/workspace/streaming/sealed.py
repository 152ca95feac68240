"""Streams of tables that end with their own checksum, so that damage is noticed when they are read again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

__all__ = ["SealedStream", "batches", "is_sound", "unsealed"]

# After the stream, where readers of Arrow no longer look: a mark, and the checksum of all before it.
_MARK = b"metasyn\n"
_SUM_BYTES = 4
_SEAL = len(_MARK) + _SUM_BYTES
_BLOCK = 2**20


class _Summing:
    """Passes on what is written and adds it up."""

    closed = False

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self.sum = 0

    def write(self, content: Any) -> int:
        """Some bytes."""
        self.sum = zlib.crc32(content, self.sum)
        return self._handle.write(content)

    def flush(self) -> None:
        """Left to who opened the file."""

    def close(self) -> None:
        """Left to who opened the file."""


class SealedStream:
    """An Arrow stream that is being written.

    Parameters
    ----------
    handle : file open for writing
    schema : pyarrow.Schema
    """

    def __init__(self, handle: IO[bytes], schema: Any) -> None:
        import pyarrow as pa

        self._handle = handle
        self._summing = _Summing(handle)
        self._writer = pa.ipc.new_stream(self._summing, schema)

    def write(self, rows: Any, most: int | None = None) -> None:
        """A table or record batch, at most so many rows at a time."""
        import pyarrow as pa

        table = rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows])
        self._writer.write_table(table, max_chunksize=most)

    def seal(self) -> None:
        """No more will come."""
        self._writer.close()
        self._handle.write(_seal(self._summing.sum))


def is_sound(path: Path) -> bool:
    """Whether a file is there, and as it was when it was sealed.

    Parameters
    ----------
    path : Path
    """
    try:
        left, found = path.stat().st_size - _SEAL, 0
        if left < 0:
            return False
        with path.open("rb") as handle:
            while left > 0 and (block := handle.read(min(_BLOCK, left))):
                found = zlib.crc32(block, found)
                left -= len(block)
            return handle.read() == _seal(found)
    except OSError:
        return False


def batches(path: Path) -> Iterator[Any]:
    """The content of a file, some rows at a time.

    Parameters
    ----------
    path : Path

    Yields
    ------
    pyarrow.RecordBatch

    Raises
    ------
    OSError, pyarrow.ArrowException
        If it cannot be read, or ends before its seal.
    """
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_stream(handle) as reader:
        yield from reader
        if not handle.read().startswith(_MARK):
            raise pa.ArrowInvalid("it ends too early")


def unsealed(path: Path) -> Any:
    """The whole content of a file as a table; None where it is not as it was when it was sealed.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        If it cannot be read.
    """
    import pyarrow as pa

    content = pa.py_buffer(path.read_bytes())
    stream = content.slice(0, max(0, content.size - _SEAL))
    if content.slice(stream.size).to_pybytes() != _seal(zlib.crc32(stream)):
        return None
    with pa.ipc.open_stream(stream) as reader:
        return reader.read_all()


def _seal(checksum: int) -> bytes:
    return _MARK + checksum.to_bytes(_SUM_BYTES, "big")
