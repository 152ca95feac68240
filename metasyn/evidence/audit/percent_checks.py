"""One row: counts, participants and percentage together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from metasyn.evidence.audit.counts import (
    cut_off,
    denominators,
    is_percent_of,
    nearest_counts,
    sizes_for,
    sizes_text,
    whole_numbers,
)
from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, one_edit, short

__all__ = ["events_fit", "percent_fits", "stage_was_respected"]

_MOST_REPAIRS = 6


def percent_fits(entry: Entry) -> Iterator[AuditFinding]:
    """A percentage is the count over the participants, or at least some whole number over them.

    A generalisation to percentages of the GRIM test (Brown & Heathers 2017, 10.1177/1948550616673876).
    """
    percent, n = entry.percent, entry.n
    if percent is None or not n or not percent.exact:
        return
    if not 0 <= percent.value <= 100:
        message = f"{percent}% is not between 0 and 100"
        yield finding("percent_not_k_over_n", "error", message, (entry,))
    elif entry.events is None:
        if not whole_numbers(percent, n) and not (
            entry.actuarial or entry.counts_episodes or entry.approximate
        ):
            yield _no_count(entry, percent, n)
    elif entry.events <= n and not is_percent_of(percent, entry.events, n) and not entry.approximate:
        yield from _another_count(entry, percent, entry.events, n)


def _no_count(entry: Entry, percent: Printed, n: int) -> AuditFinding:
    """No whole number of n gives the percentage."""
    below, above = nearest_counts(percent, n)
    shares = ", ".join(f"{k}/{n} = {short(100 * k / n)}%" for k in (below, above))
    cut = next((k for k in (below, above) if cut_off(percent, k, n)), None)
    others = list(islice(denominators(percent, n), 8))
    computed = {"n": n, "percent": str(percent), "nearest": {str(k): 100 * k / n for k in (below, above)}}
    if cut is not None:
        message = f"{percent}% of {n} is {cut}/{n} = {short(100 * cut / n)}% cut off, not rounded"
        right = f"{100 * cut / n:.{max(percent.decimals, 0)}f}"
        repair = Repair(row=entry.row, column="percent", printed=str(percent), instead=right, changes=1)
        return finding(
            "truncated_not_rounded", "warning", message, (entry,), computed=computed, repairs=(repair,)
        )
    message = f"no whole number of {n} gives {percent}% ({shares})"
    if others:
        k = {m: whole_numbers(percent, m)[0] for m in others[:4]}
        message += "; it would be " + ", ".join(f"{k[m]}/{m}" for m in k)
    computed["possible_n"] = sorted(others)
    repairs = _other_n(entry, n, others)
    return finding(
        "percent_not_k_over_n",
        "error",
        message,
        (entry,),
        computed=computed,
        search=lambda: (*repairs, *_typos(entry, percent, n, None))[:_MOST_REPAIRS],
    )


def _another_count(entry: Entry, percent: Printed, k: int, n: int) -> Iterator[AuditFinding]:
    """The printed count over n is another percentage."""
    share = 100 * k / n
    computed = {"events": k, "n": n, "percent": str(percent), "share": share}
    right = f"{share:.{max(percent.decimals, 0)}f}"
    repair = Repair(row=entry.row, column="percent", printed=str(percent), instead=right, changes=1)
    if cut_off(percent, k, n):
        message = f"{k}/{n} = {short(share)}%, printed {percent}%: cut off, not rounded"
        yield finding(
            "truncated_not_rounded", "warning", message, (entry,), computed=computed, repairs=(repair,)
        )
        return
    others = list(islice(denominators(percent, n, k), 8))
    counts = whole_numbers(percent, n)
    message = f"{k}/{n} = {short(share)}%, not {percent}%"
    if others:
        message += f"; {percent}% is {k}/{others[0]} = {short(100 * k / others[0])}%"
    if counts:
        message += f"; {percent}% of {n} is {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else "")
    if is_percent_of(percent, n - k, n):
        message += f"; it is the share of those without the event, {n - k}/{n}"
    by_count = tuple(
        Repair(row=entry.row, column="events", printed=str(k), instead=str(m), changes=1)
        for m in (counts[:1] if counts else ())
    )
    sizes = _other_n(entry, n, others)
    computed["possible_n"] = sorted(others)
    yield finding(
        "percent_not_k_over_n",
        "error",
        message,
        (entry,),
        computed=computed,
        search=lambda: (*by_count, *sizes, *_typos(entry, percent, n, k), repair)[:_MOST_REPAIRS],
    )
    if others and not counts:
        message = f"{k} ({percent}%) is {sizes_text(sizes_for(percent, k))} participants, not {n}"
        yield finding(
            "n_conflict",
            "warning",
            message,
            (entry,),
            computed={"n": n, "possible_n": sorted(others)},
            repairs=_other_n(entry, n, others),
        )


def _other_n(entry: Entry, n: int, others: list[int]) -> tuple[Repair, ...]:
    return tuple(
        Repair(row=entry.row, column="n", printed=str(n), instead=str(m), changes=1) for m in others[:3]
    )


def _typos(entry: Entry, percent: Printed, n: int, k: int | None) -> Iterator[Repair]:
    """Percentages one slip away that would do."""
    for other in one_edit(percent):
        fits = is_percent_of(other, k, n) if k is not None else bool(whole_numbers(other, n))
        if 0 <= other.value <= 100 and fits and other.decimals == percent.decimals:
            yield Repair(row=entry.row, column="percent", printed=str(percent), instead=str(other), changes=1)


def events_fit(entry: Entry) -> Iterator[AuditFinding]:
    """Participants with the event are not more than participants."""
    k, n = entry.events, entry.n
    if k is None or n is None or k <= n:
        return
    computed = {"events": k, "n": n}
    if entry.counts_episodes:
        message = f"{k} {entry.unit or 'episodes'} in {n} participants: a participant may have several"
        yield finding("events_v_patients", "warning", message, (entry,), computed=computed)
        return
    message = f"{k} events are more than the {n} participants"
    swapped = Repair(row=entry.row, column="events, n", printed=f"{k}, {n}", instead=f"{n}, {k}", changes=2)
    yield finding("events_v_patients", "error", message, (entry,), computed=computed, repairs=(swapped,))


def size_fits(entry: Entry) -> Iterator[AuditFinding]:
    """Participants analysed are not more than those randomised."""
    n, before = entry.n, entry.randomised
    if n is None or before is None or n <= before or entry.comparator or entry.counts_episodes:
        return
    swapped = Repair(
        row=entry.row, column="n, randomised", printed=f"{n}, {before}", instead=f"{before}, {n}", changes=2
    )
    message = f"{n} participants are more than the {before} randomised"
    computed = {"n": n, "randomised": before}
    yield finding("n_conflict", "error", message, (entry,), computed=computed, repairs=(swapped,))


def stage_was_respected(entry: Entry) -> Iterator[AuditFinding]:
    """A two-stage trial stops after its first stage if too few responded (Simon 1989)."""
    size, needed = entry.numbers.get("stage1_n"), entry.numbers.get("stage1_needed")
    entered = entry.randomised or entry.total or entry.n
    if size is None or needed is None or entered is None or entry.events is None:
        return
    if entered > size.value and entry.events < needed.value:
        message = (
            f"{entered} entered where the first stage is {size} and {needed} responses were needed "
            f"to go on; there are {entry.events}"
        )
        yield finding("simon_overrun", "warning", message, (entry,), computed={"entered": entered})
