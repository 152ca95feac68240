"""Several rows: which group a figure favours, and whether the others agree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from metasyn.evidence.audit.entry import RATIOS, TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed
from metasyn.evidence.audit.source_checks import DAYS
from metasyn.evidence.audit.words import BENEFIT
from metasyn.values import Severity

__all__ = ["hazard_side", "inverted", "is_significant", "medians_follow_hazards", "outcomes_point_one_way"]

_ALPHA = 0.05
_BRACKETS = re.compile(r"\([^)]*\)")


def medians_follow_hazards(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A hazard ratio below 1 goes with the longer median. `rows` are about one question."""
    groups = _by_group(rows)
    for entry in rows:
        if entry.statistic != "HR" or entry.estimate is None:
            continue
        hazard = _side(entry.estimate, 1.0)
        if not entry.comparator:
            yield from _unnamed(entry, hazard, rows)
            continue
        for one in _of_group(groups, entry.cohort or entry.label):
            for two in _of_group(groups, entry.comparator):
                if one.statistic == two.statistic == "median" and _same_place(one, two):
                    yield from _opposed(entry, hazard, one, two)


def _of_group(groups: Mapping[str, list[Entry]], name: str) -> Sequence[Entry]:
    """Rows of the group of that name; else of the one whose label ends with its last word."""
    if name in groups or not name:
        return groups.get(name, ())
    last = name.casefold().split()[-1:]
    near = [label for label in groups if _BRACKETS.sub("", label).casefold().split()[-1:] == last]
    return groups[near[0]] if len(near) == 1 else ()


