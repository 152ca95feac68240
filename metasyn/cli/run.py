"""`metasyn run`: build the reports that are out of date."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.workspace.building.build import Build
    from metasyn.workspace.building.committed import Checked
    from metasyn.workspace.project import Project

__all__ = ["RUN_EXAMPLES", "ProjectOption", "chosen_project", "run", "tell_waiting"]

RUN_EXAMPLES = """\
Examples:
  metasyn run                       every report that is out of date
  metasyn run my_question           one of them
  metasyn run analyses/my_question.py --force
  metasyn run --project ~/review    from anywhere
  metasyn run --check               write nothing; exit code 1 unless every
                                    report is what the data would give

A report that is up to date is left alone. When the tables have a mistake,
nothing is written and the exit code is 2. Several reports are built at the
same time; while one run writes, another waits. A report whose script is gone
stays in its folder but not in the index, and is named. --check compares the
kinds of files that are there: what is not committed is not asked for.
"""

ProjectOption = Annotated[
    Path | None, Parameter(help="Folder of the project; by default the one you are in.", show_default=False)
]
# As many differences of one report are listed; the others are counted.
_LISTED = 5


def run(
    *names: Annotated[str, Parameter(help="Names of analyses, or their scripts; by default all.")],
    force: Annotated[bool, Parameter(help="Build also what is up to date.", show_default=False)] = False,
    check: Annotated[
        bool, Parameter(help="Write nothing: compare reports with what they would be.", show_default=False)
    ] = False,
    jobs: Annotated[
        int | None, Parameter(help="Build so many at the same time; by default one per processor core.")
    ] = None,
    wait: Annotated[float, Parameter(help="Wait so many seconds for another run; 0 does not wait.")] = 600.0,
    project: ProjectOption = None,
) -> ExitCode:
    """Build the report of every analysis whose data, script or software changed."""
    from metasyn.cli.console import complain
    from metasyn.workspace.building.index import orphans
    from metasyn.workspace.building.lock import require_wait

    require_wait(wait)
    many = _jobs(jobs)
    home = chosen_project(project)
    wanted = tuple(dict.fromkeys(home.resolve(name) for name in names)) or home.names()
    if not wanted:
        complain(f"metasyn: there are no analyses in {home.analyses}; start one with 'metasyn new NAME'.")
        return ExitCode.OK
    if check:
        return _check(home, wanted, many, force)
    code = _build(home, wanted, force, many, wait)
    if not names:
        for name in orphans(home):
            complain(f"metasyn: {_without_analysis(home, name)}")
    return code


def _build(home: Project, wanted: tuple[str, ...], force: bool, jobs: int, wait: float) -> ExitCode:
    """Build, and say what became of each."""
    from metasyn.cli.console import complain, progress, say
    from metasyn.errors import MetasynError
    from metasyn.workspace.building.build import build
    from metasyn.workspace.building.index import refresh_index

    written: list[bool] = []

    def index() -> None:
        with suppress(MetasynError):  # it is tried again, and said, after what became of the reports
            written.append(refresh_index(home))

    with progress() as tell:
        builds = build(
            home,
            wanted,
            force=force,
            jobs=jobs,
            wait=wait,
            progress=tell,
            waiting=tell_waiting,
            then=index,
        )
    for done in builds:
        say(_in_words(home, done))
        if done.error is not None:
            complain(f"metasyn: {done.name}: {done.error}")
    if any(written) or refresh_index(home, wait=wait, waiting=tell_waiting):
        say(f"index: wrote {home.shown(home.reports / 'index.html')}")
    return _worst(builds)


def _check(home: Project, wanted: tuple[str, ...], jobs: int, force: bool) -> ExitCode:
    """Compare, and say what is not as it would be."""
    from metasyn.cli.console import complain, progress, say
    from metasyn.cli.exit_codes import exit_code_of
    from metasyn.errors import OptionError
    from metasyn.workspace.building.committed import check_reports

    if force:
        raise OptionError("--check writes nothing and --force writes everything: give one of them.")
    with progress() as tell:
        found = check_reports(home, wanted, jobs=jobs, progress=tell)
    for one in found:
        say(_compared(home, one))
        if one.error is not None:
            complain(f"metasyn: {one.name}: {one.error}")
    wrong = ExitCode.OK if all(one.state == "same" for one in found) else ExitCode.STALE_OR_FAILED_CHECK
    return max(wrong, *(exit_code_of(one.error) for one in found if one.error), ExitCode.OK)


def chosen_project(folder: Path | None) -> Project:
    """The project named with `--project`, else the one the working directory lies in."""
    from metasyn.workspace.project import find_project, open_project

    return find_project(Path.cwd()) if folder is None else open_project(folder)


def _jobs(given: int | None) -> int:
    """How many processes: as many as asked for, or as there are cores."""
    from metasyn.errors import OptionError
    from metasyn.workspace.building.rendering import available_cores

    if given is not None and given < 1:
        raise OptionError(f"--jobs must be 1 or more; got {given}.")
    return available_cores() if given is None else given


def tell_waiting(whom: str) -> None:
    """Say whom a command waits for; not part of its result."""
    from metasyn.cli.console import complain

    complain(f"metasyn: {whom}")


def _in_words(project: Project, done: Build) -> str:
    """What became of one analysis: nothing to do, failed, or its results and its files."""
    from metasyn.cli.headline import headline_lines, open_findings_line

    folder = project.report(done.name)
    waiting = open_findings_line(folder)
    if done.state == "up to date":
        return "\n".join(filter(None, (f"{done.name}: up to date", waiting)))
    if done.state == "failed":
        kept = "its previous report is kept" if folder.is_dir() else "it has no report"
        return f"{done.name}: failed, {kept}"
    wrote = f"  wrote {len(done.files)} files to {project.shown(folder)}/: {_kinds(done.files)}"
    head = f"{done.name}: built ({_shortened(done.reasons)})"
    return "\n".join(filter(None, (head, *headline_lines(folder, done), waiting, wrote)))


def _compared(project: Project, one: Checked) -> str:
    """What a report is, and what in it is not as it would be."""
    heads = {
        "same": "as the data give it",
        "different": "not what the data give",
        "missing": "not there",
        "failed": "cannot be compared",
    }
    if one.state == "without analysis":
        return f"{one.name}: {_without_analysis(project, one.name)}"
    lines = [f"  {different.file}: {different.words}" for different in one.differences]
    if len(lines) > _LISTED:
        lines[_LISTED:] = [f"  and {len(lines) - _LISTED} more"]
    return "\n".join([f"{one.name}: {heads[one.state]}", *lines])


def _without_analysis(project: Project, name: str) -> str:
    folder = project.shown(project.report(name))
    script = project.shown(project.script(name))
    return f"{folder}/ has no script {script} any more; it is not in the index. To remove it: rm -r {folder}"


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
