"""The cells of one row by what they are: main figures, further estimates, further shares, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from metasyn.evidence.audit.cells_apart import counts_of_cell
from metasyn.evidence.audit.headings import Heading, without_group
from metasyn.evidence.audit.paired_headings import group_order
from metasyn.evidence.audit.printed import read_printed
from metasyn.evidence.audit.words import about_weight, another_quantity, names_event, response_of

__all__ = ["RowCells", "cells_of_row"]

_NOTHING = frozenset({"", "-", "--", "–", "—", ".", "na", "n/a", "nan"})
_EMPTY = _NOTHING | {
    *("none", "nr", "ne", "not reached", "not reported", "not evaluable", "not estimable"),
    *("not available", "not stated", "not given", "unknown"),
}
_NAMES = frozenset({"label", "cohort", "outcome"})
_BOUNDS = ("ci_low", "ci_high", "ci")
_FIGURES = frozenset({"events", "n", "percent", "p", "se", "sd", "total", "events_2", "n_2", *_BOUNDS})
_NUMBER = re.compile(r"[-+<>=\u2264\u2265\u2212 ]*[.,\u00b7]?\d")
_WHOLE = re.compile(r"\d{1,6}")
# Categories of response that exclude each other.
_APART = frozenset({"CR", "PR", "SD", "PD", "NE"})

# Figures of further columns, by what heads them.
Wide = dict[str, dict[str, str]]


@dataclass(slots=True, kw_only=True)
class RowCells:
    """Texts of a row.

    Attributes
    ----------
    cells : dict of str to str
        By what they are.
    wide : dict of str to dict of str to str
        Further columns that each hold a share of participants, by what heads them.
    estimates : list of dict of str to str
        Further estimates, of another kind or of another group than the one in `cells`.
    left_out : list of (str, str)
        What a further column holds that an earlier one holds too, and the figure in it, if it differs.
    unused : dict of str to bool
        Whether a column of which nothing is known was left unused, of those that hold a number.
    """

    cells: dict[str, str] = field(default_factory=dict)
    wide: Wide = field(default_factory=dict)
    estimates: list[dict[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    unused: dict[str, bool] = field(default_factory=dict)


def cells_of_row(row: Mapping[str, Any], headings: Mapping[str, Heading]) -> RowCells:
    """Sort the cells of a row; those that say that there is nothing are left out.

    Parameters
    ----------
    row : mapping of str to object
    headings : mapping of str to Heading
        Of all columns.
    """
    found = RowCells()
    estimates: list[tuple[Heading, str]] = []
    owner: int | None = None
    counted: list[tuple[Heading, str]] = []
    unknown: list[Heading] = []
    for heading, text in _texts(row, headings):
        if heading.name == "estimate" and heading.known:
            estimates.append((heading, text))
        elif heading.known:
            if heading.name in _BOUNDS and owner is None:
                owner = _owner(heading, estimates)
            _known(found, heading, text)
        elif _WHOLE.fullmatch(text) and heading.unit != "percent" and response_of(heading.words)[0]:
            counted.append((heading, text))
        elif not another_quantity(heading.words) or counts_of_cell(text):
            _share(found.wide, heading, text)
        if not heading.known and _NUMBER.match(text) and not about_weight(heading.words):
            unknown.append(heading)
    _estimates(found, estimates, owner)
    _categories(found, counted)
    _drop_of_others(found)
    found.unused = {heading.name: heading.words not in found.wide for heading in unknown}
    _together(found)
    return found


def _texts(row: Mapping[str, Any], headings: Mapping[str, Heading]) -> Iterator[tuple[Heading, str]]:
    """Headings and cells that hold something."""
    for name, value in row.items():
        text = "" if value is None else str(value).strip()
        heading = headings[str(name)]
        if text and text.lower() not in (_NOTHING if heading.name in _NAMES else _EMPTY):
            yield heading, text


def _known(found: RowCells, heading: Heading, text: str) -> None:
    """A cell below a name; of two that hold percentages, one may hold the counts."""
    cells = found.cells
    if heading.name == "percent" and heading.name in cells:
        first, second = counts_of_cell(cells["percent"]), counts_of_cell(text)
        if bool(first) != bool(second):
            plain = text if first else cells["percent"]
            cells.update({name: part for name, part in (first or second).items() if name not in cells})
            cells["percent"] = plain
            return
    if cells.get(heading.name, text) != text and heading.name in _FIGURES:
        found.left_out.append((heading.name, text))
    cells.setdefault(heading.name, text)
    for told in ("statistic", "unit", "level"):
        if word := getattr(heading, told):
            cells.setdefault(told, word)
    if heading.words:
        cells.setdefault("outcome", heading.words)


def _owner(heading: Heading, estimates: list[tuple[Heading, str]]) -> int | None:
    """Which estimate bounds belong to: that of the kind they name, else the one before them."""
    for place, (other, _) in enumerate(estimates):
        if heading.statistic and heading.statistic == other.statistic:
            return place
    return len(estimates) - 1 if estimates else None


def _estimates(found: RowCells, estimates: list[tuple[Heading, str]], owner: int | None) -> None:
    """The estimate that the bounds belong to, else the first; others apart if they are of another kind."""
    if not estimates:
        return
    main = owner if owner is not None else 0
    _known(found, *estimates[main])
    about = estimates[main][0]
    for place, (heading, text) in enumerate(estimates):
        if place != main and (heading.statistic, heading.words) != (about.statistic, about.words):
            words, group = without_group(heading.words)
            further = {"estimate": text, "statistic": heading.statistic, "unit": heading.unit}
            found.estimates.append({**further, "outcome": words, "cohort": group})
    _one_outcome(found)


def _one_outcome(found: RowCells) -> None:
    """Further estimates that are all about one outcome say which one the main estimate is about."""
    words = {further["outcome"] for further in found.estimates}
    if "outcome" in found.cells:
        found.cells["outcome"] = without_group(found.cells["outcome"])[0] or found.cells["outcome"]
    elif len(words) == 1 and "" not in words:
        found.cells["outcome"] = words.pop()


def _share(wide: Wide, heading: Heading, text: str) -> None:
    """A further column with a share of participants."""
    if counts := counts_of_cell(text):
        wide[heading.words] = {**wide.get(heading.words, {}), **counts}
    elif (heading.unit == "percent" or text.endswith("%")) and read_printed(text) is not None:
        wide.setdefault(heading.words, {}).setdefault("percent", text)


def _categories(found: RowCells, counted: list[tuple[Heading, str]]) -> None:
    """Whole numbers below categories of response: participants, unless they add up to about 100."""
    n = found.cells.get("n", "")
    if len(counted) < 2 or not _WHOLE.fullmatch(n) or any(int(text) > int(n) for _, text in counted):
        return
    apart = sum(int(text) for heading, text in counted if response_of(heading.words)[0] in _APART)
    if 97 <= apart <= 103 and abs(apart - 100) < abs(apart - int(n)):
        return
    for heading, text in counted:
        found.wide.setdefault(heading.words, {}).setdefault("events", text)


def _drop_of_others(found: RowCells) -> None:
    """Further percentages, not of an event, where the row counts events of its own: `Female (%)`.

    They may be of other participants than those the events are counted in.
    """
    if "events" in found.cells:
        found.wide = {
            words: cell
            for words, cell in found.wide.items()
            if cell.keys() != {"percent"} or names_event(words)
        }


def _together(found: RowCells) -> None:
    """Two further columns that hold the counts and the percentage of one figure, or two groups."""
    if len(found.wide) == 2:
        (one, first), (two, second) = found.wide.items()
        if first.keys().isdisjoint(second) and "n" in (*first, *second):
            found.wide = {two if "n" in first else one: {**first, **second}}
            return
    counted = {words: cell for words, cell in found.wide.items() if "n" in cell}
    if len(counted) == 2 and not found.cells.keys() & {"events", "n"}:
        compares = bool(found.cells.keys() & {"p", "estimate"})
        for words, ending in zip(group_order(*counted, compares=compares), ("", "_2"), strict=False):
            found.cells.update({f"{name}{ending}": text for name, text in counted[words].items()})
            del found.wide[words]
