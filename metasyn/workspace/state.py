"""What a report was built from, and whether that still holds."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from metasyn import __version__
from metasyn.report.software import LIBRARIES, library_version
from metasyn.workspace.hashing import hash_bytes, hash_file, package_hash
from metasyn.workspace.reach import row_in_words

__all__ = [
    "MANIFEST",
    "NEVER_BUILT",
    "Environment",
    "Inputs",
    "current_environment",
    "manifest_bytes",
    "read_manifest",
    "same_files",
    "staleness",
    "without_manifest",
]

MANIFEST = ".manifest.json"
NEVER_BUILT = "never built here"
_SCHEMA = "metasyn-manifest/2"
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
    """

    script: str
    data: str
    rows: Mapping[str, str]
    environment: Environment


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
        JSON of schema `metasyn-manifest/2`.
    """
    outputs = {name: hash_bytes(content) for name, content in sorted(files.items())}
    document = {"schema": _SCHEMA, "inputs": asdict(inputs), "outputs": outputs}
    return (json.dumps(document, indent=1) + "\n").encode()


def read_manifest(folder: Path) -> tuple[Inputs, Mapping[str, str]] | None:
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


def same_files(folder: Path, script: str, data: str, environment: Environment) -> bool:
    """Whether nothing at all has changed: whole tables, script, software and outputs.

    The quick answer of a run that has nothing to do: no table is parsed and no script is loaded.
    """
    known = read_manifest(folder)
    if known is None:
        return False
    inputs, outputs = known
    asked = (script, data, environment)
    return asked == (inputs.script, inputs.data, inputs.environment) and not [*_outputs(folder, outputs)]


def staleness(folder: Path, now: Inputs) -> tuple[str, ...]:
    """Why a report is out of date, in words; empty if it is up to date.

    Parameters
    ----------
    folder : Path
        Folder of the report.
    now : Inputs
        What it would be built from now.

    Returns
    -------
    tuple of str
    """
    known = read_manifest(folder)
    if known is None:
        return (without_manifest(folder),)
    before, outputs = known
    reasons = [] if before.script == now.script else ["script changed"]
    reasons += _rows(before.rows, now.rows)
    reasons += _software(before.environment, now.environment)
    reasons += _outputs(folder, outputs)
    return tuple(reasons)


def _rows(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Rows that changed, appeared or went; else a changed order."""
    for key in {**before, **now}:
        if key not in before:
            yield f"{row_in_words(key)} is new"
        elif key not in now:
            yield f"{row_in_words(key)} is gone"
        elif before[key] != now[key]:
            yield f"{row_in_words(key)} changed"
    if list(before) != list(now) and before.keys() == now.keys():
        yield "the order of rows changed"


def _software(before: Environment, now: Environment) -> Iterator[str]:
    """Versions that changed, and edits of the package between versions."""
    if before.metasyn != now.metasyn:
        yield f"metasyn {before.metasyn} → {now.metasyn}"
    elif before.source != now.source:
        yield "metasyn itself was edited"
    for name in {**before.libraries, **now.libraries}:
        old, new = before.libraries.get(name, "unknown"), now.libraries.get(name, "unknown")
        if old != new:
            yield f"{name} {old} → {new}"


def _outputs(folder: Path, outputs: Mapping[str, str]) -> Iterator[str]:
    """Files of the report that are not as they were written."""
    for name, expected in outputs.items():
        path = folder / name
        if not _is_file(path):
            yield f"{name} is missing"
        elif hash_file(path) != expected:
            yield f"{name} was edited"


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False