def _unnamed(entry: Entry, hazard: int, rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """One hazard ratio and two medians without names: taken to be in the same order."""
    times = [other for other in rows if other.statistic == "median" and other.estimate is not None]
    ratios = [other for other in rows if other.statistic == "HR"]
    if len(times) != 2 or len(ratios) != 1 or hazard * _longer(*times) <= 0:
        return
    message = (
        f"HR {entry.estimate} and medians {times[0].estimate} v {times[1].estimate} {times[0].unit} "
        "point different ways, if the groups are in this order"
    )
    severity: Severity = "warning" if is_significant(entry) else "note"
    yield finding("direction_flip", severity, message, (entry, *times), repairs=inverted(entry))


def _same_place(one: Entry, two: Entry) -> bool:
    return one.source == two.source and one.definition == two.definition


def _opposed(entry: Entry, hazard: int, one: Entry, two: Entry) -> Iterator[AuditFinding]:
    longer = _longer(one, two)
    if hazard * longer <= 0 or entry.source not in ("", one.source):
        return
    sure = is_significant(entry)
    severity: Severity = "warning" if sure else "note"
    favours = called(entry.cohort if hazard < 0 else entry.comparator, (entry, one, two))
    medians = f"{one.estimate} v {two.estimate} {one.unit}"
    message = f"HR {entry.estimate} favours {favours}, the medians {medians} do not"
    yield finding("direction_flip", severity, message, (entry, one, two), repairs=inverted(entry))


def inverted(entry: Entry) -> tuple[Repair, ...]:
    """The ratio of a row the other way round, with its interval."""
    told = {
        "estimate": entry.estimate,
        **({"ci_low": entry.ci_high, "ci_high": entry.ci_low} if entry.has_interval else {}),
    }
    figures = [figure for figure in told.values() if figure is not None]
    if len(figures) != len(told) or any(not figure.exact or figure.value <= 0 for figure in figures):
        return ()
    decimals = max(0, *(figure.decimals for figure in figures))
    printed = [entry.estimate, *((entry.ci_low, entry.ci_high) if entry.has_interval else ())]
    return (
        Repair(
            row=entry.row,
            column=", ".join(told),
            printed=", ".join(map(str, printed)),
            instead=", ".join(f"{1 / figure.value:.{decimals}f}" for figure in figures),
            changes=len(figures),
        ),
    )


def called(name: str, entries: Sequence[Entry]) -> str:
    """What a group is called where its name is an id."""
    words = [e.group for e in entries if e.cohort == name] + [
        e.compared for e in entries if e.comparator == name
    ]
    return next(filter(None, words), name)


def hazard_side(entry: Entry) -> int:
    """-1 for a ratio below 1, 1 for one above, 0 if its roundings reach 1."""
    return _side(entry.estimate, 1.0) if entry.estimate is not None else 0


def _by_group(rows: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in rows:
        if not entry.comparator and not entry.derived:
            groups[entry.cohort or entry.label].append(entry)
    return groups


def _side(figure: Printed, null: float) -> int:
    """-1 below, 1 above, 0 if the roundings reach it."""
    return 1 if figure.low > null else -1 if figure.high < null else 0


def _longer(one: Entry, two: Entry) -> int:
    """1 if the first time is longer whatever the rounding, -1 if shorter, 0 if one cannot tell."""
    a, b = one.estimate, two.estimate
    if a is None or b is None or one.unit not in TIMES or two.unit not in TIMES:
        if a is None or b is None or one.unit != two.unit:
            return 0
        return 1 if a.low > b.high else -1 if a.high < b.low else 0
    x, y = DAYS[one.unit], DAYS[two.unit]
    return 1 if a.low * x > b.high * y else -1 if a.high * x < b.low * y else 0


def is_significant(entry: Entry) -> bool | None:
    """Whether a row is beyond chance at 5 %; None where it does not tell."""
    if entry.p_is_ns:
        return False
    if entry.p is not None:
        return entry.p.high <= _ALPHA if entry.p.relation != ">" else False
    if entry.statistic in RATIOS and entry.ci_low is not None and entry.ci_high is not None:
        return entry.ci_low.low > 1 or entry.ci_high.high < 1
    return None


def outcomes_point_one_way(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Two outcomes of one comparison favour the same group, or neither is beyond chance.

    `rows` are of one study; one note per pair of outcomes at most.
    """
    told: dict[frozenset[str], dict[str, tuple[str, bool, Entry]]] = defaultdict(dict)
    by_question: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in rows:
        by_question[entry.outcome, entry.timepoint].append(entry)
    for (outcome, _), members in by_question.items():
        for entry, pair in _compared(members):
            sure = is_significant(entry)
            favoured = _favoured(entry, pair, members)
            if sure is not None and favoured:
                told[frozenset(pair)].setdefault(outcome, (favoured, sure, entry))
    for outcomes in told.values():
        listed = list(outcomes.items())
        for place, (name, (favoured, sure, entry)) in enumerate(listed):
            for other, (favoured_2, sure_2, entry_2) in listed[place + 1 :]:
                if favoured != favoured_2 and sure != sure_2:
                    yield _opposite(((name, favoured, sure), (other, favoured_2, sure_2)), (entry, entry_2))
                    break


def _opposite(
    told: tuple[tuple[str, str, bool], tuple[str, str, bool]], entries: tuple[Entry, ...]
) -> AuditFinding:
    parts = [
        f"{name} favours {called(group, entries)}{'' if sure else ', within chance'}"
        for name, group, sure in told
    ]
    message = f"{'; '.join(parts)}: one outcome cannot stand in for the other"
    return finding("direction_vs_p", "note", message, entries)


def _compared(members: Sequence[Entry]) -> Iterator[tuple[Entry, tuple[str, str]]]:
    """Rows with a p value or interval, and the two groups they are about."""
    named = False
    for entry in members:
        if entry.comparator:
            named = True
            yield entry, (entry.cohort, entry.comparator)
    groups = list(dict.fromkeys(e.cohort or e.label for e in members))
    if not named and len(groups) == 2:
        for entry in members:
            if entry.p is not None or entry.p_is_ns:
                yield entry, (groups[0], groups[1])
                return


def _favoured(entry: Entry, pair: tuple[str, str], members: Sequence[Entry]) -> str:
    """The group that fares better, empty if that cannot be told."""
    first, second = pair
    if entry.statistic == "HR" and entry.estimate is not None and entry.comparator:
        side = _side(entry.estimate, 1.0)
        return first if side < 0 else second if side > 0 else ""
    groups = _by_group(members)
    for one in groups.get(first, ()):
        for two in groups.get(second, ()):
            if one.estimate is not None and two.estimate is not None:
                longer = _longer(one, two)
                if one.unit in TIMES and longer:
                    return first if longer > 0 else second
            elif one.percent is not None and two.percent is not None:
                more = _side(one.percent, two.percent.value)
                good = one.better == "higher" or (not one.better and bool(BENEFIT.search(one.words)))
                if more and (good or one.better == "lower"):
                    return first if (more > 0) == good else second
    return ""
