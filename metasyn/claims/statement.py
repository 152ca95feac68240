"""A sentence with the conditions that make it true, and choosing among candidates by the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.values import Finding

if TYPE_CHECKING:
    from metasyn.synthesis.robust import CheResult

__all__ = ["Check", "Condition", "Statement", "Subject", "choose", "joined"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """What a sentence is about.

    Attributes
    ----------
    result : SynthesisResult
    subgroups : SubgroupAnalysis or None
        For comparisons between groups.
    leave_one_out : sequence of LeaveOneOut
        For what changes when one effect is left out.
    open_findings : sequence of Finding
        What waits for a decision about the reported figures, for sentences about these.
    dependent : CheResult or None
        The model for dependent rows, for sentences that hold it against the result.
    """

    result: SynthesisResult
    subgroups: SubgroupAnalysis | None = None
    leave_one_out: Sequence[LeaveOneOut] = ()
    open_findings: Sequence[Finding] = ()
    dependent: CheResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition held against the numbers.

    `says` completes "the sentence says that ..."; `shows` is the number that decides.
    """

    holds: bool
    says: str
    shows: str


class Condition(Protocol):
    """Something that is true of a result or not."""

    def check(self, subject: Subject) -> Check:
        """Hold it against the numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence, or part of one, with everything that must hold for it to be true.

    Examples
    --------
    >>> from metasyn.claims.conditions import IntervalLies
    >>> from metasyn.synthesis import pool
    >>> said = Statement(text="The interval lies below 1.", conditions=(IntervalLies(place="below"),))
    >>> said.holds(Subject(result=pool(yi=[-0.5], vi=[0.01], measure="RR")))
    True
    """

    text: str
    conditions: tuple[Condition, ...]

    def checks(self, subject: Subject) -> tuple[Check, ...]:
        """Every condition held against the numbers."""
        return tuple(condition.check(subject) for condition in self.conditions)

    def holds(self, subject: Subject) -> bool:
        """Whether all conditions hold."""
        return all(check.holds for check in self.checks(subject))


def choose(candidates: Iterable[Statement], subject: Subject) -> tuple[Statement, ...]:
    """The first candidate that is true of the subject; nothing where none is."""
    return next(((one,) for one in candidates if one.holds(subject)), ())


def joined(statements: Iterable[Statement]) -> str:
    """Sentences one after the other."""
    return " ".join(one.text for one in statements if one.text)
