"""Sending parts to a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from metasyn.errors import WorkspaceError

__all__ = ["on_cluster"]

# Seconds to wait for the scheduler, and then for a worker.
_PATIENCE = 30


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """What goes through `map_parts` in this block runs on the workers of a Dask cluster.

    Workers need metasyn in the same version, no files: they are sent numbers and send numbers back.

    Parameters
    ----------
    address : str
        Of the scheduler: `"tcp://host:8786"`.

    Raises
    ------
    WorkspaceError
        If no scheduler answers there, it has no workers, or a package is not installed.
    """
    try:
        import distributed
        import joblib
    except ModuleNotFoundError as error:
        raise WorkspaceError(
            f"a cluster needs {error.name}: pip install 'metasyn-evidence[cluster]'."
        ) from error
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"no Dask scheduler answers at {address}.") from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
        with joblib.parallel_config(backend="dask", client=client):
            yield
    except TimeoutError as error:
        raise WorkspaceError(f"the Dask cluster at {address} has no workers.") from error
    finally:
        client.close()
