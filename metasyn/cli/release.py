"""`metasyn release`: a new version of the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project, tell_waiting

if TYPE_CHECKING:
    from metasyn.workspace.project import Project
    from metasyn.workspace.release.plan import PlannedRelease

__all__ = ["RELEASE_EXAMPLES", "release"]

RELEASE_EXAMPLES = """\
Examples:
  metasyn release --dry-run                     show the next version and its note
  metasyn release                               make it
  metasyn release --trigger "Trial X reported"  and say what led to it
  metasyn release --version 2.0.0               a larger step than is needed
  metasyn release --living-template             a data/living.toml to fill in

The first version is 1.0.0. Afterwards: MAJOR for a new question or another
method, MINOR for data that change a result, PATCH for data that do not. Where
nothing has changed, nothing is written, and the exit code is 0.
The date is that of the edit: of the last commit of tables and scripts, or of
the changed files where they are not committed.
Commit data/release.json, data/CHANGELOG.md and data/releases/ with the tables.
"""


def release(
    *,
    version: Annotated[
        str | None, Parameter(help="By default the proposed one; at least that.", show_default=False)
    ] = None,
    date: Annotated[
        str | None,
        Parameter(help="Day of the version, YYYY-MM-DD; by default that of the edit.", show_default=False),
    ] = None,
    trigger: Annotated[
        str | None, Parameter(help="What led to it; by default the changes in short.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Show it, write nothing.", show_default=False)] = False,
    living_template: Annotated[
        bool,
        Parameter(help="Print a file that says how the evidence is kept up to date.", show_default=False),
    ] = False,
    wait: Annotated[
        float, Parameter(help="Wait so many seconds for another command that writes; 0 does not wait.")
    ] = 600.0,
    project: ProjectOption = None,
) -> ExitCode:
    """Give the evidence its next version, with a note of what changed, and say so in the reports."""
    from metasyn.cli.console import say
    from metasyn.workspace.building.lock import require_wait
    from metasyn.workspace.release.plan import plan_release

    if living_template:
        from metasyn.workspace.release.living_facts import living_template as template

        say(template().rstrip("\n"))
        return ExitCode.OK
    require_wait(wait)
    home = chosen_project(project)
    if dry_run:
        planned = plan_release(home, version=version, date=date, trigger=trigger)
        _tell(home, planned, dry_run=True)
        return ExitCode.OK
    planned = _make(home, version, date, trigger, wait)
    _tell(home, planned, dry_run=False)
    return _build_reports(home, wait)


def _make(
    home: Project, version: str | None, date: str | None, trigger: str | None, wait: float
) -> PlannedRelease:
    """The release, planned and written while no other command writes."""
    from metasyn.cli.console import complain
    from metasyn.workspace.building.lock import project_lock
    from metasyn.workspace.release.plan import plan_release
    from metasyn.workspace.release.writing import tidy_releases, write_release

    with project_lock(home, command="release", wait=wait, tell=tell_waiting):
        planned = plan_release(home, version=version, date=date, trigger=trigger)
        write_release(planned)
        for path in tidy_releases(home):
            complain(f"metasyn: {home.shown(path)}: removed what an interrupted release had left.")
    return planned


def _tell(home: Project, planned: PlannedRelease, *, dry_run: bool) -> None:
    """What the version is and why; the note where it is only shown."""
    from metasyn.cli.console import complain, say

    made = planned.release
    for warning in planned.warnings:
        complain(f"metasyn: {warning}.")
    if made is None:
        last = planned.last.version if planned.last is not None else ""
        say(f"nothing has changed since version {last} of the evidence.")
        return
    before = f"{planned.last.version} → " if planned.last is not None else ""
    say(f"{'would be ' if dry_run else ''}version {before}{made.version} of the evidence, {made.date}")
    say(f"  {_step(planned)}")
    say(f"  what led to it: {made.trigger}")
    names = ", ".join(home.shown(path) for path in planned.files)
    say(f"  {'would write' if dry_run else 'wrote'} {names}")
    if dry_run:
        say()
        say(planned.note.rstrip("\n"))


def _step(planned: PlannedRelease) -> str:
    """Which step was proposed, and why."""
    found = planned.proposal
    if found.step == "first":
        return "the first version"
    assert planned.release is not None
    more = "" if planned.release.version == found.version else f" (at least {found.version})"
    return f"{found.step.upper()}{more}: {found.reason}"


def _build_reports(home: Project, wait: float) -> ExitCode:
    """The reports that do not say so yet."""
    from metasyn.cli.console import complain, progress, say
    from metasyn.cli.exit_codes import exit_code_of
    from metasyn.workspace.building.build import build
    from metasyn.workspace.building.index import refresh_index
    from metasyn.workspace.building.rendering import available_cores

    worst = ExitCode.OK
    with progress() as tell:
        builds = build(
            home, home.names(), jobs=available_cores(), wait=wait, progress=tell, waiting=tell_waiting
        )
    for done in builds:
        if done.state == "built":
            say(f"{done.name}: report built")
        if done.error is not None:
            complain(f"metasyn: {done.name}: {done.error}")
            worst = max(worst, exit_code_of(done.error))
    if refresh_index(home, wait=wait, waiting=tell_waiting):
        say(f"index: wrote {home.shown(home.reports / 'index.html')}")
    return worst
