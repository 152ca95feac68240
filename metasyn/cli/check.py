"""`metasyn check`: look for mistakes in tables and scripts without writing anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.cli.audit import Shown
    from metasyn.evidence.selection import Evidence
    from metasyn.workspace.building.build import Workbench
    from metasyn.workspace.project import Project

__all__ = ["CHECK_EXAMPLES", "check"]

CHECK_EXAMPLES = """\
Examples:
  metasyn check              tables and scripts of this project
  metasyn check data         only the tables of a folder
  metasyn check data --notes what is only worth knowing, too; --answered: what the data answer
  metasyn check trials.csv   one plain table (label, events, n, percent, estimate, ci_low, p, ...)
  metasyn check book.xlsx    every sheet: plain tables, or the workbook of metasyn template
  metasyn check data --json  every finding as a JSON list, for machines
  metasyn check --reports    also fail (exit code 1) if a report is out of date

First every row is held to the rules of the tables (exit code 2 if one is broken), then the audit
looks for figures that cannot all be true (exit code 1 if it finds an error). A finding that is not
an error of the data is answered in the column accepted_because: code: reason.
"""


def check(
    path: Annotated[
        Path | None,
        Parameter(help="A project, a folder of tables, a table or a workbook; by default this project."),
    ] = None,
    /,
    *,
    reports: Annotated[
        bool, Parameter(help="Also ask that every report is up to date.", show_default=False)
    ] = False,
    notes: Annotated[
        bool, Parameter(help="Also list what is only worth knowing.", show_default=False)
    ] = False,
    answered: Annotated[
        bool, Parameter(help="Also list findings that the data answer.", show_default=False)
    ] = False,
    audit: Annotated[
        bool, Parameter(help="Accepted for older scripts: the audit always runs.", show_default=False)
    ] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="The findings about the tables as JSON only.", show_default=False)
    ] = False,
) -> ExitCode:
    """Look for mistakes in the evidence tables and the analysis scripts; nothing is written.

    In a project every analysis is also run as a trial (not with --json, which is about the tables).
    """
    from metasyn.cli.audit import Shown
    from metasyn.evidence.collector import collector_paused

    shown = Shown(notes=notes, answered=answered, as_json=as_json)
    with collector_paused():
        return _checked(path, reports, shown)


def _checked(path: Path | None, reports: bool, shown: Shown) -> ExitCode:
    """A table, a folder or a project."""
    from metasyn.errors import OptionError, WorkspaceError

    if path is not None and not path.exists():
        raise WorkspaceError(f"{path} does not exist; expected a project, a folder of tables, or a table.")
    if path is not None and path.is_file():
        if reports:
            raise OptionError(f"--reports needs a project; {path} is a table.")
        return _file(path, shown)
    if path is not None and not (path / "analyses").is_dir() and not (path / "data").is_dir():
        if reports:
            raise OptionError(f"--reports needs a project; {path} is a folder of tables.")
        from metasyn.evidence.read import read_evidence

        return _tables(lambda: read_evidence(path), path, str(path), shown)
    return _project(path, reports, shown)


def _file(path: Path, shown: Shown) -> ExitCode:
    """One table, or a workbook."""
    from metasyn.cli.audit import Checked, checked_file, told
    from metasyn.errors import EvidenceError, WorkspaceError

    if path.name != "studies.csv" and (path.parent / "studies.csv").is_file() and path.suffix == ".csv":
        raise WorkspaceError(f"{path} is one of several tables that belong together; check {path.parent}.")
    try:
        checked = checked_file(path)
    except EvidenceError as error:
        checked = Checked(place=str(path), broken=error.findings)
    return told(checked, shown)


def _tables(read: Callable[[], Evidence], folder: Path, place: str, shown: Shown) -> ExitCode:
    """A folder of evidence tables."""
    from metasyn.cli.audit import checked_evidence, checked_folder, told
    from metasyn.errors import EvidenceError

    try:
        checked = checked_evidence(read(), place)
    except EvidenceError as error:
        checked = checked_folder(folder, place, error.findings)
    return told(checked, shown)


def _project(path: Path | None, reports: bool, shown: Shown) -> ExitCode:
    """The tables of a project, and each of its analyses as a trial."""
    from metasyn.cli.run import chosen_project
    from metasyn.workspace.building.build import Workbench

    bench = Workbench(chosen_project(path))
    data = bench.project.data
    tables = _tables(lambda: bench.evidence, data, bench.project.shown(data), shown)
    if tables is ExitCode.BAD_INPUT or shown.as_json:
        return tables
    released = _releases(bench.project)
    return max([tables, released, *(_one(bench, name, reports) for name in bench.project.names())])


def _releases(project: Project) -> ExitCode:
    """Whether every version of the evidence is still as it was released."""
    from metasyn.cli.console import say
    from metasyn.workspace.release.editions import release_problems

    problems = release_problems(project)
    for problem in problems:
        say(problem)
    return ExitCode.STALE_OR_FAILED_CHECK if problems else ExitCode.OK


def _one(bench: Workbench, name: str, reports: bool) -> ExitCode:
    """Trial run of one analysis."""
    from metasyn.analysis.run import run_analysis
    from metasyn.cli.console import say
    from metasyn.cli.exit_codes import exit_code_of
    from metasyn.errors import MetasynError
    from metasyn.report.document import build_document

    try:
        build_document(run_analysis(bench.load(name), bench.evidence, name))
        reasons = bench.reasons(name) if reports else ()
    except MetasynError as error:
        say(f"{name}: {error}")
        return max(ExitCode.BAD_INPUT, exit_code_of(error))
    say(f"{name}: out of date: {'; '.join(reasons)}" if reasons else f"{name}: no problems")
    return ExitCode.STALE_OR_FAILED_CHECK if reasons else ExitCode.OK
