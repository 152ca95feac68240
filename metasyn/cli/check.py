"""`metasyn check`: look for mistakes in tables and scripts without writing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.evidence.selection import Evidence
    from metasyn.workspace.build import Workbench

__all__ = ["CHECK_EXAMPLES", "check"]

CHECK_EXAMPLES = """\
Examples:
  metasyn check              tables and scripts of this project
  metasyn check data         only the tables of a folder
  metasyn check --reports    also fail (exit code 1) if a report is out of date
"""


def check(
    path: Annotated[
        Path | None,
        Parameter(help="A project, or a folder of evidence tables; by default the project you are in."),
    ] = None,
    /,
    *,
    reports: Annotated[
        bool, Parameter(help="Also ask that every report is up to date.", show_default=False)
    ] = False,
) -> ExitCode:
    """Look for mistakes in the evidence tables and the analysis scripts; nothing is written.

    In a project every analysis is also run as a trial.
    """
    from metasyn.cli.console import say
    from metasyn.cli.run import chosen_project
    from metasyn.errors import EvidenceError, OptionError, WorkspaceError
    from metasyn.workspace.build import Workbench

    if path is not None and not path.is_dir():
        raise WorkspaceError(f"{path} is not a folder; expected a project or a folder of evidence tables.")
    tables_only = path is not None and not (path / "analyses").is_dir() and not (path / "data").is_dir()
    if tables_only and reports:
        raise OptionError(f"--reports needs a project; {path} is a folder of tables.")
    try:
        if tables_only and path is not None:
            from metasyn.evidence.read import read_evidence

            say(_counted(str(path), read_evidence(path)))
            return ExitCode.OK
        bench = Workbench(chosen_project(path))
        say(_counted(bench.project.shown(bench.project.data), bench.evidence))
    except EvidenceError as error:
        say(str(error))
        return ExitCode.BAD_INPUT
    return max((_one(bench, name, reports) for name in bench.project.names()), default=ExitCode.OK)


def _counted(place: str, evidence: Evidence) -> str:
    counts = (
        (len(evidence.results), "results"),
        (len(evidence.studies), "studies"),
        (len(evidence.cohorts), "cohorts"),
        (len(evidence.sources), "sources"),
        (len(evidence.ongoing), "ongoing trials"),
    )
    return f"{place}: no problems in {', '.join(f'{n} {what}' for n, what in counts)}"


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
