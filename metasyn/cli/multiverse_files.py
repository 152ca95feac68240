"""Where `metasyn multiverse` may write: never over what it reads, nor over what a project is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Literal

from metasyn.errors import OptionError, WorkspaceError
from metasyn.vocabulary import choices

__all__ = ["FigureFormat", "is_table", "require_places"]

FigureFormat = Literal["svg", "pdf", "png"]

_TABLES = (".csv", ".tsv", ".txt")


def is_table(name: str) -> bool:
    """Whether a plain table is meant, and not an analysis."""
    return Path(name).suffix.lower() in _TABLES


def require_places(name: str, project: Path | None, outputs: Mapping[str, Path | None]) -> None:
    """All files can be written, and none over another one, before anything is computed.

    Parameters
    ----------
    name : str
        The table or the analysis.
    project : Path or None
        The project that was named.
    outputs : mapping of str to (Path or None)
        Files by their options, None where there is none.

    Raises
    ------
    OptionError
        If a figure has another ending, a folder is missing, two files are the same, one is the table, or
        lies in `data/` or `analyses/` of a project.
    """
    given = {option: path for option, path in outputs.items() if path is not None}
    out = outputs["--out"]
    if out is not None and out.suffix.lower().lstrip(".") not in choices(FigureFormat):
        raise OptionError(f"--out must end in .svg, .pdf or .png; got {str(out)!r}.")
    for option, path in given.items():
        _require_place(option, path)
    for (option, path), (other, second) in combinations(given.items(), 2):
        if _same(path, second):
            raise OptionError(f"{option} and {other} are both {str(path)!r}; give two different files.")
    for option, path in given.items():
        if is_table(name) and _same(path, Path(name)):
            raise OptionError(f"{option} is the table that is read, {name!r}; give a different file.")
        for folder in _sources(path, project):
            if _within(path, folder):
                raise OptionError(
                    f"{option}: {str(path)!r} is in {folder.name}/, which holds what the project is made of; "
                    "give a file somewhere else."
                )


def _require_place(option: str, path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise OptionError(f"{option}: there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise OptionError(f"{option}: {str(path)!r} is a folder.")


def _same(one: Path, other: Path) -> bool:
    """Whether two names are one file, also by a link or by another case where that is the same."""
    if one.exists() and other.exists():
        return one.samefile(other)
    # Of files that are yet to be made the case is not told apart: on some systems it cannot be.
    return str(one.resolve()).casefold() == str(other.resolve()).casefold()


def _sources(path: Path, project: Path | None) -> Iterator[Path]:
    """The folders of evidence and scripts: of the projects that are named, worked in, and written in."""
    from metasyn.workspace.project import find_project

    for start in (project, Path.cwd(), path.resolve().parent):
        if start is None:
            continue
        try:
            found = find_project(start)
        except WorkspaceError:
            continue
        yield from (found.data, found.analyses)


def _within(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, or is a link to a file there."""
    place = path.resolve()
    if place.is_relative_to(folder.resolve()):
        return True
    return place.exists() and any(one.samefile(place) for one in folder.rglob("*") if one.is_file())
