"""Cells that hold several figures: `9/133 (7%)`, `0.62 (0.47-0.80), p = .03`, `54 days`."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["counts_of_cell", "spread"]

_NUMBER = r"[-−+]?(?:\d*[.·]\d+|\d+,\d+|\d+)"
_TO = r"\s*(?:-|–|—|−|to|,|;|/)\s*"
_SHARE = rf"(?P<percent>{_NUMBER})\s*%?"
_OF = r"(?P<events>\d+)\s*(?:/|of|out of)\s*(?P<n>\d+)"
_COUNTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_OF}(?:\s*(?:patients|pts\.?))?(?:\s*[(\[,;]?\s*{_SHARE}\s*[)\]]?)?",
        rf"{_SHARE}\s*[(\[]\s*(?:n\s*=\s*)?{_OF}\s*[)\]]",
        rf"(?P<events>\d+)\s*[(\[]\s*{_SHARE}\s*[)\]]",
    )
)
_PAIR = re.compile(
    rf"[(\[]?\s*(?:\d\d\s*%?\s*C[rI]*[,:;]?)?\s*({_NUMBER})\s*%?{_TO}({_NUMBER}|NE|NR)\s*%?\s*[)\]]?"
)
_ESTIMATE = re.compile(
    rf"(?:(?P<kind>[a-zA-Z][a-zA-Z ]{{1,18}}?)\s*[:=,]?\s*)?(?P<value>{_NUMBER})\s*"
    r"(?P<unit>%|days?|d|weeks?|wks?|months?|mos?|years?|yrs?)?\s*"
    rf"(?:[,;]?\s*[(\[]?\s*(?:(?P<level>\d\d(?:\.\d)?)\s*%?\s*(?:CI|CrI)|CI)?[,:;]?\s*"
    rf"(?P<low>{_NUMBER})\s*%?{_TO}(?P<high>{_NUMBER}|NE|NR|not reached)\s*%?\s*[)\]]?)?"
    r"(?:\s*[,;]?\s*\(?(?P<p>[pP]\s*[<>≤≥=]\s*[\d.,·]+)\)?)?",
)
_KIND = re.compile(
    r"(?:a?(?:HR|OR|RR)|IRR|RD|W?MD|SMD|median|mean|hazard ratio|odds ratio|risk ratio|relative risk)"
)
_SIZE = re.compile(r"[nN]\s*=\s*(\d+)")


@lru_cache(maxsize=1 << 14)
def counts_of_cell(text: str) -> dict[str, str]:
    """Events, participants and percentage of a cell that holds at least two of them; else empty.

    Examples
    --------
    >>> counts_of_cell("12/45 (26.7%)"), counts_of_cell("26.7")
    ({'events': '12', 'n': '45', 'percent': '26.7'}, {})
    """
    for pattern in _COUNTS:
        match = pattern.fullmatch(text)
        if match is not None:
            return {name: found for name, found in match.groupdict().items() if found}
    return {}


@lru_cache(maxsize=1 << 14)
def _estimate_of_cell(text: str) -> dict[str, str]:
    """Estimate, bounds, level, p value, unit and kind of a cell that holds more than a number."""
    match = _ESTIMATE.fullmatch(text)
    if match is None:
        return {}
    found = {name: part for name, part in match.groupdict().items() if part}
    if "kind" in found and _KIND.fullmatch(found["kind"].strip()) is None:
        return {}
    return found if len(found) > 1 else {}


def spread(cells: dict[str, str]) -> None:
    """Take apart cells with several figures; a figure that has a column of its own stays as it is there.

    Parameters
    ----------
    cells : dict of str to str
        Texts by what their columns hold; changed in place.
    """
    if "ci" in cells and (pair := _PAIR.fullmatch(cells["ci"])) is not None:
        cells.setdefault("ci_low", pair[1])
        if pair[2][0] != "N":
            cells.setdefault("ci_high", pair[2])
    if "n" in cells and (size := _SIZE.fullmatch(cells["n"])) is not None:
        cells["n"] = size[1]
    _spread_counts(cells)
    if "estimate" not in cells and "statistic" in cells and any(c.isdigit() for c in cells["statistic"]):
        cells["estimate"] = cells.pop("statistic")
    for name in ("estimate", "percent", "proportion"):
        if name in cells and (found := _estimate_of_cell(cells[name])):
            _take_estimate(cells, name, found)


def _spread_counts(cells: dict[str, str]) -> None:
    """Cells of either group that hold events, participants or percentage together."""
    for name in ("events", "percent", "n", "proportion", "estimate", "events_2", "percent_2"):
        if name not in cells or cells[name].isdecimal():
            continue
        found = counts_of_cell(cells[name])
        # Of "17 (42.5)" only the column tells that these are a count and its percentage.
        if found and ("n" in found or name not in ("n", "proportion", "estimate")):
            group = "_2" if name.endswith("_2") else ""
            _take(cells, name, {key + group: text for key, text in found.items()})


def _take(cells: dict[str, str], column: str, found: dict[str, str]) -> None:
    """Put what a cell holds under their names; the cell's own name only if it is one of them."""
    del cells[column]
    for name, text in found.items():
        cells.setdefault(name, text)


def _take_estimate(cells: dict[str, str], column: str, found: dict[str, str]) -> None:
    cells[column] = found["value"]
    for part, name in (("low", "ci_low"), ("high", "ci_high"), ("level", "level"), ("p", "p")):
        if part in found and found[part][0].upper() != "N":
            cells.setdefault(name, found[part])
    if "kind" in found:
        cells.setdefault("statistic", found["kind"].strip())
    if "unit" in found:
        # What stands beside the number is said of it alone, a heading of the whole column.
        cells["unit"] = found["unit"]
