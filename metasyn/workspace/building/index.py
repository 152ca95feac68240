"""`reports/index.html`: the page that links the reports of all analyses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from metasyn.errors import ReportError, WorkspaceError
from metasyn.workspace.building.lock import WAIT, project_lock
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.hashing import hash_bytes, package_hash

__all__ = ["index_page", "orphans", "refresh_index", "shown_results"]

_MEMORY = ".index.json"
_RESULTS = "results.json"


def refresh_index(
    project: Project, *, wait: float = WAIT, waiting: Callable[[str], None] | None = None
) -> bool:
    """Write the index anew if a report, the software or the index itself changed.

    Parameters
    ----------
    project : Project
    wait : float
        Seconds to wait for another process that writes.
    waiting : callable, optional
        Told in words whom it waits for.

    Returns
    -------
    bool
        Whether it was written.

    Raises
    ------
    WorkspaceError
        If the results of a report cannot be read.
    ReportError
        If it cannot be written, or another process still writes when the time is over.
    """
    if _is_fresh(project):
        return False
    with project_lock(project, command="run", wait=wait, tell=waiting):
        if _is_fresh(project):
            return False
        from metasyn.report.atomic import replace_file

        results = shown_results(project)
        page = index_page(project, results)
        replace_file(project.reports / "index.html", page)
        replace_file(project.reports / _MEMORY, _memory(results, page))
    return True


def shown_results(project: Project) -> dict[str, bytes]:
    """The `results.json` of every report that has an analysis, by name, sorted."""
    found = {}
    for name in project.names():
        try:
            found[name] = (project.report(name) / _RESULTS).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue  # not built, or going away just now
    return found


def index_page(project: Project, results: Mapping[str, bytes]) -> bytes:
    """The index of reports.

    Parameters
    ----------
    project : Project
    results : mapping of str to bytes
        Their `results.json` by name, in the order of the page.

    Returns
    -------
    bytes

    Raises
    ------
    WorkspaceError
        If one of them is not a result of metasyn.
    """
    from metasyn.report.html import index_entry, render_index

    entries = []
    for name, content in results.items():
        try:
            entries.append(index_entry(json.loads(content)))
        except (ValueError, RecursionError, ReportError) as error:
            path = project.shown(project.report(name) / _RESULTS)
            raise WorkspaceError(
                f"{path} is not a result of metasyn. Remove the folder, or: metasyn run {name}"
            ) from error
    return render_index(entries).encode()


def orphans(project: Project) -> tuple[str, ...]:
    """Names of reports whose analysis is gone, sorted: they stay, but the index leaves them out."""
    names = set(project.names())
    found = (path.parent.name for path in project.reports.glob(f"*/{_RESULTS}"))
    return tuple(sorted(name for name in found if name not in names and not name.startswith(".")))


def _is_fresh(project: Project) -> bool:
    """Whether the index is what it would be, or there is nothing to list."""
    results = shown_results(project)
    if not results:
        return True
    try:
        page = (project.reports / "index.html").read_bytes()
        return (project.reports / _MEMORY).read_bytes() == _memory(results, page)
    except OSError:
        return False  # no index, or no memory of one


def _memory(results: Mapping[str, bytes], page: bytes) -> bytes:
    """What the index was made of, and what it then was."""
    basis: dict[str, Any] = {
        "source": package_hash(),
        "results": {name: hash_bytes(content) for name, content in results.items()},
        "index": hash_bytes(page),
    }
    return json.dumps(basis, indent=1).encode() + b"\n"
