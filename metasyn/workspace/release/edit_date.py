"""When the evidence was last edited: as version control says, else as the files do; never the time of now."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

from metasyn.errors import OptionError, WorkspaceError
from metasyn.workspace.project import Project
from metasyn.workspace.release.living_facts import LIVING

__all__ = ["edit_date", "iso_date"]

_PATIENCE = 20.0  # seconds


def iso_date(text: str, *, what: str = "--date") -> str:
    """A day as it is written in a release.

    Raises
    ------
    OptionError
        If there is no such day or it is not written as YYYY-MM-DD.

    Examples
    --------
    >>> iso_date("2026-02-28")
    '2026-02-28'
    >>> iso_date("2026-02-30")
    Traceback (most recent call last):
    ...
    metasyn.errors.OptionError: --date must be a day written as YYYY-MM-DD, not '2026-02-30'.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            pass  # no such day, told below
    raise OptionError(f"{what} must be a day written as YYYY-MM-DD, not {text!r}.")


def edit_date(project: Project, changed: Collection[Path]) -> str:
    """The day of the edit that a release is about.

    Parameters
    ----------
    project : Project
    changed : collection of Path
        The tables and scripts that are not as in the last release; what is gone counts by its folder.

    Returns
    -------
    str
        Where version control holds the tables and scripts as they are: the author's date of the last
        commit that touched them. Else the day on which one of `changed` was last written.

    Raises
    ------
    WorkspaceError
        If none of them can be looked at.
    """
    committed = _committed(project)
    if committed is not None:
        return committed
    times = []
    for path in changed:
        place = path if path.exists() else path.parent
        try:
            times.append(place.stat().st_mtime)
        except OSError as error:
            raise WorkspaceError(f"{place}: cannot be looked at ({error.strerror}).") from error
    if not times:
        raise WorkspaceError("the date of the edit cannot be told; name it with --date YYYY-MM-DD.")
    return datetime.fromtimestamp(max(times)).astimezone().date().isoformat()


def _committed(project: Project) -> str | None:
    """The author's date of the last commit of tables and scripts, if they are as committed."""
    places = [":(glob)data/*.csv", f":(glob)data/{LIVING}", ":(glob)analyses/*.py"]
    status = _git(project, "status", "--porcelain", "--untracked-files=all", "--ignored", "--", *places)
    if status is None or status.strip():
        return None
    stated = _git(project, "log", "-1", "--format=%ad", "--date=short", "--", *places)
    return stated.strip() or None if stated is not None else None


def _git(project: Project, *arguments: str) -> str | None:
    """What git answers; None where it is not there or the project is no part of a repository."""
    command = [
        "git",
        "--no-optional-locks",
        "-c",
        "log.showSignature=false",
        "-C",
        str(project.root),
        *arguments,
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
