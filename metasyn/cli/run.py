"""`metasyn run`: build the reports that are out of date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.workspace.build import Build
    from metasyn.workspace.project import Project

__all__ = ["RUN_EXAMPLES", "ProjectOption", "chosen_project", "run"]

RUN_EXAMPLES = """\
Examples:
  metasyn run                       every report that is out of date
  metasyn run my_question           one of them
  metasyn run analyses/my_question.py --force
  metasyn run --project ~/review    from anywhere

A report that is up to date is left alone. When the tables have a mistake,
nothing is written and the exit code is 2.
"""

ProjectOption = Annotated[
    Path | None, Parameter(help="Folder of the project; by default the one you are in.", show_default=False)
]


def run(
    *names: Annotated[str, Parameter(help="Names of analyses, or their scripts; by default all.")],
    force: Annotated[bool, Parameter(help="Build also what is up to date.", show_default=False)] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Build the report of every analysis whose data, script or software changed."""
    from metasyn.cli.console import complain, progress, say
    from metasyn.workspace.build import build
    from metasyn.workspace.index import refresh_index

    home = chosen_project(project)
    wanted = tuple(dict.fromkeys(home.resolve(name) for name in names)) or home.names()
    if not wanted:
        complain(f"metasyn: there are no analyses in {home.analyses}; start one with 'metasyn new NAME'.")
        return ExitCode.OK
    with progress() as tell:
        builds = build(home, wanted, force=force, progress=tell)
    for done in builds:
        say(_in_words(home, done))
        if done.error is not None:
            complain(f"metasyn: {done.name}: {done.error}")
    if refresh_index(home):
        say(f"index: wrote {home.shown(home.reports / 'index.html')}")
    return _worst(builds)


def chosen_project(folder: Path | None) -> Project:
    """The project named with `--project`, else the one the working directory lies in."""
    from metasyn.workspace.project import find_project, open_project

    return find_project(Path.cwd()) if folder is None else open_project(folder)


def _in_words(project: Project, done: Build) -> str:
    """What became of one analysis: nothing to do, failed, or its results and its files."""
    from metasyn.cli.headline import headline_lines, open_findings_line

    folder = project.report(done.name)
    waiting = open_findings_line(folder)
    if done.state == "up to date":
        return "\n".join(filter(None, (f"{done.name}: up to date", waiting)))
    if done.result is None:
        kept = "its previous report is kept" if folder.is_dir() else "it has no report"
        return f"{done.name}: failed, {kept}"
    wrote = f"  wrote {len(done.files)} files to {project.shown(folder)}/: {_kinds(done.files)}"
    head = f"{done.name}: built ({_shortened(done.reasons)})"
    return "\n".join(filter(None, (head, *headline_lines(folder, done.result), waiting, wrote)))


def _shortened(reasons: tuple[str, ...], limit: int = 3) -> str:
    more = len(reasons) - limit
    return "; ".join(reasons[:limit]) + (f"; and {more} more" if more > 0 else "")


def _kinds(files: tuple[str, ...]) -> str:
    """The files at the top by name, folders by their number of files."""
    top = [name for name in files if "/" not in name]
    folders = sorted({name.split("/")[0] for name in files if "/" in name})
    counts = [f"{folder}/ ({sum(name.startswith(folder + '/') for name in files)})" for folder in folders]
    return ", ".join([*top, *counts])


def _worst(builds: tuple[Build, ...]) -> ExitCode:
    from metasyn.cli.exit_codes import exit_code_of

    return max((exit_code_of(done.error) for done in builds if done.error), default=ExitCode.OK)
