"""One report as files in memory, and what the command says of it; several at once where that helps."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metasyn.errors import MetasynError

if TYPE_CHECKING:
    from metasyn.analysis.result import AnalysisResult
    from metasyn.workspace.building.bench import Workbench
    from metasyn.workspace.staleness.state import Inputs

__all__ = ["LeftOut", "Progress", "Rendered", "Task", "attempt", "available_cores", "render", "render_all"]

Progress = Callable[[tuple[str, ...], int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A study that an outcome does without.

    Attributes
    ----------
    label : str
    code : str
        As in `Exclusion`.
    told : str
        The reason in words.
    """

    label: str
    code: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A report that is to be rendered.

    Attributes
    ----------
    name : str
    script : bytes
        The script as it was read, so that all that is done with it is done with the same.
    inputs : Inputs
        What the report depends on.
    reasons : tuple of str
        Why it is rendered.
    """

    name: str
    script: bytes
    inputs: Inputs
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A report in memory.

    Attributes
    ----------
    files : mapping of str to bytes
        By path inside its folder.
    left_out : tuple of tuple of LeftOut
        Per outcome, in order.
    labels : str
        The names of all studies, one after the other: whether a font has their letters.
    """

    files: Mapping[str, bytes]
    left_out: tuple[tuple[LeftOut, ...], ...]
    labels: str


def render(bench: Workbench, name: str) -> Rendered:
    """Run one analysis and render its report.

    Parameters
    ----------
    bench : Workbench
    name : str

    Returns
    -------
    Rendered

    Raises
    ------
    MetasynError
        If the analysis cannot be run, a claim of it is false, or it cannot be rendered.
    """
    from metasyn.analysis.run import run_analysis
    from metasyn.report.write import render_report
    from metasyn.workspace.release.editions import edition_of
    from metasyn.workspace.states.origin import built_from

    analysis = bench.load(name)
    result = run_analysis(analysis, bench.evidence, name)
    inputs = bench.inputs(name, analysis)
    origin = built_from(inputs.options, inputs.rows)
    files = dict(render_report(result, edition_of(bench, name, analysis), built_from=origin))
    return Rendered(files=files, left_out=_left_out(result), labels=_labels(result))


def available_cores() -> int:
    """As many processes as can compute at the same time, for this process."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def render_all(
    bench: Workbench, tasks: Sequence[Task], *, jobs: int = 1, progress: Progress | None = None
) -> Generator[tuple[Task, Rendered | MetasynError]]:
    """Render reports, each as soon as it is done.

    Parameters
    ----------
    bench : Workbench
    tasks : sequence of Task
    jobs : int
        As many processes at most, this one included.
    progress : callable, optional
        Told `(names being rendered, number done, number of all)`.

    Yields
    ------
    tuple of Task and Rendered or MetasynError
        With one job in order, else in the order in which they are done.
    """
    if min(jobs, len(tasks)) > 1:
        from metasyn.workspace.building.workers import render_in_processes

        yield from render_in_processes(bench, tasks, jobs=jobs, progress=progress)
        return
    for done, task in enumerate(tasks):
        if progress is not None:
            progress((task.name,), done, len(tasks))
        yield task, attempt(bench, task)


def attempt(bench: Workbench, task: Task) -> Rendered | MetasynError:
    """Render one report, or say why not."""
    try:
        return render(bench, task.name)
    except MetasynError as error:
        return error


def _left_out(result: AnalysisResult) -> tuple[tuple[LeftOut, ...], ...]:
    return tuple(
        tuple(LeftOut(label=one.label, code=one.code, told=one.told) for one in part.effects.exclusions)
        for part in result.outcomes
    )


def _labels(result: AnalysisResult) -> str:
    return "".join(effect.label for part in result.outcomes for effect in part.effects.effects)
