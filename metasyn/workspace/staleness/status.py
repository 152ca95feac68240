"""Which reports are out of date and why: what changed, from which value to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from metasyn.errors import EvidenceError, MetasynError
from metasyn.values import Finding
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.hashing import hash_bytes
from metasyn.workspace.staleness.manifest import NEVER_BUILT, Manifest, read_manifest, without_manifest
from metasyn.workspace.staleness.row_reasons import RowChanges
from metasyn.workspace.staleness.snapshot import kept_tables
from metasyn.workspace.staleness.state import Reason, edited_options, edited_outputs, software_reasons

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis

__all__ = ["AnalysisStatus", "ProjectStatus", "State", "status"]

_THREADS = 2

State = Literal["up to date", "stale", "never built", "not known", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisStatus:
    """How the report of one analysis stands.

    Attributes
    ----------
    name : str
    state : {'up to date', 'stale', 'never built', 'not known', 'failed'}
        `"failed"`: its script cannot be loaded, or names what the tables do not hold, so that nothing can
        be built. `"not known"`: the tables break a rule, and what changed in them may or may not concern it.
    reasons : tuple of Reason
        Why it is stale: script, options, rows, order, software, release, files.
    error : str
        Why it failed; else empty.
    """

    name: str
    state: State
    reasons: tuple[Reason, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """How all reports stand.

    Attributes
    ----------
    analyses : tuple of AnalysisStatus
        In the order asked for.
    broken : tuple of Finding
        Rules that the tables break, where it had to be asked; nothing can be built until they hold.
    """

    analyses: tuple[AnalysisStatus, ...]
    broken: tuple[Finding, ...] = ()


def status(project: Project, names: Sequence[str]) -> ProjectStatus:
    """Tell of every named analysis whether `metasyn run` would build its report, and why.

    No synthesis is computed and nothing is written. While the tables are as they were, only hashes are
    compared; where they changed, the rows that differ are read with those they can have to do with, and
    everything only where these cannot tell (see `evidence.changed_part`).

    Parameters
    ----------
    project : Project
    names : sequence of str
        Names of analyses, each known to the project.

    Returns
    -------
    ProjectStatus
    """
    look = _Look(project)
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        # Files are read and hashed outside the lock of the interpreter, while rows are looked at.
        known = {name: read_manifest(project.report(name)) for name in names}
        look.outputs = {
            name: pool.submit(edited_outputs, project.report(name), one[1])
            for name, one in known.items()
            if one is not None
        }
        told = {name: look.quick(name, one) for name, one in known.items()}
        analyses = tuple(one if one is not None else look.thorough(name) for name, one in told.items())
    return ProjectStatus(analyses=analyses, broken=look.broken)


class _Look:
    """A project as it is now, and what is found out about it on the way."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.bench = Workbench(project)
        self.broken: tuple[Finding, ...] = ()
        self.outputs: dict[str, Future[tuple[Reason, ...]]] = {}
        self._known: dict[str, Manifest] = {}
        self._asked: dict[str, dict[str, Analysis]] = defaultdict(dict)
        self._changes: dict[str, RowChanges] = {}

    def quick(self, name: str, known: Manifest | None) -> AnalysisStatus | None:
        """What the script alone tells; None where there is more to be looked at."""
        try:
            script = hash_bytes(self.bench.script(name))
            if known is None:
                self.bench.load(name)
                return self._without_manifest(name)
            inputs = known[0]
            if script != inputs.script or inputs.data != self.bench.data_hash:
                self._asked[inputs.data][name] = self.bench.load(name)
        except MetasynError as error:
            return AnalysisStatus(name=name, state="failed", error=str(error))
        self._known[name] = known
        return None

    def thorough(self, name: str) -> AnalysisStatus:
        """Everything that is otherwise than when a report was built."""
        known = self._known[name]
        bench, inputs = self.bench, known[0]
        script = self._of_script(name, known)
        try:
            rows = self._of_rows(name, known)
        except MetasynError as error:
            return AnalysisStatus(name=name, state="failed", error=str(error))
        software = software_reasons(inputs, environment=bench.environment, release=bench.release_hash)
        reasons = (*script, *(rows or ()), *software, *self.outputs[name].result())
        state: State = "stale" if reasons else "up to date" if rows is not None else "not known"
        return AnalysisStatus(name=name, state=state, reasons=reasons)

    def _without_manifest(self, name: str) -> AnalysisStatus:
        words = without_manifest(self.project.report(name))
        if words == NEVER_BUILT:
            return AnalysisStatus(
                name=name, state="never built", reasons=(Reason(kind="never built", words=words),)
            )
        return AnalysisStatus(name=name, state="stale", reasons=(Reason(kind="other version", words=words),))

    def _of_script(self, name: str, known: Manifest) -> tuple[Reason, ...]:
        """That a script was edited, and what it declares otherwise."""
        if hash_bytes(self.bench.script(name)) == known[0].script:
            return ()
        from metasyn.analysis.declared import declared_options

        options = tuple(edited_options(known[0].options, declared_options(self.bench.load(name))))
        words = "script changed" if options else "script changed, but nothing that it declares"
        return (Reason(kind="script", words=words), *options)

    def _of_rows(self, name: str, known: Manifest) -> tuple[Reason, ...] | None:
        """The changed rows that concern a report; None where broken rules leave it open."""
        inputs = known[0]
        if inputs.data == self.bench.data_hash:
            return ()
        changes = self._changes_since(inputs.data, inputs.tables)
        if not self.broken:
            try:
                return changes.reasons(name, self.bench.load(name), inputs)
            except EvidenceError as error:
                self.broken = tuple(error.findings)
        return changes.certain(inputs) or None

    def _changes_since(self, data: str, tables: Mapping[str, str]) -> RowChanges:
        """What changed since a version of the tables, looked at once for all reports built from it."""
        if data not in self._changes:
            old = kept_tables(self.project, tables) if tables else None
            self._changes[data] = RowChanges(self.bench, old, self._tables, self._asked[data].values())
        return self._changes[data]

    @cached_property
    def _tables(self) -> dict[str, bytes]:
        """The tables as they are now."""
        return {name: (self.project.data / name).read_bytes() for name in self.bench.tables}
