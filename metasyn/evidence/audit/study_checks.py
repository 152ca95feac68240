"""Whole studies: participants counted twice, and participants left out of one group only."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.group_tests import group_p_values
from metasyn.evidence.audit.printed import short
from metasyn.values import Severity

__all__ = ["Profile", "cohorts_overlap", "exclusions_are_even", "profiles_of"]

_REGISTRY = re.compile(
    r"\b(?:NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|ChiCTR[-\w]*\d+|EudraCT[ :]*[\d-]+|JPRN-?\w+|UMIN\d{9}"
    r"|CTRI[/\w]+|20\d\d-\d{6}-\d\d)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"^eudract[ :]*")
_SPLIT = re.compile(r"\s*(?:;|,|&|\band\b|/|\|)\s*")
_INITIALS = re.compile(r"\b[A-Z]{1,3}\b\.?")
_MOST_SHARING = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """What identifies the participants of a report."""

    entry: Entry
    name: str
    registry: frozenset[str]
    centres: frozenset[str]
    authors: frozenset[str]
    year: int | None
    sizes: frozenset[int]


def profiles_of(
    entries: Sequence[Entry], known: Mapping[str, Mapping[str, str]] | None = None
) -> list[Profile]:
    """One profile per study, or per row where rows have no study.

    Parameters
    ----------
    entries : sequence of Entry
    known : mapping, optional
        Further words about a study, by its id: `registry_id`, `centre`, `authors`.
    """
    by_name: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_name[entry.study or entry.label or entry.row].append(entry)
    profiles = []
    for name, members in by_name.items():
        further = (known or {}).get(name, {})

        def words(column: str, members: list[Entry] = members, further: Mapping[str, str] = further) -> str:
            return "; ".join(
                dict.fromkeys([further.get(column, ""), *(e.attributes.get(column, "") for e in members)])
            )

        profiles.append(
            Profile(
                entry=members[0],
                name=name,
                registry=_registries(words("registry_id")),
                centres=_parts(words("centre")),
                authors=_surnames(words("authors")),
                year=next((e.year for e in members if e.year), None) or _year(further.get("year", "")),
                sizes=frozenset(e.n for e in members if e.n),
            )
        )
    return profiles


def _year(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) == 4 else None


def _registries(text: str) -> frozenset[str]:
    found = _REGISTRY.findall(text)
    return frozenset(_BARE.sub("", number.casefold()) for number in found) or _parts(text)


def _parts(text: str) -> frozenset[str]:
    return frozenset(part.casefold() for part in _SPLIT.split(text) if part)


def _surnames(text: str) -> frozenset[str]:
    return frozenset(
        plain.casefold()
        for part in _SPLIT.split(text)
        if len(plain := _INITIALS.sub("", part).strip(" .")) > 1
    ) - {"et al", "al"}


def cohorts_overlap(profiles: Sequence[Profile]) -> Iterator[AuditFinding]:
    """No two reports seem to be about the same participants: registration, centres, authors, years, size."""
    candidates: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, profile in enumerate(profiles):
        for kind, words in (("r", profile.registry), ("c", profile.centres), ("a", profile.authors)):
            for word in words:
                candidates[kind, word].append(place)
    pairs = {
        pair
        for (kind, _), places in candidates.items()
        if kind == "r" or len(places) <= _MOST_SHARING
        for pair in combinations(places[: 4 * _MOST_SHARING], 2)
    }
    linked: dict[tuple[Severity, str], list[set[int]]] = defaultdict(list)
    for one, two in sorted(pairs):
        why = _why(profiles[one], profiles[two])
        if why is not None:
            _link(linked[why], one, two)
    for (severity, shared), group in ((why, group) for why, groups in linked.items() for group in groups):
        entries = tuple(profiles[place].entry for place in sorted(group))
        names = ", ".join(profiles[place].name for place in sorted(group))
        yield finding(
            "overlapping_cohorts",
            severity,
            f"{names}: {shared}; only one may enter a pool, or none twice",
            entries,
        )


def _link(groups: list[set[int]], one: int, two: int) -> None:
    """Put two into one group, with those either is already linked to."""
    joined = {one, two}.union(*(group for group in groups if one in group or two in group))
    groups[:] = [group for group in groups if not group & joined] + [joined]


def _why(one: Profile, two: Profile) -> tuple[Severity, str] | None:
    """What two reports share, if that is enough."""
    registry = one.registry & two.registry
    if registry:
        return "warning", f"the same registration ({', '.join(sorted(registry)).upper()})"
    centres, authors = one.centres & two.centres, one.authors & two.authors
    years = one.year is None or two.year is None or abs(one.year - two.year) <= 5
    near = any(abs(a - b) <= max(2, 0.1 * max(a, b)) for a in one.sizes for b in two.sizes)
    all_centres = bool(centres) and (one.centres <= two.centres or two.centres <= one.centres)
    if not years:
        return None
    shared = [
        f"the same {what} ({', '.join(sorted(words))})"
        for what, words in (("centres", centres), ("authors", authors))
        if words
    ]
    if all_centres and (near or authors or len(centres) >= 3):
        return "warning", " and ".join(shared)
    if (centres and authors) or (len(authors) >= 2 and near):
        return "note", " and ".join(shared)
    return None


def exclusions_are_even(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Groups lose similar shares of those randomised. `rows` are about one question."""
    totals = Counter(entry.total for entry in rows if entry.total is not None)
    told = [
        (entry, entry.n, before)
        for entry in rows
        if entry.n is not None and not entry.comparator and (before := _before(entry, totals)) is not None
    ]
    if not 2 <= len(told) <= 6 or any(n > before for _, n, before in told):
        return
    lost = [(before - n, before) for _, n, before in told]
    if not any(count for count, _ in lost):
        return
    shares = [count / before for count, before in lost]
    if max(shares) - min(shares) < 0.05:
        return
    p = min((p for _, p in group_p_values(lost)), default=1.0)
    if p < 0.05:
        text = " v ".join(f"{count}/{before} ({short(100 * count / before)}%)" for count, before in lost)
        message = f"left out of the analysis: {text}"
        yield finding(
            "differential_exclusion", "warning", message, tuple(e for e, _, _ in told), computed={"p": p}
        )


def _before(entry: Entry, totals: Mapping[int, int]) -> int | None:
    """Those randomised to the group of a row; a total that no other row shares is one."""
    if entry.randomised is not None:
        return entry.randomised
    if entry.total is None or entry.events == entry.n or entry.part_of:
        return None
    if totals[entry.total] == 1 and len(totals) > 1:
        return entry.total
    return None
