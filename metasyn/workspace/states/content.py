"""What the files of one state hold: validated tables, declared analyses, reported results, its version."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metasyn.changes.state import EvidenceState
from metasyn.errors import EvidenceError, MetasynError, WorkspaceError
from metasyn.evidence.columns import TABLES
from metasyn.workspace.release.record import RELEASES
from metasyn.workspace.scripts import load_script
from metasyn.workspace.states.files import StateFiles, archive_files
from metasyn.workspace.states.origin import built_otherwise

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.evidence.selection import Evidence

__all__ = ["RESULT_SCHEMA", "VERSION", "released_as", "result_document", "state_of", "stated_version"]

RESULT_SCHEMA = "metasyn-result/1"
VERSION = re.compile(r"\d+\.\d+\.\d+")
_TABLES = r"data/[^/]+\.(?i:csv)"
_SCRIPTS = r"analyses/[^/_.][^/]*\.py"
_REPORTS = r"reports/[^/]+/results\.json"


def state_of(
    files: StateFiles,
    label: str,
    *,
    scripts: Path | None = None,
    reported: bool = False,
    current: bool = False,
) -> EvidenceState:
    """Read one state.

    Parameters
    ----------
    files : StateFiles
    label : str
        What the state is called.
    scripts : Path, optional
        The project folder that its scripts lie in; by default they are read from `files`.
    reported : bool
        Whether the reported results are those of exactly these tables and scripts, as in a release. Else
        a report by other software counts only if it says so itself.
    current : bool
        Whether this is what is being worked on: a script that cannot be loaded is then to be mended, and
        what it reported before stands for nothing.

    Returns
    -------
    EvidenceState
        Without a version.

    Raises
    ------
    WorkspaceError
        If there are no tables.
    EvidenceError
        If the tables break their rules; each problem names the state.
    """
    given = files.read(files.like(_TABLES))
    if not given:
        raise WorkspaceError(f"{label}: there are no evidence tables in data/.")
    with tempfile.TemporaryDirectory(prefix="metasyn-") as folder:
        root = Path(folder)
        evidence = _evidence(root, given, label)
        if scripts is None:
            _write(root, files.read(files.like(_SCRIPTS)))
        analyses, unreadable = _analyses(root if scripts is None else scripts, files)
    tables = {table.file for table in TABLES.values()}
    results, notes = _results(files), {}
    if results and not reported:
        running = _running()
        results = {n: one for n, one in results.items() if n in unreadable or _by_others(one, running)}
        notes = _not_of_these(results, analyses, evidence)
    left_out = {*notes, *(unreadable if current else ())}
    return EvidenceState(
        label=label,
        tables={Path(name).name: content for name, content in given.items() if Path(name).name in tables},
        evidence=evidence,
        analyses=analyses,
        unreadable=unreadable,
        results={name: one for name, one in results.items() if name not in left_out},
        notes=tuple(f"{label}: {note}" for _, note in sorted(notes.items())),
    )


def _evidence(root: Path, tables: Mapping[str, bytes], label: str) -> Evidence:
    """The validated tables; every problem with the state it is in."""
    from metasyn.evidence.read import read_evidence

    _write(root, tables)
    try:
        return read_evidence(root / "data")
    except EvidenceError as error:
        found = [replace(finding, where=f"{label}: {finding.where}") for finding in error.findings]
        raise EvidenceError(found) from error


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _analyses(root: Path, files: StateFiles) -> tuple[dict[str, Analysis], dict[str, str]]:
    """What the scripts declare, and why some cannot be loaded."""
    analyses: dict[str, Analysis] = {}
    unreadable: dict[str, str] = {}
    for name in files.like(_SCRIPTS):
        path = root / name
        try:
            analyses[path.stem] = load_script(path)
        except MetasynError as error:
            unreadable[path.stem] = str(error).replace(str(path), name).splitlines()[0]
    return analyses, unreadable


def _results(files: StateFiles) -> dict[str, Mapping[str, Any]]:
    """What was reported; a report that cannot be read is as if it were not there."""
    contents = files.read(files.like(_REPORTS))
    documents = {name.split("/")[1]: result_document(content) for name, content in contents.items()}
    return {name: found for name, found in documents.items() if found is not None}


def _not_of_these(
    results: Mapping[str, Mapping[str, Any]], analyses: Mapping[str, Analysis], evidence: Evidence
) -> dict[str, str]:
    """Reports by other software that were not built from these tables and scripts, and that they are so."""
    from metasyn.evidence.digest import digests

    known = {name: analyses[name] for name in results if name in analyses}
    rows = digests(evidence) if known else {}
    why = {name: built_otherwise(results[name], one, evidence, rows) for name, one in known.items()}
    return {
        name: f"reports/{name}/results.json {reason}: it does not count as what was reported"
        for name, reason in why.items()
        if reason
    }


def result_document(content: bytes) -> dict[str, Any] | None:
    """A `results.json` as plain data.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    dict or None
        None where it is not a document of schema `metasyn-result/1` with a name.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    known = isinstance(document, dict) and document.get("schema") == RESULT_SCHEMA
    return document if known and isinstance(document.get("name"), str) else None


def _by_others(document: Mapping[str, Any], running: Mapping[str, str]) -> bool:
    """Whether it was reported by other versions of what shapes numbers than those that run."""
    reported = document.get("versions")
    return not isinstance(reported, dict) or any(reported.get(name) != running[name] for name in running)


def _running() -> dict[str, str]:
    """The versions of what shapes numbers."""
    from metasyn import __version__
    from metasyn.report.software import library_version

    return {"metasyn": __version__, **{name: library_version(name) for name in ("numpy", "scipy")}}


def released_as(files: StateFiles) -> str:
    """The version of the release that these tables and scripts are, exactly.

    Parameters
    ----------
    files : StateFiles

    Returns
    -------
    str
        Empty if they are none: without a release, with tables or scripts edited since, or where the
        archive of the release is not there.
    """
    version = stated_version(files, "data/release.json")
    archive = f"data/{RELEASES}/{version}.zip"
    if not version or archive not in files.names:
        return ""
    try:
        released = archive_files(files.read([archive])[archive], archive)
        same = _told(released) == _told(files)
    except WorkspaceError:
        return ""
    return version if same else ""


def _told(files: StateFiles) -> dict[str, bytes]:
    return files.read([*files.like(_TABLES), *files.like(_SCRIPTS)])


def stated_version(files: StateFiles, name: str) -> str:
    """The version that a release record states.

    Parameters
    ----------
    files : StateFiles
    name : str
        Path of the record, `"release.json"` in an archive.

    Returns
    -------
    str
        Empty if there is no such record, or it states no version.
    """
    if name not in files.names:
        return ""
    try:
        version = json.loads(files.read([name])[name])["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return version if isinstance(version, str) and VERSION.fullmatch(version) else ""
