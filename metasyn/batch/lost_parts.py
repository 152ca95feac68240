"""Parts that a Dask cluster has given up: joblib is told of them, so that it does not wait for ever."""

from __future__ import annotations

from typing import Any

from metasyn.errors import MetasynError

__all__ = ["PartLost", "hearing"]


class PartLost(MetasynError):
    """A cluster could not compute a part, and not because of an error in computing it."""


def hearing(backend: Any) -> Any:
    """A backend of joblib which, if it is that of Dask, also calls back for tasks that have no answer.

    joblib (1.6) calls back only for tasks that were answered, be it with an error raised in computing them.
    One that Dask gives up, since worker after worker died of it, leaves the caller waiting.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase

    Returns
    -------
    joblib.parallel.ParallelBackendBase
        The same one, unless it is that of Dask.
    """
    if type(backend).__name__ != "DaskDistributedBackend":
        return backend
    base: Any = type(backend)

    class Hearing(base):  # type: ignore[misc]
        def submit(self, func: Any, callback: Any = None) -> Any:
            future = super().submit(func, callback)

            def heard(done: Any) -> None:
                error = done.exception()
                if error is not None:
                    callback(_in_words(error))  # an exception as answer is raised where it is collected

            future.add_done_callback(heard)
            return future

    return Hearing(
        client=backend.client,
        wait_for_workers_timeout=backend.wait_for_workers_timeout,
        **backend.submit_kwargs,
    )


def _in_words(error: BaseException) -> PartLost:
    """What became of a part, in a line."""
    if type(error).__name__ == "KilledWorker":
        lost = PartLost(
            "the cluster gave up a part: every worker that computed it died, perhaps for want of memory; "
            "smaller parts (metasyn batch: --part-rows) or workers with more memory may help."
        )
    else:
        words = str(error).strip().split("\n")[0]
        lost = PartLost(f"the cluster did not compute a part: {type(error).__name__}: {words}")
    lost.__cause__ = error
    return lost
