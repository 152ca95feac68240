"""What a sentence may state of an absolute effect: more or fewer people, and whether its interval agrees."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.synthesis.absolute import absolute_effect
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.values import NotEstimable
from metasyn.vocabulary import NullPlace
from metasyn.wording import decimal

__all__ = ["DifferenceLies", "HasAbsoluteEffect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HasAbsoluteEffect:
    """At this baseline risk there is an absolute effect, or there can be none."""

    baseline: BaselineRisk
    exists: bool = True

    def check(self, subject: Subject) -> Check:
        found = not isinstance(absolute_effect(subject.result, self.baseline), NotEstimable)
        words = {True: "there is an absolute effect", False: "no absolute effect can be stated"}
        return Check(holds=found == self.exists, says=words[self.exists], shows=words[found])


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLies:
    """The interval of the risk difference at this baseline risk lies below or above 0, or includes it."""

    baseline: BaselineRisk
    place: NullPlace

    def check(self, subject: Subject) -> Check:
        found = absolute_effect(subject.result, self.baseline)
        words = {"below": "lies below", "above": "lies above", "includes": "includes", "excludes": "excludes"}
        says = f"the interval of the difference in risk {words[self.place]} 0"
        if isinstance(found, NotEstimable):
            return Check(holds=False, says=says, shows=found.reason)
        interval = found.difference_ci
        if isinstance(interval, NotEstimable):
            return Check(holds=False, says=says, shows=interval.reason)
        where = "below" if interval.high < 0 else "above" if interval.low > 0 else "includes"
        holds = (where != "includes") if self.place == "excludes" else where == self.place
        shows = f"it is {decimal(interval.low, 3)} to {decimal(interval.high, 3)}"
        return Check(holds=holds, says=says, shows=shows)
