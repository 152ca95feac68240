"""Noticing that the data or the scripts of a project were saved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from metasyn.workspace.project import Project

__all__ = ["is_input", "saves"]

# Milliseconds: several saves are one if no more than a step lies between them, up to the longest wait.
_STEP, _LONGEST = 120, 1500
# How long to wait for a folder that is gone (another branch is being checked out) before looking again.
_GONE_SECONDS = 0.3
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
    from watchfiles import watch

    folders = (project.data, project.analyses)
    gone = False
    while not stop.is_set():
        if not all(folder.is_dir() for folder in folders):
            gone = True
            stop.wait(_GONE_SECONDS)
            continue
        if gone:
            gone = False
            yield tuple(folder.name for folder in folders)
        try:
            for batch in watch(
                project.root,
                *folders,
                watch_filter=lambda _, path: is_input(project, Path(path)) or Path(path) in folders,
                debounce=_LONGEST,
                step=_STEP,
                stop_event=stop,
                recursive=False,
            ):
                paths = {Path(path) for _, path in batch}
                yield tuple(sorted(project.shown(path) for path in paths))
                if paths & set(folders):
                    gone = not all(folder.is_dir() for folder in folders)
                    break  # a folder that was made anew must be watched anew
        except FileNotFoundError:
            gone = True  # between the look and the watching
