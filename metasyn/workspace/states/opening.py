"""Opening one state of the evidence: the folder as it is, a git revision, a release, a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from metasyn.changes.state import EvidenceState
from metasyn.errors import WorkspaceError
from metasyn.workspace.project import Project, open_project
from metasyn.workspace.release.files import archive_path
from metasyn.workspace.release.record import RELEASES, PastRelease, read_release
from metasyn.workspace.staleness.hashing import hash_bytes
from metasyn.workspace.states.content import (
    RESULT_SCHEMA,
    VERSION,
    released_as,
    result_document,
    state_of,
    stated_version,
)
from metasyn.workspace.states.files import archive_files, commit_files, folder_files, read_limited
from metasyn.workspace.states.git_files import Revision, find_revision

__all__ = ["WORKING_FOLDER", "open_archive", "open_last", "open_state"]

WORKING_FOLDER = "the working folder"
_KINDS = "a git revision, a project folder, a release (1.0.0 or a .zip), or a results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One thing that a text may mean; `written` means nothing else."""

    what: str
    written: str
    open: Callable[[], EvidenceState]


def open_state(project: Project, given: str | None = None) -> EvidenceState:
    """The state of the evidence that a text names.

    Parameters
    ----------
    project : Project
    given : str, optional
        Nothing or `"."`: the project as it is. A git revision (`"HEAD"`, `"v1.0"`, `"main~3"`), read
        from the project's folder inside its repository. A version (`"1.0.0"`) or an archive of
        `metasyn release`. The folder of another project. A `results.json`. Paths are relative to the
        working directory or to the project.

    Returns
    -------
    EvidenceState
        Scripts that cannot be loaded are in `unreadable` with the reason. `results` of a folder or a
        commit are left out where this version of metasyn reported them, because they can then differ
        from its data only by being out of date; where they cannot be read; and, with one of `notes`,
        where they were not built from the tables and the script of the state.

    Raises
    ------
    WorkspaceError
        If there is no such state, the text can mean two of them, or its files cannot be read.
    EvidenceError
        If its tables break their rules; each problem names the state.

    Notes
    -----
    The scripts of the state are run, as `metasyn run` runs those of the project.
    """
    if given is None or given == ".":
        return _of_folder(project.root, WORKING_FOLDER)
    readings = [*_releases(project, given), *_paths(project, given)]
    if not given.startswith(("./", "../", "/", "~")):
        readings += _revisions(project, given, alone=not readings)
    if not readings:
        raise WorkspaceError(f"no state {given!r}: there is no such file or folder. A state is {_KINDS}.")
    if len(readings) > 1:
        meant = " or ".join(f"{one.what} (write {one.written})" for one in readings)
        raise WorkspaceError(f"{given!r} can mean {meant}.")
    return readings[0].open()


def open_last(project: Project) -> EvidenceState:
    """What the working folder is compared with by default: the last release, else `HEAD`.

    Parameters
    ----------
    project : Project

    Returns
    -------
    EvidenceState

    Raises
    ------
    WorkspaceError
        If there is neither, or it cannot be read.
    EvidenceError
        If its tables break their rules.
    """
    release = read_release(project.data)
    if release is not None:
        return _released(project, release.version)
    try:
        found = find_revision(project.root, "HEAD")
    except WorkspaceError as error:
        raise WorkspaceError(
            f"there is nothing to compare with: no release of this evidence, and {str(error).rstrip('.')}. "
            f"Name the older state, {_KINDS}."
        ) from error
    return _of_commit(project, "HEAD", found)


def open_archive(content: bytes, label: str) -> EvidenceState:
    """The state that an archive of `metasyn release` holds.

    Parameters
    ----------
    content : bytes
        The zip file.
    label : str
        What the state is called.

    Returns
    -------
    EvidenceState

    Raises
    ------
    WorkspaceError
        If it is not such an archive.
    EvidenceError
        If its tables break their rules.
    """
    files = archive_files(content, label)
    version = stated_version(files, "release.json")
    if not version:
        raise WorkspaceError(f"{label}: not a release of metasyn: it has no release.json with a version.")
    return replace(state_of(files, label, reported=True), version=version)


def _releases(project: Project, given: str) -> list[_Reading]:
    """The release of that version."""
    path = archive_path(project.data, given)
    if not VERSION.fullmatch(given) or not path.is_file():
        return []
    return [_Reading(what="a release", written=project.shown(path), open=partial(_released, project, given))]


