"""`reports/index.html`: the page that links all reports."""

from __future__ import annotations

import json
from typing import Any

from metasyn.errors import ReportError, WorkspaceError
from metasyn.workspace.hashing import hash_file, package_hash
from metasyn.workspace.project import Project

__all__ = ["refresh_index"]

_MEMORY = ".index.json"


def refresh_index(project: Project) -> bool:
    """Write the index anew if a report, the software or the index itself changed.

    Parameters
    ----------
    project : Project

    Returns
    -------
    bool
        Whether it was written.

    Raises
    ------
    WorkspaceError
        If the results of a report cannot be read.
    """
    results = {name: project.report(name) / "results.json" for name in _built(project)}
    if not results:
        return False
    index, memory = project.reports / "index.html", project.reports / _MEMORY
    hashes = {name: hash_file(path) for name, path in results.items()}
    basis: dict[str, Any] = {"source": package_hash(), "results": hashes}
    try:
        if json.loads(memory.read_bytes()) == {**basis, "index": hash_file(index)}:
            return False
    except (OSError, ValueError, RecursionError):
        pass  # no memory of an index: it is written

    from metasyn.report.atomic import replace_file
    from metasyn.report.html import index_entry, render_index

    entries = []
    for name, path in results.items():
        try:
            entries.append(index_entry(json.loads(path.read_bytes())))
        except (ValueError, RecursionError, ReportError) as error:
            raise WorkspaceError(
                f"{project.shown(path)} is not a result of metasyn. Remove the folder, or: metasyn run {name}"
            ) from error
    replace_file(index, render_index(entries).encode())
    replace_file(memory, json.dumps({**basis, "index": hash_file(index)}, indent=1).encode() + b"\n")
    return True


def _built(project: Project) -> list[str]:
    """Names of all reports that are there, whether or not their analysis still is."""
    return sorted(path.parent.name for path in project.reports.glob("*/results.json"))
