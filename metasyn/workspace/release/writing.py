"""Making a version of the evidence: files put in place in an order that survives a crash."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from metasyn.report.atomic import replace_file, sweep
from metasyn.workspace.project import Project
from metasyn.workspace.release.files import CHANGELOG, changelog_text, leftover_archives, read_changelog
from metasyn.workspace.release.plan import PlannedRelease
from metasyn.workspace.release.record import RECORD, RELEASES, read_release

__all__ = ["tidy_releases", "write_release"]


def write_release(planned: PlannedRelease) -> None:
    """Put the files of a planned release in place.

    Parameters
    ----------
    planned : PlannedRelease
        Nothing is written where it has no release.

    Raises
    ------
    ReportError
        If a file cannot be written; the last release then still holds.

    Notes
    -----
    Every file is replaced in one step: the archive, then the changelog, then `data/release.json`, which
    makes the release. A process that dies before leaves the last release valid; what it left is
    replaced by the next release (`tidy_releases`). Reports are built afterwards, and by any later run.
    """
    for path, content in planned.files.items():
        replace_file(path, content)


def tidy_releases(project: Project) -> tuple[Path, ...]:
    """Remove what an interrupted release left: archives and entries of versions that were never made, and
    what was not written to its end.

    Only for who holds the lock of the project.

    Parameters
    ----------
    project : Project

    Returns
    -------
    tuple of Path
        What was removed or cleaned, of what was complete.

    Raises
    ------
    WorkspaceError
        If `data/release.json` or the changelog cannot be read.
    ReportError
        If the changelog cannot be written.
    """
    release = read_release(project.data)
    with suppress(OSError):
        sweep(project.data, names=(RECORD, CHANGELOG))
        sweep(project.data / RELEASES)
    touched = []
    for path in leftover_archives(project, release):
        with suppress(OSError):
            path.unlink()
            touched.append(path)
    known = set() if release is None else {one.version for one in release.versions}
    before = read_changelog(project.data)
    after = changelog_text(before, known) if before else before
    if after != before and release is not None:
        replace_file(project.data / CHANGELOG, after.encode())
        touched.append(project.data / CHANGELOG)
    return tuple(touched)
