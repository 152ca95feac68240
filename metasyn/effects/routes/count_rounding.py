"""What the rounding of printed figures allows for the effect that is taken, recovered counts included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np

from metasyn.effects.counts import counts_to_effects
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts
from metasyn.effects.routes.candidates import Candidate
from metasyn.effects.survival.printed_range import EffectRange, hull
from metasyn.effects.survival.proportion_ranges import count_range, table_range
from metasyn.vocabulary import ProportionMeasure, ZeroCells

__all__ = ["counts_rounding", "effect_rounding"]

_PROPORTIONS = ("PLO", "PLN", "PAS", "PR")
_TABLES = ("RR", "OR", "RD")


def effect_rounding(
    measure: EffectMeasure, chosen: Candidate, zero_cells: str, *, added: bool
) -> EffectRange | None:
    """What rounding allows for the candidate that is taken.

    Parameters
    ----------
    zero_cells : str
        The policy of the set.
    added : bool
        Whether it added to the counts of this candidate.

    Returns
    -------
    EffectRange or None
        None where a figure was derived, so that its digits say nothing, and where the range is not known.
    """
    if any(row.derived for row in chosen.rows):
        return None
    if chosen.counts is None or chosen.rounding is not None:
        return chosen.rounding
    return counts_rounding(
        measure,
        chosen.counts,
        chosen.count_fits,
        tables=chosen.tables,
        added=added,
        zero_cells=zero_cells,
    )


def counts_rounding(
    measure: EffectMeasure,
    counts: Counts,
    fits: tuple[tuple[int, ...], ...],
    *,
    tables: Sequence[Counts] = (),
    added: bool,
    zero_cells: str,
) -> EffectRange | None:
    """The range over all counts that printed figures can stand for; None where these are certain.

    Parameters
    ----------
    counts : Counts
        Those taken.
    fits : tuple of tuple of int
        For each group all that a printed percentage allows.
    tables : sequence of Counts
        All tables that fit their margins, where the table was found by them.
    added : bool
        Whether the zero-cell policy added to the row as taken.
    zero_cells : str
        The policy; `if0all` acts on a row as it acted on the row as taken.
    """
    policy = cast(ZeroCells, ("all" if added else "only0") if zero_cells == "if0all" else zero_cells)
    if tables:
        return _over_tables(measure, tables, policy)
    if all(len(found) == 1 for found in fits):
        return None
    if measure.code in _PROPORTIONS and len(fits) == 1 and policy != "all":
        code = cast(ProportionMeasure, measure.code)
        return count_range(fits[0], counts.n_1, measure=code, add=0.0 if policy == "none" else 0.5)
    if measure.code in _TABLES and len(fits) == 2 and counts.n_2 is not None:
        table = cast(Literal["RR", "OR", "RD"], measure.code)
        return table_range(fits[0], counts.n_1, fits[1], counts.n_2, measure=table, zero_cells=policy)
    return None


def _over_tables(measure: EffectMeasure, tables: Sequence[Counts], policy: ZeroCells) -> EffectRange | None:
    """The effects of all tables that fit; None where one of them has none."""
    yi, vi, _ = counts_to_effects(measure, tables, policy)
    if not (np.isfinite(yi).all() and np.isfinite(vi).all()):
        return None
    return EffectRange(yi=hull(yi.tolist(), least=-np.inf), sei=hull(np.sqrt(vi).tolist(), least=0.0))
