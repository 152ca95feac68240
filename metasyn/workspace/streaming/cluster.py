"""Sending parts to a Dask cluster."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from metasyn.errors import WorkspaceError

__all__ = ["on_cluster"]

# Seconds to wait for the scheduler to answer at all, and then for it and for a worker.
_PATIENCE_FIRST, _PATIENCE = 10, 30
# Seconds after which it is looked again whether there still are workers.
_LOOK = 5
# Packages on which the digits of a result may depend.
_SAME = ("metasyn-evidence", "numpy", "scipy", "numba")


@contextmanager
def on_cluster(address: str, remark: Callable[[str], None] | None = None) -> Iterator[None]:
    """What goes through `map_parts` in this block runs on the workers of a Dask cluster.

    Workers need metasyn, numpy, scipy and numba as they are here, no files: they are sent numbers and send
    numbers back.

    Parameters
    ----------
    address : str
        Of the scheduler: `"tcp://host:8786"`.
    remark : callable, optional
        Told a sentence when a worker is waited for.

    Raises
    ------
    WorkspaceError
        If no scheduler answers there, it has no workers, a worker has other versions, a package is not
        installed, or the scheduler is lost in the block.
    """
    try:
        import distributed
        import joblib
    except ModuleNotFoundError as error:
        raise WorkspaceError(
            f"a cluster needs {error.name}: pip install 'metasyn-evidence[cluster]'."
        ) from error
    connect: Any = distributed.Client
    said = remark or (lambda words: None)
    with _quiet(), _scheduler_needed(address):
        client = connect(_answering(address), timeout=_PATIENCE, set_as_default=False)
        try:
            _wait_for_a_worker(client, address, said)
            _require_same(client.get_versions(packages=list(_SAME)))
            with _watched(client, address, said), joblib.parallel_config(backend="dask", client=client):
                yield
        finally:
            client.close()


def _answering(address: str) -> str:
    """The address, if a scheduler answers there: a client that finds none takes a minute to give up."""
    import asyncio

    import distributed

    dask: Any = distributed

    async def identity() -> Any:
        how = dask.Security().get_connection_args("client")
        async with dask.rpc(address, timeout=_PATIENCE_FIRST, connection_args=how) as there:
            return await asyncio.wait_for(there.identity(), _PATIENCE_FIRST)

    try:
        dask.comm.get_address_host_port(address)
    except ValueError as error:
        raise WorkspaceError(
            f"{address!r} is not the address of a Dask scheduler, as tcp://host:8786 is."
        ) from error
    try:
        kind = asyncio.run(identity())["type"]
    except Exception as error:
        # What is no Dask may send anything, of which Dask makes errors of any kind (MemoryError for SSH).
        raise WorkspaceError(f"no Dask scheduler answers at {address}.") from error
    if kind != "Scheduler":
        raise WorkspaceError(f"at {address} is a {kind} of Dask, not its scheduler.")
    return address


def _wait_for_a_worker(client: Any, address: str, said: Callable[[str], None]) -> None:
    if not client.nthreads():
        said(f"no workers at {address}: waiting {_PATIENCE} seconds for one.")
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise WorkspaceError(f"the Dask cluster at {address} has no workers.") from error


@contextmanager
def _watched(client: Any, address: str, said: Callable[[str], None]) -> Iterator[None]:
    """While Dask waits for workers without a word, it is told."""
    ended = threading.Event()

    def watch() -> None:
        waiting = False
        while not ended.wait(_LOOK):
            try:
                gone = not client.nthreads()
            except Exception:  # noqa: BLE001 (a scheduler that is lost is told by who needs it)
                return
            if gone and not waiting:
                said(f"no workers at {address} any more: waiting for one. Ctrl-C keeps what is finished.")
            waiting = gone

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


@contextmanager
def _scheduler_needed(address: str) -> Iterator[None]:
    """Errors of Dask itself, of which there are many kinds when the scheduler is gone, as one line."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.split(".")[0] != "distributed":
            raise
        raise WorkspaceError(
            f"the Dask scheduler at {address} was lost ({type(error).__name__}); what is finished is kept: "
            "run the same command again."
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask says by itself: of parts that they are large, of connections that end."""
    loggers = [
        logging.getLogger(name)
        for name in sorted(logging.root.manager.loggerDict)
        if name.split(".")[0] in ("asyncio", "distributed", "tornado")
    ]
    before = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _require_same(versions: dict[str, Any]) -> None:
    """Workers with other packages would give other digits, or could not compute at all."""
    here = versions["client"]["packages"]
    for address, worker in sorted(versions["workers"].items()):
        for name in _SAME:
            there = worker["packages"].get(name)
            if there != here.get(name):
                raise WorkspaceError(
                    f"the worker {address} has {name} {there or 'not at all'}, this machine has "
                    f"{here.get(name) or 'it not'}: install the same version there."
                )
