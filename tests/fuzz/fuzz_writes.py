"""A watch over this process: which files it writes, which processes and connections it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Trespass", "writes_only_below"]

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Audit events of CPython that change a path: which argument it is, and which names the folder it starts in.
_CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.utime": ((0, 3),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
}
_NEVER = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect")


class Trespass(BaseException):
    """Something outside the folder was touched; no `except Exception` may swallow it."""


class _Watch:
    """CPython keeps an audit hook for good: there is one, and it looks only where it is told."""

    def __init__(self) -> None:
        self.folder: str | None = None
        self.installed = False
        self.breaches: list[str] = []

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.folder is None:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITING:
                self._look(event, path)
        elif event in _CHANGES:
            for path, base in _CHANGES[event]:
                self._look(event, arguments[path], -1 if base is None else arguments[base])
        elif event in _NEVER:
            self._breach(f"{event} {arguments!r}")

    def _look(self, event: str, path: object, base: object = -1) -> None:
        """A path that is changed. A number is a file that is open already; a folder that is opened to be
        written to makes a temporary file without any name, or fails.
        """
        folder = self.folder
        if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike) or folder is None:
            return
        start = f"/proc/self/fd/{base}" if isinstance(base, int) and base >= 0 else os.curdir
        place = os.path.realpath(os.path.join(os.path.realpath(start), os.fsdecode(path)))  # noqa: PTH118
        if place == os.devnull or (event == "open" and Path(place).is_dir()):
            return
        if not (place + os.sep).startswith(folder + os.sep):
            self._breach(f"{event} {place}")

    def _breach(self, what: str) -> None:
        self.breaches.append(what)
        raise Trespass(what)


_WATCH = _Watch()


@contextmanager
def writes_only_below(folder: Path) -> Iterator[None]:
    """While it lasts, every write outside `folder`, every new process and connection is an error.

    Raises
    ------
    Trespass
        At the breach, and again at the end if what raised it went unseen.
    """
    if not _WATCH.installed:
        sys.addaudithook(_WATCH)
        _WATCH.installed = True
    before, cache = _WATCH.folder, sys.dont_write_bytecode
    _WATCH.folder, _WATCH.breaches, sys.dont_write_bytecode = os.path.realpath(folder), [], True
    try:
        yield
    finally:
        _WATCH.folder, sys.dont_write_bytecode = before, cache
    if _WATCH.breaches:
        raise Trespass(", ".join(_WATCH.breaches))
