"""Starting an analysis: a commented script to be edited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from textwrap import fill
from typing import TYPE_CHECKING

from metasyn.errors import EvidenceError, WorkspaceError
from metasyn.workspace.project import Project

if TYPE_CHECKING:
    from metasyn.evidence.selection import Evidence

__all__ = ["write_script"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_MANY = 15


def write_script(project: Project, name: str) -> Path:
    """Write `analyses/NAME.py`: a commented analysis with the words that the tables know.

    Parameters
    ----------
    project : Project
    name : str
        A letter, then letters, digits and `_`.

    Returns
    -------
    Path
        The new script. It loads as it is; its outcome and groups are to be filled in.

    Raises
    ------
    WorkspaceError
        If the name cannot be used or is taken.
    """
    if not _NAME.fullmatch(name):
        raise WorkspaceError(
            f"{name!r} cannot be the name of an analysis: a letter, then up to 79 letters, digits and _."
        )
    taken = {other.lower(): other for other in project.names()}
    if name.lower() in taken:
        raise WorkspaceError(f"{project.shown(project.script(taken[name.lower()]))} exists already.")
    template = Template(Path(__file__).with_name("analysis_template.txt").read_text(encoding="utf-8"))
    title = name.replace("_", " ").strip().capitalize()
    text = template.substitute(name=name, title=title, known=_known(project))
    path = project.script(name)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise WorkspaceError(f"{project.shown(path)} exists already.") from error
    return path


def _known(project: Project) -> str:
    """What can be asked for in this project, as comments."""
    from metasyn.evidence.read import read_evidence

    try:
        lines = list(_vocabulary(read_evidence(project.data)))
    except EvidenceError:
        lines = ["The tables have mistakes at the moment; see: metasyn check"]
    wrapped = (
        fill(line, 100, initial_indent="# ", subsequent_indent="#     ", break_long_words=False)
        for line in lines
    )
    return "".join(f"\n{line}" for line in wrapped) + ("\n" if lines else "")


def _vocabulary(evidence: Evidence) -> Iterator[str]:
    """The outcomes most studies report, and the columns of cohorts that have few different values."""
    studies: dict[str, set[str]] = {}
    for result in evidence.results:
        if evidence.outcomes[result.outcome].kind != "descriptive":
            studies.setdefault(result.outcome, set()).add(result.study_id)
    often = sorted(studies, key=lambda outcome: -len(studies[outcome]))[:_MANY]
    if often:
        yield "Outcomes in this project's tables:"
    for outcome in often:
        yield f"  {outcome!r}  {evidence.outcomes[outcome].label} (studies: {len(studies[outcome])})"
    columns: dict[str, dict[str, None]] = {}
    for cohort in evidence.cohorts.values():
        for column, value in cohort.attributes.items():
            columns.setdefault(column, {})[value] = None
    few = {column: [v for v in values if v] for column, values in columns.items() if len(values) <= _MANY}
    if any(few.values()):
        yield "Columns of cohorts.csv and their values:"
    for column, values in few.items():
        if values:
            yield f"  {column}: {', '.join(map(repr, values))}"
