"""The files of one state of a project, wherever they are kept: a folder, a commit, a release."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from metasyn.errors import WorkspaceError
from metasyn.workspace.states.git_files import committed_names, read_committed

__all__ = ["StateFiles", "archive_files", "commit_files", "folder_files", "read_limited"]

_KEPT = re.compile(
    r"data/[^/]+\.(?i:csv)|data/release\.json|data/releases/[^/]+\.zip|release\.json"
    r"|analyses/[^/]+\.py|reports/[^/]+/results\.json"
)
_MOST_BYTES = 256 * 2**20
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateFiles:
    """Which files there are, and how to read some of them.

    Attributes
    ----------
    names : tuple of str
        Paths relative to the project, sorted: tables, scripts, `results.json` of reports, releases.
    read : callable
        Paths among `names` -> content by path.
    """

    names: tuple[str, ...]
    read: Callable[[Iterable[str]], dict[str, bytes]]

    def like(self, pattern: str) -> tuple[str, ...]:
        """The names that a regular expression matches as a whole."""
        return tuple(name for name in self.names if re.fullmatch(pattern, name))


def folder_files(root: Path) -> StateFiles:
    """The files of a project folder as they are now.

    Parameters
    ----------
    root : Path

    Returns
    -------
    StateFiles
        `read` raises `WorkspaceError` for a file that cannot be read or is larger than 256 MiB.
    """
    places = ("data/*", "data/releases/*", "analyses/*", "reports/*/results.json")
    found = (path for pattern in places for path in root.glob(pattern) if path.is_file())
    names = sorted(path.relative_to(root).as_posix() for path in found)
    return StateFiles(
        names=tuple(name for name in names if _KEPT.fullmatch(name)),
        read=lambda wanted: {name: read_limited(root / name) for name in wanted},
    )


def commit_files(root: Path, commit: str) -> StateFiles:
    """The files of a project as they were committed.

    Parameters
    ----------
    root : Path
        The project's folder in the repository.
    commit : str
        Hash of the commit.

    Returns
    -------
    StateFiles
        Below the same folder of the repository.

    Raises
    ------
    WorkspaceError
        If git does not answer.
    """
    names = committed_names(root, commit)
    return StateFiles(
        names=tuple(sorted(name for name in names if _KEPT.fullmatch(name))),
        read=lambda wanted: read_committed(root, names, wanted),
    )


def archive_files(content: bytes, label: str) -> StateFiles:
    """The files of a release archive.

    Parameters
    ----------
    content : bytes
        A zip file.
    label : str
        What it is called in messages.

    Returns
    -------
    StateFiles
        `read` raises `WorkspaceError` for a damaged member.

    Raises
    ------
    WorkspaceError
        If it is no zip file, a member's name leads out of it or comes twice, or it unpacks to more than
        256 MiB. Members that are no part of a state are left out.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise WorkspaceError(f"{label}: not a release: it is no zip file, or a damaged one.") from error
    members = {}
    for member in archive.infolist():
        name = member.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or name in members:
            raise WorkspaceError(f"{label}: not a release of metasyn: it has a member {name!r}.")
        members[name] = member
    if sum(member.file_size for member in members.values()) > _MOST_BYTES or len(members) > _MOST_FILES:
        raise WorkspaceError(f"{label}: unpacks to more than {_MOST_BYTES // 2**20} MiB, more than is read.")

    def read(wanted: Iterable[str]) -> dict[str, bytes]:
        return {name: _unpacked(archive, members[name], label) for name in wanted}

    return StateFiles(names=tuple(sorted(name for name in members if _KEPT.fullmatch(name))), read=read)


def read_limited(path: Path) -> bytes:
    """The content of a file of at most 256 MiB.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    WorkspaceError
        If it is larger or cannot be read.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(_MOST_BYTES + 1)
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error
    if len(content) > _MOST_BYTES:
        raise WorkspaceError(f"{path}: larger than {_MOST_BYTES // 2**20} MiB, more than is read.")
    return content


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    """A member, never more of it than its head announces."""
    try:
        with archive.open(member) as handle:
            return handle.read(member.file_size)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise WorkspaceError(f"{label}: {member.filename} is damaged ({error}).") from error
