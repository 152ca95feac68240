"""Ctrl-C, also where it becomes another error on its way, or where something does not end."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from metasyn.cli.exit_codes import ExitCode

__all__ = ["GRACE", "SAID", "end_in_any_case", "noted"]

GRACE = 10.0
"""Seconds after Ctrl-C within which the process ends by itself, or is ended."""
SAID = "metasyn: interrupted."
"""What is said of it."""
# What the block in which the main thread is has noted.
_BLOCKS: list[list[int]] = []


@contextmanager
def noted() -> Iterator[list[int]]:
    """Signals of Ctrl-C that came in this block; each raises its `KeyboardInterrupt` as well.

    In compiled code, and while a module is imported, a `KeyboardInterrupt` may be turned into an error of
    another kind (`SystemError`, `ImportError`), leave half a module behind, which then lacks something, or
    be lost. If the block goes on for `GRACE` seconds after the first, the process is ended; a second one is
    left to the system, which ends it at once. A block within another has the signals of that one.

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
    if in_main and _BLOCKS:
        yield _BLOCKS[-1]
        return
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield came
        return
    left = False

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        came.append(number)
        end_in_any_case(unless=lambda: left, saying=SAID)
        signal.default_int_handler(number, frame)

    _BLOCKS.append(came)
    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        left = True
        _BLOCKS.pop()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def end_in_any_case(*, unless: Callable[[], bool] = lambda: False, saying: str = "") -> None:
    """End the process in `GRACE` seconds, if it has not ended by itself.

    A worker thread that waits for a lock for ever keeps the interpreter from ending. This thread does not,
    and it is begun without any lock.

    Parameters
    ----------
    unless : callable
        Whether to let it go on; asked when the time is over.
    saying : str
        A line on stderr.
    """

    def end() -> None:
        time.sleep(GRACE)
        if not unless():
            if saying:
                os.write(2, f"{saying}\n".encode())
            os._exit(ExitCode.INTERRUPTED)

    _thread.start_new_thread(end, ())
