"""A finished analysis in a few lines: what came out, and what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.workspace.building.build import Build
    from metasyn.workspace.building.rendering import LeftOut

__all__ = ["headline_lines", "open_findings_line"]

# As many studies of one reason are named, and as many reasons of one outcome; the others are counted.
_NAMED = 3
_REASONS = 8


def headline_lines(folder: Path, done: Build) -> Iterator[str]:
    """The headline of every outcome as the index of reports shows it, each with what it leaves out.

    Parameters
    ----------
    folder : Path
        The report that was just written.
    done : Build
        What became of the analysis.
    """
    from metasyn.report.html import index_entry

    entry = index_entry(json.loads((folder / "results.json").read_bytes()))
    for headline, left_out in zip(entry.headlines, done.left_out, strict=True):
        figure = " ".join(filter(None, (headline.figure, headline.interval)))
        yield f"  {headline.label}: {figure}" + (f"; {headline.basis}" if headline.basis else "")
        yield from _left_out(left_out)
    yield from _without_font(done.labels)


def open_findings_line(folder: Path) -> str:
    """How many findings of a report are open, in one line; empty where none is, or no report can be read."""
    try:
        found = json.loads((folder / "results.json").read_bytes())["audit"]
        waiting = [one["severity"] for one in found if one["open"]]
    except (OSError, ValueError, TypeError, KeyError):
        return ""
    counts = {word: waiting.count(word) for word in ("error", "warning") if word in waiting}
    if not counts:
        return ""
    words = ", ".join(f"{number} {word}{'s' * (number > 1)}" for word, number in counts.items())
    return f"  open findings about the printed figures: {words}; see 'Audit findings' in the report"


def _without_font(labels: str) -> Iterator[str]:
    """Letters in names of studies that no font of this machine has, where there are any."""
    from metasyn.plots.fonts import undrawable_letters, unknown_letters
    from metasyn.plots.letters import missing_words

    unknown = unknown_letters(labels)
    words = missing_words(undrawable_letters(unknown)) if unknown else ""
    if words:
        yield f"  {words}"


def _left_out(outcome: Sequence[LeftOut]) -> Iterator[str]:
    """One line per reason; figures that only repeat an included cohort are counted."""
    from metasyn.wording import legible

    repeated = 0
    about: dict[str, list[str]] = {}
    for left_out in outcome:
        if left_out.code == "not-preferred":
            repeated += 1
        else:
            about.setdefault(left_out.told, []).append(left_out.label)
    for reason, labels in list(about.items())[:_REASONS]:
        more = len(labels) - _NAMED
        and_more = f"; and {more} more" if more > 0 else ""
        listed = " (listed in the report)" if more > 0 else ""
        yield legible(f"    left out: {'; '.join(labels[:_NAMED])}{and_more}: {reason}{listed}")
    unnamed = sum(len(labels) for labels in list(about.values())[_REASONS:])
    if unnamed:
        yield f"    left out: {unnamed} more for other reasons, listed in the report"
    if repeated:
        figures = "1 further figure" if repeated == 1 else f"{repeated} further figures"
        yield f"    left out: {figures} of the same cohorts, listed in the report"
