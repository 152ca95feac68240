"""A project at one moment: what is read of it, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from metasyn.errors import WorkspaceError
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.hashing import folder_hashes, hash_bytes, hash_of_hashes
from metasyn.workspace.staleness.manifest import Environment, Inputs, current_environment
from metasyn.workspace.staleness.state import same_files, staleness

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.evidence.selection import Evidence

__all__ = ["Workbench"]

_READS = 5  # of tables that are being changed meanwhile


class Workbench:
    """A project at one moment: its tables, scripts, hashes and software, each read at most once.

    Parameters
    ----------
    project : Project
    scripts : mapping of str to bytes, optional
        Scripts that have been read already, by the name of the analysis.
    """

    def __init__(self, project: Project, scripts: Mapping[str, bytes] | None = None) -> None:
        self.project = project
        self._scripts = dict(scripts or {})
        self._analyses: dict[str, Analysis] = {}

    @cached_property
    def environment(self) -> Environment:
        """The running software."""
        return current_environment()

    @cached_property
    def tables(self) -> dict[str, str]:
        """The hash of every evidence table by file name."""
        return folder_hashes(self.project.data, "*.csv")

    @property
    def data_hash(self) -> str:
        """One hash of all evidence tables."""
        return hash_of_hashes(self.tables)

    @cached_property
    def release_hash(self) -> str:
        """Hash of `data/release.json`, empty if there is none; with the archives that are not there."""
        from metasyn.workspace.release.files import release_digest

        return release_digest(self.project.data)

    @cached_property
    def evidence(self) -> Evidence:
        """The validated tables, those of `tables`; raises `EvidenceError` with every problem."""
        from metasyn.evidence.read import read_evidence

        for _ in range(_READS):
            before = self.tables
            evidence = read_evidence(self.project.data)
            self.tables = folder_hashes(self.project.data, "*.csv")
            if self.tables == before:
                return evidence
        raise WorkspaceError(f"the tables in {self.project.data} change while they are read; try again.")

    @cached_property
    def row_hashes(self) -> dict[str, str]:
        """The hash of every row by key."""
        from metasyn.evidence.digest import digests

        return dict(digests(self.evidence))

    def script(self, name: str) -> bytes:
        """The script of that name; raises `WorkspaceError` if it cannot be read."""
        if name not in self._scripts:
            path = self.project.script(name)
            try:
                self._scripts[name] = path.read_bytes()
            except OSError as error:
                raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error
        return self._scripts[name]

    def load(self, name: str) -> Analysis:
        """The analysis declared in the script of that name."""
        from metasyn.workspace.scripts import load_script

        if name not in self._analyses:
            self._analyses[name] = load_script(self.project.script(name), self.script(name))
        return self._analyses[name]

    def inputs(self, name: str, analysis: Analysis) -> Inputs:
        """Everything the report of an analysis depends on, as it is now."""
        from metasyn.analysis.declared import declared_options
        from metasyn.workspace.staleness.reach import reached_rows

        return Inputs(
            script=hash_bytes(self.script(name)),
            rows={key: self.row_hashes[key] for key in reached_rows(analysis, self.evidence)},
            data=self.data_hash,
            environment=self.environment,
            release=self.release_hash,
            options=declared_options(analysis),
            tables=self.tables,
        )

    def untouched(self, name: str) -> bool:
        """Whether neither tables, script, software nor outputs changed at all."""
        try:
            script = hash_bytes(self.script(name))
            folder = self.project.report(name)
            return same_files(folder, script, self.data_hash, self.environment, self.release_hash)
        except (WorkspaceError, FileNotFoundError):
            return False  # a script or an output went while it was looked at

    def reasons(self, name: str) -> tuple[str, ...]:
        """Why the report of an analysis is out of date; empty if it is up to date."""
        if self.untouched(name):
            return ()
        return staleness(self.project.report(name), self.inputs(name, self.load(name)))
