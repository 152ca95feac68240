"""The whole evidence, and the part of it that one synthesis is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metasyn.errors import OptionError
from metasyn.evidence.model import (
    Cohort,
    Curve,
    OngoingTrial,
    OutcomeDefinition,
    ReportedResult,
    Source,
    Study,
)

__all__ = ["Evidence", "Group", "Selection", "Target"]

# A group of cohorts: one attribute value that names it, or attribute -> allowed value(s).
Group = str | Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one effect is about: a cohort, or a cohort compared with another of the same study."""

    study_id: str
    cohort_id: str
    comparator_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """All tables of a data folder, validated.

    Attributes
    ----------
    sources, studies, cohorts, outcomes : mapping of str to record
        By id.
    results : tuple of ReportedResult
        One per reported figure, in table order.
    ongoing : tuple of OngoingTrial
        Registered trials without results.
    curves : mapping of str to Curve
        Digitised survival curves by the id of their row.
    """

    sources: Mapping[str, Source]
    studies: Mapping[str, Study]
    cohorts: Mapping[str, Cohort]
    outcomes: Mapping[str, OutcomeDefinition]
    results: tuple[ReportedResult, ...]
    ongoing: tuple[OngoingTrial, ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def select(
        self,
        *,
        outcome: str,
        contrast: tuple[Group, Group] | None = None,
        cohorts: Group | None = None,
        studies: Mapping[str, str | Sequence[str]] | None = None,
        same: Sequence[str] = (),
        timepoint: str = "",
    ) -> Selection:
        """The reported results of one outcome for one contrast, or for single cohorts.

        Parameters
        ----------
        outcome : str
            Id of the outcome, as in `outcomes.csv`.
        contrast : tuple of two groups, optional
            `(group, compared with group)`. A group is one attribute value that names it
            (`"diuretic"`) or a mapping of cohort attributes to allowed values. Every pair
            of cohorts of one study that matches is a target; the direction is as written here.
        cohorts : group, optional
            For single-cohort outcomes: which cohorts. Exactly one of `contrast` and `cohorts`.
        studies : mapping, optional
            Study columns (`design`, `registry_id`, `year`, ...) and their allowed values.
        same : sequence of str, optional
            Cohort attributes that both cohorts of a contrast must share.
        timepoint : str, optional
            Only figures at this time point; default those without one.

        Returns
        -------
        Selection

        Raises
        ------
        OptionError
            If the outcome, an attribute or a value does not occur in the evidence.
        """
        from metasyn.evidence.select import select

        return select(
            self,
            outcome=outcome,
            contrast=contrast,
            cohorts=cohorts,
            studies=studies or {},
            same=tuple(same),
            timepoint=timepoint,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """Targets of one synthesis and every reported result that bears on them.

    Attributes
    ----------
    targets : tuple of Target
        Cohorts or contrasts that match, in table order of studies and cohorts.
    results : tuple of ReportedResult
        Rows of the outcome (usable or not) about a cohort of any target, or of an unpaired one.
    unpaired : tuple of str
        Ids of cohorts that match a group and are reported, but have no counterpart that is.
    unreported : tuple of str
        Ids of studies that match, without any figure on the outcome.
    """

    evidence: Evidence
    outcome: OutcomeDefinition
    targets: tuple[Target, ...]
    results: tuple[ReportedResult, ...]
    timepoint: str = ""
    unpaired: tuple[str, ...] = ()
    unreported: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(r.outcome != self.outcome.outcome for r in self.results):
            raise OptionError("a selection holds results of one outcome only.")
