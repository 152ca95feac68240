"""`metasyn check`: look for mistakes in tables and scripts without writing anything."""

from __future__ import annotations

from collections.abc import Callable
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
  metasyn check data --audit figures that cannot all be true, too
  metasyn check trials.csv   the same for one plain table (label, events, n, percent, estimate, ...)
  metasyn check trials.csv --json
  metasyn check --reports    also fail (exit code 1) if a report is out of date
"""


def check(
    path: Annotated[
        Path | None,
        Parameter(help="A project, a folder of evidence tables or one plain table; by default this project."),
    ] = None,
    /,
    *,
    reports: Annotated[
        bool, Parameter(help="Also ask that every report is up to date.", show_default=False)
    ] = False,
    audit: Annotated[
        bool, Parameter(help="Also look for figures that cannot all be true.", show_default=False)
    ] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="The findings of the audit as JSON only.", show_default=False)
    ] = False,
) -> ExitCode:
    """Look for mistakes in the evidence tables and the analysis scripts; nothing is written.

    In a project every analysis is also run as a trial.
    """
    from metasyn.cli.audit import audit_file
    from metasyn.errors import OptionError, WorkspaceError

    if path is not None and not path.exists():
        raise WorkspaceError(f"{path} does not exist; expected a project, a folder of tables, or a table.")
    if path is not None and path.is_file():
        if reports:
            raise OptionError(f"--reports needs a project; {path} is a table.")
        if path.name != "studies.csv" and (path.parent / "studies.csv").is_file():
            raise WorkspaceError(
                f"{path} is one of several tables that belong together; check {path.parent}."
            )
        return audit_file(path, as_json=as_json)
    if path is not None and not (path / "analyses").is_dir() and not (path / "data").is_dir():
        if reports:
            raise OptionError(f"--reports needs a project; {path} is a folder of tables.")
        from metasyn.evidence.read import read_evidence

        return _tables(lambda: read_evidence(path), str(path), audit=audit, as_json=as_json)
    return _project(path, reports=reports, audit=audit, as_json=as_json)


def _tables(read: Callable[[], Evidence], place: str, *, audit: bool, as_json: bool) -> ExitCode:
    """A folder of evidence tables."""
    from metasyn.cli.audit import audit_tables
    from metasyn.cli.console import complain, say
    from metasyn.errors import EvidenceError

    try:
        evidence = read()
    except EvidenceError as error:
        (complain if as_json else say)(str(error))
        return ExitCode.BAD_INPUT
    if not as_json:
        say(_counted(place, evidence))
    return audit_tables(evidence, place, as_json=as_json) if audit or as_json else ExitCode.OK


def _project(path: Path | None, *, reports: bool, audit: bool, as_json: bool) -> ExitCode:
    """The tables of a project, and each of its analyses as a trial."""
    from metasyn.cli.run import chosen_project
    from metasyn.workspace.build import Workbench

    bench = Workbench(chosen_project(path))
    place = bench.project.shown(bench.project.data)
    tables = _tables(lambda: bench.evidence, place, audit=audit, as_json=as_json)
    if tables is ExitCode.BAD_INPUT or as_json:
        return tables
    return max([tables, *(_one(bench, name, reports) for name in bench.project.names())])


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