def _paths(project: Project, given: str) -> list[_Reading]:
    """The file or folder of that name, seen from the working directory or from the project."""
    found: dict[Path, str] = {}
    for base in (Path.cwd(), project.root) if given.strip() else ():
        try:
            path = (base / Path(given).expanduser()).resolve()
            if path.exists():
                found.setdefault(path, str(path))
        except (OSError, ValueError, RuntimeError):
            continue
    if len(found) == 1:
        plain = given.startswith(("./", "../", "/", "~"))
        found = dict.fromkeys(found, given if plain else f"./{given}")
    return [
        _Reading(what=_kind(path), written=text, open=partial(_of_path, project, path, given))
        for path, text in found.items()
    ]


def _revisions(project: Project, given: str, *, alone: bool) -> list[_Reading]:
    """The commit of that name; why there is none is said where nothing else is meant."""
    try:
        found = find_revision(project.root, given)
    except WorkspaceError as error:
        if not alone:
            return []
        if VERSION.fullmatch(given) and _recorded(project, given) is not None:
            raise _missing(project, given) from error
        raise WorkspaceError(f"no state {given!r}: {_why_not(project, given)}, and {error}") from error
    opened = partial(_of_commit, project, given, found)
    return [_Reading(what="a git revision", written=found.written, open=opened)]


def _why_not(project: Project, given: str) -> str:
    """What is not there, beside a git revision."""
    if VERSION.fullmatch(given):
        folder = project.data / RELEASES
        known = sorted(path.stem for path in folder.glob("*.zip")) if folder.is_dir() else []
        return f"there is no release {given} (releases: {', '.join(known) or 'none'})"
    return "there is no such file or folder"


def _kind(path: Path) -> str:
    return "a folder" if path.is_dir() else "a file"


def _of_path(project: Project, path: Path, given: str) -> EvidenceState:
    """A folder, an archive or one report."""
    if path.is_dir():
        return _of_folder(open_project(path).root, given)
    if VERSION.fullmatch(path.stem) and path == archive_path(project.data, path.stem).resolve():
        return _released(project, path.stem)
    if path.suffix.lower() == ".zip":
        return open_archive(read_limited(path), given)
    if path.suffix.lower() != ".json":
        raise WorkspaceError(f"{given} is no state of the evidence. A state is {_KINDS}.")
    document = result_document(read_limited(path))
    if document is None:
        raise WorkspaceError(f"{given}: not a results.json of metasyn (schema {RESULT_SCHEMA}).")
    edition = document.get("edition")
    of = edition if isinstance(edition, dict) and edition.get("released") else {}
    results = {str(document["name"]): document}
    return EvidenceState(label=given, results=results, version=str(of.get("version", "")))


def _of_folder(root: Path, label: str) -> EvidenceState:
    files = folder_files(root)
    state = state_of(files, label, scripts=root, current=label == WORKING_FOLDER)
    return replace(state, version=released_as(files))


def _of_commit(project: Project, given: str, found: Revision) -> EvidenceState:
    files = commit_files(project.root, found.commit)
    return replace(state_of(files, given), version=released_as(files))


def _released(project: Project, version: str) -> EvidenceState:
    """A release of the project, which must be what its name says and, where it is recorded, as it was."""
    path = archive_path(project.data, version)
    label = project.shown(path)
    if not path.is_file():
        raise _missing(project, version)
    content, recorded = read_limited(path), _recorded(project, version)
    if recorded is not None and hash_bytes(content) != recorded.sha256:
        raise WorkspaceError(
            f"{label} is not as it was released, so that it cannot be compared with (see: metasyn check)."
        )
    state = open_archive(content, label)
    if state.version != version:
        raise WorkspaceError(f"{label}: holds the release {state.version}, not {version}.")
    return state


def _recorded(project: Project, version: str) -> PastRelease | None:
    """What `data/release.json` says of a version; None where it knows none of that number."""
    release = read_release(project.data)
    found = () if release is None else release.versions
    return next((one for one in found if one.version == version), None)


def _missing(project: Project, version: str) -> WorkspaceError:
    path = project.shown(archive_path(project.data, version))
    return WorkspaceError(f"the archive of {version} is missing: take {path} back from version control.")
