"""Kinds of tables that are streamed, told by the ending of the name and held against the first bytes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, get_args

from metasyn.errors import OptionError, WorkspaceError

__all__ = [
    "UNFINISHED",
    "TableFormat",
    "files_of",
    "format_of",
    "read_format",
    "require_pyarrow",
    "separator_of",
]

UNFINISHED = ".unfinished"
"""What is added to the name of an output for that of the folder in which it comes about."""
TableFormat = Literal["Parquet", "CSV", "gzipped CSV", "Arrow file", "Arrow stream"]
KINDS: tuple[TableFormat, ...] = get_args(TableFormat)
_ENDINGS: dict[str, TableFormat] = {
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".csv.gz": "gzipped CSV",
    ".tsv.gz": "gzipped CSV",
    ".arrow": "Arrow file",
    ".feather": "Arrow file",
    ".ipc": "Arrow file",
    ".arrows": "Arrow stream",
}
_MARKS: dict[bytes, TableFormat] = {
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow file",
    b"\xff\xff\xff\xff": "Arrow stream",
    b"\x1f\x8b": "gzipped CSV",
}


def require_pyarrow() -> Any:
    """The package that reads and writes these tables.

    Raises
    ------
    WorkspaceError
        If it is not installed.
    """
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise WorkspaceError(
            "streaming of tables needs pyarrow: pip install 'metasyn-evidence[batch]'."
        ) from error
    return pyarrow


def format_of(path: Path, option: str, known: Collection[TableFormat] = KINDS) -> TableFormat:
    """What a file is by the ending of its name.

    Parameters
    ----------
    path : Path
    option : str
        What the file is to the command, for the message.
    known : collection of TableFormat
        What it may be.

    Raises
    ------
    OptionError
        If no kind of table has this ending, or one that it may not be.

    Examples
    --------
    >>> format_of(Path("trials.parquet"), "--out")
    'Parquet'
    """
    name = path.name.lower()
    found = [kind for ending, kind in _ENDINGS.items() if name.endswith(ending)]
    if not found:
        endings = ", ".join(ending for ending, kind in _ENDINGS.items() if kind in known)
        raise OptionError(f"{option}: {path.name!r} ends in none of {endings}, which say what it is.")
    if found[0] not in known:
        raise OptionError(f"{option} is written as {' or '.join(known)}; {path.name!r} says {found[0]}.")
    return found[0]


def separator_of(path: Path) -> str:
    """What stands between the cells of text that is written.

    Examples
    --------
    >>> separator_of(Path("out.csv")), separator_of(Path("out.TSV"))
    (',', '\\t')
    """
    return "\t" if path.suffix.lower() == ".tsv" else ","


def files_of(path: Path) -> list[Path]:
    """The files of a table: itself, or those of a folder of Parquet files in the order of their names.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Path

    Raises
    ------
    WorkspaceError
        If something else is in the folder (but for names that begin with a dot or an underscore, by which
        other software marks what is no part of the table, and what an interrupted run has left), or nothing
        is.
    """
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.iterdir() if not _is_beside(one))
    for one in found:
        if one.is_dir() or _ENDINGS.get(one.suffix.lower()) != "Parquet":
            raise WorkspaceError(
                f"{path} is a folder; one is read where it holds Parquet files and nothing else, "
                f"but there is {one.name!r}."
            )
    if not found:
        raise WorkspaceError(f"{path} is a folder without Parquet files.")
    return found


def _is_beside(path: Path) -> bool:
    """Whether something in a folder is no part of the table."""
    return path.name.startswith((".", "_")) or (path.name.endswith(UNFINISHED) and path.is_dir())


def read_format(path: Path) -> TableFormat:
    """What an input is: its ending, and its first bytes must agree.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OptionError
        If no kind of table has this ending.
    WorkspaceError
        If it is not there, or its content is of another kind.
    """
    by_name = format_of(path, "IN")
    try:
        with path.open("rb") as handle:
            begin = handle.read(8)
    except OSError as error:
        raise WorkspaceError(f"{path}: {error.strerror or error}.") from error
    by_content = _of_content(begin)
    if by_name == "Arrow file" and by_content == "Arrow stream":
        return by_content  # the ending .arrow is used for both
    if by_name != by_content:
        raise WorkspaceError(f"{path}: the name says {by_name}, the content is {by_content}.")
    return by_name


def _of_content(begin: bytes) -> TableFormat:
    """What the first bytes say; CSV has no mark, so it is what the others are not."""
    return next((kind for mark, kind in _MARKS.items() if begin.startswith(mark)), "CSV")
