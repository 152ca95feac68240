"""The forest plots of a comparison: results before and after, one figure for each scale."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.changes.model import AnalysisChange, OutcomeChange, Standing
from metasyn.effects.measure import get_measure
from metasyn.plots.forest_change import BeforeAfter, Reading, change_layout
from metasyn.plots.model import ForestLayout
from metasyn.report.changes.numbers import interval_kind
from metasyn.values import NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset

__all__ = ["change_forests", "why_not_drawn"]


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
        Where outcomes of more than one are drawn, each is named together with its analysis.
    words : tuple of two str
        What the two states are called.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
    width : {'free', 'one-column', 'two-column', 'a4'} or float

    Returns
    -------
    tuple of ForestLayout
        One for each scale and level of intervals, in the order of the outcomes; empty where no outcome
        changed. Left out is what `why_not_drawn` names.
    """
    of_axis: dict[tuple[object, ...], list[BeforeAfter]] = {}
    drawn = [(a, o) for a in analyses for o in a.outcomes if o.changed and not why_not_drawn(o)]
    several = len({analysis.name for analysis, _ in drawn}) > 1
    for analysis, outcome in drawn:
        pair = _pair(outcome, analysis.title if several else "")
        key = (pair.measure.family, pair.measure.null, pair.measure.unit, pair.level)
        of_axis.setdefault(key, []).append(pair)
    return tuple(change_layout(pairs, words=words, preset=preset, width=width) for pairs in of_axis.values())


def why_not_drawn(outcome: OutcomeChange) -> str:
    """Why an outcome that changed has no place in a figure of before and after.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
        In words; empty where it is drawn.
    """
    both = [standing for standing in (outcome.before, outcome.after) if standing is not None]
    if outcome.another_scale:
        return "the measure changed"
    if all(isinstance(standing.estimate, NotEstimable) for standing in both):
        return "there is no estimate"
    return "the level of the intervals changed" if len({standing.level for standing in both}) > 1 else ""


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
    return Reading(
        k=standing.k,
        estimate=standing.estimate,
        ci=standing.ci,
        pi=standing.pi,
        I2=standing.I2,
        interval=interval_kind([standing]),
    )
