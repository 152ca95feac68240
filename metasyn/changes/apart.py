"""What an analysis shows apart, as analyses of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metasyn.analysis.spec import Analysis, Apart
from metasyn.changes.sides import Side

__all__ = ["apart_sides"]


def apart_sides(before: Side, after: Side) -> Iterator[tuple[str, Side, Side]]:
    """The parts that both scripts show apart, each as an analysis before and after.

    Parameters
    ----------
    before, after : Side
        With script and evidence.

    Yields
    ------
    tuple of str, Side and Side
        Title of the part as it is now, and the part in the two states.
    """
    if before.analysis is None or after.analysis is None:
        return
    old = {part.title: part for part in before.analysis.apart}
    for part in after.analysis.apart:
        if part.title in old:
            yield (
                part.title,
                _as_side(before, before.analysis, old[part.title]),
                _as_side(after, after.analysis, part),
            )


def _as_side(side: Side, analysis: Analysis, part: Apart) -> Side:
    """A part with the methods of its analysis."""
    alone = Analysis(
        title=part.title,
        question=analysis.question,
        outcomes=analysis.outcomes,
        contrast=part.contrast,
        cohorts=part.cohorts,
        studies=part.studies,
        overlap=analysis.overlap,
        exclude=analysis.exclude,
        synthesis=analysis.synthesis,
    )
    return replace(side, title=part.title, analysis=alone, document=None, _points={})
