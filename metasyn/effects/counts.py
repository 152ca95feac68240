"""Counts of a whole set of effects to estimates on the scale of one measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts
from metasyn.effects.proportions import arcsine_proportion, logit_proportion, raw_proportion
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.effects.zero_cells import zero_cell_addend
from metasyn.errors import OptionError
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["counts_formula", "counts_to_effects", "no_information"]

_Array = NDArray[np.float64]

_TWO: dict[str, Callable[..., tuple[_Array, _Array]]] = {
    "RR": log_risk_ratio,
    "OR": log_odds_ratio,
    "RD": risk_difference,
}
_ONE: dict[str, Callable[..., tuple[_Array, _Array]]] = {
    "PLO": logit_proportion,
    "PAS": arcsine_proportion,
    "PR": raw_proportion,
}
_FORMULAS = {
    "RR": "ln(e1/n1) − ln(e2/n2); variance 1/e1 − 1/n1 + 1/e2 − 1/n2",
    "OR": "ln(e1(n2 − e2)) − ln(e2(n1 − e1)); variance 1/e1 + 1/(n1 − e1) + 1/e2 + 1/(n2 − e2)",
    "RD": "p1 − p2 with p = e/n; variance p1(1 − p1)/n1 + p2(1 − p2)/n2",
    "PLO": "ln(e/(n − e)); variance 1/e + 1/(n − e)",
    "PAS": "asin(√(e/n)); variance 1/(4n)",
    "PR": "e/n; variance p(1 − p)/n",
}


def counts_formula(measure: EffectMeasure) -> str:
    """One line: how counts become an estimate of this measure."""
    return _FORMULAS[measure.code]


def counts_to_effects(
    measure: EffectMeasure, counts: Sequence[Counts], zero_cells: str
) -> tuple[_Array, _Array, tuple[str, ...]]:
    """Estimates, variances and the zero-cell treatment of every row.

    Parameters
    ----------
    measure : EffectMeasure
        RR, OR, RD (two groups) or PLO, PAS, PR (one).
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
    events_1, n_1 = [c.events_1 for c in counts], [c.n_1 for c in counts]
    if measure.code in _ONE:
        yi, vi = _ONE[measure.code](events_1, n_1, zero_cells=zero_cells)
    elif measure.code in _TWO:
        second = [c.events_2 or 0 for c in counts], [c.n_2 or 0 for c in counts]
        yi, vi = _TWO[measure.code](events_1, n_1, *second, zero_cells=zero_cells)
    else:
        raise OptionError(f"measure {measure.code!r} cannot be computed from counts.")
    return yi, vi, _adjustments(measure, counts, zero_cells)


def no_information(measure: EffectMeasure, counts: Counts, zero_cells: str) -> str:
    """Why a table says nothing on this measure, in one sentence; empty if it does.

    A risk or odds ratio gets nothing from a table in which no participant or every participant of
    both groups had the event (Cochrane Handbook, section 10.4.4). Without any correction
    (`zero_cells="none"`) further tables leave the estimate or its variance undefined.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> no_information(get_measure("RR"), Counts(events_1=0, n_1=9, events_2=0, n_2=8), "only0")
    'no events in either group (0/9 and 0/8), hence no risk ratio (Cochrane Handbook, 10.4.4)'
    """
    pair = f"{counts.events_1}/{counts.n_1} and {counts.events_2}/{counts.n_2}"
    if measure.family == "ratio":
        tail = f" ({pair}), hence no {measure.label} (Cochrane Handbook, 10.4.4)"
        if counts.events_1 == 0 and counts.events_2 == 0:
            return "no events in either group" + tail
        if counts.events_1 == counts.n_1 and counts.events_2 == counts.n_2:
            return "everyone in both groups had the event" + tail
    if zero_cells != "none":
        return ""
    yi, vi, _ = counts_to_effects(measure, [counts], "none")
    if math.isfinite(yi[0]) and vi[0] > 0:
        return ""
    figures = pair if measure.n_groups == 2 else f"{counts.events_1}/{counts.n_1}"
    return (
        f"a zero cell ({figures}) leaves estimate or variance undefined, and zero_cells='none' adds nothing"
    )


def _adjustments(measure: EffectMeasure, counts: Sequence[Counts], zero_cells: str) -> tuple[str, ...]:
    """What was added to each row and why, in words."""
    policy = require_option("zero_cells", zero_cells, ZeroCells)
    if not counts or (measure.code == "PAS" and policy != "all"):
        return ("",) * len(counts)
    cells = np.array([_cells(measure, c) for c in counts], dtype=float).T
    where = "each cell" if measure.n_groups == 2 else "events and non-events"
    why = {
        "only0": "this row has a zero cell",
        "all": "every row is corrected",
        "if0all": "a row of this synthesis has a zero cell",
        "none": "",
    }[policy]
    return tuple(f"1/2 added to {where}: {why}" if added else "" for added in zero_cell_addend(cells, policy))


def _cells(measure: EffectMeasure, counts: Counts) -> list[int]:
    """All cells of one table."""
    cells = [counts.events_1, counts.n_1 - counts.events_1]
    if measure.n_groups == 2 and counts.events_2 is not None and counts.n_2 is not None:
        cells += [counts.events_2, counts.n_2 - counts.events_2]
    return cells
