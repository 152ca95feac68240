"""The entry of a version in the changelog of the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from metasyn.report.changes.note import LIVING_ITEMS, change_note, living_lines, markdown_text
from metasyn.tables.words import counted
from metasyn.workspace.release.files import ENTRY_MARK
from metasyn.workspace.release.record import Release

if TYPE_CHECKING:
    from metasyn.changes.model import EvidenceChange
    from metasyn.changes.state import EvidenceState

__all__ = ["release_note"]


def release_note(
    release: Release, change: EvidenceChange | None, now: EvidenceState, results: Mapping[str, bytes]
) -> str:
    """What a version is and what changed, as Markdown.

    Parameters
    ----------
    release : Release
    change : EvidenceChange or None
        Since the version before; None for the first.
    now : EvidenceState
    results : mapping of str to bytes
        Path -> `results.json`, of every analysis.

    Returns
    -------
    str
        Begins with `## VERSION (DATE)`, then `ENTRY_MARK`.
    """
    if change is None:
        text = "\n".join(_first(release, now, results)) + "\n"
    else:
        named = replace(change, new_version=release.version)
        text = change_note(named, date=release.date, trigger=release.trigger, living=release.living, level=2)
    head, _, rest = text.partition("\n")
    return f"{head}\n\n{ENTRY_MARK}\n{rest}"


def _first(release: Release, now: EvidenceState, results: Mapping[str, bytes]) -> Iterator[str]:
    """The first version: what it rests on, and its results."""
    yield f"## {release.version} ({release.date})"
    yield ""
    yield f"- Version of the evidence: {release.version}"
    yield "- Preceding version: none"
    yield f"- What triggered this version: {markdown_text(release.trigger)}"
    if release.living.get("status"):
        yield f"- {LIVING_ITEMS['status']}: {markdown_text(release.living['status'])}"
    yield from ("", "### Evidence", "", f"- {_size(now)}", "", "### Results")
    for _, content in sorted(results.items()):
        yield from _headlines(json.loads(content))
    yield from ("", "### Living mode", "", *living_lines(release.living))


def _size(now: EvidenceState) -> str:
    """How much there is in the tables."""
    evidence = now.evidence
    assert evidence is not None
    studies = counted(len(evidence.studies), "study", "studies")
    rows = counted(len(evidence.results), "reported figure")
    return f"{studies}, {rows}, {counted(len(evidence.sources), 'source')}"


def _headlines(document: Mapping[str, object]) -> Iterator[str]:
    """The results of one analysis, each on a line."""
    yield from ("", f"#### {markdown_text(str(document['title']))}", "")
    syntheses = document["syntheses"]
    assert isinstance(syntheses, list)
    for one in syntheses:
        head = one["headline"]
        told = ", ".join(filter(None, (head["figure"], head["interval"], head["basis"])))
        yield f"- {markdown_text(head['label'])}: {markdown_text(told)}"
