"""Evidence, reports and errors as bytes between processes of ours."""

from __future__ import annotations

import copyreg
import io
import pickle
import traceback
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from metasyn.errors import ClaimError, EvidenceError, MetasynError

__all__ = ["packed", "packed_error"]


def packed(value: object) -> bytes:
    """Pickled, including what does not say itself how it is made again."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer)
    pickler.dispatch_table = {**copyreg.dispatch_table, **_PARTS}
    pickler.dump(value)
    return buffer.getvalue()


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    MappingProxyType: lambda mapping: (_read_only, (dict(mapping),)),
    EvidenceError: lambda error: (EvidenceError, (error.findings,)),
    ClaimError: lambda error: (ClaimError, (error.problems,)),
}


def packed_error(error: Exception) -> bytes:
    """An error as bytes; one that does not survive the journey as the text of its traceback."""
    if not isinstance(error, MetasynError):
        error.add_note("In the process that rendered:\n" + "".join(traceback.format_tb(error.__traceback__)))
    try:
        carried = packed(error)
        if type(pickle.loads(carried)) is type(error):
            return carried
    except Exception:  # noqa: BLE001 (any class may refuse, in any way)
        pass
    return pickle.dumps("".join(traceback.format_exception(error)))
