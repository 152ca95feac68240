"""Kinds of tables that are streamed, told by the ending of the name and held against the first bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from metasyn.errors import OptionError, WorkspaceError

__all__ = ["TableFormat", "format_of", "read_format", "require_pyarrow"]

TableFormat = Literal["Parquet", "CSV", "Arrow file", "Arrow stream"]
_ENDINGS: dict[str, TableFormat] = {
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".arrow": "Arrow file",
    ".feather": "Arrow file",
    ".ipc": "Arrow file",
    ".arrows": "Arrow stream",
}
_PARQUET, _ARROW, _STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


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


def format_of(path: Path, option: str) -> TableFormat:
    """What a file is by the ending of its name.

    Parameters
    ----------
    path : Path
    option : str
        What the file is to the command, for the message.

    Raises
    ------
    OptionError
        If no kind of table has this ending.

    Examples
    --------
    >>> format_of(Path("trials.parquet"), "--out")
    'Parquet'
    """
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        raise OptionError(
            f"{option}: {path.name!r} ends in none of {', '.join(_ENDINGS)}, which say what it is."
        )
    return found


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
    if begin.startswith(_PARQUET):
        return "Parquet"
    if begin.startswith(_ARROW):
        return "Arrow file"
    return "Arrow stream" if begin.startswith(_STREAM) else "CSV"
