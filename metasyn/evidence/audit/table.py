"""A plain table as entries: whatever columns it has, under the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import starmap
from typing import Any

from metasyn.evidence.audit.cells_apart import spread
from metasyn.evidence.audit.counts_of_totals import counts_of_totals
from metasyn.evidence.audit.entry import RATIOS, TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.headings import read_headings
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.audit.row_cells import RowCells, cells_of_row
from metasyn.evidence.audit.words import better_of, statistic_of, unit_of

__all__ = ["table_entries"]

_NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
_COUNTS = ("events", "n", "total", "randomised")
_NUMBERS = ("se", "sd", "q", "df", "i2", "tau2", "k", "z", "chi2", "o_e", "v", "stage1_n", "stage1_needed")
_FIGURES = ("percent", "estimate", "ci_low", "ci_high", *_NUMBERS)
_ATTRIBUTES = ("phase", "design", "citation", "registry_id", "centre", "authors", "locator", "place")
_SECOND = {"events_2": "events", "n_2": "n", "percent_2": "percent"}

_REMARK = re.compile(r"\s*[(\[].*[)\]]\s*$")
_SIDED = re.compile(r"\s*(one|two|1|2)[- ](?:sided|tailed)[,:]?\s*", re.IGNORECASE)
_P_FIRST = re.compile(r"((?:[pP]\s*)?[<>≤≥=]?\s*\d*[.·,]?\d+(?:[eE]-?\d+)?)(?![\d.·,]).*")
_VERSUS = re.compile(r"^(.+?)\s+(?:v|vs|versus|compared with)\.?\s+(.+)$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def table_entries(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Entry], list[AuditFinding]]:
    """Entries of a plain table, and findings about cells that cannot be read.

    Parameters
    ----------
    rows : iterable of mapping of str to object
        One per row; text keeps the digits as printed (`"0.80"`), numbers have those they show. Names of
        columns are taken without case, spaces and underscores; `NAMES` lists what they may be called.

    Returns
    -------
    (list of Entry, list of AuditFinding)
        Rows are numbered from 1.
    """
    listed = list(rows)
    names: dict[str, None] = {}
    for row in listed:
        if row.keys() != names.keys():
            names.update(dict.fromkeys(map(str, row)))
    headings = read_headings(names)
    entries: list[Entry] = []
    problems: list[AuditFinding] = []
    left_out: dict[str, list[tuple[Entry, str]]] = {}
    unused: dict[str, bool] = {}
    for number, row in enumerate(listed, start=1):
        found = cells_of_row(row, headings)
        if found.cells or found.wide:
            entries.extend(_entries(str(number), found, problems))
            for name, text in found.left_out:
                left_out.setdefault(name, []).append((entries[-1], text))
            for name, left in found.unused.items():
                unused[name] = left and unused.get(name, True)
    problems.extend(starmap(_left_out, left_out.items()))
    if any(unused.values()):
        problems.append(_not_used([name for name, left in unused.items() if left], entries[0]))
    return counts_of_totals(entries), problems


def _left_out(name: str, cells: Sequence[tuple[Entry, str]]) -> AuditFinding:
    """Two columns that say the same, of which the first is read."""
    texts = ", ".join(text for _, text in cells[:4]) + (", ..." if len(cells) > 4 else "")
    message = f"more than one column holds {name}; the first is read, left out: {texts}"
    return finding("unreadable_cell", "note", message, tuple(entry for entry, _ in cells[:20]))


def _not_used(names: Sequence[str], entry: Entry) -> AuditFinding:
    """Columns of numbers that no check has seen."""
    shown = ", ".join(f"'{name}'" for name in names[:12]) + (", ..." if len(names) > 12 else "")
    message = f"not checked, their headings name no figure that is checked: {shown}"
    if len(names) == 1:
        message = f"not checked, its heading names no figure that is checked: {shown}"
    return finding("column_not_used", "note", message, (entry,), computed={"columns": list(names)})


def _entries(row: str, found: RowCells, problems: list[AuditFinding]) -> Iterator[Entry]:
    """The entries of a row: one, or one for each group and for their comparison, or one for each column."""
    cells = found.cells
    _complete_fourfold(cells)
    spread(cells)
    figures = {name: read_printed(cells[name]) for name in _FIGURES if name in cells}
    counts = {name: _count(cells[name]) for name in _COUNTS if name in cells}
    if "proportion" in cells and "percent" not in cells:
        share = read_printed(cells["proportion"])
        figures["percent"] = share.shifted(2) if share is not None else None
        for name in ("ci_low", "ci_high"):
            bound = figures.get(name)
            if bound is not None and bound.value <= 1:
                figures[name] = bound.shifted(2)
    if "variance" in cells and "se" not in cells:
        figures["variance"] = read_printed(cells["variance"])
    p, ns = _p_value(cells)
    entry = _entry(row, cells, figures, counts, p, ns)
    read: dict[str, object] = {**figures, **counts}
    if "p" in cells:
        read["p"] = p or ns
    for name, value in read.items():
        if value is None or value is False:
            message = f"{name} {cells.get(name, '')!r} cannot be read and was left out"
            problems.append(finding("unreadable_cell", "warning", message, (entry,)))
    yield from _two_groups(row, cells, entry) if any(name in cells for name in _SECOND) else (entry,)
    yield from (_further(further, entry) for further in found.estimates)
    yield from (_of_column(words, share, entry) for words, share in found.wide.items())


def _complete_fourfold(cells: dict[str, str]) -> None:
    """Participants of both groups, where those with and without the event are told."""
    for events, others, n in (("events", "others", "n"), ("events_2", "others_2", "n_2")):
        if others in cells and events in cells and n not in cells:
            told = [_count(cells[name]) for name in (events, others)]
            if told[0] is not None and told[1] is not None:
                cells[n] = str(told[0] + told[1])


def _further(found: Mapping[str, str], entry: Entry) -> Entry:
    """A further estimate of a row: of another kind, or of another group."""
    outcome = found["outcome"] or entry.outcome
    return replace(
        entry,
        label=" ".join(part for part in (entry.label, found["cohort"], outcome) if part),
        outcome=outcome,
        better=better_of(outcome),
        cohort=found["cohort"] or entry.cohort or entry.label,
        comparator="" if found["cohort"] else entry.comparator,
        statistic=found["statistic"] or statistic_of("", outcome, found["unit"], True),
        unit=found["unit"],
        estimate=read_printed(found["estimate"]),
        ci_low=None,
        ci_high=None,
        p=None,
        p_is_ns=False,
        percent=None,
        events=None,
        n=None,
        total=None,
        randomised=None,
        numbers={},
        attributes={},
    )


def _of_column(words: str, found: Mapping[str, str], entry: Entry) -> Entry:
    """The share of participants that a further column holds."""
    n = _count(found["n"]) if "n" in found else entry.n
    return replace(
        entry,
        label=f"{entry.label}, {words}" if entry.label else words,
        outcome=words,
        better=better_of(words),
        cohort=entry.cohort or entry.label,
        statistic="",
        unit="percent",
        estimate=None,
        ci_low=None,
        ci_high=None,
        p=None,
        p_is_ns=False,
        percent=read_printed(found["percent"]) if "percent" in found else None,
        events=_count(found["events"]) if "events" in found else None,
        n=n,
        numbers={},
        attributes={},
    )


def _p_value(cells: dict[str, str]) -> tuple[Printed | None, bool]:
    """The p value, and whether it is a bare "not significant"; its side may stand in the same cell."""
    text = cells.get("p", "")
    side = _SIDED.match(text)
    if side is not None:
        cells.setdefault("sides", side[1])
        text = text[side.end() :]
    text = _REMARK.sub("", text).strip()
    if text.casefold() in _NOT_SIGNIFICANT:
        return None, True
    begin = _P_FIRST.match(text)
    return (read_printed(begin[1]) if begin is not None else None), False


@lru_cache(maxsize=1 << 14)
def _count(text: str) -> int | None:
    """A whole number, perhaps with a remark in brackets; None if it is none."""
    printed = read_printed(text) or read_printed(_REMARK.sub("", text))
    if printed is None or not printed.exact or printed.value < 0 or printed.value != int(printed.value):
        return None
    return int(printed.value)


@lru_cache(maxsize=256)
def _level(text: str) -> float:
    """A level as a proportion: `0.95`, `95`, `95%`, `90% CI`."""
    match = re.search(r"\d*\.?\d+", text)
    level = float(match[0]) if match else 0.95
    level = level / 100 if level > 1 else level
    return level if 0 < level < 1 else 0.95


@lru_cache(maxsize=256)
def _sides(text: str) -> str:
    plain = text.casefold()
    if plain.startswith(("one", "1")):
        return "one"
    return "two" if plain.startswith(("two", "2")) else "not stated"


def _entry(
    row: str,
    cells: dict[str, str],
    figures: dict[str, Printed | None],
    counts: dict[str, int | None],
    p: Printed | None,
    ns: bool,
) -> Entry:
    """Put the cells together; what the row is about is taken from its words where no column says it."""
    label = cells.get("label", "")
    words = f"{cells.get('outcome', '')} {label}"
    unit = unit_of(cells.get("unit", ""), words)
    events, n, total = counts.get("events"), counts.get("n"), counts.get("total")
    if n is None and total is not None and events is not None and "n" not in cells:
        n = total
    given = statistic_of(cells.get("statistic", ""), words, unit, figures.get("estimate") is not None)
    estimate, percent, (low, high), statistic = _settled(figures, given, unit, events, n)
    cohort, comparator = cells.get("cohort", ""), cells.get("comparator", "")
    versus = _versus(cohort or label) if not comparator else None
    if versus is not None and events is None and percent is None:
        cohort, comparator = versus
    numbers = {name: value for name in (*_NUMBERS, "variance") if (value := figures.get(name)) is not None}
    return Entry(
        row=row,
        label=label or " ".join(cells[name] for name in ("study", "cohort", "outcome") if name in cells),
        study=cells.get("study", ""),
        source=cells.get("source", "") or _told_source(cells.get("citation", "")),
        year=_count(cells["year"]) if "year" in cells else None,
        outcome=cells.get("outcome", ""),
        better=better_of(words),
        definition=cells.get("definition", ""),
        timepoint=cells.get("timepoint", ""),
        cohort=cohort,
        comparator=comparator,
        part_of=cells.get("part_of", ""),
        statistic=statistic,
        unit=unit,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        level=_level(cells["level"]) if "level" in cells else 0.95,
        percent=percent,
        p=p,
        p_is_ns=ns,
        sides=_sides(cells.get("sides", "")),
        test=cells.get("test", "").casefold(),
        ci_method=cells.get("ci_method", ""),
        events=events,
        n=n,
        total=total,
        randomised=counts.get("randomised"),
        numbers=numbers,
        attributes={name: cells[name] for name in _ATTRIBUTES if name in cells},
        separate=bool(label) and _is_study(label),
        accepted=cells.get("accepted_because", ""),
    )


def _told_source(citation: str) -> str:
    """A citation in words stands for the source; a number is one of a list of references."""
    return citation if any(c.isalpha() for c in citation) else ""


def _settled(
    figures: dict[str, Printed | None], statistic: str, unit: str, events: int | None, n: int | None
) -> tuple[Printed | None, Printed | None, tuple[Printed | None, Printed | None], str]:
    """Estimate, percentage, bounds and statistic, once it is clear whether the estimate is a percentage."""
    estimate, percent = figures.get("estimate"), figures.get("percent")
    low, high = figures.get("ci_low"), figures.get("ci_high")
    places = 0
    if percent is None and estimate is not None and statistic not in RATIOS:
        alone = high is None and figures.get("p") is None
        percent, places = _as_percent(estimate, statistic, unit, events, n, 5.0 if alone else 1.0)
        if percent is not None:
            estimate, statistic = None, statistic or "percent"
    elif percent is None and estimate is None and events is not None and high is not None:
        places = 2 if high.value <= 1 < events else 0
    elif percent is not None and percent.decimals >= 2 and events and n and percent.value <= 1 < events:
        places = (
            2 if abs(100 * percent.value - 100 * events / n) < abs(percent.value - 100 * events / n) else 0
        )
        percent = percent.shifted(places)
    if places:
        low, high = (
            bound.shifted(places) if bound is not None and bound.value <= 1 else bound
            for bound in (low, high)
        )
    return estimate, percent, (low, high), statistic


def _as_percent(
    estimate: Printed, statistic: str, unit: str, events: int | None, n: int | None, near: float
) -> tuple[Printed | None, int]:
    """An estimate that is the share of the row's own counts, as a percentage, and the places it moved."""
    if statistic == "percent" or unit == "percent":
        return estimate, 0
    if statistic or events is None or not n or events > n:
        return None, 0
    for places in (0, 2):
        moved = estimate.shifted(places)
        reach = max(2 * (moved.high - moved.low), near)
        if abs(moved.value - 100 * events / n) <= reach:
            return moved, places
    return None, 0


