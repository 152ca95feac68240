"""What a sentence may state of one result: direction, interval, prediction, test, number of studies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import interval_phrase, null_text, result_text
from metasyn.effects.measure import EffectMeasure
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.null_side import side, significant
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import NullPlace, NullSide, Significance
from metasyn.wording import p_text, plain_number, whole

__all__ = [
    "EstimateBetween",
    "EstimateLies",
    "Finds",
    "HasPrediction",
    "IntervalLies",
    "IntervalWithin",
    "NumberOfEstimates",
    "PredictionLies",
    "EffectTest",
]

# side() in the words of a claim: is an interval that lies there in this place?
_IN_PLACE: Mapping[NullPlace, Callable[[str], bool]] = {
    "below": lambda found: found == "below",
    "above": lambda found: found == "above",
    "includes": lambda found: found == "both",
    "excludes": lambda found: found in ("below", "above"),
}
_PLACE_WORDS: Mapping[NullPlace, str] = {
    "below": "lies below {}",
    "above": "lies above {}",
    "includes": "includes {}",
    "excludes": "does not include {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLies:
    """The estimate is below, or above, the value of no effect."""

    direction: NullSide

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        says = f"the {measure.label} lies {self.direction} {null_text(measure)}"
        if measure.null is None:
            return _no_null(says, result)
        below = result.estimate < measure.null
        holds = below if self.direction == "below" else result.estimate > measure.null
        return Check(holds=holds, says=says, shows=result_text(result))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalLies:
    """The confidence interval of the mean is below or above the value of no effect, or includes it."""

    place: NullPlace

    def check(self, subject: Subject) -> Check:
        result = subject.result
        says = f"the interval {_place(self.place, result.effects.measure)}"
        if result.effects.measure.null is None:
            return _no_null(says, result)
        found = side(result.ci, result.effects.measure)
        return Check(holds=_IN_PLACE[self.place](found), says=says, shows=result_text(result))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionLies:
    """The same of the prediction interval."""

    place: NullPlace

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        says = f"the prediction interval {_place(self.place, measure)}"
        if measure.null is None:
            return _no_null(says, result)
        if isinstance(result.pi, NotEstimable):
            shows = f"there is none: {result.pi.reason}"
        else:
            shows = f"it is the {interval_phrase(result.pi, measure, 'prediction interval')}"
        return Check(holds=_IN_PLACE[self.place](side(result.pi, measure)), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class HasPrediction:
    """There is a prediction interval, or there is none."""

    exists: bool = True

    def check(self, subject: Subject) -> Check:
        found = not isinstance(subject.result.pi, NotEstimable)
        words = {True: "there is a prediction interval", False: "there is no prediction interval"}
        return Check(holds=found == self.exists, says=words[self.exists], shows=words[found])


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTest:
    """The test against no effect is significant at one minus the level of the synthesis, or is not."""

    word: Significance

    def check(self, subject: Subject) -> Check:
        result = subject.result
        says = f"the effect is {self.word}"
        if isinstance(result.pvalue, NotEstimable):
            return Check(holds=False, says=says, shows=f"there is no test: {result.pvalue.reason}")
        found = significant(result.pvalue, result.request.level)
        shows = f"{result_text(result)}, {p_text(result.pvalue)}"
        return Check(holds=found == (self.word == "significant"), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOfEstimates:
    """How many estimates were pooled, k."""

    low: int = 0
    high: int | None = None

    def check(self, subject: Subject) -> Check:
        k = subject.result.k
        holds = self.low <= k and (self.high is None or k <= self.high)
        if self.high is None:
            words = f"at least {whole(self.low)}"
        elif self.low == self.high:
            words = whole(self.low)
        else:
            words = f"at most {whole(self.high)}" if self.low == 0 else f"{self.low} to {whole(self.high)}"
        return Check(holds=holds, says=f"the number of estimates is {words}", shows=f"k = {whole(k)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateBetween:
    """The estimate lies within bounds of the natural scale, bounds included."""

    low: float
    high: float

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        says = f"the {measure.label} lies between {_bounds(self.low, self.high, measure)}"
        holds = self.low <= result.natural(result.estimate) <= self.high
        return Check(holds=holds, says=says, shows=result_text(result))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalWithin:
    """The whole confidence interval lies within bounds of the natural scale, bounds included."""

    low: float
    high: float

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        says = f"the whole interval lies between {_bounds(self.low, self.high, measure)}"
        holds = isinstance(result.ci, Interval) and (
            self.low <= result.natural(result.ci.low) and result.natural(result.ci.high) <= self.high
        )
        return Check(holds=holds, says=says, shows=result_text(result))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """The computation left a finding of this code, or left none."""

    code: str
    present: bool = True

    def check(self, subject: Subject) -> Check:
        codes = [finding.code for finding in subject.result.findings]
        says = f"the computation {'found' if self.present else 'did not find'} {self.code!r}"
        shows = f"it found {', '.join(codes) or 'nothing'}"
        return Check(holds=(self.code in codes) == self.present, says=says, shows=shows)


def _place(place: NullPlace, measure: EffectMeasure) -> str:
    return _PLACE_WORDS[place].format(null_text(measure))


def _no_null(says: str, result: SynthesisResult) -> Check:
    shows = f"a {result.effects.measure.label} has no value of no effect"
    return Check(holds=False, says=says, shows=shows)


def _bounds(low: float, high: float, measure: EffectMeasure) -> str:
    """Bounds as their author wrote them; proportions as percent."""
    if measure.family == "proportion":
        return f"{plain_number(100 * low)}% and {plain_number(100 * high)}%"
    return f"{plain_number(low)} and {plain_number(high)}"
