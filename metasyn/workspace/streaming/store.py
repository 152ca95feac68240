"""What is finished of an output that is not: a folder beside it, which a later run goes on from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from metasyn.errors import ReportError

__all__ = ["Store", "input_identity", "opened_store", "whole_file"]

_EDGE = 2**16
_JOURNAL, _LOCK = "journal.json", "lock"
# Rows of one batch of a part, so that a part can be read again a little at a time.
_BATCH = 2**13


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of one unfinished output.

    A part is finished when its file of results has its name, which it gets in one step and after its
    file of rejects; a run that is killed leaves at most files whose names do not count.

    Attributes
    ----------
    folder : Path
    out : Path
        The output it is to become.
    """

    folder: Path
    out: Path

    def is_done(self, number: int) -> bool:
        """Whether this part is finished."""
        return self._results(number).exists()

    def keep(self, number: int, results: Any, rejects: Any, counts: Mapping[str, int]) -> None:
        """Put the tables of a part away.

        Parameters
        ----------
        number : int
        results, rejects : pyarrow.Table
        counts : mapping of str to int
            Is kept with them.

        Raises
        ------
        ReportError
            If it cannot be written.
        """
        self._write(self._rejects(number), rejects, {})
        self._write(self._results(number), results, counts)

    def counts(self, number: int) -> dict[str, int]:
        """What was kept with a finished part."""
        import pyarrow as pa

        with pa.OSFile(str(self._results(number))) as handle:
            metadata = pa.ipc.open_file(handle).schema.metadata
            return {name: int(value) for name, value in json.loads(metadata[b"counts"]).items()}

    def results(self, number: int) -> Iterator[Any]:
        """The results of a finished part, some rows at a time."""
        return _tables(self._results(number))

    def rejects(self, number: int) -> Iterator[Any]:
        """The rejects of a finished part, some rows at a time."""
        return _tables(self._rejects(number))

    def journal(self) -> dict[str, Any] | None:
        """What was noted of the run, None where nothing (readable) was."""
        try:
            noted = json.loads((self.folder / _JOURNAL).read_bytes())
        except (OSError, ValueError):
            return None
        return noted if isinstance(noted, dict) else None

    def note(self, journal: Mapping[str, Any]) -> None:
        """Write the journal, in one step."""
        with whole_file(self.folder / _JOURNAL) as handle:
            handle.write(json.dumps(journal, sort_keys=True).encode())

    def clear(self) -> None:
        """Forget everything but the lock; the journal first, since without it nothing counts."""
        with suppress(FileNotFoundError):
            (self.folder / _JOURNAL).unlink()
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink()

    def _write(self, path: Path, table: Any, counts: Mapping[str, int]) -> None:
        import pyarrow as pa

        schema = table.schema.with_metadata({b"counts": json.dumps(counts).encode()})
        with whole_file(path) as handle, pa.ipc.new_file(handle, schema) as writer:
            writer.write_table(table.cast(schema), max_chunksize=_BATCH)

    def _results(self, number: int) -> Path:
        return self.folder / f"part-{number:07}.arrow"

    def _rejects(self, number: int) -> Path:
        return self.folder / f"rejects-{number:07}.arrow"


def input_identity(path: Path) -> dict[str, Any]:
    """By what a changed input is recognised: size, time of the last change, first and last 64 KiB.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
    """
    with path.open("rb") as handle:
        about = os.fstat(handle.fileno())
        edges = handle.read(_EDGE)
        handle.seek(max(0, about.st_size - _EDGE))
        edges += handle.read(_EDGE)
    return {
        "size": about.st_size,
        "modified": about.st_mtime_ns,
        "edges": hashlib.sha256(edges).hexdigest(),
    }


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name only when it has all of its content, on the disk.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ReportError
        If it cannot be written.
    """
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def opened_store(out: Path, remove: Callable[[], bool]) -> Iterator[Store]:
    """The folder beside an output, for this process alone.

    Parameters
    ----------
    out : Path
    remove : callable
        Asked at the end whether the output is finished; the folder is then removed.

    Raises
    ------
    ReportError
        If another process is writing this output, or nothing can be written there.
    """
    from filelock import FileLock, Timeout

    folder = out.with_name(out.name + ".unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ReportError(f"another metasyn batch is writing {out}.") from error
    except OSError as error:
        raise ReportError(f"nothing can be written beside {out}: {error.strerror or error}.") from error
    try:
        yield Store(folder, out)
        if remove():
            Store(folder, out).clear()
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()


def _tables(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    with pa.OSFile(str(path)) as handle, pa.ipc.open_file(handle) as reader:
        for number in range(reader.num_record_batches):
            yield pa.Table.from_batches([reader.get_batch(number)]).replace_schema_metadata(None)
