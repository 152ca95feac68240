"""What is finished of an output that is not: a folder beside it, which a later run goes on from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metasyn.errors import ReportError, WorkspaceError
from metasyn.workspace.streaming.durable import sync_folder, whole_file
from metasyn.workspace.streaming.formats import UNFINISHED
from metasyn.workspace.streaming.sealed import SealedStream, batches, is_sound

__all__ = ["Store", "alone_with", "is_begun", "opened_store"]

REJECTS = ".rejects.csv"
"""What is added to the name of an output for that of its rejects."""
_JOURNAL, _LOCK = "journal.json", "lock"
# Rows of one batch of a part, so that a part can be read again a little at a time; fewer where all parts
# are read side by side.
_BATCH, _BATCH_OF_MANY = 2**13, 2**10


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of one unfinished output.

    A part is finished when its files of results and of rejects have their names, which a file gets in one
    step; a run that is killed leaves at most files whose names do not count.

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
        return self._results(number).exists() and self._rejects(number).exists()

    def is_sound(self, number: int) -> bool:
        """Whether a finished part is as it was put away."""
        return is_sound(self._results(number)) and is_sound(self._rejects(number))

    def discard(self, number: int) -> None:
        """Let a finished part not be finished."""
        self._results(number).unlink(missing_ok=True)
        self._rejects(number).unlink(missing_ok=True)

    def keep(
        self,
        number: int,
        results: Any,
        rejects: Any,
        counts: Mapping[str, int],
        *,
        side_by_side: bool = False,
    ) -> None:
        """Put the tables of a part away.

        Parameters
        ----------
        number : int
        results, rejects : pyarrow.Table
        counts : mapping of str to int
            Is kept with them.
        side_by_side : bool
            Whether all parts will be read at the same time.

        Raises
        ------
        ReportError
            If it cannot be written.
        """
        most = _BATCH_OF_MANY if side_by_side else _BATCH
        _write(self._rejects(number), rejects, {}, most)
        _write(self._results(number), results, counts, most)

    def counts(self, number: int) -> dict[str, int]:
        """What was kept with a finished part."""
        import pyarrow as pa

        path = self._results(number)
        with _told(path), pa.OSFile(str(path)) as handle:
            metadata = pa.ipc.open_stream(handle).schema.metadata
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
        """Forget everything but the lock.

        The journal first: without it nothing counts. It must be gone from the disk before new parts come,
        which would otherwise count as parts of the old run.
        """
        with suppress(FileNotFoundError):
            (self.folder / _JOURNAL).unlink()
        sync_folder(self.folder)
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink()
        sync_folder(self.folder)

    def remove(self) -> None:
        """Forget everything, the folder too: the output is finished and on the disk."""
        self.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _results(self, number: int) -> Path:
        return self.folder / f"part-{number:07}.arrows"

    def _rejects(self, number: int) -> Path:
        return self.folder / f"rejects-{number:07}.arrows"


@contextmanager
def opened_store(out: Path) -> Iterator[Store]:
    """The folder beside an output, for this process alone.

    Parameters
    ----------
    out : Path

    Raises
    ------
    ReportError
        If another process is writing this output, or nothing can be written there.
    """
    with _locked(folder := _beside(out), out):
        yield Store(folder, out)


def is_begun(out: Path) -> bool:
    """Whether an interrupted run has left something of this output."""
    return (_beside(out) / _JOURNAL).exists()


@contextmanager
def alone_with(rejects: Path, store: Store) -> Iterator[None]:
    """Rejects for this process alone: those of two outputs may have been given the same name.

    Parameters
    ----------
    rejects : Path
        By its usual name it is locked with the output to which that name belongs.
    store : Store

    Raises
    ------
    ReportError
        If another process is writing them, or nothing can be written there.
    """
    folder = _beside(rejects.with_name(rejects.name.removesuffix(REJECTS)))
    if folder.resolve() == store.folder.resolve():
        yield
        return
    with _locked(folder, rejects):
        yield


def _beside(out: Path) -> Path:
    return out.with_name(out.name + UNFINISHED)


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ReportError(f"another metasyn batch is writing {out}.") from error
    except OSError as error:
        raise ReportError(f"nothing can be written beside {out}: {error.strerror or error}.") from error
    try:
        yield
    finally:
        # Where nothing is finished there is nothing to go on with.
        if {path.name for path in folder.glob("*")} <= {_LOCK, _JOURNAL}:
            shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _write(path: Path, table: Any, counts: Mapping[str, int], most: int) -> None:
    schema = table.schema.with_metadata({b"counts": json.dumps(counts).encode()})
    with whole_file(path, may_be_lost=True) as handle:
        stream = SealedStream(handle, schema)
        stream.write(table.cast(schema), most)
        stream.seal()


def _tables(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    with _told(path):
        for batch in batches(path):
            yield pa.Table.from_batches([batch]).replace_schema_metadata(None)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong in reading a finished part is told of its file, not of the output."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise WorkspaceError(f"{path} cannot be read: {words}; run the same command again.") from error
