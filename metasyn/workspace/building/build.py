"""Building the reports of a project: each analysis that is stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Literal

from metasyn.errors import MetasynError, ReportError
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.building.lock import WAIT, has_note, project_lock
from metasyn.workspace.building.rendering import LeftOut, Progress, Rendered, Task, render_all
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.manifest import MANIFEST, Inputs, manifest_bytes
from metasyn.workspace.staleness.snapshot import confirm, forget_tables, keep_tables
from metasyn.workspace.staleness.state import staleness

__all__ = ["Build", "Plan", "Workbench", "build", "plan"]

_IGNORED = b"""\
# What metasyn keeps for itself here: made again by a run, not to be committed.
/.*
!/.gitignore
.manifest.json
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What became of one analysis in a run.

    Attributes
    ----------
    state : {'built', 'up to date', 'failed'}
    reasons : tuple of str
        Why it was built.
    files : tuple of str
        What was written, relative to the folder of the report.
    left_out : tuple of tuple of LeftOut
        Per outcome, what it does without; only where it was built.
    labels : str
        The names of all studies, one after the other; only where it was built.
    error : MetasynError or None
        Why it failed; the previous report is then untouched.
    """

    name: str
    state: Literal["built", "up to date", "failed"]
    reasons: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    left_out: tuple[tuple[LeftOut, ...], ...] = ()
    labels: str = ""
    error: MetasynError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about every analysis that was asked for.

    Attributes
    ----------
    tasks : tuple of Task
        What is to be rendered.
    others : tuple of Build
        What is up to date or cannot be run.
    unconcerned : mapping of str to Inputs
        Of what is up to date although something changed: what it would be built from now.
    """

    tasks: tuple[Task, ...]
    others: tuple[Build, ...]
    unconcerned: Mapping[str, Inputs] = field(default_factory=dict)


def build(
    project: Project,
    names: Sequence[str],
    *,
    force: bool = False,
    jobs: int = 1,
    wait: float = WAIT,
    progress: Progress | None = None,
    waiting: Callable[[str], None] | None = None,
    then: Callable[[], None] | None = None,
) -> tuple[Build, ...]:
    """Build the report of every named analysis that is out of date.

    Nothing is written when the evidence tables are invalid. An analysis that fails keeps its
    previous report, and the others are still built. Each report is replaced as a whole, by one process
    at a time: whether there is anything to do is asked before `reports/` is locked, and again after.

    Parameters
    ----------
    project : Project
    names : sequence of str
        Names of analyses, each known to the project.
    force : bool
        Build also what is up to date.
    jobs : int
        At most as many processes, this one included. What is written is the same.
    wait : float
        Seconds to wait for another process that writes.
    progress : callable, optional
        Told `(names being built, number built, number of all to build)`.
    waiting : callable, optional
        Told in words whom it waits for.
    then : callable, optional
        Called when the reports are in their places, while no other process writes: for what goes with
        them. Not called where nothing was to be built.

    Returns
    -------
    tuple of Build
        One per name, in order.

    Raises
    ------
    EvidenceError
        If the tables break their rules.
    ReportError
        If `reports/` cannot be written, or another process still writes there when the time is over.
    """
    bench = Workbench(project)
    planned = plan(bench, names, force=force)
    if not planned.tasks:
        _tidy(bench, planned)
        return _in_order(names, planned.others)
    with project_lock(project, command="run", wait=wait, tell=waiting) as waited:
        if waited:
            bench = Workbench(project)
        _swept(project)
        _keep_out_of_git(project)
        planned = plan(bench, names, force=force)
        keep_tables(project, bench.tables)
        with closing(render_all(bench, planned.tasks, jobs=jobs, progress=progress)) as made:
            built = [_kept(bench, task, outcome) for task, outcome in made]
        _refresh(bench, planned)
        if then is not None:
            then()
    return _in_order(names, (*planned.others, *built))


def plan(bench: Workbench, names: Sequence[str], *, force: bool = False) -> Plan:
    """What is to be done about every named analysis.

    Parameters
    ----------
    bench : Workbench
    names : sequence of str
    force : bool
        Render also what is up to date.

    Returns
    -------
    Plan

    Raises
    ------
    EvidenceError
        If the tables break their rules and some report is not known to be up to date without them.
    """
    names = tuple(dict.fromkeys(names))
    quiet = set() if force else {name for name in names if bench.untouched(name)}
    if len(quiet) < len(names):
        _ = bench.evidence  # the tables are judged before anything is written
    tasks: list[Task] = []
    others = [_up_to_date(name) for name in names if name in quiet]
    unconcerned: dict[str, Inputs] = {}
    for name in (name for name in names if name not in quiet):
        try:
            inputs = bench.inputs(name, bench.load(name))
            reasons = ("--force",) if force else staleness(bench.project.report(name), inputs)
        except MetasynError as error:
            others.append(Build(name=name, state="failed", error=error))
            continue
        if reasons:
            tasks.append(Task(name=name, script=bench.script(name), inputs=inputs, reasons=reasons))
        else:
            others.append(_up_to_date(name))
            unconcerned[name] = inputs
    return Plan(tasks=tuple(tasks), others=tuple(others), unconcerned=unconcerned)


def _up_to_date(name: str) -> Build:
    return Build(name=name, state="up to date")


def _in_order(names: Sequence[str], builds: Sequence[Build]) -> tuple[Build, ...]:
    by_name = {one.name: one for one in builds}
    return tuple(by_name[name] for name in names)


def _kept(bench: Workbench, task: Task, made: Rendered | MetasynError) -> Build:
    """Put a rendered report in its place, or say why there is none."""
    from metasyn.report.atomic import replace_folder

    if isinstance(made, MetasynError):
        return Build(name=task.name, state="failed", error=made)
    manifest = manifest_bytes(task.inputs, made.files)
    try:
        replace_folder(bench.project.report(task.name), {**made.files, MANIFEST: manifest})
    except MetasynError as error:
        return Build(name=task.name, state="failed", error=error)
    return Build(
        name=task.name,
        state="built",
        reasons=task.reasons,
        files=tuple(sorted(made.files)),
        left_out=made.left_out,
        labels=made.labels,
    )


def _refresh(bench: Workbench, planned: Plan) -> None:
    """Note for what stays as it is that the change was looked at; the lock is held."""
    for name, inputs in planned.unconcerned.items():
        confirm(bench.project.report(name), inputs)
    forget_tables(bench.project)


def _tidy(bench: Workbench, planned: Plan) -> None:
    """What there is to do where nothing is to be built, unless another process is at work."""
    from metasyn.report.atomic import has_leftovers

    if not (planned.unconcerned or has_note(bench.project) or has_leftovers(bench.project.reports)):
        return
    with suppress(ReportError), project_lock(bench.project, command="run", wait=0):
        _swept(bench.project)
        keep_tables(bench.project, bench.tables)
        _refresh(bench, planned)


def _keep_out_of_git(project: Project) -> None:
    """Tell git what in `reports/` is not to be committed, unless somebody has said so; the lock is held."""
    from metasyn.report.atomic import replace_file

    path = project.reports / ".gitignore"
    if not path.exists():
        with suppress(ReportError):
            replace_file(path, _IGNORED)


def _swept(project: Project) -> None:
    """Remove what runs that died have left; the lock is held."""
    from metasyn.report.atomic import sweep

    try:
        sweep(project.reports)
    except OSError as error:
        where = error.filename or project.reports
        raise ReportError(f"{where} cannot be put in order: {error.strerror or error}.") from error