@lru_cache(maxsize=1 << 14)
def _versus(label: str) -> tuple[str, str] | None:
    match = _VERSUS.match(label)
    return (match[1].strip(), match[2].strip()) if match is not None else None


@lru_cache(maxsize=1 << 14)
def _is_study(label: str) -> bool:
    return bool(_YEAR.search(label))


def _two_groups(row: str, cells: dict[str, str], entry: Entry) -> Iterator[Entry]:
    """Both groups of a row that holds two, and what compares them."""
    names = (f"first group of row {row}", f"second group of row {row}")
    study = entry.study or f"row {row}"
    second = {name: _count(cells[column]) for column, name in _SECOND.items() if column in cells}
    compares = entry.estimate is not None or entry.p is not None or entry.p_is_ns
    bare = replace(
        entry, study=study, comparator="", statistic="", estimate=None, p=None, p_is_ns=False, numbers={}
    )
    if compares:
        bare = replace(bare, ci_low=None, ci_high=None)
    yield replace(bare, cohort=names[0])
    yield replace(
        bare,
        cohort=names[1],
        label=f"{entry.label}, compared group",
        unit="percent" if entry.unit not in TIMES else "",
        percent=read_printed(cells["percent_2"]) if "percent_2" in cells else None,
        events=second.get("events"),
        n=second.get("n"),
        total=None,
        randomised=None,
        ci_low=None,
        ci_high=None,
        attributes={},
        accepted="",
    )
    if compares:
        yield replace(
            entry,
            study=study,
            cohort=names[0],
            comparator=names[1],
            percent=None,
            events=None,
            n=None,
            total=None,
            randomised=None,
            attributes={},
        )
