"""What a sentence may state of rows that depend on each other, beside one row per cohort."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import estimate_text, interval_phrase, result_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.synthesis.robust import CheResult
from metasyn.synthesis.robust.beside import normal_counterpart
from metasyn.values import Interval, NotEstimable
from metasyn.wording import plain_number, short_number, whole

__all__ = [
    "AnswersAgree",
    "CorrelationsAssumed",
    "DependentRows",
    "EstimatesAcross",
    "FewDegrees",
    "HeadlineIsOtherModel",
    "answers_agree",
    "few_degrees",
]

_FEW = "robust-few-df"
_NONE = "there is no model for dependent rows"


def answers_agree(result: SynthesisResult, dependent: CheResult) -> bool | None:
    """Whether the model for dependent rows gives the answer of the headline.

    Parameters
    ----------
    result : SynthesisResult
        The headline.
    dependent : CheResult

    Returns
    -------
    bool or None
        Both intervals on the same side of no effect, or both across it; for proportions and times, each
        estimate in the interval of the other. None where one of them has no interval.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> from metasyn.synthesis.robust import pool_che
    >>> yi, vi, trial = [-0.9, -0.8, -0.7, -0.9, -0.6, -0.8], [0.02] * 6, list("AABBCD")
    >>> dependent = pool_che(yi=yi, vi=vi, clusters=trial, measure="HR")
    >>> answers_agree(pool(yi=[-0.9, -0.7, -0.6, -0.8], vi=[0.02] * 4, measure="HR"), dependent)
    True
    """
    if not isinstance(result.ci, Interval) or not isinstance(dependent.ci, Interval):
        return None
    if result.effects.measure.null is None:
        return result.estimate in dependent.ci and dependent.estimate in result.ci
    return side(result.ci, result.effects.measure) == side(dependent.ci, result.effects.measure)


def few_degrees(dependent: CheResult) -> bool:
    """Whether the robust interval rests on so few degrees of freedom that it is not to be relied on."""
    return any(finding.code == _FEW for finding in dependent.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineIsOtherModel:
    """The headline is no normal random-effects model, which gives this estimate (analysis scale)."""

    estimate: float

    def check(self, subject: Subject) -> Check:
        """Look among the alternatives."""
        found = normal_counterpart(subject.result)
        says = (
            f"random effects with one row per cohort give {plain_number(self.estimate)} beside the headline"
        )
        if found is None:
            return Check(holds=False, says=says, shows=f"the headline is a {subject.result.model} model")
        shows = f"they give {plain_number(found.estimate)}"
        return Check(holds=found.estimate == self.estimate, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersAgree:
    """The model for dependent rows gives the answer of the headline, or another one."""

    agree: bool

    def check(self, subject: Subject) -> Check:
        """Compare the two intervals."""
        says = f"the model for dependent rows gives {'the same' if self.agree else 'another'} answer"
        if subject.dependent is None:
            return Check(holds=False, says=says, shows=_NONE)
        found = answers_agree(subject.result, subject.dependent)
        measure = subject.dependent.effects.measure
        shows = (
            f"{estimate_text(subject.dependent.estimate, measure)} "
            f"({interval_phrase(subject.dependent.ci, measure)}) beside {result_text(subject.result)}"
        )
        return Check(holds=found is self.agree, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class FewDegrees:
    """The robust interval rests on too few degrees of freedom to be relied on, or on enough."""

    few: bool

    def check(self, subject: Subject) -> Check:
        """Look for the warning of the computation."""
        says = f"the robust interval is {'not ' if self.few else ''}to be relied on"
        if subject.dependent is None:
            return Check(holds=False, says=says, shows=_NONE)
        df = subject.dependent.df
        shows = df.reason if isinstance(df, NotEstimable) else f"it has {short_number(df)} degrees of freedom"
        return Check(holds=few_degrees(subject.dependent) == self.few, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentRows:
    """So many rows in so many groups are pooled by the model for dependent rows."""

    rows: int
    groups: int

    def check(self, subject: Subject) -> Check:
        """Count rows and clusters."""
        says = f"{whole(self.rows)} rows in {whole(self.groups)} groups are pooled"
        found = subject.dependent
        if found is None:
            return Check(holds=False, says=says, shows=_NONE)
        shows = f"{whole(found.k)} rows in {whole(found.n_clusters)} groups are"
        return Check(holds=(found.k, found.n_clusters) == (self.rows, self.groups), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationsAssumed:
    """Some correlation of sampling errors is assumed, or the tables tell every one."""

    assumed: bool

    def check(self, subject: Subject) -> Check:
        """See whether other correlations were tried."""
        words = {True: "a correlation is assumed", False: "no correlation is assumed"}
        if subject.dependent is None:
            return Check(holds=False, says=words[self.assumed], shows=_NONE)
        found = len(subject.dependent.sensitivity) > 1
        return Check(holds=found == self.assumed, says=words[self.assumed], shows=words[found])


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatesAcross:
    """With every assumed correlation that was tried the estimate lies in this range (analysis scale)."""

    low: float
    high: float

    def check(self, subject: Subject) -> Check:
        """Compare the smallest and the largest estimate."""
        says = f"the estimates go from {plain_number(self.low)} to {plain_number(self.high)}"
        if subject.dependent is None:
            return Check(holds=False, says=says, shows=_NONE)
        tried = [
            at.coefficients[0].estimate
            for at in subject.dependent.sensitivity
            if not isinstance(at.coefficients, NotEstimable)
        ]
        shows = f"they go from {plain_number(min(tried))} to {plain_number(max(tried))}"
        return Check(holds=(min(tried), max(tried)) == (self.low, self.high), says=says, shows=shows)
