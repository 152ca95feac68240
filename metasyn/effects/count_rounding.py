"""What the rounding of printed percentages allows for effects that rest on recovered counts."""

from __future__ import annotations

from typing import Literal, cast

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts
from metasyn.effects.survival.printed_range import EffectRange
from metasyn.effects.survival.proportion_ranges import count_range, table_range
from metasyn.vocabulary import ProportionMeasure, ZeroCells

__all__ = ["counts_rounding"]

_PROPORTIONS = ("PLO", "PLN", "PAS", "PR")
_TABLES = ("RR", "OR", "RD")


def counts_rounding(
    measure: EffectMeasure, counts: Counts, fits: tuple[tuple[int, ...], ...], *, added: bool, zero_cells: str
) -> EffectRange | None:
    """The range over all counts that printed percentages can stand for; None where these are certain.

    Parameters
    ----------
    counts : Counts
        Those taken.
    fits : tuple of tuple of int
        For each group all that rounding allows.
    added : bool
        Whether the zero-cell policy added to the row as taken.
    zero_cells : str
        The policy; `if0all` acts on a row as it acted on the row as taken.
    """
    if all(len(found) == 1 for found in fits):
        return None
    policy = cast(ZeroCells, ("all" if added else "only0") if zero_cells == "if0all" else zero_cells)
    if measure.code in _PROPORTIONS and len(fits) == 1 and policy != "all":
        code = cast(ProportionMeasure, measure.code)
        return count_range(fits[0], counts.n_1, measure=code, add=0.0 if policy == "none" else 0.5)
    if measure.code in _TABLES and len(fits) == 2 and counts.n_2 is not None:
        table = cast(Literal["RR", "OR", "RD"], measure.code)
        return table_range(fits[0], counts.n_1, fits[1], counts.n_2, measure=table, zero_cells=policy)
    return None
