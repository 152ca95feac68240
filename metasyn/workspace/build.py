"""Building the reports of a project: each analysis that is stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from metasyn.errors import MetasynError
from metasyn.workspace.hashing import hash_file, hash_folder
from metasyn.workspace.project import Project
from metasyn.workspace.state import (
    MANIFEST,
    Environment,
    Inputs,
    current_environment,
    manifest_bytes,
    same_files,
    staleness,
)

if TYPE_CHECKING:
    from metasyn.analysis.result import AnalysisResult
    from metasyn.analysis.spec import Analysis
    from metasyn.evidence.selection import Evidence

__all__ = ["Build", "Workbench", "build"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Build:
    """What became of one analysis in a run.

    Attributes
    ----------
    state : {'built', 'up to date', 'failed'}
    reasons : tuple of str
        Why it was built.
    result : AnalysisResult or None
        Only where it was built.
    files : tuple of str
        What was written, relative to the folder of the report.
    error : MetasynError or None
        Why it failed; the previous report is then untouched.
    """

    name: str
    state: Literal["built", "up to date", "failed"]
    reasons: tuple[str, ...] = ()
    result: AnalysisResult | None = None
    files: tuple[str, ...] = ()
    error: MetasynError | None = None


class Workbench:
    """A project at one moment: its tables, hashes and software, each read at most once.

    Parameters
    ----------
    project : Project
    """

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def environment(self) -> Environment:
        """The running software."""
        return current_environment()

    @cached_property
    def data_hash(self) -> str:
        """One hash of all evidence tables."""
        return hash_folder(self.project.data, "*.csv")

    @cached_property
    def evidence(self) -> Evidence:
        """The validated tables; raises `EvidenceError` with every problem."""
        from metasyn.evidence.read import read_evidence

        return read_evidence(self.project.data)

    @cached_property
    def row_hashes(self) -> dict[str, str]:
        """The hash of every row by key."""
        from metasyn.evidence.digest import digests

        return dict(digests(self.evidence))

    def load(self, name: str) -> Analysis:
        """The analysis declared in the script of that name."""
        from metasyn.workspace.scripts import load_script

        return load_script(self.project.script(name))

    def inputs(self, name: str, analysis: Analysis) -> Inputs:
        """Everything the report of an analysis depends on, as it is now."""
        from metasyn.workspace.reach import reached_rows

        return Inputs(
            script=hash_file(self.project.script(name)),
            data=self.data_hash,
            rows={key: self.row_hashes[key] for key in reached_rows(analysis, self.evidence)},
            environment=self.environment,
        )

    def untouched(self, name: str) -> bool:
        """Whether neither tables, script, software nor outputs changed at all."""
        folder, script = self.project.report(name), self.project.script(name)
        return same_files(folder, hash_file(script), self.data_hash, self.environment)

    def reasons(self, name: str) -> tuple[str, ...]:
        """Why the report of an analysis is out of date; empty if it is up to date."""
        if self.untouched(name):
            return ()
        return staleness(self.project.report(name), self.inputs(name, self.load(name)))


def build(
    project: Project, names: Sequence[str], *, force: bool = False, progress: Progress | None = None
) -> tuple[Build, ...]:
    """Build the report of every named analysis that is out of date.

    Nothing is written when the evidence tables are invalid. An analysis that fails keeps its
    previous report, and the others are still built. Each report is replaced as a whole.

    Parameters
    ----------
    project : Project
    names : sequence of str
        Names of analyses, each known to the project.
    force : bool
        Build also what is up to date.
    progress : callable, optional
        Told `(name, position, total)` before each analysis that needs a look.

    Returns
    -------
    tuple of Build
        One per name, in order.

    Raises
    ------
    EvidenceError
        If the tables break their rules.
    """
    bench = Workbench(project)
    quiet = set() if force else {name for name in names if bench.untouched(name)}
    todo = [name for name in names if name not in quiet]
    if todo:
        _ = bench.evidence  # the tables are judged before anything is written
    builds = []
    for name in names:
        if name in quiet:
            builds.append(Build(name=name, state="up to date"))
            continue
        if progress is not None:
            progress(name, todo.index(name) + 1, len(todo))
        builds.append(_attempt(bench, name, force))
    return tuple(builds)


def _attempt(bench: Workbench, name: str, force: bool) -> Build:
    """Build one analysis, or say why it is not built."""
    try:
        return _build_one(bench, name, force)
    except MetasynError as error:
        return Build(name=name, state="failed", error=error)


def _build_one(bench: Workbench, name: str, force: bool) -> Build:
    analysis = bench.load(name)
    inputs = bench.inputs(name, analysis)
    folder = bench.project.report(name)
    reasons = ("--force",) if force else staleness(folder, inputs)
    if not reasons:
        return Build(name=name, state="up to date")

    from metasyn.analysis.run import run_analysis
    from metasyn.report.atomic import replace_folder
    from metasyn.report.write import render_report

    result = run_analysis(analysis, bench.evidence, name)
    files = dict(render_report(result))
    replace_folder(folder, {**files, MANIFEST: manifest_bytes(inputs, files)})
    return Build(name=name, state="built", reasons=reasons, result=result, files=tuple(sorted(files)))
