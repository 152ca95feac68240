"""What is noted of a run: all on which the bytes of its output depend, and whether a later run can go on."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from metasyn import __version__
from metasyn.errors import WorkspaceError
from metasyn.workspace.streaming.formats import files_of
from metasyn.workspace.streaming.pooling import PoolOptions
from metasyn.workspace.streaming.reading import Source

__all__ = ["input_identity", "journal_of", "why_not"]

_LAYOUT = 4
_EDGE = 2**16
# What the last digits of a number may depend on.
_BUILT_WITH = ("numpy", "scipy", "numba", "pyarrow")
_REASONS = {"input": "the input has changed", "options": "the options are others"}


def journal_of(source: Source, options: PoolOptions, part_rows: int) -> dict[str, Any]:
    """The journal of a run that begins.

    Parameters
    ----------
    source : Source
    options : PoolOptions
    part_rows : int

    Returns
    -------
    dict
        Plain values, the same after a way through JSON.
    """
    return {
        "layout": _LAYOUT,
        "input": input_identity(source),
        "options": {**asdict(options), **asdict(source.columns), "part_rows": part_rows},
        "built with": {"metasyn": __version__, "python": sys.version, **_versions()},
        "scattered": False,
    }


def why_not(known: dict[str, Any], journal: dict[str, Any]) -> str | None:
    """Why what another run has finished cannot be used; None where it can.

    Parameters
    ----------
    known, journal : dict
        Of the other run, and of this one.
    """
    for name in ("input", "options", "layout", "built with"):
        if known.get(name) != journal[name]:
            return _REASONS.get(name, "the software has changed")
    return None


def input_identity(source: Source) -> list[dict[str, Any]]:
    """By what a changed input is recognised: size, time of the last change and both ends of its files.

    Parameters
    ----------
    source : Source

    Returns
    -------
    list of dict
        One per file, of those that are there now.

    Raises
    ------
    WorkspaceError
        If a file cannot be read (any more).
    """
    try:
        return [_file_identity(path) for path in files_of(source.path)]
    except OSError as error:
        raise WorkspaceError(f"{error.filename or source.path}: {error.strerror or error}.") from error


def _file_identity(path: Path) -> dict[str, Any]:
    """Of one file; of its content the first and last 64 KiB."""
    with path.open("rb") as handle:
        about = os.fstat(handle.fileno())
        edges = handle.read(_EDGE)
        handle.seek(max(0, about.st_size - _EDGE))
        edges += handle.read(_EDGE)
    return {
        "size": about.st_size,
        "modified": about.st_mtime_ns,
        "edges": hashlib.sha256(edges).hexdigest(),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in _BUILT_WITH:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
