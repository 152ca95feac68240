"""Tables whose syntheses do not stand together: dealt out by key to files, each of which fits in memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from metasyn.errors import ReportError, WorkspaceError
from metasyn.workspace.streaming.cutting import MOST_EFFECTS, Part
from metasyn.workspace.streaming.durable import sync_file, sync_folder
from metasyn.workspace.streaming.rows import Integers, Pile, Rows
from metasyn.workspace.streaming.sealed import SealedStream, unsealed
from metasyn.workspace.streaming.seen_keys import key_hashes

__all__ = ["deal", "dealt_part", "partitions_for"]

# Files at once where the system allows twice as many, and rows in one of them.
_MOST_FILES, _MOST_ROWS = 500, 4 * MOST_EFFECTS
# Rows that are dealt out together.
_HAND = 2**19


def partitions_for(rows: int, part_rows: int) -> int:
    """How many files for a table of so many rows (or nearly so many), each to hold about `part_rows`.

    Examples
    --------
    >>> partitions_for(1000, 2**18), partitions_for(10**8, 2**18), partitions_for(10**10, 2**18)
    (1, 382, 500)
    """
    return min(_files_at_once(), max(1, -(-rows // part_rows)))


def _files_at_once() -> int:
    """Half of the files that a process may have open, for the other half may be in use."""
    if sys.platform == "win32":  # there is no such limit, nor the module
        return _MOST_FILES
    import resource

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_FILES if allowed == resource.RLIM_INFINITY else max(1, min(_MOST_FILES, allowed // 2))


def deal(pieces: Iterable[Rows], folder: Path, many: int, told: Callable[[int], None]) -> list[int]:
    """Write every row to one of so many files, all rows of a key to the same.

    Parameters
    ----------
    pieces : iterable of Rows
    folder : Path
        Is there.
    many : int
    told : callable
        Told the number of rows dealt so far.

    Returns
    -------
    list of int
        Rows in each file, which is on the disk.

    Raises
    ------
    ReportError
        If a file cannot be written.
    """
    counts, streams, handles = np.zeros(many, dtype=np.int64), {}, ExitStack()

    def write(rows: Rows) -> None:
        at = _places(rows, many)
        batch = _batch(rows.at(np.argsort(at, kind="stable")))
        sizes = np.bincount(at, minlength=many)
        starts = np.cumsum(sizes) - sizes
        for number in np.flatnonzero(sizes).tolist():
            if number not in streams:
                handle = handles.enter_context(_file(folder, number).open("wb"))
                streams[number] = SealedStream(handle, batch.schema)
            streams[number].write(batch.slice(int(starts[number]), int(sizes[number])))
        counts[:] += sizes

    try:
        with handles:
            for rows in _hands(pieces):
                write(rows)
                told(int(counts.sum()))
            for stream in streams.values():
                stream.seal()
        for number in streams:
            sync_file(_file(folder, number))
    except OSError as error:
        words = os.strerror(error.errno) if error.errno else str(error)
        raise ReportError(f"rows cannot be written to {folder}: {words}.") from error
    sync_folder(folder)
    return counts.tolist()


def dealt_part(folder: Path, number: int, rows: int, key: str) -> Part:
    """The syntheses of one file, in the order of their first rows.

    Parameters
    ----------
    folder : Path
    number, rows : int
        Which file, and how many rows it has; at least one.
    key : str
        Name of the column of keys, for the message.

    Raises
    ------
    WorkspaceError
        If there are too many, or the file is not as it was written.
    """
    if rows > _MOST_ROWS:
        raise WorkspaceError(
            f"the rows of a {key!r} do not stand together, and {rows:,} rows fall in one part, more than "
            f"{_MOST_ROWS:,}: sort the table by {key!r} first."
        )
    table = _read(_file(folder, number), rows)
    number_column, keys, yi, vi, *said = (column.chunk(0) for column in table.columns)
    given = Rows(
        numbers=number_column.to_numpy(), keys=keys, yi=yi.to_numpy(), vi=vi.to_numpy(),
        said=said[0] if said else None,
    )  # fmt: skip
    known, missing = given.apart()
    codes = np.asarray(known.keys.dictionary_encode().indices.to_numpy(zero_copy_only=False))
    sizes = np.bincount(codes) if codes.size else np.zeros(0, dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    return _held(known.at(order), sizes.astype(np.int64), missing)


def _read(path: Path, rows: int) -> Any:
    """The rows of a file, in one piece."""
    try:
        table = unsealed(path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be read: {error.strerror or error}; run again with --restart."
        ) from error
    if table is None or table.num_rows != rows:
        raise WorkspaceError(f"{path} is damaged: run again with --restart.")
    return table.combine_chunks()


def _held(rows: Rows, sizes: Integers, missing: Integers) -> Part:
    """A part in which of a synthesis that is too large there is the first effect only."""
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    large = np.flatnonzero(sizes > MOST_EFFECTS)
    if large.size == 0:
        return Part(rows=rows, bounds=bounds, without_key=missing)
    keep = np.ones(len(rows), dtype=bool)
    for one in large.tolist():
        keep[bounds[one] + 1 : bounds[one + 1]] = False
    shorter = np.where(sizes > MOST_EFFECTS, 1, sizes)
    return Part(
        rows=rows.at(keep),
        bounds=np.concatenate([[0], np.cumsum(shorter)]).astype(np.int64),
        without_key=missing,
        too_many={one: int(sizes[one]) for one in large.tolist()},
    )


def _hands(pieces: Iterable[Rows]) -> Iterator[Rows]:
    """Longer stretches, so that a file gets many rows at a time."""
    held = Pile()
    for piece in pieces:
        held.add(piece)
        if held.rows >= _HAND:
            yield Rows.joined(held.taken())
    if held.pieces:
        yield Rows.joined(held.taken())


def _places(rows: Rows, many: int) -> Integers:
    """Which file each row belongs to; rows without a key are spread evenly."""
    coded = rows.keys.dictionary_encode()
    of_key = (key_hashes(coded.dictionary) % np.uint64(many)).astype(np.int64)
    codes = coded.indices
    if codes.null_count == 0:
        return np.asarray(of_key[codes.to_numpy()])
    known = codes.is_valid().to_numpy(zero_copy_only=False)
    at = rows.numbers % many
    at[known] = of_key[codes.drop_null().to_numpy()]
    return at


def _batch(rows: Rows) -> Any:
    import pyarrow as pa

    columns = {
        "row": pa.array(rows.numbers), "key": rows.keys, "yi": pa.array(rows.yi), "vi": pa.array(rows.vi),
    }  # fmt: skip
    return pa.record_batch(columns if rows.said is None else {**columns, "said": rows.said})


def _file(folder: Path, number: int) -> Path:
    return folder / f"dealt-{number:05}.arrows"
