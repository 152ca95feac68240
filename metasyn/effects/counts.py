"""Counts of a whole set of effects to estimates on the scale of one measure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.computed import Choices, adjustments
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts
from metasyn.effects.reasons import empty_table, why_undefined
from metasyn.effects.recipes import RECIPES, Recipe
from metasyn.errors import OptionError
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["counts_formula", "counts_to_effects", "no_information"]

_Array = NDArray[np.float64]


def counts_formula(measure: EffectMeasure) -> str:
    """One line: how counts become an estimate of this measure."""
    return _recipe(measure).formula


def counts_to_effects(
    measure: EffectMeasure, counts: Sequence[Counts], zero_cells: str
) -> tuple[_Array, _Array, tuple[str, ...]]:
    """Estimates, variances and the zero-cell treatment of every row.

    Parameters
    ----------
    measure : EffectMeasure
        One of events and participants: OR, RR, RD, AS, PETO, ... (two groups), PLO, PAS, PR, PLN,
        PFT (one).
    counts : sequence of Counts
        Length k; all rows together, because `if0all` depends on the whole set.
    zero_cells : {'only0', 'all', 'if0all', 'none'}

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances** on the analysis scale.
    adjustments : tuple of str
        What was added to each row; empty where nothing was.

    Raises
    ------
    OptionError
        If the measure is not one of counts or the policy is unknown.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> zero = Counts(events_1=0, n_1=25, events_2=3, n_2=24)
    >>> whole = Counts(events_1=4, n_1=30, events_2=6, n_2=31)
    >>> yi, vi, adjustments = counts_to_effects(get_measure("OR"), [zero, whole], "only0")
    >>> yi.round(3).tolist(), adjustments[0], adjustments[1]
    ([-2.117, -0.445], '1/2 added to each cell: this row has a zero cell', '')
    """
    recipe = _recipe(measure)
    choices = _choices(zero_cells)
    rows = [_row(recipe, c) for c in counts]
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in recipe.columns}
    yi, vi = recipe.compute(*columns.values(), zero_cells=choices.zero_cells)
    return yi, vi, adjustments(measure, columns, choices)


def no_information(measure: EffectMeasure, counts: Counts, zero_cells: str) -> str:
    """Why a table says nothing on a measure, in one sentence; empty if it does.

    A ratio of risks or odds, and what is computed from it, gets nothing from a table in which no
    participant or every participant of both groups had the event (Cochrane Handbook, section
    10.4.4). Without any correction (`zero_cells="none"`) further tables leave the estimate or its
    variance undefined.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> no_information(get_measure("RR"), Counts(events_1=0, n_1=9, events_2=0, n_2=8), "only0")
    'no events in either group (0/9 and 0/8), hence no risk ratio (Cochrane Handbook, 10.4.4)'
    """
    recipe = _recipe(measure)
    row = _row(recipe, counts)
    if recipe.relative:
        reason = empty_table(measure, row)
        if reason:
            return reason
    if zero_cells != "none":
        return ""
    yi, vi, _ = counts_to_effects(measure, [counts], "none")
    if math.isfinite(yi[0]) and vi[0] > 0:
        return ""
    return why_undefined(measure, row, added="zero_cells='none' adds nothing")


def _recipe(measure: EffectMeasure) -> Recipe:
    """The recipe of a measure of events and participants."""
    recipe = RECIPES.get(measure.code)
    if recipe is None or recipe.layout not in ("two groups", "group"):
        raise OptionError(f"measure {measure.code!r} cannot be computed from counts.")
    return recipe


def _row(recipe: Recipe, counts: Counts) -> dict[str, float]:
    """The counts of one table by column."""
    if recipe.layout == "group":
        return {"events": counts.events_1, "n": counts.n_1}
    second = {"events_2": counts.events_2 or 0, "n_2": counts.n_2 or 0}
    return {"events_1": counts.events_1, "n_1": counts.n_1, **second}


def _choices(zero_cells: str) -> Choices:
    """The policy alone; tables without information are the caller's, so none is dropped here."""
    require_option("zero_cells", zero_cells, ZeroCells)
    return Choices(zero_cells=zero_cells, drop00=False)  # type: ignore[arg-type]
