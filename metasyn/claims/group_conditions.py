"""What a sentence may state between groups, and of what changes when one effect is left out."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import result_text
from metasyn.errors import OptionError
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.null_side import significant, turning
from metasyn.values import NotEstimable
from metasyn.vocabulary import GroupOrder, Significance
from metasyn.wording import p_text

__all__ = ["ChangesSides", "GroupsDiffer", "GroupsOrdered", "changing_sides", "group_result"]

_NO_GROUPS = "no groups could be formed"


def group_result(groups: SubgroupAnalysis, name: str) -> SynthesisResult:
    """The result of one group.

    Raises
    ------
    OptionError
        If there is no such group; the others are listed.
    """
    if name not in groups.names:
        known = ", ".join(map(repr, groups.names))
        raise OptionError(f"{groups.by} has no group {name!r}; there are {known}.")
    return groups.results[groups.names.index(name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsOrdered:
    """The estimate of one group is higher, or lower, than that of another."""

    first: str
    order: GroupOrder
    second: str

    def check(self, subject: Subject) -> Check:
        label = subject.result.effects.measure.label
        says = f"the {label} of {self.first} is {self.order} that of {self.second}"
        if subject.subgroups is None:
            return Check(holds=False, says=says, shows=_NO_GROUPS)
        one, other = (group_result(subject.subgroups, name) for name in (self.first, self.second))
        holds = (
            one.estimate > other.estimate if self.order == "higher than" else one.estimate < other.estimate
        )
        shows = f"{self.first}: {result_text(one)}, {self.second}: {result_text(other)}"
        return Check(holds=holds, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsDiffer:
    """The test between all groups is significant at one minus the level of the synthesis, or is not."""

    word: Significance

    def check(self, subject: Subject) -> Check:
        groups = subject.subgroups
        says = f"the difference between the groups is {self.word}"
        if groups is None:
            return Check(holds=False, says=says, shows=_NO_GROUPS)
        if isinstance(groups.pvalue, NotEstimable):
            return Check(holds=False, says=says, shows=f"there is no test: {groups.pvalue.reason}")
        found = significant(groups.pvalue, subject.result.request.level)
        shows = f"the test between groups gives {p_text(groups.pvalue)}"
        return Check(holds=found == (self.word == "significant"), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSides:
    """Leaving out exactly these moves the interval to another side of no effect; empty for none."""

    omitted: tuple[str, ...] = ()

    def check(self, subject: Subject) -> Check:
        moving = changing_sides(subject)
        says = f"the interval changes sides without {_either(self.omitted)}"
        if moving is None:
            return Check(holds=False, says=says, shows="the interval has no side")
        shows = f"it does so without {_either(moving)}"
        return Check(holds=moving == self.omitted, says=says, shows=shows)


def changing_sides(subject: Subject) -> tuple[str, ...] | None:
    """What moves the interval to another side of no effect when it is left out; None without sides."""
    found = turning(subject.result, subject.leave_one_out)
    return None if found is None else tuple(run.omitted for run in found)


def _either(names: tuple[str, ...]) -> str:
    return " or without ".join(names) or "none of them"
