"""What the columns of a table hold, from whatever heads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from metasyn.evidence.audit.paired_headings import paired_figures
from metasyn.evidence.audit.words import ESTIMATE_NAMES, NAMES, UNIT_NAMES, another_quantity, unit_of

__all__ = ["Heading", "read_headings", "without_group"]

_BRACKETS = re.compile(r"[\[(]([^)\]]*)[)\]]")
_LEVEL = re.compile(
    r"(\d\d(?:\.\d+)?)\s*(?:%|per ?cent)?\s*(?=CI\b|CrI\b|confidence|credible|LCL|UCL)", re.IGNORECASE
)
_NUMBER_OF = re.compile(
    r"^(?:number|no\.?|nr\.?|#)\s*(?:of\s+|with\s+)?|^n\s+(?:of\s+|with\s+)?", re.IGNORECASE
)
_P_VALUE = re.compile(r"^p(?:[ -]?val(?:ue)?s?)?\s*(?:for|of|,|-)\s", re.IGNORECASE)
_PERCENT_OF = re.compile(r"^(?:%|percent(?:age)?|proportion \(%\))\s+(?:of|with)\b", re.IGNORECASE)
_LOWER = frozenset(["lower", "low", "lo", "lcl", "lb", "ll"])
_UPPER = frozenset(["upper", "high", "hi", "ucl", "ub", "ul", "up"])
_AROUND_BOUNDS = frozenset(
    (
        *("ci", "cl", "conf", "confidence", "limit", "bound", "interval", "%", "95", "of"),
        *("hr", "or", "rr", "rd", "md", "hazard", "odds", "risk", "ratio"),
    )
)
# What a forest plot says about the model in the heading of its estimates.
_MODEL = re.compile(
    r"\b(?:\d\d(?:\.\d+)?\s*%\s*)?C[Ir]+\b|\b(?:M-?H|Mantel-Haenszel|IV|Peto|inverse variance)\b"
    r"|\b(?:fixed|random)(?: effects?)?\b|,",
    re.IGNORECASE,
)
# `Responders, n`, `Deaths (N)`
_COUNTED_AS = re.compile(r"^(.*\w)[\s,;:]+(?:n|no\.?)$", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z]+|%|\d+")
_STATISTIC = re.compile(
    r"\b(?P<log>log|ln)?[ (_-]*(?P<kind>a?HR|a?OR|a?RR|IRR|RD|SMD|W?MD|hazard ratio|odds ratio|risk ratio"
    r"|relative risk|median|mean difference|risk difference)\b\)?",
    re.IGNORECASE,
)
_KINDS = {**ESTIMATE_NAMES, "wmd": "MD", "ahr": "HR", "aor": "OR", "arr": "RR"}
_FIRST = frozenset(
    [
        "1",
        "a",
        "treatment",
        "treated",
        "experimental",
        "exp",
        "intervention",
        "active",
        "drug",
        "e",
        "t",
        "trt",
        "tx",
        "case",
    ]
)
_SECOND = frozenset(
    [
        "2",
        "b",
        "control",
        "controls",
        "ctrl",
        "placebo",
        "comparator",
        "c",
        "reference",
        "standard",
        "untreated",
    ]
)
_COUNTED = {
    **dict.fromkeys(["events", "event", "responders", "deaths", "cases", "responses", "k", "x"], "events"),
    **dict.fromkeys(["n", "total", "size", "patients", "participants", "denominator"], "n"),
    **dict.fromkeys(["percent", "pct", "percentage", "rate", "%"], "percent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a column holds.

    Attributes
    ----------
    name : str
        As `NAMES` calls it; the heading itself where nothing is known about it.
    known : bool
    words : str
        What the heading says about the figures: the outcome, as `PFS` in `median PFS`.
    statistic, unit, level : str
        What it says about the estimate; empty where it does not.
    """

    name: str
    known: bool = True
    words: str = ""
    statistic: str = ""
    unit: str = ""
    level: str = ""


def read_headings(names: Iterable[str]) -> Mapping[str, Heading]:
    """What each column holds; a name with two meanings has the one that no other column has.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    mapping of str to Heading

    Examples
    --------
    >>> found = read_headings(["Event", "Cases", "HR (90% CI)", "arm B n"])
    >>> [(heading.name, heading.statistic, heading.level) for heading in found.values()]
    [('label', '', ''), ('events', '', ''), ('estimate', 'HR', '90'), ('n_2', '', '')]
    """
    found = {name: _heading(name.strip()) for name in names}
    plain = {_plain(name): name for name in found}
    taken = {heading.name for name, heading in found.items() if _plain(name) != "event"}
    if "event" in plain and "events" in taken:
        found[plain["event"]] = Heading(name="label" if "label" not in taken else "outcome")
    if "k" in plain and taken & {"q", "i2"}:
        found[plain["k"]] = Heading(name="k")
    if {"a", "b", "c", "d"} <= plain.keys() or ({"a", "c"} <= plain.keys() and taken & {"n_2"}):
        found |= _fourfold(plain, ("a", "b", "c", "d"))
    if "sd" in plain and len({"cr", "pr", "pd", "orr"} & plain.keys()) >= 2:
        found[plain["sd"]] = Heading(name="SD", known=False, words="SD")
    if {"ai", "ci"} <= plain.keys() and plain.keys() & {"n2i", "di"}:
        found |= _fourfold(plain, ("ai", "bi", "ci", "di"))
    found |= _two_of_bracket(found)
    pairs = paired_figures(found)
    if {found[name].name for name in pairs} != {*pairs.values()}:
        found |= {name: Heading(name=figure) for name, figure in pairs.items()}
    return found


