"""Noticing in bounded memory that a key comes back after its rows seemed to be over."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SeenKeys", "key_hashes"]

Hashes = NDArray[np.uint64]
# 128 MiB, and as much again for a moment.
_MOST = 2**24


def key_hashes(keys: Any) -> Hashes:
    """A number of 64 bits for every key, the same for the same key.

    Parameters
    ----------
    keys : pyarrow.Array
        Without missing ones.

    Returns
    -------
    ndarray of uint64

    Examples
    --------
    >>> import pyarrow as pa
    >>> first, second, third = key_hashes(pa.array(["a", "b", "a"]))
    >>> bool(first == third), bool(first == second)
    (True, False)
    """
    import pandas as pd

    values = keys.to_numpy(zero_copy_only=False)
    return pd.util.hash_array(np.asarray(values), categorize=False)


class SeenKeys:
    """Keys of the stretches so far, as sorted runs of hashes of which each is at least as long as the next.

    Beyond some sixteen million keys nothing more is remembered: then only keys that rise (or fall) all the
    way are known not to come back. Two keys with the same hash count as one that comes back, which costs
    time but changes no result.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._runs: list[Hashes] = []
        self._last: Any = None
        self._rising, self._falling, self._forgetful = True, True, False

    def returns(self, keys: Any) -> bool:
        """Whether one of these keys, of stretches that begin, may have been there; then they are remembered.

        Parameters
        ----------
        keys : pyarrow.Array
            Neighbours differ, also from the last key before.
        """
        if len(keys) == 0:
            return False
        self._look_at_order(keys)
        if not self._forgetful:
            new = np.sort(key_hashes(keys))
            if (new[1:] == new[:-1]).any() or any(_overlap(run, new) for run in self._runs):
                return True
            self._keep(new)
        return self._forgetful and not (self._rising or self._falling)

    def _look_at_order(self, keys: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        line = keys if self._last is None else pa.concat_arrays([self._last, keys])
        self._last = keys.slice(len(keys) - 1)
        if len(line) > 1 and (self._rising or self._falling):
            before, after = line.slice(0, len(line) - 1), line.slice(1)
            self._rising = self._rising and bool(pc.all(pc.greater(after, before)).as_py())
            self._falling = self._falling and bool(pc.all(pc.less(after, before)).as_py())

    def _keep(self, new: Hashes) -> None:
        while self._runs and self._runs[-1].size <= new.size:
            new = np.concatenate([self._runs.pop(), new])
            new.sort(kind="stable")
        self._runs.append(new)
        if sum(run.size for run in self._runs) > self._most:
            self._forgetful = True
            self._runs.clear()


def _overlap(run: Hashes, new: Hashes) -> bool:
    """Whether two sorted runs have a number in common."""
    at = np.searchsorted(run, new)
    at[at == run.size] = 0
    return bool((run[at] == new).any())
