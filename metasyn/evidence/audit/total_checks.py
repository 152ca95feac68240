"""What a row counts, held against the size of its group and the events of the groups it compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metasyn.evidence.audit.counts import whole_numbers
from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.values import Severity

__all__ = ["episodes_are_told", "group_holds", "totals_fit_groups"]

_EPISODES = frozenset({"episodes", "treatment lines"})


def group_holds(entry: Entry) -> Iterator[AuditFinding]:
    """A figure is not about more participants than its group has."""
    n, size = entry.n, entry.size
    if n is None or size is None or n <= size or entry.randomised is not None:
        return
    if entry.comparator or entry.counts_episodes or entry.statistic == "n":
        return
    if size == entry.events or (entry.percent is not None and size in whole_numbers(entry.percent, n)):
        # The group is what was counted, among more.
        return
    repair = Repair(row=entry.row, column="n", printed=str(n), instead=str(size), changes=1)
    message = f"{n} participants in a group of {size}"
    yield finding("n_conflict", "warning", message, (entry,), repairs=(repair,))


def episodes_are_told(entry: Entry) -> Iterator[AuditFinding]:
    """Episodes that are not more than the participants may look like participants."""
    k, n = entry.events, entry.n
    if k is None or n is None or k > n or entry.unit not in _EPISODES or entry.statistic == "n":
        return
    message = f"{k} {entry.unit} in {n} participants are not {k} participants: one may have several"
    yield finding("unit_of_analysis", "note", message, (entry,))


def totals_fit_groups(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """The events of two groups together are those of one and of the other. `rows` are about one question."""
    for entry in rows:
        if not entry.comparator or entry.events is None or entry.derived or entry.unusable:
            continue
        groups = [_of_group(name, entry, rows) for name in (entry.cohort, entry.comparator)]
        told = [group for group in groups if group is not None]
        counts = [group.events or 0 for group in told]
        if not told or (len(told) == 2 and sum(counts) == entry.events):
            continue
        if len(told) == 1 and counts[0] <= entry.events:
            continue
        few = entry.events < max(counts)
        severity: Severity = "error" if few else "note" if entry.adjusted else "warning"
        shown = " + ".join(map(str, counts))
        message = f"{entry.events} events in both groups together, " + (
            f"{shown} = {sum(counts)} in the groups" if len(told) == 2 else f"{shown} in one of them"
        )
        repairs = tuple(
            Repair(
                row=entry.row,
                column="events",
                printed=str(entry.events),
                instead=str(sum(counts)),
                changes=1,
            )
            for _ in told[1:]
        )
        yield finding("subgroups_do_not_sum", severity, message, (entry, *told), repairs=repairs)


def _of_group(name: str, entry: Entry, rows: Sequence[Entry]) -> Entry | None:
    """The row with the events of a group, from the same place as a row about both."""
    found = [
        other
        for other in rows
        if other.cohort == name
        and not other.comparator
        and other.events is not None
        and not other.unusable
        and (other.source, other.definition) == (entry.source, entry.definition)
        and other.counts_episodes == entry.counts_episodes
    ]
    return found[0] if len({other.events for other in found}) == 1 else None
