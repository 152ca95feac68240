"""Files that are either not there or complete and on the disk, also after the power has failed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from metasyn.errors import ReportError
from metasyn.report.atomic import sync_folder

__all__ = ["sync_file", "sync_folder", "whole_file"]


@contextmanager
def whole_file(path: Path, *, may_be_lost: bool = False) -> Iterator[IO[bytes]]:
    """A file that has its name only when all of its content is on the disk.

    Parameters
    ----------
    path : Path
    may_be_lost : bool
        Whether the power may fail and the file not be there afterwards; where it may not, the name too is
        on the disk at the end.

    Raises
    ------
    ReportError
        If it cannot be written; what was written of it is then removed.
    """
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        unfinished.replace(path)
        if not may_be_lost:
            sync_folder(path.parent)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
