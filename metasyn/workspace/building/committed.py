"""Whether the reports on the disk are what the data would give; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from metasyn.errors import MetasynError
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.building.build import plan
from metasyn.workspace.building.differences import Difference, folder_differences, same_but_for_a_last_digit
from metasyn.workspace.building.index import index_page, orphans, shown_results
from metasyn.workspace.building.rendering import Progress, Rendered, render_all
from metasyn.workspace.project import Project

__all__ = ["Checked", "check_reports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a report is, compared with what it would be.

    Attributes
    ----------
    name : str
        Of the analysis; `"index page"` for the page that links all reports.
    state : {'same', 'different', 'missing', 'failed', 'without analysis'}
    differences : tuple of Difference
        Also those that do not count.
    error : MetasynError or None
        Why there is nothing to compare with.
    """

    name: str
    state: Literal["same", "different", "missing", "failed", "without analysis"]
    differences: tuple[Difference, ...] = ()
    error: MetasynError | None = None


def check_reports(
    project: Project, names: Sequence[str], *, jobs: int = 1, progress: Progress | None = None
) -> tuple[Checked, ...]:
    """Render every named report in memory and compare it with the one on the disk.

    What is known to be up to date is not rendered. Where all analyses are named, the index of reports is
    compared, too, and reports without an analysis are listed.

    Parameters
    ----------
    project : Project
    names : sequence of str
    jobs : int
        At most as many processes that render.
    progress : callable, optional
        As for `metasyn.workspace.building.build.build`.

    Returns
    -------
    tuple of Checked
        One per name, in order; then the index and reports without an analysis.

    Raises
    ------
    EvidenceError
        If the tables break their rules.
    """
    bench = Workbench(project)
    planned = plan(bench, names)
    found = {
        one.name: Checked(name=one.name, state="failed" if one.error else "same", error=one.error)
        for one in planned.others
    }
    results = shown_results(project)
    with closing(render_all(bench, planned.tasks, jobs=jobs, progress=progress)) as made:
        for task, outcome in made:
            found[task.name] = _compared(project, task.name, outcome)
            if isinstance(outcome, Rendered):
                results[task.name] = outcome.files["results.json"]
    checked = [found[name] for name in dict.fromkeys(names)]
    if set(names) >= set(project.names()):
        checked += _index(project, dict(sorted(results.items())))
        checked += [Checked(name=name, state="without analysis") for name in orphans(project)]
    return tuple(checked)


def _compared(project: Project, name: str, made: Rendered | MetasynError) -> Checked:
    """One report, held against what it would be."""
    if isinstance(made, MetasynError):
        return Checked(name=name, state="failed", error=made)
    folder = project.report(name)
    if not folder.is_dir():
        return Checked(name=name, state="missing")
    differences = folder_differences(folder, made.files)
    different = any(one.counts for one in differences)
    return Checked(name=name, state="different" if different else "same", differences=differences)


def _index(project: Project, results: dict[str, bytes]) -> list[Checked]:
    """The page that links all reports."""
    if not results:
        return []
    try:
        page = index_page(project, results)
        there = (project.reports / "index.html").read_bytes()
    except FileNotFoundError:
        return [Checked(name="index page", state="missing")]
    except MetasynError as error:
        return [Checked(name="index page", state="failed", error=error)]
    if same_but_for_a_last_digit(there, page):
        return [Checked(name="index page", state="same")]
    difference = Difference(file="index.html", words="does not show these results")
    return [Checked(name="index page", state="different", differences=(difference,))]
