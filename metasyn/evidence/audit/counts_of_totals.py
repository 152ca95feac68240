"""Rows in which `n` is what was counted, and the percentage that of the total they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from metasyn.evidence.audit.counts import is_percent_of, whole_numbers
from metasyn.evidence.audit.entry import Entry

__all__ = ["counts_of_totals"]


def counts_of_totals(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries, `n` taken as events of `total` where the percentages of a study say so.

    Parameters
    ----------
    entries : sequence of Entry

    Returns
    -------
    list of Entry
        In a table of characteristics `80 (66.7%)` of 120 has n 80 and total 120: at least half of the
        percentages that share a total are those of n over it, and more than are possible as shares of n.
    """
    shared: dict[tuple[str, str, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.events is None and entry.percent is not None and entry.n and entry.total:
            shared[entry.study, entry.source, entry.total].append(entry)
    counted = {id(e) for (_, _, total), rows in shared.items() if _are_counts(rows, total) for e in rows}
    if not counted:
        return list(entries)
    return [replace(e, events=e.n, n=e.total, total=None) if id(e) in counted else e for e in entries]


def _are_counts(rows: Sequence[Entry], total: int) -> bool:
    """Whether the percentages are those of n over the total."""
    told = [(e.percent, e.n) for e in rows if e.percent is not None and e.n is not None]
    if len(told) < 2 or any(n > total for _, n in told):
        return False
    counts = sum(is_percent_of(percent, n, total) for percent, n in told)
    shares = sum(bool(whole_numbers(percent, n)) for percent, n in told)
    return 2 * counts >= len(told) and counts > shares - (counts == len(told))
