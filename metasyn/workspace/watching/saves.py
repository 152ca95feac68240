"""Noticing that the data or the scripts of a project were saved."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from metasyn.workspace.project import Project

__all__ = ["is_input", "saves"]

# Milliseconds: several saves are one if no more than a step lies between them, up to the longest wait.
_STEP, _LONGEST = 120, 1500
# Milliseconds without word from the system after which the files themselves are looked at.
_SILENCE = 500
# How long to wait for a folder that is gone (another branch is being checked out) before looking again.
_GONE_SECONDS = 0.3
_Stamp = tuple[int, int, int]
_KINDS = {"data": (".csv", ".json", ".toml"), "analyses": (".py",)}


def is_input(project: Project, path: Path) -> bool:
    """Whether a file can change a report: a table, a script, the release; not what editors leave around.

    Parameters
    ----------
    project : Project
    path : Path
        Absolute.

    Returns
    -------
    bool

    Examples
    --------
    >>> home = Project(Path("/review"))
    >>> [is_input(home, Path(p)) for p in ("/review/data/results.csv", "/review/data/.~lock.results.csv#")]
    [True, False]
    """
    if path.name.startswith((".", "~", "#")) or path.parent.parent != project.root:
        return False
    return path.suffix in _KINDS.get(path.parent.name, ())


def saves(project: Project, stop: threading.Event) -> Iterator[tuple[str, ...]]:
    """Wait for saved inputs; rapid saves come as one, and a folder may be gone for a while.

    What is saved counts from the call on, also before the first answer is asked for. Where the system does
    not tell of saves (some network drives), the times and sizes of the files do, twice a second.

    Parameters
    ----------
    project : Project
    stop : threading.Event
        Ends the waiting when it is set.

    Yields
    ------
    tuple of str
        What was saved, relative to the project; never empty.
    """
    return _saves(project, stop, _stamps(project))


def _saves(
    project: Project, stop: threading.Event, known: Mapping[Path, _Stamp]
) -> Iterator[tuple[str, ...]]:
    """The same, with the inputs as they were when the watching was asked for."""
    folders = (project.data, project.analyses)
    gone = False
    while not stop.is_set():
        if not all(folder.is_dir() for folder in folders):
            gone = True
            stop.wait(_GONE_SECONDS)
            continue
        if gone:
            gone, known = False, _stamps(project)
            yield tuple(folder.name for folder in folders)
        try:
            for told in _batches(project, folders, stop):
                now = _stamps(project)
                paths = told or {path for path in {*known, *now} if known.get(path) != now.get(path)}
                known, gone = now, not all(folder.is_dir() for folder in folders)
                if paths:
                    yield tuple(sorted(project.shown(path) for path in paths))
                if gone or paths & set(folders):
                    break  # a folder that was made anew must be watched anew
        except FileNotFoundError:
            gone = True  # between the look and the watching


def _batches(project: Project, folders: tuple[Path, ...], stop: threading.Event) -> Iterator[set[Path]]:
    """What the system tells to have been saved; nothing after a silence."""
    from watchfiles import watch

    batches = watch(
        project.root,
        *folders,
        watch_filter=lambda _, path: is_input(project, Path(path)) or Path(path) in folders,
        debounce=_LONGEST,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_SILENCE,
        yield_on_timeout=True,
        recursive=False,
    )
    return ({Path(path) for _, path in batch} for batch in batches)


def _stamps(project: Project) -> dict[Path, _Stamp]:
    """Time, size and number of every input; what is gone has none."""
    found = {}
    for folder in (project.data, project.analyses):
        try:
            names = os.listdir(folder)  # noqa: PTH208
        except OSError:
            continue
        for path in (folder / name for name in names):
            if is_input(project, path):
                with suppress(OSError):
                    seen = path.stat()
                    found[path] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
    return found
