"""Running the same function on many parts, on one core, on several, or on a cluster."""

from __future__ import annotations

import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar

from metasyn.batch.held_back import ctrl_c_held_back
from metasyn.batch.lost_parts import hearing
from metasyn.errors import OptionError

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Progress", "available_threads", "map_parts", "require_n_jobs"]

Part = TypeVar("Part")
Answer = TypeVar("Answer")

Progress = Callable[[int, int | None], None]
"""Called with what is done and what there is to do (None where that is not known)."""
# Parts that are taken and not yet handed out: per worker elsewhere, to which they have to travel, and beyond
# one for each thread here, where they are at hand.
_AHEAD, _AHEAD_HERE = 4, 4
# Seconds for which Ctrl-C is held back at most while a part is waited for.
_A_LITTLE = 0.1


def map_parts(
    function: Callable[[Part], Answer],
    parts: Iterable[Part],
    *,
    n_jobs: int | None = None,
    total: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Answer]:
    """The answers in the order of the parts, whoever computed them.

    With one worker this is a loop in the calling thread, with more there are threads; inside
    `joblib.parallel_config(backend="dask")` (or another backend) joblib runs the parts there, and then the
    function and the parts must be picklable. A few more parts than threads are held at a time, elsewhere
    four per worker, however many there are. What a part raises is raised here, and the parts not yet begun
    are given up.

    Parameters
    ----------
    function : callable
        Pure: its answer depends on the part only, so that the number of workers changes nothing.
    parts : iterable
        Taken as workers become free, never all at once, and never by two threads at the same time.
    n_jobs : int, optional
        Workers; 1 is this thread, -1 as many as there are cores. Default: those of `joblib.parallel_config`,
        else all cores this process may use. A cluster has the workers it has, except that 1 is this thread
        there too.
    total : int, optional
        Number of parts, for `progress`; a single one needs no thread.
    progress : callable, optional
        Told after every part.

    Yields
    ------
    object

    Raises
    ------
    OptionError
        If `n_jobs` is neither a positive whole number nor -1.

    Examples
    --------
    >>> list(map_parts(abs, [-1, 2, -3], n_jobs=2))
    [1, 2, 3]
    """
    require_n_jobs(n_jobs)
    return _told(_answers(function, parts, n_jobs, total), total, progress)


def require_n_jobs(n_jobs: int | None) -> None:
    """Refuse what is no number of workers.

    Raises
    ------
    OptionError
        If it is neither None, a positive whole number nor -1.

    Examples
    --------
    >>> require_n_jobs(-1)
    """
    whole = n_jobs is None or (isinstance(n_jobs, SupportsIndex) and not isinstance(n_jobs, bool))
    if not whole or (n_jobs is not None and (n_jobs < -1 or n_jobs == 0)):
        raise OptionError(f"n_jobs must be 1 or more, or -1 for all cores; got {n_jobs!r}.")


def available_threads() -> int:
    """Cores that this process may use.

    Returns
    -------
    int

    Examples
    --------
    >>> available_threads() >= 1
    True
    """
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system knows which cores are a process's own
        return os.cpu_count() or 1


def _told(answers: Iterator[Answer], total: int | None, progress: Progress | None) -> Iterator[Answer]:
    for done, answer in enumerate(answers, start=1):
        if progress is not None:
            progress(done, total)
        yield answer


def _answers(
    function: Callable[[Part], Answer], parts: Iterable[Part], n_jobs: int | None, total: int | None
) -> Iterator[Answer]:
    """By the simplest means that gives as many workers: threads cost joblib three times as much."""
    if n_jobs == 1:
        return map(function, parts)
    elsewhere, configured = _configured()
    if elsewhere:
        return _by_joblib(function, parts, configured if n_jobs is None else n_jobs)
    wanted = next((number for number in (n_jobs, configured) if number is not None), -1)
    # As joblib counts: -1 is every core, -2 all but one.
    many = wanted if wanted > 0 else max(1, available_threads() + 1 + wanted)
    return map(function, parts) if 1 in (many, total) else _in_threads(function, parts, many)


