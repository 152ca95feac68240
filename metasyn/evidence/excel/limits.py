"""How large a workbook may be; each limit is checked before what it limits is read."""

from __future__ import annotations

from metasyn.errors import EvidenceError
from metasyn.values import Finding

__all__ = [
    "MAX_CELLS",
    "MAX_CELL_TEXT",
    "MAX_COLUMN",
    "MAX_COMPRESSION",
    "MAX_ELEMENTS",
    "MAX_FILE_BYTES",
    "MAX_PARTS",
    "MAX_PART_BYTES",
    "MAX_ROW",
    "MAX_SHEETS",
    "MAX_TOTAL_BYTES",
    "refusal",
]

MAX_FILE_BYTES = 20_000_000
MAX_PARTS = 2_000
MAX_PART_BYTES = 64_000_000
MAX_TOTAL_BYTES = 128_000_000
# Of a part above 1 MB: sheets of a few words again and again reach 60; a part made to swell reaches 1000.
MAX_COMPRESSION = 150
MAX_ELEMENTS = 5_000_000
MAX_SHEETS = 200
MAX_CELLS = 1_000_000
# Excel's own.
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_CELL_TEXT = 32_767


def refusal(where: str, code: str, message: str) -> EvidenceError:
    """The error for a file that is not read at all."""
    return EvidenceError([Finding(code=code, message=message, where=where)])
