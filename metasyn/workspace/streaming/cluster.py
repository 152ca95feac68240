"""Sending parts to a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from metasyn.errors import WorkspaceError

__all__ = ["on_cluster"]

# Seconds to wait for the scheduler to answer at all, and then for it and for a worker.
_PATIENCE_FIRST, _PATIENCE = 10, 30
# Packages on which the digits of a result may depend.
_SAME = ("metasyn-evidence", "numpy", "scipy", "numba")


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """What goes through `map_parts` in this block runs on the workers of a Dask cluster.

    Workers need metasyn, numpy, scipy and numba as they are here, no files: they are sent numbers and send
    numbers back.

    Parameters
    ----------
    address : str
        Of the scheduler: `"tcp://host:8786"`.

    Raises
    ------
    WorkspaceError
        If no scheduler answers there, it has no workers, a worker has other versions, or a package is not
        installed.
    """
    try:
        import distributed
        import joblib
    except ModuleNotFoundError as error:
        raise WorkspaceError(
            f"a cluster needs {error.name}: pip install 'metasyn-evidence[cluster]'."
        ) from error
    connect: Any = distributed.Client
    client = connect(_answering(address), timeout=_PATIENCE, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
        _require_same(client.get_versions(packages=list(_SAME)))
        with joblib.parallel_config(backend="dask", client=client):
            yield
    except TimeoutError as error:
        raise WorkspaceError(f"the Dask cluster at {address} has no workers.") from error
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
        kind = asyncio.run(identity())["type"]
    except ValueError as error:
        raise WorkspaceError(
            f"{address!r} is not the address of a Dask scheduler, as tcp://host:8786 is."
        ) from error
    except (OSError, TimeoutError) as error:
        raise WorkspaceError(f"no Dask scheduler answers at {address}.") from error
    if kind != "Scheduler":
        raise WorkspaceError(f"at {address} is a {kind} of Dask, not its scheduler.")
    return address


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
