"""Ctrl-C, also where it becomes another error on its way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["noted"]


@contextmanager
def noted() -> Iterator[list[int]]:
    """Signals of Ctrl-C that came in this block; each raises its `KeyboardInterrupt` as well.

    In compiled code, and while a module is imported, a `KeyboardInterrupt` may be turned into an error of
    another kind (`SystemError`, `ImportError`), or leave half a module behind, which then lacks something.

    Yields
    ------
    list of int
        Empty as long as none came; also where Ctrl-C is ignored or handled by others.

    Examples
    --------
    >>> with noted() as interrupts:
    ...     try:
    ...         signal.raise_signal(signal.SIGINT)
    ...     except KeyboardInterrupt as error:
    ...         print(len(interrupts))
    1
    """
    came: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield came
        return

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
