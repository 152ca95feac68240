"""`metasyn export`: the evidence tables for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

__all__ = ["EXPORT_EXAMPLES", "export"]

EXPORT_EXAMPLES = """\
Examples:
  metasyn export --to evidence.xlsx         an Excel workbook
  metasyn export --to evidence.json         one JSON document
  metasyn export --to for_excel             a folder of CSV files
  metasyn export data --to evidence.xlsx    the tables of a folder

In workbook and CSV files no cell can run as a formula: texts that begin with
= + - @ are marked as text. What goes back into a project is the workbook.
"""


def export(
    path: Annotated[
        Path | None,
        Parameter(help="A folder of evidence tables; by default that of the project.", show_default=False),
    ] = None,
    /,
    *,
    to: Annotated[Path, Parameter(help="A name ending in .xlsx or .json, or without ending for a folder.")],
    replace: Annotated[bool, Parameter(help="Write over what exists.", show_default=False)] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Write the evidence tables as a workbook, as JSON, or as CSV that is safe to open."""
    from metasyn.cli.console import say
    from metasyn.workspace.extraction.export import export_tables

    folder = path if path is not None else chosen_project(project).data
    say(f"wrote {export_tables(folder, to, replace=replace)}")
    return ExitCode.OK
