"""Content hashes: of text, of files, of the metasyn package itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["hash_bytes", "hash_file", "hash_folder", "package_hash"]


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
    digest = hashlib.sha256()
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(folder)
        if path.is_file() and not any(p == "__pycache__" or p.startswith(".") for p in name.parts):
            digest.update(f"{name.as_posix()}\0{hash_file(path)}\n".encode())
    return digest.hexdigest()


def package_hash() -> str:
    """One hash of everything the metasyn package is made of: code, templates, styles."""
    return hash_folder(Path(__file__).parent.parent)
