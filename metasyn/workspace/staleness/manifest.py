"""What a report was built from, as a file inside it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from metasyn import __version__
from metasyn.report.software import LIBRARIES, library_version
from metasyn.workspace.staleness.hashing import hash_bytes, package_hash

__all__ = [
    "MANIFEST",
    "NEVER_BUILT",
    "Environment",
    "Inputs",
    "Manifest",
    "current_environment",
    "manifest_bytes",
    "read_manifest",
    "refreshed",
    "without_manifest",
]

MANIFEST = ".manifest.json"
NEVER_BUILT = "never built here"
_SCHEMA = "metasyn-manifest/3"
_ANY_SCHEMA = "metasyn-manifest/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The software a report is computed and rendered by.

    Attributes
    ----------
    metasyn : str
        Version of the package.
    source : str
        Hash of its own files, so that an edit counts without a new version.
    libraries : mapping of str to str
        Versions of Python and of the libraries that shape numbers or pages.
    """

    metasyn: str
    source: str
    libraries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything a report depends on.

    Attributes
    ----------
    script : str
        Hash of the analysis script.
    data : str
        Hash of all evidence tables: while it holds, no row needs to be looked at.
    rows : mapping of str to str
        Hash of every row the analysis reaches, in the order it meets them.
    environment : Environment
    release : str
        Hash of `data/release.json`; empty if there is none.
    options : mapping of str to str
        What the script declares, as `analysis.declared.declared_options` puts it; for telling what
        changed in a script, never for deciding whether it did.
    tables : mapping of str to str
        Hash of every evidence table by file name; `data` is the hash of these.
    """

    script: str
    data: str
    rows: Mapping[str, str]
    environment: Environment
    release: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)


Manifest = tuple[Inputs, Mapping[str, str]]
"""Inputs, and the hash of every file of the report by its path inside the folder."""


def current_environment() -> Environment:
    """The software that is running; libraries are looked up, not imported."""
    libraries = {"python": platform.python_version()}
    libraries |= {name: library_version(name) for name in LIBRARIES}
    return Environment(metasyn=__version__, source=package_hash(), libraries=libraries)


def manifest_bytes(inputs: Inputs, files: Mapping[str, bytes]) -> bytes:
    """The manifest that is kept inside a report.

    Parameters
    ----------
    inputs : Inputs
    files : mapping of str to bytes
        The report, by path inside its folder.

    Returns
    -------
    bytes
        JSON of schema `metasyn-manifest/3`.
    """
    return refreshed(inputs, {name: hash_bytes(content) for name, content in sorted(files.items())})


def refreshed(inputs: Inputs, outputs: Mapping[str, str]) -> bytes:
    """The manifest of a report that stays as it is, for what it would be built from now.

    Without it a report that a change of the tables does not concern would have to be asked again, row by
    row, on every later occasion.

    Parameters
    ----------
    inputs : Inputs
        With the same script, rows and software as before.
    outputs : mapping of str to str
        As `read_manifest` gave them.

    Returns
    -------
    bytes
    """
    document = {"schema": _SCHEMA, "inputs": asdict(inputs), "outputs": dict(outputs)}
    return (json.dumps(document, indent=1) + "\n").encode()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a report folder: inputs, and output hashes by path; None if there is no valid one."""
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
        if document["schema"] != _SCHEMA:
            return None
        inputs, outputs = document["inputs"], _texts(document["outputs"])
        known = inputs["environment"]
        environment = Environment(
            metasyn=str(known["metasyn"]), source=str(known["source"]), libraries=_texts(known["libraries"])
        )
        read = Inputs(
            script=str(inputs["script"]),
            data=str(inputs["data"]),
            rows=_texts(inputs["rows"]),
            environment=environment,
            release=str(inputs["release"]),
            options=_texts(inputs["options"]),
            tables=_texts(inputs["tables"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return read, outputs


def without_manifest(folder: Path) -> str:
    """Why a folder has no manifest that can be compared: `NEVER_BUILT`, or built by another version."""
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
        schema = document["schema"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return NEVER_BUILT
    if isinstance(schema, str) and schema.startswith(_ANY_SCHEMA) and schema != _SCHEMA:
        return "built by another version of metasyn"
    return NEVER_BUILT


def _texts(value: object) -> dict[str, str]:
    """A JSON object of texts, as it should be."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise TypeError("not an object of texts")
    return value
