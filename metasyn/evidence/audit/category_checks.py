"""Several rows of one group: outcomes that include each other, and halves of a whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.printed import Printed, short
from metasyn.evidence.audit.words import half_of, response_of

__all__ = ["categories_nest", "halves_add_up", "series_add_up"]

# Complete responses are responses, responses are disease control.
_INSIDE = (("CR", "ORR"), ("PR", "ORR"), ("ORR", "DCR"), ("CR", "DCR"), ("PR", "DCR"), ("SD", "DCR"))
_SUMS = ((("CR", "PR"), "ORR"), (("ORR", "SD"), "DCR"), (("CR", "PR", "SD"), "DCR"))
_ALL = ("CR", "PR", "SD", "PD", "NE")

_SERIES = re.compile(
    r"^(?P<of>.*?\b(?:stage|ecog(?: ps)?|performance status|ps|who|quartile|tertile|quintile|child-pugh"
    r"|asa|t|n|m1))\s*(?P<level>[0-5]|i{1,3}|iv|[a-d])$",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\b(?:unknown|missing|not (?:reported|stated|known|available|recorded|tested)|untested|other|non-?binary"
    r"|unspecified|indeterminate|inconclusive)\b",
    re.IGNORECASE,
)
Range = tuple[float, float]


def categories_nest(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Categories of response of one group fit into each other and add up. `rows` are of one study."""
    groups: dict[tuple[str, ...], dict[str, Entry]] = defaultdict(dict)
    for entry in rows:
        name, rest = response_of(entry.outcome or entry.label)
        if name and not entry.comparator and not entry.timepoint and _share(entry) is not None:
            group = entry.cohort or (response_of(entry.label)[1] if entry.outcome else rest)
            key = (group, entry.source, entry.definition)
            known = groups[key].get(name)
            if known is None or (known.events is None and entry.events is not None):
                groups[key][name] = entry
    for found in groups.values():
        if len(found) > 1:
            yield from _nested(found)
            yield from _added(found)
            yield from _complete(found)


def _share(entry: Entry) -> Range | None:
    """The share of participants in percent that a row allows."""
    if entry.events is not None and entry.n:
        return (100 * entry.events / entry.n,) * 2
    if entry.percent is not None and entry.percent.exact:
        return entry.percent.low, entry.percent.high
    return None


def _same_n(entries: Sequence[Entry]) -> bool:
    return len({entry.n for entry in entries if entry.n is not None}) <= 1


def _nested(found: Mapping[str, Entry]) -> Iterator[AuditFinding]:
    """The part is not larger than what includes it, and seldom equal to it."""
    for part, whole in _INSIDE:
        if part not in found or whole not in found or not _same_n((found[part], found[whole])):
            continue
        small, large = _share(found[part]), _share(found[whole])
        entries = (found[part], found[whole])
        if small is None or large is None:
            continue
        if small[0] > large[1] + 1e-9:
            message = (
                f"{part} {short(small[0])}% cannot be more than {whole} {short(large[1])}%, which includes it"
            )
            yield finding("nested_outcomes", "error", message, entries)
        elif part == "ORR" and small == large and small[1] > 0 and "SD" not in found:
            message = (
                f"{part} and {whole} are both {_printed(found[part])}: nobody had stable disease, "
                "or one was copied from the other"
            )
            yield finding("duplicate_value", "note", message, entries)


def _printed(entry: Entry) -> str:
    return f"{entry.events}/{entry.n}" if entry.events is not None and entry.n else f"{entry.percent}%"


def _added(found: Mapping[str, Entry]) -> Iterator[AuditFinding]:
    """Complete and partial responses are the responses; with stable disease, disease control."""
    for parts, whole in _SUMS:
        if whole not in found or not all(part in found for part in parts):
            continue
        entries = tuple(found[name] for name in (*parts, whole))
        shares = [_share(entry) for entry in entries]
        if not _same_n(entries) or any(share is None for share in shares):
            continue
        known = [share for share in shares if share is not None]
        low, high = sum(s[0] for s in known[:-1]), sum(s[1] for s in known[:-1])
        if low > known[-1][1] + 1e-9 or high < known[-1][0] - 1e-9:
            text = " + ".join(f"{name} {_printed(found[name])}" for name in parts)
            message = f"{text} = {short((low + high) / 2)}%, not {whole} {_printed(found[whole])}"
            yield finding("subgroups_do_not_sum", "error", message, entries)


