"""Columns of two groups with names of their own: `Events bio`, `N bio`, `Events pbo`, `N pbo`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from metasyn.evidence.audit.words import names_event, response_of

__all__ = ["group_order", "paired_figures"]

_FIGURES = {
    **dict.fromkeys(["events", "event", "responders", "deaths", "cases", "responses"], "events"),
    **dict.fromkeys(["n", "total", "size", "patients", "participants", "denominator"], "n"),
    **dict.fromkeys(["percent", "pct", "percentage", "rate", "%"], "percent"),
}
_COMPARED = frozenset(
    {
        "control",
        "controls",
        "ctrl",
        "placebo",
        "pbo",
        "comparator",
        "reference",
        "standard",
        "usual",
        "untreated",
    }
)
_TREATED = frozenset(
    {"drug", "treatment", "treated", "experimental", "intervention", "active", "exposed", "new", "surgery"}
)
_BETWEEN = frozenset({"arm", "group", "of", "in", "no", "number", "with", "the", "for"})
_SPLIT = re.compile(r"[\s_()\[\]{},:;./-]+")
# What tells outcomes, estimates and time points apart from groups.
_NO_GROUP = re.compile(
    r"\b(?:[pode]fs|os|rfs|ttp|hr|or|rr|rd|ci|orr|dcr|all|overall|total|both|grade|missing|excluded|randomi[sz]ed"
    r"|\d+|days?|weeks?|months?|years?|included|screened|studies|study|trials?)\b",
    re.IGNORECASE,
)


def paired_figures(names: Iterable[str]) -> Mapping[str, str]:
    """What the columns of two groups hold, whatever the groups are called.

    Parameters
    ----------
    names : iterable of str
        Headings of a table.

    Returns
    -------
    mapping of str to str
        By heading: `events`, `n`, `percent` of the group that comes first, `events_2`, `n_2`, `percent_2`
        of the other; a group called control or the like is the other. Empty unless exactly two groups have
        the same figures, the number of participants among them.

    Examples
    --------
    >>> dict(paired_figures(["Study", "Events bio", "N bio", "Events pbo", "N pbo"]))
    {'Events bio': 'events', 'N bio': 'n', 'Events pbo': 'events_2', 'N pbo': 'n_2'}
    >>> dict(paired_figures(["Events (usual)", "N (usual)", "Events (new)", "N (new)"]))
    {'Events (new)': 'events', 'N (new)': 'n', 'Events (usual)': 'events_2', 'N (usual)': 'n_2'}
    """
    groups: dict[str, dict[str, str]] = {}
    for name in names:
        figure, group = _parted(name)
        if figure and group and figure not in groups.setdefault(group, {}):
            groups[group][figure] = name
    complete = {group: figures for group, figures in groups.items() if len(figures) > 1 and "n" in figures}
    told = [complete[group] for group in sorted(complete, key=_is_compared)]
    if len(told) != 2 or told[0].keys() != told[1].keys():
        return {}
    return {
        name: figure + ending
        for figures, ending in zip(told, ("", "_2"), strict=True)
        for figure, name in figures.items()
    }


def group_order(one: str, two: str, *, compares: bool) -> tuple[str, ...]:
    """Two headings of cells such as `12/45` as those of two groups, the compared one last.

    Parameters
    ----------
    one, two : str
        `n/N drug`, or `drug` alone.
    compares : bool
        Whether the row has a p value or an estimate.

    Returns
    -------
    tuple of str
        Empty if they are outcomes, or if nothing compares them and neither says that it is a group.

    Examples
    --------
    >>> group_order("placebo n/N", "drug n/N", compares=True), group_order("CR", "PR", compares=True)
    (('drug n/N', 'placebo n/N'), ())
    """
    plain = {}
    for name in (one, two):
        words = [word for word in _SPLIT.split(name.casefold()) if word and word not in _BETWEEN]
        plain[name] = " ".join(word for word in words if word not in _FIGURES)
    if any(not group or _NO_GROUP.search(group) or names_event(group) for group in plain.values()):
        return ()
    said = [_is_compared(group) or not _TREATED.isdisjoint(group.split()) for group in plain.values()]
    if not compares and not any(said):
        return ()
    return tuple(sorted((one, two), key=lambda name: _is_compared(plain[name])))


def _is_compared(group: str) -> bool:
    return not _COMPARED.isdisjoint(group.split())


def _parted(name: str) -> tuple[str, str]:
    """Which figure a heading names, and of which group; both empty if it names no group."""
    words = [word for word in _SPLIT.split(name.casefold()) if word and word not in _BETWEEN]
    figures = [word for word in words if word in _FIGURES]
    kinds = {_FIGURES[word] for word in figures}
    if len(kinds) > 1:
        # `n events drug` is a number of events.
        kinds -= {"n"}
    group = " ".join(word for word in words if word not in _FIGURES)
    if len(kinds) != 1 or not group or _NO_GROUP.search(group) or response_of(group)[0]:
        return "", ""
    return kinds.pop(), group
