"""The parts of a workbook file: a ZIP whose sizes are known before anything in it is unpacked."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from metasyn.evidence.excel.limits import (
    MAX_COMPRESSION,
    MAX_ELEMENTS,
    MAX_FILE_BYTES,
    MAX_PART_BYTES,
    MAX_PARTS,
    MAX_TOTAL_BYTES,
    refusal,
)
from metasyn.evidence.excel.xml import ElementBudget

__all__ = ["Package", "open_package"]

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SMALL = 1_000_000
# What the zipfile module raises on bytes that are not a whole ZIP.
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
    NotImplementedError,
    KeyError,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Package:
    """An opened workbook file.

    Attributes
    ----------
    where : str
        Its name in messages.
    entries : mapping of str to ZipInfo
        By the name of the part, without a leading `/`.
    budget : ElementBudget
        Shared by all parts.
    """

    where: str
    archive: zipfile.ZipFile
    entries: Mapping[str, zipfile.ZipInfo]
    budget: ElementBudget

    def read(self, name: str) -> bytes:
        """The bytes of a part, never more than it was declared to have.

        Raises
        ------
        EvidenceError
            If there is no such part, or it is damaged.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise refusal(self.where, "workbook-damaged", f"the workbook has no part {name!r}: it is damaged")
        try:
            with self.archive.open(entry) as part:
                data = part.read(entry.file_size + 1)
        except _DAMAGED as error:
            message = f"part {name!r} cannot be unpacked ({error}): the file is damaged"
            raise refusal(self.where, "workbook-damaged", message) from error
        if len(data) > entry.file_size:
            message = f"part {name!r} is larger than the file says: it is refused"
            raise refusal(self.where, "workbook-too-large", message)
        return data


def open_package(data: bytes, where: str) -> Package:
    """Look into a workbook file without unpacking anything.

    Parameters
    ----------
    data : bytes
    where : str
        Name of the file for messages.

    Returns
    -------
    Package

    Raises
    ------
    EvidenceError
        If it is no ZIP, is encrypted, names parts outside itself or the same part twice, or is larger
        than `metasyn.evidence.excel.limits` allows.
    """
    if len(data) > MAX_FILE_BYTES:
        raise refusal(where, "workbook-too-large", f"more than {MAX_FILE_BYTES:,} bytes: it is not read")
    if data.startswith(_OLD_EXCEL):
        message = "an old .xls file, or one with a password: save it as .xlsx without a password"
        raise refusal(where, "not-xlsx", message)
    if data.count(_ENTRY) > MAX_PARTS:
        raise refusal(where, "workbook-too-large", f"more than {MAX_PARTS:,} parts: it is not read")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        message = f"not an Excel workbook (.xlsx), or a damaged one ({error})"
        raise refusal(where, "not-xlsx", message) from error
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        _check_entry(entry, where)
        name = entry.filename.lstrip("/")
        if name in entries:
            raise refusal(where, "workbook-damaged", f"part {name!r} is there twice: which one is meant?")
        entries[name] = entry
    total = sum(entry.file_size for entry in entries.values())
    if total > MAX_TOTAL_BYTES:
        message = f"{total:,} bytes when unpacked, above the limit of {MAX_TOTAL_BYTES:,}: it is not read"
        raise refusal(where, "workbook-too-large", message)
    return Package(
        where=where,
        archive=archive,
        entries=MappingProxyType(entries),
        budget=ElementBudget(MAX_ELEMENTS),
    )


def _check_entry(entry: zipfile.ZipInfo, where: str) -> None:
    """One part: its name, its way of packing and its size."""
    name, size = entry.filename, entry.file_size
    bare = name.lstrip("/")
    if "\\" in name or ":" in name or posixpath.normpath(bare).startswith("..") or name.startswith("//"):
        raise refusal(where, "workbook-path", f"part {name!r} lies outside the workbook: it is refused")
    if entry.flag_bits & _ENCRYPTED:
        raise refusal(where, "not-xlsx", "the workbook has a password: save it without one")
    if entry.compress_type not in _METHODS:
        raise refusal(where, "not-xlsx", f"part {name!r} is packed in a way that workbooks do not use")
    if size > MAX_PART_BYTES:
        message = f"part {name!r} has {size:,} bytes when unpacked, above the limit of {MAX_PART_BYTES:,}"
        raise refusal(where, "workbook-too-large", message)
    if size > _SMALL and size > MAX_COMPRESSION * max(1, entry.compress_size):
        message = f"part {name!r} swells to more than {MAX_COMPRESSION} times its packed size: it is refused"
        raise refusal(where, "workbook-too-large", message)
