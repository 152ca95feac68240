"""Reading a folder of source documents: which file is which source, its hash and its text."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from metasyn.errors import WorkspaceError
from metasyn.evidence.documents.decode import (
    ENDINGS,
    MAX_BYTES,
    DocumentProblem,
    decode_html,
    decode_text,
    pdf_pages,
)
from metasyn.evidence.documents.document import DocumentText, document_text
from metasyn.evidence.model import Source
from metasyn.workspace.staleness.hashing import hash_bytes

__all__ = ["Library", "SourceDocument", "collect", "read_documents"]

_MAX_FILES = 20_000
_PDF_SECONDS = 60
_PDF_MEMORY = 4_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The files of a folder that may be documents.

    Attributes
    ----------
    folder : Path
    files : tuple of Path
        Regular files, sorted; links that lead out of the folder are not among them.
    remarks : tuple of str
        What was left aside, and why.
    """

    folder: Path
    files: tuple[Path, ...]
    remarks: tuple[str, ...] = ()

    def shown(self, path: Path) -> str:
        """A file as messages show it: its path inside the folder."""
        return path.relative_to(self.folder).as_posix()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceDocument:
    """The document of a source.

    Attributes
    ----------
    source_id : str
    name : str
        Its file in the folder; empty if there is none.
    sha256 : str
        Of its bytes; empty if they could not be read.
    text : DocumentText or None
        None if there is no document, or it cannot be read.
    problem : str
        Why it cannot be read.
    """

    source_id: str
    name: str = ""
    sha256: str = ""
    text: DocumentText | None = None
    problem: str = ""


def collect(folder: Path) -> Library:
    """The files below a folder.

    Raises
    ------
    WorkspaceError
        If it is not a folder, or holds more files than a collection of documents would.
    """
    if not folder.is_dir():
        raise WorkspaceError(f"{folder} is not a folder; expected a folder of documents (.pdf, .txt, .html).")
    root = folder.resolve()
    files: list[Path] = []
    remarks: list[str] = []
    for path in _walk(root):
        if len(files) >= _MAX_FILES:
            raise WorkspaceError(
                f"{folder} holds more than {_MAX_FILES:,} files; name the folder of documents."
            )
        if not path.resolve().is_relative_to(root):
            remarks.append(
                f"{path.relative_to(root).as_posix()} is a link that leads out of the folder: not read"
            )
        elif stat.S_ISREG(_mode(path)):
            files.append(path)
    return Library(folder=root, files=tuple(files), remarks=tuple(remarks))


def _walk(root: Path) -> Iterator[Path]:
    """Files and links to folders below a folder, sorted; nothing hidden, no link is followed."""
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        links = [name for name in below if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in sorted([*names, *links]) if not name.startswith("."))


def _mode(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mode
    return 0


def read_documents(sources: Iterable[Source], library: Library) -> Iterator[SourceDocument]:
    """Find and read the document of each source, one at a time.

    A file is the document of a source if it has the name in `address`, else if it has the recorded hash,
    else if its name without ending is the `source_id`.

    Parameters
    ----------
    sources : iterable of Source
    library : Library

    Yields
    ------
    SourceDocument
        One per source, in their order.
    """
    hashes: dict[Path, str] = {}
    for source in sources:
        matching = _named(library, source.address) or _hashed(library, source.sha256, hashes)
        matching = matching or [
            p for p in library.files if p.suffix.lower() in ENDINGS and _is(p.stem, source.source_id)
        ]
        if len(matching) > 1 and len({_hash(path, hashes) for path in matching}) > 1:
            names = ", ".join(map(library.shown, matching[:4]))
            yield SourceDocument(source_id=source.source_id, problem=f"several files could be it: {names}")
        elif matching:
            yield _read(source.source_id, matching[0], library.shown(matching[0]))
        else:
            yield SourceDocument(source_id=source.source_id)


def _named(library: Library, address: str) -> list[Path]:
    if not address:
        return []
    return [p for p in library.files if _is(p.name, address) or _is(library.shown(p), address)]


def _is(name: str, wanted: str) -> bool:
    return name.casefold() == wanted.casefold()


def _hashed(library: Library, wanted: str, hashes: dict[Path, str]) -> list[Path]:
    return [path for path in library.files if _hash(path, hashes) == wanted] if wanted else []


def _hash(path: Path, hashes: dict[Path, str]) -> str:
    """Hash of a file, computed once; empty for a file that is too large or cannot be read."""
    if path not in hashes:
        hashes[path] = ""
        with contextlib.suppress(OSError, DocumentProblem):
            hashes[path] = hash_bytes(_bytes(path))
    return hashes[path]


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentProblem(f"it has {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read")
    return path.read_bytes()


def _read(source_id: str, path: Path, name: str) -> SourceDocument:
    found = partial(SourceDocument, source_id=source_id, name=name)
    try:
        content = _bytes(path)
    except OSError as error:
        return found(problem=f"it cannot be read: {error.strerror or error}")
    except DocumentProblem as problem:
        return found(problem=str(problem))
    known = partial(found, sha256=hash_bytes(content))
    try:
        return known(text=_text(content, path.suffix.lower()))
    except DocumentProblem as problem:
        return known(problem=str(problem))


def _text(content: bytes, ending: str) -> DocumentText:
    kind = ENDINGS.get(ending)
    if not content:
        raise DocumentProblem("it is empty")
    if kind == "pdf":
        return document_text(_pdf_apart(content), paged=True)
    if kind is None:
        raise DocumentProblem(f"{ending or 'a file without ending'} is not read; save it as PDF or text")
    return document_text([decode_html(content) if kind == "html" else decode_text(content)], paged=False)


def _pdf_apart(content: bytes) -> tuple[str, ...]:
    """`pdf_pages` in a process of its own, which a malicious file can at worst bring down."""
    import multiprocessing
    from importlib.util import find_spec

    if find_spec("pypdf") is None:
        raise DocumentProblem("reading a PDF needs pypdf: pip install 'metasyn-evidence[documents]'")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(content, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(_PDF_SECONDS):
            raise DocumentProblem(f"the PDF was not read within {_PDF_SECONDS} seconds")
        pages, problem = ours.recv()
    except EOFError:
        raise DocumentProblem("the PDF is damaged: reading it needs too much memory or time") from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if problem:
        raise DocumentProblem(problem)
    return tuple(pages)


def _child(content: bytes, answer: Connection) -> None:
    """Read a PDF within limits and send its pages, or the problem."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_PDF_MEMORY, _PDF_MEMORY))
    import logging

    # pypdf tells of every oddity of a file on stderr.
    logging.disable(logging.CRITICAL)
    try:
        answer.send((pdf_pages(content), ""))
    except DocumentProblem as problem:
        answer.send(((), str(problem)))
    finally:
        answer.close()
