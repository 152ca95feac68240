"""The forest plots of a comparison: results before and after, one figure for each scale."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.changes.model import AnalysisChange, OutcomeChange, Standing
from metasyn.effects.measure import get_measure
from metasyn.plots.forest_change import BeforeAfter, Reading, change_layout
from metasyn.plots.model import ForestLayout
from metasyn.report.changes.numbers import another_scale
from metasyn.values import NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset

__all__ = ["change_forests"]


def change_forests(
    analyses: Sequence[AnalysisChange],
    *,
    words: tuple[str, str] = ("before", "after"),
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> tuple[ForestLayout, ...]:
    """The outcomes that changed, before and after.

    Parameters
    ----------
    analyses : sequence of AnalysisChange
        With more than one, an outcome is named together with its analysis.
    words : tuple of two str
        What the two states are called.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
    width : {'free', 'one-column', 'two-column', 'a4'} or float

    Returns
    -------
    tuple of ForestLayout
        One for each scale and level of intervals, in the order of the outcomes; empty where no outcome
        changed. An outcome whose measure changed is left out: its two results have no common axis.
    """
    of_axis: dict[tuple[object, ...], list[BeforeAfter]] = {}
    for analysis in analyses:
        for outcome in analysis.outcomes:
            if outcome.changed and not _no_axis(outcome, analysis):
                pair = _pair(outcome, analysis.title if len(analyses) > 1 else "")
                measure = pair.measure
                key = (measure.family, measure.null, measure.unit, pair.level)
                of_axis.setdefault(key, []).append(pair)
    return tuple(change_layout(pairs, words=words, preset=preset, width=width) for pairs in of_axis.values())


def _no_axis(outcome: OutcomeChange, analysis: AnalysisChange) -> bool:
    """Whether two results are there that have no axis in common, or nothing to draw."""
    both = [standing for standing in (outcome.before, outcome.after) if standing is not None]
    if all(isinstance(standing.estimate, NotEstimable) for standing in both):
        return True
    return len({standing.level for standing in both}) > 1 or another_scale(outcome, analysis.options)


def _pair(outcome: OutcomeChange, title: str) -> BeforeAfter:
    standing = outcome.after or outcome.before
    assert standing is not None
    return BeforeAfter(
        label=f"{title}: {outcome.label}" if title else outcome.label,
        measure=get_measure(outcome.measure),
        level=standing.level,
        before=_reading(outcome.before),
        after=_reading(outcome.after),
    )


def _reading(standing: Standing | None) -> Reading | None:
    if standing is None:
        return None
    return Reading(k=standing.k, estimate=standing.estimate, ci=standing.ci, pi=standing.pi, I2=standing.I2)
