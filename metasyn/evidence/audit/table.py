"""A plain table as entries: whatever columns it has, under the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from metasyn.evidence.audit.entry import RATIOS, TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.audit.words import ESTIMATE_NAMES, NAMES, better_of, statistic_of, unit_of

__all__ = ["table_entries"]

_EMPTY = frozenset(
    {"", "-", "--", "–", "—", "na", "n/a", "nan", "none", "nr", "ne", "not reached", "not reported", "."}
    | {"not evaluable", "not estimable", "not available", "not stated", "not given", "unknown"}
)
_NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
_COUNTS = ("events", "n", "total", "randomised")
_NUMBERS = ("se", "sd", "q", "df", "i2", "k", "stage1_n", "stage1_needed")
_FIGURES = ("percent", "estimate", "ci_low", "ci_high", *_NUMBERS)
_ATTRIBUTES = ("phase", "design", "citation", "registry_id", "centre", "authors", "locator", "place")
_SECOND = {"events_2": "events", "n_2": "n", "percent_2": "percent"}

_NUMBER = r"[-−+]?\d*[.·]?\d+"
_OF = re.compile(r"(\d+)\s*(?:/|of|out of)\s*(\d+)(?:\s*\(\s*(" + _NUMBER + r")\s*%?\s*\))?")
_WITH_PERCENT = re.compile(r"(\d+)\s*\(\s*(" + _NUMBER + r")\s*%\s*\)")
_PAIR = re.compile(r"[\[(]?\s*(" + _NUMBER + r")\s*(?:-|–|—|to|,|;)\s*(" + _NUMBER + r")\s*%?\s*[\])]?")
_WHOLE = re.compile(
    r"("
    + _NUMBER
    + r")\s*%?\s*[\[(](?:95 ?% ?CI[,:;]?)?\s*("
    + _NUMBER
    + r")\s*(?:-|–|—|to|,|;)\s*("
    + _NUMBER
    + r")\s*[\])]"
)
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
    entries: list[Entry] = []
    problems: list[AuditFinding] = []
    header: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        cells: dict[str, str] = {}
        for name, value in row.items():
            if name not in header:
                header[name] = _canonical(str(name))
            text = "" if value is None else str(value).strip()
            if text and text.lower() not in _EMPTY:
                cells.setdefault(header[name], text)
                if header[name] == "estimate" and (kind := ESTIMATE_NAMES.get(_plain(str(name)))):
                    cells.setdefault("statistic", kind)
        if cells:
            entries.extend(_entries(str(number), cells, problems))
    return entries, problems


def _canonical(name: str) -> str:
    plain = _plain(name)
    return "estimate" if plain in ESTIMATE_NAMES else NAMES.get(plain, name.casefold().strip())


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _entries(row: str, cells: dict[str, str], problems: list[AuditFinding]) -> Iterator[Entry]:
    """The entry of a row, and a second one where the compared group stands in the same row."""
    _spread(cells)
    figures = {name: read_printed(cells[name]) for name in _FIGURES if name in cells}
    counts = {name: _count(cells[name]) for name in _COUNTS if name in cells}
    if "proportion" in cells and "percent" not in cells:
        share = read_printed(cells["proportion"])
        figures["percent"] = share.shifted(2) if share is not None else None
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
    if any(name in cells for name in _SECOND):
        entry = replace(entry, study=entry.study or f"row {row}")
        yield entry
        yield _second(row, cells, entry)
    else:
        yield entry


def _spread(cells: dict[str, str]) -> None:
    """Take apart cells that hold several figures: `9/133`, `9 (7%)`, `0.62 (0.47-0.80)`, `0.47-0.80`."""
    if "ci" in cells:
        pair = _PAIR.fullmatch(cells["ci"])
        if pair is not None:
            cells.setdefault("ci_low", pair[1])
            cells.setdefault("ci_high", pair[2])
    if "events" in cells and not cells["events"].isdecimal():
        match = _OF.fullmatch(cells["events"])
        if match is not None:
            _put(cells, events=match[1], n=match[2], percent=match[3])
        elif (match := _WITH_PERCENT.fullmatch(cells["events"])) is not None:
            _put(cells, events=match[1], percent=match[2])
    for name in ("estimate", "percent"):
        if name in cells and "(" in cells[name]:
            match = _WHOLE.fullmatch(cells[name])
            if match is not None:
                cells[name] = match[1]
                _put(cells, ci_low=match[2], ci_high=match[3])


def _put(cells: dict[str, str], **found: str | None) -> None:
    for name, text in found.items():
        if text is not None and (name == "events" or name not in cells):
            cells[name] = text


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
        source=cells.get("source", ""),
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
        events=events,
        n=n,
        total=total,
        randomised=counts.get("randomised"),
        numbers=numbers,
        attributes={name: cells[name] for name in _ATTRIBUTES if name in cells},
        separate=bool(label) and _is_study(label),
        accepted=cells.get("accepted_because", ""),
    )


def _settled(
    figures: dict[str, Printed | None], statistic: str, unit: str, events: int | None, n: int | None
) -> tuple[Printed | None, Printed | None, tuple[Printed | None, Printed | None], str]:
    """Estimate, percentage, bounds and statistic, once it is clear whether the estimate is a percentage."""
    estimate, percent = figures.get("estimate"), figures.get("percent")
    low, high = figures.get("ci_low"), figures.get("ci_high")
    places = 0
    if percent is None and estimate is not None and statistic not in RATIOS:
        percent, places = _as_percent(estimate, statistic, unit, events, n)
        if percent is not None:
            estimate, statistic = None, statistic or "percent"
    elif percent is None and estimate is None and events is not None and high is not None:
        places = 2 if high.value <= 1 < events else 0
    if places:
        low, high = (bound.shifted(places) if bound is not None else None for bound in (low, high))
    return estimate, percent, (low, high), statistic


def _as_percent(
    estimate: Printed, statistic: str, unit: str, events: int | None, n: int | None
) -> tuple[Printed | None, int]:
    """An estimate that is the share of the row's own counts, as a percentage, and the places it moved."""
    if statistic == "percent" or unit == "percent":
        return estimate, 0
    if statistic or events is None or not n or events > n:
        return None, 0
    for places in (0, 2):
        moved = estimate.shifted(places)
        reach = max(2 * (moved.high - moved.low), 1.0)
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


def _second(row: str, cells: dict[str, str], first: Entry) -> Entry:
    """The compared group of a row that holds both."""
    counts = {name: _count(cells[column]) for column, name in _SECOND.items() if column in cells}
    return Entry(
        row=row,
        label=f"{first.label}, compared group",
        study=first.study,
        source=first.source,
        outcome=first.outcome,
        timepoint=first.timepoint,
        definition=first.definition,
        unit="percent" if first.unit not in TIMES else "",
        percent=read_printed(cells["percent_2"]) if "percent_2" in cells else None,
        events=counts.get("events"),
        n=counts.get("n"),
        accepted=first.accepted,
    )
