"""The files of a release: its archive, the changelog of the evidence, and what a dead release left."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from metasyn.errors import WorkspaceError
from metasyn.workspace.project import Project
from metasyn.workspace.release.record import (
    RECORD,
    RELEASES,
    Release,
    read_release,
    record_bytes,
    version_parts,
)
from metasyn.workspace.staleness.hashing import hash_bytes

__all__ = [
    "CHANGELOG",
    "ENTRY_MARK",
    "archive_bytes",
    "archive_members",
    "archive_path",
    "changelog_text",
    "leftover_archives",
    "read_archive",
    "read_changelog",
    "release_digest",
    "require_same_record",
]

CHANGELOG = "CHANGELOG.md"
_HEAD = "# Versions of the evidence\n\nThe latest first. Written by `metasyn release`.\n"
ENTRY_MARK = "<!-- written by metasyn release -->"
_ENTRY = re.compile(r"^## (\d+\.\d+\.\d+)\b.*$", re.MULTILINE)
_ARCHIVE = re.compile(r"((?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2})\.zip")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can tell
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def archive_bytes(files: Mapping[str, bytes]) -> bytes:
    """Files as a zip archive that is the same on every machine.

    Parameters
    ----------
    files : mapping of str to bytes
        Relative POSIX path -> content.

    Returns
    -------
    bytes
        Sorted, without times, not compressed: what compression gives depends on the library, and version
        control compresses anyway.
    """
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            member.create_system = _UNIX
            member.external_attr = _PLAIN_FILE
            archive.writestr(member, content)
    return out.getvalue()


def archive_members(content: bytes) -> dict[str, bytes]:
    """What an archive made by `archive_bytes` holds, by path."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_path(data: Path, version: str) -> Path:
    """Where the archive of a version lies."""
    return data / RELEASES / f"{version}.zip"


def read_archive(data: Path, version: str, sha256: str) -> bytes:
    """The archive of a version, if it is as it was released.

    Parameters
    ----------
    data : Path
        The data folder.
    version : str
    sha256 : str
        As `data/release.json` states it.

    Returns
    -------
    bytes

    Raises
    ------
    WorkspaceError
        If it is missing, cannot be read, or holds something else; without a full stop, to be continued.
    """
    name = f"data/{RELEASES}/{version}.zip"
    try:
        content = archive_path(data, version).read_bytes()
    except FileNotFoundError as error:
        raise WorkspaceError(f"{name} is missing") from error
    except OSError as error:
        raise WorkspaceError(f"{name} cannot be read ({error.strerror})") from error
    if hash_bytes(content) != sha256:
        raise WorkspaceError(f"{name} is not as it was released")
    return content


def require_same_record(release: Release, archive: bytes) -> None:
    """Hold `data/release.json` against the copy of it inside the archive of the last version.

    Parameters
    ----------
    release : Release
        As it was read.
    archive : bytes
        Of its version, as `read_archive` gives it.

    Raises
    ------
    WorkspaceError
        If they do not say the same, with what differs; without a full stop, to be continued.
    """
    import zipfile

    stated = json.loads(record_bytes(replace(release, sha256="")))
    try:
        inside = json.loads(archive_members(archive)[RECORD])
    except (zipfile.BadZipFile, KeyError, ValueError):
        inside = {}  # of an archive that metasyn did not write
    differs = [name for name in stated if stated[name] != inside.get(name)]
    if differs:
        raise WorkspaceError(
            f"data/{RECORD} says something else than its copy in "
            f"data/{RELEASES}/{release.version}.zip ({', '.join(differs)})"
        )


def release_digest(data: Path) -> str:
    """What reports depend on of the releases: the record, and whether the archives it needs are there.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    str
        Hash of `release.json`, empty if there is none; after a space the versions among the last two whose
        archive is missing or not as it was released.
    """
    path = data / RECORD
    if not path.is_file():
        return ""
    words = [hash_bytes(path.read_bytes())]
    try:
        release = read_release(data)
    except WorkspaceError:
        return words[0]
    for one in () if release is None else release.versions[:2]:
        try:
            read_archive(data, one.version, one.sha256)
        except WorkspaceError:
            words.append(one.version)
    return " ".join(words)


def read_changelog(data: Path) -> str:
    """The changelog of the evidence; empty if there is none.

    Raises
    ------
    WorkspaceError
        If it cannot be read as UTF-8.
    """
    path = data / CHANGELOG
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path}: not UTF-8.") from error


def changelog_text(before: str, known: Collection[str], entry: str = "") -> str:
    """The changelog with one more entry on top, without entries of versions that were never released.

    Parameters
    ----------
    before : str
        The changelog as it is; empty if there is none. What stands before its first entry stays, and so
        does every entry without `ENTRY_MARK`, which somebody else wrote.
    known : collection of str
        Versions that were released before; an entry of another version is what an interrupted release
        left.
    entry : str
        Markdown that begins with `## VERSION` and holds `ENTRY_MARK`; empty to add none.

    Returns
    -------
    str
    """
    starts = [match.start() for match in _ENTRY.finditer(before)]
    head = (before[: starts[0]] if starts else before) or _HEAD
    entries = [before[start:end] for start, end in pairwise([*starts, len(before)])]
    kept = [one for one in entries if ENTRY_MARK not in one or one.split(maxsplit=2)[1] in known]
    parts = [head, *([entry] if entry else []), *kept]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def leftover_archives(project: Project, release: Release | None) -> tuple[Path, ...]:
    """Archives of versions that the record does not know: what an interrupted release left.

    Parameters
    ----------
    project : Project
    release : Release or None
        The last one.

    Returns
    -------
    tuple of Path
        By version.
    """
    known = set() if release is None else {one.version for one in release.versions}
    folder = project.data / RELEASES
    found = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    numbered = [(match.group(1), path) for path in found if (match := _ARCHIVE.fullmatch(path.name))]
    unknown = [(version_parts(text), path) for text, path in numbered if text not in known]
    return tuple(path for _, path in sorted(unknown))