def _two_of_bracket(found: Mapping[str, Heading]) -> dict[str, Heading]:
    """`n/N (drug)` and `n/N (placebo)`: two columns that only what stands in brackets tells apart."""
    same = [name for name, heading in found.items() if heading.name == "percent" and "/" in name]
    groups = [" ".join(_BRACKETS.findall(name)) for name in same]
    if len(same) != 2 or not all(any(c.isalpha() for c in group) for group in groups):
        return {}
    return {name: Heading(name=name, known=False, words=name) for name in same}


def _fourfold(plain: Mapping[str, str], cells: tuple[str, ...]) -> dict[str, Heading]:
    """The four cells of a two-by-two table: with and without the event, treated and not."""
    names = ("events", "others", "events_2", "others_2")
    return {plain[c]: Heading(name=name) for c, name in zip(cells, names, strict=True) if c in plain}


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold().replace("%", "percent") if c.isalnum())


def _heading(text: str) -> Heading:
    """One column: by its whole name, without what stands in brackets, by its words."""
    known = _by_name(text)
    if known is not None:
        return known
    inside = "; ".join(_BRACKETS.findall(text))
    outside = _BRACKETS.sub(" ", text).strip(" :,;")
    level = _LEVEL.search(text)
    unit = unit_of(inside, "") if inside else ""
    if unit not in UNIT_NAMES:
        unit = ""
    if unit == "percent" and level is not None:
        unit = ""
    known = _by_name(outside) or _by_name(_LEVEL.sub("", outside)) or _by_words(text, outside)
    if known is None:
        whole = "%" in text and level is None
        return Heading(name=text, known=False, words=outside or text, unit="percent" if whole else "")
    return replace(known, unit=known.unit or unit, level=level[1] if level is not None else "")


def _by_name(text: str) -> Heading | None:
    """A heading that is a name as it stands, or after "number of"."""
    count = _COUNTED_AS.match(text)
    if count is not None and NAMES.get(_plain(count[1])) == "events":
        return Heading(name="events")
    for candidate in (text, _NUMBER_OF.sub("", text)):
        plain = _plain(candidate)
        kind = _KINDS.get(plain)
        if kind is not None:
            return Heading(name="estimate", statistic=kind)
        if plain in NAMES:
            counted = plain == "eventsn" and "/" not in candidate
            return Heading(name="events" if counted else NAMES[plain])
    return None


def _by_words(text: str, outside: str) -> Heading | None:
    """A heading of several words: a figure of a group, a bound, a p value, a percentage, an estimate."""
    tokens = _TOKEN.findall(text.casefold())
    for bound, words in (("ci_low", _LOWER), ("ci_high", _UPPER)):
        if words & {*tokens} and {*tokens} <= words | _AROUND_BOUNDS:
            return Heading(name=bound, statistic=next((_KINDS[t] for t in tokens if t in _KINDS), ""))
    found = _of_group(text)
    if found is None and _P_VALUE.match(outside):
        found = Heading(name="p")
    if found is None and _PERCENT_OF.match(outside) and not another_quantity(outside):
        found = Heading(name="percent")
    return found or _worded(outside)


def without_group(words: str) -> tuple[str, str]:
    """The words of a heading without those that name one of two groups, and these.

    Examples
    --------
    >>> without_group("drug PFS"), without_group("PFS")
    (('PFS', 'drug'), ('PFS', ''))
    """
    parts = words.split()
    groups = [part for part in parts if part.casefold() in _FIRST | _SECOND and not part.isdigit()]
    if len(groups) != 1:
        return words, ""
    return " ".join(part for part in parts if part not in groups), groups[0]


def _of_group(text: str) -> Heading | None:
    """`arm_a_events`, `n control`, `% in group 2`: a figure of one of two groups."""
    tokens = [
        t for t in _TOKEN.findall(text.casefold()) if t not in ("arm", "group", "of", "in", "no", "number")
    ]
    figures = [t for t in tokens if t in _COUNTED]
    groups = [t for t in tokens if t in _FIRST or t in _SECOND]
    if len(figures) > 1:
        figures = [t for t in figures if t != "n"]
    if len(figures) != 1 or len(groups) != 1 or len(tokens) > 3:
        return None
    name = _COUNTED[figures[0]]
    return Heading(name=name if groups[0] in _FIRST else f"{name}_2")


def _worded(text: str) -> Heading | None:
    """A heading with a kind of estimate among other words: `median PFS`, `OS HR`."""
    match = _STATISTIC.search(text)
    if match is None or not (
        match["kind"].isupper() or len(match["kind"]) > 3 or match["kind"][1:].isupper()
    ):
        return None
    kind = _KINDS.get(_plain(match["kind"]), match["kind"])
    rest = " ".join(_MODEL.sub(" ", f"{text[: match.start()]} {text[match.end() :]}").split())
    return Heading(name="estimate", statistic=f"log {kind}" if match["log"] else kind, words=rest)
