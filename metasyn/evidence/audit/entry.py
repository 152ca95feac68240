"""One row as the audit sees it, whichever table it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from metasyn.evidence.audit.counts import whole_numbers
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed
from metasyn.values import Severity

__all__ = ["RATIOS", "TIMES", "Entry", "finding"]

RATIOS = frozenset({"HR", "OR", "RR", "IRR"})
TIMES = frozenset({"days", "weeks", "months", "years"})

_SURVIVAL = re.compile(
    r"\b(?:PFS|OS|DFS|EFS|RFS|TTP|survival|surviving|kaplan|KM|actuarial|event-free|progression-free)\b"
    r"|\b\d+[- ]?(?:month|year|week|mo|yr)s?\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|around|approximately|approx|circa|nearly|almost)\b|[~≈]", re.IGNORECASE)
_ADJUSTED = re.compile(
    r"adjust|multivaria|stratifi|weighted|matched|pooled|imputed|propensity", re.IGNORECASE
)
_EPISODES = re.compile(
    r"\b(?:episode|event count|treatment line|line of treatment|lines|course|cycle|lesion|admission|eye)s?\b",
    re.IGNORECASE,
)


# A label is asked the same questions by many checks.
@lru_cache(maxsize=1 << 14)
def _says_survival(words: str) -> bool:
    return bool(_SURVIVAL.search(words))


@lru_cache(maxsize=1 << 14)
def _says_about(words: str) -> bool:
    return bool(_ABOUT.search(words))


@lru_cache(maxsize=1 << 14)
def _says_adjusted(words: str) -> bool:
    return bool(_ADJUSTED.search(words))


@lru_cache(maxsize=1 << 14)
def _says_episodes(words: str) -> bool:
    return bool(_EPISODES.search(words))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """The figures of one row.

    Attributes
    ----------
    row, label : str
        Id and name of the row.
    study, source, outcome, timepoint, definition : str
        What the figures are about and where they stand; empty where not told.
    cohort, comparator : str
        The group, and the one it is compared with.
    group, compared : str
        What these two are called, where they are ids.
    size : int or None
        Participants of the group as a table of groups has them.
    statistic : str
        `"HR"`, `"OR"`, `"RR"`, `"RD"`, `"MD"`, `"median"`, `"percent"`, ...; empty where not told.
    estimate, ci_low, ci_high : Printed or None
        On the natural scale. An interval beside a percentage alone is that of the percentage.
    level : float
        A proportion.
    percent : Printed or None
        0 to 100.
    events, n, total, randomised : int or None
        Participants with the event; those it was counted in; those of all groups; those randomised.
    sides : {'one', 'two', 'not stated'}
    test : str
        Which test the p value is of; empty where not told.
    ci_method : str
        How the interval of a proportion was made; empty where not told.
    accepted, unusable : str
        Answers to findings, `code: reason`; why the row is set aside. Empty for none.
    separate : bool
        Whether the row is a study of its own beside others, not a group of the same study.
    """

    row: str
    label: str = ""
    study: str = ""
    source: str = ""
    year: int | None = None
    outcome: str = ""
    kind: str = ""
    better: str = ""
    definition: str = ""
    timepoint: str = ""
    cohort: str = ""
    comparator: str = ""
    group: str = ""
    compared: str = ""
    size: int | None = None
    part_of: str = ""
    statistic: str = ""
    unit: str = ""
    estimate: Printed | None = None
    ci_low: Printed | None = None
    ci_high: Printed | None = None
    level: float = 0.95
    percent: Printed | None = None
    p: Printed | None = None
    p_is_ns: bool = False
    sides: str = "not stated"
    test: str = ""
    ci_method: str = ""
    events: int | None = None
    n: int | None = None
    total: int | None = None
    randomised: int | None = None
    numbers: Mapping[str, Printed] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    separate: bool = False
    derived: bool = False
    accepted: str = ""
    unusable: str = ""

    @property
    def words(self) -> str:
        """Everything said about what the figures are."""
        return " ".join((self.label, self.outcome, self.definition, self.timepoint, self.unit))

    @property
    def actuarial(self) -> bool:
        """Whether a percentage may be a Kaplan-Meier estimate, which is not a count over n."""
        told = self.kind == "time-to-event" or self.statistic == "survival" or bool(self.timepoint)
        return told or _says_survival(self.words)

    @property
    def approximate(self) -> bool:
        """Whether the source says that the figure is only about right."""
        return _says_about(self.words)

    @property
    def adjusted(self) -> bool:
        """Whether the estimate is one that crude counts do not give."""
        return _says_adjusted(self.words)

    @property
    def counts_episodes(self) -> bool:
        """Whether the unit is something a participant can have several of."""
        return self.unit in ("episodes", "treatment lines") or _says_episodes(self.words)

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are numbers."""
        return self.ci_low is not None and self.ci_high is not None

    def counts(self) -> tuple[tuple[int, int], ...]:
        """Every (events, n) that the row allows."""
        if self.n is None or self.n == 0:
            return ()
        if self.events is not None:
            return ((self.events, self.n),) if 0 <= self.events <= self.n else ()
        if self.percent is None or self.actuarial:
            return ()
        return tuple((k, self.n) for k in whole_numbers(self.percent, self.n))


def finding(
    code: str,
    severity: Severity,
    message: str,
    entries: tuple[Entry, ...],
    *,
    computed: Mapping[str, Any] | None = None,
    repairs: tuple[Repair, ...] = (),
    search: Callable[[], Iterable[Repair]] | None = None,
) -> AuditFinding:
    """A finding about some rows, its repairs ordered by how little they change; `search` finds more."""
    by_row: dict[str, Entry] = {}
    for entry in entries:
        by_row.setdefault(entry.row, entry)
    entries = tuple(by_row.values())
    return AuditFinding(
        code=code,
        severity=severity,
        message=message,
        rows=tuple(entry.row for entry in entries),
        labels=tuple(entry.label for entry in entries),
        computed=computed or {},
        repairs=tuple(sorted(dict.fromkeys(repairs), key=lambda repair: repair.changes)),
        search=search,
    )
