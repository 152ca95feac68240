"""`metasyn list`: the analyses of a project and whether their reports are up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.workspace.building.build import Workbench

__all__ = ["LIST_EXAMPLES", "list_analyses"]

LIST_EXAMPLES = """\
Examples:
  metasyn list
  metasyn list --project ~/review
"""


def list_analyses(*, project: ProjectOption = None) -> ExitCode:
    """List the analyses: name, whether the report is up to date and why not, title."""
    from metasyn.cli.console import complain, say
    from metasyn.workspace.building.build import Workbench

    bench = Workbench(chosen_project(project))
    names = bench.project.names()
    rows = [(name, *_state_and_title(bench, name)) for name in names]
    widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
    for name, state, title, reasons in rows:
        say(f"{name:<{widths[0]}}  {state:<{widths[1]}}  {title}".rstrip())
        for reason in reasons:
            say(f"{'':<{widths[0]}}  - {reason}")
    if not names:
        complain(
            f"metasyn: there are no analyses in {bench.project.analyses}; start one with 'metasyn new NAME'."
        )
    return ExitCode.OK


def _state_and_title(bench: Workbench, name: str) -> tuple[str, str, tuple[str, ...]]:
    """State in two words, title, and why it is not up to date."""
    from metasyn.errors import MetasynError
    from metasyn.workspace.staleness.state import NEVER_BUILT, read_manifest, without_manifest

    try:
        title = bench.load(name).title
    except MetasynError as error:
        return "cannot run", "", (str(error),)
    folder = bench.project.report(name)
    if read_manifest(folder) is None and without_manifest(folder) == NEVER_BUILT:
        return "never built", title, ()
    try:
        reasons = bench.reasons(name)
    except MetasynError as error:
        first, *rest = str(error).splitlines()
        return "stale", title, (first + (" see 'metasyn check'." if rest else ""),)
    return ("stale" if reasons else "up to date"), title, reasons
