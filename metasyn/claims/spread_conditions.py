"""What a sentence may state of the variance between studies."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.synthesis.model import Tau2Estimate
from metasyn.values import NotEstimable
from metasyn.wording import p_text, tau2_text

__all__ = ["HasHeterogeneity", "Tau2OnlyZero", "Tau2Outside", "ZeroNotExcluded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HasHeterogeneity:
    """Heterogeneity between studies can be estimated, or cannot."""

    exists: bool = True

    def check(self, subject: Subject) -> Check:
        found = _tau2(subject) is not None
        words = {True: "heterogeneity can be estimated", False: "heterogeneity cannot be estimated"}
        return Check(holds=found == self.exists, says=words[self.exists], shows=words[found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Outside:
    """The estimate of the variance lies outside its own interval."""

    def check(self, subject: Subject) -> Check:
        tau2 = _tau2(subject)
        holds = tau2 is not None and not isinstance(tau2.ci, NotEstimable) and tau2.value not in tau2.ci
        return Check(holds=holds, says="the variance lies outside its interval", shows=_shown(tau2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2OnlyZero:
    """The estimate of the variance is 0 but its interval reaches further."""

    def check(self, subject: Subject) -> Check:
        tau2 = _tau2(subject)
        wider = tau2 is not None and not isinstance(tau2.ci, NotEstimable) and tau2.ci.high > 0
        holds = wider and tau2 is not None and tau2.value == 0
        return Check(holds=holds, says="the variance is 0 and its interval is not", shows=_shown(tau2))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroNotExcluded:
    """The test of heterogeneity of a mixed model rejects one mean, but the interval of tau2 includes 0."""

    def check(self, subject: Subject) -> Check:
        """The test at one minus the level of the synthesis."""
        found = subject.result.heterogeneity
        says = "the test speaks against one mean and the interval of the variance includes 0"
        if isinstance(found, NotEstimable) or found.test != "likelihood-ratio":
            return Check(holds=False, says=says, shows="there is no likelihood-ratio test")
        ci = found.tau2.ci
        zero = not isinstance(ci, NotEstimable) and ci.low <= 0
        rejects = found.pvalue < 1 - subject.result.request.level
        return Check(holds=zero and rejects, says=says, shows=f"{p_text(found.pvalue)}; {_shown(found.tau2)}")


def _tau2(subject: Subject) -> Tau2Estimate | None:
    found = subject.result.heterogeneity
    return None if isinstance(found, NotEstimable) else found.tau2


def _shown(tau2: Tau2Estimate | None) -> str:
    if tau2 is None:
        return "it cannot be estimated"
    if isinstance(tau2.ci, NotEstimable):
        return f"tau2 = {tau2_text(tau2.value)}, without an interval"
    return f"tau2 = {tau2_text(tau2.value)}, interval {tau2_text(tau2.ci.low)} to {tau2_text(tau2.ci.high)}"
