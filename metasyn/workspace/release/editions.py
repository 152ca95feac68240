"""Which version of the evidence the report of an analysis is of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from metasyn.errors import MetasynError, WorkspaceError
from metasyn.workspace.release.files import read_archive, require_same_record
from metasyn.workspace.release.plan import analysis_digest, edition_of_release
from metasyn.workspace.release.record import TAKE_BACK, PastRelease, Release, read_release

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.changes.model import AnalysisChange
    from metasyn.changes.state import EvidenceState
    from metasyn.report.changes.edition import Edition
    from metasyn.workspace.building.bench import Workbench
    from metasyn.workspace.project import Project

__all__ = ["edition_of", "release_problems"]


def edition_of(bench: Workbench, name: str, analysis: Analysis) -> Edition | None:
    """The edition of a report; None while the evidence has no release.

    Parameters
    ----------
    bench : Workbench
    name : str
    analysis : Analysis

    Returns
    -------
    Edition or None
        While no number, row or declared option of the analysis differs from the last release: that
        release, with what changed since the one before. Afterwards: what changed since the last release.
        Where an archive is missing or another one, `remark` says so and `changes` is None.

    Raises
    ------
    WorkspaceError
        If `data/release.json` is not what `metasyn release` wrote.
    """
    memory = _MEMORIES.get(bench)
    if memory is None:
        memory = _MEMORIES.setdefault(bench, _Memory(bench))
    if memory.release is None:
        return None
    return _edition(memory, memory.release, bench, name, analysis)


def release_problems(project: Project) -> tuple[str, ...]:
    """What is wrong with the releases of a project, in words.

    Parameters
    ----------
    project : Project

    Returns
    -------
    tuple of str
        One for the record, or for every archive that is missing or not as it was released.
    """
    problems = []
    try:
        release = read_release(project.data)
    except WorkspaceError as error:
        return (str(error),)
    for one in () if release is None else release.versions:
        try:
            read_archive(project.data, one.version, one.sha256)
        except WorkspaceError as error:
            problems.append(f"{error}: what changed since version {one.version} cannot be shown.")
    if release is not None and not problems:
        newest = read_archive(project.data, release.version, release.sha256)
        try:
            require_same_record(release, newest)
        except WorkspaceError as error:
            problems.append(f"{error}; {TAKE_BACK}.")
    return tuple(problems)


class _Memory:
    """What was read of the releases for one workbench: each archive at most once."""

    def __init__(self, bench: Workbench) -> None:
        self.project = bench.project
        self.release = read_release(bench.project.data)
        self._states: dict[str, EvidenceState | str] = {}
        self._tables: dict[str, bytes] | None = None

    def state(self, of: PastRelease) -> EvidenceState | str:
        """A release as it was, or why that cannot be told."""
        if of.version not in self._states:
            self._states[of.version] = self._opened(of)
        return self._states[of.version]

    def tables(self) -> dict[str, bytes]:
        """The evidence tables as they are."""
        if self._tables is None:
            from metasyn.evidence.columns import TABLES

            paths = [self.project.data / table.file for table in TABLES.values()]
            self._tables = {path.name: path.read_bytes() for path in paths if path.is_file()}
        return self._tables

    def _opened(self, of: PastRelease) -> EvidenceState | str:
        from metasyn.workspace.states.opening import open_archive

        try:
            return open_archive(
                read_archive(self.project.data, of.version, of.sha256), f"version {of.version}"
            )
        except MetasynError as error:
            return " ".join(str(error).rstrip(".").split())


_MEMORIES: WeakKeyDictionary[Workbench, _Memory] = WeakKeyDictionary()


def _edition(memory: _Memory, release: Release, bench: Workbench, name: str, analysis: Analysis) -> Edition:
    """As released, or with what changed since."""
    edition = edition_of_release(release)
    same = release.analyses.get(name) == analysis_digest(bench.inputs(name, analysis))
    if not (same and _same_software(release, bench)):
        found = _changed(memory, release.versions[0], bench, name, analysis)
        after = replace(edition, released=False, previous=release.version)
        if isinstance(found, str):
            if not same:
                return replace(after, remark=found)
        elif _differs(found) and not (same and found.kind == "not comparable"):
            return replace(after, changes=found)
    if not release.past:
        return edition
    before = _changed(memory, release.past[0], bench, name, analysis)
    edition = replace(edition, previous=release.past[0].version)
    if isinstance(before, str):
        return replace(edition, remark=before)
    return replace(edition, changes=before)


def _same_software(release: Release, bench: Workbench) -> bool:
    """Whether the release was made by the running software, so that equal inputs give equal results."""
    running = {"metasyn": bench.environment.metasyn, "source": bench.environment.source}
    return dict(release.software) == running


def _changed(
    memory: _Memory, since: PastRelease, bench: Workbench, name: str, analysis: Analysis
) -> AnalysisChange | str:
    """What changed in an analysis since a release, or why that cannot be told."""
    from metasyn.changes.compare import compare_states
    from metasyn.changes.state import EvidenceState

    old = memory.state(since)
    if isinstance(old, str):
        return old
    now = EvidenceState(
        label="now", tables=memory.tables(), evidence=bench.evidence, analyses={name: analysis}
    )
    found = compare_states(old, now, names=(name,))
    return next(one for one in found.analyses if one.name == name)


def _differs(change: AnalysisChange) -> bool:
    """Whether an analysis is not as in a release; a remark in its script alone makes no difference."""
    return change.kind != "unchanged" or bool(change.rows or change.options)
