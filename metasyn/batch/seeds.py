"""Random numbers that depend on what they are for, never on who draws them or when."""

from __future__ import annotations

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *place: int) -> np.random.Generator:
    """The generator of one piece of work.

    Parameters
    ----------
    seed : int
        Of the whole.
    *place : int
        Numbers of the piece: of a group, and of a block of draws within it.

    Returns
    -------
    numpy.random.Generator
        With one number i, that of `SeedSequence(seed).spawn(n)[i]`, for every n above i.

    References
    ----------
    O'Neill ME. PCG: a family of simple fast space-efficient statistically good algorithms for random number
    generation. Technical report HMC-CS-2014-0905, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> spawned = np.random.default_rng(np.random.SeedSequence(7).spawn(3)[2])
    >>> bool(spawned.random() == stream(7, 2).random())
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))
