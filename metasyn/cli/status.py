"""`metasyn status`: which reports are out of date, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.workspace.staleness.status import ProjectStatus

__all__ = ["STATUS_EXAMPLES", "status_command"]

STATUS_EXAMPLES = """\
Examples:
  metasyn status                every report: up to date, or what changed since it was built
  metasyn status my_question    one of them
  metasyn status --all          every changed row and cell, not the first few
  metasyn status --json         for machines, every value in full

Nothing is computed and nothing is written: 'metasyn run' builds what is stale here.
Exit code 0: every report is up to date. 1: one is stale or was never built.
2: the tables break a rule, or a script cannot be loaded.
"""


def status_command(
    *names: Annotated[str, Parameter(help="Names of analyses, or their scripts; by default all.")],
    show_all: Annotated[
        bool, Parameter(name="--all", help="Show every row and cell that changed.", show_default=False)
    ] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Everything as one JSON document.", show_default=False)
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Tell which reports are out of date and why: rows, options, software, with old and new values."""
    from metasyn.cli.console import complain, say_json
    from metasyn.evidence.collector import collector_paused
    from metasyn.workspace.staleness.status import status

    home = chosen_project(project)
    wanted = tuple(dict.fromkeys(home.resolve(name) for name in names)) or home.names()
    with collector_paused():
        found = status(home, wanted)
    if as_json:
        from metasyn.cli.status_text import status_json

        say_json(status_json(found))
    elif wanted:
        _say(found, show_all)
    else:
        complain(f"metasyn: there are no analyses in {home.analyses}; start one with 'metasyn new NAME'.")
    return _code(found)


def _say(found: ProjectStatus, show_all: bool) -> None:
    """The broken rules, a line or a block per analysis, and what to do."""
    from metasyn.cli.console import say
    from metasyn.cli.findings import broken_rules, terminal_width
    from metasyn.cli.status_text import shared_reasons, status_lines

    width = terminal_width()
    if found.broken:
        say(broken_rules(found.broken, width=width))
        say()
    shared = () if show_all else shared_reasons(found.analyses)
    for reason in shared:
        say(f"all reports: {reason.words}")
    for one in found.analyses:
        for line in status_lines(one, width=width, everything=show_all, told=shared):
            say(line)
    waiting = sum(one.state in ("stale", "never built") for one in found.analyses)
    if waiting:
        are, it = ("is", "it") if waiting == 1 else ("are", "them")
        first = "once the tables keep their rules, " if found.broken else ""
        of = f"{len(found.analyses)} report{'s' if len(found.analyses) > 1 else ''}"
        say(f"{waiting} of {of} {are} out of date: {first}'metasyn run' builds {it}.")


def _code(found: ProjectStatus) -> ExitCode:
    states = {one.state for one in found.analyses}
    if found.broken or "failed" in states or "not known" in states:
        return ExitCode.BAD_INPUT
    return ExitCode.OK if states <= {"up to date"} else ExitCode.STALE_OR_FAILED_CHECK