def _complete(found: Mapping[str, Entry]) -> Iterator[AuditFinding]:
    """Response, stable disease and progression are not more than everybody."""
    names = [name for name in _ALL if name in found]
    if "ORR" in found and not {"CR", "PR"} <= set(names):
        names = ["ORR", *(name for name in names if name not in ("CR", "PR"))]
    if len(names) < 3 or "PD" not in names:
        return
    entries = tuple(found[name] for name in names)
    shares = [share for entry in entries if (share := _share(entry)) is not None]
    low = sum(share[0] for share in shares)
    if _same_n(entries) and low > 100 + 1e-9:
        text = " + ".join(f"{name} {_printed(found[name])}" for name in names)
        message = f"{text} is more than everybody: {short(low)}%"
        yield finding("subgroups_do_not_sum", "error", message, entries)


def halves_add_up(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Men and women, with and without, are everybody together. `rows` are of one study."""
    halves: dict[tuple[str, str], dict[bool, Entry]] = defaultdict(dict)
    for entry in rows:
        if entry.comparator or entry.actuarial or (entry.percent is None and entry.events is None):
            continue
        rest, side = half_of(entry.outcome or entry.label)
        if rest:
            halves[rest, entry.cohort].setdefault(side, entry)
    for found in halves.values():
        if (
            len(found) == 2
            and ("*" in half_of(found[True].outcome or found[True].label)[0] or _not_groups(found))
            and not _rest_is_told(rows, found[True])
        ):
            yield from _halves(found[True], found[False])


def _rest_is_told(rows: Sequence[Entry], one: Entry) -> bool:
    """Whether a further row counts those who are in neither half."""
    return any(
        entry.cohort == one.cohort and entry.n == one.n and _NEITHER.search(entry.outcome or entry.label)
        for entry in rows
    )


def _not_groups(found: Mapping[bool, Entry]) -> bool:
    """Whether "with" and "without" are shares of one group, not two groups with their own events."""
    return _same_n(tuple(found.values())) and all(entry.n is not None for entry in found.values())


def _halves(one: Entry, two: Entry) -> Iterator[AuditFinding]:
    """Two shares that must be 100 together."""
    if not _same_n((one, two)):
        return
    n = one.n or two.n
    shares = [_share_of(entry, n) for entry in (one, two)]
    if shares[0] is None or shares[1] is None:
        return
    low, high = (shares[0][i] + shares[1][i] for i in (0, 1))
    if (low > 100 + 1e-9 or high < 100 - 1e-9) and 90 < (low + high) / 2 < 110:
        other = 100 - (shares[0][0] + shares[0][1]) / 2
        message = f"{_printed(one)} leaves {short(other)}% for the others, {_printed(two)} is printed"
        yield finding("count_mismatch", "warning", message, (one, two), computed={"sum": [low, high]})


def _share_of(entry: Entry, n: int | None) -> Range | None:
    if entry.events is not None and n:
        return (100 * entry.events / n,) * 2
    percent: Printed | None = entry.percent
    return (percent.low, percent.high) if percent is not None and percent.exact else None


def series_add_up(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Stages, performance statuses and the like are not more than everybody. `rows` are of one study."""
    series: dict[tuple[str, str, str], dict[str, Entry]] = defaultdict(dict)
    for entry in rows:
        match = _SERIES.match(entry.label.strip()) or _SERIES.match(entry.outcome.strip())
        if match is not None and not entry.comparator and _share_of(entry, entry.n) is not None:
            group = series[match["of"].casefold(), entry.cohort, entry.source]
            group.setdefault(match["level"].casefold(), entry)
    for found in series.values():
        entries = tuple(found.values())
        shares = [share for entry in entries if (share := _share_of(entry, entry.n)) is not None]
        low = sum(share[0] for share in shares)
        if len(entries) >= 2 and _same_n(entries) and low > 100 + 1e-9:
            text = " + ".join(map(_printed, entries))
            message = f"{text} is more than everybody: {short(low)}%"
            yield finding("subgroups_do_not_sum", "warning", message, entries, computed={"sum": low})
