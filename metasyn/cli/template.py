"""`metasyn template`: a workbook to extract into."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

__all__ = ["TEMPLATE_EXAMPLES", "template"]

TEMPLATE_EXAMPLES = """\
Examples:
  metasyn template extraction.xlsx               an empty workbook
  metasyn template extraction.xlsx --with-data   with the rows of this project

Fill it in with Excel or LibreOffice, then: metasyn import extraction.xlsx
"""


def template(
    out: Annotated[Path, Parameter(help="The workbook to write; its name ends in .xlsx.")],
    /,
    *,
    with_data: Annotated[
        bool, Parameter(help="Fill in the tables of the project.", show_default=False)
    ] = False,
    replace: Annotated[bool, Parameter(help="Write over a file that exists.", show_default=False)] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Write an Excel workbook with a sheet for every table, drop-downs and notes."""
    from metasyn.cli.console import say
    from metasyn.workspace.extraction.export import write_template

    data = chosen_project(project).data if with_data else None
    say(f"wrote {write_template(out, data, replace=replace)}")
    return ExitCode.OK
