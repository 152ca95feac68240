"""`metasyn import`: tables from a workbook or another CSV file into the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.evidence.intake import TableChange
    from metasyn.workspace.extraction.intake import ImportResult
    from metasyn.workspace.project import Project

__all__ = ["IMPORT_EXAMPLES", "import_command"]

IMPORT_EXAMPLES = """\
Examples:
  metasyn import extraction.xlsx              into the tables of this project
  metasyn import extraction.xlsx --replace    also where rows would change
  metasyn import extraction.xlsx --into data2 into another folder
  metasyn import trials.csv --map names.toml  a table with other column names
  metasyn import more.csv --table sources     a table with ours
  metasyn import for_excel                    a folder of CSV files, one per table

In a folder that is no project yet, this starts one: it makes data/ and analyses/.

A mapping file says what the columns are called:
  [results.columns]
  "Hazard ratio" = "value"
  [results.fixed]
  statistic = "HR"
  [results.words.status]
  "excluded" = "unusable"
and, where needed, separator = ";" and decimal = "," at its top, and
ignore = ["Reviewer"] or sheet = "Table 1" under [results].

Nothing is written while there is a mistake, or (without --replace) where a
table of the folder would change; then it is shown what would change.
"""

_SHOWN = 20


def import_command(
    file: Annotated[Path, Parameter(help="A workbook (.xlsx, .xlsm), a CSV file or a folder of these.")],
    /,
    *,
    into: Annotated[
        Path | None,
        Parameter(help="The data folder; by default that of the project.", show_default=False),
    ] = None,
    mapping: Annotated[
        Path | None,
        Parameter(name="--map", help="A TOML file that translates column names.", show_default=False),
    ] = None,
    table: Annotated[
        str, Parameter(help="Which table a CSV file is; by default the one named like it.")
    ] = "",
    replace: Annotated[
        bool, Parameter(help="Also change tables that are there.", show_default=False)
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Check tables from elsewhere, and write them to the data folder if they keep every rule."""
    from metasyn.cli.console import complain, say
    from metasyn.errors import EvidenceError
    from metasyn.evidence.intake import read_intake, read_mapping
    from metasyn.workspace.extraction.intake import import_tables

    home = _home(project) if into is None else None
    folder = home.data if home is not None else cast(Path, into)
    try:
        names = read_mapping(mapping) if mapping is not None else None
        intake = read_intake(file, mapping=names, table=table, exported=True)
        done = import_tables(intake, folder, replace=replace)
    except EvidenceError as error:
        say(str(error))
        complain("metasyn: nothing was written.")
        return ExitCode.BAD_INPUT
    for finding in done.findings:
        complain(f"{finding.severity}: {finding}")
    for change in done.changes:
        say(_in_words(change, change.table in done.new))
    code = _told(done)
    if home is not None and done.written and not home.analyses.is_dir():
        home.analyses.mkdir()
        say(f"{home.root} is a project now; next: metasyn check, then metasyn new NAME")
    return code


def _home(folder: Path | None) -> Project:
    """The project that tables go to; where there is none, the working directory is to become one."""
    from metasyn.errors import WorkspaceError
    from metasyn.workspace.project import Project

    try:
        return chosen_project(folder)
    except WorkspaceError:
        if folder is not None:
            raise
        return Project(Path.cwd().resolve())


def _told(done: ImportResult) -> ExitCode:
    """What was done, and the exit code for it."""
    from metasyn.cli.console import complain, say

    if not done.changes:
        say(f"nothing to change: {done.folder} holds these tables already")
    elif done.written:
        say(f"wrote {len(done.changes)} table{'s' * (len(done.changes) > 1)} to {done.folder}")
    else:
        complain("metasyn: nothing was written: tables of the folder would change; --replace changes them.")
        return ExitCode.STALE_OR_FAILED_CHECK
    return ExitCode.OK


def _in_words(change: TableChange, new: bool) -> str:
    """One table, with the first cells that change."""
    if new:
        return f"{change.table}: new, {len(change.added)} rows"
    parts = [
        f"{len(items)} {what}"
        for items, what in (
            (change.added, "rows added"),
            (change.removed, "rows removed"),
            (change.changed, "cells changed"),
            (change.columns_added, "columns added"),
            (change.columns_removed, "columns removed"),
        )
        if items
    ]
    lines = [f"{change.table}: {', '.join(parts) or 'another order'}"]
    lines += [f"  {cell.key}, {cell.column}: {cell.old!r} → {cell.new!r}" for cell in change.changed[:_SHOWN]]
    lines += [f"  removed: {key}" for key in change.removed[:_SHOWN]]
    left = max(0, len(change.changed) - _SHOWN) + max(0, len(change.removed) - _SHOWN)
    if left:
        lines.append(f"  and {left} more")
    return "\n".join(lines)
