"""Where a run may write: neither over what it reads nor over what belongs to another run."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from metasyn.errors import OptionError, WorkspaceError
from metasyn.workspace.streaming.formats import TableFormat, format_of
from metasyn.workspace.streaming.store import REJECTS, is_begun

__all__ = ["require_own", "require_places"]

# What may be written where.
_WRITTEN: dict[str, tuple[TableFormat, ...]] = {
    "--out": ("Parquet", "CSV", "Arrow file", "Arrow stream"),
    "--rejects": ("CSV",),
}


def require_places(path: Path, out: Path, rejects: Path) -> None:
    """Refuse places where output and rejects cannot be written, or would destroy the input.

    Parameters
    ----------
    path, out, rejects : Path

    Raises
    ------
    OptionError
        If an ending says what is not written, two of the three are one file, or one lies in the folder that
        is read.
    WorkspaceError
        If there is no folder to write to, or a folder in place of a file.
    """
    written = {"--out": out, "--rejects": rejects}
    for option, place in written.items():
        format_of(place, option, _WRITTEN[option])
    if any(_are_one(*pair) for pair in combinations((path, out, rejects), 2)):
        raise OptionError(f"input, output and rejects are three files; got {path}, {out} and {rejects}.")
    for option, place in written.items():
        if path.is_dir() and place.resolve().is_relative_to(path.resolve()):
            raise OptionError(f"{option}: {place} lies in the folder that is read, {path}.")
        if not place.parent.is_dir():
            raise WorkspaceError(f"{place}: there is no folder {place.parent}.")
        if place.is_dir():
            raise WorkspaceError(f"{place} is a folder; a file is to be written there.")


def require_own(out: Path, rejects: Path) -> None:
    """Not to write over the rejects of another output: of this one there is something, if they are its.

    Parameters
    ----------
    out, rejects : Path

    Raises
    ------
    OptionError
        If there are such rejects.
    """
    usual = rejects.name == out.name + REJECTS
    if not usual and rejects.exists() and rejects.stat().st_size and not (out.exists() or is_begun(out)):
        raise OptionError(
            f"--rejects: {rejects} is there, but {out} is not, so that these may be the rejects of another "
            "run: remove them, or give another name."
        )


def _are_one(first: Path, second: Path) -> bool:
    """Whether two names lead to the same file, be it by links."""
    if first.resolve() == second.resolve():
        return True
    return first.is_file() and second.is_file() and first.samefile(second)
