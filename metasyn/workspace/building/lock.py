"""One writer at a time in `reports/` (and the releases in `data/`): who holds it, who waits for whom."""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from metasyn.errors import OptionError, ReportError
from metasyn.workspace.project import Project

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["WAIT", "has_note", "project_lock", "require_wait"]

WAIT = 600.0
_LOCK = ".lock"
_HOLDER = ".lock-holder"
_POLL = 0.05


@contextmanager
def project_lock(
    project: Project, *, command: str, wait: float = WAIT, tell: Callable[[str], None] | None = None
) -> Iterator[bool]:
    """Hold `reports/` of a project for writing while the block runs.

    The lock belongs to the open file `reports/.lock`, not to its being there: the system takes it from
    a process that dies, however it dies. Within the thread that holds it, it can be taken again.

    Parameters
    ----------
    project : Project
    command : str
        Command that writes, as others are told: `"run"`.
    wait : float
        Seconds to wait for another process (or thread) that writes; 0 does not wait.
    tell : callable, optional
        Told once, in words, whom it waits for.

    Yields
    ------
    bool
        Whether it had to wait, so that what was looked at before may have changed.

    Raises
    ------
    ReportError
        If another still writes when the time is over, or nothing can be written there.
    OptionError
        If `wait` is not a number of seconds.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with project_lock(Project(Path(folder)), command="run") as waited:
    ...         print(waited, sorted(path.name for path in Path(folder, "reports").iterdir()))
    False ['.lock', '.lock-holder']
    """
    require_wait(wait)
    lock = _file_lock(project.reports)
    again = lock.is_locked
    waited = _acquire(lock, project, wait, tell)
    try:
        if not again:
            _sign(project.reports, command)
        yield waited
    finally:
        if not again:
            with suppress(OSError):
                (project.reports / _HOLDER).unlink(missing_ok=True)
        lock.release()


def require_wait(wait: float) -> None:
    """A number of seconds, or an `OptionError`."""
    if not (math.isfinite(wait) and wait >= 0):
        raise OptionError(f"wait must be a number of seconds, 0 or more; got {wait}.")


def has_note(project: Project) -> bool:
    """Whether somebody writes, or died writing: a note who it is lies there."""
    return (project.reports / _HOLDER).exists()


def _file_lock(reports: Path) -> BaseFileLock:
    """The lock of a folder, which is made if needed: one object per folder and process."""
    from filelock import FileLock

    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(reports, error) from error
    return FileLock(reports / _LOCK, is_singleton=True)


def _acquire(lock: BaseFileLock, project: Project, wait: float, tell: Callable[[str], None] | None) -> bool:
    """Take the lock; whether that meant waiting."""
    if _taken(lock, project, 0):
        return False
    if wait > 0:
        if tell is not None:
            tell(f"waiting for {_holder(project.reports)}, which is writing {_shown(project)}")
        if _taken(lock, project, wait):
            return True
    waited = f" after {wait:g} seconds" if wait > 0 else ""
    raise ReportError(
        f"{_holder(project.reports)} is still writing {_shown(project)}{waited}; nothing was written. "
        "--wait SECONDS says how long to wait."
    )


def _taken(lock: BaseFileLock, project: Project, wait: float) -> bool:
    """Whether the lock could be had in that time."""
    from filelock import Timeout

    try:
        with warnings.catch_warnings():
            # Where the file system has no locks, filelock writes the holder into the file, and says so.
            warnings.filterwarnings("ignore", message="flock not supported")
            lock.acquire(timeout=wait, poll_interval=_POLL)
    except Timeout:
        return False
    except OSError as error:
        raise _unusable(project.reports, error) from error
    return True


def _shown(project: Project) -> str:
    return f"{project.shown(project.reports)}/"


def _unusable(reports: Path, error: OSError) -> ReportError:
    if reports.exists() and not reports.is_dir():
        return ReportError(f"{reports} is a file; it has to be a folder, for the reports.")
    return ReportError(f"nothing can be written to {reports}: {error.strerror or error}.")


def _sign(reports: Path, command: str) -> None:
    """Leave a note for those who wait; without it they wait all the same."""
    with suppress(OSError):
        (reports / _HOLDER).write_text(json.dumps({"pid": os.getpid(), "command": command}) + "\n")


def _holder(reports: Path) -> str:
    """Who holds the lock, in words."""
    try:
        note = json.loads((reports / _HOLDER).read_bytes())
        return f"process {int(note['pid'])} (metasyn {note['command']})"
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return "another metasyn"
