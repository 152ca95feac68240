"""Which reported groups hold the same participants, so that their rows are no independent evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Evidence

__all__ = ["groups_share_participants"]

_MOST_NAMED = 4
# Figures that nobody pools as a result.
_NOT_POOLED = ("n", "at risk", "range", "Q", "I2")


def groups_share_participants(evidence: Evidence, entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A group and a part of it that are reported for one outcome are one dependence group.

    Studies with one registration are told by `cohorts_overlap`; cohorts of one study that have no
    participant in common are no matter of the figures.

    Parameters
    ----------
    evidence : Evidence
    entries : sequence of Entry
        Of its printed figures.

    Yields
    ------
    AuditFinding
        One note per study.
    """
    told: dict[tuple[str, str, bool], dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        if not entry.unusable and entry.statistic not in _NOT_POOLED:
            for cohort in filter(None, (entry.cohort, entry.comparator)):
                told[entry.study, entry.outcome, bool(entry.comparator)].setdefault(cohort, entry)
    studies: dict[str, _Shared] = {}
    for (study, outcome, _), reported in told.items():
        for cohort in reported:
            for whole in _above(cohort, evidence.cohorts):
                if whole in reported:
                    shared = studies.setdefault(study, _Shared())
                    shared.outcomes.setdefault(outcome)
                    shared.pairs.setdefault((cohort, whole))
                    for name in (whole, cohort):
                        shared.rows.setdefault(name, reported[name])
                    break
    for study, shared in studies.items():
        yield _note(study, shared, evidence)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What one study reports of groups and parts of them: keys in order, outcomes, (part, whole), rows."""

    outcomes: dict[str, None] = field(default_factory=dict)
    pairs: dict[tuple[str, str], None] = field(default_factory=dict)
    rows: dict[str, Entry] = field(default_factory=dict)


def _note(study: str, shared: _Shared, evidence: Evidence) -> AuditFinding:
    """The proposal for one study."""
    cohorts = evidence.cohorts
    ties = [f"{cohorts[part].label!r} is part of {cohorts[whole].label!r}" for part, whole in shared.pairs]
    message = (
        f"{evidence.studies[study].label} reports {_listed(list(shared.outcomes))} for groups that share "
        f"participants ({_listed(ties, '; ')}): a dependence group. Take one row per cohort, or all rows in "
        "a model for dependent rows"
    )
    return finding(
        "dependence_group",
        "note",
        message,
        tuple(shared.rows.values()),
        computed={"cohorts": list(shared.rows), "outcomes": list(shared.outcomes)},
    )


def _above(cohort: str, cohorts: Mapping[str, Cohort]) -> list[str]:
    """Larger cohorts that contain this one, nearest first."""
    found: list[str] = []
    parent = cohorts[cohort].part_of
    while parent and parent in cohorts and parent not in found:
        found.append(parent)
        parent = cohorts[parent].part_of
    return found


def _listed(names: Sequence[str], between: str = ", ") -> str:
    """The first few names."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return between.join(names[:_MOST_NAMED]) + more