def _configured() -> tuple[bool, int | None]:
    """Whether joblib is told to run things elsewhere than in threads, and the workers it is told to use."""
    if sys.modules.get("joblib") is None:  # nobody has told it anything
        return False, None
    from joblib.parallel import ThreadingBackend, get_active_backend

    # Of threads that it prefers by itself joblib says that they are one, whatever it is told.
    elsewhere = not isinstance(get_active_backend(prefer="threads")[0], ThreadingBackend)
    return elsewhere, get_active_backend()[1]


def _in_threads(function: Callable[[Part], Answer], parts: Iterable[Part], many: int) -> Iterator[Answer]:
    """A window of parts that moves along as the first of them is done."""
    from concurrent.futures import ThreadPoolExecutor

    pool, taken = ThreadPoolExecutor(many), _Taken(parts)
    window: deque[Future[Answer]] = deque()
    try:
        while True:
            for part in taken.round(many + _AHEAD_HERE):
                with ctrl_c_held_back():
                    # With the context of the caller, in which numpy keeps how errors are treated.
                    window.append(pool.submit(copy_context().run, function, part))
            if not window:
                break
            yield _answer(window.popleft())
            taken.collected()
    finally:
        with ctrl_c_held_back():
            pool.shutdown(wait=True, cancel_futures=True)
    if taken.error is not None:
        raise taken.error


def _answer(future: Future[Answer]) -> Answer:
    """Wait for it, a little at a time so that Ctrl-C can come in between."""
    from concurrent.futures import wait

    while True:
        with ctrl_c_held_back():
            if wait((future,), timeout=_A_LITTLE).done:
                return future.result()


class _Taken(Generic[Part]):
    """The parts, in rounds: a round ends where too many answers wait to be collected.

    joblib takes parts as workers become free, also when nobody collects; and it takes them in a thread of
    its own, where an error would be lost on some of its backends.
    """

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = iter(parts)
        self._lock = Lock()
        self._most, self._held = 1, 0
        self.more = True
        self.error: BaseException | None = None

    def round(self, most: int) -> Iterator[Part]:
        """Parts until so many are held, or there is none left."""
        self._most = most
        while True:
            with self._lock:
                if not self.more or self._held >= self._most:
                    return
                try:
                    part = next(self._parts)
                except StopIteration:
                    self.more = False
                    return
                except BaseException as error:  # noqa: BLE001 (raised again where the answers are collected)
                    self.error, self.more = error, False
                    return
                self._held += 1
            yield part

    def collected(self) -> None:
        """One answer has been handed out."""
        with self._lock:
            self._held -= 1


def _by_joblib(
    function: Callable[[Part], Answer], parts: Iterable[Part], n_jobs: int | None
) -> Iterator[Answer]:
    """Rounds of one call of joblib each; usually the first round lasts until the end."""
    from joblib import Parallel, delayed, effective_n_jobs, parallel_config
    from joblib.parallel import get_active_backend

    backend, configured = get_active_backend(prefer="threads")
    if n_jobs is None:
        n_jobs = -1 if configured is None else configured
    how: dict[str, Any] = {"n_jobs": n_jobs, "return_as": "generator", "batch_size": 1}
    try:
        if (heard := hearing(backend)) is backend:
            run = Parallel(prefer="threads", **how)
        else:
            with parallel_config(backend=heard):
                run = Parallel(**how)
    except ValueError as error:  # "multiprocessing" hands nothing out before all is done
        raise OptionError(f"joblib cannot run parts there: {error}") from error
    taken = _Taken(parts)
    while taken.more:
        many = effective_n_jobs(n_jobs)
        # With one worker (left) joblib computes here: one part, then the others may be back.
        parts = islice(taken.round(_AHEAD * max(1, many)), 1 if many == 1 else None)
        # In a tuple a part travels with its task. By itself a large one would be put on one worker of a
        # Dask cluster, and be lost with that worker.
        answers = run(delayed(_apply)((function, part)) for part in parts)
        try:
            for answer in answers:
                taken.collected()
                yield answer
        finally:
            with warnings.catch_warnings():
                # Who stops early is told by joblib how many answers are wasted.
                warnings.simplefilter("ignore", UserWarning)
                answers.close()
    if taken.error is not None:
        raise taken.error


def _apply(task: tuple[Callable[[Part], Answer], Part]) -> Answer:
    function, part = task
    return function(part)
