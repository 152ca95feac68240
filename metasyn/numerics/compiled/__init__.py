"""Many sets of effects at once, compiled: eight sets share a register.

`entries` and what it imports need numba and compile when first called; this module neither needs nor
imports it until it is asked for.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec

__all__ = ["available"]


@cache
def available() -> bool:
    """Whether numba is installed and works; it is imported for that.

    Where it is installed but cannot be imported, that is said in a `RuntimeWarning`, once.

    Examples
    --------
    >>> available() in (True, False)
    True
    """
    if find_spec("numba") is None:
        return False
    try:
        numba = import_module("numba")
    except Exception as error:  # noqa: BLE001 (an ImportError, or whatever its version trips over)
        why = str(error).strip().split("\n")[0]
        warnings.warn(
            f"numba cannot be imported: {why}; numpy computes instead.", RuntimeWarning, stacklevel=2
        )
        return False
    return not numba.config.DISABLE_JIT
