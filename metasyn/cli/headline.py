"""A finished analysis in a few lines: what came out, and what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.analysis.result import AnalysisResult, OutcomeResult

__all__ = ["headline_lines"]


def headline_lines(folder: Path, result: AnalysisResult) -> Iterator[str]:
    """The headline of every outcome as the index of reports shows it, each with what it leaves out.

    Parameters
    ----------
    folder : Path
        The report that was just written.
    result : AnalysisResult
    """
    from metasyn.report.html import index_entry

    entry = index_entry(json.loads((folder / "results.json").read_bytes()))
    for headline, outcome in zip(entry.headlines, result.outcomes, strict=True):
        figure = " ".join(filter(None, (headline.figure, headline.interval)))
        yield f"  {headline.label}: {figure}" + (f"; {headline.basis}" if headline.basis else "")
        yield from _left_out(outcome)
    yield from _without_font(result)


def _without_font(result: AnalysisResult) -> Iterator[str]:
    """Letters in names of studies that no font of this machine has, where there are any."""
    from metasyn.plots.fonts import undrawable_letters, unknown_letters
    from metasyn.plots.letters import missing_words

    labels = "".join(effect.label for part in result.outcomes for effect in part.effects.effects)
    unknown = unknown_letters(labels)
    words = missing_words(undrawable_letters(unknown)) if unknown else ""
    if words:
        yield f"  {words}"


def _left_out(outcome: OutcomeResult) -> Iterator[str]:
    """One line per exclusion; figures that only repeat an included cohort are counted."""
    repeated = 0
    for left_out in outcome.effects.exclusions:
        if left_out.code == "not-preferred":
            repeated += 1
        else:
            yield f"    left out: {left_out.label}: {left_out.reason}"
    if repeated:
        figures = "1 further figure" if repeated == 1 else f"{repeated} further figures"
        yield f"    left out: {figures} of the same cohorts, listed in the report"
