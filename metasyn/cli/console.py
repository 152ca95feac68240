"""Speaking to the person: results to stdout, errors and progress to stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["complain", "progress", "say", "say_json"]


def say(text: str = "") -> None:
    """One piece of the result; what the terminal cannot show is escaped, never an error."""
    _write(sys.stdout, text)


def say_json(text: str) -> None:
    """A JSON document: UTF-8 whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.rstrip("\n").encode() + b"\n")
    sys.stdout.buffer.flush()


def complain(text: str) -> None:
    """An error or a remark that is not part of the result."""
    sys.stdout.flush()
    _write(sys.stderr, text)


@contextmanager
def progress() -> Iterator[Callable[[tuple[str, ...], int, int], None] | None]:
    """A moving line on a terminal's stderr that says which analyses are being built.

    Yields
    ------
    callable or None
        To be told `(names being built, number done, number of all)`; None where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the evidence tables") as status:

        def tell(names: tuple[str, ...], done: int, total: int) -> None:
            if names:
                status.update(f"building {', '.join(names)} ({done} of {total} done)", spinner="dots")

        yield tell


def _write(stream: object, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)  # type: ignore[call-overload]
