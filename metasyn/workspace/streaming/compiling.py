"""Telling that numba compiles: it takes seconds, in the first run after an installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from metasyn.vocabulary import Backend

__all__ = ["compiling_told"]


@contextmanager
def compiling_told(backend: Backend, told: Callable[[], None]) -> Iterator[None]:
    """Tell it when numba begins to compile in this block; what it has kept on the disk is not compiled.

    Parameters
    ----------
    backend : {'auto', 'numpy', 'compiled'}
        Where it is not `"compiled"`, numba is not looked at.
    told : callable
        Called once at most, in the thread that compiles.
    """
    if backend != "compiled":
        yield
        return
    from numba.core import event

    class Told(event.Listener):  # type: ignore[misc, unused-ignore]
        """Passes the first beginning on."""

        done = False

        def on_start(self, event: Any) -> None:
            """A function is to be compiled."""
            if not self.done:
                self.done = True
                told()

        def on_end(self, event: Any) -> None:
            """Not told."""

    with event.install_listener("numba:compile", Told()):
        yield
