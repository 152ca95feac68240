"""Many sets of effects at once, compiled: eight sets share a register.

`entries` and what it imports need numba and compile when first called; this module neither needs nor
imports it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

__all__ = ["available"]


@cache
def available() -> bool:
    """Whether numba is installed.

    Examples
    --------
    >>> available() in (True, False)
    True
    """
    return find_spec("numba") is not None
