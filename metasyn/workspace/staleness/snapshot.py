"""The evidence tables that reports were built from, kept so that a change can be told value by value."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from metasyn.errors import ReportError
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.hashing import hash_bytes
from metasyn.workspace.staleness.manifest import MANIFEST, Inputs, read_manifest, refreshed

__all__ = ["confirm", "forget_tables", "keep_tables", "kept_table", "kept_tables"]

_FOLDER = ".tables"
_IGNORED = (
    b"# Copies of the tables that reports were built from: made again by a run, not to be committed.\n*\n"
)
# Tables are text in which much repeats: a higher level takes three times as long for a tenth less.
_LEVEL = 1
_DIGEST = re.compile("[0-9a-f]{64}")


def keep_tables(project: Project, tables: Mapping[str, str]) -> None:
    """Keep the tables as they are now, before the reports that are built from them are written.

    A table is kept once, under its hash, whichever reports it went into. Nothing here is needed for
    building: a table that cannot be kept, or has just changed again, is left out, and `metasyn status`
    then tells which rows changed without the values they had.

    Parameters
    ----------
    project : Project
    tables : mapping of str to str
        Hash by file name, as in `Inputs.tables`.
    """
    from metasyn.report.atomic import replace_file

    folder = project.reports / _FOLDER
    with contextlib.suppress(ReportError, OSError):
        if tables and not (folder / ".gitignore").is_file():
            replace_file(folder / ".gitignore", _IGNORED)
        for name, digest in tables.items():
            if not _place(folder, digest).is_file():
                content = (project.data / name).read_bytes()
                if hash_bytes(content) == digest:
                    replace_file(_place(folder, digest), zlib.compress(content, _LEVEL))


def confirm(folder: Path, inputs: Inputs) -> None:
    """Write down that a report which is up to date is so with the tables as they are now, too.

    Without it every later run would look at all rows again, and the older tables could not be forgotten.
    Only a saving: where the manifest cannot be written, it stays as it was.

    Parameters
    ----------
    folder : Path
        The report, for which `stale_reasons` gave none.
    inputs : Inputs
        As they are now.
    """
    from metasyn.report.atomic import replace_file

    known = read_manifest(folder)
    if known is not None and known[0].data != inputs.data:
        with contextlib.suppress(ReportError, OSError):
            replace_file(folder / MANIFEST, refreshed(inputs, known[1]))


def kept_table(project: Project, digest: str) -> bytes | None:
    """A table by its hash; None where it was not kept or the copy is damaged."""
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        content = zlib.decompress(_place(project.reports / _FOLDER, digest).read_bytes())
    except (OSError, ValueError, zlib.error):
        return None
    return content if hash_bytes(content) == digest else None


def kept_tables(project: Project, tables: Mapping[str, str]) -> dict[str, bytes] | None:
    """Several tables by file name; None unless all of them are kept."""
    found = {}
    for name, digest in tables.items():
        content = kept_table(project, digest)
        if content is None:
            return None
        found[name] = content
    return found


def forget_tables(project: Project) -> None:
    """Remove the copies that no report was built from; what cannot be removed stays."""
    folder = project.reports / _FOLDER
    if not folder.is_dir():
        return
    needed = _needed(path.parent for path in project.reports.glob(f"*/{MANIFEST}"))
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.name != ".gitignore" and path.name not in needed:
                path.unlink(missing_ok=True)


def _needed(reports: Iterable[Path]) -> set[str]:
    """Hashes of all tables that the manifests name."""
    known = (read_manifest(report) for report in reports)
    return {digest for one in known if one is not None for digest in one[0].tables.values()}


def _place(folder: Path, digest: str) -> Path:
    return folder / digest
