"""Replacing a folder or a file in one step: a reader sees the old or the new one, never a mixture."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from metasyn.errors import ReportError

__all__ = ["has_leftovers", "replace_file", "replace_folder", "sweep", "sync_folder"]

# `.NAME.PID.tmp` is not finished, `.NAME.PID.old` steps aside while the new one takes its place.
_LEFTOVER = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.(?P<ending>tmp|old)")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # Linux renameat2
_RENAME_SWAP = 2  # macOS renamex_np


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put exactly these files in `target`, in one step.

    Everything is written to a folder beside it and flushed to the disk first; then the two folders
    change places. An interruption at any moment leaves the previous folder or the new one, complete.
    What runs that died have left behind is removed.

    Parameters
    ----------
    target : Path
        The folder; its parents are made if needed. What it held before is gone afterwards.
    files : mapping of str to bytes
        Relative POSIX path -> content.

    Raises
    ------
    ReportError
        If it cannot be written, or a path would lead out of the folder; `target` is then as before.
    """
    paths = [_inside(name) for name in files]
    fresh = _beside(target, "tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _recover(target)
        _write_all(fresh, dict(zip(paths, files.values(), strict=True)))
        _swap_in(fresh, target)
        sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        _discard(fresh)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step.

    Parameters
    ----------
    path : Path
        Its parents are made if needed.
    content : bytes

    Raises
    ------
    ReportError
        If it cannot be written; `path` is then as before.
    """
    fresh = _beside(path, "tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        _write(fresh, content)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        _discard(fresh)


def has_leftovers(folder: Path) -> bool:
    """Whether runs that died have left something in a folder or in a folder inside it.

    Parameters
    ----------
    folder : Path
        It need not be there.

    Returns
    -------
    bool
    """
    return any(not _alive(int(match["pid"])) for place in _places(folder) for match in _matches(place))


def sweep(folder: Path, names: Collection[str] | None = None) -> None:
    """Put back what runs that died set aside in a folder or in a folder inside it, and remove what they
    left unfinished.

    Only for who alone writes there: process numbers are used again, so whether a process of that number
    lives is not asked.

    Parameters
    ----------
    folder : Path
        It need not be there.
    names : collection of str, optional
        Only what was left of files and folders of these names; by default of all.
    """
    for place in _places(folder):
        found = [match for match in _matches(place) if names is None or match["name"] in names]
        for match in found:
            if match["ending"] == "old" and not (place / match["name"]).exists():
                (place / match.string).rename(place / match["name"])
        for match in found:
            _discard(place / match.string)


def _places(folder: Path) -> list[Path]:
    """A folder and the folders inside it."""
    try:
        with os.scandir(folder) as entries:
            inner = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [folder, *(folder / name for name in inner if not _LEFTOVER.fullmatch(name))]


def _matches(folder: Path) -> list[re.Match[str]]:
    """The names of leftovers in a folder, sorted."""
    try:
        return [match for name in sorted(os.listdir(folder)) if (match := _LEFTOVER.fullmatch(name))]  # noqa: PTH208
    except FileNotFoundError:
        return []


def _unwritable(target: Path, error: OSError) -> ReportError:
    where = f" ({error.filename})" if error.filename and str(error.filename) != str(target) else ""
    return ReportError(
        f"{target} cannot be written: {error.strerror or error}{where}; it is as it was before."
    )


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
        raise ReportError(f"{name!r} is not a relative path inside the report.")
    return path


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{ending}")


def _write_all(folder: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    _discard(folder)
    folder.mkdir()
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(place, content)
    for inner in {place.parent for place in folder.rglob("*")} | {folder}:
        sync_folder(inner)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can say so.

    Parameters
    ----------
    folder : Path
    """
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swap_in(fresh: Path, target: Path) -> None:
    """Let `fresh` take the place of `target`; what was there ends up in `fresh` or is gone."""
    if not target.exists() and not target.is_symlink():
        fresh.rename(target)
        return
    if not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file is in the way", str(target))
    if not _exchange(fresh, target):
        _two_renames(fresh, target)


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if sys.platform == "linux":
        call, arguments = "renameat2", (_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second))
        flags = _RENAME_EXCHANGE
    elif sys.platform == "darwin":
        call, arguments, flags = "renamex_np", (os.fsencode(first), os.fsencode(second)), _RENAME_SWAP
    else:
        return False
    function = getattr(ctypes.CDLL(None, use_errno=True), call, None)
    if function is None:
        return False
    if function(*arguments, ctypes.c_uint(flags)) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(second))


def _two_renames(fresh: Path, target: Path) -> None:
    """For systems that cannot exchange: the old folder steps aside; `_recover` undoes half of it."""
    aside = _beside(target, "old")
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _recover(target: Path) -> None:
    """Put back what a run that died between two renames set aside, then clean up after dead runs."""
    if not target.exists():
        for aside in _leftovers(target, "old"):
            aside.rename(target)
            break
    _remove_leftovers(target)


def _remove_leftovers(target: Path) -> None:
    for path in (*_leftovers(target, "tmp"), *_leftovers(target, "old")):
        _discard(path)


def _discard(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there and can be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _leftovers(target: Path, ending: str) -> list[Path]:
    """What dead runs left beside `target`, in order of their names."""
    return [
        target.with_name(match.string)
        for match in _matches(target.parent)
        if (match["name"], match["ending"]) == (target.name, ending) and not _alive(int(match["pid"]))
    ]


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # no harmless way to ask
    if pid == os.getpid():
        return False  # our own leftovers: nothing of this run is in use when it begins
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
