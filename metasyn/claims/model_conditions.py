"""What a sentence may state of the models behind a result and beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import estimate_text, interval_phrase, null_text, value_text
from metasyn.effects.proportions import clopper_pearson
from metasyn.names import MODEL_NAMES, interval_name
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.synthesis.null_side import side
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, Model, NullSide
from metasyn.wording import percent_text, plain_number, whole

__all__ = [
    "AllOrNone",
    "BesideHeadline",
    "FewEvents",
    "HeadlineModel",
    "LosesMostWeight",
    "MeanAndMedianApart",
    "MoreHeterogeneity",
    "NewStudyLies",
    "OtherEstimateLies",
    "OtherReaches",
    "PriorMedian",
    "ProbablyLies",
    "WithoutContrast",
    "all_or_none",
    "alternative_of",
    "loses_most",
    "lost_weights",
    "prior_median",
    "without_contrast",
]


def alternative_of(
    result: SynthesisResult, model: Model, ci_method: CiMethod, prior: str = ""
) -> Alternative | None:
    """One of the ways in which the same effects were pooled."""
    return next((way for way in result.alternatives if way.key == (model, ci_method, prior)), None)


def lost_weights(result: SynthesisResult) -> list[tuple[float, float]]:
    """Weight of every cohort under normal random effects, and under the mixed model that headlines.

    Parameters
    ----------
    result : SynthesisResult
        Headed by a mixed model of counts.

    Returns
    -------
    list of (float, float)
        Shares that sum to 1, in the order of the effects.
    """
    w = 1 / (result.fit.vi + result.fit.tau2)
    return list(zip((w / w.sum()).tolist(), result.weights.tolist(), strict=True))


def loses_most(result: SynthesisResult) -> int:
    """Position of the study that normal random effects weigh least against the mixed model that headlines.

    A study that the mixed model gives no weight has none to lose.
    """
    ratios = [normal / mixed if mixed > 0 else np.inf for normal, mixed in lost_weights(result)]
    return int(np.argmin(ratios))


def without_contrast(result: SynthesisResult) -> int:
    """In how many cohorts, or groups of a comparison, nobody or everybody had the event."""
    mixed = result.beside.glmm
    if mixed is None:
        return 0
    data = mixed.data
    extreme = data.events_1 == 0
    if data.events_2 is not None:
        extreme = extreme | (data.events_2 == 0)
    if not data.person_time:
        extreme = extreme | (data.events_1 == data.size_1)
        extreme = extreme if data.events_2 is None else extreme | (data.events_2 == data.size_2)
    return int(extreme.sum())


def all_or_none(result: SynthesisResult) -> tuple[int, int, Interval] | None:
    """Where nobody, or everybody, had the event in all cohorts: events, participants, exact interval.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (int, int, Interval) or None
        The Clopper-Pearson interval of all counts taken as one sample; None where some had the event and
        others had not, or the measure is no proportion of single cohorts with counts.
    """
    if result.effects.measure.family != "proportion":
        return None
    counts = [one.counts for one in result.effects.effects]
    known = [one for one in counts if one is not None]
    events, size = sum(one.events_1 for one in known), sum(one.n_1 for one in known)
    if len(known) < len(counts) or 0 < events < size:
        return None
    return events, size, clopper_pearson(events, size, result.request.level)


def prior_median(result: SynthesisResult, prior: str) -> float | None:
    """The tau that a prior of a Bayesian result puts half of its probability below; None without it."""
    found = next((one.tau_prior for name, one in result.beside.bayes if name == prior), None)
    return None if found is None else float(found.quantile(np.array([0.5]))[0])


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEstimateLies:
    """The estimate of another way of pooling lies above or below the headline, or reads the same."""

    model: Model
    ci_method: CiMethod
    direction: NullSide | None

    def check(self, subject: Subject) -> Check:
        """Compare them as they are printed."""
        result, measure = subject.result, subject.result.effects.measure
        other = alternative_of(result, self.model, self.ci_method)
        where = "at" if self.direction is None else self.direction
        says = f"the estimate of {MODEL_NAMES[self.model]} lies {where} the headline"
        if other is None:
            return Check(holds=False, says=says, shows="it was not computed")
        texts = [estimate_text(one, measure) for one in (other.estimate, result.estimate)]
        above = measure.to_natural(other.estimate) > measure.to_natural(result.estimate)
        found = None if texts[0] == texts[1] else ("above" if above else "below")
        return Check(holds=found == self.direction, says=says, shows=f"it is {texts[0]} beside {texts[1]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LosesMostWeight:
    """The cohort that normal random effects weigh least against the mixed model, and where it lies."""

    label: str
    normal: float
    mixed: float
    side: NullSide

    def check(self, subject: Subject) -> Check:
        """Compare the weights under both."""
        result = subject.result
        there, here = percent_text(self.normal), percent_text(self.mixed)
        says = f"{self.label} lies {self.side} the estimate and has {there} of the weight instead of {here}"
        if result.model != "glmm":
            return Check(holds=False, says=says, shows="the headline is no mixed model")
        at = loses_most(result)
        normal, mixed = lost_weights(result)[at]
        lies = "below" if result.effects.yi[at] < result.estimate else "above"
        shows = (
            f"{result.effects.labels[at]} lies {lies} it and has {percent_text(normal)} instead of "
            f"{percent_text(mixed)}"
        )
        found = (result.effects.labels[at], normal, mixed, lies)
        return Check(holds=found == (self.label, self.normal, self.mixed, self.side), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class FewEvents:
    """A cohort has no more events, or people without one, than half of the cohorts."""

    label: str

    def check(self, subject: Subject) -> Check:
        """Compare the smaller of its two counts with the middle one."""
        mixed, labels = subject.result.beside.glmm, subject.result.effects.labels
        says = f"{self.label} has few events, or few people without"
        if mixed is None or self.label not in labels:
            return Check(holds=False, says=says, shows="there are no such counts")
        data = mixed.data
        fewer = data.events_1 if data.events_2 is None else np.minimum(data.events_1, data.events_2)
        if data.events_2 is None and not data.person_time:
            fewer = np.minimum(fewer, data.size_1 - fewer)
        own, middle = float(fewer[labels.index(self.label)]), float(np.median(fewer))
        shows = f"it has {plain_number(own)}, the middle one of the cohorts {plain_number(middle)}"
        return Check(holds=own <= middle, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreHeterogeneity:
    """Normal random effects estimate this tau2, more than the mixed model."""

    normal: float

    def check(self, subject: Subject) -> Check:
        """Compare the two."""
        mixed = subject.result.beside.glmm
        says = f"normal random effects estimate τ² as {plain_number(self.normal)}, more than the mixed model"
        if subject.result.model != "glmm" or mixed is None or isinstance(mixed.tau2, NotEstimable):
            return Check(holds=False, says=says, shows="the headline is no mixed model")
        found = subject.result.fit.tau2
        shows = f"they estimate {plain_number(found)}, the mixed model {plain_number(mixed.tau2)}"
        return Check(holds=found == self.normal and found > mixed.tau2, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutContrast:
    """In so many cohorts nobody or everybody had the event."""

    count: int

    def check(self, subject: Subject) -> Check:
        """Count them."""
        found = without_contrast(subject.result)
        says = f"in {whole(self.count)} cohorts nobody or everybody had the event"
        return Check(holds=found == self.count, says=says, shows=f"it is so in {whole(found)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorMedian:
    """A prior expects smaller differences between studies than another one: its median of tau is lower."""

    prior: str
    other: str
    smaller: bool = True

    def check(self, subject: Subject) -> Check:
        """Compare the medians."""
        own, other = (prior_median(subject.result, name) for name in (self.prior, self.other))
        word = "smaller" if self.smaller else "no smaller"
        says = f"{self.prior} expects {word} differences than {self.other}"
        if own is None or other is None:
            return Check(holds=False, says=says, shows="there is no result under one of them")
        shows = f"the medians of τ are {plain_number(own)} and {plain_number(other)}"
        return Check(holds=(own < other) == self.smaller, says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideHeadline:
    """A Bayesian result under this prior stands beside another headline."""

    prior: str

    def check(self, subject: Subject) -> Check:
        """Look for it."""
        result = subject.result
        holds = result.model != "bayesian" and self.prior in dict(result.beside.bayes)
        shows = (
            f"the headline is {MODEL_NAMES[result.model]}" if holds else "there is none beside the headline"
        )
        return Check(holds=holds, says=f"a result under {self.prior} stands beside the headline", shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudyLies:
    """The interval of the true effect in a new study under the prior of a Bayesian headline."""

    prior: str
    low: float
    high: float
    tau: float

    def check(self, subject: Subject) -> Check:
        """Compare with the predictive distribution and the median of tau."""
        result = subject.result
        says = f"a new study lies in {plain_number(self.low)} to {plain_number(self.high)} under {self.prior}"
        one = next((one for name, one in result.beside.bayes if name == self.prior), None)
        if result.model != "bayesian" or one is None:
            return Check(holds=False, says=says, shows="no Bayesian model with this prior headlines")
        shows = f"the interval is {plain_number(one.pi.low)} to {plain_number(one.pi.high)}"
        found = one.pi.low, one.pi.high, one.tau.median
        return Check(holds=found == (self.low, self.high, self.tau), says=says, shows=shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOrNone:
    """Nobody, or everybody, had the event in any cohort."""

    events: int
    size: int

    def check(self, subject: Subject) -> Check:
        """Add the counts up."""
        found = all_or_none(subject.result)
        says = f"{whole(self.events)} of {whole(self.size)} had the event in all cohorts together"
        shows = (
            "some had it and others had not"
            if found is None
            else f"{whole(found[0])} of {whole(found[1])} had"
        )
        return Check(
            holds=found is not None and found[:2] == (self.events, self.size), says=says, shows=shows
        )
