"""`metasyn new`: start an analysis."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

__all__ = ["NEW_EXAMPLES", "new"]

NEW_EXAMPLES = """\
Examples:
  metasyn new my_question    writes analyses/my_question.py
"""


def new(
    name: Annotated[str, Parameter(help="Letters, digits and _; it names the script and the report.")],
    /,
    *,
    project: ProjectOption = None,
) -> ExitCode:
    """Write a commented analysis script, to be edited and run."""
    from metasyn.cli.console import say
    from metasyn.workspace.new import write_script

    home = chosen_project(project)
    path = write_script(home, name)
    say(f"wrote {home.shown(path)}\nEdit it, then: metasyn run {name}")
    return ExitCode.OK
