"""What a sentence may state of the models behind a result and beside it."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import interval_phrase, null_text, value_text
from metasyn.names import MODEL_NAMES, interval_name
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, Model, NullSide
from metasyn.wording import percent_text

__all__ = ["HeadlineModel", "MeanAndMedianApart", "OtherReaches", "ProbablyLies", "alternative_of"]


def alternative_of(
    result: SynthesisResult, model: Model, ci_method: CiMethod, prior: str = ""
) -> Alternative | None:
    """One of the ways in which the same effects were pooled."""
    return next((way for way in result.alternatives if way.key == (model, ci_method, prior)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineModel:
    """Which model headlines."""

    model: Model

    def check(self, subject: Subject) -> Check:
        found = subject.result.model if subject.result.pooled else None
        shows = "nothing is pooled" if found is None else f"it is {MODEL_NAMES[found]}"
        return Check(holds=found == self.model, says=f"the model is {MODEL_NAMES[self.model]}", shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbablyLies:
    """The posterior probability that the mean lies on one side of no effect, under the usual prior."""

    direction: NullSide
    at_least: float = 0.0
    at_most: float = 1.0

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        least = percent_text(self.at_least, 0)
        place = f"{self.direction} {null_text(measure)}"
        says = f"the {measure.label} lies {place} with a probability of {least} or more"
        if not result.beside.bayes:
            return Check(holds=False, says=says, shows="there is no Bayesian result")
        below = result.beside.bayes[0][1].p_below_null
        if isinstance(below, NotEstimable):
            return Check(holds=False, says=says, shows=below.reason)
        found = below if self.direction == "below" else 1 - below
        holds = self.at_least <= found <= self.at_most
        return Check(holds=holds, says=says, shows=f"the probability is {percent_text(found)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReaches:
    """The interval of another way of pooling has, or has not, the place of the headline's."""

    model: Model
    ci_method: CiMethod
    prior: str = ""
    same: bool = False

    def check(self, subject: Subject) -> Check:
        result, measure = subject.result, subject.result.effects.measure
        other = alternative_of(result, self.model, self.ci_method, self.prior)
        name = self.prior or f"{MODEL_NAMES[self.model]}, {self.ci_method}"
        says = f"the interval of {name} lies {'as' if self.same else 'otherwise than'} the headline's"
        if other is None:
            return Check(holds=False, says=says, shows="it was not computed")
        shows = f"it is {interval_phrase(other.ci, measure, interval_name(other.ci_method))}"
        places = side(other.ci, measure), side(result.ci, measure)
        return Check(holds=all(places) and (places[0] == places[1]) == self.same, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanAndMedianApart:
    """Mean and median over the studies of a mixed model: the mean, with tau2 above 0 or not."""

    apart: bool = True

    def check(self, subject: Subject) -> Check:
        mixed, measure = subject.result.beside.glmm, subject.result.effects.measure
        says = f"mean and median over the studies {'differ' if self.apart else 'are the same'}"
        if subject.result.model != "glmm" or mixed is None or isinstance(mixed.marginal, NotEstimable):
            return Check(holds=False, says=says, shows="there is no such mean")
        mean, median = mixed.marginal.value, mixed.conditional.value
        shows = f"mean {value_text(mean, measure)}, median {value_text(median, measure)}"
        return Check(holds=(mixed.tau2 != 0) == self.apart, says=says, shows=shows)
