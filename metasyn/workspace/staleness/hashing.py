"""Content hashes: of text, of files, of the metasyn package itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["folder_hashes", "hash_bytes", "hash_file", "hash_folder", "hash_of_hashes", "package_hash"]


def hash_bytes(content: bytes) -> str:
    """SHA-256 in hexadecimal.

    Examples
    --------
    >>> hash_bytes(b"abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hash_bytes(path.read_bytes())


def hash_folder(folder: Path, pattern: str = "**/*") -> str:
    """One hash of the names and contents of the files below a folder that match a pattern.

    Parameters
    ----------
    folder : Path
    pattern : str
        Glob relative to `folder`. Bytecode caches and hidden files never count.

    Returns
    -------
    str
        SHA-256 over `name NUL content-hash` of every file, sorted by name.
    """
    return hash_of_hashes(folder_hashes(folder, pattern))


def folder_hashes(folder: Path, pattern: str = "**/*") -> dict[str, str]:
    """The hash of every file that `hash_folder` covers, by its name relative to the folder, sorted."""
    found = {}
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(folder)
        if not any(p == "__pycache__" or p.startswith(".") for p in name.parts) and path.is_file():
            found[name.as_posix()] = hash_file(path)
    return found


def hash_of_hashes(hashes: Mapping[str, str]) -> str:
    """The hash of a folder from those of its files, in the order given.

    Examples
    --------
    >>> hash_of_hashes({"a.csv": "ab", "b.csv": "cd"}) == hash_bytes(b"a.csv\\0ab\\nb.csv\\0cd\\n")
    True
    """
    return hash_bytes("".join(f"{name}\0{digest}\n" for name, digest in hashes.items()).encode())


def package_hash() -> str:
    """One hash of everything the metasyn package is made of: code, templates, styles."""
    return hash_folder(Path(__file__).parents[2])
