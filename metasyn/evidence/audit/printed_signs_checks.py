"""One row of a data folder: the level of its interval and the sign before its p value are those printed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import short
from metasyn.evidence.documents.normal import normalise
from metasyn.evidence.documents.numbers import numbers_in
from metasyn.evidence.model import ReportedResult

__all__ = ["LEVELS", "signs_stand_in_text"]

LEVELS = re.compile(r"(?<![\d.])(\d\d(?:\.\d)?)% ?-?(?:ci\b|cri\b|confidence|credible|conf)")
_BOUND = re.compile(r"(?:<|>|≤|≥|less than|below|under)\s*=?\s*$")


def signs_stand_in_text(
    results: Iterable[ReportedResult], entries: Sequence[Entry]
) -> Iterator[AuditFinding]:
    """Levels of intervals and bounds of p values that `as_printed` states and the columns contradict.

    A bound taken for the p value itself (0.01 for `p < 0.01`), and an interval of 90% taken for one of 95%,
    change the standard error that a route finds.
    """
    by_row = {entry.row: entry for entry in entries}
    for result in results:
        if result.as_printed and not result.derived:
            text = normalise(result.as_printed).text
            yield from _level(result, by_row[result.result_id], text)
            yield from _bound(result, by_row[result.result_id], text)


def _level(result: ReportedResult, entry: Entry, text: str) -> Iterator[AuditFinding]:
    levels = [float(level) for level in LEVELS.findall(text)]
    ci = result.ci or result.open_ci
    if ci is None or not levels or any(math.isclose(level, 100 * ci.level) for level in levels):
        return
    ours, printed = short(100 * ci.level), short(levels[0])
    message = f"an interval of {ours}%, printed as one of {printed}%: '{result.as_printed}'"
    repairs = (_repair(entry, "ci_level", short(ci.level), short(levels[0] / 100)),)
    yield finding("wrong_level", "error", message, (entry,), repairs=repairs)


def _bound(result: ReportedResult, entry: Entry, text: str) -> Iterator[AuditFinding]:
    if result.p is None or result.p.value is None or result.p.relation != "=":
        return
    same = [n for n in numbers_in(text) if n.value is not None and math.isclose(n.value, result.p.value)]
    bounds = [match[0].strip() for n in same if (match := _BOUND.search(text[: n.start]))]
    if not same or len(bounds) < len(same):
        return
    ours = short(result.p.value)
    message = f"p {ours} is taken as exact, printed as a bound: '{result.as_printed}'"
    relation = ">" if bounds[0][0] in ">≥" else "<"
    repairs = (_repair(entry, "p", ours, f"{relation}{ours}"),)
    yield finding("not_as_printed", "error", message, (entry,), repairs=repairs)


def _repair(entry: Entry, column: str, printed: str, instead: str) -> Repair:
    return Repair(row=entry.row, column=column, printed=printed, instead=instead, changes=1)
