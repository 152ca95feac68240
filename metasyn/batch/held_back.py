"""Ctrl-C waits while the locks of a thread pool are held."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["ctrl_c_held_back"]


@contextmanager
def ctrl_c_held_back() -> Iterator[None]:
    """In this block Ctrl-C is only noted; when the block ends, it comes.

    The pools of `concurrent.futures` share locks between threads in Python code. A `KeyboardInterrupt`
    between the taking of such a lock and its `with` block leaves the lock taken, and whoever waits for it
    next, a worker or the interpreter at its end, waits for ever. Blocks should be short.

    Examples
    --------
    >>> heard = []
    >>> with ctrl_c_held_back():
    ...     heard.append("held")
    >>> heard
    ['held']
    """
    before = signal.getsignal(signal.SIGINT)
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or before in (signal.SIG_DFL, signal.SIG_IGN, None):
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
