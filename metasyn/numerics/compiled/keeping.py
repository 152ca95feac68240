"""Compiling an entry when it is first called, and keeping what was compiled on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from importlib import import_module
from pickle import UnpicklingError
from pkgutil import get_data
from typing import Any, TypeVar, cast

__all__ = ["kept", "sources"]

numba: Any = import_module("numba")
Function = TypeVar("Function", bound=Callable[..., Any])
# What numba raises where a kept file was cut off: compiled code itself raises nothing.
_UNREADABLE = (EOFError, UnpicklingError)

_MODULES = (
    "lanes",
    "sums",
    "regression",
    "terms",
    "roots",
    "tails",
    "likelihood",
    "entries",
    "regressions",
    "keeping",
)


def sources() -> str:
    """A digest of all modules of the kernels: numba itself looks at that of an entry only."""
    texts = (get_data("metasyn.numerics.compiled", f"{module}.py") for module in _MODULES)
    return sha256(b"".join(text or b"" for text in texts)).hexdigest()


def kept(function: Function) -> Function:
    """Compiled when first called, and kept on disk where that can be written to.

    What was kept and is cut off, as after a power failure, is compiled again in every process, until its
    file is removed.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder to keep it in
        compiled = numba.njit(**options)(function)

    @wraps(function)
    def call(*given: Any) -> Any:
        nonlocal compiled
        try:
            return compiled(*given)
        except _UNREADABLE:
            compiled = numba.njit(**options)(function)
            return compiled(*given)

    return cast("Function", call)
